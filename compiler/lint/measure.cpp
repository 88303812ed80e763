#include "compiler/lint/measure.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

namespace rbc::lint {

namespace {

struct PromToken {
  std::string text;
  int depth = 0;                     // of parentheses around it
};
using PromTokens = std::vector<PromToken>;

bool prom_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':' || c == '.'; }

// The end of a quoted text that begins at `at`, or the end of all.
std::size_t after_quotes(std::string_view text, std::size_t at) {
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

// `{b="y", a="x"}` with its matchers in one order and without blanks.
std::string matchers(std::string_view inside) {
  std::vector<std::string> all(1);
  for (std::size_t at = 0; at < inside.size();) {
    const char c = inside[at];
    if (c == '"' || c == '\'') {
      const std::size_t end = after_quotes(inside, at);
      all.back() += '"' + std::string(inside.substr(at + 1, end - at - 2)) + '"';
      at = end;
      continue;
    }
    if (c == ',') all.emplace_back();
    else if (!std::isspace(static_cast<unsigned char>(c))) all.back() += c;
    ++at;
  }
  std::erase(all, std::string());
  std::sort(all.begin(), all.end());
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "" : ",") + one;
  return out;
}

PromTokens prom_tokens(std::string_view text) {
  PromTokens all;
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (std::isspace(static_cast<unsigned char>(c))) { ++at; continue; }
    if (c == '#') { at = std::min(text.find('\n', at), text.size()); continue; }
    std::size_t end = at + 1;
    if (c == '"' || c == '\'') end = after_quotes(text, at);
    else if (c == '{' || c == '[') {
      while (end < text.size() && text[end] != (c == '{' ? '}' : ']')) end = text[end] == '"' || text[end] == '\'' ? after_quotes(text, end) : end + 1;
      end = std::min(end + 1, text.size());
    } else if (prom_word(c)) {
      while (end < text.size() && (prom_word(text[end]) || ((text[end] == '+' || text[end] == '-') && std::isdigit(static_cast<unsigned char>(c)) && (text[end - 1] == 'e' || text[end - 1] == 'E')))) ++end;
    } else if ((c == '>' || c == '<' || c == '=' || c == '!') && end < text.size() && text[end] == '=') ++end;
    std::string token(text.substr(at, end - at));
    if (c == '{') token = "{" + matchers(std::string_view(token).substr(1, token.size() > 1 ? token.size() - 2 : 0)) + "}";
    if (c == ')') --depth;
    all.push_back({std::move(token), depth});
    if (c == '(') ++depth;
    at = end;
  }
  return all;
}

std::optional<double> prom_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Numbers joined by `*` and `/`: `5 * 60`.
std::optional<double> constant_of(const PromTokens& all, std::size_t from) {
  bool negative = false;
  if (from < all.size() && all[from].text == "-") negative = true, ++from;
  if (from >= all.size()) return std::nullopt;
  auto value = prom_number(all[from].text);
  for (std::size_t i = from + 1; value && i < all.size(); i += 2) {
    const auto right = i + 1 < all.size() ? prom_number(all[i + 1].text) : std::nullopt;
    if (!right || (all[i].text != "*" && all[i].text != "/")) return std::nullopt;
    value = all[i].text == "*" ? *value * *right : *value / *right;
  }
  return value && negative ? std::optional(-*value) : value;
}

void without_parentheses(PromTokens& all) {
  while (all.size() >= 2 && all.front().text == "(") {
    const int depth = all.front().depth;
    std::size_t close = 1;
    while (close < all.size() && !(all[close].text == ")" && all[close].depth == depth)) ++close;
    if (close + 1 != all.size()) return;
    all = PromTokens(all.begin() + 1, all.end() - 1);
  }
}

std::optional<Measure> measured(PromTokens all) {
  Measure out;
  without_parentheses(all);
  while (all.size() >= 3) {
    const int depth = std::min_element(all.begin(), all.end(), [](const PromToken& a, const PromToken& b) { return a.depth < b.depth; })->depth;
    if (std::any_of(all.begin(), all.end(), [&](const PromToken& one) { return one.depth == depth && (one.text == "+" || one.text == "-"); })) break;
    const std::string sign = all[all.size() - 2].text;
    const auto last = prom_number(all.back().text), first = prom_number(all.front().text);
    if (last && (sign == "*" || sign == "/") && *last != 0) {
      out.factor = sign == "*" ? out.factor * *last : out.factor / *last;
      all.resize(all.size() - 2);
    } else if (first && all[1].text == "*" && *first != 0) {
      out.factor *= *first;
      all.erase(all.begin(), all.begin() + 2);
    } else {
      break;
    }
    without_parentheses(all);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& token = all[i].text;
    if (token == "or" && i + 4 < all.size() && all[i + 1].text == "vector" && all[i + 3].text == "0") { i += 4; continue; }
    if (token == "by" || token == "without") {
      while (i < all.size() && all[i].text != ")") ++i;
      continue;
    }
    if (token == "(" || token == ")" || token == "sum") continue;
    out.shape += (out.shape.empty() ? "" : " ") + token;
  }
  return out.shape.empty() ? std::nullopt : std::optional(std::move(out));
}

}  // namespace

std::optional<Measure> measure_of(std::string_view expression) { return measured(prom_tokens(expression)); }

std::optional<Bounded> bounded_of(std::string_view expression) {
  PromTokens all = prom_tokens(expression);
  without_parentheses(all);
  std::size_t at = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& token = all[i].text;
    const bool outside = all[i].depth == all.front().depth;
    if (outside && (token == "and" || token == "or" || token == "unless")) return std::nullopt;
    if (!outside || (token != ">" && token != "<" && token != ">=" && token != "<=")) continue;
    if (at != all.size()) return std::nullopt;
    at = i;
  }
  if (at == 0 || at >= all.size()) return std::nullopt;
  const auto limit = constant_of(all, at + 1);
  auto measure = measured(PromTokens(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at)));
  if (!limit || !measure) return std::nullopt;
  Bounded out{*measure, all[at].text[0] == '>', *limit / measure->factor};
  if (measure->factor < 0) out.above = !out.above;
  return out;
}

}  // namespace rbc::lint
