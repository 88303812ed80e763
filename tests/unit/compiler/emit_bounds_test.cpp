#include <catch2/catch.hpp>

#include <random>

#include "tests/unit/compiler/harness.hpp"

using namespace rbc;
using namespace rbc::stage;

// Every reference runbook in worlds that answer anything: a run ends, and never later than the compiler said.
namespace {

class Chance {
 public:
  explicit Chance(std::uint32_t seed) : engine_(seed) {}
  // How often, of ten times, a value is one that most rules are content with.
  std::size_t kind = 0;
  std::size_t below(std::size_t n) { return n == 0 ? 0 : engine_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }

  Value of(const Type& type) {
    if (type.is_optional() && one_in(3)) return Value::missing("not there");
    if (below(10) < kind) {
      switch (type.tag()) {
        case TypeTag::integer: return Value::integer(0);
        case TypeTag::number: return Value::number(0);
        case TypeTag::percent: return Value::percent(0.1);
        case TypeTag::boolean: return Value::boolean(true);
        case TypeTag::one_of: return Value::option(std::count(type->options.begin(), type->options.end(), "running") ? "running" : type->options[0]);
        default: break;
      }
    }
    switch (type.tag()) {
      case TypeTag::text: return Value::text(one_in(2) ? "Connection pool exhausted" : "nothing");
      case TypeTag::integer: return Value::integer(static_cast<std::int64_t>(below(200)));
      case TypeTag::number: return Value::number(static_cast<double>(below(2000)) / 1000);
      case TypeTag::percent: return Value::percent(static_cast<double>(below(100)) / 100);
      case TypeTag::duration: return Value::duration(static_cast<Micros>(below(100)) * kSecond);
      case TypeTag::size: return Value::size(static_cast<std::int64_t>(below(1u << 30)));
      case TypeTag::rate: return Value::rate(static_cast<double>(below(10)));
      case TypeTag::instant: return Value::instant(1'700'000'000 * kSecond);
      case TypeTag::boolean: return Value::boolean(one_in(2));
      case TypeTag::url: return Value::url("https://example.com");
      case TypeTag::secret: return Value::secret("secret");
      case TypeTag::verdict: return Value::verdict(Colour::green);
      case TypeTag::one_of: return Value::option(type->options[below(type->options.size())]);
      case TypeTag::json: return parse_json(one_in(2) ? R"({"status": "healthy", "version": "v1.0.0", "errorRate": 0.001})" : "{}").value();
      case TypeTag::list: {
        std::vector<Value> items;
        for (std::size_t i = below(4); i-- > 0;) items.push_back(of(type->element[0]));
        return Value::list(std::move(items));
      }
      case TypeTag::record: return record(type);
      case TypeTag::rows: {
        std::vector<std::string> columns;
        for (const auto& [name, column] : type->fields) columns.push_back(name);
        std::vector<Value> records;
        for (std::size_t i = below(4); i-- > 0;) records.push_back(record(type));
        return Value::rows(std::move(columns), std::move(records));
      }
      case TypeTag::error:
      case TypeTag::nothing: return Value();
    }
    return Value();
  }

 private:
  Value record(const Type& type) {
    std::vector<std::string> names;
    std::vector<Value> items;
    for (const auto& [name, field] : type->fields) {
      names.push_back(name);
      items.push_back(of(field));
    }
    return Value::record(std::move(names), std::move(items));
  }
  std::mt19937 engine_;
};

struct Book {
  const char *file, *id, *environment;
  std::vector<std::pair<const char*, const char*>> inputs;
  std::vector<std::string> allow;
};

}  // namespace

TEST_CASE("no run takes longer than the compiler said") {
  const std::vector<Book> books = {
      {"rb-01.runbook", "RB-01", "local", {}, {}},
      {"rb-02.runbook", "RB-02", "local", {}, {"fix"}},
      {"service-down.runbook", "SD-01", "", {}, {"fix", "restore"}},
      {"phase3.runbook", "P3-07", "", {}, {"relieve"}},
      {"phase3.runbook", "P3-03", "", {}, {"fix"}},
      {"lineup.runbook", "LU-04", "", {{"previous", "v1.0.0"}, {"backup", "a.sql"}}, {"roll-back"}},
  };
  std::size_t outcomes[4] = {};
  for (const Book& book : books) {
    const auto program = compile_file(book.file, book.id);
    CHECK(program->bounds.longest > 2 * kMinute);
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
      Chance chance(seed);
      Stage stage(program);
      stage.start.environment = book.environment;
      stage.start.allow = book.allow;
      stage.start.may_change = true;
      for (const auto& [name, text] : book.inputs) stage.input(name, text);
      chance.kind = seed % 11;
      const std::size_t bad = seed % 4 == 0 ? 1000 : 1 + chance.below(12), slow = 1 + chance.below(6);
      stage.otherwise = [&](const Template& said) {
        Says says;
        if (chance.one_in(bad)) {
          says.way = static_cast<Way>(1 + chance.below(3));
          says.reason = "by chance";
          says.in_doubt = said.effect > Effect::looks && says.way == Way::silence;
        } else {
          says.value = chance.of(said.answer);
          says.ok = !chance.one_in(bad);
        }
        if (chance.one_in(slow)) says.takes = chance.one_in(2) ? said.limit : static_cast<Micros>(chance.below(static_cast<std::size_t>(said.limit)));
        return says;
      };
      stage.run();
      INFO(book.id << ", seed " << seed << "\n" << stage.shown());
      REQUIRE(stage.outcome());
      ++outcomes[static_cast<std::size_t>(*stage.outcome())];
      REQUIRE(stage.machine().ended());
      REQUIRE(stage.ended_at() <= program->bounds.longest - 2 * kMinute);
      if (*stage.outcome() == Outcome::escalated) CHECK(stage.paged("") > 0);
    }
  }
  // The worlds were neither all well nor all lost.
  CHECK(outcomes[static_cast<std::size_t>(Outcome::resolved)] > 5);
  CHECK(outcomes[static_cast<std::size_t>(Outcome::escalated)] > 5);
}

TEST_CASE("the table of times, row by row") {
  // What the lines take at most, in seconds; the last look at the goal (10) and the delivery (120) are not counted.
  const auto longest = [](const std::string& lines, const std::string& parts = {}) {
    const auto program = compile("http api\npostgres db\nhost box\n  reads ./look *\ncontact lead\n\n"
                                 "procedure twice(n as int)\n  do within 10s box$ ./a <n>\n  wait 5s\n\n"
                                 "runbook T-3: Times\n  severity low\n  goal ok\n" + parts +
                                     "  escalation until resolved\n    after 1d page lead\n  check ok: It answers\n    api> GET /ok\n"
                                     "  check two: Two looks\n    api> GET /a\n    within 3s db> select 1\n  step one: One\n" + lines,
                                 "T-3");
    CHECK(program->bounds.first_page > 0);
    Micros deepest = 0;
    for (const BoundLine& line : program->bounds.path)
      if (line.depth == 0) deepest += line.micros;
    CHECK(deepest == program->bounds.longest);
    return program->bounds.longest / kSecond - 130;
  };
  CHECK(longest("    > a note\n    [ ] an item\n    page lead\n") == 0);
  CHECK(longest("    box$ ./look a\n") == 10);
  CHECK(longest("    check two\n") == 13);
  CHECK(longest("    check two, ok\n") == 13);
  CHECK(longest("    check both\n", "  check both: Of others\n    check two, ok\n") == 23);                 // inside a check one after the other
  CHECK(longest("    check both, ok\n", "  check both: Of others\n    check two, ok\n    api> GET /b\n") == 33);
  CHECK(longest("    check up(n) for each n in [1, 2, 3, 4, 5]\n", "  check up(n as int): Up\n    box$ ./look <n>\n") == 30);   // two a resource
  CHECK(longest("    check two\n    > and\n    check ok\n") == 13);
  CHECK(longest("    do box$ ./a\n") == 126);
  CHECK(longest("    do within 10s box$ ./a\n") == 16);
  CHECK(longest("    do twice with n = 1\n") == 21);
  CHECK(longest("    do within 4s twice with n = 1\n") == 20);
  CHECK(longest("    wait 90s\n") == 90);
  CHECK(longest("    poll until two every 5s for 1m\n") == 73);
  CHECK(longest("    watch ok every 7s for 1m\n") == 56 + 10);
  CHECK(longest("    within 20s\n      wait 1m\n") == 20);
  CHECK(longest("    within 20s\n      wait 5s\n") == 5);
  CHECK(longest("    within 20s\n      do within 1m box$ ./a\n      wait 5s\n") == 71);
  CHECK(longest("    retry 2 times every 10s\n      do repeatable within 4s box$ ./a\n") == 3 * 20 + 20);
  CHECK(longest("    retry 3 times every 5m doubling\n      fail: no\n") == 300 + 600 + 600 - 10);   // it never gets to the goal
  CHECK(longest("    repeat 3 times until n is 1\n      ask n = 2: How many?\n      wait 5s\n") == 15);
  CHECK(longest("    when ok passes\n      wait 5s\n    otherwise\n      wait 9s\n") == 9);
  CHECK(longest("    when ok passes\n      wait 50s\n      end failed: no\n    wait 9s\n") == 50 - 10);   // it ends before the goal
  CHECK(longest("    for each n in [\"a\", \"b\", \"c\"]\n      wait 5s\n") == 15);
  CHECK(longest("    for each n in nodes at most 7\n      wait 5s\n", "  input nodes as list of text = [\"a\"]\n") == 35);
  CHECK(longest("    for each n in [1, 2] at most 7\n      wait 5s\n") == 10);
  CHECK(longest("    for each n in nodes at most 0\n      wait 5s\n    otherwise\n      wait 9s\n", "  input nodes as list of text = [\"a\"]\n") == 9);
  CHECK(longest("    within 20s\n      do within 1m box$ ./a\n      before leaving\n        wait 50s\n      wait 5s\n") == 121);
  CHECK(longest("    for each n in nodes\n      wait 5s\n", "  input nodes as list of text = [\"a\"]\n") == 100);
  CHECK(longest("    approve by lead within 15m: Go?\n    otherwise\n      end failed: no\n") == 900);
  CHECK(longest("    do within 4s box$ ./a\n    otherwise\n      wait 7s\n") == 17);
  CHECK(longest("    do within 4s box$ ./a\n    before leaving\n      wait 3s\n    undo\n      wait 2s\n") == 15);
  CHECK(longest("    diagnose until ok every 5s for 30s\n      cause a\n        symptom two is red\n        wait 5s\n      cause b\n        symptom ok is red\n        [ ] Look at it\n") ==
        10 + (13 + 5 + 30 + 10) + 10);
}
