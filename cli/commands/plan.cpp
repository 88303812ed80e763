// `rbc plan`, `rbc graph`: one runbook shown before anything runs.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/project.hpp"
#include "compiler/outline/flow.hpp"
#include "compiler/outline/plan.hpp"
#include "vm/model/literal.hpp"

namespace rbc::cli {

namespace {

unsigned terminal_width() {
  winsize size{};
  if (isatty(1) && ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::clamp<unsigned>(size.ws_col, 60, 120);
  return 100;
}

// Each given input is a literal of its type, or one sentence says what it should be: code set.
bool inputs_fit(const outline::Outline& outline, const outline::Wanted& wanted, int& code) {
  for (const auto& [name, value] : wanted.inputs)
    for (const outline::Input& input : outline.inputs)
      if (input.name == name && !parse_literal(value, input.of.present())) {
        code = refuse(kUsage, fmt::format("the input `{}` is `{}`, and `{}` is not one.", name, spell(input.of), value));
        return false;
      }
  return true;
}

}  // namespace

int plan(const Given& given) {
  DiskSources sources;
  outline::Outline outline;
  Chosen chosen = choose_runbook(sources, find_project(), given.words[0], &outline);
  if (!chosen.program) return chosen.code;
  outline::Wanted wanted;
  int code = kOk;
  if (given.has("env")) {
    wanted.environment = choose_environment(*chosen.program, given.get("env"), code);
    if (code != kOk) return code;
  }
  wanted.inputs = collect_inputs(*chosen.program, given.all("input"), given.extra, code);
  if (code != kOk || !inputs_fit(outline, wanted, code)) return code;
  const std::string text = given.has("json") ? plan_json(outline, *chosen.program, wanted) : plan_text(outline, *chosen.program, wanted, colours(1), terminal_width());
  std::fputs(text.c_str(), stdout);
  return kOk;
}

int graph(const Given& given) {
  const std::vector<std::string> formats{"svg", "mermaid", "dot"};
  const std::string format = given.get("format", "svg");
  if (std::find(formats.begin(), formats.end(), format) == formats.end())
    return refuse(kUsage, fmt::format("`{}` is no format: svg, mermaid or dot.{}", format, suggestion(format, formats)));
  DiskSources sources;
  outline::Outline outline;
  Chosen chosen = choose_runbook(sources, find_project(), given.words[0], &outline);
  if (!chosen.program) return chosen.code;
  const outline::Flow flow = outline::flow_of(outline);
  const std::string text = format == "svg" ? outline::svg(flow) : format == "dot" ? outline::dot(flow) : outline::mermaid(flow);
  const std::string file = given.get("output");
  if (file.empty() || file == "-") {
    std::fputs(text.c_str(), stdout);
    return kOk;
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return refuse(kBroken, fmt::format("{} cannot be written.", file));
  return kOk;
}

}  // namespace rbc::cli
