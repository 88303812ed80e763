// The rows of language.md 5: one for everything that can be said to a resource.
#include <fmt/format.h>

#include "stdlib/world.hpp"
#include "vm/model/catalogue.hpp"

namespace rbc {
namespace catalogue_rows {

using Fields = std::vector<std::pair<std::string, Type>>;

Type optional(TypeTag tag) { return Type(tag).optional(); }
Type nothing_more() { return Type::record({}); }

struct Maker {
  std::vector<CatalogueRow> rows;
  ResourceKind kind = ResourceKind::postgres;
  char form = '>';

  void look(std::string id, std::string words, Type answer, std::string sentence, Micros limit = 0) {
    rows.push_back({std::move(id), kind, form, std::move(words), Effect::looks, true, limit, std::move(answer), std::move(sentence)});
  }
  void change(std::string id, std::string words, Type answer, std::string sentence, bool repeatable = false, Micros limit = 0) {
    rows.push_back({std::move(id), kind, form, std::move(words), Effect::changes, repeatable, limit, std::move(answer), std::move(sentence)});
  }
  void destroy(std::string id, std::string words, Type answer, std::string sentence) {
    rows.push_back({std::move(id), kind, form, std::move(words), Effect::destroys, false, 0, std::move(answer), std::move(sentence)});
  }
};

void sql(Maker& m) {
  m.kind = ResourceKind::postgres;
  m.look("postgres.look", "", Type::rows({}, true), "a query answers with rows");
  m.change("postgres.change", "", Type::record({{"count", TypeTag::integer}}), "a statement changes the database");
  m.destroy("postgres.destroy", "", Type::record({{"count", TypeTag::integer}}), "a statement destroys what is in the database");

  m.kind = ResourceKind::pgbouncer;
  m.look("pgbouncer.look", "", Type::rows({}, true), "`show` answers with rows of the pooler");
  m.change("pgbouncer.change", "", nothing_more(), "a command changes the pooler");
}

void redis(Maker& m) {
  m.kind = ResourceKind::redis;
  const Type text_value = Type::record({{"value", optional(TypeTag::text)}});
  const Type int_value = Type::record({{"value", TypeTag::integer}});
  m.look("redis.ping", "ping", nothing_more(), "`ping` asks whether it answers");
  const Type info = Type::record({{"used_memory", TypeTag::size}, {"maxmemory", TypeTag::size}, {"used_memory_rss", TypeTag::size},
                                  {"used_memory_peak", TypeTag::size}, {"evicted_keys", TypeTag::integer}, {"expired_keys", TypeTag::integer},
                                  {"keyspace_hits", TypeTag::integer}, {"keyspace_misses", TypeTag::integer},
                                  {"connected_clients", TypeTag::integer}, {"blocked_clients", TypeTag::integer},
                                  {"rejected_connections", TypeTag::integer}, {"uptime", TypeTag::duration},
                                  {"role", TypeTag::text}, {"redis_version", TypeTag::text}, {"text", TypeTag::text}});
  m.look("redis.info", "info SECTION", info, "`info` reads one section of what it knows of itself");
  m.look("redis.info.all", "info", info, "`info` reads what it knows of itself");
  m.look("redis.get", "get KEY", text_value, "`get` reads a key");
  m.look("redis.hget", "hget KEY FIELD", text_value, "`hget` reads a field of a hash");
  m.look("redis.exists", "exists KEY", Type::record({{"value", TypeTag::boolean}}), "`exists` asks for a key");
  m.look("redis.dbsize", "dbsize", int_value, "`dbsize` counts the keys");
  for (const char* verb : {"llen", "scard", "zcard", "hlen"}) {
    m.look(fmt::format("redis.{}", verb), fmt::format("{} KEY", verb), int_value, fmt::format("`{}` counts what is in a key", verb));
  }
  m.look("redis.ttl", "ttl KEY", Type::record({{"value", optional(TypeTag::duration)}}), "`ttl` reads how long a key lives");
  const Type slow = Type::rows({{"id", TypeTag::integer}, {"time", TypeTag::instant}, {"lasted", TypeTag::duration},
                                {"command", TypeTag::text}, {"client", TypeTag::text}, {"name", TypeTag::text}});
  m.look("redis.slowlog.get", "slowlog get N", slow, "`slowlog get` reads the slow commands");
  m.look("redis.client.list", "client list", Type::rows({{"id", TypeTag::integer}, {"addr", TypeTag::text}, {"name", TypeTag::text},
                                                         {"age", TypeTag::duration}, {"idle", TypeTag::duration}, {"flags", TypeTag::text},
                                                         {"db", TypeTag::integer}, {"cmd", TypeTag::text}, {"user", TypeTag::text}}, true),
         "`client list` reads who is connected");
  m.look("redis.config.get", "config get PARAMETER", text_value, "`config get` reads a setting");
  m.look("redis.look", "", Type::record({{"value", TypeTag::json}}), "a command reads");
  m.change("redis.change", "", nothing_more(), "a command changes the data or the server");
  m.destroy("redis.destroy", "", nothing_more(), "a command destroys data or ends the server");
}

void web(Maker& m) {
  m.kind = ResourceKind::http;
  m.look("http.look", "", response_type(), "GET, HEAD and OPTIONS read");
  m.change("http.change", "", response_type(), "POST, PUT, PATCH and DELETE change");
  m.destroy("http.destroy", "", response_type(), "a request destroys");
  m.kind = ResourceKind::prometheus;
  m.look("prometheus.eval", "",
         Type::record({{"value", TypeTag::number}, {"samples", Type::rows({{"labels", TypeTag::json}, {"value", TypeTag::number}})},
                       {"min", TypeTag::number}, {"max", TypeTag::number}, {"count", TypeTag::integer}}),
         "a query is evaluated now");
}

void compose(Maker& m) {
  m.kind = ResourceKind::compose;
  const Type health = Type::one_of({"none", "starting", "healthy", "unhealthy"});
  const Type state = Type::one_of({"created", "running", "restarting", "exited", "paused", "dead", "absent"});
  m.look("compose.ps", "ps", Type::rows({{"service", TypeTag::text}, {"state", state}, {"health", health}, {"exit", TypeTag::integer},
                                         {"since", optional(TypeTag::instant)}}),
         "`docker compose ps` lists the containers");
  m.look("compose.ps.service", "ps SERVICE", Type::record({{"state", state}, {"health", health}, {"exit", TypeTag::integer}}),
         "`docker compose ps` reads the state of a container");
  m.look("compose.logs", "logs [--tail N] [--since D] SERVICE", output_type(), "`docker compose logs` reads what a container wrote");
  m.look("compose.logs.all", "logs …", output_type(), "`docker compose logs` reads what the containers wrote");
  const Type stats = Type::rows({{"service", TypeTag::text}, {"cpu", TypeTag::percent}, {"memory", TypeTag::percent}, {"used", TypeTag::size}});
  m.look("compose.stats", "stats", stats, "`docker compose stats` reads what the containers use");
  m.look("compose.stats.service", "stats SERVICE", stats, "`docker compose stats` reads what a container uses");
  m.look("compose.images", "images …", Type::rows({{"service", TypeTag::text}, {"repository", TypeTag::text}, {"tag", TypeTag::text},
                                                   {"id", TypeTag::text}, {"used", optional(TypeTag::size)}}),
         "`docker compose images` lists the images");
  m.look("compose.config", "config …", output_type(), "`docker compose config` reads the project's file");
  m.look("compose.port", "port …", output_type(), "`docker compose port` reads where a port is");
  m.look("compose.version", "version …", output_type(), "`docker compose version` reads its version");
  m.look("compose.look", "", output_type(), "`docker compose` reads");
  m.change("compose.up", "up …", output_type(), "`docker compose up` creates and starts containers", true);
  m.change("compose.start", "start …", output_type(), "`docker compose start` starts containers", true);
  m.change("compose.stop", "stop …", output_type(), "`docker compose stop` stops containers", true);
  m.change("compose.restart", "restart …", output_type(), "`docker compose restart` restarts containers", true);
  m.change("compose.pull", "pull …", output_type(), "`docker compose pull` fetches images", true, 15 * kMinute);
  m.change("compose.build", "build …", output_type(), "`docker compose build` builds images", true, 15 * kMinute);
  m.change("compose.change", "", output_type(), "`docker compose` changes containers");
  m.destroy("compose.destroy", "", output_type(), "`docker compose` destroys containers with their data");
  m.form = '$';
  m.look("compose.shell.look", "", output_type(), "a command reads in a container");
  m.change("compose.shell.change", "", output_type(), "a command changes something in a container");
  m.destroy("compose.shell.destroy", "", output_type(), "a command destroys something in a container");
  m.form = '>';
}

void host(Maker& m) {
  m.kind = ResourceKind::host;
  m.look("host.disk", "disk PATH", Type::record({{"used", TypeTag::percent}, {"free", TypeTag::size}, {"total", TypeTag::size},
                                                 {"inodes", TypeTag::percent}}),
         "`disk` reads how full a file system is");
  m.look("host.memory", "memory", Type::record({{"used", TypeTag::percent}, {"free", TypeTag::size}, {"total", TypeTag::size},
                                                {"swap", TypeTag::percent}}),
         "`memory` reads how much memory is used");
  m.look("host.cpu", "cpu", Type::record({{"used", TypeTag::percent}, {"cores", TypeTag::integer}}), "`cpu` reads how busy the processors are");
  m.look("host.load", "load", Type::record({{"one", TypeTag::number}, {"five", TypeTag::number}, {"fifteen", TypeTag::number}}),
         "`load` reads the load averages");
  m.look("host.process", "process TEXT", Type::record({{"count", TypeTag::integer}, {"pids", Type::list_of(TypeTag::integer)},
                                                       {"memory", TypeTag::size}}),
         "`process` looks for processes by their command line");
  m.look("host.port", "port N", Type::record({{"open", TypeTag::boolean}, {"pid", optional(TypeTag::integer)},
                                              {"process", optional(TypeTag::text)}}),
         "`port` asks whether something listens");
  m.look("host.service", "service NAME", Type::record({{"state", Type::one_of({"active", "inactive", "failed", "activating"})}}),
         "`service` reads the state of a service");
  m.look("host.file", "file PATH", Type::record({{"exists", TypeTag::boolean}, {"size", optional(TypeTag::size)},
                                                 {"changed", optional(TypeTag::instant)}}),
         "`file` asks for a file");
  m.look("host.tcp", "tcp ADDRESS", nothing_more(), "`tcp` connects and hangs up");
  m.look("host.ping", "ping ADDRESS", Type::record({{"loss", TypeTag::percent}}), "`ping` sends three packets");
  m.look("host.dns", "dns NAME", Type::record({{"addresses", Type::list_of(TypeTag::text)}, {"ttl", TypeTag::duration}}),
         "`dns` resolves a name");
  m.look("host.tls", "tls ADDRESS", Type::record({{"valid", TypeTag::boolean}, {"expires", TypeTag::instant}, {"left", TypeTag::duration},
                                                  {"issuer", TypeTag::text}}),
         "`tls` reads a certificate");
  m.change("host.start", "start SERVICE", output_type(), "`systemctl start` starts a service", true);
  m.change("host.stop", "stop SERVICE", output_type(), "`systemctl stop` stops a service", true);
  m.change("host.restart", "restart SERVICE", output_type(), "`systemctl restart` restarts a service", true);
  m.change("host.reload", "reload SERVICE", output_type(), "`systemctl reload` makes a service read its settings again", true);
  m.destroy("host.kill9", "kill -9 PID", nothing_more(), "`kill -9` ends a process with no chance to save anything");
  m.change("host.kill", "kill PID", nothing_more(), "`kill` asks a process to end");
  m.form = '$';
  m.look("host.shell.look", "", output_type(), "a command reads on a host");
  m.change("host.shell.change", "", output_type(), "a command changes something on a host");
  m.destroy("host.shell.destroy", "", output_type(), "a command destroys something on a host");
  m.form = '>';
}

void rest(Maker& m) {
  m.kind = ResourceKind::command;
  m.look("command.look", "", output_type(), "a command reads");
  m.change("command.change", "", output_type(), "a command changes something");
  m.destroy("command.destroy", "", output_type(), "a command destroys something");
  m.kind = ResourceKind::clock;
  m.look("clock.now", "now", Type::record({{"value", TypeTag::instant}}), "`now` reads the clock");
}

}  // namespace catalogue_rows

const Catalogue& catalogue() {
  static const Catalogue all = [] {
    catalogue_rows::Maker maker;
    catalogue_rows::sql(maker);
    catalogue_rows::redis(maker);
    catalogue_rows::web(maker);
    catalogue_rows::compose(maker);
    catalogue_rows::host(maker);
    catalogue_rows::rest(maker);
    return Catalogue(std::move(maker.rows));
  }();
  return all;
}

}  // namespace rbc
