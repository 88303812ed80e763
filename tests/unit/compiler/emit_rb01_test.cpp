#include <catch2/catch.hpp>

#include "tests/unit/compiler/harness.hpp"

using namespace rbc;
using namespace rbc::stage;

// tests/lang/rb-01.test.runbook, played on the machine by hand.
namespace {

Says number(double value) { return row({{"value", Value::number(value)}}); }

struct Rb01 : Stage {
  Rb01() : Stage(compile_file("rb-01.runbook", "RB-01")) {
    start.environment = "local";
    given("GET /health", [this](const std::string&) { return responds(well && well() ? 200 : 503); });
    given("process", row({{"count", Value::integer(1)}}));
    given("port", row({{"open", Value::boolean(true)}}));
    given("ps", rows({"service", "state"}, {}));
    given("stats", rows({"service"}, {}));
    given("disk", row({{"used", Value::percent(0.3)}}));
    given("memory", row({{"used", Value::percent(0.3)}}));
    given("select 1", row({}));
    given("select state", rows({"state", "count"}, {}));
    given("ping", row({}));
    given("test -n", prints(""));
    given("logs", [this](const std::string&) { return prints(log); });
    given("up{job", number(1));
    given("rate(http_requests_total", number(0.001));
    given("histogram_quantile", number(0.2));
    for (const char* change : {"up -d", "restart", "stop", "start"}) given("do stack> " + std::string(change), row({}));
  }
  std::function<bool()> well;
  std::string log = "nothing unusual";
};

}  // namespace

TEST_CASE("RB-01: nobody gets anywhere, so the ladder climbs, and an acknowledgement stops it") {
  Rb01 stage;
  stage.start.mode = Mode::interactive;
  SECTION("it climbs") {
    stage.run(30 * kMinute - kSecond);
    CHECK(stage.paged("") == 0);
    stage.run(30 * kMinute);
    CHECK(stage.paged("team-lead") == 1);
    stage.run(kHour - kSecond);
    CHECK(stage.paged("devops-lead") == 0);
    stage.run(24 * kHour);
    CHECK(stage.paged("devops-lead") == 1);
    CHECK(stage.paged("team-lead") == 1);
  }
  SECTION("it stops where it stands") {
    stage.at(45 * kMinute, [](Stage& now) { now.acknowledge("team-lead"); });
    stage.run(24 * kHour);
    CHECK(stage.paged("team-lead") == 1);
    CHECK(stage.paged("devops-lead") == 0);
    CHECK(stage.machine().step() == 0);
  }
}

TEST_CASE("RB-01: a restart helps, and the run takes its timers with it") {
  Rb01 stage;
  stage.log = "Connection pool exhausted";
  stage.well = [&] { return stage.did("restart backend") != 0; };
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.paged("") == 0);
  CHECK(stage.did("restart backend") == 1);
  CHECK(stage.did("stop backend") == 0);
  CHECK(stage.cause_tried("oom", 0));
  CHECK(stage.cause_tried("pool", 3));
  CHECK(stage.ended_at() <= 20 * kMinute);
}

TEST_CASE("RB-01: without a cause that explains it, it restarts, harder each time, and escalates") {
  Rb01 stage;
  stage.log = "GET /orders 502";
  SECTION("the restart helps") {
    stage.well = [&] { return stage.did("restart backend") != 0; };
    stage.run();
    CHECK(stage.outcome() == Outcome::resolved);
    CHECK(stage.did("stop backend") == 0);
  }
  SECTION("nothing helps") {
    stage.run();
    INFO(stage.shown());
    CHECK(stage.outcome() == Outcome::escalated);
    CHECK(stage.did("restart backend") == 1);
    CHECK(stage.did("start backend") == 2);   // `restart` has it in its name
    CHECK(stage.paged("team-lead") == 1);
    }
}

TEST_CASE("RB-01: coming back is not enough") {
  Rb01 stage;
  bool relapsed = false;
  stage.well = [&] { return stage.did("restart backend") != 0; };
  stage.given("rate(http_requests_total", [&](const std::string&) { return number(relapsed ? 0.2 : 0.001); });
  stage.at(10 * kMinute, [&](Stage&) { relapsed = true; });
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::escalated);
  CHECK(stage.paged("team-lead") == 1);
}

TEST_CASE("RB-01: what we cannot see is not green") {
  Rb01 stage;
  stage.well = [] { return true; };
  stage.given("up{job", silent());
  stage.run();
  CHECK(stage.machine().verdict("scraped").colour() == Colour::blind);
  CHECK(stage.outcome() == Outcome::escalated);
}

TEST_CASE("RB-01: killed at any second, it goes on to the same end") {
  for (Micros when = 0; when <= 60; when += 3) {
    Rb01 stage;
    stage.log = "Connection pool exhausted";
    stage.given("do stack> restart backend", row({}, 7 * kSecond));
    stage.given("histogram_quantile", row({{"value", Value::number(0.2)}}, 4 * kSecond));
    stage.well = [&] { return stage.did("restart backend") != 0; };
    stage.at(when * kSecond, [](Stage& now) { now.crash(); });
    stage.at(when * kSecond + 5 * kSecond, [](Stage& now) { now.crash(); });
    stage.run();
    INFO("killed at " << when << "\n" << stage.shown());
    CHECK(stage.outcome() == Outcome::resolved);
    CHECK(stage.paged("") == 0);
    CHECK(stage.did("stop backend") == 0);
    // Once more at most: in doubt after a crash, and a restart may be repeated.
    CHECK(stage.did("restart backend") <= 2);
  }
}
