// How each kind of resource is spoken to: the place from its address, the request from the utterance, the answer from what comes back.
#include <fmt/format.h>

#include <arpa/inet.h>
#include <netdb.h>

#include "stdlib/errand.hpp"
#include "stdlib/modules/machine.hpp"
#include "stdlib/modules/network.hpp"
#include "stdlib/real_world.hpp"

namespace rbc {

Reply RealWorld::start_postgres(Serial serial, Pending& pending, const Utterance& said, const std::string& address) {
  const Template& what = *pending.said.what;
  PgJob job;
  std::string problem = postgres_place(parse_url(address), what.row.starts_with("pgbouncer."), job.place);
  PostgresBackend* backend = problem.empty() ? postgres(problem) : nullptr;
  if (!backend) return Reply::none(Way::blindness, problem);
  job.id = serial;
  job.sql = said.text;
  if (what.language == Language::words) {
    for (const std::string& word : said.words) job.sql += (job.sql.empty() ? "" : " ") + word;
  }
  job.parameters = said.parameters;
  job.changes = what.effect >= Effect::changes;
  if (!job.changes) job.relations = what.relations;
  job.limit = pending.said.limit;
  pending.over = Pending::Over::postgres;
  backend->ask(std::move(job), [this, serial, &what](PgAnswer answer) { finish(serial, decode_postgres(answer, what)); });
  return {};
}

Reply RealWorld::start_redis(Serial serial, Pending& pending, const Utterance& said, const std::string& address) {
  const Template& what = *pending.said.what;
  RedisPlace place;
  std::string problem = redis_place(parse_url(address), place);
  RedisBackend* backend = problem.empty() ? redis(problem) : nullptr;
  if (!backend) return Reply::none(Way::blindness, problem);
  const bool repeatable = what.effect == Effect::looks;
  auto go = [this, backend, serial, &what, words = said.words, repeatable](RedisPlace where) {
    const auto found = pending_.find(serial);
    if (found == pending_.end() || found->second.late) return;
    found->second.over = Pending::Over::redis;
    backend->ask(serial, where, words, repeatable, [this, serial, row = what.row](RedisAnswer answer) { finish(serial, decode_redis(answer, row)); });
  };
  unsigned char bytes[16];
  if (::inet_pton(AF_INET, place.address.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, place.address.c_str(), bytes) == 1) {
    go(std::move(place));
    return {};
  }
  struct Found { std::string address, problem; };
  run_errand<Found>(port_, [name = place.address] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    Found found;
    // Redis listens on IPv4 unless told otherwise, so that is tried first.
    for (int family : {AF_INET, AF_INET6}) {
      hints.ai_family = family;
      const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
      if (error) {
        found.problem = fmt::format("the name `{}` does not resolve: {}", visible(name), ::gai_strerror(error));
        continue;
      }
      char text[INET6_ADDRSTRLEN + 32] = "";
      ::getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
      ::freeaddrinfo(list);
      found.address = text;
      break;
    }
    return found;
  }, [this, serial, place, go](const Found& found) mutable {
    if (found.address.empty()) return finish(serial, Reply::none(Way::blindness, found.problem));
    place.address = found.address;
    go(std::move(place));
  });
  return {};
}

Reply RealWorld::start_http(Serial serial, Pending& pending, const Utterance& said, const std::string& address) {
  const Template& what = *pending.said.what;
  const bool query = what.row.starts_with("prometheus.");
  HttpRequest request;
  const Url base = parse_url(address);
  std::string problem = query ? prometheus_request(base, said.text, pending.said.limit, request) : http_request(base, said, request);
  HttpBackend* backend = problem.empty() ? http(problem) : nullptr;
  if (!backend) return Reply::none(Way::blindness, problem);
  request.limit = pending.said.limit;
  pending.over = Pending::Over::http;
  backend->ask(serial, std::move(request), [this, serial, query](HttpAnswer answer) {
    finish(serial, query ? decode_prometheus(answer) : decode_http(answer));
  });
  return {};
}

void RealWorld::run_process(Serial serial, Pending& pending, Command command, std::function<Reply(const Finished&)> decode) {
  pending.over = Pending::Over::process;
  // Where a secret comes from is no command's business unless it is handed over; a compose file reads its variables itself.
  if (resource(pending.said.what->resource)->kind != ResourceKind::compose) {
    for (const Secret& secret : setup_.program->secrets) {
      if (secret.from == Secret::From::env) command.withheld.push_back(secret.source);
    }
  }
  if (pending.said.began) {
    // Whatever it starts inherits the mark, so that it is known even when its parent is gone.
    command.began = pending.said.began;
    command.environment.emplace_back("RBC_CHANGE", pending.said.key);
  }
  processes_->run(serial, std::move(command), [this, serial, decode = std::move(decode)](Finished done) {
    // Before anything else reads it, and before it is cut into lines: a secret may stand across them.
    done.out = scrubber_.scrub(done.out);
    done.err = scrubber_.scrub(done.err);
    finish(serial, decode(done));
  });
}

Reply RealWorld::start_compose(Serial serial, Pending& pending, const Utterance& said, const std::string& address) {
  const Template& what = *pending.said.what;
  const Resource& which = *resource(what.resource);
  run_process(serial, pending, compose_command(address, what, said, exports(which), setup_.project),
              [&what](const Finished& done) { return decode_compose(done, what); });
  return {};
}

Reply RealWorld::start_host(Serial serial, Pending& pending, const Utterance& said, const std::string& address) {
  const Template& what = *pending.said.what;
  const Resource& which = *resource(what.resource);
  if (address != "localhost" && address != "local") {
    return Reply::none(Way::blindness, fmt::format("`{}` is on another machine, and ssh hosts are not supported yet", which.name));
  }
  if (what.form == '$' || what.language == Language::shell) {
    run_process(serial, pending, shell_command(said, exports(which), setup_.project), [&what](const Finished& done) { return decode_output(done, what); });
    return {};
  }
  if (what.row == "host.kill" || what.row == "host.kill9") return host_kill(said.words);
  if (what.row == "host.tls") return Reply::none(Way::blindness, "`tls` is not supported yet");
  if (is_direct_host_look(what.row)) {
    run_errand<Reply>(port_, [row = what.row, words = said.words, limit = pending.said.limit] { return host_look(row, words, limit); },
                      [this, serial](Reply reply) { finish(serial, std::move(reply)); });
    return {};
  }
  if (const std::string problem = unfit_service(what.row, said.words); !problem.empty()) return Reply::none(Way::blindness, problem);
  run_process(serial, pending, host_command(what.row, said.words, setup_.project), [&what](const Finished& done) { return decode_host(done, what); });
  return {};
}

Reply RealWorld::start_command(Serial serial, Pending& pending, const Utterance& said, const std::string& address) {
  const Template& what = *pending.said.what;
  const Resource& which = *resource(what.resource);
  bool here = address == "local" || address == "localhost";
  for (std::size_t i = 0; i < setup_.program->resources.size(); ++i) {
    const Resource& other = setup_.program->resources[i];
    if (other.kind == ResourceKind::host && other.name == address) here = local(static_cast<std::int32_t>(i));
  }
  if (!here) return Reply::none(Way::blindness, fmt::format("`{}` runs on another machine, and ssh hosts are not supported yet", which.name));
  Command command;
  command.words = which.runs;
  command.words.insert(command.words.end(), said.words.begin(), said.words.end());
  command.environment = exports(which);
  command.environment.insert(command.environment.end(), said.environment.begin(), said.environment.end());
  command.folder = setup_.project;
  run_process(serial, pending, std::move(command), [&what](const Finished& done) { return decode_output(done, what); });
  return {};
}

}  // namespace rbc
