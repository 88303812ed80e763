#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <mutex>

#include "tests/live/support/servers.hpp"

using namespace rbc;
using namespace rbc::live;

namespace {

std::string response(const std::string& head, const std::string& body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", head, body.size(), body);
}
const Value& seen(const Answer& answer, const char* name) {
  INFO(answer.reason);
  REQUIRE(answer.way == Way::answer);
  REQUIRE(answer.value.field(name));
  return *answer.value.field(name);
}

}  // namespace

TEST_CASE("any status is an answer, and what is broken on the way is silence") {
  std::mutex mutex;
  std::string asked;
  Scripted* self = nullptr;
  Scripted server([&](const std::string& request) -> std::string {
    {
      const std::lock_guard lock(mutex);
      asked = request;
    }
    const std::string path = request.substr(request.find(' ') + 1, request.find(' ', request.find(' ') + 1) - request.find(' ') - 1);
    if (path == "/good") return response("200 OK\r\nX-Thing: a b", "{\"state\": \"ok\"}");
    if (path == "/bad") return response("500 Oops", "broken");
    if (path == "/half") return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf";
    if (path == "/nothing") return "";
    if (path == "/here") return response("302 Found\r\nLocation: /good", "");
    if (path == "/there") return response("302 Found\r\nLocation: http://127.0.0.1:1/good", "");
    if (path == "/circle") return response("302 Found\r\nLocation: /circle", "");
    if (path == "/long") return response("200 OK", std::string(2'000'000, 'x'));
    if (path == "/huge") return response("200 OK", std::string(9'000'000, 'x'));
    return response("404 Not Found", path);
  });
  self = &server;
  Desk desk;
  const auto api = desk.bind(ResourceKind::http, "api", self->http());
  auto get = [&](const char* path) { return desk.ask(desk.http(api, "GET", path)); };

  const Answer good = get("/good");
  CHECK(seen(good, "status") == Value::integer(200));
  CHECK(seen(good, "ok") == Value::boolean(true));
  CHECK(seen(good, "json").field("state")->text() == "ok");
  CHECK(seen(good, "headers").field("x-thing")->text() == "a b");
  const Answer bad = get("/bad");
  CHECK(seen(bad, "status") == Value::integer(500));
  CHECK(seen(bad, "ok") == Value::boolean(false));
  CHECK(seen(bad, "json").is_missing());
  CHECK(get("/half").way == Way::silence);
  CHECK(get("/nothing").way == Way::silence);
  CHECK(seen(get("/here"), "status") == Value::integer(200));
  CHECK(seen(get("/there"), "status") == Value::integer(302));
  CHECK(seen(get("/circle"), "status") == Value::integer(302));
  CHECK(seen(desk.ask(desk.http(api, "POST", "/here", Effect::changes)), "status") == Value::integer(302));
  CHECK(seen(get("/long"), "body").text().size() == std::size_t{1} << 20);
  CHECK(get("/huge").way == Way::blindness);
  CHECK(seen(get("/a/%2e%2e/b"), "body") == Value::text("/a/%2e%2e/b"));

  LoopbackAddress nobody;
  Desk other;
  const auto down = other.bind(ResourceKind::http, "down", "http://" + nobody.text());
  const auto unknown = other.bind(ResourceKind::http, "unknown", "http://rbc-no-such-host.invalid");
  const auto plain = other.bind(ResourceKind::http, "plain", "https://" + server.address() + ":" + std::to_string(server.port()));
  CHECK(other.ask(other.http(down, "GET", "/")).way == Way::silence);
  CHECK_FALSE(other.ask(other.http(down, "POST", "/", Effect::changes)).in_doubt);
  CHECK(other.ask(other.http(unknown, "GET", "/"), 20 * kSecond).way == Way::blindness);
  CHECK(other.ask(other.http(plain, "GET", "/")).way == Way::silence);
  CHECK(desk.ask(desk.http(api, "POST", "/nothing", Effect::changes)).in_doubt);
}

TEST_CASE("a server that never answers is cut off at the limit") {
  BlackHole hole;
  Desk desk;
  const auto api = desk.bind(ResourceKind::http, "api", fmt::format("http://{}:{}", hole.address(), hole.port()));
  const Answer late = desk.ask(desk.http(api, "GET", "/"), 300'000);
  CHECK(late.way == Way::silence);
  CHECK(late.took < 500'000);
  CHECK(late.reason.find("no answer within") != std::string::npos);
}

TEST_CASE("people are told over a webhook, and what cannot be done is said") {
  std::mutex mutex;
  std::string asked;
  Scripted server([&](const std::string& request) {
    const std::lock_guard lock(mutex);
    asked = request;
    return response("200 OK", "");
  });
  Desk desk;
  const auto lead = desk.bind(ResourceKind::contact, "lead", "webhook " + server.http() + "/hook?k=1");
  const auto room = desk.bind(ResourceKind::channel, "room", "log");
  const auto pager = desk.bind(ResourceKind::contact, "pager", "pagerduty PTEAM01");
  auto tell = [&](std::uint32_t whom) {
    std::string problem = "never delivered";
    bool done = false;
    desk.world().notify({1, whom, true, "It is \"down\"", "20241201-1", "k1"}, [&](std::string why) {
      problem = std::move(why);
      done = true;
    });
    CHECK_FALSE(done);
    desk.run_until([&] { return done; });
    return problem;
  };
  CHECK(tell(lead).empty());
  CHECK(tell(room).empty());
  CHECK(tell(pager).find("not supported yet") != std::string::npos);
  const std::lock_guard lock(mutex);
  CHECK(asked.starts_with("POST /hook?k=1 HTTP/1.1"));
  CHECK(asked.find(R"("text":"It is \"down\"")") != std::string::npos);
}
