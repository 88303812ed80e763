// How diagnostics look: for people, for one line of a log, for programs.
#include <fmt/format.h>

#include <algorithm>

#include "grammar/diagnostic.hpp"
#include "grammar/utf8.hpp"

namespace rbc {

namespace {

constexpr uint32_t kMaxShown = 160; // characters of a source line

struct Paint {
  bool on;
  std::string operator()(const char* code, std::string_view text) const {
    return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
};

// How many columns of a terminal a text takes, roughly: one for each character that is no continuation byte.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string blanks_for_tabs(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '\t' ? std::string("    ") : std::string(1, c);
  return out;
}

// The source line of a label with marks under its span.
std::string excerpt(const Label& label, char mark, const char* colour, const Paint& paint) {
  const Source& source = *label.source;
  uint32_t number = source.line_at(std::min(label.span.begin, source.size()));
  std::string_view line = source.line(number);
  uint32_t size = static_cast<uint32_t>(line.size());
  uint32_t from = std::min(label.span.begin - source.line_begin(number), size);
  uint32_t to = std::min(std::max(label.span.end, label.span.begin) - source.line_begin(number), size);
  // Of a long line, the part around the place.
  uint32_t cut = from > kMaxShown - 40 ? from - (kMaxShown - 40) : 0;
  while (cut > 0 && cut < size && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) ++cut;
  uint32_t stop = std::min(size, cut + kMaxShown);
  while (stop < size && (static_cast<unsigned char>(line[stop]) & 0xC0) == 0x80) ++stop;
  from = std::clamp(from, cut, stop), to = std::clamp(to, from, stop);
  auto shown = [&](uint32_t a, uint32_t b) { return blanks_for_tabs(visible_source(line.substr(a, b - a))); };
  std::string before = (cut > 0 ? "…" : "") + shown(cut, from), marked = shown(from, to),
              after = shown(to, stop) + (stop < size ? "…" : "");
  std::string text = fmt::format("{:>6} | {}{}{}", number, before, paint(colour, marked), after);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  std::string out = text + '\n';
  out += fmt::format("{:>6} | {:{}}", "", "", width_of(before));
  out += paint(colour, std::string(std::max<size_t>(1, width_of(marked)), mark));
  if (!label.text.empty()) out += ' ' + paint(colour, visible_source(label.text));
  return out + '\n';
}

// A line as it is after an edit within it, if the fix is one such edit.
std::string mended_line(const Fix& fix) {
  if (fix.edits.size() != 1) return {};
  const Edit& edit = fix.edits[0];
  const Source& source = *edit.source;
  uint32_t number = source.line_at(edit.span.begin), begin = source.line_begin(number);
  std::string line(source.line(number));
  if (edit.span.end - begin > line.size() || line.size() > kMaxShown || edit.text.find('\n') != std::string::npos) return {};
  line.replace(edit.span.begin - begin, edit.span.end - edit.span.begin, edit.text);
  return fmt::format("{:>6} | {}", number, blanks_for_tabs(visible_source(line)));
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    Utf8 at = decode_utf8(text, i);
    if (!at.valid)
      out += "\xEF\xBF\xBD";
    else if (at.code == '"' || at.code == '\\')
      out += fmt::format("\\{}", static_cast<char>(at.code));
    else if (at.code == '\n')
      out += "\\n";
    else if (at.code < 0x20 || at.code == 0x7F)
      out += fmt::format("\\u{:04x}", static_cast<uint32_t>(at.code));
    else
      out += text.substr(i, at.length);
    i += at.length;
  }
  return out + '"';
}

std::string json_place(const Source& source, Span span) {
  Place begin = source.place(span.begin), end = source.place(span.end);
  return fmt::format(R"("path":{},"line":{},"column":{},"end_line":{},"end_column":{})", json_text(source.path()), begin.line,
                     begin.column, end.line, end.column);
}

template <typename Items, typename Show> std::string json_list(const Items& items, Show show) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? "," : "") + show(item);
  return out + "]";
}

std::string where(const Diagnostic& diagnostic) {
  if (!diagnostic.primary.source) return {};
  Place place = diagnostic.primary.source->place(diagnostic.primary.span.begin);
  return fmt::format("{}:{}:{}", visible_source(diagnostic.primary.source->path()), place.line, place.column);
}

} // namespace

std::string visible_source(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    Utf8 at = decode_utf8(text, i);
    if (!at.valid)
      out += fmt::format("<0x{:02X}>", static_cast<uint32_t>(at.code));
    else if (is_invisible(at.code))
      out += fmt::format("<U+{:04X}>", static_cast<uint32_t>(at.code));
    else
      out += text.substr(i, at.length);
    i += at.length;
  }
  return out;
}

std::string render_pretty(const Diagnostic& diagnostic, bool colour) {
  const Paint paint{colour};
  const char* tone = diagnostic.severity == Severity::Error ? "31" : "33";
  const char* bold = diagnostic.severity == Severity::Error ? "1;31" : "1;33";
  std::string out = paint(bold, diagnostic.code) + "  ";
  if (std::string place = where(diagnostic); !place.empty()) out += place + "   ";
  out += paint("1", visible_source(diagnostic.message)) + '\n';
  if (diagnostic.primary.source) out += '\n' + excerpt(diagnostic.primary, '^', tone, paint);
  for (const Label& label : diagnostic.secondary) {
    if (!label.source) continue;
    if (label.source != diagnostic.primary.source) out += fmt::format("  {}:\n", visible_source(label.source->path()));
    out += excerpt(label, '-', "36", paint);
  }
  for (const std::string& note : diagnostic.notes) out += fmt::format("  {}\n", visible_source(note));
  if (diagnostic.origin != "rbc") out += fmt::format("  ({})\n", diagnostic.origin);
  if (!diagnostic.help.empty()) out += fmt::format("  {}\n", visible_source(diagnostic.help));
  for (const Fix& fix : diagnostic.fixes)
    if (std::string line = mended_line(fix); !line.empty()) out += fmt::format("\n{}\n", paint("32", line));
  return out;
}

std::string render_short(const Diagnostic& diagnostic) {
  std::string place = where(diagnostic), message = visible_source(diagnostic.message);
  std::replace(message.begin(), message.end(), '\n', ' ');
  return fmt::format("{}{}{}[{}]: {}", place, place.empty() ? "" : ": ",
                     diagnostic.severity == Severity::Error ? "error" : "warning", diagnostic.code, message);
}

std::string render_json(const Diagnostic& diagnostic) {
  std::string out = fmt::format(R"({{"code":{},"severity":"{}","message":{})", json_text(diagnostic.code),
                                diagnostic.severity == Severity::Error ? "error" : "warning", json_text(diagnostic.message));
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
  out += R"(,"fixes":)" + json_list(diagnostic.fixes, [](const Fix& fix) {
           return fmt::format(R"({{"title":{},"safe":{},"edits":{}}})", json_text(fix.title), fix.safe,
                              json_list(fix.edits, [](const Edit& edit) {
                                return fmt::format(R"({{{},"text":{}}})", json_place(*edit.source, edit.span),
                                                   json_text(edit.text));
                              }));
         });
  return out + fmt::format(R"(,"source":{},"fingerprint":"{}"}})", json_text(diagnostic.origin), diagnostic.fingerprint());
}

std::string render_pretty(const Sink& sink, bool colour) {
  std::string out;
  for (const Diagnostic& diagnostic : sink.all()) out += (out.empty() ? "" : "\n") + render_pretty(diagnostic, colour);
  if (sink.dropped()) out += fmt::format("\n… and {} more.\n", sink.dropped());
  return out;
}

std::string render_short(const Sink& sink) {
  std::string out;
  for (const Diagnostic& diagnostic : sink.all()) out += render_short(diagnostic) + '\n';
  if (sink.dropped()) out += fmt::format("… and {} more.\n", sink.dropped());
  return out;
}

std::string render_json(const Sink& sink) {
  return fmt::format(R"({{"diagnostics":{},"errors":{},"warnings":{}}})",
                     json_list(sink.all(), [](const Diagnostic& diagnostic) { return render_json(diagnostic); }), sink.errors(),
                     sink.warnings());
}

} // namespace rbc
