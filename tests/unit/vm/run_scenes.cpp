#include "tests/unit/vm/scenes.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/vm/kit.hpp"

namespace scenes {

using namespace kit;

void people(Seen& seen) {
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
  Book b;
  auto c = b.plain_check("goal");
  b.main([&] {
    b.step("first", [] {});
    b.step("second", [] {});
    b.a.emit(Op::CHECK, {c, 0});
    b.a.emit(Op::GROUP);
    b.a.emit(Op::POP);
    b.text("the goal does not pass");
    b.a.emit(Op::FAIL);
    b.text("after");
    b.a.emit(Op::NOTE);
  });
  World t(b.done(), s);
  REQUIRE(t.problems == std::vector<std::string>{});
  t.all();
  CHECK(t.ending() == "aborted: stopped after first");
  CHECK(t.looked.size() == 1);
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
std::shared_ptr<const Program> climbing(bool acknowledged, bool fails) {
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
  // It is over only when somebody is reached: then the next rung, and all that are left.
  for (int reached : {1, 2, 0}) {
    World r(climbing(false, true));
    r.answers = [](const Request&) { return good(); };
    r.reaches = [&](const Request& page) { return (reached == 1 && page.said == "only while up is green") || (reached == 2 && page.said == "again"); };
    r.all();
    CHECK(r.ending() == (reached == 0 ? "failed: no known cause; nobody could be reached" : "escalated: no known cause"));
    CHECK(pages(r) == (reached == 1 ? "10 a word; 10 half an hour; 10 only while up is green; "
                                    : "10 a word; 10 half an hour; 10 only while up is green; 10 an hour; 10 again; "));
  }
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

}  // namespace scenes
