#include "grammar/embedded/sql_detail.hpp"

namespace rbc::embedded::sql_detail {

namespace scan_detail {

constexpr std::string_view kOperatorBytes = "+-*/<>=~!@#%^&|`?:";

bool word_byte(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80; }
bool word_rest(unsigned char c) { return word_byte(c) || (c >= '0' && c <= '9') || c == '$'; }

// Keywords that nest the tree as an operator does.
bool nesting_word(std::string_view w) {
  static constexpr std::string_view kWords[] = {"and", "at", "between", "case", "collate", "escape", "except", "ilike", "in", "intersect", "is", "isnull",
                                                "join", "like", "not", "notnull", "or", "similar", "union"};
  return std::binary_search(std::begin(kWords), std::end(kWords), w);
}

size_t quoted_end(std::string_view t, size_t at, char quote, bool backslashes) {
  for (size_t i = at + 1; i < t.size(); ++i) {
    if (backslashes && t[i] == '\\') {
      ++i;
    } else if (t[i] == quote) {
      if (i + 1 < t.size() && t[i + 1] == quote) ++i;
      else return i + 1;
    }
  }
  return t.size();
}

size_t block_comment_end(std::string_view t, size_t at) {
  int depth = 0;
  for (size_t i = at; i < t.size(); ++i) {
    if (t.substr(i, 2) == "/*") {
      ++depth;
      ++i;
    } else if (t.substr(i, 2) == "*/") {
      ++i;
      if (--depth == 0) return i + 1;
    }
  }
  return t.size();
}

// The end of a dollar quote that begins at `at`, or `at` when none does.
size_t dollar_quote_end(std::string_view t, size_t at) {
  size_t i = at + 1;
  if (i < t.size() && t[i] >= '0' && t[i] <= '9') return at;
  while (i < t.size() && word_rest(static_cast<unsigned char>(t[i])) && t[i] != '$') ++i;
  if (i >= t.size() || t[i] != '$') return at;
  const auto tag = t.substr(at, i + 1 - at);
  const size_t close = t.find(tag, i + 1);
  return close == std::string_view::npos ? t.size() : close + tag.size();
}

}  // namespace scan_detail

Scan scan_sql(std::string_view t) {
  using namespace scan_detail;
  Scan s;
  s.zones.assign(t.size(), Zone::code);
  uint32_t depth = 0;
  const auto mark = [&](size_t from, size_t to, Zone z) { std::fill(s.zones.begin() + static_cast<long>(from), s.zones.begin() + static_cast<long>(to), z); };
  for (size_t i = 0; i < t.size();) {
    const char c = t[i];
    const char n = i + 1 < t.size() ? t[i + 1] : '\0';
    size_t end = i + 1;
    if (c == '\'') {
      mark(i, end = quoted_end(t, i, '\'', false), Zone::quote);
    } else if ((c == 'e' || c == 'E') && n == '\'') {
      mark(i, end = quoted_end(t, i + 1, '\'', true), Zone::quote);
    } else if (c == '"') {
      mark(i, end = quoted_end(t, i, '"', false), Zone::identifier);
    } else if (c == '-' && n == '-') {
      end = std::min(t.find('\n', i), t.size());
      mark(i, end, Zone::comment);
    } else if (c == '/' && n == '*') {
      mark(i, end = block_comment_end(t, i), Zone::comment);
    } else if (c == '$' && (end = dollar_quote_end(t, i)) != i) {
      mark(i, end, Zone::quote);
    } else if (word_byte(static_cast<unsigned char>(c))) {
      end = i + 1;
      while (end < t.size() && word_rest(static_cast<unsigned char>(t[end]))) ++end;
      std::string w(t.substr(i, end - i));
      for (char& x : w)
        if (x >= 'A' && x <= 'Z') x = static_cast<char>(x + 32);
      if (nesting_word(w)) ++s.operators;
      s.words.push_back({std::move(w), static_cast<uint32_t>(i), static_cast<uint32_t>(end)});
    } else if (c >= '0' && c <= '9') {
      while (end < t.size() && ((t[end] >= '0' && t[end] <= '9') || t[end] == '.')) ++end;
    } else if (kOperatorBytes.find(c) != std::string_view::npos) {
      // `- - x` and `--x` differ, so every byte of a run counts: at most a little too strict.
      ++s.operators;
      end = i + 1;
    } else {
      end = i + 1;
      if (c == '(' || c == '[') s.deepest = std::max(s.deepest, ++depth);
      if ((c == ')' || c == ']') && depth > 0) --depth;
      if (c == ';') s.semicolons.push_back(static_cast<uint32_t>(i));
    }
    i = end;
  }
  return s;
}

uint32_t Substituted::original(uint32_t at) const {
  for (const auto& p : parts)
    if (at < p.end) return p.hole ? p.from_begin : p.from_begin + (at < p.begin ? 0 : at - p.begin);
  if (parts.empty()) return at;
  return parts.back().from_end;
}

bool Substituted::in_hole(uint32_t at) const {
  for (const auto& p : parts)
    if (p.hole && at >= p.begin && at < p.end) return true;
  return false;
}

Substituted substitute(std::string_view text, const std::vector<HoleRef>& holes, const std::vector<Stand>& stands) {
  Substituted out;
  uint32_t at = 0;
  const auto add = [&](std::string_view s, uint32_t from, uint32_t to, bool hole) {
    const auto begin = static_cast<uint32_t>(out.text.size());
    out.text += s;
    out.parts.push_back({begin, static_cast<uint32_t>(out.text.size()), from, to, hole});
  };
  for (size_t i = 0; i < holes.size(); ++i) {
    const auto& h = holes[i];
    add(text.substr(at, h.begin - at), at, h.begin, false);
    const Stand stand = i < stands.size() ? stands[i] : Stand::param;
    const std::string n = std::to_string(i + 1);
    add(stand == Stand::param ? "$" + n : stand == Stand::identifier ? "\"rbhole$" + n + "\"" : "'rbhole$" + n + "'", h.begin, h.end, true);
    at = h.end;
  }
  add(text.substr(at), at, static_cast<uint32_t>(text.size()), false);
  return out;
}

}  // namespace rbc::embedded::sql_detail
