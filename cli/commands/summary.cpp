#include "cli/commands/summary.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "vm/model/value.hpp"

namespace rbc::cli {

namespace {

constexpr std::size_t kMostListed = 50;

// Text of a runbook as a cell of a table: nothing of it is markup.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '&') out += "&amp;";
    else if (static_cast<unsigned char>(c) < ' ') out += ' ';
    else if (std::string_view("|\\`*_[]#!@").find(c) != std::string_view::npos) out += {'\\', c};
    else out += c;
  }
  return out;
}

std::string count(std::size_t number, std::string_view word) { return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s"); }

std::string length_of(std::int64_t micros) { return prose(Value::duration(micros)); }

struct FileFindings {
  std::size_t errors = 0, warnings = 0;
  std::string shown() const {
    if (errors == 0 && warnings == 0) return "none";
    return fmt::format("{}{}{}", errors ? count(errors, "error") : "", errors && warnings ? ", " : "", warnings ? count(warnings, "warning") : "");
  }
};

}  // namespace

std::string summary(const Report& report, const Index& index, const std::vector<RunbookTimes>& times, const std::map<std::string, std::int64_t>& budgets) {
  std::map<std::string, FileFindings> by_file;
  for (const Diagnostic& each : report.diagnostics) {
    FileFindings& tally = by_file[each.primary.source ? each.primary.source->path() : ""];
    (each.severity == Severity::Error ? tally.errors : tally.warnings) += 1;
  }
  std::string out = fmt::format("### Runbooks: {}, {}\n\n", count(report.errors(), "error"), count(report.warnings(), "warning"));
  out += "| runbook | | findings in its file | takes at most | budget | somebody is paged by |\n|---|---|---|---|---|---|\n";
  for (const RunbookEntry& entry : index.runbooks) {
    if (std::find(report.files.begin(), report.files.end(), entry.path) == report.files.end()) continue;
    const auto bounds = std::find_if(times.begin(), times.end(), [&](const RunbookTimes& one) { return one.id == entry.id && one.path == entry.path; });
    const auto budget = budgets.find(entry.severity);
    std::string longest = "does not compile", paged;
    if (bounds != times.end()) {
      longest = length_of(bounds->bounds.longest);
      if (bounds->bounds.longest_at_caps > bounds->bounds.longest) longest += fmt::format(" ({} at its caps)", length_of(bounds->bounds.longest_at_caps));
      paged = bounds->bounds.first_page < 0 ? "nobody" : length_of(bounds->bounds.first_page);
    }
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", cell(entry.id), cell(entry.title), by_file[entry.path].shown(), longest,
                       budget == budgets.end() ? "" : length_of(budget->second), paged);
  }
  if (report.diagnostics.empty()) return out + "\n";
  out += "\n| finding | where | |\n|---|---|---|\n";
  for (std::size_t i = 0; i < report.diagnostics.size() && i < kMostListed; ++i) {
    const Diagnostic& each = report.diagnostics[i];
    const std::string where = each.primary.source ? fmt::format("{}:{}", each.primary.source->path(), each.primary.source->line_at(each.primary.span.begin)) : "";
    out += fmt::format("| {} | {} | {} |\n", each.code, cell(where), cell(each.message));
  }
  if (report.diagnostics.size() > kMostListed) out += fmt::format("\nand {} more.\n", report.diagnostics.size() - kMostListed);
  return out + "\n";
}

std::string summary_of_tests(const std::vector<TestDone>& done, const std::vector<Reached>& reached) {
  const auto failed = static_cast<std::size_t>(std::count_if(done.begin(), done.end(), [](const TestDone& each) { return !each.passed(); }));
  std::string out = fmt::format("### Tests of runbooks: {} passed, {} failed\n\n", done.size() - failed, failed);
  if (done.empty()) return out;
  out += "| runbook | passed | failed | reached by its tests |\n|---|---|---|---|\n";
  for (const Reached& one : reached) {
    std::size_t of_it = 0, passed = 0;
    for (const TestDone& each : done)
      if (each.program().runbook.id == one.runbook) ++of_it, passed += each.passed() ? 1 : 0;
    if (of_it > 0) out += fmt::format("| {} | {} | {} | {} of {}, {:.0f} % |\n", cell(one.runbook), passed, of_it - passed, one.reached, one.all, one.percent());
  }
  std::size_t listed = 0;
  for (const TestDone& each : done)
    for (const testing::Finding& finding : each.result.findings) {
      if (listed++ == 0) out += "\n| test | where | expected | seen |\n|---|---|---|---|\n";
      if (listed > kMostListed) continue;
      out += fmt::format("| {} {} | {} | {} | {} |\n", cell(each.program().runbook.id), cell(each.test->name), cell(fmt::format("{}:{}", each.file(finding.site), each.site(finding.site).line)),
                         cell(finding.code.empty() ? finding.expected : finding.code), cell(finding.seen));
    }
  if (listed > kMostListed) out += fmt::format("\nand {} more.\n", listed - kMostListed);
  return out + "\n";
}

std::string append(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "ae");
  if (!file) return fmt::format("cannot write {}: {}.", path, std::strerror(errno));
  const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && whole ? "" : fmt::format("cannot write {}: {}.", path, std::strerror(errno));
}

}  // namespace rbc::cli
