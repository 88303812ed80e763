#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "vm/model/catalogue.hpp"
#include "vm/model/literal.hpp"
#include "vm/model/type.hpp"
#include "vm/model/value.hpp"

using namespace rbc;

namespace {

std::vector<Value> samples() {
  auto row = Value::record({"pid", "ended"}, {Value::integer(101), Value::boolean(true)});
  return {Value(), Value::missing("the port is closed", Way::silence), Value::boolean(true), Value::integer(-1), Value::integer(INT64_MIN),
          Value::integer(INT64_MAX), Value::number(0.1), Value::number(-0.0), Value::number(1.5), Value::number(65504), Value::number(6e-8),
          Value::number(1e300), Value::number(INFINITY), Value::number(100000), Value::percent(0.073), Value::duration(30 * kMinute), Value::size(512 << 20),
          Value::rate(10 / 60.0), Value::instant(1733049000 * kSecond), Value::text("a\nb"), Value::text(std::string("\0\xff", 2)),
          Value::url("https://example.com/x"), Value::option("running"), Value::secret("hush"), Value::verdict(Colour::red, "7.3 % > 5 %"),
          Value::list({Value::integer(1), Value::text("x")}), row, Value::rows({"pid", "ended"}, {row, row}),
          Value::rows({"pid", "ended"}, {row}).answered(true, 1200, 5), row.answered(false, 3, 4), Value::rows({}, {}),
          Value::rows({"a"}, {row}), *parse_json(R"({"a":[1,2.5,null,true,"x"],"b":{"c":-7}})")};
}

}  // namespace

TEST_CASE("every value comes back from its bytes, and equal values have equal bytes") {
  for (const auto& value : samples()) {
    auto bytes = encode(value);
    auto back = decode(bytes);
    INFO(literal(value));
    REQUIRE(back);
    CHECK(*back == value);
    CHECK(encode(*back) == bytes);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) CHECK_FALSE(decode(std::string_view(bytes).substr(0, cut)));
    CHECK_FALSE(decode(bytes + '\0'));
  }
  CHECK(decode(encode(Value::number(std::nan("")))).has_value());
}

TEST_CASE("garbage is no value, and what decodes encodes to the same bytes") {
  std::mt19937 random(7);
  auto all = samples();
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = encode(all[random() % all.size()]);
    for (unsigned i = 0, n = 1 + random() % 3; i < n; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (auto value = decode(bytes)) CHECK(encode(*value) == bytes);
  }
}

TEST_CASE("nesting ends at 200") {
  auto nested = [](int depth) {
    Value v = Value::integer(1);
    for (int i = 1; i < depth; ++i) v = Value::list({v});
    return v;
  };
  CHECK(decode(encode(nested(200))));
  CHECK_FALSE(decode(encode(nested(201))));
  CHECK(parse_json(std::string(199, '[') + "1" + std::string(199, ']')));
  CHECK_FALSE(parse_json(std::string(200, '[') + "1" + std::string(200, ']')));
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
  auto deep = parse_json(std::string(199, '[') + "1" + std::string(199, ']'));
  CHECK(decode(encode(Value::record({"json"}, {*deep}))));
  std::string bytes = "\x01";
  for (int i = 0; i < 100000; ++i) bytes += "\x82\x0f\x81";
  CHECK_FALSE(decode(bytes));
}

TEST_CASE("prose says values as people do") {
  CHECK(prose(Value::duration(30 * kMinute)) == "30 minutes");
  CHECK(prose(Value::duration(90 * kMinute)) == "1 hour 30 minutes");
  CHECK(prose(Value::duration(87 * 1000)) == "87 ms");
  CHECK(prose(Value::duration(kSecond + 234'567)) == "1.23 seconds");
  CHECK(prose(Value::duration(61 * kSecond + 234'567)) == "1 minute 1 second");
  CHECK(prose(Value::percent(0.073)) == "7.3 %");
  CHECK(prose(Value::percent(0.05)) == "5 %");
  CHECK(prose(Value::percent(0.225)) == "22.5 %");
  CHECK(prose(Value::percent(0.9995)) == "99.95 %");
  CHECK(prose(Value::percent(0.22546812)) == "22.55 %");
  CHECK(prose(Value::percent(0.99999)) == "99.999 %");
  CHECK(prose(Value::percent(0.000123456)) == "0.0123 %");
  CHECK(prose(Value::percent(1)) == "100 %");
  CHECK(prose(Value::percent(-0.5)) == "-50 %");
  CHECK(prose(Value::size(512 << 20)) == "512 MiB");
  CHECK(prose(Value::size(4'000'000'000)) == "4 GB");
  CHECK(prose(Value::size(1234)) == "1.21 KiB");
  CHECK(prose(Value::rate(10 / 60.0)) == "10 per minute");
  CHECK(prose(Value::number(1.0 / 3)) == "0.333333");
  CHECK(prose(Value::number(1234567.8)) == "1234568");
  CHECK(prose(Value::number(2)) == "2");
  CHECK(prose(Value::boolean(false)) == "no");
  CHECK(prose(Value::instant(1733049000 * kSecond)) == "2024-12-01T10:30:00Z");
  CHECK(prose(Value::instant(-kSecond)) == "1969-12-31T23:59:59Z");
  CHECK(prose(Value::verdict(Colour::red, "7.3 % > 5 %")) == "red: 7.3 % > 5 %");
  CHECK(prose(Value::missing("not looked yet")) == "(not looked yet)");
  CHECK(prose(Value::secret("hush")) == "•••");
  CHECK(prose(Value::list({Value::integer(1), Value::integer(2)})) == "1, 2");
  CHECK(prose(Value::text("one\ntwo")) == "one");
  CHECK(prose(Value::text(std::string(300, 'x'))) == std::string(199, 'x') + "…");
  CHECK(prose(Value::text(std::string(200, 'x'))) == std::string(200, 'x'));
  CHECK(whole(Value::text("one\n\ttwo\x1b[2J")) == "one\n\ttwo\\x1b[2J");
  auto row = Value::record({"pid", "state"}, {Value::integer(7), Value::json_null()});
  CHECK(whole(Value::rows({"pid", "state"}, {row})) == "pid  state\n7    null");
  CHECK(whole(Value::rows({"pid"}, {})) == "no rows");
}

TEST_CASE("what nobody can see is made visible") {
  CHECK(visible("a\x1b[0m") == "a\\x1b[0m");
  CHECK(visible("\xe2\x80\xae x") == "\\u202e x");
  CHECK(visible("\xff") == "\\xff");
  CHECK(visible("\xc2\x9b") == "\\u009b");
  CHECK(visible("a\tb\n") == "a\\x09b\\x0a");
  CHECK(visible("a\tb\n", true) == "a\tb\n");
  CHECK(visible("é €") == "é €");
  CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("literals are read as they are written") {
  for (const auto& [text, type] : std::vector<std::pair<std::string, Type>>{
           {"30m", TypeTag::duration}, {"1h30m", TypeTag::duration}, {"500ms", TypeTag::duration}, {"7.3%", TypeTag::percent}, {"512MiB", TypeTag::size}, {"4GB", TypeTag::size},
           {"10 per minute", TypeTag::rate}, {"5432", TypeTag::integer}, {"-0.25", TypeTag::number}, {"2024-12-01T10:30:00Z", TypeTag::instant},
           {"yes", TypeTag::boolean}, {"https://example.com/x", TypeTag::url}, {"b", Type::one_of({"a", "b"})}, {"red", TypeTag::verdict}}) {
    auto value = parse_literal(text, type);
    INFO(text);
    REQUIRE(value);
    CHECK(literal(*value) == text);
  }
  for (const auto& [text, type] : std::vector<std::pair<std::string, Type>>{
           {"30m1h", TypeTag::duration}, {"30", TypeTag::duration}, {"1h1h", TypeTag::duration}, {"7", TypeTag::percent}, {"9999999999999d", TypeTag::duration},
           {"1.5", TypeTag::integer}, {"0x10", TypeTag::integer}, {"nan", TypeTag::number}, {"2024-99-01", TypeTag::instant}, {"2023-02-29", TypeTag::instant},
           {"c", Type::one_of({"a", "b"})}, {"example", TypeTag::url}, {"x", TypeTag::secret}, {"", TypeTag::integer}, {"99999999999999999999", TypeTag::integer}}) {
    INFO(text);
    CHECK_FALSE(parse_literal(text, type));
  }
  CHECK(parse_literal("2024-12-01", TypeTag::instant)->as_int() == 1733011200 * kSecond);
}

TEST_CASE("a percentage is the ratio that its digits say") {
  for (int thousandths = -2000; thousandths <= 200000; ++thousandths) {
    const std::string percent = fmt::format("{}%", thousandths / 1000.0), ratio = fmt::format("{}e-5", thousandths);
    INFO(percent);
    REQUIRE(parse_literal(percent, TypeTag::percent)->as_double() == std::stod(ratio));
  }
  CHECK(ratio_of_percent(99.9) == 0.999);
  CHECK(ratio_of_percent(1e-310) == 1e-312);
  CHECK(ratio_of_percent(1e300) == 1e298);
  CHECK(std::isinf(ratio_of_percent(std::numeric_limits<double>::infinity())));
  CHECK(std::isnan(ratio_of_percent(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("json keeps order, and the last of equal keys wins") {
  auto value = parse_json(R"( {"b": 1, "a": "é\u20ac\ud83d\ude00", "b": 2} )");
  REQUIRE(value);
  CHECK(value->field("b")->as_int() == 2);
  CHECK(value->field("a")->text() == "é€😀");
  CHECK(to_json_text(*value) == R"({"b":1,"a":"é€😀","b":2})");
  for (const char* bad : {"", "{", "[1,]", "{\"a\"}", "01", "1.", "tru", "\"\x01\"", "1 2", "+1", "\"\\x\"", "nan"}) CHECK_FALSE(parse_json(bad));
  CHECK(to_json_text(Value::record({"a", "b"}, {Value::duration(1500 * 1000), Value::missing("x")})) == R"({"a":1.5,"b":null})");
}

TEST_CASE("types are structure") {
  CHECK(Type::list_of(TypeTag::text) == Type::list_of(TypeTag::text));
  CHECK_FALSE(Type::list_of(TypeTag::text) == Type::list_of(TypeTag::integer));
  CHECK(spell(Type::list_of(Type::one_of({"a", "b"}))) == "list of one of a, b");
  CHECK(spell(Type(TypeTag::duration).optional()) == "duration?");
  CHECK(spell(Type::rows({{"pid", TypeTag::integer}, {"ended", TypeTag::boolean}})) == "rows of {pid int, ended bool}");
  CHECK(Type(TypeTag::text).optional().optional().present() == Type(TypeTag::text));
  CHECK(spell(output_type()) == "output");
  REQUIRE(output_type().field("lines"));
  CHECK_FALSE(output_type().field("line"));
}

TEST_CASE("the catalogue finds rows by their words") {
  auto row = [](std::string id, ResourceKind kind, std::string words) {
    CatalogueRow r;
    r.id = std::move(id);
    r.kind = kind;
    r.words = std::move(words);
    return r;
  };
  Catalogue catalogue({row("ps", ResourceKind::compose, "ps"), row("ps.service", ResourceKind::compose, "ps SERVICE"),
                       row("logs", ResourceKind::compose, "logs [--tail N] [--since D] SERVICE"), row("kill9", ResourceKind::host, "kill -9 PID"),
                       row("kill", ResourceKind::host, "kill PID"), row("set", ResourceKind::redis, "set KEY VALUE"), row("info", ResourceKind::redis, "info …")});
  auto match = [&](ResourceKind kind, std::vector<std::string> words) {
    const auto* found = catalogue.match(kind, '>', words);
    return found ? found->id : "";
  };
  CHECK(match(ResourceKind::compose, {"ps"}) == "ps");
  CHECK(match(ResourceKind::compose, {"ps", "<>"}) == "ps.service");
  CHECK(match(ResourceKind::compose, {"ps", "-a"}).empty());
  CHECK(match(ResourceKind::compose, {"logs", "--tail", "200", "postgres"}) == "logs");
  CHECK(match(ResourceKind::compose, {"logs", "postgres", "--since", "5m", "--tail", "9"}) == "logs");
  CHECK(match(ResourceKind::compose, {"logs", "--tail", "200"}).empty());
  CHECK(match(ResourceKind::host, {"kill", "-9", "12"}) == "kill9");
  CHECK(match(ResourceKind::host, {"kill", "12"}) == "kill");
  CHECK(match(ResourceKind::redis, {"SET", "k", "-5"}) == "set");
  CHECK(match(ResourceKind::redis, {"info", "memory", "x"}) == "info");
  CHECK(catalogue.verbs(ResourceKind::compose) == std::vector<std::string>{"ps", "logs"});
}
