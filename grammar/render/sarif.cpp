// SARIF 2.1.0 (OASIS), as code scanning takes it: columns in UTF-16 code units, addresses relative to the working folder.
#include <algorithm>
#include <cctype>
#include <map>

#include "grammar/render/parts.hpp"

namespace rbc::rendering {

namespace {

constexpr std::string_view kSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// A path as a URI reference (RFC 3986): what is no unreserved character or `/` is percent-encoded.
std::string uri(std::string_view path) {
  std::string clean = clean_path(path), out = clean.starts_with('/') ? "file://" : "";
  for (char c : clean) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("-._~/").find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

std::string artifact(std::string_view path) { return fmt::format(R"({{"uri":{}}})", json_text(uri(path))); }

std::string bounds(const Source& source, Span span) {
  Utf16Place begin = source.utf16(span.begin), end = source.utf16(std::max(span.begin, span.end));
  return fmt::format(R"("startLine":{},"startColumn":{},"endLine":{},"endColumn":{})", begin.line + 1, begin.character + 1,
                     end.line + 1, end.character + 1);
}

std::string location(const Label& label) {
  // The whole line is shown with a finding; a very long one is not.
  std::string_view line = label.source->line(label.source->line_at(label.span.begin));
  std::string context;
  if (!line.empty() && line.size() <= 400)
    context = fmt::format(R"(,"contextRegion":{{"startLine":{},"snippet":{{"text":{}}}}})", label.source->line_at(label.span.begin),
                          json_text(visible_source(line)));
  return fmt::format(R"("physicalLocation":{{"artifactLocation":{},"region":{{{}}}{}}})", artifact(label.source->path()),
                     bounds(*label.source, label.span), context);
}

std::string message(std::string_view text) { return fmt::format(R"({{"text":{}}})", json_text(visible_source(text))); }

// A fix has one change a file, and its replacements stand in the file's order.
std::string fix(const Fix& one) {
  std::map<std::string, std::vector<const Edit*>> by_file;
  for (const Edit& edit : one.edits) by_file[edit.source->path()].push_back(&edit);
  std::string changes = json_list(by_file, [](const auto& file) {
    return fmt::format(R"({{"artifactLocation":{},"replacements":{}}})", artifact(file.first),
                       json_list(file.second, [](const Edit* edit) {
                         return fmt::format(R"({{"deletedRegion":{{{}}},"insertedContent":{{"text":{}}}}})",
                                            bounds(*edit->source, edit->span), json_text(edit->text));
                       }));
  });
  return fmt::format(R"({{"description":{},"artifactChanges":{},"properties":{{"safe":{}}}}})", message(one.title), changes, one.safe);
}

// The codes that occur, in order, each with its page.
class Rules {
 public:
  explicit Rules(const Report& report) {
    for (const Diagnostic& one : report.diagnostics) codes_.emplace(one.code, 0);
    for (const Suppressed& one : report.suppressed) codes_.emplace(one.diagnostic.code, 0);
    size_t next = 0;
    for (auto& [code, index] : codes_) index = next++;
  }
  size_t index(const std::string& code) const { return codes_.at(code); }
  std::string text() const {
    return json_list(codes_, [](const auto& entry) { return rule(entry.first); });
  }

 private:
  static std::string rule(const std::string& code) {
    const DiagnosticInfo* info = find_diagnostic(code);
    if (!info) {
      if (!code.starts_with("SC")) return fmt::format(R"({{"id":{}}})", json_text(code));
      return fmt::format(R"({{"id":{0},"helpUri":"https://www.shellcheck.net/wiki/{1}"}})", json_text(code), uri(code));
    }
    std::string help(info->explanation), markdown = help;
    auto example = [&](std::string_view title, std::string_view text) {
      if (text.empty()) return;
      help += fmt::format("\n\n{}\n\n{}", title, visible_source(text));
      markdown += fmt::format("\n\n{}\n\n```\n{}```", title, visible_source(text));
    };
    example("This gets it:", info->failing);
    example("Mended:", info->mended);
    return fmt::format(R"({{"id":{},"shortDescription":{},"fullDescription":{},"help":{{"text":{},"markdown":{}}},)"
                       R"("defaultConfiguration":{{"level":"{}"}},"properties":{{"tags":["runbook"]}}}})",
                       json_text(code), message(info->message), message(info->explanation), json_text(help), json_text(markdown),
                       info->severity == Severity::Error ? "error" : "warning");
  }
  std::map<std::string, size_t> codes_;
};

std::string result(const Diagnostic& one, const Rules& rules, const Suppressed* suppressed) {
  std::string out = fmt::format(R"({{"ruleId":{},"ruleIndex":{},"level":"{}","message":{{"text":{}}})", json_text(one.code),
                                rules.index(one.code), severity_word(one), json_text(message_and_help(one)));
  if (one.primary.source) out += fmt::format(R"(,"locations":[{{{}}}])", location(one.primary));
  size_t next = 0;
  std::string related = json_list(one.secondary, [&](const Label& label) {
    std::string text = label.text.empty() ? "" : fmt::format(R"(,"message":{})", message(label.text));
    return fmt::format(R"({{"id":{},{}{}}})", next++, location(label), text);
  });
  if (next) out += R"(,"relatedLocations":)" + related;
  out += fmt::format(R"(,"partialFingerprints":{{"rbc/v1":"{}"}})", one.fingerprint());
  if (!one.fixes.empty()) out += R"(,"fixes":)" + json_list(one.fixes, fix);
  if (suppressed)
    out += fmt::format(R"(,"suppressions":[{{"kind":"{}","justification":{}}}])", suppressed->in_source ? "inSource" : "external",
                       json_text(suppressed->in_source ? suppressed->reason : "It stands in the baseline."));
  return out + fmt::format(R"(,"properties":{{"origin":{}}}}})", json_text(one.origin));
}

} // namespace

std::string sarif(const Report& report) {
  const Rules rules(report);
  std::string results = "[";
  auto add = [&](const std::string& text) { results += (results.size() > 1 ? ",\n" : "\n") + text; };
  for (const Diagnostic& one : report.diagnostics) add(result(one, rules, nullptr));
  for (const Suppressed& one : report.suppressed) add(result(one.diagnostic, rules, &one));
  return fmt::format("{{\"$schema\":\"{}\",\"version\":\"2.1.0\",\"runs\":[{{\n"
                     "\"tool\":{{\"driver\":{{\"name\":\"rbc\",\"version\":{},\"rules\":{}}}}},\n"
                     "\"columnKind\":\"utf16CodeUnits\",\n\"invocations\":[{{\"executionSuccessful\":true}}],\n"
                     "\"artifacts\":{},\n\"results\":{}]\n}}]}}\n",
                     kSchema, json_text(report.version), rules.text(),
                     json_list(report.files, [](const std::string& path) { return fmt::format(R"({{"location":{}}})", artifact(path)); }),
                     results);
}

} // namespace rbc::rendering
