#include "tests/live/evidence/look.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/compile.hpp"
#include "stdlib/world.hpp"

namespace rbc::live {

namespace {

std::string on_one_line(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += '\\';
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out;
}

}  // namespace

Judged judge_line(const std::string& kind, char form, const std::string& line) {
  OverlaySources sources;
  sources.put("one.runbook", fmt::format("{} it: What is looked at\nhttp api: The backend\ncontact ann: On call\n\ncheck up: The backend answers\n  api> GET /\n\nrunbook T-1: One look\n"
                                         "  severity low\n  goal up\n  escalation until resolved\n    after 5m page ann\n\n  step one\n    check up\n    it{} {}\n",
                                         kind, form, on_one_line(line)));
  Judged judged;
  Compiled compiled = compile_runbook(sources, "one.runbook", "T-1", catalogue());
  const auto error = std::find_if(compiled.diagnostics.begin(), compiled.diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::Error; });
  if (error != compiled.diagnostics.end()) {
    judged.why = fmt::format("{} {}", error->code, error->message);
    return judged;
  }
  if (!compiled.program) {
    judged.why = "no program";
    return judged;
  }
  for (Template& said : compiled.program->templates) {
    if (compiled.program->resources[said.resource].name == "it" && said.effect == Effect::looks) judged.look = std::move(said);
  }
  if (judged.look) judged.look->resource = 0;
  else judged.why = "no look";
  return judged;
}

}  // namespace rbc::live
