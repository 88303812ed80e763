// Every diagnostic that the parser raises, as source and rendered message side by side. RBC_UPDATE_GOLDEN=1 writes the messages
// anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "grammar/parse.hpp"

namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

const fs::path kFolder = fs::path(RBC_SOURCE_DIR) / "tests/golden/parse";

std::vector<fs::path> golden_sources() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".runbook") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

rbc::Sink diagnose(const rbc::Source& source) {
  rbc::Sink sink(100);
  rbc::parse(source, sink);
  return sink;
}

} // namespace

TEST_CASE("messages of the parser are as recorded") {
  const bool update = std::getenv("RBC_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& path : golden_sources()) {
    rbc::Source source(path.filename().string(), slurp(path));
    std::string shown = rbc::render_pretty(diagnose(source));
    fs::path expected = path;
    expected.replace_extension(".expected");
    if (update) std::ofstream(expected, std::ios::binary) << shown;
    INFO(path.filename().string());
    CHECK(shown == slurp(expected));
  }
}

TEST_CASE("a golden file named after a code gets that code, and one error only") {
  for (const fs::path& path : golden_sources()) {
    std::string code = path.stem().string().substr(0, 5);
    if (code[0] != 'E' && code[0] != 'W') continue;
    rbc::Source source(path.filename().string(), slurp(path));
    rbc::Sink sink = diagnose(source);
    INFO(path.filename().string() << "\n" << rbc::render_short(sink));
    REQUIRE(sink.all().size() == 1);
    CHECK(sink.all()[0].code == code);
  }
}

TEST_CASE("every code that the parser raises has a golden file") {
  std::set<std::string> shown;
  for (const fs::path& path : golden_sources()) shown.insert(path.stem().string().substr(0, 5));
  for (const rbc::DiagnosticInfo& info : rbc::all_diagnostics()) {
    int number = std::stoi(std::string(info.code.substr(1)));
    bool ours = (number >= 100 && number < 200) || number == 205 || number == 402 || number == 705;
    if (!ours) continue;
    INFO(info.code);
    CHECK(shown.contains(std::string(info.code)));
  }
}

TEST_CASE("twelve broken lines get twelve messages") {
  fs::path path = kFolder / "twelve-broken-lines.runbook";
  rbc::Source source("twelve-broken-lines.runbook", slurp(path));
  rbc::Sink sink = diagnose(source);
  INFO(rbc::render_short(sink));
  CHECK(sink.errors() == 12);
  std::set<uint32_t> lines;
  for (const rbc::Diagnostic& diagnostic : sink.all()) lines.insert(source.line_at(diagnostic.primary.span.begin));
  CHECK(lines.size() == 12);
}
