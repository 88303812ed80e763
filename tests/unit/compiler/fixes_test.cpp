// A fix does what it says: applied to a diagnostic's own example it takes the diagnostic away and brings no other.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>

#include "compiler/compile.hpp"
#include "grammar/examples.hpp"
#include "grammar/suggest.hpp"
#include "stdlib/world.hpp"

namespace {

rbc::Checked check_text(rbc::OverlaySources& sources, std::string text) {
  sources.put("example.runbook", std::move(text));
  return rbc::check_project(sources, {"example.runbook"}, rbc::catalogue());
}

std::multiset<std::string> codes(const rbc::Checked& checked) {
  std::multiset<std::string> all;
  for (const rbc::Diagnostic& one : checked.diagnostics) all.insert(one.code);
  return all;
}

std::size_t lints(const rbc::Checked& checked) {
  return static_cast<std::size_t>(std::count_if(checked.diagnostics.begin(), checked.diagnostics.end(), [](const rbc::Diagnostic& d) { return d.severity == rbc::Severity::Warning; }));
}

std::string applied(const rbc::Fix& fix) {
  std::vector<rbc::Edit> edits = fix.edits;
  std::sort(edits.begin(), edits.end(), [](const rbc::Edit& a, const rbc::Edit& b) { return a.span.begin > b.span.begin; });
  std::string text(edits.front().source->text());
  std::uint32_t before = static_cast<std::uint32_t>(text.size());
  for (const rbc::Edit& edit : edits) {
    REQUIRE(edit.span.begin <= edit.span.end);
    REQUIRE(edit.span.end <= before);   // none overlaps the next
    before = edit.span.begin;
    text.replace(edit.span.begin, edit.span.end - edit.span.begin, edit.text);
  }
  return text;
}

struct Mistake {
  const char* code;
  rbc::Frame frame;
  const char* text;
  bool safe;
};

// One mistake each that carries a fix, beyond the examples of the table.
const Mistake kMistakes[] = {
    {"E0101", rbc::Frame::File, "contcat ops\n", true},
    {"E0102", rbc::Frame::Runbook, "servce backend\n", true},
    {"E0103", rbc::Frame::Runbook, "escalation until acknowledged\n  in 5m page ops\n", false},
    {"E0103", rbc::Frame::Runbook, "escalation until acknowledged\n  aftr 5m page ops\n", true},
    {"E0104", rbc::Frame::Check, "api> GET /health\nexpect .status is 200\n", false},
    {"E0104", rbc::Frame::Check, "api> GET /health\nambr if .status is 500\n", true},
    {"E0105", rbc::Frame::Step, "chekc ok\n", true},
    {"E0106", rbc::Frame::Test, "run EX-1 headless\nexpct ok is green\n", true},
    {"E0107", rbc::Frame::Test, "run EX-1 headless\ngiven ok\n  refuse: no\n", true},
    {"E0109", rbc::Frame::File, "host box\n  raeds ./bin/report.py *\n", true},
    {"E0109", rbc::Frame::File, "http api\nenv local\n  api: http://127.0.0.1:1\n", true},
    {"E0111", rbc::Frame::Step, "check ok\nn = 3\nwhen ok is red and n > 2 or n < 0\n  wait 1s\n", false},
    {"E0112", rbc::Frame::Step, "n = 3\nwhen 1 < n <= 5\n  wait 1s\n", true},
    {"E0113", rbc::Frame::Check, "api> GET /health\nred if .status == 500\n", true},
    {"E0113", rbc::Frame::Check, "api> GET /health\nred if .status==500\n", true},
    {"E0114", rbc::Frame::Step, "pool = db> select count(*) as used from pg_stat_activity\nwhen pool .used > 3\n  wait 1s\n", true},
    {"E0115", rbc::Frame::Step, "within 5m do stack> up -d\n", true},
    {"E0116", rbc::Frame::Step, "wait -5s\n", false},
    {"E0122", rbc::Frame::Step, "wait\t30s\n", true},
    {"E0122", rbc::Frame::Step, "check ok\nwhen ok passes\n\twait 5s\n", false},
    {"W0124", rbc::Frame::File, "contact ops\r\nhost box\r\n", true},
    {"E0123", rbc::Frame::File, "contact ops\r\nhost box\n", true},
    {"E0123", rbc::Frame::File, "contact ops: A\u202Eteam\n", false},
    {"E0201", rbc::Frame::Step, "check okk\n", false},
    {"E0201", rbc::Frame::Step, "number = 3\nshow nmber\n", false},
    {"E0201", rbc::Frame::Step, "tell opps: It is over.\n", false},
    {"E0202", rbc::Frame::Step, "used = 3\nmax = 10\nshow max-used\n", true},
    {"W0213", rbc::Frame::Check, "db> select 1\nred if ok is red\n", false},
    {"E0301", rbc::Frame::Check, "api> GET /stats\nred if .json.size > 5MiB\n", false},
    {"E0302", rbc::Frame::Step, "check ok\nwhen ok\n  wait 1s\n", false},
    {"E0306", rbc::Frame::Step, "idle-for = 10m\nbox$ sleep <idle-for>\n", false},
    {"E0308", rbc::Frame::Step, "wait 30m1h\n", true},
    {"E0308", rbc::Frame::Step, "poll until ok every 5s for 30m1h\n", true},
    {"E0705", rbc::Frame::Check, "db> select 1 as n\n    red if .n > 0\n", false},
    {"W0711", rbc::Frame::Step, "box$ grep '\\<word' f\n", false},
    {"E0401", rbc::Frame::Step, "stack> restart backend\n", false},
    {"E0401", rbc::Frame::Step, "x = stack> restart backend\n", false},
    {"E0602", rbc::Frame::Step, "poll until ok every 5m for 1m\n", false},
    {"W0604", rbc::Frame::Step, "when ok is red\n  wait 1s\n", false},
    {"W0903", rbc::Frame::Step, "# rbc: allow(W0604, reason = \"it was so once\")\nwait 1s\n", true},
    {"W0905", rbc::Frame::Step, "# rbc: allow(E0301, reason = \"it has always worked\")\nwait 1s\n", true},
};

}  // namespace

TEST_CASE("each fix of a mistake takes it away and brings no other") {
  for (const Mistake& mistake : kMistakes) {
    INFO(mistake.code << "\n" << mistake.text);
    rbc::OverlaySources sources;
    const rbc::Checked before = check_text(sources, rbc::whole_example(mistake.frame, mistake.text));
    // A snippet may have lints of its own besides; they are not what is mended.
    const auto hit = std::find_if(before.diagnostics.begin(), before.diagnostics.end(), [&](const rbc::Diagnostic& d) { return d.code == mistake.code; });
    REQUIRE(hit != before.diagnostics.end());
    if (mistake.code[0] == 'E') CHECK(before.diagnostics.size() - lints(before) == 1);
    const rbc::Diagnostic& one = *hit;
    REQUIRE_FALSE(one.fixes.empty());
    for (const rbc::Fix& fix : one.fixes) {
      CHECK(fix.safe == mistake.safe);
      const std::string text = applied(fix);
      INFO(fix.title << "\n" << text);
      const rbc::Checked after = check_text(sources, text);
      CHECK(codes(after).count(mistake.code) < codes(before).count(mistake.code));
      CHECK(after.ok());
    }
  }
}

TEST_CASE("every fix of an example of the table mends it") {
  for (const rbc::DiagnosticInfo& info : rbc::all_diagnostics()) {
    if (info.failing.empty()) continue;
    rbc::OverlaySources sources;
    const rbc::Checked before = check_text(sources, rbc::whole_files(info.frame, info.failing)[0].text);
    for (const rbc::Diagnostic& one : before.diagnostics)
      for (const rbc::Fix& fix : one.fixes) {
        const std::string text = applied(fix);
        INFO(info.code << ": " << fix.title << "\n" << text);
        CHECK(codes(check_text(sources, text)).count(one.code) < codes(before).count(one.code));
      }
  }
}

TEST_CASE("a slip in a keyword is unmistakable, a name never is") {
  CHECK(rbc::unmistakable("chekc", "check", {"check", "choose"}));
  CHECK_FALSE(rbc::unmistakable("node", "nodes", {"nodes", "mode"}));
  CHECK_FALSE(rbc::unmistakable("in", "is", {"is"}));
  CHECK_FALSE(rbc::unmistakable("retyr", "repeat", {"repeat"}));
}
