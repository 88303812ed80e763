// `--json`: one line an event, only the fields that it has; and the journal's bodies there and back.
#include <catch2/catch.hpp>

#include "run/events.hpp"
#include "run/journal.hpp"
#include "run/store/entry.hpp"
#include "tests/unit/run/fake.hpp"

using namespace rbc;

TEST_CASE("a trace is one line of JSON, whatever is in it") {
  const auto program = fake::program([](fake::Lines& l) { l.ask(l.look("GET /x")); });
  Trace trace{};
  trace.what = Trace::What::step_began, trace.title = "Fix it", trace.when = {1'500'000, 1'700'000'000 * kSecond};
  CHECK(to_json_line(*program, trace) == R"({"event":"step_began","at":"2023-11-14T22:13:20Z","alive":1.5,"name":"fix","title":"Fix it","line":1})");
  trace = {};
  trace.what = Trace::What::look_ended, trace.text = "GET /x\n\x1b[31m\xff", trace.site = 99, trace.index = 99;
  trace.value = Value::missing("refused", Way::refusal);
  const std::string line = to_json_line(*program, trace);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find(R"("missing":"refused")") != std::string::npos);
  // What is no UTF-8 is replaced, and what nobody sees is an escape: a terminal is safe from it, and a reader gets the same characters.
  trace.text = "a\u202eb\x7f\xc2\x9b[31m\U000e0041";
  trace.value = Value::record({"t"}, {Value::text("\xff\u202e\U000e0041\u00fc")});
  const std::string hidden = to_json_line(*program, trace);
  CHECK(hidden.find(R"("text":"a\u202eb\u007f\u009b[31m\udb40\udc41")") != std::string::npos);
  CHECK(hidden.find(R"("value":{"t":")" "\ufffd" R"(\u202e\udb40\udc41)" "\u00fc" R"("})") != std::string::npos);
  trace = {};
  trace.what = Trace::What::outcome, trace.result = 1, trace.text = "nobody";
  CHECK(to_json_line(*program, trace).find(R"("outcome":"escalated")") != std::string::npos);
}

TEST_CASE("a completion is what it was when it is read again, without its secrets") {
  Completion c;
  c.way = Way::silence, c.reason = "no answer", c.in_doubt = true, c.who = "dba", c.reply = Completion::Reply::no;
  c.value = Value::record({"a", "b"}, {Value::integer(1), Value::secret("hunter2")});
  Entry entry;
  entry.key = {"0", 7, 2}, entry.when = {5, 6}, entry.body = completion_body(c);
  CHECK(entry.body.find("hunter2") == std::string::npos);
  const auto again = completion_of(entry);
  REQUIRE(again);
  CHECK(again->way == Way::silence);
  CHECK(again->in_doubt);
  CHECK(again->who == "dba");
  CHECK(again->reply == Completion::Reply::no);
  CHECK(again->when.wall == 6);
  CHECK(again->value.field("a")->as_int() == 1);
  // It stays a secret, so that whatever asks for one goes the same way again; what it was is in no journal.
  CHECK(again->value.field("b")->tag() == Tag::secret);
  CHECK(again->value.field("b")->text().empty());
  const auto letter = read_answer_letter(answer_letter({"L2", 9, 1}, c));
  REQUIRE(letter);
  CHECK(letter->key == Key{"L2", 9, 1});
  CHECK(letter->reason == "no answer");
}

TEST_CASE("rows keep what every answer has beside them") {
  Completion c;
  c.value = Value::rows({"n"}, {Value::record({"n"}, {Value::integer(1)})}).answered(true, 7, 8);
  Entry entry;
  entry.body = completion_body(c);
  const auto again = completion_of(entry);
  REQUIRE(again);
  REQUIRE(again->value.beside() != nullptr);
  CHECK(again->value.beside()->field("took")->as_int() == 7);
  CHECK(again->value == c.value);
}

TEST_CASE("bodies that are no bodies are refused") {
  Entry entry;
  for (const std::string& bytes : {std::string(), std::string("garbage"), std::string(1, '\0'), encode(Value::integer(3))}) {
    entry.body = bytes;
    CHECK_FALSE(completion_of(entry));
    CHECK_FALSE(event_of(entry));
    CHECK_FALSE(vote_of(entry));
    CHECK_FALSE(start_of(entry));
    CHECK_FALSE(remark_of(entry));
    CHECK_FALSE(receipts_of(entry));
    CHECK_FALSE(read_answer_letter(bytes));
  }
  entry.body = encode(Value::record({"way"}, {Value::integer(77)}));
  CHECK_FALSE(completion_of(entry));
}

TEST_CASE("an entry's bytes are canonical, and its hash covers each of them") {
  Entry entry;
  entry.seq = 1, entry.fence = 300, entry.phase = Phase::ended, entry.exit = Exit::act, entry.key = {"0", 70'000, 1}, entry.when = {-1, 5'000'000'000};
  entry.print = "p", entry.body = "b", entry.previous = "x";
  const std::string expected("\x8b\x01\x19\x01\x2c\x01\x01\x61\x30\x1a\x00\x01\x11\x70\x01\x20\x1b\x00\x00\x00\x01\x2a\x05\xf2\x00\x41p\x41" "b", 29);
  CHECK(entry_bytes(entry) == expected);
  const std::string hash = entry_hash(entry);
  CHECK(hash.size() == 32);
  Entry other = entry;
  other.previous = "y";
  CHECK(entry_hash(other) != hash);
  other = entry, other.when.alive = 1;
  CHECK(entry_hash(other) != hash);
  other = entry, other.key.fiber = "L0";
  CHECK(entry_hash(other) != hash);
}
