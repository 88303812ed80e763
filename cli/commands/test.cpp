// `rbc test`: the tests of runbooks, on a virtual clock. Reads files and nothing else: no network, no secrets, no journal.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/summary.hpp"
#include "cli/commands/test_report.hpp"
#include "cli/files.hpp"
#include "cli/project.hpp"
#include "compiler/compile.hpp"
#include "grammar/render/report.hpp"
#include "stdlib/world.hpp"
#include "vm/exec/operators.hpp"

namespace rbc::cli {

namespace {

struct TestWishes {
  std::string filter, junit, summary, problem;
  Format format = Format::Pretty;
  bool coverage = false, story = false, shuffle = false, colour = false;
  std::uint64_t seed = 0;
  double threshold = -1;
};

bool whole_number(const std::string& text, std::size_t digits) {
  return !text.empty() && text.size() <= digits && text.find_first_not_of("0123456789") == std::string::npos;
}

TestWishes read_test_wishes(const Given& given) {
  TestWishes wishes;
  wishes.filter = given.get("run");
  wishes.junit = given.get("junit");
  wishes.coverage = given.has("coverage");
  wishes.summary = given.get("summary");
  const std::string format = given.get("format", "pretty");
  const std::vector<std::string> formats{"pretty", "json", "github"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) wishes.problem = fmt::format("`--format` takes pretty, json, github, not `{}`.{}", visible(format), suggestion(format, formats));
  else wishes.format = *format_named(format);
  wishes.story = given.has("verbose");
  const std::string color = given.get("color", "auto");
  const std::vector<std::string> words{"auto", "always", "never"};
  if (std::find(words.begin(), words.end(), color) == words.end()) wishes.problem = fmt::format("`--color` takes auto, always, never, not `{}`.{}", color, suggestion(color, words));
  wishes.colour = color == "always" || (color == "auto" && colours(1));
  if (!wishes.filter.empty() && !exec::matches(Value::text(""), wishes.filter).good) wishes.problem = fmt::format("`--run {}` is no regular expression.", visible(wishes.filter));
  if (given.has("seed")) {
    if (!whole_number(given.get("seed"), 18)) wishes.problem = fmt::format("`--seed` takes a whole number, not `{}`.", visible(given.get("seed")));
    else wishes.shuffle = true, wishes.seed = std::stoull(given.get("seed"));
  }
  if (given.has("threshold")) {
    std::string text = given.get("threshold");
    if (text.ends_with('%')) text.pop_back();
    if (!whole_number(text, 3) || std::stoi(text) > 100) wishes.problem = fmt::format("`--threshold` takes a percentage from 0 to 100, not `{}`.", visible(given.get("threshold")));
    else if (!wishes.coverage) wishes.problem = "`--threshold` is of `--coverage`: say both.";
    else wishes.threshold = std::stod(text);
  }
  return wishes;
}

// With a runbook come the tests beside it.
void add_tests_beside(std::vector<std::string>& files) {
  namespace fs = std::filesystem;
  std::vector<std::string> more;
  for (const std::string& file : files) {
    if (!file.ends_with(".runbook") || file.ends_with(".test.runbook")) continue;
    const std::string beside = file.substr(0, file.size() - std::string_view(".runbook").size()) + ".test.runbook";
    std::error_code trouble;
    if (fs::is_regular_file(beside, trouble)) more.push_back(beside);
  }
  files.insert(files.end(), more.begin(), more.end());
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
}

struct PickedTest { std::size_t runbook = 0; const testing::TestCase* test = nullptr; };

}  // namespace

int test(const Given& given) {
  const TestWishes wishes = read_test_wishes(given);
  if (!wishes.problem.empty()) return refuse(kUsage, wishes.problem);
  const Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  std::vector<std::string> files = project.files;
  std::string problem;
  if (!given.words.empty()) {
    files = expand(given.words, problem);
    if (!problem.empty()) return refuse(kUsage, problem);
    add_tests_beside(files);
  }
  if (files.empty()) return refuse(kUsage, fmt::format("there is no runbook below {}.", project.root));
  DiskSources sources;
  for (const std::string& file : files)
    if (!sources.load(file)) return refuse(kBroken, why_unreadable(file));

  const auto started = std::chrono::steady_clock::now();
  CompiledTests compiled = compile_tests(sources, files, catalogue(), project.settings);
  std::erase_if(compiled.diagnostics, [](const Diagnostic& each) { return each.severity != Severity::Error; });
  if (!compiled.diagnostics.empty()) {
    Report report;
    report.diagnostics = std::move(compiled.diagnostics);
    report.files = files;
    for (const RunbookEntry& entry : compiled.index.runbooks) report.runbooks.push_back({entry.id, entry.path, entry.line});
    report.version = RBC_VERSION;
    report.colour = wishes.format == Format::Pretty && colours(2);
    const std::string text = render(report, wishes.format);
    std::fwrite(text.data(), 1, text.size(), wishes.format == Format::Pretty ? stderr : stdout);
    fmt::print(stderr, "rbc: no test was run.\n");
    return kFindings;
  }

  std::vector<testing::Prepared> prepared;
  for (Tested& each : compiled.runbooks) prepared.push_back(testing::prepare(std::move(each.program)));
  std::vector<PickedTest> chosen;
  std::size_t known = 0;
  for (std::size_t i = 0; i < compiled.runbooks.size(); ++i)
    for (const testing::TestCase& each : compiled.runbooks[i].suite.tests) {
      ++known;
      const std::string name = prepared[i].program->runbook.id + " " + each.name;
      if (wishes.filter.empty() || exec::matches(Value::text(name), wishes.filter).value.as_bool()) chosen.push_back({i, &each});
    }
  if (known == 0 && !given.words.empty() && !wishes.coverage) return refuse(kUsage, "no test stands in what was named, or beside it.");
  // A project without tests fails no pipeline; that it has none is said.
  if (known == 0) fmt::print(stderr, "rbc: no file of this project holds a test. `test NAME` with `run RUNBOOK headless` beneath begins one.\n");
  if (chosen.empty() && known != 0) return refuse(kUsage, fmt::format("none of the {} test{} has a name that matches `{}`.", known, known == 1 ? "" : "s", visible(wishes.filter)));
  if (wishes.shuffle) std::shuffle(chosen.begin(), chosen.end(), std::mt19937_64(wishes.seed));

  std::vector<TestDone> done;
  std::vector<std::vector<bool>> reached(compiled.runbooks.size());
  std::string file;
  for (const PickedTest& each : chosen) {
    TestDone one{&prepared[each.runbook], each.test, {}, 0};
    const auto begun = std::chrono::steady_clock::now();
    one.result = testing::rehearse(prepared[each.runbook], compiled.runbooks[each.runbook].suite, *each.test);
    one.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    auto& all = reached[each.runbook];
    all.resize(std::max(all.size(), one.result.reached.size()));
    for (std::size_t i = 0; i < one.result.reached.size(); ++i) all[i] = all[i] || one.result.reached[i];
    if (wishes.format != Format::Pretty) {
      fmt::print("{}", wishes.format == Format::Json ? test_json(one) : test_github(one));
    } else {
      if (one.file(each.test->site) != file) fmt::print("{}{}\n", file.empty() ? "" : "\n", visible(one.file(each.test->site)));
      file = one.file(each.test->site);
      fmt::print("{}", test_lines(one, wishes.colour, wishes.story));
    }
    done.push_back(std::move(one));
  }
  const auto failed = static_cast<std::size_t>(std::count_if(done.begin(), done.end(), [](const TestDone& each) { return !each.passed(); }));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();

  bool below = false;
  std::FILE* out = wishes.format == Format::Pretty ? stdout : stderr;
  std::vector<Reached> coverage;
  for (std::size_t i = 0; i < compiled.runbooks.size(); ++i) coverage.push_back(reached_of(*prepared[i].program, compiled.runbooks[i].suite, reached[i]));
  if (wishes.coverage) {
    fmt::print(out, "\n");
    for (const Reached& one : coverage) {
      fmt::print(out, "{}", coverage_lines(one));
      below = below || one.percent() < wishes.threshold;
    }
    for (const RunbookEntry& entry : compiled.index.runbooks) {
      if (std::any_of(prepared.begin(), prepared.end(), [&](const auto& each) { return same_id(each.program->runbook.id, entry.id); })) continue;
      fmt::print(out, "{}: it has no test ({}:{})\n", entry.id, visible(entry.path), entry.line);
      below = below || wishes.threshold > 0;
    }
    if (below) fmt::print(out, "\nA runbook is below the threshold of {:.0f} %.\n", wishes.threshold);
  }
  if (wishes.format == Format::Pretty && known != 0) {
    fmt::print("\n{} test{}: {} passed{}{}  ({:.0f} ms)\n", done.size(), done.size() == 1 ? "" : "s", done.size() - failed, failed ? fmt::format(", {} failed", failed) : "",
               wishes.shuffle ? fmt::format(", in the order of seed {}", wishes.seed) : "", seconds * 1000);
  }
  if (!wishes.junit.empty())
    if (problem = write_whole(wishes.junit, test_junit(done)); !problem.empty()) return refuse(kBroken, problem);
  if (!wishes.summary.empty())
    if (problem = append(wishes.summary, summary_of_tests(done, coverage)); !problem.empty()) return refuse(kBroken, problem);
  return failed != 0 || below ? kFindings : kOk;
}

}  // namespace rbc::cli
