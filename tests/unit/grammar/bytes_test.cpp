#include <catch2/catch.hpp>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/unit/grammar/parsed.hpp"

using namespace rbc;
using rbc::testing::in_step;
using rbc::testing::Parsed;

namespace {
std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}
std::string all_programs() {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(RBC_SOURCE_DIR) / "tests/lang"))
    if (entry.path().extension() == ".runbook") all += slurp(entry.path());
  return all;
}
// Processor time, so that a busy machine does not count.
double seconds_to_parse(const std::string& text) {
  std::clock_t start = std::clock();
  Parsed parsed(text);
  double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CHECK(parsed.sink.ok());
  return seconds;
}
} // namespace

TEST_CASE("empty and nearly empty files are fine") {
  for (std::string text : {"", "\n", "   ", "# only a comment", "\n\n  # comment\n\t\n  ", "\xEF\xBB\xBF"}) {
    Parsed parsed(text);
    INFO(parsed.shown());
    CHECK(parsed.sink.all().empty());
    CHECK(parsed.tree.children(0).empty());
  }
}

TEST_CASE("the last line needs no newline") {
  for (std::string end : {"", "\n", "\n\n", "  ", "\n    ", "\n# end", "\n\t\n"}) {
    Parsed parsed("runbook RB-01\n  severity low" + end);
    INFO(parsed.shown());
    CHECK(parsed.sink.all().empty());
  }
  CHECK(Parsed("runbook RB-01\n  step s\n    db> select 1\n      from t").sink.ok());
}

TEST_CASE("what is empty stands right behind what is before it") {
  for (std::string text : {"http e\n  runs ", "http e\n  runs   \n", "env e\n  a =  ", "host h\n  >", "host h\n  > \n"}) {
    Parsed parsed(text);
    REQUIRE(parsed.sink.ok());
    NodeId raw = parsed.tree.find(Kind::Raw).at(0);
    CHECK(parsed.tree[raw].begin == parsed.tree[raw].end);
    CHECK(parsed.tree[raw].end <= parsed.tree[parsed.tree.first(0)].end);
  }
}

TEST_CASE("a byte-order mark is skipped, and columns after it are bytes") {
  Parsed parsed("\xEF\xBB\xBFrunbook RB-01\n  severity low\n");
  CHECK(parsed.sink.all().empty());
  CHECK(parsed.tree.node(parsed.tree.first(0)).begin == 3);
}

TEST_CASE("CRLF throughout is read as LF, with one warning; spans are those of the file") {
  Parsed parsed("runbook RB-01: Title\r\n  step s\r\n    db> select 1\r\n      from t\r\n\r\n    wait 5s\r\n");
  REQUIRE(parsed.sink.all().size() == 1);
  CHECK(parsed.sink.all()[0].code == "W0124");
  CHECK(parsed.tree.text(parsed.tree.find(Kind::Title).at(0)) == "Title");
  CHECK(capture(parsed.tree, parsed.tree.find(Kind::Utterance).at(0)).text == "select 1\nfrom t");
  CHECK(parsed.tree.text(parsed.tree.find(Kind::Duration).at(0)) == "5s");
}

TEST_CASE("a lone carriage return, mixed line ends, NUL, bad UTF-8 and bidirectional controls are E0123") {
  CHECK(Parsed("runbook RB-01\r  severity low\n").first_code() == "E0123");
  CHECK(Parsed("runbook RB-01\r\n  severity low\n").first_code() == "E0123");
  CHECK(Parsed(std::string("runbook RB-01: a\0b\n  severity low\n", 35)).first_code() == "E0123");
  CHECK(Parsed("runbook RB-01: a\xC3(\n  severity low\n").first_code() == "E0123");
  CHECK(Parsed("runbook RB-01: a\xED\xA0\x80\n  severity low\n").first_code() == "E0123"); // a surrogate
  CHECK(Parsed("runbook RB-01: a\xC0\xAF\n  severity low\n").first_code() == "E0123");     // not the shortest form
  CHECK(Parsed("runbook RB-01: a\xE2\x80\xAE\n  severity low\n").first_code() == "E0123");
  CHECK(Parsed("runbook RB-01: Ünïcödé 😀\n  severity low\n").sink.ok());
}

TEST_CASE("tabs: blank lines, prose, texts and embedded text may have them") {
  CHECK(Parsed(in_step("\t\n> a\ttab\nshow \"a\tb\"\ndb> select\t1\n  \tfrom t")).sink.ok());
  CHECK(Parsed(in_step("wait\t5s")).first_code() == "E0122");
  CHECK(Parsed(in_step("wait 5s\t")).first_code() == "E0122");
  CHECK(Parsed("runbook RB-01\n\tseverity low\n").first_code() == "E0122");
  CHECK(Parsed("\trunbook RB-01\n").first_code() == "E0122");
}

TEST_CASE("five million opening brackets are one diagnostic, quickly") {
  for (char bracket : {'(', '['}) {
    std::string text = in_step("show " + std::string(5'000'000, bracket));
    std::clock_t start = std::clock();
    Parsed parsed(text);
    CHECK(std::clock() - start < 2 * CLOCKS_PER_SEC);
    REQUIRE(parsed.sink.all().size() == 1);
    CHECK(parsed.first_code() == "E0117");
  }
}

TEST_CASE("nesting is bounded at 200 levels, whatever nests") {
  auto repeat = [](std::string what, int times) {
    std::string all;
    while (times--) all += what;
    return all;
  };
  CHECK(Parsed(in_step("show " + repeat("(", 150) + "1" + repeat(")", 150))).sink.ok());
  for (std::string line :
       {"show " + repeat("not ", 100000) + "yes", "show " + repeat("- ", 100000) + "1", "show " + repeat("[", 100000),
        "show " + repeat("f(", 100000), "x as " + repeat("list of ", 100000) + "text = 1", repeat("a(", 100000) + "> x",
        "show a where " + repeat("not ", 100000) + "b"}) {
    Parsed parsed(in_step(line));
    INFO(line.substr(0, 40) << " " << parsed.shown().substr(0, 300));
    REQUIRE(parsed.sink.all().size() == 1);
    CHECK(parsed.first_code() == "E0117");
  }
  std::string deep = "runbook RB-01\n  step s\n";
  for (int i = 0; i < 5000; ++i) deep += std::string(static_cast<size_t>(4 + i), ' ') + "when yes\n";
  Parsed parsed(deep);
  CHECK(parsed.first_code() == "E0117");
}

TEST_CASE("long chains are no nesting") {
  std::string sum = "show 1";
  for (int i = 0; i < 20000; ++i) sum += " + 1";
  CHECK(Parsed(in_step(sum)).sink.ok());
}

TEST_CASE("an utterance holds 64 KiB") {
  CHECK(Parsed(in_step("db> " + std::string(65'000, 'x'))).sink.ok());
  CHECK(Parsed(in_step("db> " + std::string(66'000, 'x'))).first_code() == "E0117");
  std::string lines = "db>";
  for (int i = 0; i < 10'000; ++i) lines += "\n  select 1";
  CHECK(Parsed(in_step(lines)).first_code() == "E0117");
}

TEST_CASE("parsing takes linear time") {
  std::string once = all_programs(), small, large;
  while (small.size() < 250'000) small += once;
  while (large.size() < 1'000'000) large += once;
  seconds_to_parse(small);
  double best_small = 1e9, best_large = 1e9;
  for (int i = 0; i < 3; ++i)
    best_small = std::min(best_small, seconds_to_parse(small)), best_large = std::min(best_large, seconds_to_parse(large));
  INFO(best_small << " s and " << best_large << " s");
  CHECK(best_large < best_small * 4 * 2.5); // four times the text; quadratic would be sixteen
  CHECK(best_large < 1.5);                  // unoptimised, or under a sanitizer; a release build takes 0.02
  // Many lines that no block fits, many broken lines, one very long line.
  std::string broken;
  for (int i = 0; i < 20'000; ++i) broken += "runbok x\n  what is\n this\n";
  std::clock_t start = std::clock();
  Parsed parsed(broken);
  Parsed long_line(in_step("show [" + [] {
    std::string all;
    for (int i = 0; i < 100'000; ++i) all += "1, ";
    return all;
  }() + "1]"));
  CHECK(long_line.sink.ok());
  CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC);
}

TEST_CASE("random bytes and random cuts never crash") {
  std::mt19937 random(20240117);
  std::string all = all_programs();
  for (int i = 0; i < 300; ++i) {
    size_t begin = random() % all.size(), size = random() % 400;
    std::string piece = all.substr(begin, size);
    for (int j = 0; j < 5 && !piece.empty(); ++j) piece[random() % piece.size()] = static_cast<char>(random());
    Parsed parsed(piece);
    for (const Node& node : parsed.tree.nodes) {
      CHECK(node.begin <= node.end);
      CHECK(node.end <= piece.size());
    }
    render_pretty(parsed.sink);
  }
}
