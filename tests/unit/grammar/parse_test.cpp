#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/unit/grammar/parsed.hpp"

using namespace rbc;
using rbc::testing::in_step;
using rbc::testing::line_tree;
using rbc::testing::Parsed;

namespace {
void check_node(const Tree& tree, NodeId id, std::set<NodeId>& seen) {
  CHECK(seen.insert(id).second);
  uint32_t at = tree[id].begin;
  for (NodeId child : tree.children(id)) {
    CHECK(tree[child].begin >= at);
    CHECK(tree[child].end <= tree[id].end);
    at = tree[child].end;
    check_node(tree, child, seen);
  }
}
} // namespace

TEST_CASE("all programs parse, and their spans nest in order") {
  size_t programs = 0;
  std::set<Kind> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(RBC_SOURCE_DIR) / "tests/lang")) {
    if (entry.path().extension() != ".runbook") continue;
    std::ifstream in(entry.path());
    Parsed parsed(std::string(std::istreambuf_iterator<char>(in), {}), entry.path().filename().string());
    INFO(parsed.shown());
    CHECK(parsed.sink.all().empty());
    std::set<NodeId> seen;
    check_node(parsed.tree, 0, seen);
    CHECK(seen.size() == parsed.tree.size());
    for (const Node& node : parsed.tree.nodes) kinds.insert(node.kind);
    ++programs;
  }
  CHECK(programs >= 9);
  // The programs reach every kind of node.
  std::string missing;
  for (size_t i = 0; i <= static_cast<size_t>(Kind::Flag); ++i)
    if (auto kind = static_cast<Kind>(i); kind != Kind::Error && !kinds.contains(kind))
      missing += std::string(name_of(kind)) + " ";
  CHECK(missing == "");
}

TEST_CASE("descendants are found in file order, in whole programs and in broken ones") {
  namespace fs = std::filesystem;
  size_t found = 0, programs = 0;
  for (const char* folder : {"tests/lang", "tests/golden/parse"})
    for (const auto& entry : fs::directory_iterator(fs::path(RBC_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".runbook" || fs::file_size(entry.path()) > 60'000) continue;
      std::ifstream in(entry.path());
      const Parsed parsed(std::string(std::istreambuf_iterator<char>(in), {}), entry.path().filename().string());
      const Tree& tree = parsed.tree;
      bool same = true;
      for (NodeId under = 0; under < tree.size(); ++under)
        for (Kind kind : {Kind::Name, Kind::Ref, Kind::Utterance, Kind::Raw, Kind::Bind, Kind::CheckDef, Kind::Var, Kind::Member, Kind::And, Kind::Compare, Kind::Above, Kind::GivenTurns}) {
          const auto all = tree.walk(kind, under);
          same = same && tree.find(kind, under) == all;
          found += all.size();
        }
      INFO(entry.path().string());
      CHECK(same);
      ++programs;
    }
  CHECK(programs > 50);
  CHECK(found > 5'000);
}

TEST_CASE("operators bind as the grammar says") {
  CHECK(
      line_tree("show 1 + 2 * 3 - 4") ==
      "Show\n  Sum -\n    Sum +\n      Number '1'\n      Product *\n        Number '2'\n        Number '3'\n    Number '4'\n");
  CHECK(line_tree("show not a.b is 5% and c passes") ==
        "Show\n  And\n    Not\n      Compare is\n        Member\n          Var 'a'\n          Field 'b'\n        Percent "
        "'5%'\n    Verdict passes\n      Var 'c'\n");
  CHECK(line_tree("show 80% of x.y(1)? as int else - z") ==
        "Show\n  Else\n    Portion\n      Percent '80%'\n      Cast\n        Maybe\n          Member\n            Var 'x'\n    "
        "        Field 'y'\n            Args\n"
        "              Number '1'\n        Type int 'int'\n    Negative\n      Var 'z'\n");
  CHECK(line_tree("show xs where .a is not \"b\" where not .c is missing") ==
        "Show\n  Where\n    Where\n      Var 'xs'\n      Compare is\n        Above\n          Field 'a'\n        Flag not "
        "'not'\n        Text '\"b\"'\n    Not\n"
        "      Presence missing\n        Above\n          Field 'c'\n");
  CHECK(line_tree("show a(1, [2]) is not present or (b)") ==
        "Show\n  Or\n    Presence present\n      Apply\n        Var 'a'\n        Args\n          Number '1'\n          List\n  "
        "          Number '2'\n"
        "      Flag not 'not'\n    Group\n      Var 'b'\n");
}

TEST_CASE("an `a and b` of three is one node") {
  CHECK(line_tree("show a and b and c") == "Show\n  And\n    Var 'a'\n    Var 'b'\n    Var 'c'\n");
}

TEST_CASE("bindings: a look, a choice, an action") {
  CHECK(line_tree("x as int? = within 5s stack.api$ ls") ==
        "Bind\n  Name 'x'\n  Type int\n    Flag ? '?'\n  Probe\n    Limit\n      Duration '5s'\n    Utterance\n      Speaker "
        "$\n        Name 'stack'\n"
        "        Name 'api'\n      Raw\n        Segment 'ls'\n");
  CHECK(line_tree("x = a when b otherwise c") == "Bind\n  Name 'x'\n  Pick\n    Var 'a'\n    Var 'b'\n    Var 'c'\n");
}

TEST_CASE("a `do` line has all that belongs to it") {
  Parsed parsed(in_step(
      "do repeatable within 5m box$ ./x\n> why\notherwise\n  wait 1s\nbefore leaving\n  wait 2s\nundo\n  wait 3s\nwait 4s"));
  REQUIRE(parsed.sink.ok());
  NodeId act = parsed.tree.find(Kind::Do).at(0);
  CHECK(parsed.tree.flag(act, Word::Repeatable));
  CHECK(parsed.tree.child(act, Kind::Limit));
  CHECK(parsed.tree.child(act, Kind::Utterance));
  NodeId otherwise = parsed.tree.child(act, Kind::Otherwise);
  REQUIRE(otherwise);
  CHECK(parsed.tree.child(otherwise, Kind::Note));
  CHECK(parsed.tree.child(act, Kind::Leaving));
  CHECK(parsed.tree.child(act, Kind::Undo));
  CHECK(parsed.tree.all(parsed.tree.find(Kind::Block).at(0), Kind::Wait).size() == 1);
}

TEST_CASE("spans stop before blanks and comments") {
  Parsed parsed(in_step("wait 30s   # a comment\nshow a  +  b   # another\ntell x:   A title   "));
  REQUIRE(parsed.sink.ok());
  CHECK(parsed.tree.text(parsed.tree.find(Kind::Wait).at(0)) == "wait 30s");
  CHECK(parsed.tree.text(parsed.tree.find(Kind::Sum).at(0)) == "a  +  b");
  CHECK(parsed.tree.text(parsed.tree.find(Kind::Title).at(0)) == "A title");
}

TEST_CASE("helpers of the tree") {
  Parsed parsed("runbook RB-01: Title\n  severity high\n  goal a, b\n");
  NodeId runbook = parsed.tree.first(0);
  CHECK(parsed.tree.name(runbook) == "RB-01");
  CHECK(parsed.tree.word(parsed.tree.child(runbook, Kind::Severity)) == Word::High);
  CHECK(parsed.tree.find(Kind::Ref, runbook).size() == 2);
  CHECK(parsed.tree.nth(runbook, 1) == parsed.tree.child(runbook, Kind::Title));
  CHECK(parsed.tree.nth(runbook, 9) == 0);
  CHECK(parsed.tree.child(runbook, Kind::Step) == 0);
}

TEST_CASE("names of steps are free; others are not") {
  CHECK(Parsed("runbook R\n  step undo\n    wait 1s\n").sink.ok());
  CHECK(Parsed(in_step("ask undo: x")).first_code() == "E0108");
}

TEST_CASE("fields may be written in quotes") {
  Parsed parsed(in_step("show x.\"a b\".c"));
  REQUIRE(parsed.sink.ok());
  CHECK(parsed.tree.field_name(parsed.tree.find(Kind::Field).at(0)) == "a b");
  CHECK(parsed.tree.field_name(parsed.tree.find(Kind::Field).at(1)) == "c");
}
