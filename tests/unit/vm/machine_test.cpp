#include <catch2/catch.hpp>

#include "tests/unit/vm/kit.hpp"
#include "vm/exec/body.hpp"

using namespace kit;
using Catch::Contains;

namespace {

using Seen = std::vector<bool>;

void note_seen(Seen& seen, const World& w) {
  auto executed = w.machine->executed();
  seen.resize(executed.size());
  for (std::size_t i = 0; i < executed.size(); ++i) seen[i] = seen[i] || executed[i];
}

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

void looks_and_changes(Seen& seen) {
  Book b;
  auto x = b.slot("x"), y = b.slot("y");
  auto look = b.say("select <>"), change = b.say("restart <>", 1, Effect::changes), spare = b.say("ping", 3);
  b.main([&] {
    b.step("one", [&] {
      b.constant(Value::integer(7));
      b.span(3 * kSecond);
      b.a.emit(Op::LIMIT);
      b.a.emit(Op::ASK, {look, 1});
      b.a.emit(Op::SET_GLOBAL, {x});
      b.a.emit(Op::ASK, {spare, 0});
      b.a.emit(Op::SET_GLOBAL, {y});
      b.text("backend");
      b.a.emit(Op::DO, {change, 1});
      b.a.emit(Op::SHOW, {b.a.constant(Value::text("what came"))});
      b.text("a note");
      b.a.emit(Op::NOTE);
      b.a.emit(Op::NOW);
      b.a.emit(Op::SET_LOCAL, {0});
      b.constant(Value::missing("the name is gone"));
      b.a.emit(Op::ASK, {look, 1});
      b.a.emit(Op::SET_GLOBAL, {y});
      b.text("");
      b.a.emit(Op::DO, {change, 1});
      b.a.emit(Op::POP);
    });
  });
  World w(b.done());
  REQUIRE(w.problems == std::vector<std::string>{});
  w.answers = [](const Request& r) { return r.exit == Exit::ask ? silent() : good({}, kSecond); };
  w.all();
  note_seen(seen, w);
  CHECK(w.ending() == "failed: <hole0> is empty");
  CHECK(w.looked == std::vector<std::string>{"select 7"});
  CHECK(w.did == std::vector<std::string>{"restart backend"});
  CHECK(w.asked[0].limit == 3 * kSecond);
  CHECK(w.global("x")->way() == Way::silence);
  CHECK(w.global("x")->text() == "connection refused");
  CHECK(w.global("y")->text() == "the name is gone");
  CHECK(w.traced(Trace::What::note) == std::vector<std::string>{"a note"});
  CHECK(w.traced(Trace::What::shown) == std::vector<std::string>{"what came"});
  CHECK(w.traced(Trace::What::failure).size() == 1);
  CHECK(w.asked.back().exit == Exit::end);
}

void doubt_and_gates(Seen& seen) {
  auto book = [](bool repeatable) {
    Book b;
    auto x = b.slot("x");
    auto change = b.say("restart", 1, Effect::changes, repeatable);
    Environment env;
    env.name = "prod";
    env.guarded = true;
    b.p.environments = {env};
    b.main([&] {
      b.step("one", [&] {
        auto after = b.a.label();
        b.line("do box> restart", [&] {
          b.a.emit_to(Op::GATE, after, {change, 0}, 2);
          b.a.emit(Op::DO, {change, 0});
          b.a.place(after);
          b.a.emit(Op::SET_GLOBAL, {x});
        });
      });
    });
    return b.done();
  };
  int times = 0;
  auto doubtful = [&times](const Request&) {
    Reply r = ++times == 1 ? silent("reset") : good();
    r.in_doubt = times == 1;
    return r;
  };
  {  // headless, what may be repeated is repeated once
    times = 0;
    World w(book(true));
    REQUIRE(w.problems == std::vector<std::string>{});
    w.answers = doubtful;
    w.all();
    note_seen(seen, w);
    CHECK(w.ending() == "resolved: done");
    CHECK(w.did.size() == 2);
  }
  {  // headless, what may not be repeated fails
    times = 0;
    World w(book(false));
    w.answers = doubtful;
    w.all();
    CHECK_THAT(w.ending(), Contains("in doubt"));
    CHECK(w.did.size() == 1);
  }
  {  // interactive, a person settles it
    times = 0;
    World w(book(false), interactive());
    w.answers = doubtful;
    w.people = [](const Request& r) { return replies(r.question == Request::Question::doubt ? Completion::Reply::happened : Completion::Reply::yes); };
    w.all();
    CHECK(w.ending() == "resolved: done");
    CHECK(w.global("x")->is_missing());
    CHECK(w.did.size() == 1);
  }
  {  // a skipped change leaves its name missing
    times = 0;
    World w(book(false), interactive());
    w.people = [](const Request&) { return replies(Completion::Reply::skip); };
    w.all();
    CHECK(w.ending() == "resolved: done");
    CHECK(w.global("x")->text() == "skipped");
    CHECK(w.did.empty());
  }
  {  // a protected environment needs leave
    times = 0;
    Start s;
    s.environment = "prod";
    World w(book(false), s);
    w.all();
    CHECK(w.ending() == "failed: `prod` is protected, and this run may not change it");
    s.may_change = true;
    World v(book(false), s);
    v.all();
    CHECK(v.ending() == "resolved: done");
  }
  {  // a dry run changes nothing
    times = 0;
    Start s;
    s.dry = true;
    World w(book(false), s);
    w.all();
    CHECK(w.ending() == "resolved: done");
    CHECK(w.global("x")->text() == "not run: dry run");
    CHECK(w.did.empty());
  }
}

void checks_and_groups(Seen& seen) {
  Book b;
  auto count = b.say("select count");
  std::vector<std::uint32_t> many;
  for (int i = 0; i < 12; ++i) {
    std::vector<std::uint32_t> resources;
    auto t = b.say("look " + std::to_string(i), i < 6 ? 0 : 1);
    many.push_back(b.check("c" + std::to_string(i), [&] {
      b.a.emit(Op::ASK, {t, 0});
      b.a.emit(Op::ANSWERED, {i < 6 ? 1u : 0u, 0});
      b.a.emit(Op::OK_RULE);
    }, 0, i < 6 ? std::vector<std::uint32_t>{0} : i < 8 ? std::vector<std::uint32_t>{1} : std::vector<std::uint32_t>{}));
  }
  auto measured = b.check("rate", [&] {
    b.a.emit(Op::ASK, {count, 0});
    b.a.emit(Op::ANSWERED, {1, 0});
    b.field(Op::FIELD, "value");
    b.a.emit(Op::MEASURE);
    b.a.emit(Op::DUP);
    b.constant(Value::percent(0.01));
    b.a.emit(Op::LESS);
    b.a.emit(Op::NOT);
    b.a.emit(Op::RULE, {static_cast<std::uint32_t>(Colour::amber), b.a.constant(Value::text("> 1%"))});
    b.constant(Value::percent(0.05));
    b.a.emit(Op::LESS);
    b.a.emit(Op::NOT);
    b.a.emit(Op::RULE, {static_cast<std::uint32_t>(Colour::red), b.a.constant(Value::text("> 5 %"))});
  });
  auto vanished = b.check("vanished", [&] {
    b.a.emit(Op::ASK, {count, 0});
    b.field(Op::FIELD, "gone");
    b.a.emit(Op::POP);
  });
  auto outer = b.check("outer", [&] {
    b.a.emit(Op::CHECK, {many[0], 0});
    b.a.emit(Op::CHECK, {many[1], 0});
    b.a.emit(Op::GROUP);
    b.a.emit(Op::JOIN);
  });
  auto x = b.slot("x"), y = b.slot("y"), z = b.slot("z");
  b.main([&] {
    b.a.emit(Op::VERDICT, {many[0], 0});
    b.a.emit(Op::SET_GLOBAL, {y});
    for (auto c : many) b.a.emit(Op::CHECK, {c, 0});
    b.a.emit(Op::CHECK, {many[0], 0});
    b.a.emit(Op::GROUP);
    b.a.emit(Op::SET_GLOBAL, {x});
    b.a.emit(Op::CHECK, {measured, 0});
    b.a.emit(Op::CHECK, {vanished, 0});
    b.a.emit(Op::CHECK, {outer, 0});
    b.a.emit(Op::GROUP);
    b.a.emit(Op::SET_GLOBAL, {z});
  });
  World w(b.done());
  REQUIRE(w.problems == std::vector<std::string>{});
  w.answers = [](const Request& r) {
    if (r.said == "look 3") return silent();
    if (r.said == "look 6") return silent("no route");
    if (r.said == "look 11") return bad(3 * kSecond);
    if (r.said == "select count") return good({{"value", Value::percent(0.073)}});
    return good({}, 2 * kSecond);
  };
  w.all();
  note_seen(seen, w);
  CHECK(w.ending() == "resolved: done");
  CHECK(*w.global("y") == Value::verdict(Colour::blind, "not looked yet"));
  CHECK(w.global("x")->colour() == Colour::red);
  CHECK(w.machine->verdict("c3") == Value::verdict(Colour::red, "connection refused"));     // a subject's silence
  CHECK(w.machine->verdict("c6") == Value::verdict(Colour::blind, "no route"));             // an observer's
  CHECK(w.machine->verdict("c11").colour() == Colour::red);
  CHECK(w.machine->verdict("rate") == Value::verdict(Colour::red, "7.3 % > 5 %"));
  CHECK(w.machine->verdict("vanished") == Value::verdict(Colour::blind, "there is no `gone`"));
  CHECK(w.machine->verdict("outer").colour() == Colour::green);
  CHECK(w.busiest <= 8);
  // Strict order: two looks at the first resource hold the rest back, although eight would have room.
  CHECK(w.asked[0].said == "look 0");
  CHECK(w.asked[2].said == "look 2");
  std::size_t first = 0;
  for (const auto& said : w.looked) first += said == "look 0" ? 1 : 0;
  CHECK(first == 2);     // once in each group, though named twice in the first
  CHECK(w.asked[0].key.fiber.substr(0, 2) == "0/");
  CHECK(w.asked[0].key.fiber.substr(w.asked[0].key.fiber.size() - 4) == "#1.1");
}

void group_widths(Seen&) {
  // Twelve checks of which none shares a resource: never more than eight at once, and eight at first.
  Book b;
  std::vector<std::uint32_t> all;
  for (int i = 0; i < 12; ++i) {
    auto t = b.say("look " + std::to_string(i));
    all.push_back(b.check("c" + std::to_string(i), [&] {
      b.a.emit(Op::ASK, {t, 0});
      b.a.emit(Op::OK_RULE);
    }, 0, {}));
  }
  b.main([&] {
    for (auto c : all) b.a.emit(Op::CHECK, {c, 0});
    b.a.emit(Op::GROUP);
    b.a.emit(Op::POP);
  });
  World w(b.done());
  w.answers = [](const Request&) { return good({}, kSecond); };
  w.begin();
  CHECK(w.looked.size() == 8);
  w.run();
  CHECK(w.busiest == 8);
  CHECK(w.looked.size() == 12);
  CHECK(w.clock == 2 * kSecond);
  // Of one resource, two.
  Book c;
  for (int i = 0; i < 5; ++i) c.plain_check("p" + std::to_string(i));
  c.main([&] {
    for (std::uint32_t i = 0; i < 5; ++i) c.a.emit(Op::CHECK, {i, 0});
    c.a.emit(Op::GROUP);
    c.a.emit(Op::POP);
  });
  World v(c.done());
  v.answers = [](const Request&) { return good({}, kSecond); };
  v.all();
  CHECK(v.busiest == 2);
  CHECK(v.clock == 3 * kSecond);
}

// poll until C every 5s for 12s
std::shared_ptr<const Program> polling() {
  Book b;
  auto c = b.plain_check("healthy");
  b.main([&] {
    auto again = b.a.label(), over = b.a.label(), late = b.a.label();
    b.a.emit(Op::NOW);
    b.span(12 * kSecond);
    b.a.emit(Op::ADD);
    b.a.emit(Op::SET_LOCAL, {0});
    b.a.place(again);
    b.a.emit(Op::CHECK, {c, 0});
    b.a.emit(Op::GROUP);
    b.a.emit(Op::PASSES);
    b.a.emit_to(Op::JUMP_TRUE, over);
    b.a.emit(Op::LOCAL, {0});
    b.a.emit(Op::NOW);
    b.span(5 * kSecond);
    b.a.emit(Op::ADD);
    b.a.emit(Op::LESS);
    b.a.emit_to(Op::JUMP_TRUE, late);
    b.span(5 * kSecond);
    b.a.emit(Op::SLEEP);
    b.a.emit_to(Op::JUMP, again);
    b.a.place(late);
    b.text("still not healthy");
    b.a.emit(Op::FAIL);
    b.a.place(over);
  });
  return b.done();
}

void polls(Seen& seen) {
  World w(polling());
  REQUIRE(w.problems == std::vector<std::string>{});
  w.answers = [&](const Request&) { return w.clock >= 10 * kSecond ? good() : bad(); };
  w.all();
  note_seen(seen, w);
  CHECK(w.ending() == "resolved: done");
  CHECK(w.looked.size() == 3);
  CHECK(w.clock == 10 * kSecond);
  World v(polling());
  v.answers = [](const Request&) { return bad(); };
  v.all();
  CHECK(v.ending() == "failed: still not healthy");
  CHECK(v.looked.size() == 3);
}

// retry 2 times every 10s, whose block looks and fails; then its handler tells.
void retries_and_handlers(Seen& seen) {
  Book b;
  auto x = b.slot("x"), l = b.slot("line"), items = b.slot("items");
  auto change = b.say("restart", 1, Effect::changes);
  b.main([&] {
    b.step("one", [&] {
      auto handler = b.a.label(), again = b.a.label(), failed = b.a.label(), out = b.a.label(), given_up = b.a.label();
      b.a.emit_to(Op::TRY, handler);
      b.constant(Value::integer(0));
      b.a.emit(Op::SET_LOCAL, {0});
      b.a.place(again);
      b.a.emit_to(Op::TRY, failed);
      b.line("do box> restart", [&] {
        b.a.emit(Op::DO, {change, 0});
        b.a.emit(Op::POP);
      });
      b.a.emit(Op::END_TRY);
      b.a.emit(Op::END_TRY);
      b.a.emit_to(Op::JUMP, out);
      b.a.place(failed);
      b.constant(Value::integer(2));
      b.a.emit(Op::LOCAL, {0});
      b.a.emit(Op::LESS_EQUAL);
      b.a.emit_to(Op::JUMP_TRUE, given_up);
      b.a.emit(Op::HANDLED);
      b.a.emit(Op::LOCAL, {0});
      b.constant(Value::integer(1));
      b.a.emit(Op::ADD);
      b.a.emit(Op::SET_LOCAL, {0});
      b.span(10 * kSecond);
      b.a.emit(Op::SLEEP);
      b.a.emit_to(Op::JUMP, again);
      b.a.place(given_up);
      b.a.emit(Op::RETHROW);
      b.a.place(handler);
      b.a.emit(Op::FAILURE, {0});
      b.a.emit(Op::SET_GLOBAL, {x});
      b.a.emit(Op::FAILURE, {1});
      b.a.emit(Op::SET_GLOBAL, {l});
      b.a.emit(Op::HANDLED);
      b.a.place(out);
      // A quiet attempt, and a failure with items.
      auto quiet = b.a.label(), after = b.a.label(), listed = b.a.label(), end = b.a.label();
      b.a.emit_to(Op::ATTEMPT, quiet);
      b.constant(Value::missing("never asked"));
      b.a.emit(Op::NEED);
      b.a.emit(Op::END_TRY);
      b.a.emit_to(Op::JUMP, after);
      b.a.place(quiet);
      b.a.place(after);
      b.a.emit(Op::POP);
      b.a.emit_to(Op::TRY, listed);
      b.constant(Value::list({Value::text("a")}));
      b.text("1 of 2 failed");
      b.a.emit(Op::FAIL_ITEMS);
      b.a.place(listed);
      b.a.emit(Op::FAILURE, {2});
      b.a.emit(Op::SET_GLOBAL, {items});
      b.a.emit(Op::HANDLED);
      b.a.emit_to(Op::JUMP, end);
      b.a.place(end);
    });
  });
  World w(b.done());
  REQUIRE(w.problems == std::vector<std::string>{});
  w.answers = [](const Request&) { return Reply{Way::refusal, {}, "exit 1", 0, false}; };
  w.all();
  note_seen(seen, w);
  CHECK(w.ending() == "resolved: done");
  CHECK(w.did.size() == 3);
  CHECK(w.clock == 20 * kSecond);
  CHECK(w.global("x")->text() == "exit 1");
  CHECK(w.global("line")->text() == "do box> restart");
  CHECK(*w.global("items") == Value::list({Value::text("a")}));
  CHECK(w.traced(Trace::What::recovered).size() == 4);
}

// within 5s … around what `inside` writes, with a handler inside that must not see it and one outside that does.
std::shared_ptr<const Program> within(const std::function<void(Book&)>& inside) {
  Book b;
  auto x = b.slot("x");
  b.say("look");
  b.say("change", 1, Effect::changes);
  b.plain_check("slow");
  b.main([&] {
    auto inner = b.a.label(), outer = b.a.label(), end = b.a.label();
    b.a.emit_to(Op::TRY, outer);
    b.span(5 * kSecond);
    b.a.emit(Op::WITHIN);
    b.a.emit_to(Op::TRY, inner);
    inside(b);
    b.a.emit(Op::END_TRY);
    b.a.emit(Op::END_WITHIN);
    b.a.emit(Op::END_TRY);
    b.a.emit_to(Op::JUMP, end);
    b.a.place(inner);
    b.text("seen inside");
    b.a.emit(Op::END, {3});
    b.a.place(outer);
    b.a.emit(Op::FAILURE, {0});
    b.a.emit(Op::SET_GLOBAL, {x});
    b.a.emit(Op::HANDLED);
    b.a.place(end);
  });
  return b.done();
}

void limits(Seen& seen) {
  auto runs = [&](const std::function<void(Book&)>& inside, Micros takes) {
    World w(within(inside));
    REQUIRE(w.problems == std::vector<std::string>{});
    w.answers = [takes](const Request&) { return good({}, takes); };
    w.all();
    note_seen(seen, w);
    CHECK(w.ending() == "resolved: done");
    return std::pair(w.global("x")->is_missing() ? std::string("in time") : w.global("x")->text(), w.clock);
  };
  auto look = [](Book& b) { b.a.emit(Op::ASK, {0, 0}); b.a.emit(Op::POP); };
  auto change = [](Book& b) { b.a.emit(Op::DO, {1, 0}); b.a.emit(Op::POP); };
  auto sleep = [](Book& b) { b.span(kMinute); b.a.emit(Op::SLEEP); };
  auto group = [](Book& b) { b.a.emit(Op::CHECK, {0, 0}); b.a.emit(Op::GROUP); b.a.emit(Op::POP); };
  CHECK(runs(look, kSecond) == std::pair(std::string("in time"), kSecond));
  CHECK(runs(look, 8 * kSecond) == std::pair(std::string("not done within 5 seconds"), 5 * kSecond));
  CHECK(runs(sleep, 0) == std::pair(std::string("not done within 5 seconds"), 5 * kSecond));
  CHECK(runs(group, 8 * kSecond) == std::pair(std::string("not done within 5 seconds"), 5 * kSecond));
  // A change is never cut: the block fails after it.
  CHECK(runs(change, 20 * kSecond) == std::pair(std::string("not done within 5 seconds"), 20 * kSecond));
  CHECK(runs(change, kSecond) == std::pair(std::string("in time"), kSecond));
}

void calls_and_putting_back(Seen& seen) {
  auto book = [](bool resolved) {
    Book b;
    auto x = b.slot("x");
    auto stop = b.say("stop <>", 1, Effect::changes), go = b.say("start <>", 1, Effect::changes), back = b.say("undo", 1, Effect::changes), after = b.say("tidy", 1, Effect::changes);
    auto procedure = b.function("swap", FunctionKind::procedure, 1, 3, [&] {
      auto block = b.a.label(), on = b.a.label();
      b.a.emit_to(Op::DEFER, block, {0}, 1);
      b.a.emit_to(Op::JUMP, on);
      b.a.place(block);
      b.line("do start", [&] {
        b.a.emit(Op::LOCAL, {0});
        b.a.emit(Op::DO, {go, 1});
        b.a.emit(Op::POP);
      });
      b.constant(Value());
      b.a.emit(Op::RETURN);
      b.a.place(on);
      b.a.emit(Op::LOCAL, {0});
      b.a.emit(Op::DO, {stop, 1});
      b.a.emit(Op::SET_LOCAL, {1});
      b.constant(Value());
      b.a.emit(Op::RETURN);
    });
    b.p.functions[procedure].exported = {"answer", "other"};
    b.p.runbook.afterwards = static_cast<std::int32_t>(b.function("afterwards", FunctionKind::afterwards, 0, 0, [&] {
      b.line("fail", [&] {
        b.text("never mind");
        b.a.emit(Op::FAIL);
      });
      b.line("do tidy", [&] {
        b.a.emit(Op::DO, {after, 0});
        b.a.emit(Op::POP);
      });
      b.constant(Value());
      b.a.emit(Op::RETURN);
    }));
    b.main([&] {
      b.step("one", [&] {
        auto block = b.a.label(), on = b.a.label();
        b.a.emit_to(Op::DEFER, block, {1}, 1);
        b.a.emit_to(Op::JUMP, on);
        b.a.place(block);
        b.a.emit(Op::DO, {back, 0});
        b.a.emit(Op::RETURN);
        b.a.place(on);
        b.text("backend");
        b.a.emit(Op::CALL, {procedure, 1});
        b.a.emit(Op::SET_GLOBAL, {x});
        if (!resolved) {
          b.text("given up");
          b.a.emit(Op::END, {2});
        }
      });
    });
    return b.done();
  };
  World w(book(true));
  REQUIRE(w.problems == std::vector<std::string>{});
  w.all();
  note_seen(seen, w);
  CHECK(w.ending() == "resolved: done");
  CHECK(w.did == std::vector<std::string>{"stop backend", "start backend", "tidy"});
  CHECK(w.global("x")->field("answer")->tag() == Tag::record);
  CHECK(w.global("x")->field("other")->is_missing());
  CHECK(w.machine->ended());
  CHECK(w.traced(Trace::What::failure) == std::vector<std::string>{"never mind"});
  World v(book(false));
  v.all();
  CHECK(v.ending() == "failed: given up");
  CHECK(v.did == std::vector<std::string>{"stop backend", "start backend", "undo", "tidy"});
  CHECK(v.machine->ended());
  // Interactive, each undo is confirmed.
  World u(book(false), interactive());
  std::vector<Request::Question> questions;
  u.people = [&](const Request& r) {
    questions.push_back(r.question);
    return replies(Completion::Reply::no);
  };
  u.all();
  CHECK(questions == std::vector<Request::Question>{Request::Question::undo});
  CHECK(u.did == std::vector<std::string>{"stop backend", "start backend", "tidy"});
}

void people(Seen& seen) {
  struct Row { HumanKind kind; bool preset, limit; Value preset_value; };
  auto asks = [&](HumanKind kind, std::optional<Value> preset, Micros limit, std::optional<Completion> reply, Start start = interactive()) {
    Book b;
    auto x = b.slot("x");
    HumanInfo row;
    row.kind = kind;
    row.has_default = preset.has_value();
    row.has_limit = limit > 0;
    b.p.humans = {row};
    b.main([&] {
      b.step("one", [&] {
        b.text("Well?");
        if (preset) b.constant(*preset);
        if (limit) b.span(limit);
        b.a.emit(Op::HUMAN, {0, 1u + (preset ? 1 : 0) + (limit ? 1 : 0)});
        b.a.emit(Op::SET_GLOBAL, {x});
      });
    });
    World w(b.done(), start);
    REQUIRE(w.problems == std::vector<std::string>{});
    w.people = [reply](const Request& r) { return r.question == Request::Question::line ? reply : std::optional(replies(Completion::Reply::abort)); };
    w.all();
    note_seen(seen, w);
    return std::pair(w.machine->outcome() == Outcome::resolved, *w.global("x"));
  };
  using R = Completion::Reply;
  CHECK(asks(HumanKind::ask, {}, 0, replies(R::value, Value::integer(4))) == std::pair(true, Value::integer(4)));
  CHECK(asks(HumanKind::ask, Value::integer(9), kMinute, {}) == std::pair(true, Value::integer(9)));
  CHECK_FALSE(asks(HumanKind::ask, {}, kMinute, {}).first);
  CHECK(asks(HumanKind::confirm, {}, 0, replies(R::yes)).first);
  CHECK_FALSE(asks(HumanKind::confirm, {}, 0, replies(R::no)).first);
  CHECK(asks(HumanKind::confirm, Value::boolean(true), kMinute, {}).first);
  CHECK_FALSE(asks(HumanKind::confirm, Value::boolean(false), kMinute, {}).first);
  CHECK_FALSE(asks(HumanKind::approve, {}, kMinute, {}).first);
  CHECK(asks(HumanKind::approve, {}, kMinute, replies(R::yes)).first);
  CHECK(asks(HumanKind::item, {}, 0, replies(R::skip)).first);
  CHECK(asks(HumanKind::choose, Value::option("a"), 0, replies(R::value, Value::option("b"))).second == Value::option("b"));
  CHECK(asks(HumanKind::judge, {}, kMinute, {}).second.colour() == Colour::blind);
  CHECK_FALSE(asks(HumanKind::caution, {}, 0, replies(R::no)).first);
  // An open item of a step refuses its cautions, headless, whatever is allowed.
  Book b;
  HumanInfo item, caution;
  caution.kind = HumanKind::caution;
  b.p.humans = {item, caution};
  b.main([&] {
    b.step("one", [&] {
      b.text("Look at the disk");
      b.a.emit(Op::HUMAN, {0, 1});
      b.a.emit(Op::POP);
      b.text("Data is lost.");
      b.a.emit(Op::HUMAN, {1, 1});
      b.a.emit(Op::POP);
    });
  });
  World w(b.done());
  w.people = [](const Request& r) { return replies(r.index == 0 ? Completion::Reply::none : Completion::Reply::yes); };
  w.all();
  CHECK(w.ending() == "failed: declined: an item of this step is open");
}

// A failing change in the second of three lines of the first of two steps.
std::shared_ptr<const Program> failing() {
  Book b;
  auto x = b.slot("x");
  auto one = b.say("one", 1, Effect::changes), two = b.say("two", 1, Effect::changes), three = b.say("three", 1, Effect::changes), four = b.say("four", 1, Effect::changes);
  auto line = [&](std::uint32_t t) {
    b.line("do " + b.p.templates[t].shown[0], [&] {
      b.a.emit(Op::DO, {t, 0});
      b.a.emit(Op::SET_GLOBAL, {x});
    });
  };
  b.main([&] {
    b.step("first", [&] {
      line(one);
      line(two);
      line(three);
    });
    b.step("second", [&] { line(four); });
  });
  return b.done();
}

void failures_with_an_operator(Seen&) {
  auto runs = [](std::vector<Completion::Reply> given) {
    World w(failing(), interactive());
    REQUIRE(w.problems == std::vector<std::string>{});
    int tries = 0;
    w.answers = [&](const Request& r) { return r.said == "two" && ++tries < 3 ? bad() : good(); };
    std::size_t next = 0;
    w.people = [&](const Request& r) {
      CHECK(r.question == Request::Question::failure);
      return replies(given.at(next++));
    };
    w.all();
    std::string all = w.ending() + ":";
    for (const auto& said : w.did) all += " " + said;
    return all;
  };
  using R = Completion::Reply;
  CHECK(runs({R::retry, R::retry}) == "resolved: done: one two two two three four");
  CHECK(runs({R::skip}) == "resolved: done: one two three four");
  CHECK(runs({R::skip_step}) == "resolved: done: one two four");
  CHECK(runs({R::abort}) == "aborted: stopped by the operator: one two");
  CHECK(runs({R::escalate}) == "failed: escalated by the operator: one two");
}

void parts_of_a_run(Seen&) {
  Start s;
  s.from = "second";
  World w(failing(), s);
  w.all();
  CHECK(w.did == std::vector<std::string>{"four"});
  CHECK(w.traced(Trace::What::step_skipped).size() == 1);
  s = {};
  s.until = "first";
  World v(failing(), s);
  v.all();
  CHECK(v.did == std::vector<std::string>{"one", "two", "three"});
  CHECK(v.ending() == "resolved: done");     // what stands after the steps is the final look
  // Stopped from outside: a change in flight is left to finish.
  World u(failing());
  u.answers = [](const Request&) { return good({}, 10 * kSecond); };
  Event abort;
  abort.what = Event::What::abort;
  u.later(15 * kSecond, abort);
  u.all();
  CHECK(u.ending() == "aborted: stopped by the operator");
  CHECK(u.clock == 20 * kSecond);
  CHECK(u.did.size() == 2);
}

// Sleeps two hours beside a ladder.
std::shared_ptr<const Program> climbing(bool acknowledged, bool fails = false) {
  Book b;
  auto x = b.slot("x");
  auto c = b.plain_check("up");
  Ladder ladder;
  ladder.until_acknowledged = acknowledged;
  ladder.until_resolved = !acknowledged;
  auto timed = [&](Rung::Trigger trigger, Micros length, std::string words, std::int32_t condition = kNone) {
    Rung r;
    r.trigger = trigger;
    r.length = b.length(length);
    r.condition = condition;
    r.body = b.rung(std::move(words));
    r.pages = true;
    ladder.rungs.push_back(r);
  };
  timed(Rung::Trigger::after, 30 * kMinute, "half an hour");
  timed(Rung::Trigger::after, kHour, "an hour");
  timed(Rung::Trigger::every, 50 * kMinute, "again");
  timed(Rung::Trigger::after, 40 * kMinute, "only while up is green", static_cast<std::int32_t>(b.expression([&] {
          b.a.emit(Op::VERDICT, {c, 0});
          b.a.emit(Op::PASSES);
        })));
  Rung when;
  when.trigger = Rung::Trigger::when;
  when.condition = static_cast<std::int32_t>(b.function("when", FunctionKind::rung, 0, 0, [&] {
    b.a.emit(Op::VERDICT, {c, 0});
    b.a.emit(Op::PASSES);
    b.a.emit(Op::NOT);
    b.a.emit(Op::RETURN);
  }));
  when.body = b.rung("it is down");
  ladder.rungs.push_back(when);
  b.p.runbook.ladders = {ladder};
  auto told = b.notice(NoticeInfo::What::tell);
  b.main([&] {
    b.span(10 * kMinute);
    b.a.emit(Op::SLEEP);
    b.a.emit(Op::CHECK, {c, 0});
    b.a.emit(Op::GROUP);
    b.a.emit(Op::SET_GLOBAL, {x});
    b.text("a word");
    b.a.emit(Op::NOTIFY, {told});
    if (fails) {
      b.text("no known cause");
      b.a.emit(Op::FAIL);
    } else {
      b.span(110 * kMinute);
      b.a.emit(Op::SLEEP);
    }
    if (!fails) b.a.emit(Op::NOW);
    if (!fails) b.a.emit(Op::POP);
    if (fails) return;
  });
  return b.done();
}

std::string pages(const World& w) {
  std::string all;
  for (const auto& [at, what] : w.told) all += std::to_string(at / kMinute) + " " + what + "; ";
  return all;
}

void ladders(Seen& seen) {
  World w(climbing(false));
  REQUIRE(w.problems == std::vector<std::string>{});
  w.answers = [](const Request&) { return bad(); };
  w.begin();
  CHECK(w.machine->ladders()[0].timers[0].due == World::kZero + 30 * kMinute);
  w.run();
  note_seen(seen, w);
  CHECK(pages(w) == "10 it is down; 10 a word; 30 half an hour; 50 again; 60 an hour; 100 again; ");
  CHECK_FALSE(w.machine->ladders()[0].live);
  World v(climbing(true));
  Event ack;
  ack.what = Event::What::acknowledge;
  v.later(30 * kMinute, ack);
  v.all();
  CHECK(pages(v) == "10 a word; ");      // at 30m00s the acknowledgement comes first
  // A page that reaches nobody fires the next rung.
  World u(climbing(false));
  u.begin();
  u.run(31 * kMinute);
  Event lost;
  lost.what = Event::What::undeliverable;
  for (const auto& r : u.asked)
    if (r.exit == Exit::notify && r.said == "half an hour") lost.key = r.key;
  u.later(32 * kMinute, lost);
  u.run();
  CHECK(pages(u) == "10 a word; 30 half an hour; 32 only while up is green; 50 again; 60 an hour; 100 again; ");
  // Nobody waits half an hour to hear that a robot gave up.
  World t(climbing(false, true));
  t.answers = [](const Request&) { return good(); };
  t.all();
  CHECK(t.ending() == "escalated: no known cause");
  CHECK(pages(t) == "10 a word; 10 half an hour; ");
  // After an acknowledgement there is no rung left.
  World s(climbing(true, true));
  s.later(kMinute, ack);
  s.all();
  CHECK(s.ending() == "failed: no known cause");
}

void causes(Seen& seen) {
  Book b;
  auto x = b.slot("x");
  b.p.runbook.causes = {{"disk", {"The disk is full", kNone}, 0, false}};
  Ladder l;
  l.until_identified = true;
  Rung r;
  r.length = b.length(kHour);
  r.body = b.rung("late");
  l.rungs = {r};
  b.p.runbook.ladders = {l};
  b.main([&] {
    b.step("fix", [&] {
      b.a.emit(Op::CAUSE, {0});
      b.a.emit(Op::TRIED, {0, 3});
      b.a.emit(Op::RUN, {9});
      b.a.emit(Op::SET_GLOBAL, {x});
    });
  });
  World w(b.done());
  REQUIRE(w.problems == std::vector<std::string>{});
  w.all();
  note_seen(seen, w);
  CHECK(w.global("x")->text() == "The disk is full");
  CHECK(w.traced(Trace::What::cause_tried).size() == 1);
  CHECK(w.told.empty());
}

}  // namespace

TEST_CASE("operators answer, or fail with a reason") { Seen s; pure_operators(s); }
TEST_CASE("methods of values") { Seen s; builtins(s); }
TEST_CASE("looks and changes leave the machine and come back") { Seen s; looks_and_changes(s); }
TEST_CASE("doubt, gates, protected environments, dry runs") { Seen s; doubt_and_gates(s); }
TEST_CASE("checks have colours with reasons, groups look in written order") { Seen s; checks_and_groups(s); }
TEST_CASE("at most eight looks at once, and two a resource") { Seen s; group_widths(s); }
TEST_CASE("a poll looks until it passes or its time is over") { Seen s; polls(s); }
TEST_CASE("a failure goes to its handler, with what happened") { Seen s; retries_and_handlers(s); }
TEST_CASE("a limit cuts looks and sleeps, never changes, past the handlers inside") { Seen s; limits(s); }
TEST_CASE("what is put aside is put back") { Seen s; calls_and_putting_back(s); }
TEST_CASE("people answer, decline, or stay silent") { Seen s; people(s); }
TEST_CASE("the operator is asked at the line that failed") { Seen s; failures_with_an_operator(s); }
TEST_CASE("from a step, until a step, stopped from outside") { Seen s; parts_of_a_run(s); }
TEST_CASE("ladders climb beside the steps") { Seen s; ladders(s); }
TEST_CASE("the cause that helped is named") { Seen s; causes(s); }

TEST_CASE("every instruction is carried out by some test") {
  Seen seen;
  pure_operators(seen);
  builtins(seen);
  looks_and_changes(seen);
  doubt_and_gates(seen);
  checks_and_groups(seen);
  polls(seen);
  retries_and_handlers(seen);
  limits(seen);
  calls_and_putting_back(seen);
  people(seen);
  ladders(seen);
  causes(seen);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    INFO(info(static_cast<Op>(i)).name);
    CHECK(seen[i]);
  }
}

TEST_CASE("fed the same answers, a machine asks the same") {
  for (const auto& program : {climbing(false), climbing(false, true), polling(), failing()}) {
    World w(program);
    w.answers = [](const Request& r) { return r.exit == Exit::ask ? bad(kSecond) : good({}, kSecond); };
    w.all();
    std::vector<Trace> traces;
    Start start;
    start.bound = {true, true, true, false};
    start.when = {0, World::kZero};
    start.zero = World::kZero;
    Machine again(program, start, [&](const Trace& t) { traces.push_back(t); });
    std::vector<Request> asked;
    auto take = [&] {
      for (auto& r : again.take()) asked.push_back(std::move(r));
    };
    again.begin();
    take();
    for (const auto& delivered : w.journal) {
      delivered(again);
      take();
    }
    REQUIRE(asked.size() == w.asked.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      CHECK(asked[i].key == w.asked[i].key);
      CHECK(asked[i].said == w.asked[i].said);
      CHECK(asked[i].due == w.asked[i].due);
    }
    REQUIRE(traces.size() == w.traces.size());
    for (std::size_t i = 0; i < traces.size(); ++i) CHECK((traces[i].what == w.traces[i].what && traces[i].text == w.traces[i].text));
    CHECK(again.outcome() == w.machine->outcome());
    std::set<Key> keys;
    for (const auto& r : asked) CHECK(keys.insert(r.key).second);
  }
}

TEST_CASE("a program that only spins is stopped") {
  Book b;
  b.main([&] {
    auto again = b.a.label();
    b.a.place(again);
    b.constant(Value::boolean(true));
    b.a.emit_to(Op::JUMP_TRUE, again);
  });
  World w(b.done());
  w.machine->cancel();
  w.all();
  CHECK(w.ending() == "crashed: cancelled");
}

TEST_CASE("inputs: given, else the environment's, else the default") {
  Book b;
  auto p = b.slot("port"), d = b.slot("twice"), n = b.slot("name"), w = b.slot("watch");
  auto port = static_cast<std::int32_t>(b.expression([&] { b.constant(Value::integer(5432)); }));
  auto env_port = static_cast<std::int32_t>(b.expression([&] { b.constant(Value::integer(55432)); }));
  auto twice = static_cast<std::int32_t>(b.expression([&] {
    b.a.emit(Op::GLOBAL, {p});
    b.constant(Value::integer(2));
    b.a.emit(Op::MULTIPLY);
  }));
  auto watch = b.length(15 * kMinute);
  b.main([] {});
  b.p.runbook.inputs = {{"port", TypeTag::integer, p, port, 0, ""}, {"twice", TypeTag::integer, d, twice, 0, ""},
                        {"name", Type::text_matching("[a-z]+").optional(), n, kNone, 0, ""}, {"watch", TypeTag::duration, w, watch, kHour, ""}};
  Environment env;
  env.name = "local";
  env.inputs = {{"RB-00", "port", env_port}};
  b.p.environments = {env};
  auto program = b.done();
  REQUIRE(verify(*program).empty());
  auto r = resolve_inputs(*program, "", {});
  CHECK(r.problems.empty());
  CHECK(r.values[1] == Value::integer(10864));
  CHECK(r.values[2].is_missing());
  r = resolve_inputs(*program, "local", {{"name", "abc"}});
  CHECK(r.values[0] == Value::integer(55432));
  CHECK(r.values[2] == Value::text("abc"));
  r = resolve_inputs(*program, "local", {{"port", "x"}, {"name", "A1"}, {"watch", "2h"}, {"nope", "1"}});
  CHECK(r.problems == std::vector<std::string>{"RB-00 has no input `nope`.", "Input `port`: `x` is not int.", "Input `twice`: `x` is not int.",
                                               "Input `name`: `A1` does not match /[a-z]+/.", "Input `watch`: 2h is more than the 1h that it may be at most."});
}
