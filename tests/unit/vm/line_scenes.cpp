#include "tests/unit/vm/scenes.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/vm/kit.hpp"

namespace scenes {

using namespace kit;
using Catch::Contains;

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
    CHECK(w.ending() == "resolved: a dry run to its end; nothing was changed");
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
    b.a.emit(Op::AGAINST);
    b.a.emit(Op::LESS);
    b.a.emit(Op::NOT);
    b.a.emit(Op::RULE, {static_cast<std::uint32_t>(Colour::red), b.a.constant(Value::text("> {}"))});
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

// Runbook IN is called with one input; its undo runs unless it is resolved, its afterwards always.
void called_runbooks(Seen& seen) {
  auto book = [](std::uint32_t outcome) {
    Book b;
    auto x = b.slot("x"), n = b.slot("IN.n");
    auto act = b.say("do <>", 1, Effect::changes), back = b.say("undo", 1, Effect::changes), after = b.say("tidy", 1, Effect::changes);
    CalledRunbook in;
    in.id = "IN";
    in.first_slot = n;
    in.slots = 1;
    in.function = b.function("IN", FunctionKind::called, 1, 1, [&] {
      b.a.emit(Op::LOCAL, {0});
      b.a.emit(Op::SET_GLOBAL, {n});
      auto block = b.a.label(), on = b.a.label();
      b.a.emit_to(Op::DEFER, block, {1}, 1);
      b.a.emit_to(Op::JUMP, on);
      b.a.place(block);
      b.a.emit(Op::DO, {back, 0});
      b.a.emit(Op::RETURN);
      b.a.place(on);
      b.a.emit(Op::GLOBAL, {n});
      b.a.emit(Op::DO, {act, 1});
      b.a.emit(Op::POP);
      b.text("that was it");
      b.a.emit(Op::END, {outcome});
    });
    in.afterwards = static_cast<std::int32_t>(b.function("afterwards", FunctionKind::afterwards, 0, 0, [&] {
      b.a.emit(Op::DO, {after, 0});
      b.a.emit(Op::RETURN);
    }));
    b.p.runbook.called = {in};
    b.main([&] {
      b.step("one", [&] {
        b.text("it");
        b.a.emit(Op::RUNBOOK, {0, 1});
        b.a.emit(Op::SET_GLOBAL, {x});
      });
    });
    return b.done();
  };
  World w(book(0));
  REQUIRE(w.problems == std::vector<std::string>{});
  w.all();
  note_seen(seen, w);
  CHECK(w.ending() == "resolved: done");
  CHECK(w.did == std::vector<std::string>{"do it", "tidy"});
  CHECK(*w.global("x")->field("outcome") == Value::option("resolved"));
  World v(book(3));
  v.all();
  CHECK(v.ending() == "failed: IN ended aborted: that was it");
  CHECK(v.did == std::vector<std::string>{"do it", "undo", "tidy"});
  // Interactive, its undo is confirmed as any other.
  World u(book(2), interactive());
  std::vector<Request::Question> questions;
  u.people = [&](const Request& r) {
    questions.push_back(r.question);
    return replies(r.question == Request::Question::undo ? Completion::Reply::yes : Completion::Reply::abort);
  };
  u.all();
  CHECK(questions == std::vector<Request::Question>{Request::Question::undo, Request::Question::failure});
  CHECK(u.did == std::vector<std::string>{"do it", "undo", "tidy"});
}

}  // namespace scenes
