// A stage for compiled runbooks: text becomes a program, the program runs on a machine in virtual time, and the test plays the world.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compile.hpp"
#include "vm/bytecode/image.hpp"
#include "vm/exec/machine.hpp"

namespace rbc::stage {

const Catalogue& catalogue();

// Compiles `id` from `text`, with the files of tests/lang beside it. A diagnostic that is an error fails the test that asked.
std::shared_ptr<const Program> compile(const std::string& text, const std::string& id, const std::string& name = "test.runbook");
std::shared_ptr<const Program> compile_file(const std::string& name, const std::string& id);   // of tests/lang

// What the world says to one utterance.
struct Says {
  Way way = Way::answer;
  Value value;
  std::string reason;
  Micros takes = 0;
  bool ok = true;
  bool in_doubt = false;
};
Says row(std::vector<std::pair<std::string, Value>> fields, Micros takes = 0);
Says rows(std::vector<std::string> columns, std::vector<std::vector<Value>> cells, Micros takes = 0);
Says prints(const std::string& text, int exit = 0, Micros takes = 0);
Says responds(int status, const std::string& body = {}, Micros takes = 0);
Says silent(const std::string& reason = "no answer");
Says refuses(const std::string& reason);

struct Spoken {
  std::string said;         // as the machine showed it
  Micros at = 0;            // run time at which it began
  bool change = false;
};
struct Told {
  std::string to, text;
  Micros at = 0;
  bool page = false;
};

class Stage {
 public:
  explicit Stage(std::shared_ptr<const Program> program);

  Start start;                                            // to be changed before run()
  // The last that fits wins. `words` is a part of the utterance as shown.
  using Script = std::function<Says(const std::string& said)>;
  Stage& given(const std::string& words, Script script);
  Stage& given(const std::string& words, Says says) { return given(words, [says](const std::string&) { return says; }); }
  // Everything that no `given` names: looks take their whole limit if so set.
  std::function<Says(const Template& said)> otherwise;
  // Interactive: answers to people's questions; nothing: nobody answers.
  std::function<std::optional<Completion>(const Request&)> people;
  Micros ending = 0;                                      // what a change takes beyond its limit, until it is ended
  Stage& input(const std::string& name, const std::string& text);
  Stage& at(Micros when, std::function<void(Stage&)> act);   // of run time
  void acknowledge(const std::string& who);
  void crash();                                           // everything but the answers so far is forgotten

  // Runs until nothing is left to happen, or `until`.
  void run(Micros until = 7 * kDay);

  // ── what happened ──
  std::vector<Spoken> spoken;
  std::vector<Told> told;
  std::vector<Trace> traces;                              // of the machine that lives
  std::optional<Outcome> outcome() const { return machine_->outcome(); }
  std::string reason() const { return machine_->outcome_reason(); }
  Micros ended_at() const { return ended_at_; }
  Machine& machine() { return *machine_; }
  std::size_t did(const std::string& words) const;        // changes that began
  std::size_t looked(const std::string& words) const;
  std::size_t paged(const std::string& who) const;
  std::size_t notified(const std::string& who) const;
  bool cause_tried(const std::string& name, int result) const;
  std::string shown() const;                              // all traces as lines, for messages

 private:
  struct Due {
    Micros at = 0;
    int order = 0;                                        // at one instant: outside, steps, timers
    std::uint64_t number = 0;
    std::optional<Completion> completion;
    std::optional<Event> event;
    std::function<void(Stage&)> act;
    std::uint32_t ladder = 0, rung = 0;
    bool timer = false, change = false;
  };
  void make_machine();
  void collect();
  void serve(const Request& request);
  void due(Due next);
  Moment moment() const;
  void deliver(const Completion& completion);
  void deliver(const Event& event);
  std::optional<Completion> headless(const Request& request) const;

  std::shared_ptr<const Program> program_;
  std::unique_ptr<Machine> machine_;
  std::vector<std::pair<std::string, Script>> scripts_;
  std::vector<InputGiven> inputs_;
  std::vector<Due> due_;
  std::vector<std::pair<std::optional<Completion>, std::optional<Event>>> journal_;
  std::map<Key, bool> doubtful_;                          // changes under way when the machine was lost
  Micros now_ = 0, ended_at_ = 0;
  std::uint64_t numbers_ = 0;
  bool replaying_ = false;
};

}  // namespace rbc::stage
