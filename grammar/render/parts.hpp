// What the renderers share: texts and lists of JSON, places in the units of each form, paths as addresses.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "grammar/render/report.hpp"

namespace rbc::rendering {

// A JSON string with its quotes; what is no UTF-8 becomes U+FFFD.
std::string json_text(std::string_view text);

template <typename Items, typename Show> std::string json_list(const Items& items, Show show) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += show(item);
  }
  return out + "]";
}

// A path without `./` and doubled slashes, with `/` between folders.
std::string clean_path(std::string_view path);
// "path:line:column", or "" without a place.
std::string where(const Diagnostic& diagnostic);
inline std::string_view severity_word(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::Error ? "error" : "warning";
}
// The message and what helps, as one paragraph.
std::string message_and_help(const Diagnostic& diagnostic);
// "3 errors, 1 warning"
std::string counted(size_t errors, size_t warnings);

// How many columns of a terminal a text takes: East Asian wide characters and emoji two, combining marks none.
size_t width_of(std::string_view text);

std::string pretty(const Report& report);
std::string short_lines(const Report& report);
std::string json(const Report& report);
std::string sarif(const Report& report);
std::string junit(const Report& report);
std::string github(const Report& report);
std::string gitlab(const Report& report);

} // namespace rbc::rendering
