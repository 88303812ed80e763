#include "stdlib/modules/escapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "vm/model/characters.hpp"

namespace rbc {
namespace escaped_text {

constexpr char kDigits[] = "0123456789ABCDEF";

std::string sql_instant(std::int64_t micros) {
  std::int64_t seconds = micros / 1'000'000, rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  const std::time_t at = seconds;
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                     parts.tm_min, parts.tm_sec, rest);
}

}  // namespace escaped_text

// Whether all that it holds is UTF-8.
bool whole_text(const Value& value) {
  switch (value.tag()) {
    case Tag::list: case Tag::record: case Tag::rows: break;
    case Tag::json:
      if (value.json_kind() == JsonKind::array || value.json_kind() == JsonKind::object) break;
      return value.json_kind() != JsonKind::text || is_utf8(value.text());
    case Tag::text: case Tag::url: case Tag::option: case Tag::secret: return is_utf8(value.text());
    default: return true;
  }
  return std::all_of(value.names().begin(), value.names().end(), is_utf8) && std::all_of(value.items().begin(), value.items().end(), whole_text);
}

std::string sql_text(const Value& value) {
  switch (value.tag()) {
    case Tag::boolean: return value.as_bool() ? "true" : "false";
    case Tag::duration: return fmt::format("{} microseconds", value.as_int());
    case Tag::instant: return escaped_text::sql_instant(value.as_int());
    case Tag::json: case Tag::record: case Tag::rows: return to_json_text(value);
    case Tag::list: {
      std::string all = "{";
      for (const Value& item : value.items()) {
        if (all.size() > 1) all += ',';
        if (item.is_missing()) {
          all += "NULL";
          continue;
        }
        all += '"';
        for (char c : sql_text(item)) {
          if (c == '"' || c == '\\') all += '\\';
          all += c;
        }
        all += '"';
      }
      return all + "}";
    }
    default: return plain(value);
  }
}

std::string sql_quoted(const std::string& text, char quote) {
  std::string all;
  if (quote == '\'' && text.find('\\') != std::string::npos) all = " E";
  all += quote;
  for (char c : text) {
    if (c == quote || (c == '\\' && quote == '\'')) all += c;
    all += c;
  }
  return all + quote;
}

std::string regex_quoted(std::string_view text) {
  std::string all;
  for (char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) all += '\\';
    all += c;
  }
  return all;
}

// Go's rules of quoted strings, which know `\x22` in either kind of quote; `\"` only in its own.
std::string label_escaped(std::string_view text) {
  std::string all;
  for (char c : text) {
    if (const auto byte = static_cast<unsigned char>(c); c == '"' || c == '\'' || c == '`' || byte < 0x20) all.append({'\\', 'x', escaped_text::kDigits[byte >> 4], escaped_text::kDigits[byte & 15]});
    else if (c == '\\') all += "\\\\";
    else all += c;
  }
  // Prometheus takes a replacement character as it is for bytes that are no UTF-8.
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  for (auto at = all.find(kReplacement); at != std::string::npos; at = all.find(kReplacement, at)) all.replace(at, kReplacement.size(), "\\ufffd");
  return all;
}

std::string plain(const Value& value) {
  switch (value.tag()) {
    case Tag::boolean: return value.as_bool() ? "yes" : "no";
    case Tag::integer: case Tag::size: return fmt::format("{}", value.as_int());
    case Tag::number: case Tag::percent: case Tag::rate: return fmt::format("{}", value.as_double());
    case Tag::text: case Tag::url: case Tag::option: case Tag::secret: return value.text();
    case Tag::json:
      if (value.json_kind() == JsonKind::text) return value.text();
      return to_json_text(value);
    case Tag::list: {
      std::string all;
      for (const Value& item : value.items()) all += (all.empty() ? "" : ", ") + plain(item);
      return all;
    }
    default: return literal(value);
  }
}

std::string percent_encoded(std::string_view text) {
  std::string all;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') all += static_cast<char>(c);
    else all.append({'%', escaped_text::kDigits[c >> 4], escaped_text::kDigits[c & 15]});
  }
  return all;
}

std::string percent_decoded(std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto digit = [&](std::size_t at) { return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])); };
    if (text[i] == '%' && digit(i + 1) && digit(i + 2)) {
      all += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      all += text[i];
    }
  }
  return all;
}

std::string json_escaped(std::string_view text) {
  const std::string quoted = to_json_text(Value::text(std::string(text)));
  return quoted.size() >= 2 ? quoted.substr(1, quoted.size() - 2) : std::string();
}

}  // namespace rbc
