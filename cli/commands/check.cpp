#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/project.hpp"
#include "compiler/compile.hpp"
#include "stdlib/world.hpp"
#include "vm/model/value.hpp"

namespace rbc::cli {

namespace {

void print_times(Sources& sources, const Index& index, const std::vector<std::string>& files, const Settings& settings) {
  for (const RunbookEntry& entry : index.runbooks) {
    if (std::find(files.begin(), files.end(), entry.path) == files.end()) continue;
    Compiled compiled = compile_runbook(sources, entry.path, entry.id, catalogue(), settings);
    if (!compiled.program) continue;
    const Bounds& bounds = compiled.program->bounds;
    fmt::print("{}: at most {} headless", entry.id, prose(Value::duration(bounds.longest)));
    if (bounds.longest_at_caps > bounds.longest) fmt::print(" ({} with its inputs at their caps)", prose(Value::duration(bounds.longest_at_caps)));
    if (bounds.first_page >= 0) fmt::print("; somebody is paged by {} at the latest if nothing helps", prose(Value::duration(bounds.first_page)));
    fmt::print(".\n");
    for (const BoundLine& line : bounds.path) fmt::print("  {:>10}  {:{}}{}\n", literal(Value::duration(line.micros)), "", line.depth * 2, line.text);
  }
}

}  // namespace

int check(const Given& given) {
  std::string format = given.get("format", isatty(1) ? "pretty" : "short");
  const std::vector<std::string> formats{"pretty", "short", "json"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end())
    return refuse(kUsage, fmt::format("`{}` is no format: pretty, short or json.{}", format, suggestion(format, formats)));
  std::string fail_on = given.get("fail-on", "error");
  if (fail_on != "error" && fail_on != "warning") return refuse(kUsage, fmt::format("`--fail-on` takes error or warning, not `{}`.", fail_on));
  size_t most = 100;
  if (given.has("max-errors")) {
    std::string text = given.get("max-errors");
    if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos)
      return refuse(kUsage, fmt::format("`--max-errors` takes a whole number, not `{}`.", text));
    most = std::stoul(text);
  }

  std::vector<std::string> files;
  std::string problem;
  const Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  if (given.words.empty()) {
    files = project.files;
    if (files.empty()) return refuse(kUsage, fmt::format("there is no runbook below {}.", project.root));
  } else {
    files = expand(given.words, problem);
    if (!problem.empty()) return refuse(kUsage, problem);
  }
  DiskSources sources;
  for (const std::string& file : files)
    if (!sources.load(file)) return refuse(kBroken, fmt::format("cannot read {}.", file));

  Checked checked = check_project(sources, files, catalogue(), project.settings);
  size_t errors = 0, warnings = 0, printed = 0;
  for (const Diagnostic& d : checked.diagnostics) (d.severity == Severity::Error ? errors : warnings) += 1;
  if (format == "json") {
    fmt::print("{{\"diagnostics\":[");
    for (const Diagnostic& d : checked.diagnostics) fmt::print("{}{}", printed++ ? "," : "", render_json(d));
    fmt::print("],\"errors\":{},\"warnings\":{}}}\n", errors, warnings);
  } else {
    bool colour = colours(1);
    for (const Diagnostic& d : checked.diagnostics) {
      if (printed++ == most) {
        fmt::print("… and {} more.\n", checked.diagnostics.size() - most);
        break;
      }
      if (format == "pretty") fmt::print("{}\n", render_pretty(d, colour));
      else fmt::print("{}\n", render_short(d));
    }
    std::set<std::string> paths(files.begin(), files.end());
    if (isatty(1) || format == "pretty")
      fmt::print("{} file{}, {} runbook{}: {}.\n", files.size(), files.size() == 1 ? "" : "s", checked.index.runbooks.size(),
                 checked.index.runbooks.size() == 1 ? "" : "s",
                 errors + warnings == 0 ? "nothing to find fault with"
                                        : fmt::format("{} error{}, {} warning{}", errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s"));
    if (given.has("times")) print_times(sources, checked.index, files, project.settings);
  }
  return errors > 0 || (fail_on == "warning" && warnings > 0) ? kFindings : kOk;
}

}  // namespace rbc::cli
