// A `test` of a runbook as data: what it gives, who acts when, and what it expects. The compiler makes it together with the program that
// it tests; functions, templates, checks, resources and sites are those of that program.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vm/model/catalogue.hpp"
#include "vm/model/value.hpp"

namespace rbc::testing {

// Runs of blanks and line breaks are one blank.
inline std::string squeezed(std::string_view text) {
  std::string out;
  for (char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// An utterance as a test writes it.
struct Spoken {
  std::uint32_t resource = 0;
  char form = '>';
  std::vector<std::string> path;
  std::vector<std::string> arguments;         // of the resource, as people read them; none: all
  std::string words;                          // blanks and line breaks made one blank
};

// What an `until` or an `expect did` is about: an utterance, or what a name is bound to.
struct Action {
  std::string shown;                          // as written in the test
  std::optional<Spoken> said;
  std::vector<std::uint32_t> templates;       // of a name
};

// One answer of a sequence.
struct Reply {
  enum class As : std::uint8_t { nothing, rows, value, response, output } as = As::nothing;
  Way way = Way::answer;
  std::string reason;                         // of the other ways
  std::vector<std::vector<std::pair<std::string, std::uint32_t>>> rows;   // by column: a pure function
  std::uint32_t value = 0;                    // pure function
  std::int64_t number = 0;                    // status, exit code
  std::string text;                           // body, what is printed
  Micros takes = 0;
};

struct Turn { Colour colour = Colour::green; std::int64_t times = 1; };

struct Given {
  // How near it is to what is asked: the largest wins, among equals the latest line.
  enum class Of : std::uint8_t { others, resource, check, name, utterance } of = Of::others;
  std::uint32_t site = 0;
  std::optional<Spoken> said;                 // utterance
  std::uint32_t resource = 0;                 // resource
  std::vector<std::uint32_t> templates;       // utterance: lines that can say it · name: its lines
  std::vector<std::uint32_t> checks;          // check; of a goal: all of it
  std::vector<std::uint32_t> arguments;       // of the check: pure functions; none: all
  std::vector<Turn> turns;                    // a verdict: check, others
  std::optional<Action> until;                // then green
  std::vector<Reply> replies;
};

struct Act {
  enum class What : std::uint8_t { ticks, approves, refuses, answers, judges, skips, aborts, acknowledge, crash } what = What::ticks;
  std::uint32_t site = 0;
  std::string name;                           // contact, question, step
  std::uint32_t value = 0;                    // answers: pure function
  std::uint32_t check = 0;                    // judges
  Colour colour = Colour::green;
};

struct Expect {
  enum class What : std::uint8_t { nobody, outcome, step, cause, did, paged, told, holds } what = What::holds;
  std::uint32_t site = 0;
  bool negated = false;                       // never, not
  std::int64_t times = -1;                    // -1: at least once
  std::string word;                           // outcome; waiting, ran, skipped, failed
  std::uint32_t index = 0;                    // step, cause, contact or channel
  std::string name;                           // of these
  Action action;
  std::uint32_t function = 0;                 // holds: pure
  // What a condition reads, for whoever wants to know what was seen: as written, and a pure function.
  std::vector<std::pair<std::string, std::uint32_t>> parts;
};

// Everything of one instant; the first, without `at`, holds from the start, and its expectations are judged at the end.
struct Instant {
  Micros at = 0;
  std::vector<std::variant<Given, Act>> lines;
  std::vector<Expect> expects;
};

struct TestCase {
  std::string name, title;
  std::uint32_t site = 0;
  bool interactive = false;
  std::string environment;                    // empty: everything is bound, nothing protected
  std::vector<std::string> allowing;
  std::vector<std::pair<std::string, std::uint32_t>> inputs;   // name, pure function
  Instant start;
  std::vector<Instant> instants;              // by time
};

// A line whose answer is read, or not, and what the line is called.
struct LookUse {
  std::string name;                           // bound to; of a check: the check's
  std::int32_t check = kNoCheck;
  std::int32_t reader = kNoCheck;             // site of the first line that reads it
  static constexpr std::int32_t kNoCheck = -1;
};

// Something that a test can reach.
struct Point {
  enum class What : std::uint8_t { step, arm, otherwise, cause, rung, rule, leaving, undo } what = What::step;
  std::uint32_t pc = 0;
  std::uint32_t site = 0;
};

// The tests of one runbook.
struct TestSuite {
  std::vector<TestCase> tests;
  std::vector<LookUse> looks;                 // by template
  std::vector<std::uint32_t> step_handlers;   // by step: where its own `otherwise` begins; 0: it has none
  std::vector<Point> points;
};

}  // namespace rbc::testing
