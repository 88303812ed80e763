// For tests: finds `<name>` and `<name?>` as the grammar does, in the order of the text.
#pragma once
#include <cctype>
#include <string_view>
#include <vector>
#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded::testing {

inline std::vector<HoleRef> holes_in(std::string_view text) {
  std::vector<HoleRef> out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '<' || i + 1 >= text.size() || !std::isalpha(static_cast<unsigned char>(text[i + 1]))) continue;
    size_t j = i + 1;
    while (j < text.size() && (std::isalnum(static_cast<unsigned char>(text[j])) || text[j] == '-' || text[j] == '_' || text[j] == '.')) ++j;
    const bool optional = j < text.size() && text[j] == '?';
    if (optional) ++j;
    if (j >= text.size() || text[j] != '>') continue;
    out.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(j + 1), static_cast<uint32_t>(out.size()), optional});
    i = j;
  }
  return out;
}

// Pieces as one text: holes as `{n:escape}`.
inline std::string show(const Pieces& pieces) {
  static constexpr const char* kNames[] = {"none", "word", "shell_word", "shell_bare", "shell_quoted", "segment", "query", "header", "json_value", "json_text",
                                           "form", "label", "pattern", "prom_text", "number", "duration", "sql_param", "sql_identifier", "sql_literal"};
  std::string s;
  for (const auto& p : pieces)
    s += p.hole < 0 ? p.text : "{" + std::to_string(p.hole) + ":" + kNames[static_cast<size_t>(p.escape)] + "}";
  return s;
}

}  // namespace rbc::embedded::testing
