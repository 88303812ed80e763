#include "grammar/render/parts.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "grammar/utf8.hpp"

namespace rbc {

size_t Report::errors() const {
  return static_cast<size_t>(
      std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::Error; }));
}

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kNames{"pretty", "short", "json", "sarif", "junit", "github", "gitlab"};
  return kNames;
}

std::optional<Format> format_named(std::string_view name) {
  const auto& names = format_names();
  auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Format>(at - names.begin());
}

std::string render(const Report& report, Format format) {
  switch (format) {
  case Format::Pretty: return rendering::pretty(report);
  case Format::Short: return rendering::short_lines(report);
  case Format::Json: return rendering::json(report);
  case Format::Sarif: return rendering::sarif(report);
  case Format::Junit: return rendering::junit(report);
  case Format::Github: return rendering::github(report);
  case Format::Gitlab: return rendering::gitlab(report);
  }
  return {};
}

namespace rendering {

namespace {

struct Range {
  char32_t first, last;
};

// Marks that stand on the character before them (Unicode 15: Mn, Me and the joiners), by blocks.
constexpr Range kCombining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
                                {0x06D6, 0x06DC}, {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x0E31, 0x0E31},
                                {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D},
                                {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
                                {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF}};
// East Asian Wide and Fullwidth (UAX #11), and emoji that are shown as pictures, by blocks.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},   {0x26A1, 0x26A1},
                           {0x2705, 0x2705},   {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2E80, 0x303E},
                           {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                           {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};

bool within(const Range* begin, const Range* end, char32_t code) {
  const Range* at = std::upper_bound(begin, end, code, [](char32_t c, const Range& range) { return c < range.first; });
  return at != begin && code <= (at - 1)->last;
}

} // namespace

size_t width_of(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    Utf8 at = decode_utf8(text, i);
    i += at.length;
    if (at.code < 0x300)
      ++width;
    else if (!within(std::begin(kCombining), std::end(kCombining), at.code))
      width += within(std::begin(kWide), std::end(kWide), at.code) ? 2 : 1;
  }
  return width;
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

std::string clean_path(std::string_view path) { return std::filesystem::path(path).lexically_normal().generic_string(); }

std::string where(const Diagnostic& diagnostic) {
  if (!diagnostic.primary.source) return {};
  Place place = diagnostic.primary.source->place(diagnostic.primary.span.begin);
  return fmt::format("{}:{}:{}", visible_source(diagnostic.primary.source->path()), place.line, place.column);
}

std::string message_and_help(const Diagnostic& diagnostic) {
  std::string out = diagnostic.message;
  for (const std::string& note : diagnostic.notes) out += ' ' + note;
  if (!diagnostic.help.empty()) out += ' ' + diagnostic.help;
  return visible_source(out);
}

std::string counted(size_t errors, size_t warnings) {
  return fmt::format("{} error{}, {} warning{}", errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

} // namespace rendering

} // namespace rbc
