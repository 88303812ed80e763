// The checks of names, types, effects and secrets: every program of tests/lang, and the golden messages of tests/golden/check.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/compile.hpp"
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
  rbc::Checked checked = rbc::check_project(sources, {name}, rbc::catalogue());
  std::erase_if(checked.diagnostics, [](const rbc::Diagnostic& d) { return d.severity == rbc::Severity::Warning && d.code == "W0901"; });
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
