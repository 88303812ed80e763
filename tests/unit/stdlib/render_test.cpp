#include <catch2/catch.hpp>

#include "stdlib/modules/machine.hpp"
#include "stdlib/modules/render.hpp"

using namespace rbc;
using As = Piece::As;

namespace {

Piece text(std::string words, As as = As::literal) {
  Piece piece;
  piece.as = as;
  piece.text = std::move(words);
  return piece;
}
Piece hole(std::uint32_t which, Escape escape, bool optional = false) {
  Piece piece;
  piece.as = As::hole;
  piece.escape = escape;
  piece.hole = which;
  piece.optional = optional;
  return piece;
}
Template said(Language language, std::vector<Piece> pieces, Effect effect = Effect::looks) {
  Template what;
  what.language = language;
  what.pieces = std::move(pieces);
  what.effect = effect;
  what.hole_names = {"x", "y", "z"};
  return what;
}

const std::string kHostile = "a'b\"c\\d`e$(touch pwned);<f>\n& rm -rf / #";

}  // namespace

TEST_CASE("a value in SQL is a parameter, whatever it holds") {
  const auto what = said(Language::sql, {text("select ($1::text), ($2::interval)"), hole(0, Escape::sql_parameter), hole(1, Escape::sql_parameter)});
  const auto done = render(what, {Value::text(kHostile), Value::duration(90 * kSecond)});
  REQUIRE(done.problem.empty());
  CHECK(done.text == "select ($1::text), ($2::interval)");
  CHECK(done.parameters == std::vector<std::optional<std::string>>{kHostile, "90000000 microseconds"});
}

TEST_CASE("lists, instants and sizes are written as Postgres reads them") {
  const auto what = said(Language::sql, {text("select $1::text[], $2::timestamptz, $3::bigint"), hole(0, Escape::sql_parameter),
                                         hole(1, Escape::sql_parameter), hole(2, Escape::sql_parameter)});
  const auto done = render(what, {Value::list({Value::text("a\"b"), Value::text("c\\d,}")}), Value::instant(1733049000500000), Value::size(1024)});
  REQUIRE(done.parameters.size() == 3);
  CHECK(*done.parameters[0] == R"({"a\"b","c\\d,}"})");
  CHECK(*done.parameters[1] == "2024-12-01 10:30:00.500000+00");
  CHECK(*done.parameters[2] == "1024");
}

TEST_CASE("where SQL takes no parameter a value is quoted") {
  const auto what = said(Language::sql, {text("alter role "), hole(0, Escape::sql_identifier), text(" password "), hole(1, Escape::sql_literal)}, Effect::changes);
  CHECK(render(what, {Value::text("o\"x"), Value::secret("it's")}).text == "alter role \"o\"\"x\" password 'it''s'");
  CHECK(render(what, {Value::text("o"), Value::secret("a\\'b")}).text == "alter role \"o\" password  E'a\\\\''b'");
}

TEST_CASE("a name that PostgreSQL would cut is refused, and so is what is no UTF-8") {
  const auto role = said(Language::sql, {text("create role "), hole(0, Escape::sql_identifier)}, Effect::changes);
  CHECK(render(role, {Value::text(std::string(63, 'a'))}).problem.empty());
  CHECK(render(role, {Value::text(std::string(64, 'a'))}).problem.find("64 bytes") != std::string::npos);
  const auto look = said(Language::sql, {text("select ($1::jsonb)"), hole(0, Escape::sql_parameter)});
  CHECK(render(look, {Value::json_object({"a\xff"}, {Value::json_int(1)})}).problem.find("UTF-8") != std::string::npos);
  CHECK(render(look, {Value::list({Value::text("a"), Value::text("\xed\xa0\xbd")})}).problem.find("UTF-8") != std::string::npos);
  CHECK(render(look, {Value::json_object({"\u00fc"}, {Value::json_text("\U0001f4a5")})}).problem.empty());
}

TEST_CASE("a value is one word, and never an option") {
  const auto what = said(Language::words, {text("", As::word), text("logs"), text("", As::word), hole(0, Escape::word)});
  CHECK(render(what, {Value::text("a b; c")}).words == std::vector<std::string>{"logs", "a b; c"});
  CHECK(render(what, {Value::text("--follow")}).problem.find("option") != std::string::npos);
  CHECK(render(what, {Value::list({Value::text("a"), Value::text("-b")})}).problem.find("option") != std::string::npos);
  CHECK(render(what, {Value::list({})}).words == std::vector<std::string>{"logs"});
  CHECK(render(what, {Value::text(std::string("a\0b", 3))}).problem.find("NUL") != std::string::npos);
  // Where nothing can be an option (the compiler knows) no escape is asked for.
  const auto after = said(Language::words, {text("", As::word), text("logs"), text("", As::word), text("--"), text("", As::word), hole(0, Escape::none)});
  CHECK(render(after, {Value::text("-x")}).words == std::vector<std::string>{"logs", "--", "-x"});
  const auto beside = said(Language::words, {text("", As::word), text("logs"), text("", As::word), hole(0, Escape::word), hole(1, Escape::word)});
  CHECK(render(beside, {Value::text(""), Value::text("-rf")}).problem.find("option") != std::string::npos);
  CHECK(render(beside, {Value::text("a"), Value::text("-rf")}).words == std::vector<std::string>{"logs", "a-rf"});
  const auto inside = said(Language::words, {text("", As::word), text("--tail="), hole(0, Escape::word)});
  CHECK(render(inside, {Value::integer(-5)}).words == std::vector<std::string>{"--tail=-5"});
}

TEST_CASE("what may be left out takes its word along") {
  const auto what = said(Language::words, {text("", As::word), text("logs"), text("", As::word), text("--since="), hole(0, Escape::word, true)});
  CHECK(render(what, {Value::missing("none")}).words == std::vector<std::string>{"logs"});
  const auto must = said(Language::words, {text("", As::word), text("logs"), text("", As::word), hole(0, Escape::word)});
  CHECK(render(must, {Value::missing("`x` was skipped")}).problem == "`x` was skipped");
}

TEST_CASE("an empty text fails what changes, and looks at what looks") {
  const std::vector<Piece> pieces = {text("", As::word), text("restart"), text("", As::word), hole(0, Escape::word)};
  CHECK_FALSE(render(said(Language::words, pieces, Effect::changes), {Value::text("")}).problem.empty());
  CHECK(render(said(Language::words, pieces), {Value::text("")}).words.size() == 2);
}

TEST_CASE("a shell reads values from its environment") {
  const auto what = said(Language::shell, {text("cat \"${RB0}\""), hole(0, Escape::shell_variable)});
  const auto done = render(what, {Value::text(kHostile)});
  CHECK(done.text == "cat \"${RB0}\"");
  CHECK(done.environment == std::vector<std::pair<std::string, std::string>>{{"RB0", kHostile}});
  CHECK_FALSE(render(what, {Value::text("-n")}).problem.empty());
  CHECK_FALSE(render(what, {Value::integer(-9)}).problem.empty());
  CHECK(render(said(Language::shell, {text("cat -- \"${RB0}\""), hole(0, Escape::none)}), {Value::text("-n")}).problem.empty());
  CHECK(render(said(Language::shell, {text("x --since=\"${RB0}\" y"), hole(0, Escape::shell_variable, true)}), {Value::missing("no")}).text == "x  y");
  CHECK(render(said(Language::shell, {text("x \"since ${RB0} or so\" y"), hole(0, Escape::shell_variable, true)}), {Value::missing("no")}).text == "x  y");
  CHECK(render(said(Language::shell, {text("x \"$(z 'a b'\"${RB0}\" c) d\" y"), hole(0, Escape::shell_variable, true)}), {Value::missing("no")}).text == "x \"$(z  c) d\" y");
}

TEST_CASE("what no system takes as a word is refused with its name") {
  const std::string longest((128 << 10) - 64, 'x');
  const auto word = said(Language::words, {text("", As::word), text("logs"), text("", As::word), hole(0, Escape::word)});
  CHECK(render(word, {Value::text(longest)}).problem.empty());
  CHECK(render(word, {Value::text(longest + "x")}).problem.find("`x`") != std::string::npos);
  CHECK_FALSE(render(word, {Value::list({Value::text(longest + "x")})}).problem.empty());
  const auto shell = said(Language::shell, {text("cat \"${RB0}\""), hole(0, Escape::shell_variable)});
  CHECK_FALSE(render(shell, {Value::text(longest + "x")}).problem.empty());
  auto redis = word;
  redis.row = "redis.look";
  CHECK(render(redis, {Value::text(longest + longest)}).problem.empty());
}

TEST_CASE("a path's segment is one segment") {
  const auto what = said(Language::http, {text("", As::method), text("GET"), text("", As::path), text("/users/"), hole(0, Escape::path_segment), text("/x"),
                                          text("", As::query), text("q="), hole(1, Escape::query_value), text("", As::query), text("z="),
                                          hole(2, Escape::query_value, true)});
  CHECK(render(what, {Value::text("a/../b?c"), Value::text("1&x=2 #"), Value::missing("none")}).target == "/users/a%2F..%2Fb%3Fc/x?q=1%26x%3D2%20%23");
  CHECK(render(what, {Value::text("a"), Value::text(""), Value::text("z")}).target == "/users/a/x?q=&z=z");
  for (const char* refused : {"", ".", ".."}) CHECK_FALSE(render(what, {Value::text(refused), Value::text("q"), Value::text("z")}).problem.empty());
}

TEST_CASE("headers keep to their line, bodies to their strings") {
  const auto what = said(Language::http, {text("POST", As::method), text("/x", As::path), text("X-Token", As::header), hole(0, Escape::header_value),
                                          text("", As::body), text("{\"a\": "), hole(1, Escape::json_value), text(", \"b\": \"<"), hole(2, Escape::json_text), text(">\"}")});
  const auto done = render(what, {Value::secret("s3cret!"), Value::text("q\"}"), Value::text("\",\"c\":1,\"")});
  REQUIRE(done.problem.empty());
  CHECK(done.headers == std::vector<std::pair<std::string, std::string>>{{"X-Token", "s3cret!"}});
  const auto body = parse_json(done.body);
  REQUIRE(body);
  CHECK(body->names() == std::vector<std::string>{"a", "b"});
  CHECK(body->field("a")->text() == "q\"}");
  CHECK(body->field("b")->text() == "<\",\"c\":1,\">");
  CHECK_FALSE(render(what, {Value::text("a\r\nHost: evil"), Value::text(""), Value::text("")}).problem.empty());
  for (const char* refused : {" a", "a\t", " ", "a\x1b[31m", "\x7f"}) CHECK_FALSE(render(what, {Value::text(refused), Value::text(""), Value::text("")}).problem.empty());
  const auto amid = said(Language::http, {text("GET", As::method), text("/", As::path), text("X", As::header), text(" Bearer "), hole(0, Escape::header_value), text(";")});
  CHECK(render(amid, {Value::text(" a\tb ")}).headers[0].second == "Bearer  a\tb ;");
  CHECK_FALSE(render(what, {Value::text("a"), Value::text("\xff"), Value::text("")}).problem.empty());
  const auto host = said(Language::http, {text("GET", As::method), text("/", As::path), text("Host", As::header), text("x")});
  CHECK_FALSE(render(host, {}).problem.empty());
}

TEST_CASE("a label of PromQL cannot leave its quotes, a pattern matches itself") {
  const auto what = said(Language::promql, {text("up{job=\""), hole(0, Escape::prom_label), text("\",x=~\""), hole(1, Escape::prom_regex), text("\"}")});
  CHECK(render(what, {Value::text("a\"} or vector(1) #\\\n"), Value::text("a.b|c")}).text ==
        "up{job=\"a\\x22} or vector(1) #\\\\\\x0A\",x=~\"a\\\\.b\\\\|c\"}");
  const auto range = said(Language::promql, {text("rate(x["), hole(0, Escape::prom_duration), text("]) > "), hole(1, Escape::prom_number)});
  CHECK(render(range, {Value::duration(5 * kMinute), Value::percent(0.05)}).text == "rate(x[300000ms]) > 0.05");
  CHECK_FALSE(render(range, {Value::text("5m]) or vector(1"), Value::number(1)}).problem.empty());
  CHECK(render(what, {Value::text("a\ufffdb"), Value::text("x")}).text == "up{job=\"a\\ufffdb\",x=~\"x\"}");
  CHECK_FALSE(render(what, {Value::text("\xff"), Value::text("x")}).problem.empty());
  for (const Micros refused : {-kSecond, Micros{1500}}) CHECK_FALSE(render(range, {Value::duration(refused), Value::number(1)}).problem.empty());
  const auto power = said(Language::promql, {hole(0, Escape::prom_number), text(" ^ 2 @ "), hole(1, Escape::prom_number)});
  CHECK(render(power, {Value::integer(-3), Value::integer(-5)}).text == "(-3) ^ 2 @ -5");
}

TEST_CASE("nothing of a container's holes stands on a command line") {
  auto what = said(Language::shell, {text("cat \"${RB0}\""), hole(0, Escape::shell_variable)});
  what.row = "compose.shell.look";
  what.path = {"backend"};
  const auto command = compose_command("docker-compose.yml", what, render(what, {Value::text("hidden value")}), {{"TOKEN", "hidden too"}}, "/srv");
  for (const std::string& word : command.words) CHECK(word.find("hidden") == std::string::npos);
  CHECK(command.environment.size() == 2);
}
