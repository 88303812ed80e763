#include <catch2/catch.hpp>

#include "tests/unit/grammar/parsed.hpp"

using namespace rbc;
using rbc::testing::in_step;
using rbc::testing::Parsed;

namespace {
Captured first_captured(const Parsed& parsed) { return capture(parsed.tree, parsed.tree.find(Kind::Utterance).at(0)); }

// Every byte of the captured text, other than the line breaks, is the file's byte at its mapped place.
void check_map(const Parsed& parsed, const Captured& captured) {
  for (uint32_t i = 0; i < captured.text.size(); ++i) {
    if (captured.text[i] == '\n') continue;
    uint32_t at = captured.file_offset(i);
    if (captured.text[i] == '<' && parsed.source->text()[at] == '\\') continue; // `\<` maps to its backslash
    CHECK(parsed.source->text()[at] == captured.text[i]);
  }
}
} // namespace

TEST_CASE("one line") {
  Parsed parsed(in_step("db> select 1 # no comment"));
  Captured captured = first_captured(parsed);
  CHECK(captured.text == "select 1 # no comment");
  check_map(parsed, captured);
}

TEST_CASE("a block: common indentation goes, the rest and blank lines stay") {
  Parsed parsed(in_step("db>\n    select *\n      from t\n\n    where x\nwait 5s"));
  Captured captured = first_captured(parsed);
  CHECK(captured.text == "select *\n  from t\n\nwhere x");
  check_map(parsed, captured);
}

TEST_CASE("a first line and a block: the first line has no indentation") {
  Parsed parsed(in_step("api> POST /x\n  A: b\n\n  {\n    \"a\": 1\n  }"));
  Captured captured = first_captured(parsed);
  CHECK(captured.text == "POST /x\nA: b\n\n{\n  \"a\": 1\n}");
  check_map(parsed, captured);
}

TEST_CASE("holes stay, and `\\<` becomes `<`") {
  Parsed parsed(in_step("db> select <slow> \\<a> <<b <c.d?> a < b <> c\n    and <x>"));
  Captured captured = first_captured(parsed);
  CHECK(captured.text == "select <slow> <a> <<b <c.d?> a < b <> c\nand <x>");
  REQUIRE(captured.holes.size() == 3);
  CHECK(captured.text.substr(captured.holes[0].begin, captured.holes[0].end - captured.holes[0].begin) == "<slow>");
  CHECK(captured.holes[1].path == std::vector<std::string>{"c", "d"});
  CHECK(captured.holes[1].optional);
  CHECK_FALSE(captured.holes[2].optional);
  CHECK(captured.text.substr(captured.holes[2].begin, 3) == "<x>");
  check_map(parsed, captured);
  CHECK(parsed.source->slice(captured.file_span(captured.holes[2].begin, captured.holes[2].end)) == "<x>");
  CHECK(parsed.source->slice(captured.file_span(0, 6)) == "select");
}

TEST_CASE("a tab after the block's own indentation is kept") {
  Parsed parsed(in_step("db>\n  select\n  \tx"));
  REQUIRE(parsed.sink.ok());
  CHECK(first_captured(parsed).text == "select\n\tx");
}

TEST_CASE("messages, notes, replies, bindings and patterns") {
  Parsed parsed(
      "message m(x as text)\n  Hello <x>,\n    it is \\<red>.\n\n  Bye\n"
      "env e\n  db = postgres://h/x\n"
      "host box\n  reads ./a *\n"
      "test t\n  > A note.\n  given box$ ls\n    prints one\n      two\n    body\n        {\n          1\n        }\n");
  REQUIRE(parsed.sink.ok());
  auto of = [&](Kind kind, size_t i = 0) { return capture(parsed.tree, parsed.tree.find(kind).at(i)).text; };
  CHECK(of(Kind::Message) == "Hello <x>,\n  it is <red>.\n\nBye");
  CHECK(of(Kind::Binding) == "postgres://h/x");
  CHECK(of(Kind::Pattern) == "./a *");
  CHECK(of(Kind::Note) == "A note.");
  CHECK(of(Kind::GivenUtterance) == "ls");
  CHECK(of(Kind::Reply, 0) == "one\ntwo");
  CHECK(of(Kind::Reply, 1) == "{\n  1\n}");
}

TEST_CASE("an empty utterance captures nothing") {
  Parsed parsed(in_step("db>"));
  Captured captured = first_captured(parsed);
  CHECK(captured.text.empty());
  CHECK(captured.file_offset(0) == captured.begin);
}
