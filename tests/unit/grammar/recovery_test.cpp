#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/unit/grammar/parsed.hpp"

using namespace rbc;
using rbc::testing::in_step;
using rbc::testing::Parsed;

namespace {
// "CODE@line" of every diagnostic.
std::vector<std::string> found(const Parsed& parsed) {
  std::vector<std::string> all;
  for (const Diagnostic& d : parsed.sink.all())
    all.push_back(d.code + "@" + std::to_string(parsed.source->line_at(d.primary.span.begin)));
  return all;
}
using Found = std::vector<std::string>;
} // namespace

TEST_CASE("after a broken line the parser goes on at its column or less") {
  CHECK(found(Parsed(in_step("nonsense here\n  with lines\n    beneath\nwait 5s\nsleep 5"))) == Found{"E0105@3", "E0105@7"});
}

TEST_CASE("a broken header takes its block along, and what stands beside it is read") {
  Parsed parsed("runbook RB-01\n  step one: One\n    when a < b < c\n      wait 1s\n      chekc x\n    wait 2s\n  step two: "
                "Two\n    wiat 3s\n");
  CHECK(found(parsed) == Found{"E0112@3", "E0105@8"});
  CHECK(parsed.tree.find(Kind::Step).size() == 2);
  CHECK(parsed.tree.find(Kind::Wait).size() == 1);
  CHECK(parsed.tree.find(Kind::Error).size() == 2);
}

TEST_CASE("every kind of line recovers by itself") {
  CHECK(found(Parsed("env e\n  [\n  a = b\n  ]\n")) == Found{"E0109@2", "E0109@4"});
  CHECK(found(Parsed("host h\n  readz x\n  reads x\n  foo\n")) == Found{"E0109@2", "E0109@4"});
  CHECK(found(Parsed("check c\n  db> x\n  red when x\n  red if x\n  amber x\n")) == Found{"E0100@3", "E0100@5"});
  CHECK(found(Parsed("runbook R\n  escalation until resolved\n    foo\n    after 5m page x\n    bar\n  severity low\n")) ==
        Found{"E0103@3", "E0103@5"});
  CHECK(
      found(Parsed("test t\n  foo\n  given a\n    foo\n    status 200\n    bar\n  at 1m foo\n  at 2m\n    foo\n    crash\n")) ==
      Found{"E0106@2", "E0107@4", "E0107@6", "E0106@7", "E0106@9"});
  CHECK(found(Parsed(in_step(
            "choose x: X\n  a b\n  c: C\n  d d\ndepending on x\n  a:\n    wait 1s\n  b\n    wait 1s\n  c d\n    wait 1s"))) ==
        Found{"E0100@4", "E0100@6", "E0100@8", "E0100@12"});
  CHECK(found(Parsed(in_step("diagnose until a every 5s for 1m\n  cause x\n    symptom a\n    foo\n    wait 1s\n  caus y\n    "
                             "symptom b\n  cause z\n    symptom c"))) == Found{"E0105@6", "E0100@8"});
}

TEST_CASE("an `otherwise` keeps belonging to the line above when the line above it is whole") {
  Parsed parsed(in_step("poll until a every 5s for 1m\notherwise\n  foo\n  wait 1s\nwait 2s"));
  CHECK(found(parsed) == Found{"E0105@5"});
  CHECK(parsed.tree.find(Kind::Otherwise).size() == 1);
}

TEST_CASE("indentation: too deep, and fitting no block") {
  CHECK(found(Parsed(in_step("wait 1s\n    wait 2s\n    wait 3s\nwait 4s"))) == Found{"E0120@4"});
  Parsed odd("runbook R\n  step s\n    wait 1s\n   when yes\n     wait 2s\n    wait 3s\n  step t\n    wait 4s\n");
  CHECK(found(odd) == Found{"E0121@4"});
  CHECK(odd.tree.find(Kind::Wait).size() == 4);
  CHECK(odd.tree.find(Kind::Step).size() == 2);
}

TEST_CASE("blank lines and comments do not count in recovery") {
  CHECK(found(Parsed(in_step("foo\n\n# margin\n  deeper\n\nwait 1s"))) == Found{"E0105@3"});
}

TEST_CASE("at most one error a line") {
  Parsed parsed("runbook R: \xE2\x80\xAE x\n  severity severe\n");
  CHECK(found(parsed) == Found{"E0123@1", "E0100@2"});
  CHECK(found(Parsed("runbok \xE2\x80\xAE x\n")).size() == 1);
}

TEST_CASE("names declared in skipped text are remembered") {
  Parsed parsed(
      in_step("check healthy is\nask scope = = 1: Scope?\nlog = (\nfor each node in in nodes\n  x = box$ ls\nwait 1s"));
  CHECK(parsed.sink.errors() == 4);
  for (const char* name : {"healthy", "scope", "log", "node", "x"}) {
    INFO(name);
    CHECK(std::find(parsed.tree.lost_names.begin(), parsed.tree.lost_names.end(), name) != parsed.tree.lost_names.end());
  }
  // A title's words are nobody's names.
  Parsed titled("runbook R\n  stpe look: Look at pool\n    wait 1s\n");
  CHECK(std::find(titled.tree.lost_names.begin(), titled.tree.lost_names.end(), "look") != titled.tree.lost_names.end());
  CHECK(std::find(titled.tree.lost_names.begin(), titled.tree.lost_names.end(), "pool") == titled.tree.lost_names.end());
}

TEST_CASE("an astray line costs its utterance only") {
  Parsed parsed(in_step("db> select 1\n    red if .n > 0\n    more\nwait 1s"));
  CHECK(found(parsed) == Found{"E0705@4"});
  CHECK(parsed.tree.find(Kind::Wait).size() == 1);
}

TEST_CASE("trivia: comments and blank lines stand beside the tree, once, in order") {
  std::string text =
      "# top\n\nrunbook R # side\n  # in\n  step s\n    check a: b\n      db> x\n\n    check a # end\n    # last\n";
  Parsed parsed(text);
  REQUIRE(parsed.sink.ok());
  std::vector<std::string> comments;
  uint32_t last = 0;
  for (const Trivia& trivia : parsed.tree.trivia) {
    CHECK(trivia.begin >= last);
    last = trivia.end;
    if (trivia.kind == Trivia::Kind::Comment) comments.emplace_back(text.substr(trivia.begin, trivia.end - trivia.begin));
  }
  CHECK(comments == Found{"# top", "# side", "# in", "# end", "# last"});
  CHECK(parsed.tree.trivia.size() == 7);
}
