// What is allowed and seldom meant: one row of lints.def a lint, over what the checker found out. Pure, and silent about files with
// errors, whose facts are incomplete: mending the error comes first.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/checked.hpp"
#include "compiler/settings.hpp"
#include "grammar/diagnostic.hpp"

namespace rbc::lint {

// What every lint is given: the facts, and where to say what it found.
class Desk {
 public:
  Desk(const Facts& facts, const Settings& settings, std::vector<Diagnostic>& found);

  const Facts& facts;
  const Settings& settings;

  bool sound(std::uint32_t file) const { return sound_[file]; }      // no errors in it
  bool all_sound() const;
  bool answer_is_read(NodeRef utterance) const;                      // by a `.x`
  std::uint32_t files() const { return static_cast<std::uint32_t>(sound_.size()); }
  const Tree& tree(std::uint32_t file) const { return *facts.trees[file]; }
  const Tree& tree(NodeRef at) const { return facts.tree(at); }
  std::string text(NodeRef at) const { return std::string(facts.tree(at).text(at.node)); }
  std::string line(NodeRef at, std::uint32_t from) const;            // "line 7", or "pivotal.runbook:7" from another file
  std::vector<const RunbookFacts*> runbooks() const;                 // of sound files

  Diagnostic& warn(std::string code, NodeRef at, std::string message, std::string help = {});
  Diagnostic& warn(std::string code, const Source& source, Span span, std::string message, std::string help = {});

 private:
  std::vector<bool> sound_;
  std::vector<std::uint64_t> read_;                                  // utterances, ascending
  std::vector<Diagnostic>& found_;
};

// Every lint, in the order of the table; adds to `found`, which holds what the checker said.
void run(const Facts& facts, const Settings& settings, std::vector<Diagnostic>& found);

// The part of a text that no real address, name or key has, `YOUR_TEAM` or `example.com`; nothing if it looks real.
std::optional<std::string> left_over(std::string_view text);

#define RBC_LINT(name, codes) void name(Desk& desk);
#include "compiler/lint/lints.def"
#undef RBC_LINT

}  // namespace rbc::lint
