// The formatter: what language.md 2.6 fixes, and what must hold for every program.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "grammar/print.hpp"
#include "grammar/print_words.hpp"
#include "tests/tools/generate.hpp"
#include "tests/unit/grammar/parsed.hpp"

namespace rbc {
namespace {

using testing::Parsed;

std::string laid_out(const std::string& text) {
  Parsed parsed(text);
  INFO(text);
  INFO(parsed.shown());
  REQUIRE(parsed.sink.ok());
  return formatted(parsed.tree);
}

// One step's lines, laid out.
std::string step(const std::string& lines) {
  const std::string all = laid_out(testing::in_step(lines)), head = "runbook RB-01\n  step s\n";
  REQUIRE(all.starts_with(head));
  return all.substr(head.size());
}

std::vector<std::string> sorted_comments(const Tree& tree) {
  std::vector<std::string> all;
  for (std::string_view each : comments(tree)) all.emplace_back(each);
  std::sort(all.begin(), all.end());
  return all;
}

// Comments that no rule may carry along.
std::vector<std::string> own_comments(const Tree& tree) {
  std::vector<std::string> all;
  for (std::string_view each : comments(tree))
    if (!each.starts_with("# behind")) all.emplace_back(each);
  return all;
}

// Everything that must hold for every file that parses. Answers the layout.
std::string check_properties(const std::string& text) {
  Parsed before(text);
  INFO(text);
  INFO(before.shown());
  REQUIRE(before.sink.ok());
  const std::string layout = formatted(before.tree);
  Parsed after(layout);
  INFO("laid out:\n" << layout << after.shown());
  REQUIRE(after.sink.ok());
  REQUIRE(same_meaning(before.tree, after.tree));
  REQUIRE(formatted(after.tree) == layout);
  REQUIRE(own_comments(before.tree) == own_comments(after.tree));
  REQUIRE(sorted_comments(before.tree) == sorted_comments(after.tree));
  REQUIRE(layout.find('\r') == std::string::npos);
  return layout;
}

std::vector<std::pair<std::string, std::string>> programs() {
  namespace fs = std::filesystem;
  std::vector<std::pair<std::string, std::string>> all;
  for (const char* folder : {"tests/lang", "tests/golden/check", "tests/golden/emit", "tests/golden/parse"}) {
    if (!fs::exists(fs::path(RBC_SOURCE_DIR) / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(RBC_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".runbook") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      all.emplace_back(entry.path().filename().string(), text.str());
    }
  }
  std::sort(all.begin(), all.end());
  REQUIRE(all.size() > 20);
  return all;
}

TEST_CASE("a level is two blanks, whatever it was") {
  CHECK(laid_out("runbook X\n     step a\n         wait 1s\n         when x\n                wait 2s\n") ==
        "runbook X\n  step a\n    wait 1s\n    when x\n      wait 2s\n");
}

TEST_CASE("one blank between words, none inside brackets") {
  CHECK(step("show   a( 1,2 ) .b") == "    show a(1, 2).b\n");
  CHECK(step("x  =  [ 1 ,2 ]") == "    x = [1, 2]\n");
  CHECK(step("x = ( a+ 1 ) *  - 2 - - b") == "    x = (a + 1) * -2 - - b\n");
  CHECK(step("poll until   ok ( 1 ),b  every 5s   for 1m") == "    poll until ok(1), b every 5s for 1m\n");
  CHECK(step("x = [https://a.b/c ]") == "    x = [https://a.b/c ]\n");
}

TEST_CASE("one blank after a prompt, and the text behind it stays") {
  CHECK(step("db>select  1") == "    db> select  1\n");
  CHECK(step("do box$   echo  a  # b") == "    do box$ echo  a  # b\n");
  CHECK(step("box$ touch a\\ ") == "    box$ touch a\\ \n");
  CHECK(step("db> select 1   ") == "    db> select 1\n");
}

TEST_CASE("embedded text loses its common indentation and nothing else") {
  CHECK(step("db>\n        select a,\n               b\n\n        from t") == "    db>\n      select a,\n             b\n\n      from t\n");
  CHECK(step("db> select a,\n           b") == "    db> select a,\n      b\n");
  CHECK(laid_out("message m\n          Dear all,\n            we\n") == "message m\n  Dear all,\n    we\n");
}

TEST_CASE("a comment stays where it stands") {
  CHECK(laid_out("# top\nrunbook X # of X\n# in X\n  step a\n      # in a\n      wait 1s # behind\n      # last of a\n  # before b\n  step b\n    wait 1s\n  # end of X\n# end") ==
        "# top\nrunbook X  # of X\n  # in X\n  step a\n    # in a\n    wait 1s  # behind\n    # last of a\n\n  # before b\n  step b\n    wait 1s\n  # end of X\n# end\n");
}

TEST_CASE("a comment at an odd column goes with the block that it is deep enough for") {
  CHECK(step("when x\n    wait 1s\n   # of the wait?\n  # of the when\nwait 2s") == "    when x\n      wait 1s\n    # of the wait?\n    # of the when\n    wait 2s\n");
}

TEST_CASE("a comment in the margin still ends embedded text") {
  CHECK(step("db> select 1\n# not SQL\nwait 1s") == "    db> select 1\n    # not SQL\n    wait 1s\n");
}

TEST_CASE("blank lines: one between steps, causes and declarations, none inside a check") {
  CHECK(laid_out("\n\nrunbook X\n\n  goal ok\n  step a\n    wait 1s\n\n\n\n    wait 2s\n  step b\n    wait 1s\ncheck c\n  db> select 1\n\n  red if .ok\n\n\n") ==
        "runbook X\n  goal      ok\n\n  step a\n    wait 1s\n\n    wait 2s\n\n  step b\n    wait 1s\n\ncheck c\n  db> select 1\n  red if .ok\n");
  CHECK(step("diagnose until a every 1s for 5s\n  cause b\n    symptom c\n  # of d\n  cause d\n    symptom e") ==
        "    diagnose until a every 1s for 5s\n      cause b\n        symptom c\n\n      # of d\n      cause d\n        symptom e\n");
  CHECK(laid_out("use a\nuse b\nsecret c from env C\nsecret d from env D\npostgres e\nredis f\n") ==
        "use a\nuse b\n\nsecret c from env C\nsecret d from env D\n\npostgres  e\nredis     f\n");
}

TEST_CASE("five tables are aligned") {
  CHECK(laid_out("runbook X\n  severity low\n  goal ok\n  service A b\n") == "runbook X\n  severity  low\n  goal      ok\n  service   A b\n");
  CHECK(laid_out("http api: The backend\nprometheus prom\nhost web: The machine\ncontact a: A\nchannel incidents\n") ==
        "http        api: The backend\nprometheus  prom\nhost        web: The machine\ncontact  a: A\nchannel  incidents\n");
  CHECK(laid_out("http a: A\nhttp bcd: B\n") == "http  a:   A\nhttp  bcd: B\n");
  CHECK(laid_out("http a: A\n") == "http a: A\n");
  CHECK(laid_out("optional pgbouncer b\nhost m(x as text): M\nredis c\nhttp d\n") == "optional pgbouncer b\nhost m(x as text): M\nredis  c\nhttp   d\n");
  CHECK(laid_out("env e\n  input X.a=1\n  input X.bcd = 2\n  db = postgres://x\n  cache=redis://y\n\n  a = z\n") ==
        "env e\n  input X.a   = 1\n  input X.bcd = 2\n  db    = postgres://x\n  cache = redis://y\n\n  a = z\n");
  CHECK(laid_out("runbook X\n  escalation until resolved\n    after 5m page a\n    after 90s tell b: C\n    when x page a\n    every 1h while y tell b\n") ==
        "runbook X\n  escalation until resolved\n    after 5m     page a\n    after 1m30s  tell b: C.\n    when x page a\n    every 1h while y tell b\n");
  CHECK(laid_out("test t\n  at 5m crash\n  at 90s expect nobody paged\n  at 2h\n    crash\n") ==
        "test t\n  at 5m     crash\n  at 1m30s  expect nobody paged\n  at 2h\n    crash\n");
}

TEST_CASE("rules of one look stand by colour") {
  CHECK(laid_out("check c\n  db> a\n  blind if .x\n  red if .y # r\n  amber if .z\n  red unless .a\n  db> b\n  red if .b\n  amber if .c\n") ==
        "check c\n  db> a\n  amber if .z\n  red if .y  # r\n  red unless .a\n  blind if .x\n  db> b\n  amber if .c\n  red if .b\n");
  CHECK(laid_out("check c\n  db> a\n  red if .x\n  y = .z\n  amber if y is 1\n") == "check c\n  db> a\n  red if .x\n  y = .z\n  amber if y is 1\n");
}

TEST_CASE("a rule with a comment above it stays where it is") {
  CHECK(laid_out("check c\n  db> a\n  # rbc: allow(E0401, reason = \"x\")\n  red if .x\n  blind if .z\n  amber if .y\n") ==
        "check c\n  db> a\n  # rbc: allow(E0401, reason = \"x\")\n  red if .x\n  amber if .y\n  blind if .z\n");
}

TEST_CASE("literals are said as an author would say them") {
  using printing::spoken_duration, printing::spoken_size;
  for (auto [written, said] : {std::pair{"90s", "1m30s"}, {"1800s", "30m"}, {"60m", "1h"}, {"48h", "48h"}, {"90d", "90d"}, {"2w", "2w"}, {"1440m", "24h"}, {"1d30h", "2d6h"},
                               {"1000ms", "1s"}, {"1500ms", "1500ms"}, {"1s500ms", "1500ms"}, {"61s5ms", "1m1s5ms"}, {"0m", "0s"}, {"1h0m", "1h"}, {"007s", "7s"},
                               {"5s1h", "5s1h"}, {"99999999999999999999s", "99999999999999999999s"}})
    CHECK(spoken_duration(written) == said);
  for (auto [written, said] : {std::pair{"1024MiB", "1GiB"}, {"1000KB", "1MB"}, {"1536MiB", "1536MiB"}, {"512MiB", "512MiB"}, {"0.5GiB", "0.5GiB"}, {"1024GiB", "1TiB"},
                               {"1024TiB", "1024TiB"}, {"0KiB", "0KiB"}, {"4096B", "4096B"}, {"1_024KiB", "1MiB"}})
    CHECK(spoken_size(written) == said);
  CHECK(step("show 3per   hour") == "    show 3 per hour\n");
}

TEST_CASE("titles without a full stop, sentences with one") {
  for (auto [written, said] : {std::pair{"One.", "One"}, {"At 3 a.m.", "At 3 a.m."}, {"And so on...", "And so on..."}, {"Logs, etc.", "Logs, etc."}, {"Is it? Yes.", "Is it? Yes"},
                               {"v1.2.", "v1.2."}, {"Go to .", "Go to ."}, {"<x>.", "<x>"}, {".", "."}})
    CHECK(laid_out(std::string("runbook X: ") + written + "\n  goal ok\n") == std::string("runbook X: ") + said + "\n  goal      ok\n");
  CHECK(step("page a: It is down") == "    page a: It is down.\n");
  CHECK(step("tell a: Is it?") == "    tell a: Is it?\n");
  CHECK(step("tell a: See https://x.y/z") == "    tell a: See https://x.y/z\n");
  CHECK(step("tell a: It is <x>") == "    tell a: It is <x>.\n");
  CHECK(step("escalate to a: «Über»") == "    escalate to a: «Über»\n");
  CHECK(step("end resolved: It is well.") == "    end resolved: It is well.\n");
  CHECK(step("ask x: Why.") == "    ask x: Why.\n");
}

TEST_CASE("a file ends in one line feed, without a mark at its start and without carriage returns") {
  CHECK(laid_out("\xEF\xBB\xBFrunbook X\r\n  step a\r\n    db> select 1\r\n      from t\r\n    wait 1s # c\r\n\r\n") ==
        "runbook X\n  step a\n    db> select 1\n      from t\n    wait 1s  # c\n");
  CHECK(laid_out("use a") == "use a\n");
  CHECK(laid_out("") == "");
  CHECK(laid_out("\n \n") == "");
  CHECK(laid_out("\n# only a comment  ") == "# only a comment\n");
}

TEST_CASE("lines that begin before their node keep their first word") {
  CHECK(laid_out("test t\n  given   a\n    no  answer\n  expect  nobody   paged\n  operator ticks  everything\n  at 1m  given b\n    status 1\n") ==
        "test t\n  given a\n    no answer\n  expect nobody paged\n  operator ticks everything\n  at 1m  given b\n    status 1\n");
  CHECK(step("require a\n> why\n# c\notherwise\n  wait 1s") == "    require a\n    > why\n    # c\n    otherwise\n      wait 1s\n");
}

TEST_CASE("an item needs text") {
  Parsed parsed(testing::in_step("[ ]    "));
  CHECK_FALSE(parsed.sink.ok());
  CHECK(step("[ ]    Look") == "    [ ] Look\n");
}

TEST_CASE("an expression as long as its line is no tower of calls") {
  std::string sum = "1";
  for (int i = 0; i < 20000; ++i) sum += "+1";
  const std::string layout = check_properties(testing::in_step("show " + sum));
  CHECK(layout.size() > 80000);
}

TEST_CASE("every program, disturbed, keeps its tree and its comments, and is laid out once") {
  uint64_t seed = 1;
  for (const auto& [name, text] : programs()) {
    Parsed parsed(text);
    if (!parsed.sink.ok()) continue;
    INFO(name);
    const std::string layout = check_properties(text);
    for (int round = 0; round < 20; ++round) {
      const std::string disturbed = testing::disturb(layout, ++seed);
      INFO("seed " << seed);
      check_properties(disturbed);
      INFO(disturbed);
      REQUIRE(same_meaning(Parsed(disturbed).tree, parsed.tree));
    }
  }
}

TEST_CASE("generated programs keep their tree and their comments, and are laid out once") {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    const std::string layout = check_properties(testing::generate_program(seed));
    check_properties(testing::disturb(layout, seed));
  }
}

TEST_CASE("generated programs reach every kind of node") {
  std::vector<bool> seen(256, false);
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    Parsed parsed(testing::generate_program(seed));
    for (const Node& node : parsed.tree.nodes) seen[static_cast<size_t>(node.kind)] = true;
  }
  static constexpr Kind kAll[] = {
#define RBC_KIND(id, children) Kind::id,
#include "grammar/kinds.def"
  };
  for (Kind kind : kAll) {
    INFO(name_of(kind));
    CHECK(seen[static_cast<size_t>(kind)] == (kind != Kind::Error));
  }
}

} // namespace
} // namespace rbc
