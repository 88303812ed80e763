#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/session.hpp"
#include "run/events.hpp"
#include "run/headless.hpp"
#include "run/screen.hpp"
#include "vm/bytecode/image.hpp"
#include "vm/model/literal.hpp"

namespace rbc::cli {

std::unique_ptr<Store> open_store(const Project& project, int& code) {
  if (!project.problem.empty()) return code = refuse(kUsage, project.problem), nullptr;
  if (mkdir(project.state.c_str(), 0700) != 0 && errno != EEXIST) {
    code = refuse(kBroken, fmt::format("cannot make {}: {}.", project.state, std::strerror(errno)));
    return nullptr;
  }
  std::string problem;
  std::unique_ptr<Store> store = open_sqlite(project.state + "/runs.db", problem);
  if (!store) code = refuse(kBroken, problem);
  return store;
}

std::string user_name() {
  const passwd* entry = getpwuid(geteuid());
  return entry && entry->pw_name ? entry->pw_name : fmt::format("uid {}", geteuid());
}

bool at_terminal() { return isatty(0) && isatty(1); }

struct Audience::Parts {
  std::unique_ptr<HeadlessPrompter> headless;
  std::unique_ptr<PlainPrinter> plain;
  std::unique_ptr<TerminalPrompter> terminal;
  std::unique_ptr<EventWriter> events;
  Prompter* top = nullptr;
};

Audience::Audience(const Wishes& wishes) : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  if (wishes.mode == Mode::interactive) {
    p.terminal = std::make_unique<TerminalPrompter>(TerminalPrompter::Options{wishes.yes, colours(1), wishes.environment, wishes.guarded});
    p.top = p.terminal.get();
    return;
  }
  p.headless = std::make_unique<HeadlessPrompter>(wishes.allow);
  if (wishes.json) {
    p.events = std::make_unique<EventWriter>(*p.headless, [](std::string_view line) {
      std::fwrite(line.data(), 1, line.size(), stdout);
      std::fflush(stdout);
    });
    p.top = p.events.get();
  } else {
    p.plain = std::make_unique<PlainPrinter>(*p.headless, colours(1));
    p.top = p.plain.get();
  }
}
Audience::~Audience() = default;
Prompter& Audience::prompter() { return *parts_->top; }

int conclude(const RunResult& result, bool json) {
  for (const std::string& problem : result.problems) refuse(result.exit_code, visible(problem, false));
  if (result.run.empty() && !result.problems.empty()) fmt::print(stderr, "rbc: nothing was started.\n");
  if (!result.run.empty() && !json) {
    if (result.outcome) fmt::print("`rbc show {}` has the timeline.\n", result.run);
    else fmt::print("The run is left open: `rbc resume {}` goes on.\n", result.run);
  }
  return result.exit_code;
}

namespace {

// `2026-01-31T10:30:00Z`, or how long ago.
std::optional<Micros> parse_since(const std::string& text) {
  if (auto instant = parse_literal(text, Type(TypeTag::instant))) return instant->as_int();
  if (auto ago = parse_literal(text, Type(TypeTag::duration))) return system_clock().wall() - ago->as_int();
  return std::nullopt;
}

bool known_steps(const Program& program, const std::vector<std::string>& names, std::string_view flag, int& code) {
  std::vector<std::string> steps;
  for (const StepInfo& step : program.runbook.steps) steps.push_back(step.name);
  for (const std::string& name : names) {
    if (std::find(steps.begin(), steps.end(), name) != steps.end()) continue;
    code = refuse(kUsage, fmt::format("`--{} {}`: {} has no such step.{}", flag, name, program.runbook.id, suggestion(name, steps)));
    return false;
  }
  return true;
}

// `service is "api"`, for sentences.
std::string carried(const std::vector<std::pair<std::string, std::string>>& labels) {
  std::string all;
  for (const auto& [name, value] : labels) all += fmt::format("{}{} is \"{}\"", all.empty() ? "" : " and ", visible(name), visible(value));
  return all;
}

// The labels of the alert that is answered, as inputs; and whether the runbook claims an alert that carries them. Without labels nobody knows.
int take_labels(const Program& program, const Given& given, RunRequest& request) {
  std::vector<std::pair<std::string, std::string>> labels;
  for (const std::string& flag : given.all("label")) {
    const std::size_t equals = flag.find('=');
    if (equals == std::string::npos || equals == 0) return refuse(kUsage, fmt::format("`--label {}` has no `=`. It is written `--label NAME=VALUE`.", visible(flag)));
    const std::string name = flag.substr(0, equals);
    for (const auto& [known, value] : labels)
      if (known == name) return refuse(kUsage, fmt::format("the label `{}` is given twice.", visible(name)));
    labels.emplace_back(name, flag.substr(equals + 1));
    request.inputs.push_back({name, flag.substr(equals + 1), true});
  }
  if (labels.empty()) return kOk;
  if (request.alert.empty()) return refuse(kUsage, "`--label` says what an alert carries. Name the alert: `--alert NAME`.");
  std::string wanted;
  for (const AlertInfo& alert : program.runbook.alerts) {
    if (alert.name != request.alert) continue;
    const bool claimed = std::all_of(alert.labels.begin(), alert.labels.end(), [&](const auto& label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); });
    if (claimed) return kOk;
    wanted += fmt::format("{}{}", wanted.empty() ? "" : ", or ", carried(alert.labels));
  }
  return refuse(kUsage, fmt::format("{} answers the alert `{}` only where {}.", program.runbook.id, request.alert, wanted));
}

}  // namespace

int run(const Given& given) {
  Project project = find_project();
  DiskSources sources;
  Chosen chosen = choose_runbook(sources, project, given.words[0]);
  if (!chosen.program) return chosen.code;
  const Program& program = *chosen.program;
  int code = kOk;

  RunRequest request;
  request.environment = choose_environment(program, given.get("env"), code);
  if (code) return code;
  for (auto& [name, text] : collect_inputs(program, given.all("input"), given.extra, code)) request.inputs.push_back({name, text, false});
  if (code) return code;
  if (given.has("may") && given.get("may") != "change") return refuse(kUsage, fmt::format("`--may` takes `change`, not `{}`.", given.get("may")));
  request.may_change = given.has("may");
  request.allow = given.all("allow");
  request.from = given.get("from");
  request.until = given.get("until");
  if (!known_steps(program, request.allow, "allow", code)) return code;
  if (!request.from.empty() && !known_steps(program, {request.from}, "from", code)) return code;
  if (!request.until.empty() && !known_steps(program, {request.until}, "until", code)) return code;
  request.alert = given.get("alert");
  if (!request.alert.empty()) {
    std::vector<std::string> alerts;
    for (const AlertInfo& alert : program.runbook.alerts) alerts.push_back(alert.name);
    if (std::find(alerts.begin(), alerts.end(), request.alert) == alerts.end())
      return refuse(kUsage, fmt::format("{} does not answer the alert `{}`.{}", program.runbook.id, request.alert, suggestion(request.alert, alerts)));
  }
  if ((code = take_labels(program, given, request))) return code;
  if (given.has("since") && !(request.since = parse_since(given.get("since"))))
    return refuse(kUsage, fmt::format("`--since` takes a time such as 2026-01-31T10:30:00Z, or how long ago, such as 5m; not `{}`.", given.get("since")));
  request.dry = given.has("dry");
  request.yes = given.has("yes");
  bool json = given.has("json");
  bool headless = given.has("headless") || request.dry || json;
  if (!headless && !at_terminal())
    return refuse(kUsage, "there is no terminal to ask questions at. With `--headless` the runbook's own answers are taken.");
  request.mode = headless ? Mode::headless : Mode::interactive;
  request.project = project.root;
  request.operator_name = user_name();

  bool guarded = false;
  for (const Environment& e : program.environments)
    if (e.name == request.environment) guarded = e.guarded;
  std::unique_ptr<Store> store = open_store(project, code);
  if (!store) return code;
  request.image = save(program);
  request.program = std::make_shared<const Program>(std::move(*chosen.program));
  Audience audience({request.mode, request.yes, json, guarded, request.allow, request.environment});
  return conclude(begin_run(request, *store, audience.prompter()), json);
}

int resume(const Given& given) {
  Project project = find_project();
  int code = kOk;
  std::unique_ptr<Store> store = open_store(project, code);
  if (!store) return code;
  std::optional<RunRow> row = store->find(given.words[0]);
  if (!row) return refuse(kUsage, fmt::format("no run `{}` here, or several begin like that. `rbc runs` lists them.", given.words[0]));
  bool json = given.has("json");
  bool headless = given.has("headless") || json || !at_terminal();
  if (headless && !given.has("headless") && !json && row->mode == "interactive")
    return refuse(kUsage, "there is no terminal to ask questions at. With `--headless` the runbook's own answers are taken.");
  ResumeRequest request;
  request.run = row->id;
  request.project = project.root;
  request.mode = headless ? Mode::headless : Mode::interactive;
  request.yes = given.has("yes");
  request.operator_name = user_name();
  Audience audience({request.mode, request.yes, json, false, {}, row->environment});
  return conclude(resume_run(request, *store, audience.prompter()), json);
}

}  // namespace rbc::cli
