#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/unit/compiler/harness.hpp"

using namespace rbc;
using namespace rbc::stage;

// A runbook within a runbook; rungs beneath an approval; lists as the words of a command.
namespace {

const char* const kEstate = R"(http api
host box
  reads ./look *
contact lead
contact boss
contact second
channel room

)";

// T-2 calls T-3, whose parts are given.
std::shared_ptr<const Program> books(const std::string& lines, const std::string& parts) {
  return compile(kEstate + std::string("runbook T-2: Outer\n  severity low\n  goal ok\n  escalation until resolved\n    after 1d page lead\n  check ok: It answers\n    api> GET /ok\n"
                                       "  step one: One\n") + lines +
                     "\nrunbook T-3: Inner\n  severity low\n  goal fine\n  input n = 1\n  input why = \"none\"\n  check fine: Fine\n    api> GET /fine\n" + parts,
                 "T-2");
}

std::vector<std::string> notes_of(const Stage& stage) {
  std::vector<std::string> found;
  for (const Trace& trace : stage.traces)
    if (trace.what == Trace::What::note) found.push_back(trace.text);
  return found;
}

using Notes = std::vector<std::string>;

const char* const kLadder = "  escalation until resolved\n    after 10m page boss\n    after 1h page second\n";

}  // namespace

TEST_CASE("a runbook runs within another: its inputs, its goal, its afterwards, and how it ended") {
  Stage stage(books("    made = do T-3 with n = 4\n    > <made.outcome>\n",
                    std::string(kLadder) + "  step a\n    > n is <n>, why is <why>\n    do box$ ./go <n>\n  afterwards\n    > after: <run.outcome>\n"));
  stage.given("./go 4", prints("gone"));
  stage.given("/ok", responds(200));
  stage.given("/fine", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(notes_of(stage) == Notes{"T-3, step a", "n is 4, why is none", "after: resolved", "resolved"});
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.looked("/fine") == 1);
  CHECK(stage.paged("boss") == 0);
}

TEST_CASE("one that is not resolved fails the line, and its ladder dies with it") {
  Stage stage(books("    do T-3\n    otherwise\n      > <failure.reason>\n    wait 2h\n", std::string(kLadder) + "  step a\n    wait 11m\n    end failed: It will not.\n"));
  stage.given("/ok", responds(200));
  stage.given("/fine", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(notes_of(stage) == Notes{"T-3, step a", "T-3 ended failed: It will not."});
  CHECK(stage.paged("boss") == 1);
  CHECK(stage.paged("second") == 0);
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("a failure in it that nobody handles fires its own next rung, and takes back what it did") {
  Stage stage(books("    do T-3\n    otherwise\n      > <failure.reason>\n",
                    std::string(kLadder) + "  step a\n    do box$ ./lock\n    before leaving\n      do box$ ./unlock\n    undo\n      do box$ ./revert\n    fail: Broken\n  afterwards\n    > after: <run.outcome>\n"));
  stage.given("./lock", prints(""));
  stage.given("./unlock", prints(""));
  stage.given("./revert", prints(""));
  stage.given("/ok", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(notes_of(stage) == Notes{"T-3, step a", "after: escalated", "T-3 ended escalated: Broken"});
  CHECK(stage.did("./unlock") == 1);
  CHECK(stage.did("./revert") == 1);
  CHECK(stage.paged("boss") == 1);
  CHECK(stage.paged("lead") == 0);
  CHECK(stage.outcome() == Outcome::resolved);
}

TEST_CASE("its goal is its own: when it does not pass, the line fails and so does the run") {
  Stage stage(books("    do T-3\n", std::string(kLadder) + "  step a\n    > here\n"));
  stage.given("/ok", responds(200));
  stage.given("/fine", responds(500));
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::escalated);
  CHECK(stage.paged("boss") == 1);
  CHECK(stage.paged("lead") == 1);
}

TEST_CASE("called twice it begins anew, and a limit around it cuts it") {
  Stage stage(books("    do T-3 with n = 1\n    do T-3 with n = 2\n    within 1m\n      do T-3 with n = 3, why = \"slow\"\n    otherwise\n      > cut\n",
                    std::string(kLadder) + "  step a\n    > <n> <why>\n    when why is \"slow\"\n      wait 1h\n"));
  stage.given("/ok", responds(200));
  stage.given("/fine", responds(200));
  stage.run();
  INFO(stage.shown());
  CHECK(notes_of(stage) == Notes{"T-3, step a", "1 none", "T-3, step a", "2 none", "T-3, step a", "3 slow", "cut"});
  CHECK(stage.paged("boss") == 0);
  CHECK(stage.ended_at() == kMinute);
}

TEST_CASE("a runbook within a run survives a crash at any moment") {
  Stage stage(books("    do T-3\n    > done\n", std::string(kLadder) + "  step a\n    wait 15m\n    do box$ ./go\n"));
  stage.given("./go", prints("gone", 0, kMinute));
  stage.given("/ok", responds(200));
  stage.given("/fine", responds(200));
  stage.at(12 * kMinute, [](Stage& s) { s.crash(); });
  stage.run();
  INFO(stage.shown());
  CHECK(stage.outcome() == Outcome::resolved);
  CHECK(stage.paged("boss") == 1);
}

TEST_CASE("the bound of a call is the bound of what it calls") {
  const auto program = books("    do T-3\n", std::string(kLadder) + "  step a\n    wait 15m\n  afterwards\n    wait 3m\n");
  // Its step, its goal (one look), its afterwards, our goal, delivery.
  CHECK(program->bounds.longest == 15 * kMinute + 10 * kSecond + 3 * kMinute + 10 * kSecond + 2 * kMinute);
}

TEST_CASE("the rungs beneath an approval count from the question and die with its answer") {
  const auto ask = [](std::optional<Micros> answered) {
    auto program = compile(kEstate + std::string("runbook T-2: Outer\n  severity low\n  goal ok\n  escalation until resolved\n    after 1d page lead\n  check ok: It answers\n    api> GET /ok\n"
                                                 "  step one: One\n    wait 3m\n    approve by lead within 15m: May it?\n      after 5m page boss: Nobody yet.\n      every 4m tell room: Still waiting.\n"
                                                 "    otherwise\n      > refused\n      end failed\n    wait 1h\n"),
                           "T-2");
    Stage stage(program);
    stage.given("/ok", responds(200));
    if (answered)
      stage.people = [answered](const Request& request) {
        Completion yes;
        yes.key = request.key;
        yes.reply = Completion::Reply::yes;
        yes.who = "lead";
        yes.when = {*answered, 0};
        return std::optional(yes);
      };
    stage.run();
    std::vector<std::pair<std::string, Micros>> told;
    for (const Told& each : stage.told) told.emplace_back(each.to, each.at);
    return std::pair(*stage.outcome(), told);
  };
  const auto silent_one = ask({});
  CHECK(silent_one.first == Outcome::failed);
  using Heard = std::vector<std::pair<std::string, Micros>>;
  CHECK(silent_one.second == Heard{{"room", 7 * kMinute}, {"boss", 8 * kMinute}, {"room", 11 * kMinute}, {"room", 15 * kMinute}});
}

TEST_CASE("a list is as many words of a command as it has items") {
  const auto said = [](const std::string& lines) {
    auto program = compile(kEstate + std::string("runbook T-2: Outer\n  severity low\n  goal ok\n  input names as list of text = [\"a b\", \"c\"]\n  escalation until resolved\n    after 1d page lead\n"
                                                 "  check ok: It answers\n    api> GET /ok\n  step one: One\n") + lines, "T-2");
    std::string escapes;
    for (const Template& each : program->templates)
      for (const Piece& piece : each.pieces)
        if (piece.as == Piece::As::hole) escapes += piece.escape == Escape::none ? "free " : piece.escape == Escape::shell_variable ? "shell " : "other ";
    return escapes;
  };
  CHECK(said("    do box$ ./go <names>\n") == "shell ");
  // Only what is written in the runbook may begin with a dash.
  CHECK(said("    flags = [\"-x\", \"--all\"]\n    do box$ ./go <flags> <names>\n") == "free shell ");
  CHECK(said("    flags = [\"-x\"] when 1 < 2 otherwise []\n    do box$ ./go <flags>\n") == "free ");
  CHECK(said("    flags = [\"-x\", \"<run.id>\"]\n    do box$ ./go <flags>\n") == "shell ");
}

TEST_CASE("nothing of the language is left out") { CHECK(unsupported().empty()); }
