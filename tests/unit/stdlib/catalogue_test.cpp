#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "stdlib/world.hpp"

namespace {
std::string row_of(rbc::ResourceKind kind, std::vector<std::string> words, char form = '>') {
  const auto* row = rbc::catalogue().match(kind, form, words);
  return row ? row->id : "";
}
}  // namespace

TEST_CASE("what is said finds its row") {
  using rbc::ResourceKind;
  CHECK(row_of(ResourceKind::compose, {"ps"}) == "compose.ps");
  CHECK(row_of(ResourceKind::compose, {"ps", "<>"}) == "compose.ps.service");
  CHECK(row_of(ResourceKind::compose, {"logs", "--tail", "200", "postgres"}) == "compose.logs");
  CHECK(row_of(ResourceKind::compose, {"logs", "--since", "30m", "<>"}) == "compose.logs");
  CHECK(row_of(ResourceKind::compose, {"up", "-d", "postgres"}) == "compose.up");
  CHECK(row_of(ResourceKind::compose, {"up"}) == "compose.up");
  CHECK(row_of(ResourceKind::redis, {"info", "memory"}) == "redis.info");
  CHECK(row_of(ResourceKind::host, {"kill", "-9", "12"}) == "host.kill9");
  CHECK(row_of(ResourceKind::host, {"kill", "12"}) == "host.kill");
  CHECK(row_of(ResourceKind::host, {"disk", "/"}) == "host.disk");
  CHECK(row_of(ResourceKind::clock, {"now"}) == "clock.now");
}

TEST_CASE("ids are unique, and options and fields can be written") {
  std::set<std::string> ids;
  // Words that begin a line or join an expression (language.md 2.1) cannot be options of a `one of`.
  const std::set<std::string> reserved = {"missing", "present", "is", "in", "not", "and", "or", "of", "as", "otherwise", "when", "do", "end", "fail", "yes", "no"};
  for (const auto& row : rbc::catalogue().rows()) {
    CHECK(ids.insert(row.id).second);
    CHECK_FALSE(row.sentence.empty());
    for (const auto& [name, type] : row.answer->fields) {
      CHECK_FALSE(name.empty());
      for (const auto& option : type->options) CHECK_FALSE(reserved.count(option));
    }
  }
}

TEST_CASE("every kind that speaks another language has a row for each effect") {
  for (const char* id : {"postgres.look", "postgres.change", "postgres.destroy", "http.look", "http.change", "prometheus.eval", "host.shell.look",
                         "host.shell.change", "compose.shell.look", "command.look", "command.change", "redis.look", "redis.change"}) {
    const auto* row = rbc::catalogue().find(id);
    REQUIRE(row);
    CHECK(row->words.empty());
  }
}
