// What the leaves of the tree mean.
#include <charconv>
#include <cmath>

#include "grammar/ast.hpp"

namespace rbc {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits with `_` between them, perhaps a fraction; takes them off the front of `text`.
struct Digits {
  std::string plain;
  bool whole = true;
};
Digits take_digits(std::string_view& text) {
  Digits digits;
  size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || text[i] == '_'); ++i)
    if (text[i] != '_') digits.plain += text[i];
  if (i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) {
    digits.whole = false;
    digits.plain += text[i++];
    for (; i < text.size() && is_digit(text[i]); ++i) digits.plain += text[i];
  }
  text.remove_prefix(i);
  return digits;
}

std::optional<double> as_double(const Digits& digits) {
  double value = 0;
  auto [end, error] = std::from_chars(digits.plain.data(), digits.plain.data() + digits.plain.size(), value);
  if (error != std::errc() || end != digits.plain.data() + digits.plain.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

template <typename Int> std::optional<Int> as_int(std::string_view digits) {
  Int value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// 2^53 milliseconds are 285,000 years; more is a slip of the finger and would not be exact as a double.
constexpr int64_t kMaxMilliseconds = int64_t{1} << 53;

} // namespace

std::optional<std::chrono::milliseconds> duration_of(std::string_view text) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {{"ms", 1},        {"s", 1000},       {"m", 60'000},
                                                                    {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}};
  int64_t total = 0, last = INT64_MAX;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    size_t i = 0;
    while (i < text.size() && is_digit(text[i])) ++i;
    auto count = as_int<int64_t>(text.substr(0, i));
    text.remove_prefix(i);
    if (!count) return std::nullopt;
    int64_t unit = 0;
    for (auto& [name, size] : kUnits)
      if (text.starts_with(name) && unit == 0) unit = size, text.remove_prefix(name.size());
    if (unit == 0 || unit >= last || *count > kMaxMilliseconds / unit) return std::nullopt;
    last = unit;
    total += *count * unit;
    if (total > kMaxMilliseconds) return std::nullopt;
  }
  return std::chrono::milliseconds(total);
}

std::optional<uint64_t> size_of(std::string_view text) {
  Digits digits = take_digits(text);
  double unit = 1;
  if (text.size() > 1) {
    size_t power = std::string_view("KMGT").find(text[0]);
    if (power == std::string_view::npos) return std::nullopt;
    unit = std::pow(text[1] == 'i' ? 1024.0 : 1000.0, static_cast<double>(power + 1));
  }
  if (text.empty() || text.back() != 'B') return std::nullopt;
  if (digits.whole) {
    auto count = as_int<uint64_t>(digits.plain);
    if (!count || static_cast<double>(*count) > 9e18 / unit) return std::nullopt;
    return *count * static_cast<uint64_t>(unit);
  }
  auto count = as_double(digits);
  if (!count || *count * unit > 9e18) return std::nullopt;
  return static_cast<uint64_t>(std::llround(*count * unit));
}

std::optional<double> percent_of(std::string_view text) {
  Digits digits = take_digits(text);
  return text == "%" ? as_double(digits) : std::nullopt;
}

std::optional<double> rate_of(std::string_view text) {
  Digits digits = take_digits(text);
  auto count = as_double(digits);
  size_t unit = text.find_last_of(' ');
  if (!count || unit == std::string_view::npos) return std::nullopt;
  std::string_view per = text.substr(unit + 1);
  double seconds = per == "second" ? 1 : per == "minute" ? 60 : per == "hour" ? 3600 : per == "day" ? 86400 : 0;
  if (seconds == 0) return std::nullopt;
  return *count / seconds;
}

std::optional<NumberValue> number_of(std::string_view text) {
  Digits digits = take_digits(text);
  auto number = as_double(digits);
  if (!text.empty() || !number) return std::nullopt;
  if (!digits.whole) return NumberValue{false, 0, *number};
  auto integer = as_int<int64_t>(digits.plain);
  if (!integer) return std::nullopt;
  return NumberValue{true, *integer, *number};
}

std::optional<int64_t> int_of(std::string_view text) { return as_int<int64_t>(text); }

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> instant_of(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 10) return std::nullopt;
  auto y = as_int<int>(text.substr(0, 4));
  auto mo = as_int<unsigned>(text.substr(5, 2)), d = as_int<unsigned>(text.substr(8, 2));
  if (!y || !mo || !d) return std::nullopt;
  year_month_day date{year{*y}, month{*mo}, day{*d}};
  if (!date.ok()) return std::nullopt;
  sys_time<milliseconds> value = sys_days(date);
  if (text.size() == 10) return value;
  // T10:30Z or T10:30:00Z
  std::string_view time = text.substr(11, text.size() - 12);
  if (time.size() != 5 && time.size() != 8) return std::nullopt;
  auto h = as_int<unsigned>(time.substr(0, 2)), mi = as_int<unsigned>(time.substr(3, 2));
  auto s = time.size() == 8 ? as_int<unsigned>(time.substr(6, 2)) : std::optional<unsigned>(0);
  if (!h || !mi || !s || time[2] != ':' || (time.size() == 8 && time[5] != ':') || *h > 23 || *mi > 59 || *s > 59)
    return std::nullopt;
  return value + hours(*h) + minutes(*mi) + seconds(*s);
}

RegexValue regex_of(std::string_view text) {
  size_t last = text.find_last_of('/');
  if (text.size() < 2 || last == 0 || last == std::string_view::npos) return {};
  RegexValue value{"", std::string(text.substr(last + 1))};
  for (size_t i = 1; i < last; ++i) {
    if (text[i] == '\\' && i + 1 < last) {
      if (text[i + 1] != '/') value.pattern += '\\';
      value.pattern += text[++i];
    } else {
      value.pattern += text[i];
    }
  }
  return value;
}

std::vector<TextPiece> pieces(const Tree& tree, NodeId node) {
  std::vector<TextPiece> result;
  uint32_t at = tree[node].begin, end = tree[node].end;
  std::string_view file = tree.source().text();
  bool quoted = at < end && file[at] == '"' && (tree.kind(node) == Kind::Text || tree.kind(node) == Kind::Field);
  if (quoted) ++at, --end;
  std::string plain;
  auto flush = [&] {
    if (!plain.empty()) result.push_back({std::move(plain), 0});
    plain.clear();
  };
  NodeId hole = tree.first(node);
  while (at < end) {
    if (hole && at == tree[hole].begin) {
      flush();
      result.push_back({"", hole});
      at = tree[hole].end;
      hole = tree.next(hole);
      continue;
    }
    char c = file[at++];
    if (c == '\\' && at < end) {
      char next = file[at];
      if (next == '<') {
        c = next, ++at;
      } else if (quoted && (next == 'n' || next == 't' || next == '"' || next == '\\')) {
        c = next == 'n' ? '\n' : next == 't' ? '\t' : next;
        ++at;
      }
    }
    plain += c;
  }
  flush();
  return result;
}

std::vector<std::string> hole_path(const Tree& tree, NodeId hole) {
  std::vector<std::string> path;
  for (NodeId part : tree.children(hole)) path.emplace_back(tree.text(part));
  return path;
}

} // namespace rbc
