#include <catch2/catch.hpp>

#include <set>

#include "tests/unit/vm/kit.hpp"
#include "tests/unit/vm/scenes.hpp"

using namespace kit;
using namespace scenes;

void scenes::note_seen(Seen& seen, const World& w) {
  auto executed = w.machine->executed();
  seen.resize(executed.size());
  for (std::size_t i = 0; i < executed.size(); ++i) seen[i] = seen[i] || executed[i];
}

TEST_CASE("operators answer, or fail with a reason") { Seen s; pure_operators(s); }
TEST_CASE("methods of values") { Seen s; builtins(s); }
TEST_CASE("looks and changes leave the machine and come back") { Seen s; looks_and_changes(s); }
TEST_CASE("doubt, gates, protected environments, dry runs") { Seen s; doubt_and_gates(s); }
TEST_CASE("checks have colours with reasons, groups look in written order") { Seen s; checks_and_groups(s); }
TEST_CASE("at most eight looks at once, and two a resource") { Seen s; group_widths(s); }
TEST_CASE("a poll looks until it passes or its time is over") { Seen s; polls(s); }
TEST_CASE("a failure goes to its handler, with what happened") { Seen s; retries_and_handlers(s); }
TEST_CASE("a limit cuts looks and sleeps, never changes, past the handlers inside") { Seen s; limits(s); }
TEST_CASE("a runbook within a run leaves nothing but how it ended") { Seen s; called_runbooks(s); }
TEST_CASE("what is put aside is put back") { Seen s; calls_and_putting_back(s); }
TEST_CASE("people answer, decline, or stay silent") { Seen s; people(s); }
TEST_CASE("the operator is asked at the line that failed") { Seen s; failures_with_an_operator(s); }
TEST_CASE("from a step, until a step, stopped from outside") { Seen s; parts_of_a_run(s); }
TEST_CASE("ladders climb beside the steps") { Seen s; ladders(s); }
TEST_CASE("the cause that helped is named") { Seen s; causes(s); }

TEST_CASE("every instruction is carried out by some test") {
  Seen seen;
  pure_operators(seen);
  builtins(seen);
  looks_and_changes(seen);
  doubt_and_gates(seen);
  checks_and_groups(seen);
  polls(seen);
  retries_and_handlers(seen);
  limits(seen);
  calls_and_putting_back(seen);
  called_runbooks(seen);
  people(seen);
  ladders(seen);
  causes(seen);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    INFO(info(static_cast<Op>(i)).name);
    CHECK(seen[i]);
  }
}

TEST_CASE("fed the same answers, a machine asks the same") {
  for (const auto& program : {climbing(false), climbing(false, true), polling(), failing()}) {
    World w(program);
    w.answers = [](const Request& r) { return r.exit == Exit::ask ? bad(kSecond) : good({}, kSecond); };
    w.all();
    std::vector<Trace> traces;
    Start start;
    start.bound = {true, true, true, false};
    start.when = {0, World::kZero};
    start.zero = World::kZero;
    Machine again(program, start, [&](const Trace& t) { traces.push_back(t); });
    std::vector<Request> asked;
    auto take = [&] {
      for (auto& r : again.take()) asked.push_back(std::move(r));
    };
    again.begin();
    take();
    for (const auto& delivered : w.journal) {
      delivered(again);
      take();
    }
    REQUIRE(asked.size() == w.asked.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      CHECK(asked[i].key == w.asked[i].key);
      CHECK(asked[i].said == w.asked[i].said);
      CHECK(asked[i].due == w.asked[i].due);
    }
    REQUIRE(traces.size() == w.traces.size());
    for (std::size_t i = 0; i < traces.size(); ++i) CHECK((traces[i].what == w.traces[i].what && traces[i].text == w.traces[i].text));
    CHECK(again.outcome() == w.machine->outcome());
    std::set<Key> keys;
    for (const auto& r : asked) CHECK(keys.insert(r.key).second);
  }
}

TEST_CASE("a program that only spins is stopped") {
  Book b;
  b.main([&] {
    auto again = b.a.label();
    b.a.place(again);
    b.constant(Value::boolean(true));
    b.a.emit_to(Op::JUMP_TRUE, again);
  });
  World w(b.done());
  w.machine->cancel();
  w.all();
  CHECK(w.ending() == "crashed: cancelled");
}

TEST_CASE("inputs: given, else the environment's, else the default") {
  Book b;
  auto p = b.slot("port"), d = b.slot("twice"), n = b.slot("name"), w = b.slot("watch");
  auto port = static_cast<std::int32_t>(b.expression([&] { b.constant(Value::integer(5432)); }));
  auto env_port = static_cast<std::int32_t>(b.expression([&] { b.constant(Value::integer(55432)); }));
  auto twice = static_cast<std::int32_t>(b.expression([&] {
    b.a.emit(Op::GLOBAL, {p});
    b.constant(Value::integer(2));
    b.a.emit(Op::MULTIPLY);
  }));
  auto watch = b.length(15 * kMinute);
  b.main([] {});
  b.p.runbook.inputs = {{"port", TypeTag::integer, p, port, 0, ""}, {"twice", TypeTag::integer, d, twice, 0, ""},
                        {"name", Type::text_matching("[a-z]+").optional(), n, kNone, 0, ""}, {"watch", TypeTag::duration, w, watch, kHour, ""}};
  Environment env;
  env.name = "local";
  env.inputs = {{"RB-00", "port", env_port}};
  b.p.environments = {env};
  auto program = b.done();
  REQUIRE(verify(*program).empty());
  auto r = resolve_inputs(*program, "", {});
  CHECK(r.problems.empty());
  CHECK(r.values[1] == Value::integer(10864));
  CHECK(r.values[2].is_missing());
  r = resolve_inputs(*program, "local", {{"name", "abc"}});
  CHECK(r.values[0] == Value::integer(55432));
  CHECK(r.values[2] == Value::text("abc"));
  r = resolve_inputs(*program, "local", {{"port", "x"}, {"name", "A1"}, {"watch", "2h"}, {"nope", "1"}});
  CHECK(r.problems == std::vector<std::string>{"RB-00 has no input `nope`.", "Input `port`: `x` is not int.", "Input `twice`: `x` is not int.",
                                               "Input `name`: `A1` does not match /[a-z]+/.", "Input `watch`: 2h is more than the 1h that it may be at most."});
}

TEST_CASE("labels of an alert fill texts and options, between flag and environment, if they fit") {
  Book b;
  const auto text = b.slot("data-center"), narrow = b.slot("narrow"), option = b.slot("size"), port = b.slot("port");
  const auto preset = static_cast<std::int32_t>(b.expression([&] { b.constant(Value::text("none")); }));
  const auto number = static_cast<std::int32_t>(b.expression([&] { b.constant(Value::integer(1)); }));
  b.main([] {});
  b.p.runbook.inputs = {{"data-center", TypeTag::text, text, preset, 0, ""}, {"narrow", Type::text_matching("[a-z ]+").optional(), narrow, kNone, 0, ""},
                        {"size", Type::one_of({"small", "large"}).optional(), option, kNone, 0, ""}, {"port", TypeTag::integer, port, number, 0, ""}};
  auto program = b.done();
  auto r = resolve_inputs(*program, "", {{"data_center", "fra-1", true}, {"narrow", "a b", true}, {"size", "large", true}, {"port", "7", true}, {"instance", "$(x)", true}});
  CHECK(r.problems.empty());
  CHECK(r.values == std::vector<Value>{Value::text("fra-1"), Value::text("a b"), Value::option("large"), Value::integer(1)});
  r = resolve_inputs(*program, "", {{"data-center", "$(a flag)"}, {"data-center", "a-label", true}});
  CHECK(r.values[0] == Value::text("$(a flag)"));
  for (const char* refused : {"", "-rf", "a b", "$(x)", "a\n", "\xff", ".."}) {
    INFO(refused);
    r = resolve_inputs(*program, "", {{"data-center", refused, true}});
    REQUIRE(r.problems.size() == 1);
    CHECK(r.problems[0].find("the alert's label `data-center`") != std::string::npos);
  }
  CHECK(resolve_inputs(*program, "", {{"size", "medium", true}, {"narrow", "A", true}}).problems.size() == 2);
  CHECK(resolve_inputs(*program, "", {{"data-center", std::string(200, 'a'), true}}).problems.empty());
  CHECK_FALSE(resolve_inputs(*program, "", {{"data-center", std::string(201, 'a'), true}}).problems.empty());
}
