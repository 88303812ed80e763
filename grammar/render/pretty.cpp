// How diagnostics look to people.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "grammar/render/parts.hpp"
#include "grammar/utf8.hpp"

namespace rbc {

namespace {

using rendering::where;
using rendering::width_of;

constexpr uint32_t kMaxShown = 160; // characters of a source line

struct Paint {
  bool on;
  std::string operator()(const char* code, std::string_view text) const {
    return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
};

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

// A line as it is after a fix, if all its edits are within that line.
std::string mended_line(const Fix& fix) {
  if (fix.edits.empty()) return {};
  const Source& source = *fix.edits[0].source;
  const uint32_t number = source.line_at(fix.edits[0].span.begin), begin = source.line_begin(number);
  std::string line(source.line(number));
  const size_t size = line.size();
  std::vector<const Edit*> edits;
  for (const Edit& edit : fix.edits) edits.push_back(&edit);
  std::stable_sort(edits.begin(), edits.end(), [](const Edit* a, const Edit* b) { return a->span.begin > b->span.begin; });
  for (const Edit* edit : edits) {
    if (edit->source != &source || edit->span.begin < begin || edit->span.end - begin > size || size > kMaxShown || edit->text.find('\n') != std::string::npos) return {};
    line.replace(edit->span.begin - begin, edit->span.end - edit->span.begin, edit->text);
  }
  return fmt::format("{:>6} | {}", number, blanks_for_tabs(visible_source(line)));
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
    else out += fmt::format("  `rbc check --fix{}`: {}.\n", fix.safe ? "" : "=all", visible_source(fix.title));
  return out;
}

std::string render_pretty(const Sink& sink, bool colour) {
  std::string out;
  for (const Diagnostic& diagnostic : sink.all()) out += (out.empty() ? "" : "\n") + render_pretty(diagnostic, colour);
  if (sink.dropped()) out += fmt::format("\n… and {} more.\n", sink.dropped());
  return out;
}

namespace rendering {

namespace {

// "E0201 ×812 · W0606 ×3": what was found, most frequent first.
std::string by_code(const Report& report) {
  std::map<std::string, size_t> counts;
  for (const Diagnostic& one : report.diagnostics) ++counts[one.code];
  std::vector<std::pair<std::string, size_t>> all(counts.begin(), counts.end());
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (const auto& [code, count] : all) out += fmt::format("{}{} ×{}", out.empty() ? "" : " · ", code, count);
  return out;
}

std::string_view path_of(const Diagnostic& one) {
  return one.primary.source ? std::string_view(one.primary.source->path()) : std::string_view();
}

// "── rb-01.runbook: 3 errors, 1 warning ──", above the findings of a file, where there are several.
std::string heading(const Report& report, size_t from, const Paint& paint) {
  size_t errors = 0, warnings = 0;
  for (size_t i = from; i < report.diagnostics.size() && path_of(report.diagnostics[i]) == path_of(report.diagnostics[from]); ++i)
    (report.diagnostics[i].severity == Severity::Error ? errors : warnings) += 1;
  return paint("1", fmt::format("── {}: {} ──", visible_source(path_of(report.diagnostics[from])), counted(errors, warnings))) + "\n\n";
}

} // namespace

std::string pretty(const Report& report) {
  const Paint paint{report.colour};
  const auto& all = report.diagnostics;
  const bool several = !all.empty() && path_of(all.front()) != path_of(all.back());
  std::string out;
  for (size_t i = 0; i < all.size() && i < report.most; ++i) {
    if (several && (i == 0 || path_of(all[i - 1]) != path_of(all[i]))) out += heading(report, i, paint);
    out += render_pretty(all[i], report.colour) + '\n';
  }
  if (all.size() > report.most) out += fmt::format("… and {} more.\n\n", all.size() - report.most);
  if (all.size() > 1) out += by_code(report) + "\n\n";
  const size_t files = report.files.size(), runbooks = report.runbooks.size();
  out += fmt::format("{} file{}, {} runbook{}: {}", files, files == 1 ? "" : "s", runbooks, runbooks == 1 ? "" : "s",
                     all.empty() ? std::string("nothing to find fault with") : counted(report.errors(), report.warnings()));
  if (!report.suppressed.empty()) out += fmt::format(" ({} allowed or in the baseline)", report.suppressed.size());
  return out + ".\n";
}

} // namespace rendering

} // namespace rbc
