// One compiled runbook with all that it uses: what the compiler emits, the verifier checks, the image keeps and the machine runs.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vm/model/catalogue.hpp"
#include "vm/model/type.hpp"
#include "vm/model/value.hpp"

namespace rbc {

inline constexpr std::uint32_t kImageVersion = 2;     // of the image's bytes and of the instructions' meaning
inline constexpr std::int32_t kNone = -1;

// A place in the author's text, kept so that a run can show its lines without the file.
struct Site {
  std::uint32_t file = 0;      // index into Program::files
  std::uint32_t line = 0;      // from 1
  std::uint32_t column = 0;    // from 1
  std::string text;            // the line as written, trimmed
};

// Words of a header: plain, or a pure function of no parameters that fills the holes.
struct Words {
  std::string plain;
  std::int32_t function = kNone;
};

enum class Language : std::uint8_t { sql, words, shell, http, promql };

// How a hole's value is made safe for the place where it stands (language.md 3.9).
enum class Escape : std::uint8_t {
  none, sql_parameter, sql_identifier, sql_literal, word, shell_variable, path_segment, query_value, header_value,
  json_value, json_text, form_value, prom_label, prom_regex, prom_number, prom_duration,
};

// Pieces of what is said, in order.
//   sql     literal text, which holds `$1::type` for the first sql_parameter hole, `$2…` for the next; and the holes, in that order
//   words   `word` begins a word, `assign` (text: its name) begins a NAME=value before the command; literals and holes continue it
//   shell   one literal script that reads hole i as ${RBi}; and the holes (shell_variable)
//   http    `method`, `path`, `query`, `header` (text: its name), `body` each begin a part; literals and holes continue it
//   promql  literals and holes
struct Piece {
  enum class As : std::uint8_t { literal, hole, word, assign, method, path, query, header, body };
  As as = As::literal;
  Escape escape = Escape::none;
  bool optional = false;        // `<x?>`: its word, pair or header vanishes with it
  std::uint32_t hole = 0;       // index among the template's holes
  std::string text;
};

// What a line says to a resource, holes still open.
struct Template {
  std::uint32_t resource = 0;
  std::string row;                        // the catalogue row's id
  Language language = Language::words;
  Effect effect = Effect::looks;
  bool repeatable = false;
  Micros limit = 0;                       // never 0 in a verified program
  std::uint32_t arguments = 0;            // of the resource; they come first on the stack
  std::uint32_t holes = 0;
  std::vector<Piece> pieces;
  std::vector<std::string> shown;         // holes + 1 literals: the utterance as written, for people and for the journal's print
  std::vector<std::uint32_t> shown_holes; // which hole stands between them
  std::vector<bool> secret_holes;         // shown by name only
  std::vector<std::string> hole_names;
  std::vector<std::string> path;          // `stack.backend$`: {"backend"}
  char form = '>';
  std::vector<std::string> relations;     // SQL looks: what nothing here knows to be a table, quoted; judged on the server before the first look
  bool one_row = false;                   // SQL: exactly one row, its columns direct
  std::uint8_t exit_answers = 0;          // exit ≠ 0 is: 0 a refusal, 1 an answer if it is exactly 1, 2 an answer
  Type answer;
  bool secret = false;                    // the texts that come back are secrets: known from then on, and in no journal
  std::uint32_t site = 0;
};

struct Parameter {
  std::string name;
  Type type;
};

struct Resource {
  ResourceKind kind = ResourceKind::http;
  std::string name;
  std::string title;
  bool optional = false;
  bool used = false;                      // something in this program may speak to it
  std::vector<Parameter> parameters;
  struct Export { std::string name; std::string value; std::int32_t secret = kNone; };
  std::vector<Export> exports;
  std::vector<std::string> runs;          // command: put before every line, word by word
};

// Where a resource is in an environment: `postgres://u:<db-password>@h:<RB-02.port>/d via box`.
struct BindingPiece {
  enum class As : std::uint8_t { literal, secret, input, parameter };
  As as = As::literal;
  std::string text;                       // literal; the name as written otherwise
  std::uint32_t index = 0;                // of the secret, of the runbook's slot, of the resource's parameter
};
struct Binding {
  std::uint32_t resource = 0;
  std::vector<BindingPiece> address;
  std::int32_t via = kNone;               // `via HOST`, `on HOST`: index of a resource
};
struct EnvironmentInput { std::string runbook, input; std::int32_t function = kNone; };
struct Environment {
  std::string name, title;
  bool guarded = false;                   // `protected`
  std::vector<Binding> bindings;
  std::vector<EnvironmentInput> inputs;
};

struct Secret {
  enum class From : std::uint8_t { env, file, command };
  std::string name;
  From from = From::env;
  std::string source;                     // variable, path, or command line
};

enum class FunctionKind : std::uint8_t { main, check, procedure, expression, rung, afterwards, called };
struct Function {
  std::string name;
  FunctionKind kind = FunctionKind::expression;
  std::uint32_t begin = 0, end = 0;       // words of the code; execution starts at begin
  std::uint32_t parameters = 0;           // the first locals
  std::uint32_t locals = 0;
  std::vector<std::string> exported;      // a procedure's top-level names, as the record that a call leaves
};

struct CheckInfo {
  std::string name;
  Words title;                            // its function takes the check's parameters
  std::uint32_t function = 0;
  std::vector<std::uint32_t> resources;   // which it looks at: at most two looks at once on each
  Micros bound = 0;                       // the longest it can take
};

// A person is asked. HUMAN's values: the title; then the default if there is one; then the limit if there is one.
enum class HumanKind : std::uint8_t { item, ask, choose, confirm, judge, approve, caution };
struct HumanInfo {
  HumanKind kind = HumanKind::item;
  std::string name;                       // of the answer; empty for items, confirms, cautions
  Type type;                              // of the answer; a caution, confirm, approval answers a bool
  bool has_default = false, has_limit = false;
  std::vector<std::string> by;            // whose answer counts; empty: the operator's
  std::uint32_t needed = 1;               // approve by N of
  std::vector<std::pair<std::string, std::string>> options;   // choose: name, title
  std::vector<std::string> notes;
  std::int32_t step = kNone;
  bool approved = false;                  // `caution approved by`
  std::int32_t ladder = kNone;            // of the runbook's: rungs that count from the question and die with its answer
  std::uint32_t site = 0;
};

struct NoticeInfo {
  enum class What : std::uint8_t { page, tell, escalate };
  What what = What::page;
  std::vector<std::uint32_t> to;          // resources: contacts and channels
  std::uint32_t site = 0;
};

struct StepInfo {
  std::string name;
  Words title;
  std::uint32_t begin = 0, end = 0;       // words of main's code
  std::uint32_t site = 0;
};
struct CauseInfo {
  std::string name;
  Words title;
  std::uint32_t site = 0;
  bool only_items = false;                // headless it is skipped at once
};

struct Rung {
  enum class Trigger : std::uint8_t { after, every, when };
  Trigger trigger = Trigger::after;
  std::int32_t length = kNone;            // function that answers a duration; of after and every
  std::int32_t condition = kNone;         // function that answers a bool; of when, and of `while`
  std::uint32_t body = 0;                 // function of NOTIFYs
  bool pages = false;
  std::uint32_t site = 0;
};
struct Ladder {
  // Whose it is: the run's, armed when that starts; a question's, armed when it is put; another runbook's, armed when that is called.
  enum class Of : std::uint8_t { run, question, called };
  bool until_acknowledged = false, until_identified = false, until_resolved = false;
  std::vector<Rung> rungs;
  Of of = Of::run;
  std::uint32_t called = 0;               // which runbook's, of Runbook::called
};

// Another runbook that this one runs within itself: a function of its inputs, its names a stretch of this one's slots.
struct CalledRunbook {
  std::string id, title;
  std::uint32_t function = 0;
  std::int32_t afterwards = kNone;
  std::uint32_t first_slot = 0, slots = 0;
};

struct InputInfo {
  std::string name;
  Type type;
  std::uint32_t slot = 0;
  std::int32_t preset = kNone;            // function that answers the default; kNone: it must be given
  Micros cap = 0;                         // of a duration that is a length; 0: none
  std::string title;
};

struct AlertInfo { std::string name, severity; std::vector<std::pair<std::string, std::string>> labels; };

struct Runbook {
  std::string id, title;                  // as written
  std::string severity;
  std::vector<AlertInfo> alerts;
  std::vector<std::pair<std::string, std::string>> about;   // service, owner, needs, see …
  std::vector<InputInfo> inputs;          // in order; a default may read earlier ones
  std::vector<std::string> slots;         // names; an input's or a bound name's
  std::uint32_t main = 0;                 // function
  std::int32_t afterwards = kNone;
  std::int32_t goal_verdict = kNone;      // pure function: the goal's colour now
  std::vector<Ladder> ladders;
  std::vector<StepInfo> steps;
  std::vector<CauseInfo> causes;
  std::vector<CalledRunbook> called;
  Micros acknowledge_target = 0, resolve_target = 0;
};

// A statement's stretch of code: where a failed line is retried from, or skipped to. Inner ones come later.
struct Statement { std::uint32_t begin = 0, end = 0; std::uint32_t site = 0; };
// From word `pc` on, the code belongs to this site.
struct Line { std::uint32_t pc = 0; std::uint32_t site = 0; };

// `why` says how the time comes about, if the line does not; `site` is kNone for words of ours, such as what is taken back.
struct BoundLine {
  std::string text;
  Micros micros = 0;
  unsigned depth = 0;
  std::string why{};
  std::int32_t site = kNone;
};
struct Bounds {
  Micros longest = 0;                     // headless, at the defaults
  Micros longest_at_caps = 0;
  Micros first_page = kNone;              // kNone: nobody is ever paged
  std::vector<BoundLine> path;            // the path that takes longest, line by line
};

struct Program {
  std::uint32_t version = kImageVersion;
  std::string language = "1";
  std::vector<std::string> files;
  std::vector<std::uint32_t> code;
  std::vector<Value> constants;
  std::vector<std::string> names;         // of fields
  std::vector<Type> types;
  std::vector<Function> functions;
  std::vector<Template> templates;
  std::vector<Resource> resources;
  std::vector<Environment> environments;
  std::vector<Secret> secrets;
  std::vector<CheckInfo> checks;
  std::vector<HumanInfo> humans;
  std::vector<NoticeInfo> notices;
  std::vector<Site> sites;
  std::vector<Line> lines;                // by pc
  std::vector<Statement> statements;      // by begin, outer before inner
  Runbook runbook;
  Bounds bounds;
};

}  // namespace rbc
