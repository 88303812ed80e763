// `rbc check`: what is wrong with a project's files, for a person, a log, or a CI system.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "cli/alerts.hpp"
#include "cli/commands/baseline.hpp"
#include "cli/commands/check_fix.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/live_check.hpp"
#include "cli/commands/summary.hpp"
#include "cli/commands/times.hpp"
#include "cli/files.hpp"
#include "cli/project.hpp"
#include "cli/shellcheck.hpp"
#include "compiler/compile.hpp"
#include "grammar/ast.hpp"
#include "grammar/render/report.hpp"
#include "stdlib/world.hpp"

namespace rbc::cli {

namespace {

// The flags, read; `problem` is one sentence.
struct Wishes {
  Format format = Format::Short;
  bool warnings_fail = false, mend = false, mend_all = false, diff = false, write_baseline = false, colour = false;
  std::size_t most = 100;
  std::string output, baseline, problem;

  bool for_people() const { return format == Format::Pretty || format == Format::Short; }
};

std::string one_of(const Given& given, const std::string& flag, const std::vector<std::string>& words, std::string& value) {
  value = given.get(flag, value);
  if (std::find(words.begin(), words.end(), value) != words.end()) return {};
  return fmt::format("`--{}` takes {}, not `{}`.{}", flag, fmt::join(words, ", "), value, suggestion(value, words));
}

Wishes read_wishes(const Given& given) {
  Wishes wishes;
  const auto say = [&](std::string sentence) {
    if (wishes.problem.empty()) wishes.problem = std::move(sentence);
  };
  wishes.output = given.get("output");
  std::string format = wishes.output.empty() && isatty(1) ? "pretty" : "short", fail_on = "error", color = "auto";
  say(one_of(given, "format", format_names(), format));
  say(one_of(given, "fail-on", {"error", "warning"}, fail_on));
  say(one_of(given, "color", {"auto", "always", "never"}, color));
  if (!wishes.problem.empty()) return wishes;
  wishes.format = *format_named(format);
  wishes.warnings_fail = fail_on == "warning";
  wishes.colour = color == "always" || (color == "auto" && wishes.output.empty() && colours(1));
  if (given.has("max-errors")) {
    const std::string text = given.get("max-errors");
    if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos) say(fmt::format("`--max-errors` takes a whole number, not `{}`.", text));
    else wishes.most = std::stoul(text);
  }
  wishes.mend = given.has("fix") || given.has("fix-unsafe");
  const std::string how = given.get("fix");
  wishes.mend_all = how == "all" || given.has("fix-unsafe");
  if (!how.empty() && how != "all") say(fmt::format("`--fix` takes nothing, or `=all` for what a person should review too; not `={}`.", how));
  wishes.diff = given.has("diff");
  if (wishes.diff && !wishes.mend) say("`--diff` shows what `--fix` would do: say both.");
  wishes.baseline = given.get("baseline");
  wishes.write_baseline = given.has("write-baseline");
  if (wishes.write_baseline && wishes.baseline.empty()) say("`--write-baseline` needs to know where: `--baseline FILE --write-baseline`.");
  if (given.has("times") && !wishes.for_people() && wishes.format != Format::Json) say(fmt::format("`--times` is for pretty, short and json; {} has no place for it.", format));
  if (wishes.write_baseline && wishes.mend) say("`--fix` and `--write-baseline` are two commands: first mend, then keep what is left.");
  return wishes;
}

// Applies the fixes and says so. False: refused, `code` is set.
bool mend(OverlaySources& sources, const std::vector<std::string>& files, const Project& project, const Wishes& wishes, int& code) {
  DiskSources disk;
  const Fixed fixed = fix_all(sources, files, project.settings, wishes.mend_all);
  for (const std::string& path : fixed.changed) {
    const std::string before(disk.load(path) ? disk.load(path)->text() : std::string_view());
    if (wishes.diff) {
      fmt::print("{}", unified_diff(path, before, sources.load(path)->text()));
      continue;
    }
    if (const std::string problem = write_whole(path, sources.load(path)->text()); !problem.empty()) {
      code = refuse(kBroken, problem);
      return false;
    }
  }
  if (wishes.diff) {
    code = fixed.changed.empty() ? kOk : kFindings;
    return false;
  }
  std::FILE* out = wishes.for_people() && wishes.output.empty() ? stdout : stderr;
  for (const Fixed::Done& one : fixed.done) fmt::print(out, "mended {} {}: {}{}.\n", one.place, one.code, one.title, one.safe ? "" : " (please review)");
  if (!fixed.done.empty()) fmt::print(out, "\n");
  return true;
}

// Takes what was there before out of the report, or writes it down. Answers an exit code to end with, or -1.
int heed_baseline(Report& report, const Wishes& wishes) {
  Baseline baseline;
  if (wishes.write_baseline) {
    if (const std::string problem = write_whole(wishes.baseline, Baseline::text(report)); !problem.empty()) return refuse(kBroken, problem);
    fmt::print(stderr, "{} finding{} kept in {}.\n", report.diagnostics.size(), report.diagnostics.size() == 1 ? "" : "s", visible_source(wishes.baseline));
    return kOk;
  }
  if (const std::string problem = baseline.read(wishes.baseline); !problem.empty()) return refuse(kUsage, problem);
  baseline.take(report);
  if (const auto stale = baseline.stale(); !stale.empty()) {
    fmt::print(stderr, "{} in {} {} mended: {}. `--write-baseline` drops {}.\n", stale.size() == 1 ? "One entry" : fmt::format("{} entries", stale.size()), wishes.baseline,
               stale.size() == 1 ? "is" : "are", fmt::join(stale, ", "), stale.size() == 1 ? "it" : "them");
  }
  return -1;
}

}  // namespace

int check(const Given& given) {
  const Wishes wishes = read_wishes(given);
  if (!wishes.problem.empty()) return refuse(kUsage, wishes.problem);
  Project project = find_project(given.all("level"));
  if (given.has("today")) {
    const auto day = instant_of(given.get("today"));
    if (!day) return refuse(kUsage, fmt::format("`--today` takes a day such as 2026-01-31, not `{}`.", given.get("today")));
    project.settings.now = std::chrono::duration_cast<std::chrono::microseconds>(day->time_since_epoch()).count();
  }
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  project.settings.whole_project = given.words.empty();
  std::vector<std::string> files = project.files;
  std::string problem;
  if (!given.words.empty()) files = expand(given.words, problem);
  if (!problem.empty()) return refuse(kUsage, problem);
  if (files.empty()) return refuse(kUsage, fmt::format("there is no runbook below {}.", project.root));
  DiskSources disk;
  OverlaySources sources(&disk);
  for (const std::string& file : files)
    if (!sources.load(file)) return refuse(kBroken, why_unreadable(file));
  std::vector<AlertRule> rules;
  std::vector<Diagnostic> unreadable;
  for (const std::string& file : given.all("alerts")) {
    const Source* source = sources.load(file);
    if (!source) return refuse(kBroken, why_unreadable(file));
    read_alert_rules(*source, rules, unreadable);
  }
  if (given.has("alerts") && unreadable.empty()) project.settings.alerts = &rules;
  int code = kOk;
  if (wishes.mend && !mend(sources, files, project, wishes, code)) return code;

  if (!given.has("no-shellcheck")) {
    ShellFindings shell = shellcheck(sources, files);
    if (!shell.problem.empty()) fmt::print(stderr, "rbc: {}\n", shell.problem);
    project.settings.outside = std::move(shell.diagnostics);
    project.settings.shellcheck = shell.ran;
  }
  if (given.has("env") && !given.has("live")) return refuse(kUsage, "`--env` says which servers `--live` asks: say both.");
  if (given.has("live")) {
    LiveFindings live = live_check(sources, files, project, given.get("env"));
    if (!live.problem.empty()) return refuse(live.code, live.problem);
    for (const std::string& note : live.notes) fmt::print(stderr, "rbc: {}\n", note);
    fmt::print(stderr, "rbc: {} SQL statement{} prepared by the server, none executed.\n", live.statements, live.statements == 1 ? "" : "s");
    project.settings.outside.insert(project.settings.outside.end(), live.diagnostics.begin(), live.diagnostics.end());
  }
  Checked checked = check_project(sources, files, catalogue(), project.settings);
  Report report;
  report.diagnostics = std::move(checked.diagnostics);
  report.diagnostics.insert(report.diagnostics.end(), unreadable.begin(), unreadable.end());
  report.suppressed = std::move(checked.suppressed);
  report.files = files;
  for (const RunbookEntry& entry : checked.index.runbooks) report.runbooks.push_back({entry.id, entry.path, entry.line});
  report.version = RBC_VERSION;
  report.most = wishes.most;
  report.warnings_fail = wishes.warnings_fail;
  report.colour = wishes.colour;
  if (!wishes.baseline.empty())
    if (const int end = heed_baseline(report, wishes); end >= 0) return end;

  std::string text = render(report, wishes.format);
  if (given.has("times")) add_times(text, wishes.format, times_of(sources, checked.index, files, project.settings));
  if (given.has("summary")) {
    const auto times = times_of(sources, checked.index, files, project.settings);
    if (problem = append(given.get("summary"), summary(report, checked.index, times, project.settings.budgets)); !problem.empty()) return refuse(kBroken, problem);
  }
  if (wishes.output.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    if (problem = write_whole(wishes.output, text); !problem.empty()) return refuse(kBroken, problem);
    fmt::print(stderr, "{} error{}, {} warning{}: written to {}.\n", report.errors(), report.errors() == 1 ? "" : "s", report.warnings(), report.warnings() == 1 ? "" : "s", visible_source(wishes.output));
  }
  return report.errors() > 0 || (wishes.warnings_fail && report.warnings() > 0) ? kFindings : kOk;
}

}  // namespace rbc::cli
