#include "cli/commands/test_report.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "grammar/render/parts.hpp"
#include "vm/model/literal.hpp"

namespace rbc::cli {

namespace {

using testing::Finding;
using testing::Point;

struct TestInk {
  bool on = false;
  std::string paint(std::string_view code, std::string_view text) const { return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text); }
};

std::string title_of_test(const TestDone& done) {
  return fmt::format("{} {}{}{}", done.program().runbook.id, done.test->name, done.test->title.empty() ? "" : ": ", done.test->title);
}

std::string moment(Micros at) { return at == 0 ? std::string("at the start") : "at " + literal(Value::duration(at)); }

std::string place(const TestDone& done, std::uint32_t site) { return fmt::format("{}:{}", rendering::clean_path(done.file(site)), done.site(site).line); }

std::string finding_text(const TestDone& done, const Finding& finding, const TestInk& ink) {
  // What is about a line of the runbook is told with it, everything else with the line of the test.
  std::string out;
  if (finding.code.empty()) {
    out += fmt::format("      {}  {}\n", place(done, finding.site), visible(finding.expected));
    out += fmt::format("        {} {}: {}\n", ink.paint("1", "seen"), moment(finding.at), visible(finding.seen));
  } else {
    out += fmt::format("      {}  {} {}: {}\n", place(done, finding.site), ink.paint("1", finding.code), moment(finding.at), visible(finding.seen));
    if (finding.place != kNone) {
      const auto at = static_cast<std::uint32_t>(finding.place);
      out += fmt::format("        {}: {}\n", place(done, at), visible(done.site(at).text));
    }
  }
  if (!finding.help.empty()) out += fmt::format("        {}\n", visible(finding.help));
  return out;
}

// Text of XML 1.0: no control characters, not even escaped.
std::string for_xml(std::string_view text) {
  std::string out;
  for (const char c : visible(text, true)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

// GitHub reads `%`, CR and LF of a message by these names, and in a property also `:` and `,`.
std::string for_github(std::string_view text, bool property) {
  std::string out;
  for (const char c : visible(text, true)) {
    if (c == '%') out += "%25";
    else if (c == '\n') out += "%0A";
    else if (c == ':' && property) out += "%3A";
    else if (c == ',' && property) out += "%2C";
    else out += c;
  }
  return out;
}

std::string_view name_of(Point::What what) {
  switch (what) {
    case Point::What::step: return "step";
    case Point::What::arm: return "arm";
    case Point::What::otherwise: return "otherwise";
    case Point::What::cause: return "cause";
    case Point::What::rung: return "rung";
    case Point::What::rule: return "rule";
    case Point::What::leaving: return "before leaving";
    case Point::What::undo: return "undo";
  }
  return {};
}

}  // namespace

std::string test_lines(const TestDone& done, bool colour, bool story) {
  const TestInk ink{colour};
  std::string out = fmt::format("{}  {}\n", done.passed() ? ink.paint("32", "  ok") : ink.paint("1;31", "FAIL"), visible(title_of_test(done)));
  if (done.passed()) return out;
  for (const Finding& finding : done.result.findings) out += finding_text(done, finding, ink);
  if (story) {
    out += "      what happened:\n";
    for (const std::string& line : done.result.story) out += fmt::format("      {}\n", line);
  }
  return out;
}

std::string test_json(const TestDone& done) {
  nlohmann::ordered_json json;
  json["runbook"] = done.program().runbook.id;
  json["test"] = done.test->name;
  if (!done.test->title.empty()) json["title"] = done.test->title;
  json["file"] = rendering::clean_path(done.file(done.test->site));
  json["line"] = done.site(done.test->site).line;
  json["passed"] = done.passed();
  if (done.result.outcome) json["outcome"] = spell(*done.result.outcome);
  json["took"] = static_cast<double>(done.result.took) / kSecond;
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& finding : done.result.findings) {
    nlohmann::ordered_json one;
    if (!finding.code.empty()) one["code"] = finding.code;
    one["file"] = rendering::clean_path(done.file(finding.site));
    one["line"] = done.site(finding.site).line;
    if (finding.place != kNone) {
      one["about"]["file"] = rendering::clean_path(done.file(static_cast<std::uint32_t>(finding.place)));
      one["about"]["line"] = done.site(static_cast<std::uint32_t>(finding.place)).line;
    }
    one["at"] = static_cast<double>(finding.at) / kSecond;
    if (finding.code.empty()) one["expected"] = finding.expected;
    one["seen"] = finding.seen;
    if (!finding.help.empty()) one["help"] = finding.help;
    json["findings"].push_back(std::move(one));
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string test_github(const TestDone& done) {
  std::string out;
  for (const Finding& finding : done.result.findings)
    out += fmt::format("::error file={},line={},title={}::{}\n", for_github(rendering::clean_path(done.file(finding.site)), true), done.site(finding.site).line,
                       for_github(fmt::format("{} {}{}{}", done.program().runbook.id, done.test->name, finding.code.empty() ? "" : " ", finding.code), true),
                       for_github(finding.code.empty() ? fmt::format("{}\nseen {}: {}", finding.expected, moment(finding.at), finding.seen) : fmt::format("{} {}", finding.seen, finding.help), false));
  return out;
}

std::string test_junit(const std::vector<TestDone>& done) {
  std::map<std::string, std::vector<const TestDone*>> suites;       // by file
  for (const TestDone& each : done) suites[std::string(rendering::clean_path(each.file(each.test->site)))].push_back(&each);
  std::string body;
  std::size_t failures = 0;
  double seconds = 0;
  for (const auto& [path, tests] : suites) {
    std::string inside;
    std::size_t failed = 0;
    double time = 0;
    for (const TestDone* each : tests) {
      time += each->seconds;
      inside += fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.6f}\"", for_xml(each->test->name), for_xml(each->program().runbook.id), each->seconds);
      if (each->passed()) {
        inside += "/>\n";
        continue;
      }
      ++failed;
      const Finding& first = each->result.findings.front();
      std::string text;
      for (const Finding& finding : each->result.findings) text += finding_text(*each, finding, {});
      const std::size_t more = each->result.findings.size() - 1;
      inside += fmt::format(">\n      <failure type=\"{}\" message=\"{}{}\">{}</failure>\n    </testcase>\n", first.code.empty() ? "expect" : first.code,
                            for_xml(first.code.empty() ? fmt::format("{}: {}", first.expected, first.seen) : first.seen), more ? fmt::format(" (and {} more)", more) : "", for_xml(text));
    }
    failures += failed, seconds += time;
    body += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{:.6f}\">\n{}  </testsuite>\n", for_xml(path), tests.size(), failed, time, inside);
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"rbc test\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{:.6f}\">\n{}</testsuites>\n", done.size(), failures,
                     seconds, body);
}

Reached reached_of(const Program& program, const testing::TestSuite& suite, const std::vector<bool>& reached) {
  Reached result;
  result.runbook = program.runbook.id;
  // A line that stands in the program several times, such as a procedure's rung, counts once.
  std::map<std::tuple<std::uint32_t, std::uint32_t, Point::What>, std::pair<std::uint32_t, bool>> lines;
  for (const Point& point : suite.points) {
    const Site& site = program.sites[point.site];
    const std::uint32_t word = point.what == Point::What::rule ? point.pc + 1 : point.pc;
    auto& line = lines.try_emplace({site.file, site.line, point.what}, point.site, false).first->second;
    line.second = line.second || (word < reached.size() && reached[word]);
  }
  result.all = lines.size();
  for (const auto& [key, line] : lines) {
    if (line.second) {
      ++result.reached;
      continue;
    }
    const Site& site = program.sites[line.first];
    result.missed.push_back({name_of(std::get<2>(key)), std::string(rendering::clean_path(program.files[site.file])), site.line, site.text});
  }
  return result;
}

std::string coverage_lines(const Reached& reached) {
  std::string out = fmt::format("{}: {} of {} reached, {:.1f} %\n", reached.runbook, reached.reached, reached.all, reached.percent());
  std::size_t width = 0, kind = 0;
  for (const auto& each : reached.missed) {
    width = std::max(width, fmt::format("{}:{}", each.file, each.line).size());
    kind = std::max(kind, each.what.size());
  }
  for (const auto& each : reached.missed) out += fmt::format("  {:<{}}  {:<{}}  {}\n", fmt::format("{}:{}", each.file, each.line), width, each.what, kind, visible(each.text));
  return out;
}

}  // namespace rbc::cli
