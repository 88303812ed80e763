#include <catch2/catch.hpp>

#include "tests/live/support/servers.hpp"

using namespace rbc;
using namespace rbc::live;

TEST_CASE("a Prometheus with no sample leaves its question blind") {
  Prometheus server;
  Desk desk;
  const auto prom = desk.bind(ResourceKind::prometheus, "prom", server.url());
  auto eval = [&](const char* query) { return desk.ask(desk.text(prom, "prometheus.eval", Language::promql, query)); };
  const Answer one = eval("vector(0.25) * 2");
  REQUIRE(one.way == Way::answer);
  CHECK(*one.value.field("value") == Value::number(0.5));
  const Answer none = eval("sum(rate(http_requests_total{status=\"500\"}[5m]))");
  REQUIRE(none.way == Way::answer);
  CHECK(none.value.field("value")->is_missing());
  CHECK(none.value.field("value")->way() == Way::blindness);
  CHECK(none.value.field("value")->text() == "no sample");
  CHECK(*none.value.field("count") == Value::integer(0));
  const Answer nan = eval("vector(0) / vector(0)");
  REQUIRE(nan.way == Way::answer);
  CHECK(nan.value.field("value")->is_missing());
  const Answer bad = eval("sum(");
  CHECK(bad.way == Way::refusal);
  CHECK(bad.reason.find("parse error") != std::string::npos);
  LoopbackAddress nobody;
  Desk other;
  const auto down = other.bind(ResourceKind::prometheus, "down", "http://" + nobody.text() + ":9090");
  CHECK(other.ask(other.text(down, "prometheus.eval", Language::promql, "up")).way == Way::silence);
}
