#include "tests/unit/vm/scenes.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/vm/kit.hpp"

namespace scenes {

using namespace kit;

namespace {

// Computes one expression in main and binds it to `x`.
struct Sum {
  std::string ending;
  Value x;
};
Sum compute(Seen& seen, const std::function<void(Book&)>& write, const std::function<void(Book&)>& before = {}) {
  Book b;
  auto x = b.slot("x");
  b.slot("y");
  if (before) before(b);
  b.main([&] {
    write(b);
    b.a.emit(Op::SET_GLOBAL, {x});
  });
  World w(b.done());
  REQUIRE(w.problems == std::vector<std::string>{});
  w.all();
  note_seen(seen, w);
  return {w.ending(), *w.global("x")};
}

}  // namespace

void pure_operators(Seen& seen) {
  auto binary = [&](Op op, Value left, Value right) {
    return compute(seen, [&](Book& b) {
      b.constant(left);
      b.constant(right);
      b.a.emit(op);
    });
  };
  auto i = [](std::int64_t n) { return Value::integer(n); };
  CHECK(binary(Op::ADD, i(2), i(3)).x == i(5));
  CHECK(binary(Op::ADD, i(INT64_MAX), i(1)).ending == "failed: the result is too large");
  CHECK(binary(Op::ADD, i(1), Value::number(0.5)).x == Value::number(1.5));
  CHECK(binary(Op::SUBTRACT, Value::instant(10), Value::instant(4)).x == Value::duration(6));
  CHECK(binary(Op::SUBTRACT, Value::instant(10), Value::duration(4)).x == Value::instant(6));
  CHECK(binary(Op::MULTIPLY, Value::duration(4), Value::number(1.5)).x == Value::duration(6));
  CHECK(binary(Op::DIVIDE, i(7), i(2)).x == Value::number(3.5));
  CHECK(binary(Op::DIVIDE, i(7), i(0)).ending == "failed: division by zero");
  CHECK(binary(Op::DIVIDE, Value::duration(6), Value::duration(4)).x == Value::number(1.5));
  CHECK(binary(Op::PORTION, Value::percent(0.8), i(50)).x == Value::number(40));
  CHECK(binary(Op::EQUAL, i(2), Value::number(2)).x == Value::boolean(true));
  CHECK(binary(Op::EQUAL, *parse_json("\"2\""), i(2)).ending == "failed: `is` does not go with a JSON string and a whole number");
  CHECK(binary(Op::EQUAL, *parse_json("2"), i(2)).x == Value::boolean(true));
  CHECK(binary(Op::EQUAL, Value::verdict(Colour::red, "why"), Value::verdict(Colour::red)).x == Value::boolean(true));
  CHECK(binary(Op::LESS, i(2), Value::number(2.5)).x == Value::boolean(true));
  CHECK(binary(Op::LESS, Value::text("a"), Value::text("b")).ending.substr(0, 7) == "failed:");
  CHECK(binary(Op::LESS_EQUAL, Value::duration(2), Value::duration(2)).x == Value::boolean(true));
  CHECK(binary(Op::CONTAINS, Value::text("abc"), Value::text("b")).x == Value::boolean(true));
  CHECK(binary(Op::CONTAINS, Value::list({i(1)}), i(2)).x == Value::boolean(false));
  CHECK(binary(Op::IN, i(1), Value::list({i(1)})).x == Value::boolean(true));
  CHECK(binary(Op::APPEND, Value::list({i(1)}), i(2)).x == Value::list({i(1), i(2)}));
  CHECK(binary(Op::ITEM, Value::list({i(7)}), i(0)).x == i(7));
  CHECK(binary(Op::ITEM, Value::list({i(7)}), i(1)).ending == "failed: the list has no such element");
  CHECK(binary(Op::ADD, Value::missing("gone"), i(1)).ending == "failed: gone");

  auto unary = [&](Value v, const std::function<void(Book&)>& write) {
    return compute(seen, [&](Book& b) {
      b.constant(v);
      write(b);
    });
  };
  CHECK(unary(Value::boolean(true), [](Book& b) { b.a.emit(Op::NOT); }).x == Value::boolean(false));
  CHECK(unary(Value::missing("gone"), [](Book& b) { b.a.emit(Op::NOT); }).ending == "failed: gone");
  CHECK(unary(i(3), [](Book& b) { b.a.emit(Op::NEGATE); }).x == i(-3));
  CHECK(unary(i(INT64_MIN), [](Book& b) { b.a.emit(Op::NEGATE); }).ending == "failed: the result is too large");
  CHECK(unary(Value::text("x 42"), [](Book& b) { b.a.emit(Op::MATCHES, {b.a.constant(Value::text("\\d+"))}); }).x == Value::boolean(true));
  CHECK(unary(Value::text(" 42 "), [](Book& b) { b.a.emit(Op::CAST, {b.a.type(TypeTag::integer)}); }).x == i(42));
  CHECK(unary(Value::text("4x"), [](Book& b) { b.a.emit(Op::CAST, {b.a.type(TypeTag::integer)}); }).ending == "failed: `4x` is not int");
  CHECK(unary(*parse_json("\"4\""), [](Book& b) { b.a.emit(Op::CAST, {b.a.type(TypeTag::integer)}); }).ending == "failed: a JSON string is not int");
  CHECK(unary(Value::number(0.05), [](Book& b) { b.a.emit(Op::READING, {0}); }).x == Value::percent(0.05));
  CHECK(unary(Value::number(2.5e-6), [](Book& b) { b.a.emit(Op::READING, {2}); }).x == Value::duration(2));
  CHECK(unary(Value::number(1e300), [](Book& b) { b.a.emit(Op::READING, {2}); }).ending == "failed: the result is too large");
  auto record = Value::record({"a", "b"}, {i(1), Value::json_null()});
  CHECK(unary(record, [](Book& b) { b.field(Op::FIELD, "a"); }).x == i(1));
  CHECK(unary(record, [](Book& b) { b.field(Op::FIELD, "b"); }).ending == "failed: `b` is null");
  CHECK(unary(record, [](Book& b) { b.field(Op::FIELD, "c"); }).ending == "failed: there is no `c`");
  CHECK(unary(record, [](Book& b) { b.field(Op::FIELD_OPT, "c"); }).x.is_missing());
  auto rows = Value::rows({"a", "b"}, {record}).answered(true, 5, 6);
  CHECK(unary(rows, [](Book& b) { b.field(Op::FIELD, "a"); }).x == i(1));
  CHECK(unary(rows, [](Book& b) { b.field(Op::FIELD, "took"); }).x == Value::duration(5));
  CHECK(unary(Value::rows({"a"}, {}), [](Book& b) { b.field(Op::FIELD, "a"); }).ending == "failed: 0 rows came back, not one");
  CHECK(unary(rows, [](Book& b) { b.a.emit(Op::LENGTH); }).x == i(1));
  CHECK(unary(Value::list({i(1), i(2)}), [](Book& b) { b.a.emit(Op::CAP, {1}); }).ending == "failed: the list has 2 elements, and at most 1 are taken");
  CHECK(unary(Value::text("why"), [](Book& b) { b.a.emit(Op::MISSING); }).x == Value::missing("why"));
  CHECK(unary(Value::missing("gone"), [](Book& b) { b.a.emit(Op::NEED); }).ending == "failed: gone");
  CHECK(unary(Value::missing("gone"), [](Book& b) { b.a.emit(Op::IS_MISSING); }).x == Value::boolean(true));
  CHECK(unary(i(4), [](Book& b) {
          b.a.emit(Op::DUP);
          b.a.emit(Op::LIST, {2});
        }).x == Value::list({i(4), i(4)}));
  CHECK(unary(Value::percent(0.073), [](Book& b) {
          b.constant(Value::missing("not asked"));
          b.a.emit(Op::TEXT, {b.a.constant(Value::list({Value::text("it is "), Value::text(" or "), Value::text(".")})), 2});
        }).x == Value::text("it is 7.3 % or (not asked)."));
  CHECK(unary(Value::list({Value::verdict(Colour::amber), Value::verdict(Colour::blind, "b")}), [](Book& b) { b.a.emit(Op::WORST_OF); }).x == Value::verdict(Colour::blind, "b"));
  CHECK(unary(Value::list({}), [](Book& b) { b.a.emit(Op::WORST_OF); }).x == Value::verdict(Colour::green));
  CHECK(unary(Value::verdict(Colour::blind), [](Book& b) {
          b.constant(Value::verdict(Colour::red));
          b.a.emit(Op::WORST, {2});
        }).x == Value::verdict(Colour::red));
  CHECK(unary(Value::verdict(Colour::amber), [](Book& b) { b.a.emit(Op::PASSES); }).x == Value::boolean(true));
  CHECK(unary(Value::verdict(Colour::blind), [](Book& b) { b.a.emit(Op::IS_COLOUR, {static_cast<std::uint32_t>(Colour::blind)}); }).x == Value::boolean(true));
  // A missing value that is read after all stands aside for the other one.
  auto alternative = [&](Value v) {
    return unary(v, [](Book& b) {
      auto end = b.a.label();
      b.a.emit_to(Op::JUMP_PRESENT, end);
      b.text("instead");
      b.a.place(end);
    }).x;
  };
  CHECK(alternative(Value::missing("gone")) == Value::text("instead"));
  CHECK(alternative(i(1)) == i(1));
  auto jumps = [&](Op op, Value v) {
    return unary(v, [op](Book& b) {
      auto other = b.a.label(), end = b.a.label();
      if (op == Op::JUMP_MISSING) {
        b.a.emit_to(op, other);
        b.a.emit(Op::POP);
        b.text("fell");
        b.a.emit_to(Op::JUMP, end);
        b.a.place(other);
        b.a.emit(Op::POP);
      } else {
        b.a.emit_to(op, other);
        b.text("fell");
        b.a.emit_to(Op::JUMP, end);
        b.a.place(other);
      }
      b.text("jumped");
      b.a.place(end);
    }).x.text();
  };
  CHECK(jumps(Op::JUMP_FALSE, Value::boolean(false)) == "jumped");
  CHECK(jumps(Op::JUMP_FALSE, Value::boolean(true)) == "fell");
  CHECK(jumps(Op::JUMP_TRUE, Value::boolean(true)) == "jumped");
  CHECK(jumps(Op::JUMP_MISSING, Value::missing("gone")) == "jumped");
  CHECK(jumps(Op::JUMP_MISSING, i(1)) == "fell");
  // `where` sees the caller's locals and its item.
  std::uint32_t keep = 0;
  CHECK(compute(seen, [&](Book& b) {
          b.constant(i(2));
          b.a.emit(Op::SET_LOCAL, {0});
          b.constant(Value::list({i(1), i(2), i(3)}));
          b.a.emit(Op::WHERE, {keep, 1});
        }, [&](Book& b) {
          keep = b.expression([&] {
            b.a.emit(Op::LOCAL, {0});
            b.a.emit(Op::LOCAL, {1});
            b.a.emit(Op::LESS_EQUAL);
          }, 8);
        }).x == Value::list({i(2), i(3)}));
  // What a run says of itself.
  for (std::uint32_t which = 0; which < 14; ++which) CHECK(compute(seen, [&](Book& b) { b.a.emit(Op::RUN, {which}); }).ending == "resolved: done");
  CHECK(compute(seen, [](Book& b) { b.a.emit(Op::PRESENT, {3}); }).x == Value::boolean(false));
  CHECK(compute(seen, [](Book& b) { b.a.emit(Op::GLOBAL, {1}); }).x == Value::missing("`y` is not bound"));
}

void builtins(Seen& seen) {
  auto call = [&](std::string_view id, Value receiver, std::vector<Value> arguments = {}) {
    std::vector<std::string_view> ids{
#define BUILTIN(id, name, receiver, arguments, result) #id,
#include "vm/model/builtins.def"
#undef BUILTIN
    };
    auto index = static_cast<std::uint32_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
    return compute(seen, [&](Book& b) {
      b.constant(receiver);
      for (const auto& v : arguments) b.constant(v);
      b.a.emit(Op::CALL_BUILTIN, {index, static_cast<std::uint32_t>(arguments.size())});
    }).x;
  };
  auto t = [](const char* s) { return Value::text(s); };
  CHECK(call("text_length", t("é1")) == Value::integer(2));
  CHECK(call("text_lines", t("a\nb\n")) == Value::list({t("a"), t("b")}));
  CHECK(call("text_trim", t(" a ")) == t("a"));
  CHECK(call("text_before", t("k=v"), {t("=")}) == t("k"));
  CHECK(call("text_after", t("k=v"), {t("=")}) == t("v"));
  CHECK(call("text_replace", t("a1b2"), {t("\\d"), t("\\0")}) == t("a\\0b\\0"));
  CHECK(call("text_split", t("a,b"), {t(",")}) == Value::list({t("a"), t("b")}));
  CHECK(call("number_round", Value::number(2.345), {Value::integer(1)}) == Value::number(2.3));
  CHECK(call("duration_seconds", Value::duration(1500000)) == Value::number(1.5));
  CHECK(call("list_first", Value::list({})).is_missing());
  CHECK(call("list_last", Value::list({t("a"), t("b")})) == t("b"));
  CHECK(call("list_join", Value::list({t("a"), t("b")}), {t("+")}) == t("a+b"));
  auto output = Value::record({"text", "err", "exit"}, {t("ok 1\nbad 2"), t(""), Value::integer(0)});
  CHECK(call("output_grep", output, {t("bad")}) == Value::list({t("bad 2")}));
  CHECK(call("output_rows", output, {t("(?P<word>\\w+) (?P<n>\\d)")}).items().size() == 2);
  CHECK(call("response_header", Value::record({"headers"}, {Value::record({"ETag"}, {t("x")})}), {t("etag")}) == t("x"));
}

}  // namespace scenes
