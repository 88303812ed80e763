#include <catch2/catch.hpp>

#include "tests/unit/grammar/parsed.hpp"

using namespace rbc;
using namespace std::chrono_literals;
using rbc::testing::in_step;
using rbc::testing::Parsed;

TEST_CASE("durations have their units descending, each once") {
  CHECK(duration_of("500ms") == 500ms);
  CHECK(duration_of("30s") == 30s);
  CHECK(duration_of("1h30m") == 90min);
  CHECK(duration_of("1w2d3h4m5s6ms") == 168h + 48h + 3h + 4min + 5s + 6ms);
  CHECK(duration_of("0s") == 0ms);
  CHECK_FALSE(duration_of("30m1h"));
  CHECK_FALSE(duration_of("1m1m"));
  CHECK_FALSE(duration_of("99999999999999999999s"));
  CHECK_FALSE(duration_of("9999999999999w"));
  CHECK_FALSE(duration_of(""));
  CHECK_FALSE(duration_of("5"));
}

TEST_CASE("sizes, percentages, rates, numbers") {
  CHECK(size_of("512MiB") == 512ull << 20);
  CHECK(size_of("4GB") == 4'000'000'000ull);
  CHECK(size_of("1.5KiB") == 1536u);
  CHECK(size_of("7B") == 7u);
  CHECK_FALSE(size_of("99999999999999TB"));
  CHECK(percent_of("99.9%") == 99.9);
  CHECK(rate_of("10 per minute") == 10.0 / 60);
  CHECK(rate_of("3 per day") == 3.0 / 86400);
  CHECK(number_of("1_000")->integer == 1000);
  CHECK(number_of("1_000")->whole);
  CHECK(number_of("3.5")->number == 3.5);
  CHECK_FALSE(number_of("3.5")->whole);
  CHECK_FALSE(number_of("9223372036854775808"));
  CHECK(int_of("200") == 200);
}

TEST_CASE("instants are real ones") {
  using namespace std::chrono;
  CHECK(instant_of("2024-12-01") == sys_days(2024y / December / 1));
  CHECK(instant_of("2024-12-01T10:30:00Z") == sys_days(2024y / December / 1) + 10h + 30min);
  CHECK(instant_of("2024-12-01T10:30Z") == sys_days(2024y / December / 1) + 10h + 30min);
  CHECK_FALSE(instant_of("2023-02-29"));
  CHECK_FALSE(instant_of("2024-12-01T25:00:00Z"));
  CHECK_FALSE(instant_of("2024-12-01T1:2:3:4Z"));
}

TEST_CASE("regular expressions lose only their slashes") {
  CHECK(regex_of(R"(/^a\/b\d$/i)").pattern == R"(^a/b\d$)");
  CHECK(regex_of(R"(/^a\/b\d$/i)").flags == "i");
  CHECK(regex_of("/x/").flags.empty());
}

TEST_CASE("pieces of texts, titles and prose") {
  Parsed parsed(in_step(R"(show "a \"b\" <x.y?> \<z> \\ \n"
tell ops: Says <who>: \<none> "q" \n)"));
  REQUIRE(parsed.sink.ok());
  auto text = pieces(parsed.tree, parsed.tree.find(Kind::Text).at(0));
  REQUIRE(text.size() == 3);
  CHECK(text[0].text == "a \"b\" ");
  CHECK(hole_path(parsed.tree, text[1].hole) == std::vector<std::string>{"x", "y"});
  CHECK(parsed.tree.word(text[1].hole) == Word::Question);
  CHECK(text[2].text == " <z> \\ \n");
  auto title = pieces(parsed.tree, parsed.tree.find(Kind::Title).at(0));
  REQUIRE(title.size() == 3);
  CHECK(title[0].text == "Says ");
  CHECK(title[2].text == ": <none> \"q\" \\n");
}

TEST_CASE("words and kinds have names") {
  CHECK(spelling(Word::PerSecond) == "per-second");
  CHECK(word_of("otherwise") == Word::Otherwise);
  CHECK_FALSE(word_of("nonsense"));
  CHECK(is_reserved("otherwise"));
  CHECK(is_reserved("do"));
  CHECK_FALSE(is_reserved("service"));
  CHECK_FALSE(is_reserved("a"));
  CHECK(name_of(Kind::CheckDef) == "CheckDef");
  CHECK(is_expression(Kind::And));
  CHECK(is_expression(Kind::Colour));
  CHECK(is_expression(Kind::Duration));
  for (Kind kind :
       {Kind::Reading, Kind::Field, Kind::Args, Kind::Refs, Kind::Ref, Kind::Type, Kind::Int, Kind::Title, Kind::Pick})
    CHECK_FALSE(is_expression(kind));
}
