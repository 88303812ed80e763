// One run from start to outcome: what a command gives, what it gets back, and how people are spoken to meanwhile.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "run/clock.hpp"
#include "run/store/store.hpp"
#include "vm/exec/machine.hpp"

struct uv_loop_s;

namespace rbc {

class World;
struct WorldSetup;

struct RunRequest {
  std::shared_ptr<const Program> program;   // verified
  std::string image;                        // save(*program)
  std::string project;                      // folder that relative paths start from
  std::string environment;                  // empty: the only one, if there is one
  std::vector<InputGiven> inputs;
  Mode mode = Mode::headless;
  bool dry = false;
  bool yes = false;                         // Enter at every `do`, nowhere else
  bool may_change = false;
  std::vector<std::string> allow;           // steps whose cautions may go, headless
  std::string from, until;                  // steps
  std::string alert;
  std::optional<Micros> since;              // when the alert began, since 1970
  std::string operator_name;
};

// Exit codes of the program (product.md 1).
inline constexpr int kExitResolved = 0, kExitFindings = 1, kExitRefused = 2, kExitInternal = 3, kExitOpen = 4, kExitEscalated = 10,
                     kExitFailed = 20, kExitAborted = 30;

struct RunResult {
  std::string run;                          // id; empty if it was refused before it had one
  std::optional<Outcome> outcome;           // none: left open, or refused
  std::string reason;                       // why this outcome
  std::vector<std::string> problems;        // sentences; empty if nothing stood in the way
  int exit_code = kExitResolved;
};

// What a screen shows of the run between two traces.
struct LiveRun {
  Moment now;
  std::int32_t step = kNone;
  std::vector<Machine::LiveLadder> ladders; // `due` in wall time
  std::vector<Key> sleeping;
  Micros wakes = 0;                         // run time at which the steps' sleep ends; 0: they do not sleep
  std::size_t looking = 0;                  // looks and changes under way
};

// What a prompter may do to the run it is attached to. Valid from attach() to detach(), on the run's thread.
class Control {
 public:
  virtual ~Control() = default;
  virtual uv_loop_s* loop() = 0;            // to read a keyboard on
  virtual const Program& program() const = 0;
  virtual const std::string& run() const = 0;
  virtual LiveRun live() const = 0;
  virtual std::vector<std::string> allowed() const { return {}; }   // steps whose cautions the run was begun with --allow for
  virtual void acknowledge(const std::string& who) = 0;
  virtual void escalate() = 0;
  virtual void abort() = 0;                 // an outcome: afterwards runs, nothing to resume
  virtual void skip_step() = 0;
  virtual void leave() = 0;                 // stays open, can be resumed
  virtual void interrupt() = 0;             // as Ctrl-C does: first asks the prompter, a second time leaves (raw terminals send no signal)
};

// Delivery of one notification to one contact or channel.
struct Delivery {
  Key key;
  std::uint32_t notice = 0;                 // index into Program::notices
  std::uint32_t resource = 0;
  bool page = false;
  std::string text;
  std::string problem;                      // empty: delivered
};

enum class OnInterrupt : std::uint8_t { go_on, leave, abort };

// Speaks to people. Called on the run's thread only. No call may block; answers come through the function given.
class Prompter {
 public:
  virtual ~Prompter() = default;
  virtual void attach(Control& control) { (void)control; }
  virtual void detach() {}
  // Answered once, at once or later, unless withdrawn. The completion's key, moment and (if empty) `who` are filled in by the run.
  virtual void ask(const Request& request, std::function<void(Completion)> answered) = 0;
  virtual void withdraw(const Key& key) = 0;                   // its limit passed, its block was cut, somebody else answered
  virtual void trace(const Trace& trace, bool replayed) = 0;   // in order; replayed: it happened before this process
  virtual void delivered(const Delivery& delivery) { (void)delivery; }
  virtual void remark(const std::string& sentence) { (void)sentence; }   // about the run itself: clock jumps, resumed, left open
  virtual void tick() {}                                       // about once a second while something is shown; Control::live() has the rest
  virtual bool ticks() const { return false; }                 // whether tick() is wanted: nobody is woken for nothing
  // First Ctrl-C. Whoever cannot ask leaves.
  virtual void interrupted(std::function<void(OnInterrupt)> decide) { decide(OnInterrupt::leave); }
};

// How a world is made: the real one, or a test's.
using MakeWorld = std::function<std::unique_ptr<World>(WorldSetup)>;

struct RunSeams {
  Clock* clock = nullptr;                   // null: the system's
  MakeWorld world;                          // empty: make_world
  bool signals = true;                      // SIGINT, SIGTERM, SIGHUP are the run's while it lasts
};

// Runs until there is an outcome, or the run is left open. Everything that can be refused is refused before the first look.
RunResult begin_run(const RunRequest& request, Store& store, Prompter& prompter, RunSeams seams = {});

struct ResumeRequest {
  std::string run;                          // id, prefix or "last"
  std::string project;
  Mode mode = Mode::headless;
  bool yes = false;
  std::string operator_name;
};
RunResult resume_run(const ResumeRequest& request, Store& store, Prompter& prompter, RunSeams seams = {});

int exit_code(Outcome outcome);

}  // namespace rbc
