// What the compiler calls a look changes nothing: thousands of statements, made by sqlsmith and out of the server's own catalogue, asked as a run
// asks, by a superuser, of a server that is compared with itself afterwards.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "tests/live/evidence/look.hpp"
#include "tests/live/evidence/witness.hpp"

using namespace rbc;
using namespace rbc::live;

namespace {

const std::string kPassword = "correct%20horse";

struct Count {
  int statements = 0, looks = 0, answered = 0, silent = 0;
  std::map<std::string, int> refused;   // by code
};

std::int64_t session(Desk& desk, std::uint32_t db) {
  const Answer answer = desk.ask(desk.sql(db, "select pg_backend_pid() as pid", Effect::looks, true));
  INFO(answer.reason);
  REQUIRE(answer.way == Way::answer);
  return answer.value.field("pid")->as_int();
}

Count ask_all(const Postgres& server, const std::vector<std::string>& statements) {
  Desk desk;
  desk.bind(ResourceKind::postgres, "it", server.url("postgres", kPassword, "evidence"));
  Count count;
  for (const std::string& statement : statements) {
    ++count.statements;
    const Judged judged = judge_line("postgres", '>', statement);
    if (!judged.look) {
      ++count.refused[judged.why.substr(0, 5)];
      continue;
    }
    ++count.looks;
    const Answer answer = desk.ask(*judged.look, kSecond);
    count.answered += answer.way == Way::answer;
    count.silent += answer.way == Way::silence;
  }
  // The session is still one that may not write, and finds PostgreSQL's own names first.
  const Answer last = desk.ask(desk.sql(0, "select current_setting('transaction_read_only') || current_setting('search_path') as held", Effect::looks, true));
  REQUIRE(last.way == Way::answer);
  CHECK(last.value.field("held")->text().starts_with("onpg_catalog"));
  return count;
}

std::vector<std::string> smith(const Postgres& server, int statements) {
  const std::string target = fmt::format("host={} port=5432 user=postgres password='correct horse' dbname=evidence", server.address());
  std::vector<std::string> all;
  std::string one;
  for (const std::string& line : lines_of(printed({"sh", "-c", "exec sqlsmith \"$@\" 2>/dev/null", "sqlsmith", "--target=" + target, "--seed=20240501", "--dry-run", fmt::format("--max-queries={}", statements)}))) {
    one += (one.empty() ? "" : " ") + line;
    if (!line.ends_with(";")) continue;
    one.pop_back();
    all.push_back(std::exchange(one, {}));
  }
  return all;
}

}  // namespace

TEST_CASE("what is called a look of a database changes nothing") {
  const Postgres server;
  psql(server, "postgres", "create database evidence");
  psql(server, "evidence", text_of("estate.sql"));
  Desk bystanders;
  const auto bystander = bystanders.bind(ResourceKind::postgres, "bystander", server.url());
  const std::int64_t pid = session(bystanders, bystander);

  std::vector<std::string> statements;
  for (const char* word : {"payments_id_seq", "delete from payments", "/etc/hostname"}) {
    for (std::string& one : lines_of(psql(server, "evidence", text_of("functions.sql"), {fmt::format("pid={}", pid), fmt::format("word={}", word)}))) statements.push_back(std::move(one));
  }
  std::sort(statements.begin(), statements.end());
  statements.erase(std::unique(statements.begin(), statements.end()), statements.end());
  for (std::string& one : smith(server, 400)) statements.push_back(std::move(one));

  const auto before = portrait(server, "evidence");
  const Count count = ask_all(server, statements);
  bystanders.eventually([&] { return psql(server, "evidence", fmt::format("select count(*) from pg_stat_activity where application_name = 'rbc' and pid <> {}", pid)) == "0\n"; });
  const std::string changed = difference(before, portrait(server, "evidence"));
  std::printf("%d statements, %d looks, %d answered, %d cut at a second\n", count.statements, count.looks, count.answered, count.silent);
  for (const auto& [code, times] : count.refused) std::printf("%d refused by %s\n", times, code.c_str());
  INFO(changed.substr(0, 4000));
  CHECK(changed.empty());
  CHECK(session(bystanders, bystander) == pid);
  CHECK(count.statements >= 2000);
  CHECK(count.looks >= 2000);
  CHECK(count.answered >= 1500);
}
