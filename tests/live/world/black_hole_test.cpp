#include <uv.h>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/live/support/servers.hpp"

using namespace rbc;
using namespace rbc::live;

TEST_CASE("twenty databases that swallow everything delay nobody else") {
  std::vector<std::unique_ptr<BlackHole>> holes;
  Scripted web([](const std::string&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"); });
  Desk desk;
  std::vector<std::uint32_t> databases;
  for (int i = 0; i < 20; ++i) {
    holes.push_back(std::make_unique<BlackHole>());
    databases.push_back(desk.bind(ResourceKind::postgres, fmt::format("db{}", i), fmt::format("postgres://app:x@{}:{}/x", holes.back()->address(), holes.back()->port())));
  }
  const auto api = desk.bind(ResourceKind::http, "api", web.http());
  desk.ask(desk.http(api, "GET", "/warm"));
  std::vector<std::shared_ptr<std::vector<Answer>>> asked;
  for (const auto database : databases) asked.push_back(desk.begin(desk.sql(database, "select 1"), kSecond));

  struct Ticks { std::uint64_t last = uv_hrtime(), worst = 0; } ticks;
  uv_timer_t timer;
  uv_timer_init(desk.loop(), &timer);
  timer.data = &ticks;
  uv_timer_start(&timer, [](uv_timer_t* t) {
    auto* seen = static_cast<Ticks*>(t->data);
    const std::uint64_t now = uv_hrtime();
    seen->worst = std::max(seen->worst, now - seen->last);
    seen->last = now;
  }, 10, 10);
  const Answer quick = desk.ask(desk.http(api, "GET", "/"));
  CHECK(quick.way == Way::answer);
  CHECK(quick.took < 100'000);
  for (const auto& answers : asked) desk.run_until([&] { return !answers->empty(); });
  for (const auto& answers : asked) {
    CHECK(answers->front().way == Way::silence);
    CHECK(answers->front().took >= 990'000);
    CHECK(answers->front().took < 1'200'000);
  }
  CHECK(ticks.worst < 110'000'000);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
}
