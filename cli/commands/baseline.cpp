#include "cli/commands/baseline.hpp"

#include <sstream>

#include <fmt/format.h>

#include "cli/files.hpp"

namespace rbc::cli {

namespace {

constexpr std::string_view kFirstLine = "# rbc baseline 1";

bool is_fingerprint(const std::string& text) { return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos; }

std::string file_name(const Diagnostic& one) {
  if (!one.primary.source) return "rbc.toml";
  const std::string& path = one.primary.source->path();
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string Baseline::read(const std::string& path) {
  const auto text = read_whole(path);
  if (!text) return fmt::format("cannot read the baseline {}. `--write-baseline` makes it.", path);
  std::istringstream lines(*text);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    const auto damaged = [&] { return fmt::format("{}:{}: this is no line of a baseline. `--write-baseline` writes it anew.", path, number); };
    if (number == 1) {
      if (!line.starts_with(kFirstLine)) return damaged();
      continue;
    }
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string fingerprint, count;
    Entry entry;
    words >> fingerprint >> count >> entry.code;
    std::getline(words >> std::ws, entry.file);
    if (!is_fingerprint(fingerprint) || count.empty() || count.size() > 6 || count.find_first_not_of("0123456789") != std::string::npos || entry.file.empty()) return damaged();
    entry.count = std::stoul(count);
    if (entry.count == 0 || !entries_.emplace(fingerprint, entry).second) return damaged();
  }
  return text->empty() ? fmt::format("{}: it is empty, and so no baseline. `--write-baseline` writes it anew.", path) : std::string();
}

void Baseline::take(Report& report) {
  std::vector<Diagnostic> kept;
  for (Diagnostic& one : report.diagnostics) {
    const auto at = entries_.find(one.fingerprint());
    if (at == entries_.end() || at->second.found == at->second.count) {
      kept.push_back(std::move(one));
      continue;
    }
    ++at->second.found;
    report.suppressed.push_back({std::move(one), false, {}});
  }
  report.diagnostics = std::move(kept);
}

std::vector<std::string> Baseline::stale() const {
  std::vector<std::string> out;
  for (const auto& [fingerprint, entry] : entries_)
    if (entry.found < entry.count)
      out.push_back(fmt::format("{} in {}{}", entry.code, entry.file, entry.count - entry.found > 1 ? fmt::format(" ({} times)", entry.count - entry.found) : ""));
  return out;
}

std::string Baseline::text(const Report& report) {
  // By file and code, so that a change of it is read like any other.
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> all;
  const auto add = [&](const Diagnostic& one) { ++all[{file_name(one), one.code, one.fingerprint()}]; };
  for (const Diagnostic& one : report.diagnostics) add(one);
  std::string out = fmt::format("{}: findings that were there before, by fingerprint. `rbc check --baseline FILE --write-baseline` writes it.\n", kFirstLine);
  for (const auto& [key, count] : all) out += fmt::format("{} {} {} {}\n", std::get<2>(key), count, std::get<1>(key), std::get<0>(key));
  return out;
}

}  // namespace rbc::cli
