// Redis: typed answers for the commands of the catalogue, JSON for the others.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "stdlib/modules/network.hpp"

namespace rbc {
namespace redis_module {

using Kind = RedisReply::Kind;

std::int64_t number(std::string_view text) {
  std::int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

Value json(const RedisReply& reply) {
  switch (reply.kind) {
    case Kind::nil: return Value::json_null();
    case Kind::integer: return Value::json_int(reply.integer);
    case Kind::array: {
      std::vector<Value> items;
      for (const RedisReply& item : reply.items) items.push_back(json(item));
      return Value::json_array(std::move(items));
    }
    case Kind::text: case Kind::status: case Kind::error: return Value::json_text(reply.text);
  }
  return Value::json_null();
}

Value text_or_none(const RedisReply& reply) {
  return reply.kind == Kind::nil ? Value::missing("there is none") : Value::text(reply.kind == Kind::integer ? std::to_string(reply.integer) : reply.text);
}

// The fields of `info` that are typed; whatever section was asked for has some of them.
Value info(const std::string& text) {
  enum class As { size, integer, duration, text };
  struct Known { const char* field; const char* key; As as; };
  static constexpr Known kKnown[] = {
      {"used_memory", "used_memory", As::size}, {"maxmemory", "maxmemory", As::size}, {"used_memory_rss", "used_memory_rss", As::size},
      {"used_memory_peak", "used_memory_peak", As::size}, {"evicted_keys", "evicted_keys", As::integer}, {"expired_keys", "expired_keys", As::integer},
      {"keyspace_hits", "keyspace_hits", As::integer}, {"keyspace_misses", "keyspace_misses", As::integer},
      {"connected_clients", "connected_clients", As::integer}, {"blocked_clients", "blocked_clients", As::integer},
      {"rejected_connections", "rejected_connections", As::integer}, {"uptime", "uptime_in_seconds", As::duration},
      {"role", "role", As::text}, {"redis_version", "redis_version", As::text}};
  std::vector<std::pair<std::string_view, std::string_view>> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const auto colon = line.find(':'); colon != std::string_view::npos && line[0] != '#') lines.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  Fields fields;
  for (const Known& known : kKnown) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line.first == known.key; });
    if (found == lines.end()) {
      fields.put(known.field, Value::missing(fmt::format("this section of `info` has no `{}`", known.key)));
      continue;
    }
    switch (known.as) {
      case As::size: fields.put(known.field, Value::size(number(found->second))); break;
      case As::integer: fields.put(known.field, Value::integer(number(found->second))); break;
      case As::duration: fields.put(known.field, Value::duration(number(found->second) * kSecond)); break;
      case As::text: fields.put(known.field, Value::text(std::string(found->second))); break;
    }
  }
  return fields.put("text", Value::text(text)).record();
}

Value slow_log(const RedisReply& reply) {
  std::vector<Value> rows;
  for (const RedisReply& entry : reply.items) {
    if (entry.items.size() < 4) continue;
    std::string command;
    for (const RedisReply& word : entry.items[3].items) command += (command.empty() ? "" : " ") + word.text;
    Fields fields;
    fields.put("id", Value::integer(entry.items[0].integer)).put("time", Value::instant(entry.items[1].integer * kSecond));
    fields.put("lasted", Value::duration(entry.items[2].integer)).put("command", Value::text(std::move(command)));
    fields.put("client", Value::text(entry.items.size() > 4 ? entry.items[4].text : std::string()));
    rows.push_back(fields.put("name", Value::text(entry.items.size() > 5 ? entry.items[5].text : std::string())).record());
  }
  return Value::rows({"id", "time", "lasted", "command", "client", "name"}, std::move(rows));
}

Value client_list(const std::string& text) {
  static const std::vector<std::string> kColumns = {"id", "addr", "name", "age", "idle", "flags", "db", "cmd", "user"};
  std::vector<Value> rows;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string line = " " + std::string(rest.substr(0, end)) + " ";
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.size() < 4) continue;
    Fields fields;
    for (const std::string& column : kColumns) {
      const auto at = line.find(" " + column + "=");
      const auto from = at == std::string::npos ? line.size() : at + column.size() + 2;
      const std::string value = from >= line.size() ? std::string() : line.substr(from, line.find(' ', from) - from);
      if (column == "id" || column == "db") fields.put(column, Value::integer(number(value)));
      else if (column == "age" || column == "idle") fields.put(column, Value::duration(number(value) * kSecond));
      else fields.put(column, Value::text(value));
    }
    rows.push_back(fields.record());
  }
  return Value::rows(kColumns, std::move(rows));
}

}  // namespace redis_module

std::string redis_place(const Url& url, RedisPlace& place) {
  if (url.scheme == "rediss") return "`rediss://` is not supported: the library that speaks Redis here has no TLS; bind it through a tunnel";
  if (!url.problem.empty()) return url.problem;
  if (url.scheme != "redis") return fmt::format("`{}://` is not the address of a Redis", visible(url.scheme));
  place.address = url.host.empty() ? "localhost" : url.host;
  place.port = url.port ? url.port : 6379;
  place.user = url.user;
  place.password = url.password;
  if (url.path.size() > 1) {
    const std::string number = url.path.substr(1);
    const auto read = std::from_chars(number.data(), number.data() + number.size(), place.database);
    if (read.ec != std::errc() || read.ptr != number.data() + number.size()) return fmt::format("`{}` is no number of a Redis database", visible(number));
  }
  return {};
}

Reply decode_redis(const RedisAnswer& answer, const std::string& row) {
  using namespace redis_module;
  if (answer.way != Way::answer) return Reply::none(answer.way, answer.reason, answer.in_doubt);
  const RedisReply& reply = answer.reply;
  auto value = [](Value v) { return Reply::answer(Fields().put("value", std::move(v)).record()); };
  if (row == "redis.ping" || row == "redis.change" || row == "redis.destroy") return Reply::answer(Fields().record());
  if (row == "redis.info" || row == "redis.info.all") return Reply::answer(info(reply.text));
  if (row == "redis.get" || row == "redis.hget") return value(text_or_none(reply));
  if (row == "redis.exists") return value(Value::boolean(reply.integer > 0));
  if (row == "redis.config.get") return value(reply.items.size() < 2 ? Value::missing("there is no such setting") : text_or_none(reply.items[1]));
  if (row == "redis.ttl") {
    if (reply.integer == -2) return value(Value::missing("there is no such key"));
    if (reply.integer < 0) return value(Value::missing("the key does not expire"));
    return value(Value::duration(reply.integer * kSecond));
  }
  if (row == "redis.slowlog.get") return Reply::answer(slow_log(reply));
  if (row == "redis.client.list") return Reply::answer(client_list(reply.text));
  if (row == "redis.look") return value(json(reply));
  return value(Value::integer(reply.integer));
}

}  // namespace rbc
