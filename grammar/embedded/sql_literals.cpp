// Literals that PostgreSQL reads while it parses: what certainly is no value of its type.
#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_inference.hpp"

namespace rbc::embedded::sql_detail {

namespace literal_detail {

using enum PgType;

std::string_view trimmed(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

std::string lowered(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool digits(std::string_view s) { return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos; }
bool within(std::string_view s, std::string_view allowed) { return s.find_first_not_of(allowed) == std::string_view::npos; }

// Since PostgreSQL 16 also `0xff`, `0o17`, `0b11` and `1_000`: those are left to the server.
std::string wrong_integer(std::string_view s, int64_t least, int64_t most) {
  std::string_view number = s;
  if (!number.empty() && (number.front() == '+' || number.front() == '-')) number.remove_prefix(1);
  if (number.find('_') != std::string_view::npos || (number.size() > 2 && number[0] == '0' && std::isalpha(static_cast<unsigned char>(number[1])))) return {};
  if (!digits(number)) return "is no integer";
  int64_t value = 0;
  const char* begin = s.data() + (s.front() == '+' ? 1 : 0);
  const auto read = std::from_chars(begin, s.data() + s.size(), value);
  return read.ec != std::errc() || value < least || value > most ? "is out of range" : "";
}

bool a_number(std::string_view s) {
  const std::string word = lowered(s);
  std::string_view n = word;
  if (!n.empty() && (n.front() == '+' || n.front() == '-')) n.remove_prefix(1);
  if (n == "nan" || n == "infinity" || n == "inf" || n.find('_') != std::string_view::npos || n.starts_with("0x") || n.starts_with("0o") || n.starts_with("0b")) return true;
  size_t at = 0, seen = 0;
  while (at < n.size() && std::isdigit(static_cast<unsigned char>(n[at]))) ++at, ++seen;
  if (at < n.size() && n[at] == '.') ++at;
  while (at < n.size() && std::isdigit(static_cast<unsigned char>(n[at]))) ++at, ++seen;
  if (seen == 0) return false;
  if (at == n.size()) return true;
  if (n[at++] != 'e') return false;
  if (at < n.size() && (n[at] == '+' || n[at] == '-')) ++at;
  return digits(n.substr(at));
}

bool a_boolean(std::string_view s) {
  const std::string word = lowered(s);
  for (const std::string_view whole : {"true", "false", "yes", "no"})
    if (!word.empty() && whole.starts_with(word)) return true;
  return word == "on" || word == "off" || word == "of" || word == "1" || word == "0";
}

bool an_uuid(std::string_view s) {
  size_t hex = 0;
  if (s.starts_with('{') && s.ends_with('}')) s = s.substr(1, s.size() - 2);
  for (const char c : s) {
    if (c == '-') continue;
    if (!std::isxdigit(static_cast<unsigned char>(c))) return false;
    ++hex;
  }
  return hex == 32;
}

bool an_address(std::string_view s) {
  if (!within(s, "0123456789abcdefABCDEF:./")) return false;
  if (s.empty() || s.find(':') != std::string_view::npos) return !s.empty();
  for (size_t at = 0; at < s.size();) {
    const size_t end = std::min(s.find_first_of("./", at), s.size());
    const auto part = s.substr(at, end - at);
    if (!digits(part) || part.size() > 3 || (part.size() == 3 && part > "255")) return false;
    at = end + 1;
  }
  return true;
}

// PostgreSQL reads ten letters of such a word.
bool a_unit(std::string_view word) {
  static constexpr std::string_view kUnits[] = {"ago",  "c",   "cent",  "centuries", "century", "d",    "day",        "days",   "dec",       "decade",     "decades",    "decs",   "h",     "hour",    "hours",
                                                "hr",   "hrs", "m",     "microsecon", "mil",    "millennia", "millennium", "millisecon", "mils", "min",   "mins",       "minute", "minutes", "mon",   "mons",
                                                "month", "months", "ms", "msec", "msecond", "mseconds", "msecs", "qtr", "quarter", "s", "sec", "second", "seconds", "secs", "timezone", "timezone_h", "timezone_m",
                                                "us", "usec", "usecond", "useconds", "usecs", "w", "week", "weeks", "y", "year", "years", "yr", "yrs"};
  return std::find(std::begin(kUnits), std::end(kUnits), word.substr(0, 10)) != std::end(kUnits);
}

std::string wrong_interval(std::string_view s) {
  const std::string word = lowered(s);
  if (word.starts_with('p') || word.find("infinity") != std::string::npos) return {};
  bool number = false;
  for (size_t at = 0; at < word.size();) {
    if (std::isdigit(static_cast<unsigned char>(word[at]))) number = true;
    if (!std::isalpha(static_cast<unsigned char>(word[at]))) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < word.size() && (std::isalpha(static_cast<unsigned char>(word[end])) || word[end] == '_')) ++end;
    if (!a_unit(std::string_view(word).substr(at, end - at))) return fmt::format("is no interval: `{}` is no unit of time", word.substr(at, end - at));
    at = end;
  }
  return number ? "" : "is no interval";
}

std::string wrong_time(std::string_view s) {
  const std::string word = lowered(s);
  if (std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c); })) {
    for (const std::string_view known : {"now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "+infinity", "allballs", "-inf", "inf", "+inf"})
      if (word == known) return {};
    for (const std::string_view part : {"now", "today", "tomorrow", "yesterday", "epoch", "allballs"})
      if (word.find(part) != std::string::npos) return {};   // `today utc`
    return "is no point in time";
  }
  size_t units = 0, words = 0;
  for (size_t at = 0; at < word.size();) {
    size_t end = at;
    while (end < word.size() && std::isalpha(static_cast<unsigned char>(word[end]))) ++end;
    if (end > at) ++words, units += end - at > 2 && a_unit(std::string_view(word).substr(at, end - at)) && word.substr(at, end - at) != "dec";
    at = end + (end == at);
  }
  if (words == 0 && within(word, "0123456789-") && std::count(word.begin(), word.end(), '-') == 1 && word.size() < 8 && word.front() != '-') return "is no whole date";
  if (words > 0 && units == words) return fmt::format("is no point in time, but a length: write `interval '{}'`", s);
  if (word.size() >= 10 && digits(word.substr(0, 4)) && word[4] == '-' && digits(word.substr(5, 2)) && word[7] == '-' && digits(word.substr(8, 2)) && (word.size() == 10 || !std::isdigit(static_cast<unsigned char>(word[10]))))
    if (word.substr(5, 2) > "12" || word.substr(5, 2) == "00" || word.substr(8, 2) > "31" || word.substr(8, 2) == "00") return "is no day of the calendar";
  return {};
}

bool a_position(std::string_view s) {
  const size_t slash = s.find('/');
  if (slash == std::string_view::npos) return false;
  for (const auto half : {s.substr(0, slash), s.substr(slash + 1)})
    if (half.empty() || half.size() > 8 || !within(half, "0123456789abcdefABCDEF")) return false;
  return true;
}

std::string wrong_array(PgType type, std::string_view s) {
  if (s.empty() || (s.front() != '{' && s.front() != '[')) return "is no array: one is written `{1,2}`";
  if (!s.ends_with('}')) return "is no array: its `}` is missing";
  if (s.front() != '{' || s.find_first_of("{}\"\\", 1) != s.size() - 1) return {};
  const auto inside = trimmed(s.substr(1, s.size() - 2));
  for (size_t at = 0; !inside.empty() && at <= inside.size();) {
    const size_t end = std::min(inside.find(',', at), inside.size());
    const auto one = trimmed(inside.substr(at, end - at));
    if (one.empty()) return "is no array: an element is missing";
    if (lowered(one) != "null")
      if (std::string wrong = wrong_literal(element_of(type), one); !wrong.empty()) return fmt::format("holds `{}`, which {}", one, wrong);
    at = end + 1;
  }
  return {};
}

}  // namespace literal_detail

using namespace literal_detail;

std::string wrong_literal(PgType type, std::string_view text) {
  const std::string_view s = trimmed(text);
  const auto unless = [](bool fine, std::string_view wrong) { return fine ? std::string() : std::string(wrong); };
  switch (type) {
    case t_int2: return wrong_integer(s, INT16_MIN, INT16_MAX);
    case t_int4: return wrong_integer(s, INT32_MIN, INT32_MAX);
    case t_int8: return wrong_integer(s, INT64_MIN, INT64_MAX);
    case t_oid: return wrong_integer(s, -2147483648LL, 4294967295LL);
    case t_float4: case t_float8: case t_numeric: return unless(a_number(s), "is no number");
    case t_bool: return unless(a_boolean(s), "is no yes or no");
    case t_uuid: return unless(an_uuid(s), "is no uuid");
    case t_inet: case t_cidr: return unless(an_address(s), "is no network address");
    case t_interval: return s.empty() ? "is no interval" : wrong_interval(s);
    case t_date: case t_timestamp: case t_timestamptz: return wrong_time(s);
    case t_time: case t_timetz: return wrong_time(s).starts_with("is no point") ? "is no time of day" : "";
    case t_json: case t_jsonb: {
      if (s.find("\\u") != std::string_view::npos) return {};   // which of these stand for a character is the server's to say
      const Json parsed = Json::parse(s, nullptr, false);
      const bool great = s.find_first_of("eE") != std::string_view::npos && std::any_of(s.begin(), s.end(), [](unsigned char c) { return std::isdigit(c); });
      return unless(!parsed.is_discarded() || great, "is no JSON");
    }
    case t_pg_lsn: return unless(a_position(s), "is no position in the WAL");
    case t_bit: case t_varbit: return unless(within(s, "01") || (s.size() > 1 && std::isalpha(static_cast<unsigned char>(s[0]))), "is no row of bits");
    default: break;
  }
  const PgTypeRow& row = type_row(type);
  if (row.category == 'A' && row.name.starts_with('_') && type != t__record) return wrong_array(type, s);
  if (row.category == 'R' && !row.name.ends_with("multirange")) return unless(!s.empty() && (s.front() == '[' || s.front() == '(' || lowered(s) == "empty"), "is no range: one is written `[1,5)`");
  return {};
}

// `n` if it is a quoted literal, read as a value of this type.
void Inference::literal(const Node& n, PgType as) {
  if (n.kind != "A_Const" || as == none || as == t_unknown) return;
  const Json* s = member(*n.body, "sval");
  if (!s) return;
  const std::string text = text_member(*s, "sval");
  const std::string wrong = wrong_literal(as, text);
  if (wrong.empty()) return;
  const std::string shown = text.size() > 40 ? text.substr(0, 37) + "…" : text;
  issue("E0723", fmt::format("'{}' {}.", shown, wrong), place(*n.body), text.size() + 2, fmt::format("PostgreSQL takes it for {} here.", spell(as)));
}

void Inference::label(const Node& n, const SchemaType* of) {
  if (!of || of->labels.empty() || n.kind != "A_Const") return;
  const Json* s = member(*n.body, "sval");
  if (!s) return;
  const std::string text = text_member(*s, "sval");
  if (std::find(of->labels.begin(), of->labels.end(), text) != of->labels.end()) return;
  const std::string near = nearest(text, std::vector<std::string_view>(of->labels.begin(), of->labels.end()));
  std::string all;
  for (const std::string& each : of->labels) all += fmt::format("{}'{}'", all.empty() ? "" : ", ", each);
  issue("E0723", fmt::format("'{}' is no `{}`.", text, of->name), place(*n.body), text.size() + 2, !near.empty() ? fmt::format("Did you mean '{}'?", near) : fmt::format("There is {}.", all));
}

}  // namespace rbc::embedded::sql_detail
