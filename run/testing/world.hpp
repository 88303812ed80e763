// The world under test: it answers as the test gives, on the test's clock, and keeps what reached it.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "run/clock.hpp"
#include "stdlib/world.hpp"
#include "vm/bytecode/test_case.hpp"
#include "vm/exec/machine.hpp"

namespace rbc::testing {

class VirtualClock final : public Clock {
 public:
  static constexpr Micros kBoot = 1000 * kSecond;
  Micros boot() const override { return boot_; }
  Micros wall() const override { return boot_ + kWall; }
  Micros passed() const { return boot_ - kBoot; }
  void advance_to(Micros passed) { boot_ = std::max(boot_, kBoot + passed); }

 private:
  static constexpr Micros kWall = 1'735'689'600 * kSecond - kBoot;   // the run starts with the year 2025
  Micros boot_ = kBoot;
};

// A change that began, and what people were sent.
struct Begun { std::uint32_t what = 0; std::string said, written; std::vector<std::string> arguments; Micros at = 0; };
// `node("one")> restart app`, in as few as `most` characters.
std::string shown(const Program& program, const Begun& begun, std::size_t most = 200);
struct Sent { std::uint32_t resource = 0; bool page = false; std::string text; Micros at = 0; };

class TestWorld final : public World {
 public:
  TestWorld(const Program& program, const TestSuite& suite, const TestCase& test, VirtualClock& clock);

  void open(Micros, std::function<void()> opened) override { opened(); }
  void ask(Said said, std::function<void(Answer)> answered) override;
  void cancel(std::uint64_t id) override;
  void notify(Notice notice, std::function<void(std::string)> delivered) override;

  // Of a check that is looked at; see Rehearsal.
  std::optional<Value> verdict(const Rehearsal::Look& look);
  std::optional<std::uint32_t> check_of(const std::string& fiber) const;

  void give(const Given& given);          // from now on
  bool deliver();                         // the answer that is due first, if it is due now
  Micros next_due() const;                // on the clock's boot(); 0: nothing is under way
  void forget() { waiting_.clear(); }     // whoever asked is dead

  std::size_t count(const Action& action) const;
  bool matches(const Begun& begun, const Action& action) const;

  std::function<Value(std::uint32_t)> value;                      // of a pure function of the program
  std::function<void(const Begun&)> ungiven, unexpected;          // a look whose answer is read; a change that nobody expected
  std::vector<Begun> begun;
  std::vector<Sent> sent;

 private:
  struct Active { const Given* given = nullptr; std::size_t since = 0; std::map<std::string, std::int64_t> taken; };   // by the check's arguments
  struct Waiting { Micros due = 0; std::uint64_t order = 0, id = 0; std::function<void()> answer; };
  struct Looking { std::uint32_t check = 0; std::vector<Value> arguments; bool answered = false; };

  Active* nearest(const Begun& said, const Looking* looking);
  Active* verdict_for(const Looking& looking, bool by_line);
  bool of_check(const Active& active, const Looking& looking) const;
  bool says(const Spoken& spoken, const Begun& said) const;
  Value take_turn(Active& active, const Looking& looking);
  const Reply* take_reply(Active& active);
  bool expected(const Begun& said) const;
  Begun filled(const Said& said) const;

  const Program& program_;
  const TestSuite& suite_;
  const TestCase& test_;
  VirtualClock& clock_;
  std::vector<Active> givens_;
  std::vector<const Action*> expected_;                           // what the test says is done, so that it may be
  std::vector<std::vector<std::uint32_t>> lines_of_;              // by check: its looks
  std::map<std::string, Looking> looking_;                        // by fiber
  std::map<std::string, std::optional<Value>> known_;             // verdicts by fiber and look, so that a replay is told the same
  bool crashes_ = false;
  std::vector<Waiting> waiting_;
  std::uint64_t order_ = 0;
};

}  // namespace rbc::testing
