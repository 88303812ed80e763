// How many megabytes a second the parser reads: the programs of tests/lang, over and over. Prints the best of several rounds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "grammar/parse.hpp"

int main() {
  namespace fs = std::filesystem;
  std::string once, text;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(RBC_SOURCE_DIR) / "tests/lang"))
    if (entry.path().extension() == ".runbook") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    once += all.str();
  }
  if (once.empty()) return fmt::print(stderr, "no programs\n"), 1;
  while (text.size() < 4'000'000) text += once;

  double best = 1e9;
  size_t nodes = 0;
  for (int round = 0; round < 7; ++round) {
    rbc::Source source("bench.runbook", text);
    auto start = std::chrono::steady_clock::now();
    rbc::Sink sink;
    rbc::Tree tree = rbc::parse(source, sink);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    nodes = tree.size();
    if (!sink.ok()) return fmt::print(stderr, "{}", rbc::render_short(sink)), 1;
  }
  double megabytes = static_cast<double>(text.size()) / 1e6;
  fmt::print("parse: {:.1f} MB/s ({:.1f} MB, {} nodes, {:.1f} ms)\n", megabytes / best, megabytes, nodes, best * 1e3);
}
