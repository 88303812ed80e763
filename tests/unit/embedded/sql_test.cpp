#include <catch2/catch.hpp>
#include "grammar/embedded/sql.hpp"
#include "tests/unit/embedded/holes.hpp"

using namespace rbc::embedded;
using rbc::embedded::testing::holes_in;
using rbc::embedded::testing::show;

namespace {

struct Row {
  const char* sql;
  SqlLevel level;
  const char* culprit;
};

constexpr SqlLevel kLooks = SqlLevel::looks, kChanges = SqlLevel::changes, kDestroys = SqlLevel::destroys;

const Row kLevels[] = {
    {"select 1", kLooks, ""},
    {"select 1;", kLooks, ""},
    {"values (1, 'a'), (2, 'b')", kLooks, ""},
    {"table orders", kLooks, ""},
    {"show max_connections", kLooks, ""},
    {"show all", kLooks, ""},
    {"explain select * from orders", kLooks, ""},
    {"explain (analyze false) delete from orders", kLooks, ""},
    {"explain delete from orders", kLooks, ""},
    {"explain verbose update orders set a = 1", kLooks, ""},
    {"explain (analyze off, costs) insert into orders values (1)", kLooks, ""},
    {"explain create table x as select 1", kLooks, ""},
    {"explain analyze select count(*) from orders", kLooks, ""},
    {"explain (analyze, buffers) select 1", kLooks, ""},
    {"select count(*) from pg_stat_activity", kLooks, ""},
    {"select now(), current_user, version()", kLooks, ""},
    {"select current_setting('max_connections')::int", kLooks, ""},
    {"select pg_blocking_pids(pid) from pg_stat_activity", kLooks, ""},
    {"select pg_database_size('app'), pg_size_pretty(pg_total_relation_size('orders'))", kLooks, ""},
    {"select * from generate_series(1, 3) g", kLooks, ""},
    {"select pg_is_in_recovery(), pg_last_wal_replay_lsn()", kLooks, ""},
    {"select lower(name), upper(name), trim(name), substring(name from 1 for 3), position('a' in name) from t", kLooks, ""},
    {"select extract(epoch from now() - query_start) from pg_stat_activity", kLooks, ""},
    {"select x at time zone 'utc', overlay(a placing b from 1), a similar to 'x' from t", kLooks, ""},
    {"select string_agg(a, ',' order by a), array_agg(b), json_agg(c), percentile_cont(0.95) within group (order by d) from t", kLooks, ""},
    {"select row_number() over (order by a), rank() over w, lag(a) over w from t window w as (order by a)", kLooks, ""},
    {"with a as (select 1 as x) select * from a", kLooks, ""},
    {"with recursive r(n) as (select 1 union all select n + 1 from r where n < 10) select * from r", kLooks, ""},
    {"select * from a left join b using (id) where exists (select 1 from c where c.id = a.id)", kLooks, ""},
    {"select case when a > 1 then 'x' else 'y' end, coalesce(a, b), greatest(1, 2), nullif(a, b) from t", kLooks, ""},
    {"select * from t where a = any (array[1, 2, 3]) and b in (1, 2) and c between 1 and 2 and d like 'x%'", kLooks, ""},
    {"select a->>'b', a #> '{x}', jsonb_array_elements(a) from t", kLooks, ""},
    {"select jsonb_pretty(a), json_build_object('a', 1), to_jsonb(t) from t", kLooks, ""},
    {"select format('%I.%I', a, b)::regclass, quote_ident(c) from t", kLooks, ""},
    {"select regexp_matches(a, 'x', 'g'), regexp_replace(a, 'b', 'c') from t", kLooks, ""},
    {"select pg_get_viewdef('v'::regclass), pg_get_functiondef(1), pg_get_indexdef(1)", kLooks, ""},
    {"select has_table_privilege('bob', 'orders', 'select')", kLooks, ""},
    {"select currval('s')", kLooks, ""},
    {"select gen_random_uuid(), random(), md5('x')", kLooks, ""},
    {"select pg_catalog.lower('X')", kLooks, ""},
    {"select * from t tablesample system (1)", kLooks, ""},
    {"select * from pg_stat_statements order by mean_exec_time desc limit 10", kLooks, ""},
    {"select * from information_schema.columns where table_name = 'orders'", kLooks, ""},
    {"select distinct on (a) a, b from t order by a, b desc offset 2 fetch first 3 rows only", kLooks, ""},
    {"select 1 union select 2 except select 3", kLooks, ""},
    {"select '; drop table t' as x -- ; delete from t", kLooks, ""},
    {"select $$ select pg_terminate_backend(1) $$", kLooks, ""},
    {"select \"pg_terminate_backend\" from t", kLooks, ""},
    {"select txid_current_if_assigned(), pg_current_snapshot()", kLooks, ""},
    {"select pg_stat_get_live_tuples(1), pg_stat_get_activity(null)", kLooks, ""},
    {"select age(now(), xact_start) from pg_stat_activity", kLooks, ""},
    {"select date_trunc('hour', now()), to_char(now(), 'YYYY'), make_interval(secs => 5)", kLooks, ""},
    {"select cardinality(array[1]), array_length(a, 1), unnest(a), array_to_string(a, ',') from t", kLooks, ""},

    {"select pg_terminate_backend(1)", kChanges, "pg_terminate_backend"},
    {"select pg_catalog.pg_terminate_backend(1)", kChanges, "pg_terminate_backend"},
    {"select \"pg_terminate_backend\"(1)", kChanges, "pg_terminate_backend"},
    {"select PG_TERMINATE_BACKEND(1)", kChanges, "pg_terminate_backend"},
    {"select 1 where pg_cancel_backend(1)", kChanges, "pg_cancel_backend"},
    {"select 1 order by pg_reload_conf()", kChanges, "pg_reload_conf"},
    {"select 1 from t group by pg_reload_conf()", kChanges, "pg_reload_conf"},
    {"select count(*) filter (where pg_reload_conf()) from t", kChanges, "pg_reload_conf"},
    {"select sum(1) over (partition by pg_reload_conf()) from t", kChanges, "pg_reload_conf"},
    {"select 1 limit (select 1 from pg_reload_conf())", kChanges, "pg_reload_conf"},
    {"select * from pg_ls_dir('.')", kChanges, "pg_ls_dir"},
    {"select * from rows from (pg_ls_dir('.'))", kChanges, "pg_ls_dir"},
    {"select count(*), sum(size) from pg_ls_waldir()", kLooks, ""},
    {"select pg_read_file('/etc/passwd')", kChanges, "pg_read_file"},
    {"select pg_read_binary_file('x')", kChanges, "pg_read_binary_file"},
    {"select pg_stat_file('x')", kChanges, "pg_stat_file"},
    {"select pg_switch_wal()", kChanges, "pg_switch_wal"},
    {"select pg_promote()", kChanges, "pg_promote"},
    {"select pg_rotate_logfile()", kChanges, "pg_rotate_logfile"},
    {"select pg_create_restore_point('x')", kChanges, "pg_create_restore_point"},
    {"select pg_create_physical_replication_slot('x')", kChanges, "pg_create_physical_replication_slot"},
    {"select pg_drop_replication_slot('x')", kDestroys, "pg_drop_replication_slot"},
    {"select * from pg_logical_slot_get_changes('x', null, null)", kChanges, "pg_logical_slot_get_changes"},
    {"select pg_logical_emit_message(true, 'a', 'b')", kChanges, "pg_logical_emit_message"},
    {"select pg_wal_replay_pause()", kChanges, "pg_wal_replay_pause"},
    {"select pg_backup_start('x')", kChanges, "pg_backup_start"},
    {"select pg_stat_reset()", kChanges, "pg_stat_reset"},
    {"select pg_stat_statements_reset()", kChanges, "pg_stat_statements_reset"},
    {"select pg_advisory_lock(1)", kChanges, "pg_advisory_lock"},
    {"select pg_try_advisory_lock(1)", kChanges, "pg_try_advisory_lock"},
    {"select pg_advisory_unlock_all()", kChanges, "pg_advisory_unlock_all"},
    {"select pg_sleep(1000)", kChanges, "pg_sleep"},
    {"select pg_notify('a', 'b')", kChanges, "pg_notify"},
    {"select pg_export_snapshot()", kChanges, "pg_export_snapshot"},
    {"select txid_current()", kChanges, "txid_current"},
    {"select pg_current_xact_id()", kChanges, "pg_current_xact_id"},
    {"select set_config('work_mem', '1GB', false)", kChanges, "set_config"},
    {"select nextval('s')", kChanges, "nextval"},
    {"select setval('s', 1)", kChanges, "setval"},
    {"select setseed(0.5)", kChanges, "setseed"},
    {"select lo_create(0)", kChanges, "lo_create"},
    {"select lo_export(1, '/tmp/x')", kChanges, "lo_export"},
    {"select lo_import('/etc/passwd')", kChanges, "lo_import"},
    {"select lo_unlink(1)", kDestroys, "lo_unlink"},
    {"select lo_put(1, 0, 'x')", kChanges, "lo_put"},
    {"select dblink('host=x', 'drop table t')", kChanges, "dblink"},
    {"select dblink_exec('drop table t')", kChanges, "dblink_exec"},
    {"select query_to_xml('select pg_reload_conf()', true, true, '')", kChanges, "query_to_xml"},
    {"select query_to_xml_and_xmlschema('select 1', true, true, '')", kChanges, "query_to_xml_and_xmlschema"},
    {"select table_to_xml('t', true, true, '')", kChanges, "table_to_xml"},
    {"select database_to_xml(true, true, '')", kChanges, "database_to_xml"},
    {"select cursor_to_xml('c', 1, true, true, '')", kChanges, "cursor_to_xml"},
    {"select * from ts_stat('select pg_reload_conf()::text::tsvector')", kChanges, "ts_stat"},
    {"select ts_rewrite('a'::tsquery, 'select x, y from z')", kChanges, "ts_rewrite"},
    {"select ts_rewrite('a'::tsquery, 'a'::tsquery, 'b'::tsquery)", kChanges, "ts_rewrite"},
    {"select brin_summarize_new_values('i')", kChanges, "brin_summarize_new_values"},
    {"select pg_log_backend_memory_contexts(1)", kChanges, "pg_log_backend_memory_contexts"},
    {"select pg_import_system_collations('public')", kChanges, "pg_import_system_collations"},
    {"select pg_replication_origin_create('x')", kChanges, "pg_replication_origin_create"},
    {"select binary_upgrade_set_next_pg_type_oid(1)", kChanges, "binary_upgrade_set_next_pg_type_oid"},
    {"select my_function(1)", kChanges, "my_function"},
    {"select public.lower('x')", kChanges, "public.lower"},
    {"select app.now()", kChanges, "app.now"},
    {"select lower('a', 'b', 'c')", kChanges, "lower"},
    {"select now(1)", kChanges, "now"},
    {"with x as (select pg_reload_conf()) select 1", kChanges, "pg_reload_conf"},
    {"select (select array(select pg_reload_conf()))", kChanges, "pg_reload_conf"},
    {"select * from a join b on pg_reload_conf()", kChanges, "pg_reload_conf"},
    {"select * from a, lateral pg_reload_conf() f", kChanges, "pg_reload_conf"},
    {"values (pg_reload_conf())", kChanges, "pg_reload_conf"},
    {"select 1 union select 1 from pg_reload_conf()", kChanges, "pg_reload_conf"},
    {"select case when pg_reload_conf() then 1 end", kChanges, "pg_reload_conf"},
    {"select * from t tablesample mine (1)", kChanges, "mine"},
    {"explain select pg_reload_conf()", kChanges, "pg_reload_conf"},
    {"explain analyze insert into t values (1)", kChanges, "insert"},
    {"explain (analyze) update t set a = 1 where b", kChanges, "update"},
    {"explain (analyze true) delete from t", kDestroys, "delete without where"},
    {"explain (costs, analyze on) select pg_terminate_backend(1)", kChanges, "pg_terminate_backend"},
    {"explain analyze create table x as select 1", kChanges, "explain analyze"},
    {"select * from t for update", kChanges, "for update"},
    {"select * from t for no key update skip locked", kChanges, "for no"},
    {"select * from t for share", kChanges, "for share"},
    {"select * from (select * from t for key share) x", kChanges, "for key"},
    {"select 1 into x", kChanges, "select into"},
    {"select * into temp y from t", kChanges, "select into"},
    {"with i as (insert into t values (1) returning *) select * from i", kChanges, "insert"},
    {"with u as (update t set a = 1 where b = 2 returning *) select * from u", kChanges, "update"},
    {"with d as (delete from t returning *) select * from d", kDestroys, "delete without where"},
    {"with d as (delete from t where a = 1 returning *) select * from d", kChanges, "delete"},
    {"with a as (with b as (delete from t returning *) select * from b) select * from a", kDestroys, "delete without where"},
    {"insert into t values (1)", kChanges, "insert"},
    {"insert into t select * from u on conflict do nothing", kChanges, "insert"},
    {"update t set a = 1 where b = 2", kChanges, "update"},
    {"update t set a = 1", kDestroys, "update without where"},
    {"update t set a = 1 where true", kDestroys, "update without where"},
    {"delete from t where a = 1", kChanges, "delete"},
    {"delete from t", kDestroys, "delete without where"},
    {"delete from t where 1 = 1", kDestroys, "delete without where"},
    {"delete from t using u", kDestroys, "delete without where"},
    {"merge into t using u on t.a = u.a when matched then update set b = 1", kChanges, "merge"},
    {"call p(1)", kChanges, "call"},
    {"analyze", kChanges, "analyze"},
    {"analyze orders", kChanges, "analyze"},
    {"vacuum analyze orders", kChanges, "vacuum"},
    {"vacuum full", kChanges, "vacuum"},
    {"create index concurrently i on t (a)", kChanges, "create index"},
    {"create table x (a int)", kChanges, "create table"},
    {"create table x as select 1", kChanges, "create table"},
    {"create role bob", kChanges, "create role"},
    {"create extension pg_stat_statements", kChanges, "create extension"},
    {"alter table t add column a int", kChanges, "alter table"},
    {"alter table t drop column a", kDestroys, "drop column"},
    {"alter system set work_mem = '1GB'", kChanges, "alter system"},
    {"alter role bob password 'x'", kChanges, "alter role"},
    {"grant select on t to bob", kChanges, "grant"},
    {"revoke select on t from bob", kChanges, "revoke"},
    {"reindex table t", kChanges, "reindex"},
    {"cluster t", kChanges, "cluster"},
    {"refresh materialized view v", kChanges, "refresh materialized"},
    {"notify c, 'x'", kChanges, "notify"},
    {"lock table t", kChanges, "lock table"},
    {"checkpoint", kChanges, "checkpoint"},
    {"comment on table t is 'x'", kChanges, "comment on"},
    {"drop table t", kDestroys, "drop table"},
    {"drop table if exists t cascade", kDestroys, "drop table"},
    {"drop index i", kDestroys, "drop index"},
    {"drop database app", kDestroys, "drop database"},
    {"drop role bob", kDestroys, "drop role"},
    {"drop owned by bob", kDestroys, "drop owned"},
    {"drop schema s cascade", kDestroys, "drop schema"},
    {"drop extension x", kDestroys, "drop extension"},
    {"truncate orders", kDestroys, "truncate"},
    {"truncate table orders restart identity cascade", kDestroys, "truncate"},
};

Parsed<SqlStatement> statement(std::string_view sql, const SqlHints& hints = {}) { return parse_sql(sql, holes_in(sql), hints); }

// `name type name type …`
std::string columns(std::string_view sql, const SqlHints& hints = {}) {
  static constexpr const char* kTypes[] = {"?", "bool", "int", "number", "text", "instant", "duration", "json", "size", "list"};
  const auto p = statement(sql, hints);
  if (!p.ok()) return p.problems[0].message;
  std::string s = p.value.shape == SqlShape::row ? "row" : p.value.shape == SqlShape::rows ? "rows" : "nothing";
  for (const auto& c : p.value.columns) {
    s += " " + c.name + ":" + kTypes[static_cast<size_t>(c.type)];
    if (c.type == SqlType::list) s += std::string("-") + kTypes[static_cast<size_t>(c.element)];
  }
  if (p.value.open_columns) s += " ...";
  return s;
}

std::string code(std::string_view sql) {
  const auto p = statement(sql);
  return p.problems.empty() ? std::string("ok") : p.problems[0].code;
}

}  // namespace

TEST_CASE("what a statement does to the world") {
  for (const auto& row : kLevels) {
    INFO(row.sql);
    const auto p = statement(row.sql);
    INFO((p.problems.empty() ? std::string() : p.problems[0].message));
    REQUIRE(p.ok());
    CHECK(static_cast<int>(p.value.effect.level) == static_cast<int>(row.level));
    CHECK(p.value.effect.culprit == row.culprit);
    CHECK(p.value.effect.sentence.empty() == (row.level == kLooks));
  }
  CHECK(std::size(kLevels) >= 150);
}

TEST_CASE("the culprit has a place and a sentence") {
  const std::string_view sql = "select pid, pg_terminate_backend(pid) as ended from pg_stat_activity where pid <> <mine>";
  const auto p = statement(sql);
  REQUIRE(p.ok());
  CHECK(sql.substr(p.value.effect.begin, p.value.effect.end - p.value.effect.begin) == "pg_terminate_backend");
  CHECK(p.value.effect.sentence == "`pg_terminate_backend` ends sessions");
  const std::string_view late = "select <a>, <b>, my_thing()";
  const auto q = statement(late);
  CHECK(late.substr(q.value.effect.begin, q.value.effect.end - q.value.effect.begin) == "my_thing");
  CHECK_FALSE(q.value.effect.known);
}

TEST_CASE("statements that are never said") {
  for (const char* sql : {"begin", "commit", "rollback", "savepoint a", "start transaction", "set work_mem = '1GB'", "set transaction read write", "set local a.b = 1", "reset all", "discard all",
                          "prepare p as select 1", "execute p", "deallocate p", "declare c cursor for select 1", "fetch c", "close c", "listen c", "unlisten c", "copy t to program 'sh'",
                          "copy t from stdin", "copy (select 1) to '/tmp/x'", "load 'x'", "do $$ begin end $$", "explain execute p", "explain analyze execute p", "explain declare c cursor for select 1",
                          "set session authorization bob", "set constraints all deferred", "select 1; select 2", "select 1; commit; insert into t values (1)", "begin; select 1"}) {
    INFO(sql);
    CHECK(code(sql) == "E0709");
  }
}

TEST_CASE("holes become parameters") {
  const auto p = statement("select count(*) as n from t where a = <x> and b > <y>");
  REQUIRE(p.ok());
  CHECK(show(p.value.pieces) == "select pg_catalog.count(*) as n from t where a = {0:sql_param} and b > {1:sql_param}");
  CHECK(p.value.params == std::vector<uint32_t>{0, 1});
  CHECK(p.value.uses.size() == 2);
  CHECK(show(statement("select lower(a), public.f(b), \"upper\"(c), left(d, 3), extract(epoch from e) from t").value.pieces) ==
        "select pg_catalog.lower(a), public.f(b), pg_catalog.\"upper\"(c), pg_catalog.left(d, 3), extract(epoch from e) from t");
}

TEST_CASE("where SQL takes no value") {
  for (const char* sql : {"select * from <table>", "select '<x>'", "select \"<x>\"", "select $$<x>$$", "select 1 -- <x>", "select 1 /* <x> */", "select $1", "select a<x> from t", "select <x>a from t",
                          "select interval <x>", "select extract(<x> from now())", "select date <x>", "select * from t order by <x>", "select <f>(1)", "select <s>.a from t", "insert into <t> values (1)", "select 1 as <x>", "select e'\\'<x>'", "select * from t limit 1 <x>",
                          "create view v as select * from t where a = '<x>'"}) {
    INFO(sql);
    CHECK(code(sql) == "E0702");
  }
  CHECK(statement("select * from <table>").problems[0].help == "A table name cannot be filled in.");
  CHECK(statement("select * from <table>").problems[0].begin == 14);
  CHECK(code("select * from t where a = <x> limit <n> offset <m>") == "ok");
  CHECK(code("select * from t where a = any (<xs>) and b in (<y>)") == "ok");
  CHECK(code("select now() - <d>, -<n>, <a>::date, f(a => <b>) from t") == "ok");
  CHECK(code("select '$1', $$ $2 $$") == "ok");
}

TEST_CASE("utility statements quote their holes themselves") {
  CHECK(show(statement("alter role <who> password <secret>").value.pieces) == "alter role {0:sql_identifier} password {1:sql_literal}");
  CHECK(show(statement("grant select on orders to <who>").value.pieces) == "grant select on orders to {0:sql_identifier}");
  CHECK(show(statement("vacuum analyze <t>").value.pieces) == "vacuum analyze {0:sql_identifier}");
  CHECK(show(statement("comment on table t is <words>").value.pieces) == "comment on table t is {0:sql_literal}");
  CHECK(show(statement("drop table <t>").value.pieces) == "drop table {0:sql_identifier}");
  CHECK(show(statement("create table x as select * from t where a = <v>").value.pieces) == "create table x as select * from t where a = {0:sql_param}");
  CHECK(statement("alter role <who> password <secret>").value.uses[0].place == Place::sql_identifier);
}

TEST_CASE("errors stand where they are") {
  const auto p = statement("select count(*) form t");
  REQUIRE(p.problems.size() == 1);
  CHECK(p.problems[0].code == "E0701");
  CHECK(p.problems[0].message == "Postgres: syntax error at or near \"t\"");
  CHECK(p.problems[0].begin == 21);
  CHECK(p.problems[0].end == 22);
  CHECK(p.problems[0].help == "Did you mean `from` instead of `form`?");
  const auto q = statement("select 'ü', <name> + , 2");
  CHECK(q.problems[0].begin == std::string_view("select 'ü', <name> + ").size());
  CHECK(code("selct 1") == "E0701");
  CHECK(statement("selct 1").problems[0].help == "Did you mean `select` instead of `selct`?");
  CHECK(statement("select * from t whre a = 1").problems[0].help == "Did you mean `where` instead of `whre`?");
  CHECK(code("") == "E0701");
  CHECK(code("-- nothing") == "E0701");
  CHECK(code("select 'open") == "E0701");
  CHECK(code("\\d users") == "E0703");
  CHECK(code("select 1 \\watch 5") == "E0703");
  CHECK(code("select '\\d'") == "ok");
  CHECK(code("select E'\\\\d'") == "ok");
  // PostgreSQL counts characters; of what is no UTF-8 none of its places may lie behind the text.
  for (const char* broken : {"\xff\xff\xff\xff form", "select 1 form \xf0\x80 \xc3", "\xe2\x82 selct\xff", "select '\xf0' form \xf0 t t",
                             "select x.nn from (select 1 \x96\x96\x96\x96\x96\x96\x96\x96\x96\x96\x96\x96\x96\x96\x96\x96" "as n) x"}) {
    for (const Problem& each : statement(broken).problems) {
      CHECK(each.begin <= each.end);
      CHECK(each.end <= std::string_view(broken).size());
    }
  }
}

TEST_CASE("what would crash the parser never reaches it") {
  std::string plus = "select 1";
  for (int i = 0; i < 100000 / 4; ++i) plus += "+1";
  CHECK(code(plus) == "E0117");
  std::string nots = "select ";
  for (int i = 0; i < 10000; ++i) nots += "not ";
  CHECK(code(nots + "true") == "E0117");
  CHECK(code("select " + std::string(50000, '(') + "1") == "E0117");
  CHECK(code("select " + std::string(201, '(') + "1" + std::string(201, ')')) == "E0117");
  CHECK(code("select " + std::string(190, '(') + "1" + std::string(190, ')')) == "ok");
  std::string minus = "select ";
  for (int i = 0; i < 30000; ++i) minus += "- ";
  CHECK(code(minus + "1") == "E0117");
  std::string casts = "select 1";
  for (int i = 0; i < 5000; ++i) casts += "::int";
  CHECK(code(casts) == "E0117");
  std::string cases = "select ";
  for (int i = 0; i < 5000; ++i) cases += "case when ";
  CHECK(code(cases) == "E0117");
  CHECK(code("select '" + std::string(70000, 'x') + "'") == "E0117");
  std::string most = "select 1";
  for (int i = 0; i < 990; ++i) most += "+1";
  CHECK(code(most) == "ok");
  std::string negated = "select ", zoned = "select now()", choices = "select ";
  for (int i = 0; i < 990; ++i) negated += "not ";
  CHECK(code(negated + "true") == "ok");
  for (int i = 0; i < 490; ++i) zoned += " at time zone 'utc'";
  CHECK(code(zoned) == "ok");
  for (int i = 0; i < 490; ++i) choices += "case when true then ";
  choices += "1";
  for (int i = 0; i < 490; ++i) choices += " end";
  CHECK(code(choices) == "ok");
  std::string joins = "select 1 from a";
  for (int i = 0; i < 900; ++i) joins += " cross join a";
  CHECK(code(joins) == "ok");
  using namespace std::string_view_literals;
  CHECK(code("select 1\0; drop table t"sv) == "E0701");
}

TEST_CASE("one row, or rows") {
  CHECK(columns("select 1 as one") == "row one:int");
  CHECK(columns("select 1 where false") == "rows ?column?:int");
  CHECK(columns("select count(*) from t") == "row count:int");
  CHECK(columns("select count(*), max(a) as m from t where b") == "row count:int m:?");
  CHECK(columns("select state, count(*) from pg_stat_activity group by state") == "rows state:text count:int");
  CHECK(columns("select count(*) from t having count(*) > 5") == "rows count:int");
  CHECK(columns("select generate_series(1, 3)") == "rows generate_series:int");
  CHECK(columns("select count(*), generate_series(1, 2) from t") == "rows count:int generate_series:int");
  CHECK(columns("select count(*) over () from t") == "rows count:int");
  CHECK(columns("select 1 union select 2") == "rows ?column?:int");
  CHECK(columns("select count(*) from t limit 1") == "rows count:int");
  CHECK(columns("select count(*) from t offset 1") == "rows count:int");
  CHECK(columns("select distinct count(*) from t") == "rows count:int");
  CHECK(columns("select my_function()") == "rows my_function:?");
  CHECK(columns("select pg_reload_conf()") == "row pg_reload_conf:bool");
  CHECK(columns("select (select count(*) from t) as n") == "row n:int");
  CHECK(columns("select (select count(*) from t) as n from u") == "rows n:int");
  CHECK(columns("values (1, 'a'), (2.5, 'b')") == "rows column1:number column2:text");
  CHECK(columns("table pg_locks").starts_with("rows locktype:text"));
  CHECK(columns("show max_connections") == "row max_connections:text");
  CHECK(columns("explain select 1") == "rows QUERY PLAN:text");
  CHECK(columns("insert into t values (1)") == "nothing");
  CHECK(columns("insert into t values (1) returning 1 as x") == "rows x:int");
  CHECK(columns("analyze") == "nothing");
}

TEST_CASE("types of columns") {
  CHECK(columns("select now() as a, now() - '1h'::interval as b, now() - xact_start as c from pg_stat_activity") == "rows a:instant b:instant c:duration");
  CHECK(columns("select current_setting('max_connections')::int - 3 as slots") == "row slots:int");
  CHECK(columns("select mean_exec_time, calls, query from pg_stat_statements") == "rows mean_exec_time:number calls:int query:text");
  CHECK(columns("select a::float8, b::text, c::uuid, d::timestamptz, e::jsonb, f::text[], g::my_type from t") == "rows a:number b:text c:text d:instant e:json f:list-text g:?");
  CHECK(columns("select sum(pid) as s, avg(pid) as a, min(query_start) as m, bool_and(true) as b from pg_stat_activity") == "row s:int a:number m:instant b:bool");
  CHECK(columns("select a.pid, b.mode from pg_stat_activity a join pg_locks b on a.pid = b.pid") == "rows pid:int mode:text");
  CHECK(columns("select x.n from (select count(*) as n from t) x") == "rows n:int");
  CHECK(columns("with w as (select pid, state from pg_stat_activity) select * from w") == "rows pid:int state:text");
  CHECK(columns("with w(a) as (select pid from pg_stat_activity) select a from w") == "rows a:int");
  CHECK(columns("select case when true then 1 else 2.5 end as c, coalesce(null, 'x') as d, greatest(1, 2) as e, 1 / 2 as f") == "row c:number d:text e:int f:int");
  CHECK(columns("select exists (select 1) as a, array(select pid from pg_locks) as b, array[1, 2] as c, 'a' || 'b' as d, 1 < 2 as e") == "row a:bool b:list-int c:list-int d:text e:bool");
  CHECK(columns("select * from t") == "rows ...");
  CHECK(columns("select pg_blocking_pids(1) as p, cardinality(pg_blocking_pids(1)) as n, (pg_blocking_pids(1))[1] as f") == "row p:list-int n:int f:int");
  CHECK(columns("select <a> as a, <b> as b, now() - <b> as c", {{SqlType::integer, SqlType::duration, SqlType::duration}}) == "row a:int b:duration c:instant");
  CHECK(columns("select current_date - date '2024-01-01' as days, now() - current_date as x") == "row days:int x:duration");
  CHECK(columns("select left(query, 80), lower(state), length(query) from pg_stat_activity") == "rows left:text lower:text length:int");
  CHECK(columns("select a->>'x' as b, a->'y' as c, 5 * '1 min'::interval as d from t") == "rows b:text c:json d:duration");
  CHECK(columns("select g, g * 2 as h from generate_series(1, 3) g") == "rows g:int h:int");
  CHECK(columns("select b.pid, b.pid = a.pid as same from pg_stat_activity a join lateral unnest(pg_blocking_pids(a.pid)) as b(pid) on true") == "rows pid:int same:bool");
  CHECK(columns("select u.v, u.n from unnest(array[1, 2]) with ordinality as u(v, n)") == "rows v:int n:int");
  CHECK(columns("select * from unnest('a b'::tsvector)") == "rows lexeme:text positions:list-int weights:list-text");
  CHECK(columns("select u.v + 1 as w from t, unnest(t.xs) as u(v)").starts_with("rows w:"));
  CHECK(columns("select pid from pg_stat_activity, other") == "rows pid:int");
  CHECK(columns("select public.pg_stat_activity.pid from public.pg_stat_activity") == "rows pid:?");
}

TEST_CASE("the statements of RB-01 and RB-02") {
  CHECK(columns("select state, count(*) as n, max(now() - state_change) as longest\nfrom pg_stat_activity\nwhere datname = current_database()\ngroup by state") == "rows state:text n:int longest:duration");
  CHECK(columns("select count(*) as used,\n       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as slots\nfrom pg_stat_activity\nwhere backend_type = 'client backend'") ==
        "row used:int slots:int");
  CHECK(columns("select count(*) as n\nfrom pg_stat_activity\nwhere backend_type = 'client backend' and state = 'active' and now() - query_start > <slow>") == "row n:int");
  CHECK(columns("select left(query, 80) as query, calls, mean_exec_time from pg_stat_statements order by mean_exec_time desc limit 10") == "rows query:text calls:int mean_exec_time:number");
  const std::string_view holders =
      "select pid, usename, state, now() - xact_start as open_for, left(query, 80) as query\nfrom pg_stat_activity\nwhere cardinality(pg_blocking_pids(pid)) = 0\n  and pid in (select unnest(pg_blocking_pids(w.pid)) from "
      "pg_stat_activity w where w.wait_event_type = 'Lock')";
  CHECK(columns(holders) == "rows pid:int usename:text state:text open_for:duration query:text");
  CHECK(statement(holders).value.effect.level == kLooks);
  const std::string_view ended =
      "select pid, pg_terminate_backend(pid) as ended\nfrom pg_stat_activity\nwhere state = 'idle' and state_change < now() - <idle-for> and pid <> pg_backend_pid()\n  and (usename, application_name) is distinct from "
      "(current_user, current_setting('application_name'))";
  CHECK(columns(ended) == "rows pid:int ended:bool");
  CHECK(statement(ended).value.effect.level == kChanges);
  CHECK(show(statement(ended).value.pieces).find("< pg_catalog.now() - {0:sql_param} and pid <> pg_catalog.pg_backend_pid()") != std::string::npos);
  const std::string_view unindexed =
      "select s.schemaname, s.tablename, s.attname, s.n_distinct\nfrom pg_stats s\nwhere s.schemaname = 'public' and s.n_distinct > 100\n  and not exists (\n    select from pg_index i\n    join pg_attribute a on "
      "a.attrelid = i.indrelid and a.attnum = any (i.indkey)\n    where i.indrelid = format('%I.%I', s.schemaname, s.tablename)::regclass\n      and a.attname = s.attname\n  )";
  CHECK(columns(unindexed) == "rows schemaname:text tablename:text attname:text n_distinct:number");
  CHECK(statement(unindexed).value.effect.level == kLooks);
  CHECK(columns("select state, count(*) from pg_stat_activity group by state") == "rows state:text count:int");
  CHECK(columns("select policyname, cmd, roles, qual, with_check from pg_policies where tablename = <table>") == "rows policyname:text cmd:text roles:list-text qual:text with_check:text");
}

TEST_CASE("names that a statement reaches") {
  const auto p = statement("select lower(a.b::citext) from orders a, pg_locks l where a.x @@@ l.pid");
  REQUIRE(p.ok());
  std::string all;
  for (const auto& n : p.value.names) all += (n.kind == SqlNameKind::field ? "." : "") + n.name + (n.known || n.kind == SqlNameKind::field ? " " : "? ");
  CHECK(all == "lower .b citext? orders? pg_locks .x @@@ .pid ");
}
