// Runs a program: pure and deterministic. It opens nothing, reads no clock, and touches the world only through the requests it yields.
//
// A machine is a set of fibers (the steps, a ladder's rungs, each parallel look), each a stack of frames on the heap. Every fiber runs until
// it must wait; what it waits for is a Request, and the answer comes back as a Completion. Fed the same completions and events in the same
// order, it yields the same requests: that is how a run continues from its journal.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vm/bytecode/program.hpp"
#include "vm/model/value.hpp"

namespace rbc {

enum class Outcome : std::uint8_t { resolved, escalated, failed, aborted };
std::string_view spell(Outcome outcome);

// Where a request comes from: found again by fiber, call site and how many-th time, never by a global position.
//   fiber "0" the steps · "L2" ladder 2 · "0/17#1.3" look 3 of the group begun at pc 17, the first time
struct Key {
  std::string fiber;
  std::uint32_t site = 0;         // pc
  std::uint32_t occurrence = 0;   // from 1, counted by fiber and site
  friend bool operator==(const Key&, const Key&) = default;
  friend auto operator<=>(const Key&, const Key&) = default;
};

enum class Exit : std::uint8_t { ask, act, human, notify, sleep, arm, cancel, end };
std::string_view spell(Exit exit);

// Two clocks (language.md 4.11): run time counts only while a process holds the run; wall time never runs backwards.
struct Moment {
  Micros alive = 0;   // run time since the run's start
  Micros wall = 0;    // since 1970, UTC
};

struct Request {
  Exit exit = Exit::ask;
  Key key;
  std::uint32_t index = 0;          // template, human row, notice row, ladder; of end: the outcome
  std::vector<Value> values;        // ask, act: arguments, then holes · human: as HUMAN says · notify, end: {text}
  std::string said;                 // ask, act: the filled utterance, secrets by name · others: the text people read
  Micros limit = 0;                 // ask, act: its own limit, from when it is begun · human: 0 is none
  Micros due = 0;                   // sleep: run time · arm: wall time
  Micros cut = 0;                   // run time at which an enclosing `within` ends it; 0: none. Never cuts an act in flight
  std::uint32_t rung = 0;           // arm, cancel
  enum class Question : std::uint8_t { line, gate, undo, failure, doubt } question = Question::line;   // human: what kind of question
  std::uint32_t program_site = 0;   // index into Program::sites
  std::int32_t step = kNone;
  bool open_items = false;          // human, caution: an item of this step was left open, so it is refused
};

// The answer to a request. `value` of ask and act: what the template's row answers, with .ok .took .at.
struct Completion {
  Key key;
  Way way = Way::answer;
  Value value;
  std::string reason;               // for ways other than answer; why a person declined
  bool in_doubt = false;            // act: it may or may not have happened
  bool cut = false;                 // an enclosing `within` ended it
  // human: what was answered.
  enum class Reply : std::uint8_t { none, value, yes, no, skip, skip_step, retry, escalate, abort, happened, did_not, unknown, timed_out } reply = Reply::none;
  std::string who;                  // the person or contact
  Moment when;
};

struct Event {
  enum class What : std::uint8_t { rung, acknowledge, abort, escalate, undeliverable, skip_step } what = What::rung;
  std::uint32_t ladder = 0, rung = 0;
  Key key;                          // undeliverable: of the notification
  std::string who;
  Moment when;
};

enum class Mode : std::uint8_t { headless, interactive };
struct Start {
  std::string run_id;
  Mode mode = Mode::headless;
  bool dry = false;
  bool may_change = false;
  std::vector<std::string> allow;   // steps whose cautions may go, headless
  std::string from, until;
  std::string environment;
  std::string operator_name, alert;
  std::vector<Value> inputs;        // one an input, in order, already resolved
  std::vector<bool> bound;          // one a resource
  Micros zero = 0;                  // wall time from which ladders count
  Moment when;
};

// What the operator's screen and the timeline are made of. Emitted in order, the same on replay.
struct Trace {
  enum class What : std::uint8_t {
    step_began, step_ended, step_skipped, note, look_ended, check_ended, shown, action_began, action_ended, cause_began, cause_tried,
    sleeping, question, answered, notice, rung_fired, failure, recovered, outcome, afterwards, finished,
  } what;
  std::uint32_t index = 0;          // step, cause, check, template, human, notice, ladder: as `what` says
  std::uint32_t site = 0;
  std::string fiber;
  std::string title;                // filled
  std::string text;                 // utterance, reason, notice, answer
  Value value;                      // look, check (its verdict), shown
  Value measured;                   // check: what its line shows
  int result = 0;                   // cause_tried: as TRIED · outcome: Outcome · answered: Completion::Reply
  Request::Question question = Request::Question::line;   // question, answered: of what kind
  Micros took = 0;
  Moment when;
};

// What a test knows of a run besides its answers: the verdicts that it gives, and where the run has been. Not owned by the machine.
struct Rehearsal {
  // The verdict of a check that need not be looked at, asked when the check starts and again at each of its looks, with what would be said.
  // The fiber is the check's own, and the same on a replay.
  struct Look { std::string fiber; std::uint32_t check = 0; std::vector<Value> arguments; std::int32_t what = kNone; std::vector<Value> values; std::string said; };
  std::function<std::optional<Value>(const Look&)> verdict;
  std::vector<bool> reached;      // by word of the code; the second word of a rule: it decided
};

class Machine {
 public:
  using Watcher = std::function<void(const Trace&)>;
  // `program` must be verified. The watcher may be empty.
  Machine(std::shared_ptr<const Program> program, Start start, Watcher watcher, Rehearsal* rehearsal = nullptr);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void begin();                                  // arms the ladders and runs until every fiber waits
  std::vector<Request> take();                   // what has been asked since the last call, in order
  bool awaits(const Key& key) const;             // whether a completion for this key would be taken
  void complete(const Completion& completion);   // then runs on until every fiber waits
  void happen(const Event& event);

  bool ended() const;                            // nothing more will ever be asked
  std::optional<Outcome> outcome() const;        // fixed before undos and afterwards run
  std::string outcome_reason() const;
  bool crashed() const;                          // fuel ran out, or an invariant broke: our mistake, with `fault`
  std::string fault() const;
  void cancel();                                 // from any thread; the loop stops at the next backward jump or call

  // For screens and tests.
  std::int32_t step() const;
  std::optional<Value> global(std::string_view name) const;
  Value verdict(std::string_view check) const;
  Value evaluate(std::uint32_t function) const;  // of a pure function without parameters; what cannot be had is missing, with the reason
  struct LiveLadder { std::uint32_t ladder; bool live; struct Timer { std::uint32_t rung; Micros due; bool fired; }; std::vector<Timer> timers; };
  std::vector<LiveLadder> ladders() const;
  std::vector<bool> executed() const;            // which instructions have ever been carried out, by opcode

  struct Body;

 private:
  std::unique_ptr<Body> body_;
};

// Inputs in order: given, else a label of the alert, else the environment's, else the default (which may read earlier ones). Problems are sentences.
// Whoever raises an alert writes its labels: they fill inputs of type text and `one of` only, `-` and `_` alike, and a text must match its class.
struct InputGiven { std::string name; std::string text; bool label = false; };
struct InputsResolved { std::vector<Value> values; std::vector<std::string> problems; };
InputsResolved resolve_inputs(const Program& program, std::string_view environment, const std::vector<InputGiven>& given);

}  // namespace rbc
