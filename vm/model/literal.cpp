#include "vm/model/literal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace rbc {

namespace {

std::string_view trimmed(std::string_view text) {
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> whole_of(std::string_view text) {
  if (!text.empty() && text.front() == '+') return std::nullopt;
  std::int64_t i = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), i);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return i;
}

std::optional<double> real_of(std::string_view text) {
  for (char c : text)
    if (!digit(c) && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') return std::nullopt;
  if (text.empty() || text.front() == '+') return std::nullopt;
  double d = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), d);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(d)) return std::nullopt;
  return d;
}

// Digits with an optional fraction, off the front.
std::optional<double> take_digits(std::string_view& text) {
  std::size_t at = 0;
  while (at < text.size() && digit(text[at])) ++at;
  if (at == 0) return std::nullopt;
  if (at + 1 < text.size() && text[at] == '.' && digit(text[at + 1])) {
    ++at;
    while (at < text.size() && digit(text[at])) ++at;
  }
  auto d = real_of(text.substr(0, at));
  text.remove_prefix(at);
  return d;
}

struct LengthUnit {
  std::string_view sign;
  std::int64_t micros;
};
constexpr std::array<LengthUnit, 6> kLengths{{{"w", 604'800'000'000}, {"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}}};

std::optional<std::int64_t> length_of(std::string_view text) {
  bool minus = !text.empty() && text.front() == '-';
  if (minus) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  std::size_t next = 0;
  while (!text.empty()) {
    std::size_t at = 0;
    while (at < text.size() && digit(text[at])) ++at;
    auto count = whole_of(text.substr(0, at));
    if (!count) return std::nullopt;
    text.remove_prefix(at);
    at = 0;
    while (at < text.size() && !digit(text[at])) ++at;
    auto sign = text.substr(0, at);
    text.remove_prefix(at);
    // Units descend, each once.
    while (next < kLengths.size() && kLengths[next].sign != sign) ++next;
    if (next == kLengths.size()) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(*count, kLengths[next].micros, &part) || __builtin_add_overflow(sum, part, &sum)) return std::nullopt;
    ++next;
  }
  return minus ? -sum : sum;
}

std::optional<std::int64_t> size_of(std::string_view text) {
  auto count = take_digits(text);
  if (!count) return std::nullopt;
  text = trimmed(text);
  double unit = 0;
  if (text == "B") unit = 1;
  constexpr std::string_view kLetters = "KMGT";
  if (!text.empty()) {
    auto power = kLetters.find(text.front());
    if (power != std::string_view::npos) {
      auto rest = text.substr(1);
      if (rest == "B") unit = std::pow(1000.0, static_cast<double>(power + 1));
      if (rest == "iB") unit = std::pow(1024.0, static_cast<double>(power + 1));
    }
  }
  double bytes = std::nearbyint(*count * unit);
  if (unit == 0 || bytes >= 9.2e18) return std::nullopt;
  return static_cast<std::int64_t>(bytes);
}

std::optional<double> rate_of(std::string_view text) {
  auto count = take_digits(text);
  if (!count) return std::nullopt;
  text = trimmed(text);
  if (text.substr(0, 4) != "per ") return std::nullopt;
  text = trimmed(text.substr(4));
  double seconds = text == "second" ? 1 : text == "minute" ? 60 : text == "hour" ? 3600 : text == "day" ? 86400 : 0;
  if (seconds == 0) return std::nullopt;
  return *count / seconds;
}

std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  auto yoe = static_cast<unsigned>(year - era * 400);
  unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

std::optional<std::int64_t> instant_of(std::string_view text) {
  auto field = [&text](std::size_t at, std::size_t count) -> std::int64_t {
    if (text.size() < at + count) return -1;
    for (std::size_t i = at; i < at + count; ++i)
      if (!digit(text[i])) return -1;
    return whole_of(text.substr(at, count)).value_or(-1);
  };
  std::int64_t year = field(0, 4), month = field(5, 2), day = field(8, 2);
  if (year < 0 || text[4] != '-' || month < 1 || month > 12 || text[7] != '-' || day < 1) return std::nullopt;
  constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0)) return std::nullopt;
  std::int64_t micros = days_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * 86'400'000'000;
  if (text.size() == 10) return micros;
  std::int64_t hour = field(11, 2), minute = field(14, 2), second = field(17, 2);
  if ((text[10] != 'T' && text[10] != ' ') || hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[13] != ':' || second < 0 ||
      second > 59 || text[16] != ':')
    return std::nullopt;
  micros += hour * 3'600'000'000 + minute * 60'000'000 + second * 1'000'000;
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = 100'000;
    for (++at; at < text.size() && digit(text[at]); ++at, unit /= 10) micros += (text[at] - '0') * unit;
  }
  auto zone = text.substr(at);
  if (zone == "Z" || zone == "+00:00" || zone == "+00") return micros;
  if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
    std::int64_t hours = field(at + 1, 2), minutes = field(at + 4, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
    std::int64_t shift = hours * 3'600'000'000 + minutes * 60'000'000;
    return zone[0] == '+' ? micros - shift : micros + shift;
  }
  return std::nullopt;
}

template <class T, class Make>
std::optional<Value> made(const std::optional<T>& found, Make make) {
  return found ? std::optional<Value>(make(*found)) : std::nullopt;
}

std::optional<Value> list_literal(std::string_view text, const Type& element) {
  std::vector<Value> items;
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = trimmed(text.substr(1, text.size() - 2));
  while (!text.empty()) {
    auto comma = text.find(',');
    auto one = trimmed(text.substr(0, comma));
    if (one.size() >= 2 && one.front() == '"' && one.back() == '"') one = one.substr(1, one.size() - 2);
    auto item = parse_literal(one, element);
    if (!item) return std::nullopt;
    items.push_back(std::move(*item));
    if (comma == std::string_view::npos) break;
    text = trimmed(text.substr(comma + 1));
    if (text.empty()) return std::nullopt;
  }
  return Value::list(std::move(items));
}

}  // namespace

double ratio_of_percent(double percent) {
  if (!std::isfinite(percent)) return percent;
  char digits[48];
  char* const end = std::to_chars(digits, digits + 32, percent, std::chars_format::scientific).ptr;
  char* const exponent = std::find(digits, end, 'e') + 1;
  int power = 0;
  std::from_chars(exponent + (*exponent == '+'), end, power);
  char* const moved = std::to_chars(exponent, digits + sizeof digits, power - 2).ptr;
  double ratio = percent / 100;
  std::from_chars(digits, moved, ratio);
  return ratio;
}

std::optional<Value> parse_literal(std::string_view text, const Type& type) {
  std::string_view bare = trimmed(text);
  switch (type.tag()) {
    case TypeTag::text: return Value::text(std::string(text));
    case TypeTag::integer: return made(whole_of(bare), Value::integer);
    case TypeTag::number: return made(real_of(bare), Value::number);
    case TypeTag::percent:
      if (bare.empty() || bare.back() != '%') return std::nullopt;
      return made(real_of(trimmed(bare.substr(0, bare.size() - 1))), [](double d) { return Value::percent(ratio_of_percent(d)); });
    case TypeTag::duration: return made(length_of(bare), Value::duration);
    case TypeTag::size: return made(size_of(bare), Value::size);
    case TypeTag::rate: return made(rate_of(bare), Value::rate);
    case TypeTag::instant: return made(instant_of(bare), Value::instant);
    case TypeTag::boolean:
      if (bare == "yes" || bare == "true") return Value::boolean(true);
      if (bare == "no" || bare == "false") return Value::boolean(false);
      return std::nullopt;
    case TypeTag::url: {
      auto scheme = bare.find("://");
      if (scheme == std::string_view::npos || scheme == 0 || scheme + 3 == bare.size()) return std::nullopt;
      for (char c : bare.substr(0, scheme))
        if (!((c >= 'a' && c <= 'z') || c == '+')) return std::nullopt;
      for (char c : bare)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return std::nullopt;
      return Value::url(std::string(bare));
    }
    case TypeTag::one_of:
      for (const auto& option : type->options)
        if (option == bare) return Value::option(option);
      return std::nullopt;
    case TypeTag::verdict:
      for (Colour colour : {Colour::green, Colour::amber, Colour::blind, Colour::red})
        if (spell(colour) == bare) return Value::verdict(colour);
      return std::nullopt;
    case TypeTag::json: return parse_json(text);
    case TypeTag::list: return list_literal(text, type->element.at(0));
    case TypeTag::error: case TypeTag::nothing: case TypeTag::secret: case TypeTag::record: case TypeTag::rows: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace rbc
