#include <catch2/catch.hpp>
#include <csignal>
#include <fmt/format.h>

#include "tests/live/support/servers.hpp"

using namespace rbc;
using namespace rbc::live;

namespace {
const Value& got(const Answer& answer, const char* name) {
  INFO(answer.reason);
  REQUIRE(answer.way == Way::answer);
  REQUIRE(answer.value.field(name));
  return *answer.value.field(name);
}
}  // namespace

TEST_CASE("a Redis answers, and refuses what it does not know") {
  Redis server;
  Desk desk;
  const auto cache = desk.bind(ResourceKind::redis, "cache", server.url());
  CHECK(got(desk.ask(desk.words(cache, "redis.ping", {"ping"})), "ok") == Value::boolean(true));
  CHECK(desk.ask(desk.words(cache, "redis.change", {"set", "k", "a b"}, Effect::changes)).way == Way::answer);
  CHECK(got(desk.ask(desk.words(cache, "redis.get", {"get", "k"})), "value") == Value::text("a b"));
  CHECK(got(desk.ask(desk.words(cache, "redis.get", {"get", "none"})), "value").is_missing());
  CHECK(got(desk.ask(desk.words(cache, "redis.exists", {"exists", "k"})), "value") == Value::boolean(true));
  CHECK(got(desk.ask(desk.words(cache, "redis.dbsize", {"dbsize"})), "value") == Value::integer(1));
  const Answer info = desk.ask(desk.words(cache, "redis.info", {"info", "memory"}));
  CHECK(got(info, "used_memory").tag() == Tag::size);
  CHECK(got(info, "used_memory").as_int() > 0);
  CHECK(got(desk.ask(desk.words(cache, "redis.info", {"info", "clients"})), "connected_clients") == Value::integer(1));   // one connection, kept
  CHECK(desk.ask(desk.words(cache, "redis.client.list", {"client", "list"})).value.items().size() == 1);
  const Answer unknown = desk.ask(desk.words(cache, "redis.look", {"nonsense"}));
  CHECK(unknown.way == Way::refusal);
  CHECK(unknown.reason.starts_with("ERR"));
  CHECK(desk.ask(desk.words(cache, "redis.look", {"llen", "k"})).way == Way::refusal);
  const Answer late = desk.ask(desk.words(cache, "redis.look", {"blpop", "empty", "0"}), 200'000);
  CHECK(late.way == Way::silence);
  CHECK(desk.ask(desk.words(cache, "redis.ping", {"ping"})).way == Way::answer);
  server.server().stop(SIGTERM);
  const Answer gone = desk.ask(desk.words(cache, "redis.ping", {"ping"}));
  CHECK(gone.way == Way::silence);
  CHECK_FALSE(gone.reason.empty());
}

TEST_CASE("a Redis that does not let us in was never asked") {
  Redis server("open sesame");
  Desk desk;
  const auto none = desk.bind(ResourceKind::redis, "none", server.url());
  const auto wrong = desk.bind(ResourceKind::redis, "wrong", server.url("nonsense"));
  const auto right = desk.bind(ResourceKind::redis, "right", server.url("open%20sesame"));
  const auto tls = desk.bind(ResourceKind::redis, "tls", "rediss://localhost");
  const auto unknown = desk.bind(ResourceKind::redis, "unknown", "redis://rbc-no-such-host.invalid");
  CHECK(desk.ask(desk.words(none, "redis.ping", {"ping"})).way == Way::blindness);
  CHECK(desk.ask(desk.words(wrong, "redis.ping", {"ping"})).way == Way::blindness);
  CHECK(desk.ask(desk.words(right, "redis.ping", {"ping"})).way == Way::answer);
  CHECK(desk.ask(desk.words(tls, "redis.ping", {"ping"})).reason.find("TLS") != std::string::npos);
  CHECK(desk.ask(desk.words(unknown, "redis.ping", {"ping"}), 20 * kSecond).way == Way::blindness);
}
