// What expressions are worth on the machine: tests/golden/types/values.txt holds an expression a line, and its value or why it has none.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/compiler/harness.hpp"
#include "tests/unit/compiler/operands.hpp"

using namespace rbc;
using namespace rbc::stage;

namespace {

// Values of every type, of which a runbook says what each expression makes.
const char* const kValuesHead = R"(postgres db
http api
host box
  reads ./report *
contact lead
optional host spare

runbook V-1: Values
  severity low
  goal up
  input none as list of text = []
  input one-of-two as one of first, second = second
  input text-q as text?
  input int-q as int?
  escalation until resolved
    after 1d  page lead
  check up: Up
    api> GET /health
  check down: Down
    api> GET /down
  step one: One
    check up, down
    answer = api> GET /x
    output = box$ ./report a
    rows = db> select pid, state, backend_start from pg_stat_activity
    none-at-all = db> select pid from pg_locks
    gone = box$ ./report b
    json = answer.json
)";

Says row_of_disk() {
  return row({{"used", Value::percent(0.5)}, {"free", Value::size(1)}, {"total", Value::size(2)}, {"inodes", Value::percent(0.1)}});
}

}  // namespace

TEST_CASE("expressions are worth what stands beside them") {
  const auto path = std::filesystem::path(RBC_SOURCE_DIR) / "tests/golden/types/values.txt";
  std::vector<std::string> lines, expressions;
  {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      lines.push_back(line);
      if (!line.empty() && line[0] != '#') expressions.push_back(line.substr(0, line.find("  =>")));
    }
  }
  REQUIRE(expressions.size() > 100);
  std::string text = kValuesHead;
  for (std::size_t i = 0; i < expressions.size(); ++i) text += fmt::format("    x{} = {}\n    otherwise\n      > x{} fails: <failure.reason>\n", i, expressions[i], i);
  Stage stage(compile(text, "V-1"));
  stage.given("/health", responds(200));
  stage.given("/down", responds(500));
  stage.given("/x", responds(200, R"({"n": 3, "half": 0.5, "text": "abc", "yes": true, "null": null, "list": [3, 1, 2], "words": ["a", "b"], "day": "2024-12-01",
    "deep": {"n": 7, "odd key": 1}, "big": 9223372036854775807, "huge": 1e300, "first": "key", "at": "day", "count": 9, "none": [], "mixed": [1, "a"], "objects": [{"n": 1, "up": true}, {"n": 2, "up": false}]})"));
  stage.given("./report a", prints("alpha 1\nbeta 22\n\ngamma x"));
  stage.given("./report b", silent("connection refused"));
  const auto at = Value::instant(1'700'000'000'000'000);
  stage.given("pg_stat_activity", rows({"pid", "state", "backend_start"}, {{Value::integer(11), Value::text("idle"), at}, {Value::integer(12), Value::text("active"), at}, {Value::integer(13), Value::text("idle"), Value()}}));
  stage.given("pg_locks", rows({"pid"}, {}));
  stage.run();
  CHECK(stage.outcome() == Outcome::resolved);
  std::map<std::string, std::string> failed;
  for (const Trace& trace : stage.traces)
    if (trace.what == Trace::What::note)
      if (const auto end = trace.text.find(" fails: "); end != std::string::npos) failed[trace.text.substr(0, end)] = trace.text.substr(end + 8);
  std::string seen;
  std::size_t next = 0;
  for (const std::string& line : lines) {
    if (line.empty() || line[0] == '#') {
      seen += line + "\n";
      continue;
    }
    const std::string name = fmt::format("x{}", next);
    const auto value = stage.machine().global(name);
    std::string worth;
    if (const auto why = failed.find(name); why != failed.end()) worth = "fails: " + why->second;
    else if (!value) worth = "no name";
    else if (value->is_missing()) worth = "missing: " + value->text();
    else worth = literal(*value);
    seen += fmt::format("{}  => {}\n", expressions[next++], worth);
  }
  if (std::getenv("RBC_GOLDEN_WRITE")) std::ofstream(path) << seen;
  std::stringstream wanted;
  wanted << std::ifstream(path).rdbuf();
  CHECK(seen == wanted.str());
}

// The types that the compiler gives to every accepted pair (operators.txt) are those of the values that come out.
TEST_CASE("what an operator makes of two values has the type that was promised") {
  const std::map<std::string, std::vector<Tag>> kTags{
      {"text", {Tag::text}}, {"int", {Tag::integer}}, {"number", {Tag::number, Tag::integer}}, {"percent", {Tag::percent}}, {"duration", {Tag::duration}}, {"size", {Tag::size}}, {"rate", {Tag::rate}},
      {"instant", {Tag::instant}}, {"bool", {Tag::boolean}}, {"url", {Tag::url}}, {"json", {Tag::json}}, {"verdict", {Tag::verdict}}, {"option", {Tag::option, Tag::text}}, {"texts", {Tag::list}}, {"ints", {Tag::list}},
      {"jsons", {Tag::list}}, {"rows", {Tag::rows}}, {"record", {Tag::record}}, {"output", {Tag::record}}, {"response", {Tag::record}}, {"text?", {Tag::text, Tag::missing}}, {"int?", {Tag::integer, Tag::missing}}, {"number?", {Tag::number, Tag::integer, Tag::missing}}};
  struct Pair {
    std::string said, type;
    bool json;
  };
  std::vector<Pair> pairs;
  std::ifstream golden(std::filesystem::path(RBC_SOURCE_DIR) / "tests/golden/types/operators.txt");
  std::string op;
  std::size_t row = 0;
  for (std::string line; std::getline(golden, line);) {
    std::istringstream cells(line);
    std::string first, cell;
    if (!(cells >> first)) continue;
    if (first == "is" && cells.peek() == ' ' && line.starts_with("is not")) cells >> cell, first = "is not";
    if (std::find(std::begin(kBinary), std::end(kBinary), first) != std::end(kBinary)) {
      op = first, row = 0;
      continue;
    }
    const Operand& left = kOperands[row++];
    REQUIRE(left.name == first);
    for (std::size_t column = 0; cells >> cell; ++column)
      if (kTags.contains(cell)) pairs.push_back({fmt::format("{} {} ({})", left.said, op, kOperands[column].said), cell, left.name == "json" || kOperands[column].name == "json"});
  }
  REQUIRE(pairs.size() > 300);
  std::string text = kOperandWorld;
  for (std::size_t i = 0; i < pairs.size(); ++i) text += fmt::format("    x{} = {}\n    otherwise\n      > x{} fails: <failure.reason>\n", i, pairs[i].said, i);
  Stage stage(compile(text, "T-1"));
  stage.given("/health", responds(200));
  stage.given("/x", responds(200, "3"));
  stage.given("bin/report", prints("alpha"));
  stage.given("disk", row_of_disk());
  stage.given("pg_stat_activity", rows({"pid", "state"}, {{Value::integer(11), Value::text("idle")}}));
  stage.run();
  REQUIRE(stage.outcome() == Outcome::resolved);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto value = stage.machine().global(fmt::format("x{}", i));
    INFO(pairs[i].said << " is a " << pairs[i].type);
    REQUIRE(value);
    const auto& wanted = kTags.at(pairs[i].type);
    const bool as_promised = std::find(wanted.begin(), wanted.end(), value->tag()) != wanted.end();
    UNSCOPED_INFO(literal(*value));
    // What json holds is only known now: this is a 3.
    CHECK((as_promised || (pairs[i].json && value->is_missing())));
  }
}
