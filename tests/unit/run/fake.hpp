// A run without a world and without waiting: programs put together by hand, a clock that jumps, a world and people that follow a script.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "run/headless.hpp"
#include "run/session.hpp"
#include "vm/bytecode/assemble.hpp"

namespace rbc::fake {

// Resources of every program here: "web" (a subject), "dba" and "lead" (contacts).
inline constexpr std::uint32_t kWeb = 0, kDba = 1, kLead = 2;

// Puts one step's lines together.
class Lines {
 public:
  explicit Lines(Program& program) : a(program), p_(program) {}
  std::uint32_t look(const std::string& words, Micros limit = 10 * kSecond) { return say(words, Effect::looks, false, limit); }
  std::uint32_t change(const std::string& words, bool repeatable, Micros limit = 60 * kSecond) { return say(words, Effect::changes, repeatable, limit); }

  void ask(std::uint32_t what) { line([&] { a.emit(Op::ASK, {what, 0}), a.emit(Op::POP); }); }
  void act(std::uint32_t what) { line([&] { a.emit(Op::DO, {what, 0}), a.emit(Op::POP); }); }
  void sleep(Micros length) { line([&] { push(Value::duration(length)), a.emit(Op::SLEEP); }); }
  void page(std::uint32_t whom, const std::string& words, NoticeInfo::What what = NoticeInfo::What::page);
  void escalate(std::uint32_t whom, const std::string& words);      // ends the run, "it is beyond us"
  // Values: the default and the limit, where the row has them.
  void human(HumanInfo info, const std::string& title, const std::vector<Value>& values = {});
  void within(Micros limit, const std::function<void()>& block);
  void otherwise(const std::function<void()>& block, const std::function<void()>& handler);
  void push(const Value& value) { a.emit(Op::CONST, {a.constant(value)}); }

  Assembler a;

 private:
  std::uint32_t say(const std::string& words, Effect effect, bool repeatable, Micros limit);
  void line(const std::function<void()>& write);
  Program& p_;
};

struct RungOf {
  Micros after = 0;
  std::uint32_t whom = kDba;
  std::string words;
  bool every = false;
};

// A runbook RB-T with one step `fix`, ended `resolved`, and one ladder of these rungs, `until acknowledged`.
std::shared_ptr<const Program> program(const std::function<void(Lines&)>& step, const std::vector<RungOf>& rungs = {});

class FakeClock final : public Clock {
 public:
  Micros boot() const override { return boot_; }
  Micros wall() const override { return boot_ + offset_; }
  void advance_to(Micros boot) { boot_ = std::max(boot_, boot); }
  void jump(Micros by) { offset_ += by; }

 private:
  Micros boot_ = 1000 * kSecond;
  Micros offset_ = 1'700'000'000 * kSecond;
};

std::string words(const Said& said);

// Answers by script. Everything that reached it is in `did`, in order: `look x`, `do x`, `page dba: x`, `cancel x`.
class FakeWorld final : public World {
 public:
  struct Reply { Answer answer; Micros takes = 0; bool never = false; };
  explicit FakeWorld(FakeClock& clock) : clock_(clock) {}
  void open(Micros, std::function<void()> opened) override { opened(); }
  void ask(Said said, std::function<void(Answer)> answered) override;
  void cancel(std::uint64_t id) override;
  void notify(Notice notice, std::function<void(std::string)> delivered) override;
  // Gives the answer that is due first, if it is due now.
  bool deliver();
  void forget() { waiting_.clear(); }         // whoever asked is dead
  Micros next_due() const;

  std::function<Reply(const std::string& words)> script = [](const std::string&) { return Reply{good(), 0, false}; };
  std::map<std::uint32_t, std::string> unreachable;      // contact: why
  std::set<std::uint32_t> swallowed;                     // contacts of whom nothing is ever heard
  std::vector<std::string> did;
  static Answer good();

 private:
  struct Waiting { Micros due = 0; std::uint64_t order = 0, id = 0; std::string words; std::function<void()> answer; };
  FakeClock& clock_;
  std::vector<Waiting> waiting_;
  std::uint64_t order_ = 0;
};

// Answers questions by title; without a script as without a keyboard. Keeps what it was told.
class FakePeople final : public Prompter {
 public:
  void attach(Control& control) override { control_ = &control; }
  void ask(const Request& request, std::function<void(Completion)> answered) override;
  void withdraw(const Key& key) override { withdrawn.push_back(key); }
  void trace(const Trace& trace, bool replayed) override { (replayed ? past : traces).push_back(trace); }
  void delivered(const Delivery& delivery) override { deliveries.push_back(delivery); }
  void remark(const std::string& sentence) override { remarks.push_back(sentence); }

  std::function<std::optional<Completion>(const Request&)> script;
  std::vector<Request> asked;
  std::vector<Key> withdrawn;
  std::vector<Trace> traces, past;
  std::vector<Delivery> deliveries;
  std::vector<std::string> remarks;

 private:
  Control* control_ = nullptr;
};

// A run on virtual time, in a store that outlives it.
class VirtualRun {
 public:
  explicit VirtualRun(std::shared_ptr<const Program> program, Store* store = nullptr);
  ~VirtualRun();
  Start start;                                 // changed before begin()
  void begin();
  // Lets it go until it is over, nothing is due, or run time `until` has come.
  void go(Micros until = 100 * kDay);
  // The process dies: what was in flight is lost, what the store has stays. Then another takes the run, `later`.
  void crash();
  std::string resume(Micros later = 0);
  void post(const std::string& what, const std::string& who, const std::string& body = {});
  std::vector<std::string> pages() const;      // of `did`, with the run time of each: `30m page dba: x`
  std::optional<Outcome> outcome() const;

  FakeClock clock;
  FakeWorld world{clock};
  FakePeople people;
  Store& store() { return *store_; }
  Session& session() { return *session_; }
  const std::string& id() const { return row_.id; }

 private:
  void make(std::uint64_t fence);
  std::shared_ptr<const Program> program_;
  std::unique_ptr<Store> own_;
  Store* store_;
  RunRow row_;
  std::unique_ptr<Session> session_;
};

}  // namespace rbc::fake
