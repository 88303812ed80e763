#include <catch2/catch.hpp>

#include "tests/unit/compiler/harness.hpp"

using namespace rbc;
using namespace rbc::stage;

// tests/lang/rb-02.test.runbook, played on the machine by hand: the same world, the same expectations.
namespace {

Says connections(std::int64_t used) { return row({{"used", Value::integer(used)}, {"slots", Value::integer(97)}}); }
Says counted(std::int64_t n) { return row({{"n", Value::integer(n)}}); }
Says container(const char* state) {
  return row({{"state", Value::option(state)}, {"health", Value::option("none")}, {"exit", Value::integer(0)}});
}
Says ended_rows(std::vector<std::int64_t> pids, Micros takes = 0) {
  std::vector<std::vector<Value>> cells;
  for (std::int64_t pid : pids) cells.push_back({Value::integer(pid), Value::boolean(true)});
  return rows({"pid", "ended"}, cells, takes);
}

struct Rb02 : Stage {
  Rb02() : Stage(compile_file("rb-02.runbook", "RB-02")) {
    start.environment = "demo";
    given("GET /health", responds(200));
    given("select 1", row({}));
    given("ps postgres", container("running"));
    given("port", row({{"open", Value::boolean(true)}, {"pid", Value::missing("unknown")}, {"process", Value::missing("unknown")}}));
    given("disk", row({{"used", Value::percent(0.3)}}));
    given("logs", prints("nothing unusual"));
    given("as used", connections(10));
    given("wait_event_type", counted(0));
    given("query_start", counted(0));
    given("group by state", rows({"state", "n", "longest"}, {}));
    given("pg_stat_statements", refuses("relation \"pg_stat_statements\" does not exist"));
    given("pg_stats", rows({"schemaname", "tablename", "attname", "n_distinct"}, {}));
  }
  // Full until `ended` has begun.
  void exhausted(Micros takes = 0) {
    given("as used", [this](const std::string&) { return connections(did("state = 'idle'") == 0 ? 97 : 5); });
    given("state = 'idle'", ended_rows({101, 102}, takes));
  }
};

}  // namespace

TEST_CASE("RB-02: idle sessions hold every slot") {
  Rb02 stage;
  stage.start.allow = {"fix"};
  stage.exhausted();
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.did("state = 'idle'") == 1);
  CHECK(stage.did("pg_blocking_pids") == 0);
  CHECK(stage.notified("incidents") == 1);
  CHECK(stage.paged("") == 0);
  CHECK(stage.cause_tried("slots", 3));
}

TEST_CASE("RB-02: without permission nobody is cut off") {
  Rb02 stage;
  stage.given("as used", connections(97));
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::escalated);
  CHECK(stage.paged("devops-lead") == 1);
  CHECK(stage.paged("") == 1);
  CHECK(stage.did("state = 'idle'") == 0);
  CHECK(stage.cause_tried("slots", 1));
}

TEST_CASE("RB-02: one session blocks the others, and only that one goes") {
  Rb02 stage;
  stage.start.allow = {"fix"};
  stage.given("wait_event_type", [&](const std::string&) { return counted(stage.did("pg_terminate_backend") == 0 ? 3 : 0); });
  stage.given("xact_start", rows({"pid", "usename", "state", "open_for", "query"}, {}));
  stage.given("pg_terminate_backend", ended_rows({4711}));
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.cause_tried("blocked", 3));
  CHECK(stage.did("pg_terminate_backend") == 1);
  CHECK(stage.did("state = 'idle'") == 0);
}

TEST_CASE("RB-02: the container is down") {
  Rb02 stage;
  stage.given("ps postgres", [&](const std::string&) { return container(stage.did("up -d postgres") == 0 ? "exited" : "running"); });
  stage.given("select 1", [&](const std::string&) { return stage.did("up -d postgres") == 0 ? silent("connection refused") : row({}); });
  stage.given("logs", silent());
  stage.given("up -d postgres", row({}));
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.did("up -d postgres") == 1);
  CHECK(stage.paged("team-lead") == 1);
  CHECK(stage.cause_tried("down", 3));
}

TEST_CASE("RB-02: nobody answers the caution, so the ladder climbs") {
  Rb02 stage;
  stage.start.mode = Mode::interactive;
  stage.given("as used", connections(97));
  stage.run(30 * kMinute - kSecond);
  CHECK(stage.paged("") == 0);
  stage.run(30 * kMinute);
  CHECK(stage.paged("team-lead") == 1);
  stage.run(kHour);
  CHECK(stage.paged("devops-lead") == 1);
  stage.run(24 * kHour);
  INFO(stage.shown());
  CHECK_FALSE(stage.outcome());
  CHECK(stage.machine().step() == 3);
  CHECK(stage.did("") == 0);
}

TEST_CASE("RB-02: an acknowledgement stops the ladder") {
  Rb02 stage;
  stage.start.mode = Mode::interactive;
  stage.given("as used", connections(97));
  stage.at(30 * kMinute, [](Stage& now) { now.acknowledge("team-lead"); });
  stage.run(24 * kHour);
  CHECK(stage.paged("") == 0);
}

TEST_CASE("RB-02: a crash during the fix repeats nothing") {
  Rb02 stage;
  stage.start.allow = {"fix"};
  stage.exhausted(10 * kSecond);
  stage.at(5 * kSecond, [](Stage& now) { now.crash(); });
  stage.at(30 * kSecond, [](Stage& now) { now.crash(); });
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.did("state = 'idle'") == 1);
}

TEST_CASE("RB-02: what is missing stays a reason, and its bound holds") {
  auto program = compile_file("rb-02.runbook", "RB-02");
  CHECK(program->runbook.steps.size() == 5);
  CHECK(program->runbook.causes.size() == 6);
  CHECK(program->runbook.causes[2].only_items);
  CHECK_FALSE(program->runbook.causes[0].only_items);
  CHECK(program->runbook.ladders.size() == 2);
  CHECK(program->runbook.afterwards != kNone);
  CHECK(program->bounds.first_page <= 30 * kMinute);
  CHECK(program->bounds.longest_at_caps > program->bounds.longest);
  Rb02 stage;
  stage.otherwise = [](const Template& said) {
    Says says = silent();
    says.takes = said.limit;
    return says;
  };
  stage.run();
  CHECK(stage.outcome());
  CHECK(stage.ended_at() <= program->bounds.longest_at_caps);
}
