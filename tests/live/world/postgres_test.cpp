#include <catch2/catch.hpp>
#include <chrono>
#include <fmt/format.h>
#include <map>

#include "tests/live/support/servers.hpp"

using namespace rbc;
using namespace rbc::live;

namespace {

const Value& field(const Answer& answer, const char* name) {
  INFO(answer.reason);
  REQUIRE(answer.way == Way::answer);
  const Value* found = answer.value.field(name);
  REQUIRE(found);
  return *found;
}

void expect(const Answer& answer, Way way, const std::string& reason) {
  INFO(spell(answer.way) << ": " << answer.reason);
  CHECK(answer.way == way);
  CHECK(answer.reason.find(reason) != std::string::npos);
}

std::string fatal(const std::string& state, const std::string& words) {
  const std::string body = "SFATAL" + std::string(1, '\0') + "VFATAL" + std::string(1, '\0') + "C" + state + std::string(1, '\0') + "M" + words + std::string(2, '\0');
  const auto length = static_cast<std::uint32_t>(body.size() + 4);
  std::string all = "E";
  for (int shift = 24; shift >= 0; shift -= 8) all += static_cast<char>(length >> shift & 255);
  return all + body;
}

}  // namespace

TEST_CASE("a database answers, refuses, is silent, or is never asked") {
  Postgres server;
  Desk desk;
  desk.secret("correct horse");
  const auto db = desk.bind(ResourceKind::postgres, "db", server.url());
  const auto& one = desk.sql(db, "select 1 as n", Effect::looks, true);

  SECTION("answers, with its time") {
    const Answer answer = desk.ask(one);
    CHECK(field(answer, "n") == Value::integer(1));
    CHECK(field(answer, "ok") == Value::boolean(true));
    CHECK(field(answer, "took").as_int() > 0);
    CHECK(field(desk.ask(desk.sql(db, "select current_setting('application_name') as name", Effect::looks, true)), "name") == Value::text("rbc"));
    CHECK(field(desk.ask(desk.sql(db, "select current_setting('search_path') as path", Effect::looks, true)), "path").text().starts_with("pg_catalog"));
    const Answer rows = desk.ask(desk.sql(db, "select g, interval '90 seconds' as d, now() as t, 1.5::numeric as x, array[g] as a, null::int as z from generate_series(1,3) g"));
    REQUIRE(rows.way == Way::answer);
    REQUIRE(rows.value.items().size() == 3);
    CHECK(rows.value.items()[2].field("g")->as_int() == 3);
    CHECK(*rows.value.items()[0].field("d") == Value::duration(90 * kSecond));
    CHECK(rows.value.items()[0].field("t")->tag() == Tag::instant);
    CHECK(*rows.value.items()[0].field("x") == Value::number(1.5));
    CHECK(rows.value.items()[0].field("a")->items().size() == 1);
    REQUIRE(rows.value.beside());
  }
  SECTION("what is longer than anybody reads is not taken in") {
    expect(desk.ask(desk.sql(db, "select g from generate_series(1, 20000) g")), Way::blindness, "20000 rows");
    expect(desk.ask(desk.sql(db, "select repeat('x', 20000000) as a", Effect::looks, true), 10 * kSecond), Way::blindness, "19 MiB");
    CHECK(field(desk.ask(one), "n") == Value::integer(1));
  }
  SECTION("values are parameters") {
    Template what = desk.sql(db, "select ($1::text) as x, ($2::interval) as d, ($3::timestamptz) as t, ($4::text[]) as a", Effect::looks, true);
    const std::string hostile = "'; drop table t; --\\ \"$1\"";
    for (std::uint32_t i = 0; i < 4; ++i) {
      Piece piece;
      piece.as = Piece::As::hole;
      piece.escape = Escape::sql_parameter;
      piece.hole = i;
      what.pieces.push_back(piece);
    }
    const Answer answer = desk.ask(what, 5 * kSecond, {Value::text(hostile), Value::duration(-1500000), Value::instant(1733049000500000),
                                                       Value::list({Value::text("a\"b,{}"), Value::text("")})});
    CHECK(field(answer, "x") == Value::text(hostile));
    CHECK(field(answer, "d") == Value::duration(-1500000));
    CHECK(field(answer, "t") == Value::instant(1733049000500000));
    CHECK(field(answer, "a") == Value::list({Value::text("a\"b,{}"), Value::text("")}));
  }
  SECTION("refuses what it cannot do, and what a look may not") {
    expect(desk.ask(desk.sql(db, "select * from nowhere")), Way::refusal, "42P01");
    expect(desk.ask(desk.sql(db, "insert into t values (1)")), Way::refusal, "25006");
    expect(desk.ask(desk.sql(db, "create table u(n int)")), Way::refusal, "25006");
    CHECK(field(desk.ask(desk.sql(db, "select count(*) as n from t", Effect::looks, true)), "n") == Value::integer(0));
  }
  SECTION("changes when it is told to") {
    CHECK(field(desk.ask(desk.sql(db, "insert into t select generate_series(1, 4)", Effect::changes)), "count") == Value::integer(4));
    const Answer back = desk.ask(desk.sql(db, "update t set n = n + 1 where n > 2 returning n", Effect::changes));
    REQUIRE(back.way == Way::answer);
    CHECK(back.value.items().size() == 2);
    CHECK(desk.ask(desk.sql(db, "vacuum t", Effect::changes)).way == Way::answer);
  }
  SECTION("is not asked with the wrong password, or for a database that is not there") {
    const auto wrong = desk.bind(ResourceKind::postgres, "wrong", server.url("app", "nonsense"));
    const auto nobody = desk.bind(ResourceKind::postgres, "nobody", server.url("nobody"));
    const auto missing = desk.bind(ResourceKind::postgres, "missing", server.url("app", "correct%20horse", "nowhere"));
    const auto unknown = desk.bind(ResourceKind::postgres, "unknown", "postgres://app:x@rbc-no-such-host.invalid/postgres");
    const auto unbound = desk.bind(ResourceKind::postgres, "unbound", "");
    expect(desk.ask(desk.sql(wrong, "select 1")), Way::blindness, "28P01");
    expect(desk.ask(desk.sql(nobody, "select 1")), Way::blindness, "28P01");
    expect(desk.ask(desk.sql(missing, "select 1")), Way::blindness, "3D000");
    expect(desk.ask(desk.sql(unknown, "select 1"), 20 * kSecond), Way::blindness, "does not resolve");
    expect(desk.ask(desk.sql(unbound, "select 1")), Way::blindness, "not bound");
  }
  SECTION("is silent when it takes too long, and the connection lives on") {
    CHECK(field(desk.ask(desk.sql(db, "select pg_backend_pid() as pid", Effect::looks, true)), "pid").as_int() > 0);
    const auto pid = field(desk.ask(desk.sql(db, "select pg_backend_pid() as pid", Effect::looks, true)), "pid");
    const Answer late = desk.ask(desk.sql(db, "select pg_sleep(30)"), 300'000);
    expect(late, Way::silence, "no answer within");
    CHECK(late.took < kSecond);
    CHECK(field(desk.ask(desk.sql(db, "select pg_backend_pid() as pid", Effect::looks, true)), "pid") == pid);
    expect(desk.ask(desk.sql(db, "select pg_sleep(30)", Effect::changes), 300'000), Way::silence, "no answer within");
    // The server was told: nothing of ours still sleeps.
    desk.eventually([&] {
      return field(desk.ask(desk.sql(db, "select count(*) as n from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'", Effect::looks, true)), "n").as_int() == 0;
    });
  }
  SECTION("is silent when it is ended in the middle, and is asked again over a new connection") {
    desk.ask(one);
    const auto killed = desk.begin(desk.sql(db, "select pg_sleep(30)"), 20 * kSecond);
    Desk other;
    const auto same = other.bind(ResourceKind::postgres, "same", server.url());
    other.eventually([&] {
      const Answer ended = other.ask(other.sql(same, "select count(pg_terminate_backend(pid)) as n from pg_stat_activity where query like 'select pg_sleep%' and pid <> pg_backend_pid()", Effect::changes, true));
      return field(ended, "n").as_int() > 0;
    });
    desk.run_until([&] { return !killed->empty(); });
    expect(killed->front(), Way::silence, "57P01");
    CHECK(field(desk.ask(one), "n") == Value::integer(1));
    // Ended while idle: the next look does not even notice.
    other.eventually([&] {
      return field(other.ask(other.sql(same, "select count(pg_terminate_backend(pid)) as n from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'rbc'", Effect::changes, true)), "n").as_int() == 0;
    });
    CHECK(field(desk.ask(one), "n") == Value::integer(1));
  }
  SECTION("secrets do not come back") {
    const Answer answer = desk.ask(desk.sql(db, "select 'it is correct horse' as x, encode('xcorrect horsey'::bytea, 'base64') as y", Effect::looks, true));
    CHECK(field(answer, "x") == Value::text("it is •••"));
    CHECK(field(answer, "y").text().find("•••") != std::string::npos);
    expect(desk.ask(desk.sql(db, "select \"correct horse\"")), Way::refusal, "•••");
  }
}

TEST_CASE("a view is followed to what it calls before it is looked at") {
  Postgres server;
  Desk desk;
  desk.secret("correct horse");
  const auto db = desk.bind(ResourceKind::postgres, "db", server.url("postgres"));
  for (const char* made : {"create table orders (id int)", "insert into orders values (7)", "create view calm as select max(id) as id, count(*) as n from orders",
                           "create view sly as select pg_reload_conf() as done", "create view behind as select * from sly",
                           "create function own() returns int language sql stable as 'select 1'", "create view owns as select own() as x"})
    CHECK(desk.ask(desk.sql(db, made, Effect::changes)).reason == "");
  CHECK(field(desk.ask(desk.sql(db, "select id from calm", Effect::looks, true, {"\"calm\""})), "id") == Value::integer(7));
  CHECK(field(desk.ask(desk.sql(db, "select max(id) as id from orders", Effect::looks, true, {"\"orders\""})), "id") == Value::integer(7));
  for (const char* view : {"sly", "behind", "owns"}) {
    const Answer answer = desk.ask(desk.sql(db, fmt::format("select * from {}", view), Effect::looks, true, {fmt::format("\"{}\"", view)}));
    INFO(answer.reason);
    CHECK(answer.way == Way::blindness);
    CHECK(answer.reason.find("may change something") != std::string::npos);
  }
  CHECK(desk.ask(desk.sql(db, "select * from absent", Effect::looks, true, {"\"absent\""})).way == Way::refusal);
}

TEST_CASE("whatever may run code behind a look is found before the look") {
  Postgres server(40);
  Desk desk;
  desk.secret("correct horse");
  // A database for each, on one server: no attack sees what another has made.
  std::map<std::string, std::uint32_t> databases;
  for (const char* name : {"postgres", "views", "policies", "foreign_tables", "domains", "casts", "operators", "functions", "innocent"})
    databases[name] = desk.bind(ResourceKind::postgres, name, server.url("postgres", "correct%20horse", name));
  std::uint32_t db = databases["postgres"];
  const auto make = [&](const std::string& made) { CHECK(desk.ask(desk.sql(db, made, Effect::changes)).reason == ""); };
  const auto in = [&](const std::string& name) {
    db = databases["postgres"];
    make("create database " + name + " template template0");
    db = databases[name];
    make("create table orders (id int, note text)");
    make("insert into orders values (7, 'x')");
    make("create function own(int) returns boolean language sql volatile as 'select pg_reload_conf()'");
  };
  const auto look = [&](const std::string& sql, std::vector<std::string> reached) { return desk.ask(desk.sql(db, sql, Effect::looks, true, std::move(reached))); };
  const auto blind = [&](const std::string& sql, std::vector<std::string> reached, const std::string& reason) {
    const Answer answer = look(sql, std::move(reached));
    INFO(sql << ": " << spell(answer.way) << ": " << answer.reason);
    CHECK(answer.way == Way::blindness);
    CHECK(answer.reason == reason + ", which may change something, so it was not looked at");
  };

  {
    INFO("a view, one over it, and a rule that is written by hand");
    in("views");
    make("create view sly as select own(1) as done");
    make("create view over_it as select done from sly where done");
    make("create table ruled (done boolean)");
    make("create rule \"_RETURN\" as on select to ruled do instead select own(2) as done");
    blind("select done from sly", {"\"sly\""}, "the view sly calls own(integer)");
    blind("select done from over_it", {"\"over_it\""}, "the view sly calls own(integer)");
    blind("select done from ruled", {"\"ruled\""}, "the view ruled calls own(integer)");
  }
  {
    INFO("a policy of a table's rows");
    in("policies");
    make("create policy sly on orders using (own(id))");
    make("alter table orders enable row level security");
    blind("select id from orders", {"\"orders\""}, "a policy of orders calls own(integer)");
  }
  {
    INFO("a table of another server, also as a part of one of ours");
    in("foreign_tables");
    make("create extension postgres_fdw");
    make("create server away foreign data wrapper postgres_fdw options (host '127.0.0.1')");
    make("create foreign table far (id int) server away");
    make("create table parts (id int) partition by list (id)");
    make("create foreign table part partition of parts for values in (1) server away");
    blind("select id from far", {"\"far\""}, "the table far is of another server");
    blind("select id from parts", {"\"parts\""}, "the table part is of another server");
  }
  {
    INFO("a check of a domain");
    in("domains");
    make("create domain checked as int check (own(value))");
    make("create table held (id checked)");
    blind("select 1::checked as one", {"type \"checked\""}, "the domain checked calls own(integer)");
    blind("select id from held", {"\"held\""}, "the domain checked calls own(integer)");
  }
  {
    INFO("a cast");
    in("casts");
    make("create function cast_it(text) returns inet language sql volatile as 'select case when pg_reload_conf() then ''::1''::inet end'");
    make("create cast (text as inet) with function cast_it(text) as implicit");
    blind("select note::inet as a from orders", {"\"orders\""}, "the cast from text to inet calls cast_it(text)");
  }
  {
    INFO("an operator");
    in("operators");
    make("create function eq(int, text) returns boolean language sql volatile as 'select pg_reload_conf()'");
    make("create operator = (leftarg = int, rightarg = text, function = eq)");
    blind("select id = note as same from orders", {"\"orders\"", "operator ="}, "the operator =(integer,text) calls eq(integer,text)");
  }
  {
    INFO("a function that stands where an extension's would, and one that is called like a column");
    in("functions");
    make("create function similarity(text, text) returns real language sql volatile as 'select 1.0::real from pg_reload_conf()'");
    make("create function title(orders) returns text language sql volatile as 'select 1::text from pg_reload_conf()'");
    blind("select similarity('a', 'b') as x", {"function \"similarity\""}, "the function similarity(text,text) stands in for one of an extension");
    blind("select o.title from orders o", {"\"orders\"", "field title"}, "the function title(orders) may be what .title means");
  }
  {
    INFO("what only looks passes, though all of the above stands beside it");
    in("innocent");
    make("create extension pg_trgm");
    make("create type mood as enum ('low', 'high')");
    make("create domain positive as int check (value > 0)");
    make("create table parts (id positive, how mood) partition by range (id)");
    make("create table part partition of parts for values from (1) to (100)");
    make("insert into parts values (3, 'high')");
    make("create view calm as select max(p.id) as id, count(*) as n, now() as t from parts p join orders o on o.id > p.id");
    make("create policy own_rows on orders using (note = current_user or true)");
    make("alter table orders enable row level security");
    CHECK(field(look("select id from orders where note <> 'y'", {"\"orders\"", "operator <>"}), "id") == Value::integer(7));
    CHECK(field(look("select n from calm where id = 3", {"\"calm\"", "operator ="}), "n") == Value::integer(1));
    CHECK(field(look("select how from parts where id > 0", {"\"parts\"", "operator >"}), "how") == Value::text("high"));
    CHECK(field(look("select similarity('ab', 'ab') as x", {"function \"similarity\""}), "x") == Value::number(1));
    CHECK(field(look("select '5'::positive as p, 'low'::mood as m", {"type \"positive\"", "type \"mood\""}), "m") == Value::text("low"));
  }
}

TEST_CASE("a full database refuses newcomers, and the kept connection still acts") {
  Postgres server(6);
  Desk desk;
  const auto db = desk.bind(ResourceKind::postgres, "db", server.url());
  bool open = false;
  desk.world().open(5 * kSecond, [&] { open = true; });
  desk.run_until([&] { return open; });
  std::vector<std::unique_ptr<Desk>> leak;
  Answer refused;
  for (int i = 0; i < 10 && refused.reason.empty(); ++i) {
    auto& one = leak.emplace_back(std::make_unique<Desk>());
    const auto same = one->bind(ResourceKind::postgres, "db", server.url());
    const Answer answer = one->ask(one->sql(same, "select 1"));
    if (answer.way != Way::answer) refused = answer;
  }
  expect(refused, Way::refusal, "53300");
  CHECK(field(desk.ask(desk.sql(db, "select count(*) as n from t", Effect::looks, true)), "n") == Value::integer(0));
  CHECK(field(desk.ask(desk.sql(db, "insert into t values (7)", Effect::changes)), "count") == Value::integer(1));
  expect(desk.ask(desk.sql(db, "insert into t values (8)")), Way::refusal, "25006");
  const Answer ended = desk.ask(desk.sql(db, "select pid, pg_terminate_backend(pid) as ended from pg_stat_activity where usename = 'app' and pid <> pg_backend_pid()", Effect::changes));
  REQUIRE(ended.way == Way::answer);
  CHECK(ended.value.items().size() >= 3);
  Desk newcomer;
  const auto same = newcomer.bind(ResourceKind::postgres, "db", server.url());
  newcomer.eventually([&] { return newcomer.ask(newcomer.sql(same, "select 1")).way == Way::answer; });
}

TEST_CASE("a database that is down or starting is told from one that is not there") {
  Desk desk;
  LoopbackAddress nobody;
  const auto down = desk.bind(ResourceKind::postgres, "down", fmt::format("postgres://app:x@{}:5432/postgres", nobody.text()));
  const Answer refused = desk.ask(desk.sql(down, "select 1"));
  expect(refused, Way::silence, "refused");
  CHECK(refused.took < 2 * kSecond);
  // A real server is in this state too briefly to be caught in it.
  Scripted starting([](const std::string&) { return fatal("57P03", "the database system is starting up"); });
  Desk second;
  const auto there = second.bind(ResourceKind::postgres, "there", fmt::format("postgres://app:x@{}:{}/postgres?sslmode=disable", starting.address(), starting.port()));
  expect(second.ask(second.sql(there, "select 1")), Way::refusal, "57P03");
}
