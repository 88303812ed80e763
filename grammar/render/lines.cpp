// One line a finding: for a log, and for GitHub's workflow commands.
#include <algorithm>

#include "grammar/render/parts.hpp"

namespace rbc {

std::string render_short(const Diagnostic& diagnostic) {
  std::string place = rendering::where(diagnostic), message = visible_source(diagnostic.message);
  if (diagnostic.help.starts_with("Did you mean")) message += ' ' + visible_source(diagnostic.help);
  std::replace(message.begin(), message.end(), '\n', ' ');
  return fmt::format("{}{}{}[{}]: {}", place, place.empty() ? "" : ": ", rendering::severity_word(diagnostic), diagnostic.code,
                     message);
}

std::string render_short(const Sink& sink) {
  std::string out;
  for (const Diagnostic& diagnostic : sink.all()) out += render_short(diagnostic) + '\n';
  if (sink.dropped()) out += fmt::format("… and {} more.\n", sink.dropped());
  return out;
}

namespace rendering {

namespace {

// GitHub reads `%`, CR and LF of a message by these names, and in a property also `:` and `,`.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (char c : text) switch (c) {
    case '%': out += "%25"; break;
    case '\r': out += "%0D"; break;
    case '\n': out += "%0A"; break;
    case ':': out += property ? "%3A" : ":"; break;
    case ',': out += property ? "%2C" : ","; break;
    default: out += c;
    }
  return out;
}

std::string command(const Diagnostic& one) {
  std::string out = fmt::format("::{} ", severity_word(one));
  if (const Source* source = one.primary.source) {
    Utf16Place begin = source->utf16(one.primary.span.begin), end = source->utf16(one.primary.span.end);
    out += fmt::format("file={},line={},endLine={},", escaped(clean_path(source->path()), true), begin.line + 1, end.line + 1);
    // Columns are taken only within one line.
    if (begin.line == end.line)
      out += fmt::format("col={},endColumn={},", begin.character + 1, std::max(begin.character, end.character) + 1);
  }
  std::string text = visible_source(one.message);
  for (const std::string& note : one.notes) text += '\n' + visible_source(note);
  if (!one.help.empty()) text += '\n' + visible_source(one.help);
  return out + fmt::format("title={}::{}\n", escaped(one.code, true), escaped(text, false));
}

} // namespace

std::string short_lines(const Report& report) {
  std::string out;
  for (size_t i = 0; i < report.diagnostics.size() && i < report.most; ++i) out += render_short(report.diagnostics[i]) + '\n';
  if (report.diagnostics.size() > report.most) out += fmt::format("… and {} more.\n", report.diagnostics.size() - report.most);
  return out;
}

// GitHub shows the first ten of a kind, so errors come first.
std::string github(const Report& report) {
  std::string out;
  for (Severity severity : {Severity::Error, Severity::Warning})
    for (const Diagnostic& one : report.diagnostics)
      if (one.severity == severity) out += command(one);
  return out;
}

} // namespace rendering

} // namespace rbc
