// Lints that need more than a snippet: a day, several files, a thousand lines.
#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "compiler/compile.hpp"
#include "grammar/ast.hpp"
#include "stdlib/world.hpp"

namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> said(const Texts& texts, std::string_view today = {}) {
  rbc::OverlaySources sources;
  std::vector<std::string> paths;
  for (const auto& [path, text] : texts) {
    sources.put(path, text);
    paths.push_back(path);
  }
  rbc::Settings settings;
  if (!today.empty()) settings.now = std::chrono::duration_cast<std::chrono::microseconds>(rbc::instant_of(today)->time_since_epoch()).count();
  const rbc::Checked checked = rbc::check_project(sources, paths, rbc::catalogue(), settings);
  std::vector<std::string> all;
  for (const rbc::Diagnostic& one : checked.diagnostics) all.push_back(one.code + " " + one.message);
  return all;
}

const std::string kWorld = "contact ops\npostgres db\ncheck up: It answers\n  db> select 1\n";

std::string runbook(const std::string& id, const std::string& meta, const std::string& lines = "") {
  return "runbook " + id + ": A test\n  severity low\n  goal up\n" + meta + "  escalation until resolved\n    after 5m page ops\n  step one\n    check up\n" + lines;
}

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("a review is due on its day, and not before") {
  const Texts texts{{"a.runbook", kWorld + runbook("T-1", "  reviewed 2024-12-01 every 90d\n")}};
  CHECK(said(texts) == Said{});                                    // no clock, no verdict
  CHECK(said(texts, "2024-12-01") == Said{});
  CHECK(said(texts, "2025-03-01") == Said{});
  CHECK(said(texts, "2025-03-02") == Said{"W0901 T-1 was last reviewed 2024-12-01 and is due every 90 days. It is 1 day late."});
  CHECK(said(texts, "2026-11-22") == Said{"W0901 T-1 was last reviewed 2024-12-01 and is due every 90 days. It is 631 days late."});
  CHECK(said(texts, "2024-11-30") == Said{});                      // already that day, further east
  CHECK(said(texts, "2024-11-29") == Said{"W0910 T-1 was reviewed on 2024-12-01, which is yet to come."});
}

TEST_CASE("a library's names are for files that were not given") {
  CHECK(said({{"estate.runbook", kWorld + "redis cache\n"}}) == Said{});
  CHECK(said({{"estate.runbook", kWorld + "redis cache\n"}, {"a.runbook", "use estate\n" + runbook("T-1", "")}}) == Said{});
  CHECK(said({{"a.runbook", kWorld + "redis cache\n" + runbook("T-1", "")}}) == Said{"W0214 Nothing speaks to the redis `cache`."});
  // A runbook that another file uses is a library too.
  CHECK(said({{"a.runbook", kWorld + "redis cache\n" + runbook("T-1", "")}, {"b.runbook", "use a\ncheck cached: Redis answers\n  cache> ping\n"}}) == Said{});
}

TEST_CASE("a use line that brings in nothing is told, and one that brings in an environment is not") {
  const std::string other = "redis cache\nredis spare\n";
  CHECK(said({{"other.runbook", other}, {"a.runbook", "use other\n" + kWorld + runbook("T-1", "")}}) == Said{"W0216 Nothing here uses a name of `other`."});
  CHECK(said({{"other.runbook", other}, {"a.runbook", "use other for cache, spare\n" + kWorld + runbook("T-1", "", "    cache> ping\n")}}) ==
        Said{"W0216 Nothing here uses `spare` of `other`."});
  CHECK(said({{"other.runbook", other + "env prod\n  cache = redis://cache.prod\n"}, {"a.runbook", "use other\n" + kWorld + runbook("T-1", "")}}) == Said{});
}

TEST_CASE("a file with errors is not linted, and hides no other's lints") {
  const Said all = said({{"a.runbook", kWorld + "redis cache\n" + runbook("T-1", "", "    wibble\n")}, {"b.runbook", "contact bee\nhttp api\nredis other\ncheck ok: Fine\n  api> GET /\nrunbook T-2: A test\n  severity low\n  goal ok\n  escalation until resolved\n    after 5m page bee\n  step one\n    check ok\n"}});
  REQUIRE(all.size() == 2);
  CHECK(all[0].substr(0, 1) == "E");
  CHECK(all[1] == "W0214 Nothing speaks to the redis `other`.");
}

TEST_CASE("conditions with too many cases are left alone") {
  std::string condition;
  for (int i = 0; i < 16; ++i) condition += (i ? " and " : "") + std::string("n") + std::to_string(i) + " is " + std::to_string(i);
  std::string inputs;
  for (int i = 0; i < 16; ++i) inputs += "  input n" + std::to_string(i) + " = " + std::to_string(i) + "\n";
  CHECK(said({{"a.runbook", kWorld + runbook("T-1", inputs, "    when " + condition + "\n      show 1\n")}}) == Said{});
}
