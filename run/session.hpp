// The core of a run: serves what the machine asks from the world and from people, journal first, and fires what is due. It waits for
// nothing itself: whoever drives it (a libuv loop, a test's virtual time) calls it again when something came or is due.
#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>

#include "run/replay.hpp"
#include "run/run.hpp"
#include "stdlib/world.hpp"

namespace rbc {

struct SessionSetup {
  std::shared_ptr<const Program> program;
  RunRow row;
  std::uint64_t fence = 0;
  Store* store = nullptr;               // the others are not owned either, and outlive the session
  World* world = nullptr;
  Prompter* prompter = nullptr;
  Clock* clock = nullptr;
  uv_loop_s* loop = nullptr;            // for Control::loop only
  std::vector<std::string> secrets;
  bool yes = false;
  Rehearsal* rehearsal = nullptr;       // a test's
  std::function<void()> wake;           // something came from outside: call settle() soon
  std::function<void()> interrupt;      // Control::interrupt
};

class Session final : public Control {
 public:
  explicit Session(SessionSetup setup);
  ~Session() override;

  // Exactly one of the two comes first.
  void begin(const StartRecord& record);
  void resume(Replayed replayed);

  // Serves and delivers until nothing can be done now, then hands the journal what is new.
  void settle();
  // Handles the one thing that is due first (mail, a sleep, a limit, a rung); false if nothing is. Call settle() after it.
  bool fire();
  // When to call fire() again, on Clock::boot(); 0: nothing is due ever.
  Micros next_due() const;
  void collect_mail();

  // Nothing left to do: the outcome and all deliveries are on disk, or the run was left, or its journal broke.
  bool over() const { return over_; }
  // From here on nothing that still comes is taken: the world is being closed.
  void silence() { over_ = true; }
  // Why it cannot go on, or empty.
  const std::string& problem() const { return problem_; }
  bool changing() const;                // a change is in flight
  const Machine& machine() const { return *machine_; }
  Moment now() const;

  uv_loop_s* loop() override { return setup_.loop; }
  const Program& program() const override { return *setup_.program; }
  const std::string& run() const override { return setup_.row.id; }
  LiveRun live() const override;
  std::vector<std::string> allowed() const override { return allow_; }
  void acknowledge(const std::string& who) override;
  void escalate() override;
  void abort() override;
  void skip_step() override;
  void leave() override;
  void interrupt() override;

 private:
  // A request that is not answered yet.
  struct Pending {
    Request request;
    Moment begun;
    bool recorded = false;              // its beginning is in the journal (or in the batch that is written)
    bool performing = false;            // said to the world, or shown to somebody
    std::uint64_t id = 0;               // the world's
    std::vector<Vote> votes;
    std::vector<Receipt> receipts;      // notify: so far
    Micros guard = 0;                   // run time after which whoever should have answered is given up; 0: none
  };
  // What came from outside, in order of arrival.
  struct Arrival {
    enum class What : std::uint8_t { answer, reply, receipt, event } what = What::event;
    Key key;
    std::uint64_t id = 0;
    Answer answer;
    Completion reply;
    Receipt receipt;
    Event event;
  };
  // Something with a time, as wall time. Order at one instant: letters, then the steps, then the rungs.
  struct Due {
    Micros at = 0;
    enum class Class : std::uint8_t { mail, steps, rung } kind = Class::steps;
    enum class What : std::uint8_t { mail, sleep, cut, limit, guard, rung } what = What::sleep;
    std::uint32_t ladder = 0, rung = 0;
    Key key;
    friend auto operator<=>(const Due&, const Due&) = default;
  };

  void take_up(Moment from);
  void serve(Request request);
  void serve_again(Request request, const Entry& begun);
  void perform(const Key& key);
  void say(Pending& pending);
  void show(Pending& pending);
  void notify(Pending& pending);
  void arrive(Arrival arrival);
  void handle(Arrival& arrival);
  Value kept_secret(const Request& request, const Value& answer);
  void answered(const Arrival& arrival);
  void replied(Completion reply, std::uint64_t mail, const std::string& user = {});
  void vote(Pending& pending, Vote vote);
  void received(const Arrival& arrival);
  void complete(Completion completion);
  void happen(Event event, std::uint64_t mail);
  void letter(const Store::Mail& mail);
  void cut(const Key& key);
  void given_up(const Key& key);
  void drop_unwanted();
  bool earliest(Due& due) const;
  bool approval(const Request& request) const;
  Micros wall_of(Micros alive) const;
  void record(Phase phase, Exit exit, const Key& key, std::string print, std::string body, bool sync);
  void flush();
  void written(const std::vector<Key>& gated, const std::string& problem);
  void wind_up();
  void close();
  void stop(std::string problem);
  void watch_clock();

  SessionSetup setup_;
  std::unique_ptr<Machine> machine_;
  Scrubber scrubber_;
  std::map<Key, Pending> pending_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Request> armed_;
  std::deque<Arrival> arrivals_;
  std::deque<Store::Mail> mail_;        // collected, not yet handled
  std::uint64_t last_mail_ = 0;
  std::uint64_t next_id_ = 1;
  Batch batch_;
  std::vector<Key> gated_;              // to be performed when the batch is on disk
  std::uint64_t seq_ = 0;               // of the last entry handed to the store
  std::size_t writing_ = 0;             // batches under way
  Moment base_;                         // where this process took the run up
  Micros base_boot_ = 0;
  Micros clock_offset_ = 0;             // wall − boot of the system's clocks, to see jumps
  Moment last_;                         // of the last entry
  bool dry_ = false;
  std::vector<std::string> allow_;
  bool left_ = false;                   // leaving: nothing new is begun
  Micros leave_by_ = 0;                 // run time until which a change in flight is waited for
  bool closing_ = false, over_ = false;
  std::string problem_;
};

}  // namespace rbc
