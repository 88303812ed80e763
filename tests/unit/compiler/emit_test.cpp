#include <catch2/catch.hpp>

#include "compiler/times_schedule.hpp"
#include "tests/unit/compiler/harness.hpp"

using namespace rbc;
using namespace rbc::stage;

namespace {

const char* const kWorld = R"(http api
postgres db
compose stack
host box
  reads ./look *
contact lead
contact boss
channel room

)";

std::shared_ptr<const Program> small(const std::string& runbook) { return compile(kWorld + runbook, "T-1"); }

// A runbook of one step with these lines, indented by four.
std::shared_ptr<const Program> step(const std::string& lines, const std::string& more = {}) {
  return small("runbook T-1: Small\n  severity low\n  goal ok\n" + more +
               "  escalation until resolved\n    after 1d page lead\n  check ok: It answers\n    api> GET /ok\n  step one: One\n" + lines);
}

std::vector<std::string> notes(const Stage& stage) {
  std::vector<std::string> found;
  for (const Trace& trace : stage.traces)
    if (trace.what == Trace::What::note) found.push_back(trace.text);
  return found;
}

std::vector<Micros> looks_at(const Stage& stage, const std::string& words) {
  std::vector<Micros> found;
  for (const Spoken& each : stage.spoken)
    if (!each.change && each.said.find(words) != std::string::npos) found.push_back(each.at / kSecond);
  return found;
}

}  // namespace

TEST_CASE("a group is scheduled in order, eight in all and two a resource") {
  using times::makespan;
  CHECK(makespan({}) == 0);
  CHECK(makespan({{5, {1}}, {5, {1}}, {5, {1}}}) == 10);
  CHECK(makespan({{5, {1}}, {5, {2}}, {7, {1}}}) == 7);
  // The third waits for a slot of its resource, and the fourth for the third.
  CHECK(makespan({{10, {1}}, {4, {1}}, {4, {1}}, {1, {2}}}) == 10);
  CHECK(makespan({{10, {1}}, {10, {1}}, {4, {1}}, {1, {2}}}) == 14);
  std::vector<times::Slot> many;
  for (std::uint32_t i = 0; i < 9; ++i) many.push_back({3, {i}});
  CHECK(makespan(many) == 6);
}

TEST_CASE("poll looks now, then every D, and fails when the next look would come too late") {
  Stage stage(step("    poll until ok every 5s for 12s\n    otherwise\n      > <failure.reason>\n"));
  stage.given("/ok", responds(500));
  stage.run();
  INFO(stage.shown());
  // 0, 5, 10; the fourth would be at 15. Then the final look.
  CHECK(looks_at(stage, "/ok") == std::vector<Micros>{0, 5, 10, 10});
  CHECK(notes(stage) == std::vector<std::string>{"ok did not pass within 12s"});
  CHECK(stage.outcome() == Outcome::escalated);
}

TEST_CASE("poll N times in a row, and held") {
  SECTION("in a row") {
    Stage stage(step("    poll until ok 2 times in a row every 5s for 1m\n"));
    int look = 0;
    stage.given("/ok", [&](const std::string&) { return responds(++look == 2 ? 500 : 200); });
    stage.run();
    CHECK(looks_at(stage, "/ok") == std::vector<Micros>{0, 5, 10, 15, 15});
    CHECK(stage.outcome() == Outcome::resolved);
  }
  SECTION("held") {
    Stage stage(step("    poll until ok held 8s every 5s for 1m\n"));
    stage.given("/ok", responds(200));
    stage.run();
    CHECK(looks_at(stage, "/ok") == std::vector<Micros>{0, 5, 10, 10});
  }
  SECTION("a colour") {
    Stage stage(step("    poll until ok is red every 5s for 1m\n    otherwise\n      end failed: stays well\n"));
    stage.given("/ok", responds(200));
    stage.run();
    CHECK(stage.outcome() == Outcome::failed);
    CHECK(looks_at(stage, "/ok").size() == 13);
  }
}

TEST_CASE("watch keeps to its grid, skips rounds it missed, and tolerates failing ones in a row") {
  SECTION("a slow look skips what it missed") {
    Stage stage(step("    watch ok every 5s for 20s\n"));
    int look = 0;
    stage.given("/ok", [&](const std::string&) { return responds(200, "", ++look == 2 ? 7 * kSecond : 0); });
    stage.run();
    INFO(stage.shown());
    CHECK(looks_at(stage, "/ok") == std::vector<Micros>{0, 5, 15, 20, 20});
  }
  SECTION("tolerating") {
    Stage stage(step("    watch ok every 5s for 1m tolerating 2 in a row\n    otherwise\n      > <failure.reason>\n"));
    int look = 0;
    stage.given("/ok", [&](const std::string&) { return responds(++look == 3 || look > 4 ? 500 : 200); });
    stage.run();
    CHECK(looks_at(stage, "/ok") == std::vector<Micros>{0, 5, 10, 15, 20, 25, 30, 30});
    CHECK(notes(stage) == std::vector<std::string>{"ok failed 3 times in a row"});
  }
}

TEST_CASE("retry runs once and up to N times more, doubling its pauses") {
  Stage stage(step("    retry 3 times every 2s doubling\n      do repeatable box$ ./again\n    otherwise\n      > <failure.reason>\n"));
  stage.given("again", refuses("exit 1"));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  std::vector<Micros> at;
  for (const Spoken& each : stage.spoken)
    if (each.change) at.push_back(each.at / kSecond);
  CHECK(at == std::vector<Micros>{0, 2, 6, 14});
  CHECK(notes(stage).size() == 1);
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("for each: rounds, tolerance and what was left") {
  const char* const inputs = "  input nodes as list of text = [\"a\", \"b\", \"c\"]\n";
  SECTION("the first failing round ends it") {
    Stage stage(step("    for each n in nodes\n      do box$ ./fix <n>\n    otherwise\n      > left: <failure.items>\n", inputs));
    int round = 0;
    stage.given("./fix", [&](const std::string&) { return ++round == 2 ? refuses("no") : prints(""); });
    stage.given("/ok", responds(200));
    stage.run();
    INFO(stage.shown());
    CHECK(stage.did("./fix") == 2);
    CHECK(notes(stage) == std::vector<std::string>{"left: b"});
  }
  SECTION("tolerating one") {
    Stage stage(step("    for each n in nodes tolerating 1\n      do box$ ./fix <n>\n", inputs));
    int round = 0;
    stage.given("./fix", [&](const std::string&) { return ++round == 2 ? refuses("no") : prints(""); });
    stage.given("/ok", responds(200));
    stage.run();
    CHECK(stage.did("./fix") == 3);
    CHECK(stage.outcome() == Outcome::resolved);
  }
}

TEST_CASE("the otherwise of when is its else and handles nothing") {
  Stage stage(step("    check ok\n    when ok passes\n      fail: in the arm\n    otherwise\n      end resolved: never\n"));
  stage.given("/ok", responds(200));
  stage.run();
  CHECK(stage.outcome() == Outcome::escalated);   // an unhandled failure fires the ladder's rung
  CHECK(stage.paged("lead") == 1);
}

TEST_CASE("before leaving and undo run newest first, with the values of their time") {
  Stage stage(step("    for each n in [\"a\", \"b\"]\n      do box$ ./lock <n>\n      before leaving\n        do box$ ./unlock <n>\n      undo\n        do box$ ./revert <n>\n"
                   "    fail: for the test\n"));
  stage.given("./", prints(""));
  stage.run();
  INFO(stage.shown());
  std::vector<std::string> did;
  for (const Spoken& each : stage.spoken)
    if (each.change) did.push_back(each.said.substr(each.said.find("./")));
  CHECK(did == std::vector<std::string>{"./lock a", "./lock b", "./unlock b", "./unlock a", "./revert b", "./revert a"});
}

TEST_CASE("within cuts looks and sleeps, and no otherwise inside sees it") {
  Stage stage(step("    within 8s\n      poll until ok every 5s for 1m\n      otherwise\n        > inside\n    otherwise\n      > outside\n"));
  stage.given("/ok", responds(500));
  stage.run();
  INFO(stage.shown());
  CHECK(notes(stage) == std::vector<std::string>{"outside"});
  CHECK(looks_at(stage, "/ok") == std::vector<Micros>{0, 5, 8});
}

TEST_CASE("a missing value is a reason in prose, and a failure anywhere else") {
  Stage stage(step("    log = box$ ./look here\n    show log.grep(/x/)\n    > It said <log.text>\n    when log is missing\n      > nothing came\n    do box$ ./use <log.text>\n    otherwise\n      > not done\n"));
  stage.given("./look", silent("connection refused"));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  const auto said = notes(stage);
  REQUIRE(said.size() == 3);
  CHECK(said[0] == "It said (connection refused)");
  CHECK(said[1] == "nothing came");
  CHECK(said[2] == "not done");
  CHECK(stage.did("./use") == 0);
}

TEST_CASE("a check's rules speak when every look has an answer") {
  const auto colour = [](const std::string& rules, const std::string& words, Says says) {
    Stage stage(small("runbook T-1: Small\n  severity low\n  goal seen\n  escalation until resolved\n    after 1d page lead\n  check seen: Seen\n" + rules + "  step one: One\n    check seen\n"));
    stage.given(words, std::move(says));
    stage.run();
    INFO(stage.shown());
    return stage.machine().verdict("seen").colour();
  };
  const std::string used = "    box> disk /\n    amber if .used > 80%\n    red if .used > 95%\n";
  CHECK(colour(used, "disk", row({{"used", Value::percent(0.5)}})) == Colour::green);
  CHECK(colour(used, "disk", row({{"used", Value::percent(0.9)}})) == Colour::amber);
  CHECK(colour(used, "disk", row({{"used", Value::percent(0.99)}})) == Colour::red);
  CHECK(colour(used, "disk", silent()) == Colour::blind);                       // an observer
  CHECK(colour("    api> GET /x\n", "/x", silent()) == Colour::red);              // a subject
  CHECK(colour("    api> GET /x\n", "/x", responds(503)) == Colour::red);         // not .ok
  CHECK(colour("    api> GET /x\n    red unless .status is 503\n", "/x", responds(503)) == Colour::green);
  CHECK(colour("    no answer is blind\n    api> GET /x\n", "/x", silent()) == Colour::blind);
  CHECK(colour("    api> GET /x\n    red if .json.a is 1\n", "/x", responds(200, "{}")) == Colour::blind);   // a path that is not there
}

TEST_CASE("a straight runbook takes exactly its bound, and every run stays within it") {
  const std::string lines =
      "    box$ ./look a\n    wait 30s\n    poll until ok every 5s for 1m\n    otherwise\n      > not well\n    within 20s api> GET /y\n";
  auto program = step(lines);
  Stage stage(program);
  stage.otherwise = [](const Template& said) {
    Says says = responds(500);
    says.takes = said.limit;
    return says;
  };
  stage.run();
  INFO(stage.shown());
  std::string path;
  for (const BoundLine& line : program->bounds.path) path += fmt::format("{}{} {}\n", std::string(2 * line.depth, ' '), line.text, line.micros / kSecond);
  INFO(path);
  // 10s the look, 30s the wait, 1m + 10s the poll, 20s, 10s the goal, and two minutes for delivery.
  CHECK(program->bounds.longest == 10 * kSecond + 30 * kSecond + 70 * kSecond + 20 * kSecond + 10 * kSecond + 2 * kMinute);
  // Looks that take their whole limit leave the poll's last look before its end: it looks at 0, 15, 30, 45 and 60.
  CHECK(stage.ended_at() == program->bounds.longest - 2 * kMinute);
}

TEST_CASE("a change that is repeated when in doubt counts twice") {
  auto program = step("    do repeatable within 1m box$ ./again\n    otherwise\n      > in doubt\n");
  Stage stage(program);
  Says lost = silent();
  lost.takes = kMinute;
  lost.in_doubt = true;
  stage.given("./again", lost);
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(stage.did("./again") == 2);
  CHECK(stage.ended_at() == 2 * kMinute);
  CHECK(program->bounds.longest == 2 * (kMinute + 6 * kSecond) + 10 * kSecond + 2 * kMinute);
}

TEST_CASE("programs are the same every time") {
  auto a = compile_file("rb-02.runbook", "RB-02"), b = compile_file("rb-02.runbook", "RB-02");
  CHECK(save(*a) == save(*b));
}
