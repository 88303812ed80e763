#include <catch2/catch.hpp>

#include "stdlib/modules/address.hpp"
#include "stdlib/modules/network.hpp"

using namespace rbc;
using BindingAs = BindingPiece::As;

TEST_CASE("a binding is filled, and its secrets are not parsed") {
  Program program;
  program.secrets = {{"db-password", Secret::From::env, "X"}};
  Binding binding;
  binding.address = {{BindingAs::literal, "postgres://postgres:", 0}, {BindingAs::secret, "db-password", 0}, {BindingAs::literal, "@127.0.0.1:", 0},
                     {BindingAs::input, "RB-02.port", 0}, {BindingAs::literal, "/app?sslmode=disable", 0}};
  const Filled filled = fill_binding(program, binding, {Value::integer(55432)}, {"p@ss/w:rd#?"});
  REQUIRE(filled.problem.empty());
  CHECK(filled.address.shown == "postgres://postgres:<db-password>@127.0.0.1:55432/app?sslmode=disable");
  const Url url = parse_url(filled.address.text);
  CHECK(url.password == "p@ss/w:rd#?");
  CHECK(url.host == "127.0.0.1");
  CHECK(url.port == 55432);
  PgPlace place;
  CHECK(postgres_place(url, false, place).empty());
  CHECK(place.settings == std::vector<std::pair<std::string, std::string>>{{"host", "127.0.0.1"}, {"port", "55432"}, {"user", "postgres"},
                                                                           {"password", "p@ss/w:rd#?"}, {"dbname", "app"}, {"sslmode", "disable"}});
  CHECK_FALSE(fill_binding(program, binding, {Value::integer(1)}, {""}).problem.empty());
  CHECK_FALSE(fill_binding(program, binding, {Value::missing("no")}, {"long enough"}).problem.empty());
  CHECK_FALSE(fill_binding(program, binding, {Value::text("1@evil")}, {"long enough"}).problem.empty());
}

TEST_CASE("a parameter is put in with each utterance") {
  Program program;
  Binding binding;
  binding.address = {{BindingAs::literal, "http://", 0}, {BindingAs::parameter, "name", 0}, {BindingAs::literal, ".prod:80/", 0}, {BindingAs::parameter, "part", 1}};
  const Filled filled = fill_binding(program, binding, {}, {});
  CHECK(filled.address.shown == "http://<name>.prod:80/<part>");
  CHECK(place(filled.address, {Value::option("host1"), Value::text("a/b")}).text == "http://host1.prod:80/a%2Fb");
  CHECK_FALSE(place(filled.address, {Value::text("evil/x?"), Value::text("a")}).problem.empty());
  CHECK_FALSE(place(filled.address, {}).problem.empty());
}

TEST_CASE("a value in the path of an address leads nowhere else") {
  Program program;
  Binding binding;
  binding.address = {{BindingAs::literal, "http://api/v1/", 0}, {BindingAs::input, "R.tenant", 0}, {BindingAs::literal, "/x?k=", 0}, {BindingAs::input, "R.tenant", 0}};
  CHECK(fill_binding(program, binding, {Value::text("a/../b?c#d")}, {}).address.text == "http://api/v1/a%2F..%2Fb%3Fc%23d/x?k=a%2F..%2Fb%3Fc%23d");
  for (const char* refused : {"", ".", ".."}) CHECK(fill_binding(program, binding, {Value::text(refused)}, {}).problem.find("segment") != std::string::npos);
  binding.address = {{BindingAs::literal, "http://api/.", 0}, {BindingAs::input, "R.a", 0}, {BindingAs::input, "R.b", 1}, {BindingAs::literal, "/x", 0}};
  CHECK(fill_binding(program, binding, {Value::text("a"), Value::text("b")}, {}).problem.empty());
  binding.address = {{BindingAs::literal, "http://api/x", 0}, {BindingAs::parameter, "name", 0}};
  CHECK(place(fill_binding(program, binding, {}, {}).address, {Value::text("..")}).problem.find("segment") != std::string::npos);
  binding.address = {{BindingAs::literal, "http://api/?k=", 0}, {BindingAs::parameter, "name", 0}};
  CHECK(place(fill_binding(program, binding, {}, {}).address, {Value::text("..")}).text == "http://api/?k=..");
}

TEST_CASE("who logs in is who was meant") {
  HttpRequest request;
  Utterance said;
  said.target = "/health";
  CHECK(http_request(parse_url("http://a%3Ab:p@h"), said, request).find("colon") != std::string::npos);
  CHECK(http_request(parse_url("http://:p%3Aw@h"), said, request).empty());
  CHECK(request.user.empty());
  CHECK(request.password == "p:w");
  said.headers = {{"X", std::string(600 << 10, 'x')}};
  CHECK(http_request(parse_url("http://h"), said, request).find("KiB") != std::string::npos);
}

TEST_CASE("addresses that cannot be used say why") {
  RedisPlace redis;
  CHECK(redis_place(parse_url("rediss://h"), redis).find("TLS") != std::string::npos);
  CHECK(redis_place(parse_url("redis://:pw%20@h:7000/3"), redis).empty());
  CHECK(redis.password == "pw ");
  CHECK(redis.port == 7000);
  CHECK(redis.database == 3);
  CHECK_FALSE(parse_url("nothing").problem.empty());
  CHECK_FALSE(parse_url("http://h:99999").problem.empty());
  HttpRequest request;
  Utterance said;
  said.target = "/health";
  CHECK(http_request(parse_url("http://u:p@[::1]:3000/api/"), said, request).empty());
  CHECK(request.url == "http://[::1]:3000/api/health");
  CHECK(request.user == "u");
  CHECK_FALSE(http_request(parse_url("ftp://h"), said, request).empty());
}
