// Postgres: the database's place, and cells as values by their types' oids (pg_type.dat).
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <ctime>

#include "stdlib/modules/network.hpp"

namespace rbc {
namespace postgres_module {

enum Oid : std::uint32_t {
  kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kOid = 26, kXid = 28, kCid = 29, kJson = 114, kXid8 = 5069, kFloat4 = 700, kFloat8 = 701,
  kDate = 1082, kTimestamp = 1114, kTimestamptz = 1184, kInterval = 1186, kNumeric = 1700, kJsonb = 3802, kText = 25,
};

// The element type of an array type; 0 if it is none that is known.
std::uint32_t element_of(std::uint32_t array) {
  switch (array) {
    case 1000: return kBool;
    case 1005: return kInt2;
    case 1007: return kInt4;
    case 1016: return kInt8;
    case 1028: return kOid;
    case 1021: return kFloat4;
    case 1022: return kFloat8;
    case 1231: return kNumeric;
    case 1115: return kTimestamp;
    case 1182: return kDate;
    case 1185: return kTimestamptz;
    case 1187: return kInterval;
    case 199: return kJson;
    case 3807: return kJsonb;
    case 1002: case 1003: case 1009: case 1014: case 1015: case 1041: case 2951: return kText;
    default: return 0;
  }
}

// `2024-12-01 10:30:00.5+00`, `2024-12-01`; sessions run in UTC and ISO style.
Value instant(const std::string& text) {
  std::tm parts{};
  int read = 0, year = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%d%n", &year, &parts.tm_mon, &parts.tm_mday, &read) != 3 || text.find("BC") != std::string::npos) {
    return Value::missing(fmt::format("`{}` is no point in time", text));
  }
  parts.tm_year = year - 1900;
  parts.tm_mon -= 1;
  std::int64_t micros = 0, offset = 0;
  std::string_view rest = std::string_view(text).substr(static_cast<std::size_t>(read));
  int time_read = 0;
  if (!rest.empty() && std::sscanf(std::string(rest).c_str(), " %d:%d:%d%n", &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &time_read) == 3) {
    rest.remove_prefix(static_cast<std::size_t>(time_read));
    if (!rest.empty() && rest[0] == '.') {
      rest.remove_prefix(1);
      std::int64_t unit = 100'000;
      while (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest[0]))) {
        micros += (rest[0] - '0') * unit;
        unit /= 10;
        rest.remove_prefix(1);
      }
    }
    if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
      int hours = 0, minutes = 0;
      std::sscanf(std::string(rest.substr(1)).c_str(), "%d:%d", &hours, &minutes);
      offset = (rest[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    }
  }
  return Value::instant((static_cast<std::int64_t>(::timegm(&parts)) - offset) * 1'000'000 + micros);
}

// ISO 8601 as Postgres writes it: `P1DT2H3M4.5S`, `PT-0.5S`. A day counts 24 hours here.
Value interval(const std::string& text) {
  std::size_t at = 1;
  bool time = false;
  double micros = 0;
  if (text.empty() || text[0] != 'P') return Value::missing(fmt::format("`{}` is no interval", text));
  while (at < text.size()) {
    if (text[at] == 'T') {
      time = true;
      ++at;
      continue;
    }
    char* end = nullptr;
    const double number = std::strtod(text.c_str() + at, &end);
    const auto next = static_cast<std::size_t>(end - text.c_str());
    if (next == at || next >= text.size()) return Value::missing(fmt::format("`{}` is no interval", text));
    const char unit = text[next];
    if (!time && (unit == 'Y' || unit == 'M') && number != 0) {
      return Value::missing(fmt::format("`{}` counts months, which have no fixed length; write `extract(epoch from …)`", text));
    }
    switch (unit) {
      case 'W': micros += number * 7 * static_cast<double>(kDay); break;
      case 'D': micros += number * static_cast<double>(kDay); break;
      case 'H': micros += number * static_cast<double>(kHour); break;
      case 'M': micros += number * static_cast<double>(kMinute); break;
      case 'S': micros += number * static_cast<double>(kSecond); break;
      default: break;
    }
    at = next + 1;
  }
  return Value::duration(std::llround(micros));
}

// The text form of an array: `{1,2,NULL,"a \"b\""}`, nested by braces.
Value array(const std::string& text, std::uint32_t element, std::size_t& at, int depth) {
  std::vector<Value> items;
  if (depth > 10 || at >= text.size() || text[at] != '{') return Value::missing(fmt::format("`{}` is no array", text));
  ++at;
  while (at < text.size() && text[at] != '}') {
    if (text[at] == ',') {
      ++at;
    } else if (text[at] == '{') {
      items.push_back(array(text, element, at, depth + 1));
    } else {
      std::string one;
      const bool quoted = text[at] == '"';
      if (quoted) ++at;
      while (at < text.size() && (quoted ? text[at] != '"' : text[at] != ',' && text[at] != '}')) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        one += text[at++];
      }
      if (quoted) ++at;
      items.push_back(!quoted && one == "NULL" ? Value::json_null() : decode_cell(one, element));
    }
  }
  ++at;
  return Value::list(std::move(items));
}

}  // namespace postgres_module

Value decode_cell(const std::string& text, std::uint32_t type) {
  using namespace postgres_module;
  switch (type) {
    case kBool: return Value::boolean(text == "t" || text == "on");
    case kInt2: case kInt4: case kInt8: case kOid: case kXid: case kCid: case kXid8: {
      std::int64_t number = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
      if (read.ec != std::errc()) return Value::missing(fmt::format("`{}` is too large", text));
      return Value::integer(number);
    }
    case kFloat4: case kFloat8: case kNumeric: {
      const double number = std::strtod(text.c_str(), nullptr);
      if (!std::isfinite(number)) return Value::missing(fmt::format("it is {}", text), Way::blindness);
      return Value::number(number);
    }
    case kDate: case kTimestamp: case kTimestamptz: return instant(text);
    case kInterval: return interval(text);
    case kJson: case kJsonb: {
      auto json = parse_json(text);
      return json ? *json : Value::missing("it is JSON that cannot be read");
    }
    default: {
      std::size_t at = 0;
      if (const std::uint32_t element = element_of(type)) return array(text, element, at, 0);
      return Value::text(text);
    }
  }
}

std::string postgres_place(const Url& url, bool pooler, PgPlace& place) {
  if (!url.problem.empty()) return url.problem;
  if (url.scheme != "postgres" && url.scheme != "postgresql" && !(pooler && url.scheme == "pgbouncer")) {
    return fmt::format("`{}://` is not the address of a database", visible(url.scheme));
  }
  place.pooler = pooler;
  auto set = [&](const char* name, std::string value) {
    if (!value.empty()) place.settings.emplace_back(name, std::move(value));
  };
  set("host", url.host.empty() ? "localhost" : url.host);
  set("port", std::to_string(url.port ? url.port : pooler ? 6432 : 5432));
  set("user", url.user);
  set("password", url.password);
  set("dbname", url.path.size() > 1 ? percent_decoded(std::string_view(url.path).substr(1)) : pooler ? "pgbouncer" : std::string());
  for (const auto& [name, value] : url.query) {
    // What a session is set to is ours to say; where it is and how it is encrypted is the address's.
    static constexpr std::string_view kAllowed[] = {"sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslsni", "channel_binding", "target_session_attrs", "krbsrvname"};
    if (std::find(std::begin(kAllowed), std::end(kAllowed), name) == std::end(kAllowed)) {
      if (name != "host") return fmt::format("`{}` in the address of a database is not supported", visible(name));
      place.settings[0].second = value;   // a socket's folder
      continue;
    }
    set(name.c_str(), value);
  }
  return {};
}

Reply decode_postgres(const PgAnswer& answer, const Template& what) {
  if (answer.way != Way::answer) return Reply::none(answer.way, answer.reason, answer.in_doubt);
  if (answer.columns.empty() && what.effect != Effect::looks) return Reply::answer(Fields().put("count", Value::integer(answer.affected)).record());
  std::vector<std::string> names;
  for (const PgColumn& column : answer.columns) names.push_back(column.name);
  std::vector<Value> records;
  for (const auto& row : answer.rows) {
    std::vector<Value> cells;
    for (std::size_t c = 0; c < row.size(); ++c) cells.push_back(row[c] ? decode_cell(*row[c], answer.columns[c].type) : Value::json_null());
    records.push_back(Value::record(names, std::move(cells)));
  }
  if (what.one_row) {
    if (records.size() != 1) return Reply::none(Way::blindness, fmt::format("{} rows came back where one was expected", records.size()));
    return Reply::answer(records.front());
  }
  return Reply::answer(Value::rows(std::move(names), std::move(records)));
}

}  // namespace rbc
