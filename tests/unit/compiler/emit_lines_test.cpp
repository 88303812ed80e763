#include <catch2/catch.hpp>

#include "tests/unit/compiler/harness.hpp"

using namespace rbc;
using namespace rbc::stage;

// Lines of the language that the reference runbooks use less: procedures, messages, choices, checks of many, what people answer.
namespace {

const char* const kLinesEstate = R"(http api
postgres db
compose stack
host box
  reads ./look *
host member(name as one of a, b, c): A machine
contact lead
contact boss
channel room

)";

std::shared_ptr<const Program> book(const std::string& before, const std::string& parts, const std::string& lines) {
  return compile(kLinesEstate + before + "runbook T-2: Lines\n  severity low\n  goal ok\n" + parts +
                     "  escalation until resolved\n    after 1d page lead\n  check ok: It answers\n    api> GET /ok\n  step one: One\n" + lines,
                 "T-2");
}

std::vector<std::string> line_notes(const Stage& stage) {
  std::vector<std::string> found;
  for (const Trace& trace : stage.traces)
    if (trace.what == Trace::What::note) found.push_back(trace.text);
  return found;
}

using Notes = std::vector<std::string>;

}  // namespace

TEST_CASE("a procedure sees its parameters, and leaves a record of its names") {
  Stage stage(book("procedure scale(to as int, why as text): Ask for <to>\n  first = box$ ./look <why>\n  answer = do box$ ./scale <to>\n  when answer.text contains \"3\"\n    inner = answer.lines\n\n", "",
                   "    made = do scale with why = \"load\", to = 3\n    > <made.answer.text> and <made.first.text>\n"));
  stage.given("./look load", prints("seen"));
  stage.given("./scale 3", prints("now 3"));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(line_notes(stage) == Notes{"now 3 and seen"});
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("what an answer says may be missing is asked, and stood in for") {
  Stage stage(book("", "", "    x = box> file /none\n    size = x.size else 1B\n    > <size>\n    when x.changed is missing\n      > none\n    when x.size is present\n      > there\n"));
  stage.given("file /none", row({{"exists", Value::boolean(false)}, {"size", Value::missing("there is no such file")}, {"changed", Value::missing("there is no such file")}}));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(line_notes(stage) == Notes{"1 B", "none"});
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("a rule says what it measured and what it held that against") {
  Stage stage(book("", "  input most = 20\n  check slots: Slots\n    x = db> select count(*) as used, 22 as slots\n    amber if .used > 50% of .slots\n    red if .used >= 95% of .slots\n    red if .used > most\n"
                       "  check plain: Plain\n    db> select 3 as n\n    red if .n > 2\n",
                   "    check slots\n    check plain\n"));
  stage.given("as used", row({{"used", Value::integer(24)}, {"slots", Value::integer(22)}}));
  stage.given("select 3", row({{"n", Value::integer(3)}}));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  std::vector<std::string> reasons;
  for (const Trace& trace : stage.traces)
    if (trace.what == Trace::What::check_ended && !trace.text.empty()) reasons.push_back(trace.text);
  CHECK(reasons == Notes{"24 >= 20.9 (95% of .slots)", "3 > 2"});
}

TEST_CASE("before leaving in a procedure runs when the procedure is left") {
  Stage stage(book("procedure locked(name as text)\n  do box$ ./lock <name>\n  before leaving\n    do box$ ./unlock <name>\n  do box$ ./job\n\n", "",
                   "    do locked with name = \"x\"\n    do box$ ./after\n"));
  stage.given("./", prints(""));
  stage.given("/ok", responds(200));
  stage.run();
  std::vector<std::string> did;
  for (const Spoken& each : stage.spoken)
    if (each.change) did.push_back(each.said.substr(each.said.find("./")));
  CHECK(did == Notes{"./lock x", "./job", "./unlock x", "./after"});
}

TEST_CASE("messages are filled where they are told") {
  Stage stage(book("message update(status as text, next as duration)\n  Status: <status>\n  Next in <next>, from <run.step.title>\n\n", "",
                   "    tell room with update(\"down\", 30m): Look here\n    tell room with update(\"up\", 1h)\n    page lead\n"));
  stage.given("/ok", responds(200));
  stage.run();
  REQUIRE(stage.told.size() == 3);
  CHECK(stage.told[0].text == "Look here\nStatus: down\nNext in 30 minutes, from One");
  CHECK(stage.told[1].text == "Status: up\nNext in 1 hour, from One");
  CHECK(stage.told[2].text == "T-2: Lines");
}

TEST_CASE("choices, questions and confirmations, headless") {
  const std::string lines =
      "    choose way = quick: How?\n      quick: The short way\n      full\n    ask n = 3: How many?\n    confirm = go: Really?\n"
      "    depending on way\n      quick\n        > quick <n>\n      full\n        > full\n    confirm: Sure?\n    otherwise\n      end failed: <failure.reason>\n";
  Stage stage(book("", "  input go as bool = yes\n", lines));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(line_notes(stage) == Notes{"quick 3"});
  CHECK(stage.outcome() == Outcome::failed);
}

TEST_CASE("a goal over a list of machines") {
  auto program = compile(std::string(kLinesEstate) +
                             "check off(node as text): <node> is stopped\n  box> service <node>\n  red unless .state is inactive\n\n"
                             "runbook T-2: Many\n  severity low\n  goal off(m) for each m in nodes\n  input nodes as list of text = [\"a\", \"b\"]\n"
                             "  escalation until resolved\n    after 1d page lead\n  step one: One\n    poll until goal every 5s for 1m\n    when off(\"b\") passes\n      > <goal>\n",
                         "T-2");
  Stage stage(program);
  int asked = 0;
  stage.given("service", [&](const std::string&) { return row({{"state", Value::option(++asked > 3 ? "inactive" : "active")}}); });
  stage.run();
  INFO(stage.shown());
  // Two looks a round, and the last look: a fails, b fails; a fails, b passes; both pass; both pass.
  CHECK(asked == 8);
  CHECK(line_notes(stage) == Notes{"green"});
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("rows are filtered, taken in turn and picked from") {
  Stage stage(book("", "",
                   "    pods = box$ ./look pods\n    rows = pods.rows(/pod \"(?P<pod>[^\"]+)\" (?P<state>[a-z]+)/)\n    bad = rows where .state is \"bad\" where not .pod contains \"skip\"\n"
                   "    flags = [\"--bump\", \"1\"] when bad.count > 1 otherwise []\n    for each p in bad\n      > <p.pod> <p.state>\n    > <bad.count> of <rows.count>, <flags>\n"));
  stage.given("./look pods", prints("pod \"a\" bad\npod \"b\" good\npod \"c\" bad\npod \"skip-d\" bad"));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(line_notes(stage) == Notes{"a bad", "c bad", "2 of 4, --bump, 1"});
}

TEST_CASE("a name of one round is not there in the next") {
  Stage stage(book("", "", "    for each n in [\"a\", \"b\"]\n      got = do box$ ./get <n>\n      otherwise\n        > failed: <failure.reason>\n      when got is missing\n        > no <n>: <got>\n      otherwise\n        > <n>: <got.text>\n"));
  stage.given("./get a", prints("one"));
  stage.given("./get b", refuses("exit 1"));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(line_notes(stage) == Notes{"a: one", "failed: exit 1", "no b: (exit 1)"});
}

TEST_CASE("checks in checks, judgements and unattended colours") {
  Stage stage(compile(std::string(kLinesEstate) +
                          "check over\n  judge = amber by lead: Quiet?\n\ncheck base\n  api> GET /base\n\n"
                          "runbook T-2: Judged\n  severity low\n  goal all-of\n  escalation until resolved\n    after 1d page lead\n"
                          "  check all-of: All of it\n    check over, base\n    box> disk /\n    red if .used > 95%\n  step one: One\n    check all-of\n",
                      "T-2"));
  stage.given("/base", responds(200));
  stage.given("disk", row({{"used", Value::percent(0.1)}}));
  stage.run();
  INFO(stage.shown());
  CHECK(stage.machine().verdict("all-of").colour() == Colour::amber);
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("interactive: a line that nobody handles is retried where it stands") {
  using Reply = Completion::Reply;
  const auto play = [](Reply first) {
    auto stage = std::make_unique<Stage>(book("", "", "    > before\n    x = do box$ ./fix\n    when x is missing\n      > went on without\n"));
    stage->start.mode = Mode::interactive;
    stage->given("/ok", responds(200));
    Stage* self = stage.get();
    stage->given("./fix", [self](const std::string&) { return self->did("./fix") > 0 ? prints("") : refuses("exit 1"); });
    auto asked = std::make_shared<int>(0);
    stage->people = [first, asked](const Request& request) {
      Completion answer;
      answer.reply = request.question == Request::Question::failure ? (++*asked, first) : Reply::yes;
      answer.reason = "by hand";
      return std::optional<Completion>(answer);
    };
    stage->run();
    return std::pair{std::move(stage), *asked};
  };
  {
    auto [stage, asked] = play(Reply::retry);
    INFO(stage->shown());
    CHECK(asked == 1);
    CHECK(stage->did("./fix") == 2);
    CHECK(line_notes(*stage) == Notes{"before"});
    CHECK(stage->outcome() == Outcome::resolved);
  }
  {
    auto [stage, asked] = play(Reply::skip);
    CHECK(stage->did("./fix") == 1);
    CHECK(line_notes(*stage) == Notes{"before", "went on without"});
    CHECK(stage->outcome() == Outcome::resolved);
  }
  {
    auto [stage, asked] = play(Reply::abort);
    CHECK(stage->outcome() == Outcome::aborted);
  }
}

TEST_CASE("interactive: who skips the last look at the goal has not resolved it") {
  Stage stage(book("", "", "    > nothing\n"));
  stage.start.mode = Mode::interactive;
  stage.given("/ok", responds(500));
  stage.people = [](const Request& request) {
    Completion answer;
    answer.reply = request.question == Request::Question::failure ? Completion::Reply::skip : Completion::Reply::yes;
    return std::optional<Completion>(answer);
  };
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::failed);
}

TEST_CASE("dry: looks for real, changes nothing, and goes on") {
  Stage stage(book("", "", "    poll until ok every 5s for 1m\n    do box$ ./fix\n    require ok\n    wait 10m\n    watch ok every 5s for 10m\n    > the end\n"));
  stage.start.dry = true;
  stage.given("/ok", responds(500));
  stage.run();
  INFO(stage.shown());
  CHECK(stage.did("") == 0);
  CHECK(line_notes(stage) == Notes{"the end"});
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.shown().find("a dry run to its end; nothing was changed") != std::string::npos);
}

TEST_CASE("the outcome's blocks: undo when it does not end well, afterwards always") {
  const auto play = [](const std::string& last) {
    auto program = compile(std::string(kLinesEstate) + "runbook T-2: Ends\n  severity low\n  goal ok\n  escalation until resolved\n    after 1d page lead\n  check ok: It answers\n    api> GET /ok\n"
                               "  step one: One\n    do box$ ./change\n    undo\n      do box$ ./fails\n      do box$ ./back\n" + last +
                               "  afterwards\n    box$ ./look x\n    > <run.outcome>\n",
                           "T-2");
    auto stage = std::make_unique<Stage>(program);
    stage->given("./", prints(""));
    stage->given("./fails", refuses("no"));
    stage->given("/ok", responds(200));
    stage->run();
    return stage;
  };
  auto well = play("");
  INFO(well->shown());
  CHECK(well->outcome() == Outcome::resolved);
  CHECK(well->did("./back") == 0);
  CHECK(line_notes(*well) == Notes{"resolved"});
  auto badly = play("    end failed: as asked\n");
  INFO(badly->shown());
  CHECK(badly->outcome() == Outcome::failed);
  CHECK(badly->did("./back") == 1);   // the line before it failed, and it runs all the same
  CHECK(line_notes(*badly) == Notes{"failed"});
}

TEST_CASE("an approval waits for a person, and refuses by silence") {
  Stage stage(book("", "", "    approve by lead, boss within 15m: Go?\n    otherwise\n      end failed: <failure.reason>\n"));
  stage.given("/ok", responds(200));
  stage.run();
  CHECK(stage.outcome() == Outcome::failed);
  CHECK(stage.ended_at() == 15 * kMinute);
}

TEST_CASE("what a look answers: cast to a type, and read as the result above") {
  Stage stage(book("", "  input patience = 4s at most 10s\n",
                   "    size as int = box$ ./look size\n    > <size>, <patience>\n    when size > 3\n      > large\n"
                   "    within patience box$ ./look slow\n    depending on .exit\n      0, 3\n        > fine\n      anything else\n        > odd\n"
                   "    answer = api> GET /info\n    kind = answer.json.items.at(0).kind? else \"none\"\n    > <kind>\n    when .status is 200 and .json.n is 2\n      > two\n"));
  stage.given("./look size", prints("12"));
  stage.given("./look slow", prints("", 3));
  stage.given("/info", responds(200, "{\"items\": [{\"kind\": \"pod\"}], \"n\": 2}"));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(line_notes(stage) == Notes{"12, 4 seconds", "large", "fine", "pod", "two"});
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("a limit that an input sets holds for the look") {
  Stage stage(book("", "  input patience = 4s at most 10s\n", "    x = within patience box$ ./look slow\n    otherwise\n      > <failure.reason>\n"));
  Says slow = prints("");
  slow.takes = 8 * kSecond;
  stage.given("./look slow", slow);
  stage.given("/ok", responds(200));
  stage.run();
  CHECK(line_notes(stage) == Notes{"no answer in time"});
  CHECK(stage.ended_at() == 4 * kSecond);
}

TEST_CASE("a cause that helped ends the ladders that wait for it, and gives the run its cause") {
  auto program = compile(std::string(kLinesEstate) +
                             "runbook T-2: Found\n  severity low\n  goal ok\n  escalation until identified\n    after 5m page lead\n  escalation until resolved\n    after 6m page boss\n"
                             "  check ok: It answers\n    api> GET /ok\n  check full: Full\n    box> disk /\n    red if .used > 95%\n"
                             "  step one: One\n    diagnose until ok every 5s for 30s\n      cause disk: The disk of <run.id> is full\n        symptom full is red\n        do box$ ./clean\n"
                             "      cause other\n        symptom ok is red\n        do box$ ./never\n    > <run.cause>\n    wait 10m\n",
                         "T-2");
  Stage stage(program);
  stage.given("/ok", [&](const std::string&) { return responds(stage.did("./clean") == 0 ? 500 : 200); });
  stage.given("disk", row({{"used", Value::percent(0.99)}}));
  stage.given("./clean", prints(""));
  stage.run();
  INFO(stage.shown());
  CHECK(line_notes(stage) == Notes{"The disk of T-2 is full"});
  CHECK(stage.paged("lead") == 0);
  CHECK(stage.paged("boss") == 1);
  CHECK(stage.did("./never") == 0);
}

TEST_CASE("headless, the items of a cause of only human items hold back no other cause; any other item does") {
  const bool only_items = GENERATE(true, false);
  Stage stage(book("", "", "    diagnose until ok every 5s for 10s\n      cause people\n        symptom ok is red\n        [ ] Ask around\n" +
                           std::string(only_items ? "" : "        do box$ ./a\n") +
                           "      cause machine\n        symptom ok is red\n        caution: It hurts.\n          do box$ ./b\n"));
  stage.start.allow = {"one"};
  stage.given("./a", prints(""));
  stage.given("./b", prints(""));
  stage.given("/ok", [&](const std::string&) { return responds(stage.did("./b") == 0 ? 500 : 200); });
  stage.run();
  INFO(stage.shown());
  CHECK(stage.did("./b") == (only_items ? 1 : 0));
}

TEST_CASE("a cause that failed is recorded, and the next one is tried on fresh evidence") {
  Stage stage(book("", "", "    diagnose until ok every 5s for 10s\n      cause a\n        symptom ok is red\n        do box$ ./a\n      cause b\n        symptom ok is red\n        do box$ ./b\n"
                           "    otherwise\n      end failed: <failure.reason>\n"));
  stage.given("./a", refuses("exit 1"));
  stage.given("./b", prints(""));
  SECTION("the second helps") {
    stage.given("/ok", [&](const std::string&) { return responds(stage.did("./b") == 0 ? 500 : 200); });
    stage.run();
    CHECK(stage.cause_tried("a", 1));
    CHECK(stage.cause_tried("b", 3));
    CHECK(stage.outcome() == Outcome::resolved);
  }
  SECTION("the first had helped after all") {
    stage.given("/ok", [&](const std::string&) { return responds(stage.did("./a") == 0 ? 500 : 200); });
    stage.run();
    CHECK(stage.cause_tried("a", 3));
    CHECK(stage.did("./b") == 0);
  }
  SECTION("none helps") {
    stage.given("/ok", responds(500));
    stage.run();
    INFO(stage.shown());
    CHECK(stage.cause_tried("b", 2));
    CHECK(stage.outcome() == Outcome::failed);
    CHECK(stage.reason().find("no cause is left") != std::string::npos);
  }
}

TEST_CASE("steps before --from are skipped, and the run ends after --until") {
  const auto program = compile(std::string(kLinesEstate) + "runbook T-2: Steps\n  severity low\n  goal ok\n  escalation until resolved\n    after 1d page lead\n  check ok: It answers\n    api> GET /ok\n"
                                   "  step first\n    x = box$ ./look x\n    > one\n  step second\n    > two: <x>\n  step third\n    > three\n",
                               "T-2");
  Stage stage(program);
  stage.start.from = "second";
  stage.start.until = "second";
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  const auto said = line_notes(stage);
  REQUIRE(said.size() == 1);
  CHECK(said[0].rfind("two: (", 0) == 0);
  CHECK(stage.outcome() == Outcome::resolved);
}
