#include "cli/commands/times.hpp"

#include <set>
#include <string_view>

#include <fmt/format.h>

#include "grammar/render/parts.hpp"
#include "stdlib/world.hpp"
#include "vm/model/literal.hpp"
#include "vm/model/value.hpp"

namespace rbc::cli {

namespace {

std::string for_people(const RunbookTimes& one) {
  const Bounds& bounds = one.bounds;
  std::string out = fmt::format("{}: at most {} headless", one.id, prose(Value::duration(bounds.longest)));
  if (bounds.longest_at_caps > bounds.longest) out += fmt::format(" ({} with its inputs at their caps)", prose(Value::duration(bounds.longest_at_caps)));
  if (bounds.first_page >= 0) out += fmt::format("; somebody is paged by {} at the latest if nothing helps", prose(Value::duration(bounds.first_page)));
  out += ".\n";
  for (std::size_t i = 0; i < bounds.path.size(); ++i) {
    const BoundLine& line = bounds.path[i];
    out += fmt::format("  {:>10}  {:{}}{}{}{}\n", literal(Value::duration(line.micros)), "", line.depth * 2, one.lines[i] ? fmt::format("{}: ", one.lines[i]) : "", line.text,
                       line.why.empty() ? "" : fmt::format("  ({})", line.why));
  }
  return out;
}

std::string for_programs(const RunbookTimes& one) {
  using rendering::json_text;
  const Bounds& bounds = one.bounds;
  std::string path;
  for (std::size_t i = 0; i < bounds.path.size(); ++i) {
    const BoundLine& line = bounds.path[i];
    path += fmt::format("{}{{\"file\":{},\"line\":{},\"depth\":{},\"text\":{},\"why\":{},\"us\":{}}}", path.empty() ? "" : ",", one.lines[i] ? json_text(one.files[i]) : "null",
                        one.lines[i] ? std::to_string(one.lines[i]) : "null", line.depth, json_text(line.text), json_text(line.why), line.micros);
  }
  return fmt::format("{{\"runbook\":{},\"path\":{},\"longest_us\":{},\"longest_at_caps_us\":{},\"first_page_us\":{},\"longest_path\":[{}]}}", json_text(one.id), json_text(one.path),
                     bounds.longest, bounds.longest_at_caps, bounds.first_page < 0 ? "null" : std::to_string(bounds.first_page), path);
}

}  // namespace

std::vector<RunbookTimes> times_of(Sources& sources, const Index& index, const std::vector<std::string>& files, const Settings& settings) {
  std::vector<RunbookTimes> all;
  const std::set<std::string_view> asked(files.begin(), files.end());
  RunbookCompiler compiler(sources, catalogue(), settings);
  for (const RunbookEntry& entry : index.runbooks) {
    if (asked.count(entry.path) == 0) continue;
    const Compiled compiled = compiler.compile(entry.path, entry.id);
    if (!compiled.program) continue;
    RunbookTimes& one = all.emplace_back(RunbookTimes{entry.id, entry.path, compiled.program->bounds, {}, {}});
    for (const BoundLine& line : one.bounds.path) {
      const Site* site = line.site == kNone ? nullptr : &compiled.program->sites[static_cast<std::size_t>(line.site)];
      one.lines.push_back(site ? site->line : 0);
      one.files.push_back(site ? compiled.program->files[site->file] : std::string());
    }
  }
  return all;
}

void add_times(std::string& report, Format format, const std::vector<RunbookTimes>& times) {
  if (format == Format::Json) {
    report.resize(report.rfind('}'));
    report += fmt::format(",\"times\":{}}}\n", rendering::json_list(times, for_programs));
    return;
  }
  for (const RunbookTimes& one : times) report += for_people(one);
}

}  // namespace rbc::cli
