// For programs: rbc's own JSON, and GitLab's Code Quality.
#include <algorithm>
#include <map>

#include "grammar/render/parts.hpp"

namespace rbc {

using rendering::json_list;
using rendering::json_text;

namespace {

std::string json_place(const Source& source, Span span) {
  Place begin = source.place(span.begin), end = source.place(span.end);
  return fmt::format(R"("path":{},"line":{},"column":{},"end_line":{},"end_column":{})", json_text(source.path()), begin.line,
                     begin.column, end.line, end.column);
}

std::string json_fix(const Fix& fix) {
  return fmt::format(R"({{"title":{},"safe":{},"edits":{}}})", json_text(fix.title), fix.safe,
                     json_list(fix.edits, [](const Edit& edit) {
                       return fmt::format(R"({{{},"text":{}}})", json_place(*edit.source, edit.span), json_text(edit.text));
                     }));
}

} // namespace

std::string render_json(const Diagnostic& diagnostic) {
  std::string out = fmt::format(R"({{"code":{},"severity":"{}","message":{})", json_text(diagnostic.code),
                                rendering::severity_word(diagnostic), json_text(diagnostic.message));
  auto label = [](const Label& l) {
    return fmt::format(R"({{{},"label":{}}})", json_place(*l.source, l.span), json_text(l.text));
  };
  if (diagnostic.primary.source) {
    out += ',' + json_place(*diagnostic.primary.source, diagnostic.primary.span);
    out += fmt::format(R"(,"label":{})", json_text(diagnostic.primary.text));
  }
  out += R"(,"secondary":)" + json_list(diagnostic.secondary, label);
  out += R"(,"notes":)" + json_list(diagnostic.notes, [](const std::string& note) { return json_text(note); });
  out += R"(,"help":)" + json_text(diagnostic.help);
  out += R"(,"fixes":)" + json_list(diagnostic.fixes, json_fix);
  return out + fmt::format(R"(,"source":{},"fingerprint":"{}"}})", json_text(diagnostic.origin), diagnostic.fingerprint());
}

std::string render_json(const Sink& sink) {
  return fmt::format(R"({{"diagnostics":{},"errors":{},"warnings":{}}})",
                     json_list(sink.all(), [](const Diagnostic& diagnostic) { return render_json(diagnostic); }), sink.errors(),
                     sink.warnings());
}

namespace rendering {

std::string json(const Report& report) {
  auto suppressed = [](const Suppressed& one) {
    std::string shown = render_json(one.diagnostic);
    shown.pop_back();
    return fmt::format(R"({},"suppressed_by":"{}","reason":{}}})", shown, one.in_source ? "allow" : "baseline", json_text(one.reason));
  };
  return fmt::format("{{\"diagnostics\":{},\"suppressed\":{},\"errors\":{},\"warnings\":{}}}\n",
                     json_list(report.diagnostics, [](const Diagnostic& one) { return render_json(one); }),
                     json_list(report.suppressed, suppressed), report.errors(), report.warnings());
}

// A fingerprint names one finding there, so alike ones in a report are numbered.
std::string gitlab(const Report& report) {
  std::map<std::string, size_t> seen;
  return json_list(report.diagnostics, [&](const Diagnostic& one) {
           std::string fingerprint = one.fingerprint(), path = "rbc.toml";
           if (one.primary.source) path = clean_path(one.primary.source->path());
           // Two files of one name may stand in two folders.
           const size_t before = seen[fingerprint + path]++;
           uint32_t first = 1, last = 1;
           if (const Source* source = one.primary.source) {
             first = source->line_at(one.primary.span.begin);
             last = std::max(first, source->line_at(one.primary.span.end));
           }
           return fmt::format(R"({{"description":{},"check_name":{},"fingerprint":{},"severity":"{}","location":{{"path":{},"lines":{{"begin":{},"end":{}}}}}}})",
                              json_text(message_and_help(one)), json_text(one.code),
                              json_text(fmt::format("{}-{}{}", fingerprint, path, before ? fmt::format("-{}", before) : "")),
                              one.severity == Severity::Error ? "major" : "minor", json_text(path), first, last);
         }) +
         "\n";
}

} // namespace rendering

} // namespace rbc
