// JUnit's XML, as Jenkins, GitLab and others read it: a suite a file, a case a runbook, and one for the file itself.
#include <algorithm>
#include <map>

#include "grammar/render/parts.hpp"
#include "grammar/utf8.hpp"

namespace rbc::rendering {

namespace {

// Text of XML 1.0, which has neither control characters nor U+FFFE and U+FFFF, not even escaped.
std::string xml(std::string_view text, bool attribute = true) {
  const std::string shown = visible_source(text);
  std::string out;
  for (size_t i = 0; i < shown.size();) {
    Utf8 at = decode_utf8(shown, i);
    switch (at.code) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    case '\n': out += attribute ? "&#10;" : "\n"; break;
    case '\t': out += attribute ? "&#9;" : "\t"; break;
    case 0xFFFE:
    case 0xFFFF: out += "\xEF\xBF\xBD"; break;
    default: out += shown.substr(i, at.length);
    }
    i += at.length;
  }
  return out;
}

struct Case {
  std::string name;
  std::vector<const Diagnostic*> failures, remarks;
};

// The cases of a file: itself, then its runbooks by line.
std::map<uint32_t, Case> cases(const Report& report, const std::string& path) {
  std::map<uint32_t, Case> all;
  all[0].name = "file";
  for (const Report::Runbook& runbook : report.runbooks)
    if (runbook.path == path) all[std::max(runbook.line, 1u)].name = runbook.id;
  return all;
}

std::string shown(const std::vector<const Diagnostic*>& some) {
  std::string out;
  for (const Diagnostic* one : some) out += (out.empty() ? "" : "\n") + render_pretty(*one);
  return out;
}

std::string element(const Case& one, const std::string& path) {
  std::string out = fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"0\"", xml(one.name), xml(path));
  if (one.failures.empty() && one.remarks.empty()) return out + "/>\n";
  out += ">\n";
  // One failure a case: some readers show the first only.
  if (const size_t count = one.failures.size()) {
    const Diagnostic& first = *one.failures.front();
    out += fmt::format("      <failure type=\"{}\" message=\"{}{}\">{}</failure>\n", xml(first.code), xml(first.message),
                       count > 1 ? fmt::format(" (and {} more)", count - 1) : "", xml(shown(one.failures), false));
  }
  if (!one.remarks.empty()) out += fmt::format("      <system-out>{}</system-out>\n", xml(shown(one.remarks), false));
  return out + "    </testcase>\n";
}

} // namespace

std::string junit(const Report& report) {
  // A file that is only used may have findings too.
  std::vector<std::string> files = report.files;
  for (const Diagnostic& one : report.diagnostics)
    if (std::string path = one.primary.source ? one.primary.source->path() : "rbc.toml";
        std::find(files.begin(), files.end(), path) == files.end())
      files.push_back(path);
  std::map<std::string, std::map<uint32_t, Case>> suites;
  for (const std::string& path : files) suites[path] = cases(report, path);
  for (const Diagnostic& one : report.diagnostics) {
    auto& all = suites[one.primary.source ? one.primary.source->path() : "rbc.toml"];
    Case& hit = std::prev(all.upper_bound(one.primary.source ? one.primary.source->line_at(one.primary.span.begin) : 0))->second;
    (one.severity == Severity::Error || report.warnings_fail ? hit.failures : hit.remarks).push_back(&one);
  }
  std::string body;
  size_t tests = 0, failures = 0;
  for (const auto& [path, all] : suites) {
    const std::string name = clean_path(path);
    std::string inside;
    size_t failed = 0;
    for (const auto& [line, one] : all) inside += element(one, name), failed += one.failures.empty() ? 0 : 1;
    tests += all.size(), failures += failed;
    body += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"0\">\n{}  </testsuite>\n",
                        xml(name), all.size(), failed, inside);
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<testsuites name=\"rbc check\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"0\">\n{}</testsuites>\n",
                     tests, failures, body);
}

} // namespace rbc::rendering
