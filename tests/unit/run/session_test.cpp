// A run's core on virtual time: what is asked when, what is written before what, and what a crash does to it.
#include <catch2/catch.hpp>

#include <utility>

#include "run/journal.hpp"
#include "tests/unit/run/fake.hpp"
#include "vm/bytecode/image.hpp"

using namespace rbc;
using fake::kDba;
using fake::kLead;
using fake::Lines;
using fake::VirtualRun;
using Strings = std::vector<std::string>;

namespace {

std::string state(VirtualRun& run) { return run.store().find(run.id())->state; }

}  // namespace

TEST_CASE("a look is made, and its answer is in the journal before the outcome") {
  VirtualRun run(fake::program([](Lines& l) { l.ask(l.look("GET /health")); }));
  run.begin();
  run.go();
  CHECK(run.world.did == Strings{"look GET /health"});
  CHECK(run.outcome() == Outcome::resolved);
  CHECK(run.session().over());
  const auto row = run.store().find(run.id());
  CHECK(row->state == "ended");
  CHECK(row->outcome == "resolved");
  CHECK(row->reason == "all is well");
  const auto read = run.store().read(run.id());
  CHECK(read.problem.empty());
  CHECK(read.entries.front().phase == Phase::start);
  const auto ended = std::find_if(read.entries.begin(), read.entries.end(), [](const Entry& e) { return e.phase == Phase::ended && e.exit == Exit::ask; });
  REQUIRE(ended != read.entries.end());
  CHECK(completion_of(*ended)->value.field("status")->as_int() == 200);
}

TEST_CASE("a sleep takes run time, and rungs fire while it lasts") {
  VirtualRun run(fake::program([](Lines& l) { l.sleep(40 * kMinute); }, {{5 * kMinute, kDba, "five", false}, {30 * kMinute, kLead, "thirty", false}}));
  run.begin();
  run.go(4 * kMinute);
  CHECK(run.pages().empty());
  run.go(6 * kMinute);
  CHECK(run.pages() == Strings{"dba: five"});
  run.go();
  CHECK(run.pages() == Strings{"dba: five", "lead: thirty"});
  CHECK(run.outcome() == Outcome::resolved);
  CHECK(run.session().now().alive == 40 * kMinute);
  CHECK(run.store().deadlines().empty());
}

TEST_CASE("deadlines are rows of the store until they fire") {
  VirtualRun run(fake::program([](Lines& l) { l.sleep(40 * kMinute); }, {{5 * kMinute, kDba, "five", false}, {30 * kMinute, kLead, "thirty", false}}));
  run.begin();
  run.go(kMinute);
  CHECK(run.store().deadlines().size() == 2);
  run.go(10 * kMinute);
  CHECK(run.store().deadlines().size() == 1);
}

TEST_CASE("an acknowledgement ends the ladder that waits for one, also at the very instant of a rung") {
  const Micros at = GENERATE(values<Micros>({10 * kMinute, 30 * kMinute}));
  VirtualRun run(fake::program([](Lines& l) { l.sleep(10 * kMinute), l.sleep(30 * kMinute); },
                               {{5 * kMinute, kDba, "five", false}, {30 * kMinute, kLead, "thirty", false}}));
  run.begin();
  run.go(at - 1);
  run.clock.advance_to(run.clock.boot() + (at - run.session().now().alive));
  run.post("acknowledge", "dba");
  run.go();
  CHECK(run.pages() == Strings{"dba: five"});
}

TEST_CASE("at one instant the steps come before the rungs") {
  VirtualRun run(fake::program([](Lines& l) { l.sleep(30 * kMinute); }, {{30 * kMinute, kLead, "thirty", false}}));
  run.begin();
  run.go();
  CHECK(run.pages().empty());
  CHECK(run.outcome() == Outcome::resolved);
}

TEST_CASE("within cuts a look and leaves a change alone") {
  SECTION("look") {
    VirtualRun run(fake::program([](Lines& l) { l.within(5 * kSecond, [&] { l.ask(l.look("GET /slow", kMinute)); }); }));
    run.world.script = [](const std::string&) { return fake::FakeWorld::Reply{fake::FakeWorld::good(), kMinute, false}; };
    run.begin();
    run.go();
    CHECK(run.session().now().alive == 5 * kSecond);
    CHECK(run.outcome() == Outcome::failed);
  }
  SECTION("change") {
    VirtualRun run(fake::program([](Lines& l) { l.within(5 * kSecond, [&] { l.act(l.change("POST /restart", false)); }); }));
    run.world.script = [](const std::string&) { return fake::FakeWorld::Reply{fake::FakeWorld::good(), 20 * kSecond, false}; };
    run.begin();
    run.go();
    CHECK(run.session().now().alive == 20 * kSecond);
    CHECK(run.outcome() == Outcome::failed);
  }
}

TEST_CASE("a world that never answers is given up soon after its limit") {
  VirtualRun run(fake::program([](Lines& l) { l.ask(l.look("GET /hole", 10 * kSecond)); }));
  run.world.script = [](const std::string&) { return fake::FakeWorld::Reply{{}, 0, true}; };
  run.begin();
  run.go();
  CHECK(run.session().over());
  CHECK(run.session().now().alive == 20 * kSecond);
}

TEST_CASE("run time stands still while nobody holds the run, wall time does not") {
  VirtualRun run(fake::program([](Lines& l) { l.sleep(10 * kMinute), l.ask(l.look("GET /after")); }, {{kHour, kDba, "an hour", false}}));
  run.begin();
  run.go(4 * kMinute);
  run.clock.advance_to(run.clock.boot() + kMinute);
  run.crash();
  REQUIRE(run.resume(2 * kHour).empty());
  run.go();
  CHECK(run.session().now().alive == 10 * kMinute - (4 * kMinute - run.store().read(run.id()).entries.front().when.alive) + 4 * kMinute);
  CHECK(run.pages() == Strings{"dba: an hour"});
  CHECK(run.outcome() == Outcome::resolved);
}

TEST_CASE("what happened while nobody held the run counts at its own time") {
  const bool acknowledged = GENERATE(values<int>({1, 0})) == 1;
  VirtualRun run(fake::program([](Lines& l) { l.sleep(10 * kHour); }, {{5 * kMinute, kDba, "five", false}, {30 * kMinute, kLead, "thirty", false}, {20 * kMinute, kDba, "twenty", false}}));
  run.begin();
  run.go(6 * kMinute);
  run.crash();
  run.clock.advance_to(run.clock.boot() + 19 * kMinute);
  if (acknowledged) run.post("acknowledge", "dba");
  REQUIRE(run.resume(kHour).empty());
  run.go(2 * kHour);
  if (acknowledged) CHECK(run.pages() == Strings{"dba: five", "dba: twenty"});
  else CHECK(run.pages() == Strings{"dba: five", "dba: twenty", "lead: thirty"});
}

TEST_CASE("a page that reaches nobody fires the next rung at once") {
  VirtualRun run(fake::program([](Lines& l) { l.sleep(kHour); }, {{5 * kMinute, kDba, "five", false}, {30 * kMinute, kLead, "thirty", false}}));
  run.world.unreachable[kDba] = "no such number";
  run.begin();
  run.go(6 * kMinute);
  CHECK(run.pages() == Strings{"dba: five", "lead: thirty"});
  REQUIRE(run.people.deliveries.size() == 2);
  CHECK(run.people.deliveries[0].problem == "no such number");
}

TEST_CASE("a headless failure pages at once, and the page has left before the run is over") {
  VirtualRun run(fake::program([](Lines& l) { l.act(l.change("POST /restart", false)); }, {{30 * kMinute, kLead, "thirty", false}}));
  run.world.script = [](const std::string&) {
    Answer refused;
    refused.way = Way::refusal, refused.reason = "500";
    return fake::FakeWorld::Reply{refused, 0, false};
  };
  run.begin();
  run.go();
  CHECK(run.pages() == Strings{"lead: thirty"});
  CHECK(run.outcome() == Outcome::escalated);
  CHECK(run.people.deliveries.size() == 1);
  CHECK(run.session().over());
}

TEST_CASE("an escalation is over when it is known who was reached, also over a crash") {
  const auto program = fake::program([](Lines& l) { l.escalate(kDba, "help"); }, {{30 * kMinute, kLead, "thirty", false}, {kHour, kLead, "sixty", false}});
  const bool lead_hears = GENERATE(values<int>({1, 0})) == 1;
  const bool killed = GENERATE(values<int>({1, 0})) == 1;
  VirtualRun run(program);
  run.world.unreachable[kDba] = "no such number";
  if (!lead_hears) run.world.unreachable[kLead] = "out of range";
  run.begin();
  if (killed) {
    for (int i = 0; i < 4; ++i) run.store().poll(), run.session().settle();
    CHECK_FALSE(run.outcome());                    // the page has left, and nobody has heard it yet
    run.crash();
    REQUIRE(run.resume(kSecond).empty());
  }
  run.go();
  auto pages = run.pages();
  if (killed) pages.erase(pages.begin());          // sent again: at least once
  CHECK(pages == Strings{"dba: help", "lead: thirty", "lead: sixty"});
  CHECK(run.outcome() == (lead_hears ? Outcome::escalated : Outcome::failed));
  CHECK(run.store().find(run.id())->reason == (lead_hears ? "it is beyond us" : "it is beyond us; nobody could be reached"));
  CHECK(run.session().over());
  const Replayed again = replay(run.store(), *run.store().find(run.id()), [](const Trace&) {});
  CHECK(again.problem.empty());
  CHECK(again.machine->outcome() == run.outcome());
}

TEST_CASE("a page that is never heard of is waited for two minutes, not longer") {
  VirtualRun run(fake::program([](Lines& l) { l.escalate(kDba, "help"); }));
  run.world.swallowed.insert(kDba);
  run.begin();
  run.go(kMinute);
  CHECK_FALSE(run.outcome());
  run.go();
  CHECK(run.outcome() == Outcome::failed);
  CHECK(run.session().now().alive <= 130 * kSecond);
}

TEST_CASE("whoever acknowledges while the page is on its way was reached") {
  VirtualRun run(fake::program([](Lines& l) { l.escalate(kDba, "help"); }));
  run.world.swallowed.insert(kDba);
  run.begin();
  run.go(kMinute);
  run.post("acknowledge", "dba");
  run.go();
  CHECK(run.outcome() == Outcome::escalated);
}

TEST_CASE("a moved system clock moves no timer and is written down") {
  VirtualRun run(fake::program([](Lines& l) { l.sleep(40 * kMinute); }, {{30 * kMinute, kLead, "thirty", false}}));
  run.begin();
  run.go(kMinute);
  const Micros by = GENERATE(values<Micros>({kHour, -kHour}));
  run.clock.jump(by);
  run.go(29 * kMinute);
  CHECK(run.pages().empty());
  CHECK(run.people.remarks.size() == 1);
  run.go();
  CHECK(run.pages() == Strings{"lead: thirty"});
  const auto read = run.store().read(run.id());
  CHECK(std::count_if(read.entries.begin(), read.entries.end(), [](const Entry& e) { return e.phase == Phase::gap; }) == 1);
  CHECK(std::is_sorted(read.entries.begin(), read.entries.end(), [](const Entry& a, const Entry& b) { return a.when.wall < b.when.wall; }));
}

TEST_CASE("a journal of another program is refused") {
  VirtualRun run(fake::program([](Lines& l) { l.ask(l.look("GET /one")), l.sleep(kHour); }));
  run.begin();
  run.go(kMinute);
  Replayed fits = replay(run.store(), *run.store().find(run.id()), {});
  CHECK(fits.problem.empty());
  CHECK(fits.open.size() == 1);

  // The same run, its image exchanged: the entries ask for something else.
  class Exchanged final : public Store {
   public:
    Exchanged(Store& inner, std::string image) : inner_(inner), image_(std::move(image)) {}
    void append(Batch batch, Done done) override { inner_.append(std::move(batch), std::move(done)); }
    void on_ready(std::function<void()> wake) override { inner_.on_ready(std::move(wake)); }
    void poll() override { inner_.poll(); }
    std::string create(const RunRow& row, const std::string& image) override { return inner_.create(row, image); }
    std::vector<RunRow> runs() override { return inner_.runs(); }
    std::optional<RunRow> find(const std::string& id) override { return inner_.find(id); }
    std::string image(const std::string&) override { return image_; }
    Read read(const std::string& run) override { return inner_.read(run); }
    std::vector<std::pair<std::string, Deadline>> deadlines() override { return inner_.deadlines(); }
    std::string hold(const std::string& run, std::uint64_t& fence) override { return inner_.hold(run, fence); }
    void release(const std::string& run) override { inner_.release(run); }
    std::string post(const Mail& mail) override { return inner_.post(mail); }
    std::vector<Mail> collect(const std::string& run, std::uint64_t after) override { return inner_.collect(run, after); }

   private:
    Store& inner_;
    std::string image_;
  };
  Exchanged other(run.store(), save(*fake::program([](Lines& l) { l.ask(l.look("GET /two")), l.sleep(kHour); })));
  CHECK(replay(other, *run.store().find(run.id()), {}).problem.find("does not fit this program") != std::string::npos);
  Exchanged garbage(run.store(), "garbage");
  CHECK_FALSE(replay(garbage, *run.store().find(run.id()), {}).problem.empty());
}

TEST_CASE("a replay tells what happened, word for word") {
  VirtualRun run(fake::program([](Lines& l) { l.ask(l.look("GET /one")), l.sleep(kMinute), l.act(l.change("POST /x", true)); }, {{30 * kSecond, kDba, "half", false}}));
  run.begin();
  run.go();
  REQUIRE(run.outcome() == Outcome::resolved);
  std::vector<Trace> again;
  const Replayed replayed = replay(run.store(), *run.store().find(run.id()), [&](const Trace& trace) { again.push_back(trace); });
  REQUIRE(replayed.problem.empty());
  CHECK(replayed.machine->outcome() == Outcome::resolved);
  REQUIRE(again.size() == run.people.traces.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    CHECK(again[i].what == run.people.traces[i].what);
    CHECK(again[i].text == run.people.traces[i].text);
    CHECK(again[i].when.wall == run.people.traces[i].when.wall);
  }
}

TEST_CASE("a change in flight at a crash is in doubt") {
  const bool repeatable = GENERATE(values<int>({1, 0})) == 1;
  VirtualRun run(fake::program([&](Lines& l) { l.act(l.change("POST /restart", repeatable)); }));
  run.world.script = [](const std::string&) { return fake::FakeWorld::Reply{{}, 0, true}; };
  run.begin();
  run.go(kSecond);
  REQUIRE(run.world.did == Strings{"do POST /restart"});
  run.crash();
  run.world.script = [](const std::string&) { return fake::FakeWorld::Reply{fake::FakeWorld::good(), 0, false}; };
  REQUIRE(run.resume(kMinute).empty());
  run.go();
  CHECK(run.world.did.size() == (repeatable ? 2 : 1));
  CHECK(run.outcome() == (repeatable ? Outcome::resolved : Outcome::failed));
}

TEST_CASE("a look in flight at a crash is made again, and a page is sent again") {
  VirtualRun run(fake::program([](Lines& l) { l.page(kDba, "now"), l.page(kLead, "quietly", NoticeInfo::What::tell), l.ask(l.look("GET /one")); }));
  run.world.script = [](const std::string&) { return fake::FakeWorld::Reply{{}, 0, true}; };
  run.begin();
  for (int i = 0; i < 4; ++i) run.store().poll(), run.session().settle();      // no delivery has been heard of
  REQUIRE(run.world.did.size() == 3);
  run.crash();
  run.world.did.clear();
  run.world.script = [](const std::string&) { return fake::FakeWorld::Reply{fake::FakeWorld::good(), 0, false}; };
  REQUIRE(run.resume(kMinute).empty());
  run.go();
  std::sort(run.world.did.begin(), run.world.did.end());
  CHECK(run.world.did == Strings{"look GET /one", "page dba: now"});
  CHECK(run.outcome() == Outcome::resolved);
}

TEST_CASE("questions without a keyboard") {
  HumanInfo ask;
  ask.kind = HumanKind::ask, ask.name = "n", ask.type = Type(TypeTag::integer), ask.has_default = true;
  HumanInfo item;
  HumanInfo confirm;
  confirm.kind = HumanKind::confirm;
  SECTION("a default holds, an item is left open") {
    VirtualRun run(fake::program([&](Lines& l) { l.human(ask, "How many?", {Value::integer(3)}), l.human(item, "Look at it"); }));
    run.begin();
    run.go();
    CHECK(run.outcome() == Outcome::resolved);
  }
  SECTION("a confirmation fails") {
    VirtualRun run(fake::program([&](Lines& l) { l.human(confirm, "Really?"); }));
    run.begin();
    run.go();
    CHECK(run.outcome() == Outcome::failed);
  }
}

TEST_CASE("an approval waits for those who are named, and for nobody else") {
  HumanInfo approve;
  approve.kind = HumanKind::approve, approve.has_limit = true, approve.by = {"dba", "lead", "ops"}, approve.needed = 2;
  VirtualRun run(fake::program([&](Lines& l) { l.human(approve, "Restore?", {Value::duration(15 * kMinute)}); }));
  run.begin();
  run.go(kMinute);
  REQUIRE(run.people.asked.size() == 1);
  const Key key = run.people.asked[0].key;
  const auto answer = [&](const std::string& who, Completion::Reply reply) {
    Completion c;
    c.reply = reply;
    run.post("answer", who, answer_letter(key, c));
    run.go(2 * kMinute);
  };
  SECTION("two of them, not the one who started it, not one twice") {
    answer("ops", Completion::Reply::yes);
    answer("dba", Completion::Reply::yes);
    answer("dba", Completion::Reply::yes);
    answer("stranger", Completion::Reply::yes);
    CHECK(run.people.remarks.size() == 3);
    CHECK_FALSE(run.outcome());
    run.crash();
    REQUIRE(run.resume(kMinute).empty());
    answer("lead", Completion::Reply::yes);
    run.go();
    CHECK(run.outcome() == Outcome::resolved);
    CHECK(run.session().now().alive < 5 * kMinute);
  }
  SECTION("the first no refuses") {
    answer("dba", Completion::Reply::yes);
    answer("lead", Completion::Reply::no);
    run.go();
    CHECK(run.outcome() == Outcome::failed);
  }
  SECTION("silence refuses at the limit, in wall time") {
    run.crash();
    REQUIRE(run.resume(kHour).empty());
    run.go();
    CHECK(run.outcome() == Outcome::failed);
    CHECK(run.session().now().alive < 15 * kMinute);
  }
}

TEST_CASE("a dry run changes nothing and tells nobody") {
  VirtualRun run(fake::program([](Lines& l) { l.ask(l.look("GET /x")), l.act(l.change("POST /x", false)), l.page(kDba, "words"); }));
  run.start.dry = true;
  run.begin();
  run.go();
  CHECK(run.world.did == Strings{"look GET /x"});
  CHECK(run.session().over());
}

TEST_CASE("a run that is left stays open and goes on later") {
  VirtualRun run(fake::program([](Lines& l) { l.ask(l.look("GET /x")), l.sleep(kHour), l.ask(l.look("GET /y")); }));
  run.begin();
  run.go(kMinute);
  run.session().leave();
  run.go();
  CHECK(run.session().over());
  CHECK(state(run) == "open");
  run.crash();
  REQUIRE(run.resume(kDay).empty());
  run.go();
  CHECK(run.world.did == Strings{"look GET /x", "look GET /y"});
  CHECK(run.outcome() == Outcome::resolved);
}

TEST_CASE("an abort from outside is an outcome") {
  VirtualRun run(fake::program([](Lines& l) { l.sleep(kHour); }));
  run.begin();
  run.go(kMinute);
  run.post("cancel", "ops");
  run.go(2 * kMinute);
  CHECK(run.outcome() == Outcome::aborted);
  CHECK(state(run) == "ended");
  CHECK_FALSE(run.resume().empty());
}

TEST_CASE("a journal that cannot be written stops the run before anything is done") {
  class Full final : public Store {
   public:
    std::unique_ptr<Store> inner = open_memory();
    int left = 0;
    Done waiting;
    void append(Batch batch, Done done) override {
      if (left-- > 0) return inner->append(std::move(batch), std::move(done));
      waiting = std::move(done);
    }
    void on_ready(std::function<void()> wake) override { inner->on_ready(std::move(wake)); }
    void poll() override {
      inner->poll();
      if (waiting) std::exchange(waiting, nullptr)("the disk is full");
    }
    std::string create(const RunRow& row, const std::string& image) override { return inner->create(row, image); }
    std::vector<RunRow> runs() override { return inner->runs(); }
    std::optional<RunRow> find(const std::string& id) override { return inner->find(id); }
    std::string image(const std::string& hash) override { return inner->image(hash); }
    Read read(const std::string& run) override { return inner->read(run); }
    std::vector<std::pair<std::string, Deadline>> deadlines() override { return inner->deadlines(); }
    std::string hold(const std::string& run, std::uint64_t& fence) override { return inner->hold(run, fence); }
    void release(const std::string& run) override { inner->release(run); }
    std::string post(const Mail& mail) override { return inner->post(mail); }
    std::vector<Mail> collect(const std::string& run, std::uint64_t after) override { return inner->collect(run, after); }
  };
  Full full;
  full.left = GENERATE(values<int>({0, 1}));
  VirtualRun run(fake::program([](Lines& l) { l.sleep(kSecond), l.act(l.change("POST /x", false)); }), &full);
  run.begin();
  run.go();
  CHECK(run.session().over());
  CHECK(run.session().problem() == "the disk is full");
  CHECK(run.world.did.empty());
  CHECK(state(run) == "open");
}
