#include <catch2/catch.hpp>
#include "grammar/embedded/http.hpp"
#include "grammar/embedded/promql.hpp"
#include "grammar/embedded/words.hpp"
#include "tests/unit/embedded/holes.hpp"

using namespace rbc::embedded;
using rbc::embedded::testing::holes_in;
using rbc::embedded::testing::show;

namespace {

template <class T>
std::string first_code(const Parsed<T>& p) {
  return p.problems.empty() ? std::string("ok") : p.problems[0].code;
}
Parsed<Words> words(std::string_view s) { return parse_words(s, holes_in(s)); }
Parsed<Http> http(std::string_view s) { return parse_http(s, holes_in(s)); }
Parsed<Prom> prom(std::string_view s) { return parse_promql(s, holes_in(s)); }

std::string argv(std::string_view s) {
  const auto p = words(s);
  if (!p.ok()) return p.problems[0].code;
  std::string out;
  for (const auto& a : p.value.assigns) out += a.name + "=" + show(a.value.pieces) + " ";
  for (const auto& w : p.value.words) out += "[" + show(w.pieces) + "]";
  return out;
}

}  // namespace

TEST_CASE("words are one argument vector") {
  CHECK(argv("logs --tail 1000 backend") == "[logs][--tail][1000][backend]");
  CHECK(argv("NODE_OPTIONS=--max-old-space-size=4096 up -d backend") == "NODE_OPTIONS=--max-old-space-size=4096 [up][-d][backend]");
  CHECK(argv("process \"tsx watch src/index.ts\"") == "[process][tsx watch src/index.ts]");
  CHECK(argv("set k 'a b'\n  ex   10") == "[set][k][a b][ex][10]");
  CHECK(argv("a \\\n b") == "[a][b]");
  CHECK(argv("get \"\"") == "[get][]");
  CHECK(argv("x | y; z") == "[x][|][y;][z]");
  CHECK(argv("a \"b\\\"c\\\\\"") == "[a][b\"c\\]");
  CHECK(argv("ec2 run --ids <ids> -f version=<v> \"<q>\"") == "[ec2][run][--ids][{0:word}][-f][version={1:none}][{2:none}]");
  CHECK(argv("echo '<x>'") == "E0704");
  CHECK(argv("echo 'x") == "E0708");
  CHECK(argv("echo \"x") == "E0708");
  CHECK(argv("") == "E0708");
  CHECK(argv("A=1") == "E0708");
  CHECK(argv("set k <b") == "[set][k][<b]");
  const auto p = words("a -- <x> <y?>");
  CHECK(p.value.uses[0].after_dashes);
  CHECK(p.value.uses[1].may_vanish);
  CHECK(p.value.words[3].pieces[0].group == 3);
}

TEST_CASE("a request is a method, a target, headers and a body") {
  const auto p = http("GET /users/<id>/orders?page=<n>&q=x%20y&z=<z?>");
  REQUIRE(p.ok());
  CHECK(show(p.value.target) == "/users/{0:segment}/orders?page={1:query}&q=x%20y&z={2:query}");
  CHECK(p.value.path == "/users/<id>/orders");
  CHECK(p.value.segments.size() == 3);
  CHECK(p.value.target.back().group == 2);
  const auto q = http("POST /login\nContent-Type: application/json\nX-Token: <t>\n\n{\"user\": \"a <u> b\", \"n\": <n>, \"l\": [1, -2.5e3, true, null]}");
  REQUIRE(q.ok());
  CHECK(show(q.value.body) == "{\"user\": \"a {1:json_text} b\", \"n\": {2:json_value}, \"l\": [1, -2.5e3, true, null]}");
  CHECK(q.value.headers[1].name == "X-Token");
  CHECK(q.value.uses[0].place == Place::header);
  CHECK(q.value.uses[0].whole);
  const auto f = http("POST /f\nContent-Type: application/x-www-form-urlencoded\n\na=<x>&b=1");
  REQUIRE(f.ok());
  CHECK(show(f.value.body) == "a={0:form}&b=1");
  CHECK(http("HEAD /").ok());
  CHECK(http("GET /").value.segments.size() == 1);
}

TEST_CASE("what a request may not be") {
  for (const char* s : {"GET //evil.example/x", "GET /a/../b", "GET /a/./b", "GET /a/%2e%2E/b", "POST /x\nContent-Type: text/plain\n\n<x>", "POST /x\nContent-Type: application/json\n\n{\"<k>\": 1}",
                        "POST /x\nContent-Type: application/json\n\n{<k>: 1}", "POST /x\n\n{\"a\": 1}"}) {
    INFO(s);
    CHECK(first_code(http(s)) == "E0702");
  }
  for (const char* s : {"get /x", "FETCH /x", "GET x", "GET", "GET <x>", "GET /a b", "GET /a#b", "GET /a%zz", "GET /é", "GET /x\nHost: evil", "GET /x\nContent-Length: 5", "GET /x\nno header", "GET /x\n\nbody",
                        "POST /x\nContent-Type: application/json\n\n{\"a\": 1", "POST /x\nContent-Type: application/json\n\n{\"a\" 1}", "POST /x\nContent-Type: application/json\n\n{\"a\": 1} x",
                        "POST /x\nContent-Type: application/json\n\n[1,]", ""}) {
    INFO(s);
    CHECK(first_code(http(s)) == "E0708");
  }
  CHECK(http("get /x").problems[0].help == "Did you mean `GET`?");
  CHECK(first_code(http("POST /x\nContent-Type: application/json\n\n" + std::string(1000, '['))) == "E0117");
}

TEST_CASE("what is missing at the end stands at the end") {
  for (const std::string_view s : {"POST", "GET", "GET /a?", "GET /a%", "GET /a\nX"}) {
    for (const Problem& each : http(s).problems) {
      CHECK(each.begin <= each.end);
      CHECK(each.end <= s.size());
    }
  }
  REQUIRE(http("POST").problems.size() == 1);
  CHECK(http("POST").problems[0].begin == 4);
}

TEST_CASE("PromQL of the programs") {
  for (const char* s : {"min(up{job=\"pivotal-backend\"})", "(sum(rate(http_requests_total{status=~\"5..\"}[5m])) or vector(0)) / sum(rate(http_requests_total[5m]))",
                        "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))", "sum(rate(rls_violations_total[5m])) or vector(0)", "topk(5, sum(x) by (a, b))", "1e9 + .5 - Inf",
                        "rate(x[5m] offset 1h)", "max_over_time(rate(x[5m])[1h:1m])", "a and on(x) b unless ignoring (y) c", "a * on(x) group_left(y) b", "-a ^ 2", "a > bool 5", "{job=\"x\"}", "absent(up{job='x'})",
                        "sum without (a) (x)", "count_values(\"v\", x)", "x{a=\"b\",}", "label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\")", "time() - x", "sum\n(x)"}) {
    INFO(s);
    const auto p = prom(s);
    INFO((p.problems.empty() ? std::string() : p.problems[0].message));
    CHECK(p.problems.empty());
  }
}

TEST_CASE("holes in PromQL") {
  CHECK(show(prom("x{a=\"<a>\", b=~\"<b>.*\", c!~'<c>'} > <n>").value.pieces) == "x{a=\"{0:label}\", b=~\"{1:pattern}.*\", c!~'{2:pattern}'} > {3:number}");
  CHECK(show(prom("rate(x[<d>])").value.pieces) == "rate(x[{0:duration}])");
  CHECK(first_code(prom("x{a=<a>}")) == "E0702");
  CHECK(first_code(prom("x{<a>=\"b\"}")) == "E0702");
  CHECK(first_code(prom("sum by (<l>) (x)")) == "E0702");
  CHECK(prom("<n> * 2").value.result == PromResult::scalar);
  CHECK(show(prom("x @ <n> # at that time\n> 0x1F").value.pieces) == "x @ {0:number} # at that time\n> 0x1F");
}

TEST_CASE("PromQL that is wrong, and where") {
  CHECK(first_code(prom("rate(x[5m]")) == "E0708");
  CHECK(first_code(prom("x[5m]")) == "E0709");
  CHECK(first_code(prom("\"x\"")) == "E0709");
  CHECK(first_code(prom("rate(x)")) == "E0708");
  CHECK(first_code(prom("sum(x[5m])")) == "E0708");
  CHECK(first_code(prom("")) == "E0708");
  CHECK(first_code(prom("x or 0")) == "E0708");
  CHECK(first_code(prom("x{a=\"b\"")) == "E0708");
  CHECK(first_code(prom("x @ y")) == "E0708");
  CHECK(first_code(prom("x{a=`<a>`}")) == "E0702");     // nothing can be escaped there
  CHECK(first_code(prom("x # <a>")) == "E0702");
  CHECK(first_code(prom("x{a=\"b\\.c\"}")) == "E0708");
  CHECK(first_code(prom("x[5]")) == "E0708");
  CHECK(prom("raet(x[5m])").problems[0].help == "Did you mean `rate`?");
  CHECK(prom("sum(x) +").problems[0].begin == 7);
  CHECK(first_code(prom(std::string(3000, '(') + "1")) == "E0117");
  CHECK(first_code(prom(std::string(3000, '-') + "1")) == "E0117");
}

TEST_CASE("a filtered side of a division may have no series") {
  const std::string_view s = "sum(rate(x{status=\"500\"}[5m])) / sum(rate(x[5m]))";
  const auto p = prom(s);
  REQUIRE(p.problems.size() == 1);
  CHECK(p.ok());
  CHECK(p.problems[0].code == "W0710");
  CHECK(s.substr(p.problems[0].begin, p.problems[0].end - p.problems[0].begin) == "sum(rate(x{status=\"500\"}[5m]))");
  CHECK(prom("(sum(rate(x{status=\"500\"}[5m])) or vector(0)) / sum(rate(x[5m]))").problems.empty());
  CHECK(prom("sum(x) / sum(y)").problems.empty());
  CHECK(prom("avail{fstype!=\"\", mountpoint=\"/\"} / size{mountpoint=\"/\",fstype!=\"\"} < 0.1").problems.empty());
  CHECK(prom("sum(rate(x{le=\"0.5\"}[5m])) / sum(rate(x[5m]))").problems.empty());
  CHECK(first_code(prom("a{status=\"500\"} / b{status=\"200\"}")) == "W0710");
  CHECK(first_code(prom("(a{s=\"1\"} or b{s=\"1\"}) / c")) == "W0710");
}
