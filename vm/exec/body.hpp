// The machine's inside: fibers of frames on the heap, the groups they look in, the ladders beside them.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "vm/bytecode/flow.hpp"
#include "vm/bytecode/opcode.hpp"
#include "vm/exec/machine.hpp"
#include "vm/exec/operators.hpp"

namespace rbc {

namespace exec {

inline constexpr std::uint64_t kFuel = 50'000'000;    // instructions between two exits: far above any honest loop, below a second or two
inline constexpr std::size_t kMostLooks = 8;          // of a group at once (language.md 4.1)
inline constexpr unsigned kLooksPerResource = 2;

struct Failure {
  std::string reason;
  std::string line;            // the author's text of the line that failed
  Value items;                 // of `for each`: those that failed
  std::uint32_t site = 0;
};

struct Scope {
  char kind = 't';             // as in FlowState
  std::uint32_t handler = 0;
  std::size_t height = 0, failures = 0;
  Micros deadline = 0;         // of a WITHIN: run time
  Micros length = 0;
};

// A block that was put aside with a change: `before leaving`, or `undo`. It sees the names as they were where they were bound then.
struct Deferred {
  std::uint32_t function = 0, pc = 0, site = 0;
  bool undo = false;
  std::vector<Value> locals, slots;
  bool confirmed = false;      // interactive, an undo is asked about first
  std::optional<Outcome> outcome;                      // of a called runbook's last blocks: how it ended
};

// What a check has found so far.
struct Finding {
  Colour colour = Colour::green;
  std::string reason;
  Value measured, shown;       // the last MEASURE; the one of the rule that decided
  Value against;               // since the last rule, what AGAINST said
  std::uint32_t decided = 0;   // word of the rule that gave the colour; 0: no rule did
};

struct Fiber;
struct Ended {
  Value value;
  std::optional<Failure> failure;
};

struct Frame {
  std::uint32_t function = 0;
  std::uint32_t pc = 0;        // of the next instruction
  std::uint32_t at = 0;        // of the one being carried out
  std::vector<Value> locals, stack;
  std::vector<Scope> scopes;
  std::vector<Failure> failures;
  std::vector<Deferred> leaving;
  std::optional<std::vector<Value>> slots;             // a deferred block's view of the runbook's slots
  std::optional<Finding> finding;
  bool forgiving = false;      // a failed line is recorded, and the next one runs
  bool undoing = false;
  std::int32_t called = kNone; // the runbook that this frame runs, of those that are called
  std::size_t undos = 0;       // how many undos were armed before it
  std::optional<Outcome> outcome;                      // of a called runbook, once it is fixed
  // Where failures stop: what to do when the frame has ended. Empty for frames that a CALL made.
  std::function<void(Fiber&, Ended)> done;
  bool base() const { return static_cast<bool>(done); }
};

enum class Waits : std::uint8_t { no, look, act, person, gate, failure, undo, doubt, sleep, group, delivery };

struct Wait {
  Waits what = Waits::no;
  Key key;
  std::uint32_t index = 0;     // template, human row, statement + 1
  std::string said;
  std::vector<Value> values;
  Moment since;
  bool again = false;          // a doubtful change that has been repeated
  bool open_items = false;
  Failure failure;
  std::vector<Deferred> blocks;                        // undo: those still to come
  std::function<void(Fiber&)> then;
};

struct Looked { std::uint32_t check = 0; std::vector<Value> arguments; };

struct GroupItem {
  Looked what;
  enum class State : std::uint8_t { waiting, running, done } state = State::waiting;
  Value verdict;
};
struct Group {
  Fiber* owner = nullptr;
  std::string prefix;          // of the fibers' paths
  std::vector<GroupItem> items;
  std::vector<std::size_t> places;                     // which item each CHECK was
  std::vector<std::pair<Looked, Value>> found;         // of the groups inside, published with this one
  bool nested = false;
};

struct Fiber {
  std::string path;
  std::vector<Frame> frames;
  Moment now;
  Wait wait;
  std::optional<Micros> limit;
  std::vector<Looked> forming;
  std::unique_ptr<Group> group;
  Group* member_of = nullptr;                          // of a check's fiber
  std::size_t member = 0;
  Micros cut = 0;                                      // the earliest limit around the group; 0: none
  Moment began;
  bool reads_strictly = false;                         // a rung's condition: an unlooked check is a failure
  bool pure = false;
  bool ready = false, over = false;
  std::map<std::uint32_t, std::uint32_t> occurrences;
};

struct Timer {
  bool armed = false, fired = false;
  Micros due = 0, length = 0;
};
struct LadderState {
  bool live = false;
  Micros zero = 0;             // wall time from which it counts
  std::vector<Timer> timers;
};
struct Sent { std::uint32_t notice = 0; std::int32_t ladder = kNone; };

// An escalation whose pages are on their way: the outcome is fixed when one of them reached somebody, or none did.
struct Hearing {
  std::set<Key> out;           // pages not heard of yet
  std::string reason;
};

enum class Stop : std::uint8_t { no, abort, escalate, skip_step };

}  // namespace exec

struct Machine::Body {
  Body(std::shared_ptr<const Program> program, Start start, Watcher watcher);

  // machine.cpp: the door, the queue, events
  void begin();
  void settle();                                        // runs every ready fiber until it waits
  void ready(exec::Fiber& fiber);
  exec::Fiber* waiting(const Key& key);
  void complete(const Completion& completion);
  void happen(const Event& event);
  void crash(std::string why);
  void trace_question(const exec::Fiber& fiber, std::uint32_t index, std::uint32_t site, Request::Question kind, std::string title, std::string text);
  void trace(Trace::What what, const exec::Fiber& fiber, std::uint32_t index, std::uint32_t site, std::string title = {}, std::string text = {},
             Value value = {}, Value measured = {}, int result = 0, Micros took = 0);
  Request& request(Exit exit, exec::Fiber& fiber, std::uint32_t site_pc);
  std::uint32_t site_at(std::uint32_t pc) const;
  std::string title_of(const Words& words, const std::vector<Value>& arguments = {});
  Micros earliest_cut(const exec::Fiber& fiber) const;

  // interpret.cpp
  void run(exec::Fiber& fiber);
  bool instruction(exec::Fiber& fiber);                 // false: the fiber waits or is over
  void push_call(exec::Fiber& fiber, std::uint32_t function, std::vector<Value> arguments, std::function<void(exec::Fiber&, exec::Ended)> done);
  exec::Ended pure(std::uint32_t function, std::vector<Value> arguments, const exec::Frame* copied = nullptr, std::optional<std::pair<std::uint32_t, Value>> slot = {}, bool strict = false);
  exec::Computed where(exec::Fiber& fiber, exec::Frame& frame, std::uint32_t function, std::uint32_t slot, const Value& list);
  void end_frame(exec::Fiber& fiber, Value value);
  Value latest(std::uint32_t check, const std::vector<Value>& arguments, bool strict, std::optional<exec::Failure>& failure);
  exec::Computed run_word(const exec::Fiber& fiber, unsigned which) const;

  // talk.cpp: looks, changes, people, notices
  void ask(exec::Fiber& fiber, std::uint32_t index, std::uint32_t n);
  void act(exec::Fiber& fiber, std::uint32_t index, std::uint32_t n);
  bool gate(exec::Fiber& fiber, std::uint32_t index, std::uint32_t n, std::uint32_t skipped);   // false: waits or failed
  void put_question(exec::Fiber& fiber, std::uint32_t index, std::uint32_t n);
  void notify(exec::Fiber& fiber, std::uint32_t index, std::string text);
  std::string filled(const Template& what, const std::vector<Value>& values) const;
  std::optional<std::string> unsayable(const Template& what, const std::vector<Value>& values, bool change) const;
  void send_act(exec::Fiber& fiber);
  void looked(exec::Fiber& fiber, const Completion& completion);
  void acted(exec::Fiber& fiber, const Completion& completion);
  void answered(exec::Fiber& fiber, const Completion& completion);
  bool common_reply(exec::Fiber& fiber, const Completion& completion);   // abort, escalate, skip the step: true if it was that

  // failure.cpp
  void fail(exec::Fiber& fiber, std::string reason, Value items = {});
  void raise(exec::Fiber& fiber, exec::Failure failure, bool asked = false);
  void unwind_to(exec::Fiber& fiber, std::size_t frames, std::function<void(exec::Fiber&)> then);
  void run_blocks(exec::Fiber& fiber, std::vector<exec::Deferred> blocks, std::function<void(exec::Fiber&)> then);
  void ask_about(exec::Fiber& fiber, exec::Failure failure);
  void failure_answered(exec::Fiber& fiber, const Completion& completion);
  void unhandled(exec::Fiber& fiber, const exec::Failure& failure);
  void restore(exec::Frame& frame, std::uint32_t state_of, std::uint32_t pc);
  const Statement* statement_at(std::uint32_t pc, bool skip) const;
  bool cut(exec::Fiber& fiber, bool told);              // whether an enclosing limit has ended what the fiber did
  void next_line(exec::Fiber& fiber, const exec::Failure& failure);

  // groups.cpp
  void look_at_group(exec::Fiber& fiber);
  void start_looks(exec::Group& group);
  void check_over(exec::Fiber& fiber, exec::Ended ended);
  void group_over(exec::Fiber& owner);
  void drop_group(exec::Fiber& fiber);
  void settle_check(exec::Fiber& fiber, const Value& verdict);

  // ending.cpp: steps, the outcome and what comes after it
  void begin_step(exec::Fiber& fiber, std::uint32_t n);
  void leave_step(exec::Fiber& fiber, std::uint32_t n);
  void skip_step(exec::Fiber& fiber);
  void give_up(exec::Fiber& fiber, const std::string& reason);          // fires the ladders; escalated, else failed
  void escalate(exec::Fiber& fiber, std::string reason);                // waits until it is known whether anybody was reached
  void heard(const Key& key, bool reached);
  void end(exec::Fiber& fiber, Outcome outcome, std::string reason);
  void finish(exec::Fiber& fiber);
  void stop(exec::Stop how);

  // called.cpp: a runbook within this run
  void call_runbook(exec::Fiber& fiber, std::uint32_t n, std::vector<Value> inputs);
  bool ends_called(exec::Fiber& fiber, Outcome outcome, const std::string& reason);   // false: no runbook is being called here
  void called_gives_up(exec::Fiber& fiber, std::size_t frame, const std::string& reason);
  void leave_called(exec::Frame& frame, std::vector<exec::Deferred>& blocks);

  // ladders.cpp
  void arm_ladders(const std::function<bool(const Ladder&)>& which, Micros zero);
  void arm_ladder(std::uint32_t ladder, Micros zero);
  void end_ladder(std::uint32_t ladder);
  void arm(std::uint32_t ladder, std::uint32_t rung, Micros due);
  void end_ladders(const std::function<bool(const Ladder&)>& which);
  bool fire(std::uint32_t ladder, std::uint32_t rung);                  // runs the rung's body
  void timer_due(const Event& event);
  bool fire_next(std::uint32_t ladder);
  void fire_rest();                                                     // of every live ladder, each rung once
  bool holds(const Rung& rung);
  void read_conditions();
  void undeliverable(const Event& event);

  std::optional<Value> given_verdict(const exec::Fiber& fiber, std::int32_t what, const std::vector<Value>& values, const std::string& said) const;

  std::shared_ptr<const Program> program;
  Start start;
  Watcher watcher;
  Rehearsal* rehearsal = nullptr;
  Flow flowed;
  std::vector<std::unique_ptr<exec::Fiber>> fibers;     // [0] the steps
  std::deque<exec::Fiber*> queue;
  std::vector<Request> asked;
  std::vector<Value> slots;
  std::map<std::string, Value> verdicts;                // by check and the bytes of its arguments
  std::map<std::uint32_t, Value> last_verdict;          // by check, for screens
  std::vector<exec::Deferred> undos;
  std::vector<exec::LadderState> ladders;
  std::map<Key, exec::Sent> sent;
  std::optional<Key> escalated_to;                      // the page of an `escalate to` whose END comes next
  std::optional<exec::Hearing> hearing;
  std::set<std::int32_t> open_items;                    // steps of which an item was left open
  bool cause_of_items = false;                          // in a cause of only human items: skipped headless, it holds back no other cause
  std::vector<Value> actions;
  std::optional<Outcome> fixed;
  std::string fixed_reason;
  std::string identified;
  std::int32_t current_step = kNone;
  std::int32_t from_step = kNone, until_step = kNone;
  bool stopped_after = false;
  exec::Stop stopping = exec::Stop::no;
  bool begun = false, over = false, crashed = false;
  std::string fault;
  Moment now;
  std::vector<bool> executed = std::vector<bool>(static_cast<std::size_t>(Op::kCount));
  std::uint64_t fuel = exec::kFuel;
  std::atomic<bool> cancelled{false};
};

}  // namespace rbc
