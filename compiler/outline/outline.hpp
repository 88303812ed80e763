// A runbook as people read it: its lines in order, each with its words, its effect and where it can lead. Plan, graph and page are drawn
// from this and from nothing else of the text.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checked.hpp"
#include "vm/model/catalogue.hpp"

namespace rbc::outline {

// Words for people. What is quoted from the runbook as code stands between kCode and kCodeEnd, which no file can hold (E0123).
inline constexpr char kCode = '\x01', kCodeEnd = '\x02';
std::string code(std::string_view text);                                   // the text between the marks
std::string plain(std::string_view words, std::string_view quote = {});    // with `quote` instead of each mark

enum class LineKind : std::uint8_t {
  note, item, look, check, checks, show, value, act, call, notify, caution, require, poll, watch, wait, when, depending, each, retry, repeat,
  within, diagnose, ask, choose, confirm, approve, judge, escalate, end, fail,
};
std::string_view spell(LineKind kind);

// What is said to a resource. `text` is as written, holes as `<name>`, without the prompt.
struct Spoken {
  std::string resource;            // as in the prompt: `db`, `stack.backend`, `node("a")`
  char sign = '>';
  std::string language;            // sql, promql, http, sh, words
  std::string text;
  Micros limit = 0;
  bool repeatable = false;
};

enum class BranchKind : std::uint8_t { yes, no, arm, cause, fails, body, leaving, undo };
std::string_view spell(BranchKind kind);

struct Line;
struct Branch {
  BranchKind kind = BranchKind::body;
  std::string name;                // of a cause
  std::string words;               // the condition, the case, the cause's title; "" where the kind says it all
  std::vector<std::string> reasons;   // a cause's symptoms: any of them
  std::vector<Line> evidence;      // looked at before the symptoms are judged
  std::vector<Line> lines;
  bool goes_on = true;             // what comes after it is reached
};

struct Line {
  LineKind kind = LineKind::note;
  Effect effect = Effect::pure;    // the gravest of what this line itself does (of a call: of what it calls)
  std::uint32_t number = 0;        // in its file, from 1
  std::string name;                // of a check, a question, a bound answer, a called procedure
  std::string words;               // one sentence without its full stop
  std::string headless;            // what happens when nobody is at the keyboard; "" where that makes no difference
  std::vector<std::string> details;   // rules of a check, options, voters, values given
  std::vector<Spoken> spoken;      // what it says, in order
  std::vector<std::string> notes;
  std::vector<Line> inner;         // items beneath an item
  std::vector<Branch> branches;
};

struct Step {
  std::string name, title;
  std::uint32_t number = 0;
  std::vector<Line> lines;
  std::vector<Line> otherwise;
  bool handled = false;            // has an `otherwise`
  bool goes_on = true, otherwise_goes_on = true;
};
struct Check {
  std::string name, title;
  Line line;
  bool in_step = false;            // it stands among a step's lines, and is shown there
  bool in_goal = false;
};
struct Procedure {
  std::string name, title;
  std::vector<std::string> parameters;
  Effect effect = Effect::pure;
  std::vector<Line> lines;
};
struct Message { std::string name, title, text; };
struct Rung {
  std::string when;                // "after 30 minutes", "every 30 minutes while …", "as soon as …"
  std::string does;                // "pages Team lead: The database is not well yet."
  Micros at = kNone;               // of `after`: the moment, counted from the start
  bool pages = false;
};
struct Ladder {
  std::string until;               // "acknowledged", "identified or resolved"
  std::vector<std::string> notes;
  std::vector<Rung> rungs;
};
struct Input {
  std::string name, type, title, preset;   // preset: as written; "" where it must be given
  Micros cap = 0;
  bool required = false;
  Type of;
};
struct EnvironmentValue { std::string input, text; };
struct Environment {
  std::string name, title;
  bool guarded = false;
  std::vector<EnvironmentValue> inputs;
};

struct Outline {
  std::string id, title, severity, path;
  std::vector<std::string> notes;
  std::vector<std::string> alerts;           // "DatabaseSlowQueries (warning)", with its labels
  std::vector<std::string> alert_names;
  std::vector<std::pair<std::string, std::string>> about;
  Micros acknowledge_target = 0, resolve_target = 0, budget = 0;
  std::vector<std::string> goal;             // what must pass, in words
  std::vector<Input> inputs;
  std::vector<Ladder> ladders;
  std::vector<Check> checks;                 // all that it can look at, in the order of the text
  std::vector<Step> steps;
  std::vector<Procedure> procedures;         // that it can call
  std::vector<Message> messages;             // that it can send
  std::vector<Line> afterwards;
  std::vector<Environment> environments;
  Bounds bounds;                             // the program's; unset by outline_of
};

// Of facts without errors. Lines nested deeper than the compiler takes do not occur.
Outline outline_of(const Facts& facts, std::uint32_t runbook);

}  // namespace rbc::outline
