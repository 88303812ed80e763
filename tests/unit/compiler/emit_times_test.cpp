// Generated runbooks in fortunes that answer as late, as badly and as oddly as they can: every run ends, with one outcome, and no later
// than the compiler said; those that only go straight on end exactly then.
#include <catch2/catch.hpp>

#include <random>

#include <fmt/format.h>

#include "stdlib/world.hpp"
#include "tests/unit/compiler/harness.hpp"
#include "vm/model/literal.hpp"

using namespace rbc;
using namespace rbc::stage;

namespace {

constexpr Micros kEnding = 6 * kSecond, kDelivery = 2 * kMinute;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T, std::size_t N>
  const T& of(const T (&all)[N]) { return all[below(N)]; }

 private:
  std::mt19937 engine_;
};

// Writes a runbook. What may stand where is this language's own rule, so that each one compiles.
class Author {
 public:
  explicit Author(std::uint32_t seed) : dice_(seed) {}

  std::string runbook() {
    std::string text = kResources;
    text += "procedure leaf(n as int)\n" + lines(1, 1, true);
    text += "procedure branch(n as int)\n" + lines(1, 2, true) + "  do leaf with n = n\n";
    std::string steps;
    for (std::size_t i = 0; i <= dice_.below(3); ++i) {
      steps += fmt::format("  step s{}: Step\n", i) + lines(2, 3, false);
      if (dice_.one_in(3)) steps += "  otherwise\n" + ending(2);
    }
    fixed_ = true;
    std::string afterwards = dice_.one_in(3) ? "  afterwards\n" + lines(2, 2, true) : std::string();
    text += "runbook G-1: Generated\n  severity low\n";
    text += "  goal " + std::string(dice_.of(kGoals)) + "\n";
    text += "  input pause = 7s at most 40s\n  input span = 50s at most 3m\n  input nodes as list of text = [\"a\", \"b\", \"c\"]\n";
    text += ladder();
    text += kChecks;
    return text + steps + afterwards;
  }

  // Lines that go straight on, however long each takes: where nothing is ever well, the run takes exactly its bound.
  std::string straight() {
    std::string text = kResources + std::string("procedure leaf(n as int)\n  wait 5s\n  do within 9s box$ ./change <n>\n  otherwise\n    wait 1s\n");
    text += "runbook G-1: Generated\n  severity low\n  goal " + std::string(dice_.of(kGoals)) + "\n  input pause = 10s at most 40s\n  input span = 1m at most 3m\n" +
            "  input nodes as list of text = [\"a\", \"b\", \"c\"]\n" + ladder() + kChecks;
    for (std::size_t i = 0; i <= dice_.below(3); ++i) {
      text += fmt::format("  step s{}: Step\n", i);
      for (std::size_t j = 0; j <= dice_.below(5); ++j) text += straight_line(2, 2);
    }
    if (dice_.one_in(2)) text += "  afterwards\n    wait 3s\n    check ok\n    check two\n    api> GET /last\n";
    return text;
  }

 private:
  std::string straight_line(unsigned depth, unsigned deeper) {
    const std::string at = pad(depth), in = pad(depth + 1), handled = at + "otherwise\n" + in + "wait 2s\n";
    const auto inside = [&] { return straight_line(depth + 1, deeper - 1) + straight_line(depth + 1, deeper - 1); };
    switch (dice_.below(deeper == 0 ? 10 : 16)) {
      case 0: return at + "wait " + dice_.of(kLengths) + "\n";
      case 1: return at + "within " + dice_.of(kLengths) + " api> GET /bare\n";
      case 2: return at + "check " + kGroups[dice_.below(9)] + "\n";   // the last is of a list that is not written out
      case 3: return at + "watch two every 20s for 50s tolerating 9 in a row\n";
      case 4: return at + "poll until ok every pause for span\n" + handled;
      case 5: return at + "poll until high every 5s for 30s\n" + handled;
      case 6: return at + "watch ok every 7s for 1m tolerating 99 in a row\n";
      case 7: return at + "do within 20s box$ ./change 1\n" + handled + at + "before leaving\n" + in + "wait 3s\n" + at + "undo\n" + in + "check ok\n" + in + "check two\n";
      case 8: return at + "do repeatable within 20s box$ ./change 1\n" + handled;
      case 9: return at + "do within 1m leaf with n = 1\n" + handled;
      case 10: return at + "do leaf with n = 1\n";
      case 11: return at + "retry 2 times every 10s doubling\n" + in + "wait 1s\n" + in + "do repeatable within 4s box$ ./change 2\n" + handled;
      case 12: return at + fmt::format("for each e{} in [1, 2, 3]\n", names_++) + inside();
      case 13: return at + "within 20s\n" + in + "wait 5s\n" + in + "wait 3m\n" + handled;
      case 14: return at + "repeat 3 times until 1 is 2\n" + inside() + handled;
      default: return at + "when 1 is 1\n" + inside();
    }
  }
  static constexpr const char* kResources =
      "http api\npostgres db\nhost box\n  reads ./look *\ncontact lead\ncontact boss\nchannel room\n\n"
      "check high: Declared above\n  api> GET /high\n";
  static constexpr const char* kChecks =
      "  check ok: One look\n    api> GET /ok\n"
      "  check two: Two looks, two resources\n    api> GET /two\n    within 3s db> select 1\n"
      "  check both: Of others, one after the other\n    check ok, two\n    check high\n"
      "  check deep: Of those\n    api> GET /deep\n    check both\n    check both, ok\n"
      "  check eye: A person's\n    judge = amber: Is it so?\n"
      "  check up(n as text): <n> is up\n    within 4s box$ ./look <n>\n";
  static constexpr const char* const kGoals[] = {"ok", "ok, two", "deep", "ok, up(n) for each n in [\"a\", \"b\", \"c\", \"d\", \"e\"]", "both, high"};
  static constexpr const char* const kGroups[] = {"ok",   "two", "both", "deep, ok",
                                                  "ok, two, high, both", "goal", "eye, ok", "up(\"a\"), up(\"b\"), up(\"c\")",
                                                  "up(n) for each n in [\"a\", \"b\", \"c\"]", "up(n) for each n in nodes"};
  static constexpr const char* const kTopGroups[] = {"high"};
  static constexpr const char* const kLengths[] = {"3s", "10s", "45s", "pause", "2m"};
  static constexpr const char* const kTopLengths[] = {"3s", "10s", "45s", "2m"};
  static constexpr const char* const kCadences[] = {"every 5s for 1m", "every 7s for 30s", "every pause for span", "every 10s for span", "every 20s for 20s"};
  static constexpr const char* const kTopCadences[] = {"every 5s for 1m", "every 7s for 30s", "every 20s for 20s"};
  static constexpr const char* const kColours[] = {"green", "amber", "red", "blind"};

  std::string ladder() {
    switch (dice_.below(4)) {
      case 0: return "  escalation until acknowledged\n    after 1m page lead\n    after 5m page boss\n";
      case 1: return "  escalation until identified\n    after 90s page lead\n    every 2m tell room: Still at it\n  escalation until resolved\n    after 20m page boss\n";
      case 2: return "  escalation until resolved\n    after span while ok is red page lead\n    when two is red page boss\n    after 1h page boss\n";
      default: return "  escalation until resolved\n    after 30s page lead, boss\n";
    }
  }
  std::string cadence() { return top_ ? dice_.of(kTopCadences) : dice_.of(kCadences); }
  std::string length() { return top_ ? dice_.of(kTopLengths) : dice_.of(kLengths); }
  std::string group() { return top_ ? dice_.of(kTopGroups) : dice_.of(kGroups); }

  static std::string pad(unsigned columns) { return std::string(2 * columns, ' '); }
  std::string lines(unsigned depth, unsigned deeper, bool top) {
    const bool was = std::exchange(top_, top);
    std::string text;
    for (std::size_t i = 0; i <= dice_.below(3); ++i) text += line(depth, deeper);
    top_ = was;
    return text;
  }
  std::string inner(unsigned depth, unsigned deeper) { return lines(depth + 1, deeper - 1, top_); }
  // A block that does not go on.
  std::string ending(unsigned depth) {
    static constexpr const char* const kEnds[] = {"end failed: So be it.", "escalate to lead: Take it.", "end aborted", "fail: No.", "end resolved: It is well."};
    return (dice_.one_in(2) ? pad(depth) + "wait " + length() + "\n" : std::string()) + pad(depth) + (fixed_ ? "fail: No." : dice_.of(kEnds)) + "\n";
  }
  std::string maybe_otherwise(unsigned depth, unsigned deeper) {
    if (!dice_.one_in(2)) return {};
    return pad(depth) + "otherwise\n" + (deeper > 0 ? inner(depth, deeper) : pad(depth + 1) + "wait 2s\n");
  }
  std::string change(unsigned depth, unsigned deeper, bool repeatable) {
    std::string text = pad(depth) + "do " + (repeatable || dice_.one_in(4) ? "repeatable " : "");
    if (dice_.one_in(2)) text += "within " + length() + " ";
    text += fmt::format("box$ ./change {}\n", dice_.below(3));
    text += maybe_otherwise(depth, deeper);
    if (!repeatable && dice_.one_in(4)) text += pad(depth) + "before leaving\n" + beneath(depth, deeper);
    if (!repeatable && dice_.one_in(4)) text += pad(depth) + "undo\n" + beneath(depth, deeper);
    return text;
  }
  std::string beneath(unsigned depth, unsigned deeper) {
    std::string text = pad(depth + 1) + "wait 4s\n";
    if (deeper > 0 && dice_.one_in(2)) text += pad(depth + 1) + "do within 5s box$ ./back 1\n";
    if (deeper > 1 && dice_.one_in(2)) text += pad(depth + 1) + "check " + (top_ ? "high" : "two") + "\n" + pad(depth + 1) + "check " + (top_ ? "high" : "ok") + "\n";
    return text;
  }
  std::string line(unsigned depth, unsigned deeper) {
    const std::string at = pad(depth);
    if (deeper == 0 || dice_.one_in(3)) {
      switch (dice_.below(11)) {
        case 0: return at + "wait " + length() + "\n";
        case 1: return at + "box$ ./look it\n";
        case 2: return at + "within " + length() + " api> GET /bare\n";
        case 3: return at + "check " + group() + "\n";
        case 4: return at + "require " + group() + "\n" + (dice_.one_in(2) ? at + "otherwise\n" + ending(depth + 1) : std::string());
        case 5: return at + "poll until " + group() + (dice_.one_in(3) ? std::string(" is ") + dice_.of(kColours) : std::string()) +
                       (dice_.one_in(4) ? " 2 times in a row" : dice_.one_in(4) ? " held 10s" : "") + " " + cadence() + "\n" + maybe_otherwise(depth, deeper);
        case 6: return at + "watch " + group() + " " + cadence() + (dice_.one_in(2) ? " tolerating 1 in a row" : "") + "\n" + maybe_otherwise(depth, deeper);
        case 7: return at + "[ ] Do it by hand\n" + at + (!fixed_ && dice_.one_in(3) ? "page lead\n" : "tell room: At work\n");
        case 8: return fixed_ ? at + "wait 2s\n" : at + "confirm" + (dice_.one_in(2) ? " = yes" : "") + ": Go on?\n" + (dice_.one_in(2) ? at + "otherwise\n" + ending(depth + 1) : std::string());
        case 9: return at + "wait 1s\n";
        default: return change(depth, deeper, false);
      }
    }
    switch (dice_.below(14)) {
      case 0: return at + "within " + length() + "\n" + inner(depth, deeper) + maybe_otherwise(depth, deeper - 1);
      case 1: return at + "retry 2 times every " + length() + (dice_.one_in(2) ? " doubling" : "") + "\n" + change(depth + 1, 0, true) +
                     pad(depth + 1) + "require " + group() + "\n" + maybe_otherwise(depth, deeper - 1);
      case 2: return at + "repeat 3 times until 1 is " + (dice_.one_in(2) ? "1" : "2") + "\n" + inner(depth, deeper) + maybe_otherwise(depth, deeper - 1);
      case 3: return at + "when 1 is " + (dice_.one_in(2) ? "1" : "2") + "\n" + inner(depth, deeper) + maybe_otherwise(depth, deeper - 1);
      case 4: return at + fmt::format("for each e{} in {}{}{}\n", names_++, dice_.one_in(2) || top_ ? "[\"a\", \"b\", \"c\"]" : "nodes at most 4", "", dice_.one_in(3) ? " tolerating 1" : dice_.one_in(3) ? " tolerating all" : "") +
                     inner(depth, deeper) + maybe_otherwise(depth, deeper - 1);
      case 5: {
        if (top_) return at + "wait 3s\n";
        std::string text = at + "diagnose until " + group() + " " + cadence() + "\n";
        for (std::size_t i = 0; i <= dice_.below(2); ++i) {
          text += pad(depth + 1) + fmt::format("cause c{}: It may be\n", names_++);
          if (dice_.one_in(2)) text += pad(depth + 2) + "box$ ./look why\n";
          text += pad(depth + 2) + "symptom " + (dice_.one_in(2) ? "two is red or ok is red" : "both fails") + "\n";
          text += dice_.one_in(4) ? pad(depth + 2) + "[ ] Look at it\n" : lines(depth + 2, deeper - 1, false);
        }
        return text + maybe_otherwise(depth, deeper - 1);
      }
      case 6: return at + "caution: It may hurt.\n" + inner(depth, deeper) + maybe_otherwise(depth, deeper - 1);
      case 7: return at + "caution approved by lead within 3m: It may hurt.\n" + inner(depth, deeper) + maybe_otherwise(depth, deeper - 1);
      case 8: return fixed_ ? at + "wait 2s\n" : at + "approve by lead, boss within 2m: Go?\n" + (dice_.one_in(2) ? at + "otherwise\n" + ending(depth + 1) : std::string());
      case 9: return top_ ? at + "wait 6s\n" : at + (dice_.one_in(3) ? "do within 20s branch with n = 1\n" : "do branch with n = 1\n") + maybe_otherwise(depth, deeper - 1);
      case 10: return at + fmt::format("x{} = within 5s box$ ./look it\n", names_++) + maybe_otherwise(depth, deeper - 1);
      case 11: return at + "depending on (1 is 1)\n" + pad(depth + 1) + "yes\n" + inner(depth + 1, deeper) + pad(depth + 1) + "no\n" + inner(depth + 1, deeper);
      case 12: return at + "within 1m\n" + pad(depth + 1) + "when 1 is 1\n" + inner(depth + 1, deeper) + maybe_otherwise(depth, deeper - 1);
      default: return change(depth, deeper, false);
    }
  }

  Dice dice_;
  bool top_ = false;                   // in a procedure: no names of the runbook
  bool fixed_ = false;                 // in afterwards: the outcome is fixed
  std::size_t names_ = 0;
};

enum class Fortune { bad, late, silent, well, mixed, refusing, doubtful };

// The world's answers: `late` takes every limit in full, and a change then the time that it takes to end it.
void play(Stage& stage, Fortune world, std::uint32_t seed) {
  auto dice = std::make_shared<Dice>(seed);
  stage.otherwise = [world, dice](const Template& said) {
    const bool change = said.effect > Effect::looks;
    const Micros most = said.limit;
    Says says = said.row == "http" ? responds(200) : prints("fine");
    const auto lost = [&](Micros takes) {
      says = silent();
      says.takes = takes;
      says.in_doubt = change;
    };
    switch (world) {
      case Fortune::bad:
        if (change) lost(most + kEnding);
        else says.ok = false, says.takes = most;
        break;
      case Fortune::late:
        says.ok = dice->one_in(2);
        says.takes = most;
        break;
      case Fortune::silent: lost(most + (change ? kEnding : 0)); break;
      case Fortune::well: break;
      case Fortune::refusing:
        says = refuses("no");
        says.takes = most;
        break;
      case Fortune::doubtful:
        if (change) lost(most + kEnding);
        else says.takes = dice->one_in(2) ? most : 0;
        break;
      case Fortune::mixed:
        switch (dice->below(5)) {
          case 0: lost(dice->one_in(2) ? most + (change ? kEnding : 0) : static_cast<Micros>(dice->below(static_cast<std::size_t>(most)))); break;
          case 1: says = refuses("no"); break;
          case 2: says.ok = false; break;
          default: break;
        }
        if (dice->one_in(2) && says.takes == 0) says.takes = dice->one_in(3) ? most : static_cast<Micros>(dice->below(static_cast<std::size_t>(most) + 1));
        break;
    }
    return says;
  };
}

std::string told(const Bounds& bounds) {
  std::string all;
  for (const BoundLine& line : bounds.path)
    all += fmt::format("{:>9} {:{}}{}{}\n", literal(Value::duration(line.micros)), "", 2 * line.depth, line.text, line.why.empty() ? "" : "  (" + line.why + ")");
  return all;
}

}  // namespace

TEST_CASE("a generated runbook that goes straight on takes exactly its bound") {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    const std::string text = Author(seed).straight();
    INFO("seed " << seed << "\n" << text);
    const auto program = compile(text, "G-1");
    Stage stage(program);
    play(stage, Fortune::bad, seed);
    stage.ending = kEnding;
    stage.run();
    INFO(stage.shown() << "\n" << told(program->bounds));
    REQUIRE(stage.outcome());
    REQUIRE(stage.ended_at() + kDelivery == program->bounds.longest);
  }
}

TEST_CASE("no generated runbook takes longer than the compiler said") {
  std::size_t outcomes[4] = {}, runs = 0, exact = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const std::string text = Author(seed).runbook();
    INFO("seed " << seed << "\n" << text);
    const auto program = compile(text, "G-1");
    const Bounds& bounds = program->bounds;
    REQUIRE(bounds.longest <= bounds.longest_at_caps);
    Micros sum = 0;
    for (const BoundLine& line : bounds.path) sum += line.depth == 0 ? line.micros : 0;
    REQUIRE(sum == bounds.longest);
    for (std::uint32_t variant = 0; variant < 8; ++variant) {
      Stage stage(program);
      const bool caps = variant == 6 || variant == 7;
      if (caps) stage.input("pause", variant == 6 ? "40s" : "23s").input("span", variant == 6 ? "3m" : "2m");
      stage.start.allow = seed % 3 == 0 ? std::vector<std::string>{} : std::vector<std::string>{"s0", "s1", "s2"};
      const Fortune fortunes[] = {Fortune::late, Fortune::silent, Fortune::well, Fortune::mixed, Fortune::refusing, Fortune::doubtful, Fortune::bad, Fortune::silent};
      play(stage, fortunes[variant], seed * 8 + variant);
      stage.ending = kEnding;
      stage.run();
      INFO("world " << variant << "\n" << stage.shown());
      REQUIRE(stage.outcome());
      REQUIRE(stage.machine().ended());
      std::size_t ends = 0;
      for (const Trace& trace : stage.traces) ends += trace.what == Trace::What::outcome ? 1 : 0;
      REQUIRE(ends == 1);
      REQUIRE(stage.ended_at() + kDelivery <= (caps ? bounds.longest_at_caps : bounds.longest));
      if (stage.ended_at() + kDelivery == (caps ? bounds.longest_at_caps : bounds.longest)) ++exact;
      for (const Told& told : stage.told) {
        if (!told.page) continue;
        REQUIRE(bounds.first_page != kNone);
        if (!caps) REQUIRE(told.at <= bounds.first_page);
        break;
      }
      ++outcomes[static_cast<std::size_t>(*stage.outcome())];
      ++runs;
    }
  }
  CHECK(exact > 0);
  for (std::size_t each : outcomes) CHECK(each > runs / 100);
}

namespace {

const char* const kAround = "runbook G-1: Generated\n  severity low\n  goal top\n  escalation until resolved\n    after 1m page lead\n";

Bounds bounds_of(const std::string& before, const std::string& after) {
  return compile("http api\nhost box\ncontact lead\n\n" + before + kAround + "  check top: It answers\n    api> GET /ok\n" + after, "G-1")->bounds;
}

}  // namespace

TEST_CASE("bounds are found in a time that grows with the text, whatever calls what how often") {
  SECTION("ten thousand steps") {
    std::string steps;
    for (int i = 0; i < 10'000; ++i) steps += fmt::format("  step s{}: Step\n    wait 1s\n", i);
    const Bounds bounds = bounds_of("", steps);
    CHECK(bounds.longest == 10'000 * kSecond + 10 * kSecond + kDelivery);
    CHECK(bounds.path.size() == 20'002);
  }
  SECTION("procedures that call each other twice, a hundred deep") {
    std::string all = "procedure p0(n as int)\n  wait 1s\n  do within 1s box$ ./a <n>\n";
    for (int i = 1; i <= 100; ++i) all += fmt::format("procedure p{}(n as int)\n  do p{} with n = n\n  within 1h\n    do p{} with n = n\n  do p{} with n = n\n", i, i - 1, i - 1, i - 1);
    const Bounds bounds = bounds_of(all, "  step s: Step\n    do p100 with n = 1\n");
    CHECK(bounds.longest == 366 * kDay);
    CHECK(bounds.path.size() < 2000);
  }
  SECTION("checks that look at others twice, a hundred deep") {
    std::string all = "check c0: It\n  within 1s api> GET /a\n";
    for (int i = 1; i <= 100; ++i) all += fmt::format("check c{}: Them\n  check c{}\n  within 1s api> GET /b\n  check c{}\n", i, i - 1, i - 1);
    CHECK(bounds_of(all, "  step s: Step\n    check c100\n").longest == 366 * kDay);
  }
  SECTION("loops in loops, in turns") {
    std::string lines;
    unsigned depth = 2;
    for (int i = 0; i < 60; ++i, ++depth) lines += std::string(2 * depth, ' ') + (i % 2 == 0 ? "retry 1 times every 1s\n" : fmt::format("for each n{} in [1, 2] tolerating 1\n", i));
    const Bounds bounds = bounds_of("", "  step s: Step\n" + lines + std::string(2 * depth, ' ') + "do repeatable within 1s box$ ./a\n");
    CHECK(bounds.longest == 366 * kDay);
    CHECK(bounds.path.size() < 2000);
  }
  SECTION("undo beneath undo") {
    std::string lines;
    unsigned depth = 2;
    for (int i = 0; i < 40; ++i, ++depth) lines += std::string(2 * depth, ' ') + "do within 1s box$ ./a\n" + std::string(2 * depth, ' ') + "undo\n";
    CHECK(bounds_of("", "  step s: Step\n" + lines + std::string(2 * depth, ' ') + "wait 1s\n").longest == 40 * 7 * kSecond + kSecond + 10 * kSecond + kDelivery);
  }
}

TEST_CASE("what stands beneath a line of the longest path adds up to it") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const auto program = compile(Author(seed).runbook(), "G-1");
    const auto& path = program->bounds.path;
    INFO("seed " << seed << "\n" << told(program->bounds));
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i].site != kNone) CHECK(static_cast<std::size_t>(path[i].site) < program->sites.size());
      Micros sum = 0;
      for (std::size_t j = i + 1; j < path.size() && path[j].depth > path[i].depth; ++j) sum += path[j].depth == path[i].depth + 1 ? path[j].micros : 0;
      if (sum == 0) continue;
      if (path[i].why.find("cut after") == std::string::npos) CHECK(sum == path[i].micros);
      else CHECK(sum >= path[i].micros);
    }
  }
}

TEST_CASE("a runbook that may take longer than its severity's budget is told, with the lines that take longest") {
  OverlaySources sources;
  sources.put("a.runbook", std::string("http api\ncontact lead\n\n") + kAround + "  check top: It answers\n    api> GET /ok\n  step s: Step\n    wait 3m\n    poll until top every 5s for 40m\n");
  Settings settings;
  const auto told_of = [&] {
    auto found = check_project(sources, {"a.runbook"}, rbc::catalogue(), settings).diagnostics;
    std::erase_if(found, [](const Diagnostic& each) { return each.severity != Severity::Error; });
    return found;
  };
  CHECK(told_of().empty());
  settings.budgets = {{"critical", kMinute}, {"low", 46 * kMinute}};
  CHECK(told_of().empty());
  settings.budgets["low"] = 45 * kMinute;
  const auto found = told_of();
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == "E0605");
  CHECK(found[0].message == "G-1 may take 45m20s headless; the budget for `low` is 45m.");
  REQUIRE(found[0].notes.size() == 3);
  CHECK(found[0].notes[0] == "40m10s of it, line 13: poll until top every 5s for 40m (40m, and one last look of 10s)");
  CHECK_FALSE(compile_runbook(sources, "a.runbook", "G-1", rbc::catalogue(), settings).program.has_value());
}
