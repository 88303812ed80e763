#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "vm/model/characters.hpp"
#include "vm/model/value.hpp"

namespace rbc {

namespace {

constexpr std::size_t kProse = 200;    // characters of a value that prose shows

std::string fixed(double d) {
  std::array<char, 400> room;
  auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), d, std::chars_format::fixed);
  return error == std::errc{} ? std::string(room.data(), end) : fmt::format("{}", d);
}

// At most `digits` significant digits, without an exponent where people can do without.
std::string rounded(double d, int digits = 6) {
  if (!std::isfinite(d)) return std::isnan(d) ? "not a number" : d < 0 ? "-infinite" : "infinite";
  double size = std::fabs(d);
  if (size != 0 && (size < 1e-4 || size >= 1e15)) return fmt::format("{:.{}g}", d, digits);
  if (size >= std::pow(10, digits)) return fixed(std::round(d));
  double short_form = 0;
  std::string text = fmt::format("{:.{}g}", d, digits);
  std::from_chars(text.data(), text.data() + text.size(), short_form);
  return fixed(short_form == 0 ? 0 : short_form);
}

// Two decimals, or three significant digits where that says more; nothing less than a hundred becomes it (99.999 % is no 100 %).
std::string percent_words(double percent) {
  const double size = std::fabs(percent), short_form = std::round(percent * 100) / 100;
  if (!std::isfinite(percent) || size >= 1e12) return rounded(percent) + " %";
  if (size < 1) return rounded(percent, size < 0.1 ? 3 : 2) + " %";
  if (size < 100 && std::fabs(short_form) >= 100 && 100 - size > 1e-9) return rounded(percent, 9) + " %";
  return fixed(short_form) + " %";
}

struct Unit {
  std::string_view name, sign;
  std::int64_t micros;
};
constexpr std::array<Unit, 5> kUnits{{
    {"day", "d", 86'400'000'000}, {"hour", "h", 3'600'000'000}, {"minute", "m", 60'000'000}, {"second", "s", 1'000'000}, {"millisecond", "ms", 1'000}}};

std::string duration_words(std::int64_t micros) {
  if (micros == INT64_MIN) return "-106751991 days";
  if (micros < 0) return "-" + duration_words(-micros);
  if (micros == 0) return "0 seconds";
  if (micros < 1'000'000) return rounded(static_cast<double>(micros) / 1e3, 3) + " ms";
  if (micros < 60'000'000 && micros % 1'000'000 != 0) return rounded(static_cast<double>(micros) / 1e6, 3) + " seconds";
  micros = micros / 1'000'000 * 1'000'000;
  std::string words;
  for (const auto& unit : kUnits) {
    std::int64_t count = micros / unit.micros;
    if (count == 0) continue;
    micros -= count * unit.micros;
    if (!words.empty()) words += ' ';
    words += fmt::format("{} {}{}", count, unit.name, count == 1 ? "" : "s");
  }
  return words;
}

std::string duration_literal(std::int64_t micros) {
  if (micros < 0 && micros != INT64_MIN) return "-" + duration_literal(-micros);
  if (micros == 0) return "0s";
  std::string words;
  for (const auto& unit : kUnits) {
    std::int64_t count = micros / unit.micros;
    if (count == 0) continue;
    micros -= count * unit.micros;
    words += fmt::format("{}{}", count, unit.sign);
  }
  return words.empty() ? "0s" : words;
}

struct SizeUnit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<SizeUnit, 4> kBinary{{{"TiB", std::int64_t{1} << 40}, {"GiB", std::int64_t{1} << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}};
constexpr std::array<SizeUnit, 4> kDecimal{{{"TB", 1'000'000'000'000}, {"GB", 1'000'000'000}, {"MB", 1'000'000}, {"KB", 1'000}}};

// The largest unit of which a size is a whole number.
const SizeUnit* whole_unit(std::int64_t bytes) {
  const SizeUnit* best = nullptr;
  for (const auto* table : {&kBinary, &kDecimal})
    for (const auto& unit : *table)
      if (bytes != 0 && bytes % unit.bytes == 0 && (!best || unit.bytes > best->bytes)) best = &unit;
  return best;
}

std::string size_words(std::int64_t bytes) {
  if (bytes < 0 && bytes != INT64_MIN) return "-" + size_words(-bytes);
  if (const SizeUnit* unit = whole_unit(bytes); unit && bytes / unit->bytes < 10'000) return fmt::format("{} {}", bytes / unit->bytes, unit->name);
  for (const auto& unit : kBinary)
    if (bytes >= unit.bytes) return rounded(static_cast<double>(bytes) / static_cast<double>(unit.bytes), 3) + " " + std::string(unit.name);
  return fmt::format("{} B", bytes);
}

struct Per {
  std::string_view name;
  double seconds;
};
constexpr std::array<Per, 4> kPer{{{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}}};

std::string rate_words(double per_second, int digits) {
  const Per* best = &kPer.front();
  if (std::isfinite(per_second) && per_second != 0)
    for (const auto& per : kPer) {
      best = &per;
      if (std::fabs(per_second) * per.seconds >= 1) break;
    }
  return rounded(per_second * best->seconds, digits) + " per " + std::string(best->name);
}

// A calendar without time zones: days since 1970 as year, month, day.
struct Date {
  std::int64_t year;
  unsigned month, day;
};
Date date_of(std::int64_t days) {
  days += 719468;
  std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  auto doe = static_cast<unsigned>(days - era * 146097);
  unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  unsigned mp = (5 * doy + 2) / 153;
  unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1};
}

std::string iso_seconds(std::int64_t micros, bool fraction) {
  std::int64_t day = micros / 86'400'000'000;
  std::int64_t rest = micros % 86'400'000'000;
  if (rest < 0) {
    rest += 86'400'000'000;
    --day;
  }
  Date date = date_of(day);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year, date.month, date.day, rest / 3'600'000'000,
                                 rest / 60'000'000 % 60, rest / 1'000'000 % 60);
  if (fraction && rest % 1'000'000 != 0) {
    std::string digits = fmt::format(".{:06}", rest % 1'000'000);
    while (digits.back() == '0') digits.pop_back();
    text += digits;
  }
  return text + "Z";
}

// The first line, and no more of it than prose shows; never half a character.
std::string first_line(std::string_view text) {
  auto end = text.find('\n');
  bool cut = false;
  if (end != std::string_view::npos) text = text.substr(0, end);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++count) {
    if (count == kProse) {
      cut = true;
      break;
    }
    auto [width, c] = character(text, at);
    at += width ? width : 1;
  }
  if (!cut) return visible(text);
  // The mark counts as one of the characters.
  std::size_t last = at - 1;
  while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xc0) == 0x80) --last;
  return visible(text.substr(0, last)) + "…";
}

std::string scalar_words(const Value& value) {
  switch (value.tag()) {
    case Tag::nothing: return "";
    case Tag::missing: return "(" + (value.text().empty() ? "missing" : value.text()) + ")";
    case Tag::boolean: return value.as_bool() ? "yes" : "no";
    case Tag::integer: return fmt::format("{}", value.as_int());
    case Tag::number: return rounded(value.as_double());
    case Tag::percent: return percent_words(value.as_double() * 100);
    case Tag::duration: return duration_words(value.as_int());
    case Tag::size: return size_words(value.as_int());
    case Tag::rate: return rate_words(value.as_double(), 6);
    case Tag::instant: return iso_seconds(value.as_int(), false);
    case Tag::secret: return "•••";
    case Tag::verdict: return std::string(spell(value.colour())) + (value.text().empty() ? "" : ": " + value.text());
    case Tag::text: case Tag::url: case Tag::option: return value.text();
    case Tag::json:
      switch (value.json_kind()) {
        case JsonKind::boolean: return value.as_bool() ? "yes" : "no";
        case JsonKind::integer: return fmt::format("{}", value.as_int());
        case JsonKind::number: return rounded(value.as_double());
        case JsonKind::text: return value.text();
        case JsonKind::null: case JsonKind::array: case JsonKind::object: return to_json_text(value);
      }
      return {};
    case Tag::list: case Tag::record: case Tag::rows: return {};
  }
  return {};
}

const Value* output_text(const Value& value) {
  return value.tag() == Tag::record && value.field("exit") && value.field("err") ? value.field("text") : nullptr;
}

bool beside_field(const std::string& name) { return name == "ok" || name == "took" || name == "at"; }

std::size_t width_of(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    auto [width, c] = character(text, at);
    at += width ? width : 1;
  }
  return count;
}

std::string cell_words(const Value& value) {
  bool gone = value.is_missing() || value.tag() == Tag::nothing || (value.tag() == Tag::json && value.json_kind() == JsonKind::null);
  return gone ? "null" : prose(value);
}

std::string table(const Value& rows) {
  std::vector<std::vector<std::string>> cells(1);
  for (const auto& name : rows.names()) cells[0].push_back(visible(name));
  for (const auto& row : rows.items()) {
    cells.emplace_back();
    for (const auto& name : rows.names()) {
      const Value* value = row.field(name);
      cells.back().push_back(value ? cell_words(*value) : "null");
    }
  }
  std::vector<std::size_t> widths(rows.names().size(), 0);
  for (const auto& line : cells)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  std::string text;
  for (const auto& line : cells) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      row += line[i];
      if (i + 1 < line.size()) row.append(widths[i] - width_of(line[i]) + 2, ' ');
    }
    while (!row.empty() && row.back() == ' ') row.pop_back();
    if (!text.empty()) text += '\n';
    text += row;
  }
  return text;
}

std::string quoted_literal(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '<') out += '\\';
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else out += c;
  }
  return out + "\"";
}

}  // namespace

std::string visible(std::string_view text, bool lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto [width, c] = character(text, at);
    if (width == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at++]));
      continue;
    }
    if (hidden(c) && !(lines && (c == '\n' || c == '\t'))) out += c < 0x80 ? fmt::format("\\x{:02x}", c) : fmt::format("\\u{:04x}", c);
    else out.append(text.substr(at, width));
    at += width;
  }
  return out;
}

std::string iso(std::int64_t micros) { return iso_seconds(micros, true); }

std::string prose(const Value& value) {
  switch (value.tag()) {
    case Tag::list: {
      std::string words;
      for (const auto& item : value.items()) {
        if (!words.empty()) words += ", ";
        words += prose(item);
        if (words.size() > 8 * kProse) break;
      }
      return first_line(words);
    }
    case Tag::rows: return value.items().size() == 1 ? "1 row" : fmt::format("{} rows", value.items().size());
    case Tag::record: {
      if (const Value* text = output_text(value)) return prose(*text);
      std::string words;
      for (std::size_t i = 0; i < value.names().size(); ++i) {
        if (beside_field(value.names()[i])) continue;
        if (!words.empty()) words += ", ";
        words += value.names()[i] + " " + cell_words(value.items()[i]);
        if (words.size() > 8 * kProse) break;
      }
      return first_line(words);
    }
    default: return first_line(scalar_words(value));
  }
}

std::string whole(const Value& value) {
  switch (value.tag()) {
    case Tag::list: {
      std::string words;
      for (const auto& item : value.items()) {
        if (!words.empty()) words += '\n';
        words += whole(item);
      }
      return words;
    }
    case Tag::rows: return value.items().empty() ? "no rows" : table(value);
    case Tag::record: {
      if (const Value* text = output_text(value)) {
        const Value* err = value.field("err");
        return text->text().empty() && err ? whole(*err) : whole(*text);
      }
      std::string words;
      for (std::size_t i = 0; i < value.names().size(); ++i) {
        if (beside_field(value.names()[i])) continue;
        if (!words.empty()) words += '\n';
        std::string item = whole(value.items()[i]);
        words += visible(value.names()[i]) + (item.find('\n') == std::string::npos ? ": " : ":\n") + item;
      }
      return words;
    }
    default: return visible(scalar_words(value), true);
  }
}

std::string literal(const Value& value) {
  switch (value.tag()) {
    case Tag::number: return std::isfinite(value.as_double()) ? fixed(value.as_double()) : rounded(value.as_double());
    case Tag::percent: return rounded(value.as_double() * 100, 15) + "%";
    case Tag::duration: return duration_literal(value.as_int());
    case Tag::size:
      if (const SizeUnit* unit = whole_unit(value.as_int())) return fmt::format("{}{}", value.as_int() / unit->bytes, unit->name);
      return fmt::format("{}B", value.as_int());
    case Tag::rate: return rate_words(value.as_double(), 15);
    case Tag::instant: return iso(value.as_int());
    case Tag::text: return quoted_literal(value.text());
    case Tag::verdict: return std::string(spell(value.colour()));
    case Tag::missing: return "missing";
    case Tag::list: {
      std::string words = "[";
      for (const auto& item : value.items()) {
        if (words.size() > 1) words += ", ";
        words += literal(item);
      }
      return words + "]";
    }
    case Tag::json: case Tag::record: case Tag::rows: return to_json_text(value);
    case Tag::nothing: case Tag::boolean: case Tag::integer: case Tag::url: case Tag::option: case Tag::secret: return scalar_words(value);
  }
  return {};
}

}  // namespace rbc
