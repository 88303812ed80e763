// The examples of every diagnostic get exactly its code, mended they get none; and the runbooks of this project get nothing at all.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "compiler/compile.hpp"
#include "grammar/examples.hpp"
#include "stdlib/world.hpp"

namespace fs = std::filesystem;

namespace {

using Codes = std::set<std::string>;

// Codes that judge a runbook as a whole, where an example shows one line of it.
const Codes kMatterOfWholePrograms{"W0214", "W0215"};

constexpr std::int64_t kToday = 1'788'000'000'000'000;   // 2026-08-29

Codes codes_of(const rbc::DiagnosticInfo& info, std::string_view example) {
  rbc::OverlaySources sources;
  const std::string text = rbc::whole_example(info.frame, example);
  sources.put("example.runbook", text);
  rbc::Settings settings;
  settings.now = kToday;
  const rbc::Checked checked = rbc::check_project(sources, {"example.runbook"}, rbc::catalogue(), settings);
  Codes codes;
  std::string all = text + "\n";
  for (const rbc::Diagnostic& one : checked.diagnostics) {
    // A file's example may leave out the goal, which is another matter.
    if (one.code == "E0204" && info.code != "E0204" && info.frame == rbc::Frame::File) continue;
    // Most examples name things only to show a mistake in them, and a frame declares more than any one example uses.
    if (one.code != info.code && kMatterOfWholePrograms.count(one.code) == 1) continue;
    // An example's tables are nobody's.
    if (one.code == "W0712" && info.code != "W0712") continue;
    codes.insert(one.code);
    all += rbc::render_pretty(one) + "\n";
  }
  UNSCOPED_INFO(all);
  return codes;
}

// Raised while something runs: their examples check clean.
const Codes kAtRunTime{"E0801", "E0803"};
// No example of a few lines gets it.
const Codes kNoExample{"E0099"};

// An example of several files takes the whole program to be tried: tests/e2e/explain_test.py does.
bool of_one_file(std::string_view example) { return rbc::example_files(example).size() == 1; }

}  // namespace

TEST_CASE("a failing example gets exactly its code") {
  for (const rbc::DiagnosticInfo& info : rbc::all_diagnostics()) {
    INFO(info.code);
    CHECK(info.failing.empty() == (kNoExample.count(std::string(info.code)) == 1));
    if (info.failing.empty() || !of_one_file(info.failing)) continue;
    const bool raised = kAtRunTime.count(std::string(info.code)) == 0;
    CHECK(codes_of(info, info.failing) == (raised ? Codes{std::string(info.code)} : Codes{}));
  }
}

TEST_CASE("a mended example gets nothing") {
  for (const rbc::DiagnosticInfo& info : rbc::all_diagnostics()) {
    if (info.mended.empty() || !of_one_file(info.mended)) continue;
    INFO(info.code);
    CHECK(codes_of(info, info.mended) == Codes{});
  }
}

TEST_CASE("the runbooks of this project are well written") {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(RBC_SOURCE_DIR) / "runbooks"))
    if (entry.path().extension() == ".runbook") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() >= 4);
  rbc::DiskSources sources;
  const rbc::Checked checked = rbc::check_project(sources, paths, rbc::catalogue());
  std::string all;
  for (const rbc::Diagnostic& one : checked.diagnostics) all += rbc::render_pretty(one) + "\n";
  INFO(all);
  CHECK(checked.diagnostics.empty());
}
