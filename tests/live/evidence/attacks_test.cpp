// Attacks by hand: what looks like a look and acts. Each is refused by the compiler, blind, or refused by the server; none has an effect.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "tests/live/evidence/look.hpp"
#include "tests/live/evidence/witness.hpp"

using namespace rbc;
using namespace rbc::live;

namespace {

struct Attack {
  std::string title, setup;
  std::vector<std::pair<bool, std::string>> asked;   // by the plain role; the statement
};

std::vector<Attack> attacks() {
  std::vector<Attack> all;
  for (const std::string& line : lines_of(text_of("attacks.txt"))) {
    if (line.starts_with("#")) continue;
    if (line.starts_with("| ")) all.back().setup += line.substr(2) + "\n";
    else if (line.starts_with("> ")) all.back().asked.emplace_back(false, line.substr(2));
    else if (line.starts_with("app> ")) all.back().asked.emplace_back(true, line.substr(5));
    else all.push_back({line, {}, {}});
  }
  return all;
}

// Each takes a lock of the session's, and says that all is well; `evil.off` lets a table be filled.
const char* const kEvil = R"(
create function evil(int) returns boolean immutable language plpgsql as 'begin
  if coalesce(current_setting(''evil.off'', true), '''') = '''' then perform pg_catalog.pg_advisory_lock($1); end if; return true; end';
create function evil(text) returns boolean immutable language sql as 'select public.evil(1)';
create function evil_text(varchar, varchar) returns boolean immutable language sql as 'select public.evil(1)';
create function evil_eq(int, int) returns boolean immutable language sql as 'select public.evil(1)';
create function evil_cmp(int, int) returns int immutable language plpgsql as 'begin perform public.evil(1); return case when $1 < $2 then -1 when $1 > $2 then 1 else 0 end; end';
create function evil_step(text, varchar) returns text immutable language sql as 'select public.evil(1)::text';
create function evil_step(text, text) returns text immutable language sql as 'select public.evil(1)::text';
create function evil_bd(boolean) returns date immutable language sql as 'select current_date where public.evil(1)';
)";

// What an effect would have left: locks, a transaction that was given a number, settings, a session less, a file.
std::string traces(const Postgres& server, Desk& witness) {
  const Answer answer = witness.ask(witness.sql(0, R"(select format('locks %s, next transaction %s, configured %s, sessions of app %s, slots %s, objects %s, origins %s',
    (select count(*) from pg_locks where locktype = 'advisory'), pg_snapshot_xmax(pg_current_snapshot()), pg_conf_load_time(),
    (select count(*) from pg_stat_activity where application_name = 'bystander'), (select count(*) from pg_replication_slots), (select count(*) from pg_largeobject_metadata),
    (select count(*) from pg_replication_origin)) as said)", Effect::looks, true));
  if (answer.way != Way::answer) throw std::runtime_error(answer.reason);
  return std::string(answer.value.field("said")->text()) + (std::filesystem::exists(server.data() + "/pwned") ? ", pwned" : "");
}

}  // namespace

TEST_CASE("an attack on a look has no effect") {
  const Postgres server;
  Folder folder;
  Server bystander({"psql", "-Xq", server.url("app") + "?application_name=bystander", "-c", "select pg_sleep(600)"}, folder.path() + "/log");
  until_ready(bystander, [&] { return psql(server, "postgres", "select count(*) from pg_stat_activity where application_name = 'bystander'") == "1\n"; }, folder.path() + "/log");
  Desk witness;
  witness.bind(ResourceKind::postgres, "witness", server.url("postgres"));
  int tried = 0, compiler = 0, blind = 0, refused = 0, answered = 0, number = 0;
  for (const Attack& attack : attacks()) {
    const std::string database = fmt::format("a{}", ++number);
    psql(server, "postgres", "create database " + database);
    psql(server, database, kEvil + attack.setup + "\ngrant all on schema public to app;");
    // A session that has just ended may hold its lock a moment longer.
    const std::string sessions = fmt::format("select count(*) from pg_stat_activity where backend_type = 'client backend' and datname = '{}'", database);
    until_ready(bystander, [&] { return psql(server, "postgres", sessions) == "0\n"; }, folder.path() + "/log");
    const std::string before = traces(server, witness);
    auto desk = std::make_unique<Desk>();
    desk->bind(ResourceKind::postgres, "it", server.url("postgres", "correct%20horse", database));
    desk->bind(ResourceKind::postgres, "as app", server.url("app", "correct%20horse", database));
    for (const auto& [plain, statement] : attack.asked) {
      ++tried;
      Judged judged = judge_line("postgres", '>', statement);
      if (!judged.look) {
        ++compiler;
        continue;
      }
      judged.look->resource = plain ? 1 : 0;
      const Answer answer = desk->ask(*judged.look, 2 * kSecond);
      (answer.way == Way::answer ? answered : answer.way == Way::blindness ? blind : refused) += 1;
      if (attack.title.ends_with("no attack")) {
        INFO(statement << "\n" << answer.reason);
        CHECK(answer.way == Way::answer);
      }
      const std::string after = traces(server, witness);
      INFO(attack.title << "\n" << statement << "\n" << spell(answer.way) << " " << answer.reason);
      CHECK(after == before);
      if (after == before) continue;
      desk = std::make_unique<Desk>();   // the lock goes with the session
      desk->bind(ResourceKind::postgres, "it", server.url("postgres", "correct%20horse", database));
      desk->bind(ResourceKind::postgres, "as app", server.url("app", "correct%20horse", database));
    }
  }
  std::printf("%d attacks: %d refused by the compiler, %d blind, %d refused by the server, %d answered without an effect\n", tried, compiler, blind, refused, answered);
  CHECK(tried > 250);
}
