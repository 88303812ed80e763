// The checks of names, types, effects and secrets: every program of tests/lang, and the golden messages of tests/golden/check.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "compiler/compile.hpp"
#include "grammar/embedded/schema.hpp"
#include "stdlib/world.hpp"

namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

std::string messages(const rbc::Checked& checked) {
  std::string all;
  for (const rbc::Diagnostic& one : checked.diagnostics) {
    if (!all.empty()) all += '\n';
    all += rbc::render_pretty(one);
  }
  return all;
}

const fs::path kLang = fs::path(RBC_SOURCE_DIR) / "tests/lang";
const fs::path kGolden = fs::path(RBC_SOURCE_DIR) / "tests/golden/check";

// What the snippets talk to; each file of the golden tests says `use world`.
rbc::Checked check_text(const std::string& name, const std::string& text) {
  rbc::OverlaySources sources;
  sources.put("world.runbook", slurp(kGolden / "world.runbook"));
  sources.put(name, text);
  // Beside a golden may stand what its project says of it: `NAME.toml` with budgets, `NAME.schema` with what `db` holds.
  rbc::Settings settings;
  settings.now = 1'788'000'000'000'000;   // 2026-08-29
  fs::path beside = kGolden / name;
  std::istringstream budgets(slurp(beside.replace_extension(".toml")));
  for (std::string line; std::getline(budgets, line);)
    if (const auto quote = line.find(" = \""); quote != std::string::npos)
      settings.budgets[line.substr(0, quote)] = std::chrono::duration_cast<std::chrono::microseconds>(*rbc::duration_of(line.substr(quote + 4, line.size() - quote - 5))).count();
  rbc::Schema schema;
  if (const std::string snapshot = slurp(beside.replace_extension(".schema")); !snapshot.empty()) {
    REQUIRE(rbc::parse_schema(snapshot, schema).empty());
    settings.schemas["db"] = &schema;
  }
  rbc::Checked checked = rbc::check_project(sources, {name}, rbc::catalogue(), settings);
  // Rendering needs the sources, so it happens while they live.
  for (rbc::Diagnostic& one : checked.diagnostics) one.notes.push_back("\x01" + rbc::render_pretty(one));
  return checked;
}

std::string rendered(const rbc::Checked& checked) {
  std::string all;
  for (const rbc::Diagnostic& one : checked.diagnostics) {
    if (!all.empty()) all += '\n';
    all += one.notes.back().substr(1);
  }
  return all;
}

}  // namespace

TEST_CASE("the programs of the language check") {
  for (const char* name : {"pivotal.runbook", "rb-02.runbook", "rb-01.runbook", "service-down.runbook", "lineup.runbook", "phase3.runbook"}) {
    rbc::DiskSources sources;
    const rbc::Checked checked = rbc::check_project(sources, {(kLang / name).string()}, rbc::catalogue());
    INFO(name << "\n" << messages(checked));
    CHECK(checked.ok());
  }
}

TEST_CASE("the programs of the language compile") {
  const std::pair<const char*, std::vector<const char*>> programs[] = {
      {"rb-02.runbook", {"RB-02"}}, {"rb-01.runbook", {"rb-01"}}, {"service-down.runbook", {"SD-01"}}, {"lineup.runbook", {"LU-04"}}, {"phase3.runbook", {"P3-07", "P3-03"}}};
  for (const auto& [name, ids] : programs)
    for (const char* id : ids) {
      rbc::DiskSources sources;
      const rbc::Compiled compiled = rbc::compile_runbook(sources, (kLang / name).string(), id, rbc::catalogue());
      INFO(name << " " << id);
      CHECK(compiled.program);
      for (const auto& one : compiled.diagnostics) CHECK(one.severity != rbc::Severity::Error);
    }
}

// Codes that no single file gets when it is checked, and the test that has them said.
const std::map<std::string, std::string> kShownElsewhere{
    {"E0099", "tests/e2e/explain_test.py"},     // our own mistake: nothing gets it
    {"W0505", "tests/e2e/explain_test.py"},     // the values of secrets are a run's
    {"E0732", "tests/e2e/schema_test.py"},      // a server
    {"W0733", "tests/e2e/schema_test.py"},
    {"W0734", "tests/e2e/schema_test.py"},
    {"E0801", "tests/golden/tests/ungiven.txt"}, // found when a test runs
    {"E0803", "tests/golden/tests/ungiven.txt"},
    {"W0902", "tests/e2e/explain_test.py"},     // a clock set back
    {"W0920", "tests/e2e/cli_test.py"},         // rule files
    {"W0921", "tests/e2e/cli_test.py"}, {"W0922", "tests/e2e/cli_test.py"}, {"W0923", "tests/e2e/cli_test.py"},
    {"W0924", "tests/e2e/cli_test.py"}, {"W0925", "tests/e2e/cli_test.py"}, {"E0926", "tests/e2e/cli_test.py"},
};

TEST_CASE("every diagnostic is shown by a golden, or by the test that is named") {
  std::string shown = "\n";
  for (const char* folder : {"tests/golden/check", "tests/golden/mistakes", "tests/golden/parse"})
    for (const auto& entry : fs::directory_iterator(fs::path(RBC_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".txt" || entry.path().extension() == ".expected") shown += slurp(entry.path()) + "\n";
  for (const rbc::DiagnosticInfo& info : rbc::all_diagnostics()) {
    const std::string code(info.code);
    INFO(code);
    const bool golden = shown.find("\n" + code + "  ") != std::string::npos;
    const auto elsewhere = kShownElsewhere.find(code);
    CHECK(golden == (elsewhere == kShownElsewhere.end()));
    if (elsewhere != kShownElsewhere.end()) CHECK(slurp(fs::path(RBC_SOURCE_DIR) / elsewhere->second).find(code) != std::string::npos);
  }
}

TEST_CASE("every golden message is said, at its place") {
  const bool write = std::getenv("RBC_GOLDEN_WRITE") != nullptr;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(kGolden))
    if (entry.path().extension() == ".runbook" && entry.path().stem() != "world") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() > 0);
  for (const fs::path& path : paths) {
    const rbc::Checked checked = check_text(path.filename().string(), slurp(path));
    const std::string said = rendered(checked);
    fs::path wanted = path;
    wanted.replace_extension(".txt");
    if (write) std::ofstream(wanted, std::ios::binary) << said;
    INFO(path.filename().string());
    CHECK(said == slurp(wanted));
    // A file is named after the code that it gets, `e0201-inputs`.
    std::string code = path.stem().string().substr(0, 5);
    code[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(code[0])));
    const bool has = std::any_of(checked.diagnostics.begin(), checked.diagnostics.end(), [&](const rbc::Diagnostic& d) { return d.code == code; });
    if (path.stem().string().rfind("ok-", 0) == 0) CHECK(checked.diagnostics.empty());
    else CHECK(has);
  }
}
