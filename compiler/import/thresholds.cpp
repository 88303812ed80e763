// A threshold in a sentence as the rule of a check: "if lag is above 30 seconds" is `red if .value as seconds > 30s`.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/import/sections.hpp"
#include "grammar/ast.hpp"

namespace rbc::import {

namespace {

struct Comparison {
  std::string_view words;
  bool above;
};
// What says that a number is a limit, the longer ones first.
constexpr Comparison kComparisons[] = {
    {"greater than or equal to", true}, {"less than or equal to", false}, {"higher than", true}, {"greater than", true}, {"larger than", true}, {"more than", true}, {"longer than", true}, {"bigger than", true},
    {"in excess of", true}, {"smaller than", false}, {"lower than", false}, {"fewer than", false}, {"less than", false}, {"shorter than", false}, {"exceeding", true}, {"exceeds", true}, {"exceed", true},
    {"above", true}, {"below", false}, {"under", false}, {"over", true}, {"reaches", true}, {"drops to", false}, {">=", true}, {"<=", false}, {"≥", true}, {"≤", false}, {">", true}, {"<", false}};

struct Unit {
  std::string_view word, reading, suffix;   // how the number is read, and what stands behind it
};
constexpr Unit kUnitsOfNumbers[] = {
    {"milliseconds", "milliseconds", "ms"}, {"millisecond", "milliseconds", "ms"}, {"msec", "milliseconds", "ms"}, {"ms", "milliseconds", "ms"}, {"seconds", "seconds", "s"}, {"second", "seconds", "s"}, {"secs", "seconds", "s"},
    {"sec", "seconds", "s"}, {"s", "seconds", "s"}, {"minutes", "seconds", "m"}, {"minute", "seconds", "m"}, {"mins", "seconds", "m"}, {"min", "seconds", "m"}, {"m", "seconds", "m"}, {"hours", "seconds", "h"}, {"hour", "seconds", "h"},
    {"hrs", "seconds", "h"}, {"h", "seconds", "h"}, {"days", "seconds", "d"}, {"day", "seconds", "d"}, {"d", "seconds", "d"}, {"percent", "ratio", "%"}, {"%", "ratio", "%"}, {"kb", "bytes", "KB"}, {"mb", "bytes", "MB"},
    {"gb", "bytes", "GB"}, {"tb", "bytes", "TB"}, {"kib", "bytes", "KiB"}, {"mib", "bytes", "MiB"}, {"gib", "bytes", "GiB"}, {"tib", "bytes", "TiB"}};

bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

bool said_in(std::string_view low, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return low.find(word) != std::string_view::npos; });
}

// Where the number stands that the comparison at `from` is about; a unit or two words may lie between.
std::size_t number_behind(std::string_view low, std::size_t from) {
  for (unsigned words = 0; words < 3 && from < low.size(); ++words) {
    while (from < low.size() && (low[from] == ' ' || low[from] == '=' || low[from] == '*' || low[from] == '`')) ++from;
    if (from < low.size() && std::isdigit(static_cast<unsigned char>(low[from]))) return from;
    const std::size_t end = std::min(low.find(' ', from), low.size());
    const std::string_view word = low.substr(from, end - from);
    if (word != "the" && word != "a" && word != "an" && word != "about" && word != "around" && word != "approximately") break;
    from = end;
  }
  return std::string_view::npos;
}

}  // namespace

std::string rule_in(std::string_view text) {
  if (text.size() > 400) return {};
  const std::string low = lowered(plain_words(text));
  // The first of a sentence; of those that begin alike, the longest.
  for (std::size_t at = 0; at < low.size(); ++at)
    for (const Comparison& one : kComparisons) {
      if (std::string_view(low).substr(at, one.words.size()) != one.words) continue;
      const std::size_t behind = at + one.words.size();
      if (letter(one.words[0]) && ((at > 0 && letter(low[at - 1])) || (behind < low.size() && letter(low[behind])))) continue;
      // `->`, `=>` and `<name>` compare nothing.
      if (one.words == ">" && at > 0 && low[at - 1] != ' ' && !std::isdigit(static_cast<unsigned char>(low[at - 1])) && !letter(low[at - 1])) continue;
      const std::size_t number = number_behind(low, behind);
      if (number == std::string::npos) continue;
      std::size_t end = low.find_first_not_of("0123456789.,", number);
      if (end == std::string::npos) end = low.size();
      std::string digits = low.substr(number, end - number);
      while (digits.ends_with('.') || digits.ends_with(',')) digits.pop_back();
      std::erase(digits, ',');
      if (digits.size() > 12 || std::count(digits.begin(), digits.end(), '.') > 1) continue;
      if (end < low.size() && (low[end] == ':' || low[end] == '/')) continue;
      std::size_t unit = end;
      while (unit < low.size() && (low[unit] == ' ' || low[unit] == '-')) ++unit;
      const std::size_t unit_end = unit < low.size() && low[unit] == '%' ? unit + 1 : std::min(low.find_first_not_of("abcdefghijklmnopqrstuvwxyz", unit), low.size());
      const std::string word = low.substr(unit, unit_end - unit);
      std::string subject = ".value", limit = digits;
      for (const Unit& known : kUnitsOfNumbers)
        if (known.word == word) {
          // No literal of a length has a fraction.
          if (digits.find('.') != std::string::npos && known.reading != "ratio" && known.reading != "bytes") return {};
          const bool disk = known.suffix == "%" && said_in(low, {"disk", "filesystem", "file system", "memory", "space", "inode", "cpu", "volume"});
          subject = disk ? ".used" : fmt::format(".value as {}", known.reading);
          limit = digits + std::string(known.suffix);
          break;
        }
      // `over 5 minutes` is a window more often than a limit.
      if ((one.words == "over" || one.words == "under") && word != "%" && word != "percent") {
        const std::string_view before = trimmed(std::string_view(low).substr(0, at));
        const std::string_view last = before.substr(before.rfind(' ') == std::string_view::npos ? 0 : before.rfind(' ') + 1);
        if (last != "is" && last != "are" && last != "be" && last != "was" && last != "goes" && last != "gets" && last != "rises") continue;
      }
      const bool healthy = said_in(std::string_view(low).substr(0, at), {"should", "must", "expected", "normal", "healthy", "ensure", "verify that", "is fine", "acceptable", "wait until", "target", "slo"});
      const std::string_view colour = said_in(low, {"warning", "warn "}) && !said_in(low, {"critical"}) ? "amber" : "red";
      return fmt::format("{} {} {} {} {}", colour, healthy ? "unless" : "if", subject, one.above ? (one.words == ">=" || one.words == "≥" ? ">=" : ">") : one.words == "<=" || one.words == "≤" ? "<=" : "<", limit);
    }
  return {};
}

std::string threshold_mark(std::string_view text) {
  const std::string rule = rule_in(text);
  return rule.empty() ? std::string() : fmt::format("a threshold; in a check, under the look that brings the number, it is the rule `{}`", rule);
}

}  // namespace rbc::import
