// How many lines a second are laid out, from a thousand lines to a million: the programs of tests/lang, over and over, as they are and with
// every indentation doubled. What is laid out already is parsed and printed; what is not is parsed again and compared, as `rbc fmt` does.
#include <sys/resource.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "grammar/parse.hpp"
#include "grammar/print.hpp"

namespace {

namespace fs = std::filesystem;

std::string programs() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(RBC_SOURCE_DIR) / "tests/lang"))
    if (entry.path().extension() == ".runbook") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string all;
  for (const fs::path& file : files) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    all += text.str();
  }
  return all;
}

std::string repeated(std::string_view once, size_t lines) {
  const auto a_round = static_cast<size_t>(std::count(once.begin(), once.end(), '\n'));
  std::string text;
  for (size_t i = 0; i < lines; i += a_round) text += once;
  size_t end = text.size();
  // Back to a declaration, so that the last one is whole.
  for (size_t n = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); n > lines; --n) end = text.rfind('\n', end - 1);
  while (end > 0 && text.compare(end, 9, "\nrunbook ") != 0) end = text.rfind('\n', end - 1);
  text.resize(end + 1);
  return text;
}

std::string indented_twice(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.append(std::min(text.find_first_not_of(' '), end), ' ');
    out += text.substr(0, end);
    text.remove_prefix(end);
  }
  return out;
}

// Seconds; below zero if it went wrong.
double lay_out(std::string text, bool compare) {
  const auto start = std::chrono::steady_clock::now();
  const rbc::Source source("bench.runbook", std::move(text));
  rbc::Sink sink;
  const rbc::Tree tree = rbc::parse(source, sink);
  std::string layout = rbc::formatted(tree);
  bool good = sink.ok();
  if (compare) {
    const rbc::Source written("layout.runbook", std::move(layout));
    good = good && rbc::same_meaning(tree, rbc::parse(written, sink)) && sink.ok();
  }
  return good ? std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() : -1;
}

} // namespace

int main() {
  const std::string once = programs();
  if (once.empty()) return fmt::print(stderr, "no programs\n"), 1;
  for (const size_t lines : {1'000, 10'000, 100'000, 1'000'000}) {
    const std::string laid_out = repeated(once, lines), deeper = indented_twice(laid_out);
    const auto count = static_cast<double>(std::count(laid_out.begin(), laid_out.end(), '\n'));
    double plain = 1e9, moved = 1e9;
    for (int round = 0; round < (lines > 100'000 ? 2 : 5); ++round) {
      plain = std::min(plain, lay_out(laid_out, false));
      moved = std::min(moved, lay_out(deeper, true));
    }
    if (plain < 0 || moved < 0) return fmt::print(stderr, "the programs do not parse\n"), 1;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("format: {:>9.0f} lines, laid out already {:>9.0f} lines/s, rewritten {:>9.0f} lines/s, at most {:>6.1f} MiB\n", count, count / plain,
               count / moved, static_cast<double>(usage.ru_maxrss) / 1024);
  }
}
