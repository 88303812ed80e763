#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "stdlib/modules/machine.hpp"
#include "stdlib/modules/network.hpp"

using namespace rbc;

namespace {
HttpAnswer http(int status, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}
HttpAnswer vector_of(const std::string& samples) { return http(200, R"({"status":"success","data":{"resultType":"vector","result":[)" + samples + "]}}"); }
Template row(std::string id, Effect effect = Effect::looks) {
  Template what;
  what.row = std::move(id);
  what.effect = effect;
  return what;
}
Finished printed(std::string out, int exit = 0) {
  Finished done;
  done.out = std::move(out);
  done.exit = exit;
  return done;
}
const Value& at(const Value& value, const char* name) {
  const Value* found = value.field(name);
  REQUIRE(found);
  return *found;
}
}  // namespace

TEST_CASE("SQLSTATEs are sorted as the language says") {
  CHECK(pg_way("28P01") == Way::blindness);
  CHECK(pg_way("28000") == Way::blindness);
  CHECK(pg_way("3D000") == Way::blindness);
  CHECK(pg_way("53300") == Way::refusal);
  CHECK(pg_way("57P03") == Way::refusal);
  CHECK(pg_way("57P01") == Way::silence);
  CHECK(pg_way("08006") == Way::silence);
  CHECK(pg_way("42P01") == Way::refusal);
  CHECK(pg_way("25006") == Way::refusal);
}

TEST_CASE("cells become values by their type") {
  CHECK(decode_cell("t", 16) == Value::boolean(true));
  CHECK(decode_cell("-42", 20) == Value::integer(-42));
  CHECK(decode_cell("1.5", 1700) == Value::number(1.5));
  CHECK(decode_cell("NaN", 701).is_missing());
  CHECK(decode_cell("2024-12-01 10:30:00.5+00", 1184) == Value::instant(1733049000500000));
  CHECK(decode_cell("2024-12-01 12:30:00+02", 1184) == Value::instant(1733049000000000));
  CHECK(decode_cell("2024-12-01", 1082) == Value::instant(1733011200000000));
  CHECK(decode_cell("infinity", 1184).is_missing());
  CHECK(decode_cell("PT1H30M5.5S", 1186) == Value::duration(5405500000));
  CHECK(decode_cell("P1DT-0.25S", 1186) == Value::duration(kDay - 250000));
  CHECK(decode_cell("PT0S", 1186) == Value::duration(0));
  CHECK(decode_cell("P1M", 1186).text().find("months") != std::string::npos);
  CHECK(decode_cell("abc", 25) == Value::text("abc"));
  CHECK(decode_cell("active", 16500) == Value::text("active"));
  CHECK(decode_cell("{\"a\":1}", 3802).field("a")->as_int() == 1);
  CHECK(decode_cell("{1,2,NULL}", 1007).items().size() == 3);
  CHECK(decode_cell("{\"a \\\"b\\\"\",\"NULL\",c}", 1009) == Value::list({Value::text("a \"b\""), Value::text("NULL"), Value::text("c")}));
  CHECK(decode_cell("{{1,2},{3,4}}", 1007).items()[1].items()[0] == Value::integer(3));
  CHECK(decode_cell("{}", 1007).items().empty());
}

TEST_CASE("one row is a record, another number of rows is blindness") {
  Template what = row("postgres.look");
  what.one_row = true;
  PgAnswer answer;
  answer.columns = {{"n", 20}, {"m", 25}};
  answer.rows = {{std::string("3"), std::nullopt}};
  const Reply one = decode_postgres(answer, what);
  REQUIRE(one.way == Way::answer);
  CHECK(at(one.value, "n") == Value::integer(3));
  CHECK(at(one.value, "m") == Value::json_null());
  answer.rows.clear();
  CHECK(decode_postgres(answer, what).way == Way::blindness);
  what.one_row = false;
  CHECK(decode_postgres(answer, what).value.tag() == Tag::rows);
}

TEST_CASE("a query has one sample or no value") {
  const std::string one = R"({"metric":{"job":"a"},"value":[1,"0.25"]})", two = R"({"metric":{"job":"b"},"value":[1,"4"]})", nan = R"({"metric":{},"value":[1,"NaN"]})";
  CHECK(at(decode_prometheus(vector_of(one)).value, "value") == Value::number(0.25));
  const Reply none = decode_prometheus(vector_of(""));
  REQUIRE(none.way == Way::answer);
  CHECK(at(none.value, "value").is_missing());
  CHECK(at(none.value, "value").way() == Way::blindness);
  CHECK(at(none.value, "count") == Value::integer(0));
  const Reply both = decode_prometheus(vector_of(one + "," + two));
  CHECK(at(both.value, "value").is_missing());
  CHECK(at(both.value, "min") == Value::number(0.25));
  CHECK(at(both.value, "max") == Value::number(4));
  CHECK(at(both.value, "samples").items().size() == 2);
  CHECK(at(decode_prometheus(vector_of(nan)).value, "value").is_missing());
  CHECK(at(decode_prometheus(http(200, R"({"status":"success","data":{"resultType":"scalar","result":[1,"2"]}})")).value, "value") == Value::number(2));
  const Reply bad = decode_prometheus(http(422, R"({"status":"error","error":"no such function"})"));
  CHECK(bad.way == Way::refusal);
  CHECK(bad.reason.find("no such function") != std::string::npos);
  CHECK(decode_prometheus(http(503, "busy")).way == Way::refusal);
  CHECK(decode_prometheus(http(200, "<html>")).way == Way::refusal);
}

TEST_CASE("every status is an answer, two hundreds are good ones") {
  const Reply bad = decode_http(http(500, "oh"));
  CHECK(bad.way == Way::answer);
  CHECK_FALSE(bad.ok);
  CHECK(at(bad.value, "json").is_missing());
  CHECK(at(decode_http(http(204, "{\"a\":[1]}")).value, "json").field("a")->items().size() == 1);
}

TEST_CASE("how a program ends is sorted") {
  Template what = row("host.shell.look");
  Finished gone;
  gone.problem = "`x` is not found";
  gone.exit = 127;
  CHECK(decode_output(gone, what).way == Way::blindness);
  CHECK(decode_output(printed("", 127), what).way == Way::blindness);
  CHECK(decode_output(printed("", 126), what).way == Way::blindness);
  Finished killed;
  killed.signal = 9;
  CHECK(decode_output(killed, what).way == Way::blindness);
  CHECK(decode_output(printed("", 1), what).way == Way::refusal);
  what.exit_answers = 1;
  CHECK(decode_output(printed("", 1), what).way == Way::answer);
  CHECK_FALSE(decode_output(printed("", 1), what).ok);
  CHECK(decode_output(printed("", 2), what).way == Way::refusal);
  what.exit_answers = 2;
  CHECK(decode_output(printed("", 2), what).way == Way::answer);
  const Reply lines = decode_output(printed("a\r\n\nb\n\n"), what);
  CHECK(at(lines.value, "lines") == Value::list({Value::text("a"), Value::text(""), Value::text("b")}));
  CHECK(at(decode_output(printed("{\"a\": 1}\n"), what).value, "json").field("a")->as_int() == 1);
}

TEST_CASE("a service is called by its name, and by nothing that systemctl takes for more") {
  for (const char* name : {"nginx", "nginx.service", "getty@tty1", "postgresql@15-main.service", "fstrim.timer", "-x", "a b", "$(x)"}) {
    INFO(name);
    CHECK(unfit_service("host.restart", {"restart", name}).empty());
    CHECK(host_command("host.restart", {"restart", name}, "").words == std::vector<std::string>{"systemctl", "restart", "--", name});
  }
  for (const char* name : {"", "*", "ngin?", "[a-z]x", "reboot.target", "user.slice", "init.scope", "/", "/etc/passwd"}) {
    INFO(name);
    for (const char* verb : {"host.start", "host.stop", "host.restart", "host.reload", "host.service"}) CHECK_FALSE(unfit_service(verb, {"x", name}).empty());
  }
  CHECK(unfit_service("host.ping", {"ping", "*"}).empty());
}

TEST_CASE("compose answers in either form of its JSON") {
  const std::string up = R"({"Service":"postgres","State":"running","Health":"healthy","ExitCode":0,"CreatedAt":"2024-12-01 10:30:00 +0000 UTC"})";
  const std::string down = R"({"Service":"backend","State":"exited","Health":"","ExitCode":137})";
  for (const std::string& text : {"[" + up + "," + down + "]", up + "\n" + down + "\n"}) {
    const Reply all = decode_compose(printed(text), row("compose.ps"));
    REQUIRE(all.way == Way::answer);
    REQUIRE(all.value.items().size() == 2);
    CHECK(at(all.value.items()[0], "state") == Value::option("running"));
    CHECK(at(all.value.items()[0], "since") == Value::instant(1733049000000000));
    CHECK(at(all.value.items()[1], "health") == Value::option("none"));
    CHECK(at(all.value.items()[1], "exit") == Value::integer(137));
  }
  CHECK(at(decode_compose(printed(""), row("compose.ps.service")).value, "state") == Value::option("absent"));
  CHECK(at(decode_compose(printed("[]"), row("compose.ps.service")).value, "state") == Value::option("absent"));
  CHECK(at(decode_compose(printed(up + "\n" + down), row("compose.ps.service")).value, "state") == Value::option("exited"));
  for (const char* junk : {"{\"State\": \"runn", "Unknown flag --format\n", "3"}) {
    INFO(junk);
    CHECK(decode_compose(printed(junk), row("compose.ps.service")).way == Way::blindness);
    CHECK(decode_compose(printed(up + "\n" + junk), row("compose.ps")).way == Way::blindness);
  }
  const Reply stats = decode_compose(printed(R"({"Name":"shop-web-1","CPUPerc":"12.50%","MemPerc":"1.00%","MemUsage":"1.5MiB / 2GiB"})"), row("compose.stats"));
  CHECK(at(stats.value.items()[0], "service") == Value::text("web"));
  CHECK(at(stats.value.items()[0], "cpu") == Value::percent(0.125));
  CHECK(at(stats.value.items()[0], "used") == Value::size(1572864));
  Finished daemon = printed("", 1);
  daemon.err = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n";
  CHECK(decode_compose(daemon, row("compose.ps")).way == Way::refusal);
  Finished stopped = printed("", 1);
  stopped.err = "service \"backend\" is not running\n";
  CHECK(decode_compose(stopped, row("compose.shell.look")).way == Way::blindness);
}

TEST_CASE("Redis answers are typed") {
  RedisAnswer answer;
  answer.reply.kind = RedisReply::Kind::text;
  answer.reply.text = "# Memory\r\nused_memory:1048576\r\nmaxmemory:0\r\nevicted_keys:7\r\n";
  const Reply info = decode_redis(answer, "redis.info");
  CHECK(at(info.value, "used_memory") == Value::size(1048576));
  CHECK(at(info.value, "evicted_keys") == Value::integer(7));
  CHECK(at(info.value, "uptime").is_missing());
  answer.reply = {};
  CHECK(at(decode_redis(answer, "redis.get").value, "value").is_missing());
  answer.reply.kind = RedisReply::Kind::integer;
  answer.reply.integer = -1;
  CHECK(at(decode_redis(answer, "redis.ttl").value, "value").is_missing());
  answer.reply.integer = 30;
  CHECK(at(decode_redis(answer, "redis.ttl").value, "value") == Value::duration(30 * kSecond));
  CHECK(at(decode_redis(answer, "redis.dbsize").value, "value") == Value::integer(30));
}
