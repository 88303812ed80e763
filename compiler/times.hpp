// How long things can take: the table of language.md 4.12 over checked facts. Times are microseconds, and stop growing at 366 days.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/checked.hpp"
#include "compiler/settings.hpp"
#include "grammar/diagnostic.hpp"
#include "vm/bytecode/program.hpp"

namespace rbc::times {

// One line of the path that takes longest. What stands one deeper adds up to it, except where `why` says that a limit cuts it, or that
// it was told above.
struct ExplainedLine {
  std::string text;                    // as the author wrote it, or words of ours
  Micros micros = 0;
  unsigned depth = 0;
  std::string why;                     // how the time comes about; empty if the line says it
  NodeRef at;                          // none: no line of the author's
};

struct Explained {
  Micros longest = 0;                  // headless, at the inputs' defaults; the sum of `path` at depth 0
  Micros longest_at_caps = 0;
  Micros resolved = 0;                 // until it is resolved, at the defaults; kNone: no path ends so
  Micros first_page = kNone;           // the latest moment of a first page if nothing helps; kNone: nobody is ever paged
  std::vector<ExplainedLine> path;
};

// The longest a check can take: the limits of its looks, and its `check` lines; lengths that inputs set count with their cap if `caps`,
// else with their default.
Micros check_bound(const Facts& facts, std::uint32_t check, bool caps);
// Of a whole run, headless. The runbook's facts must be without errors.
Explained explain(const Facts& facts, std::uint32_t runbook);
// The same without its path, which is most of the work.
struct Ends {
  Micros longest = 0;
  Micros outcome = 0;                  // until the outcome is fixed: what comes after it left out
};
Ends ends(const Facts& facts, std::uint32_t runbook, bool caps);
// Whether it waits for a person, where there is one: an item, a question, a change that is asked for.
bool waits(const Facts& facts, std::uint32_t runbook);
// Adds E0605 for each runbook that may take longer than the budget of its severity; nothing where `found` holds an error.
void judge(const Facts& facts, const Settings& settings, std::vector<Diagnostic>& found);

}  // namespace rbc::times
