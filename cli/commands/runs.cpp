// What is known of runs: the list, the timeline, and what can be said to one from another terminal.
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/session.hpp"
#include "run/events.hpp"
#include "run/narrate.hpp"
#include "run/replay.hpp"

namespace rbc::cli {

namespace {

std::string date_time(Micros wall) { return fmt::format("{} {}", prose(Value::instant(wall)).substr(0, 10), clock_time(wall)); }

std::string state_of(const RunRow& row) {
  if (row.state != "open") return row.outcome.empty() ? row.state : row.outcome;
  return is_held(row) ? "running" : "open";
}

std::string quoted(const std::string& text) { return to_json_text(Value::text(text)); }

std::optional<RunRow> choose_run(Store& store, const std::string& name, int& code) {
  std::optional<RunRow> row = store.find(name);
  if (!row) code = refuse(kUsage, fmt::format("no run `{}` here, or several begin like that. `rbc runs` lists them.", name));
  return row;
}

int post(const Given& given, const std::string& what) {
  Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  int code = kOk;
  std::unique_ptr<Store> store = open_store(project, code);
  if (!store) return code;
  std::optional<RunRow> row = choose_run(*store, given.words[0], code);
  if (!row) return code;
  if (row->state != "open") return refuse(kUsage, fmt::format("{} has ended: {}.", row->id, row->outcome));
  Store::Mail mail;
  mail.run = row->id;
  mail.what = what;
  mail.who = given.get("as", user_name());
  mail.at = system_clock().wall();
  std::string problem = store->post(mail);
  if (!problem.empty()) return refuse(kBroken, problem);
  fmt::print("{}: {}.\n", row->id, what == "acknowledge" ? "acknowledged" : "it is told to stop");
  return kOk;
}

}  // namespace

int ack(const Given& given) { return post(given, "acknowledge"); }
int cancel(const Given& given) { return post(given, "cancel"); }

int runs(const Given& given) {
  Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  int code = kOk;
  std::unique_ptr<Store> store = open_store(project, code);
  if (!store) return code;
  bool json = given.has("json");
  std::size_t shown = 0;
  for (const RunRow& row : store->runs()) {
    if (given.has("open") && row.state != "open") continue;
    if (json) {
      fmt::print("{{\"run\":{},\"runbook\":{},\"environment\":{},\"state\":{},\"outcome\":{},\"reason\":{},\"mode\":{},\"operator\":{},\"started\":{},\"ended\":{}}}\n",
                 quoted(row.id), quoted(row.runbook), quoted(row.environment), quoted(row.state), row.outcome.empty() ? "null" : quoted(row.outcome),
                 quoted(row.reason), quoted(row.mode), quoted(row.operator_name), to_json_text(Value::instant(row.started)),
                 row.ended ? to_json_text(Value::instant(row.ended)) : "null");
      continue;
    }
    if (shown++ == 0) fmt::print("{:<26}  {:<10}  {:<8}  {:<19}  {:<9}  {}\n", "run", "runbook", "env", "started", "state", "why");
    fmt::print("{:<26}  {:<10}  {:<8}  {:<19}  {:<9}  {}\n", row.id, row.runbook, row.environment, date_time(row.started), state_of(row), clip(visible(row.reason, false), 60));
  }
  if (!json && shown == 0) fmt::print("No runs yet.\n");
  return kOk;
}

int show(const Given& given) {
  Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  int code = kOk;
  std::unique_ptr<Store> store = open_store(project, code);
  if (!store) return code;
  std::optional<RunRow> row = choose_run(*store, given.words[0], code);
  if (!row) return code;
  std::vector<Trace> traces;
  Replayed replayed = replay(*store, *row, [&](const Trace& trace) { traces.push_back(trace); });
  if (given.has("json")) {
    if (replayed.program)
      for (const Trace& trace : traces) fmt::print("{}\n", to_json_line(*replayed.program, trace));
    return replayed.problem.empty() ? kOk : refuse(kBroken, replayed.problem);
  }
  bool colour = colours(1);
  if (replayed.program) {
    fmt::print("{}\n", ink({{Ink::bold, visible(fmt::format("{}  {}", row->runbook, replayed.program->runbook.title), false)}}, colour));
    fmt::print("run {} in {}, {}, started {} by {}\n", row->id, row->environment, row->mode, date_time(row->started), visible(row->operator_name, false));
    const Runbook& book = replayed.program->runbook;
    for (std::size_t i = 0; i < book.inputs.size() && i < replayed.start.inputs.size(); ++i)
      fmt::print("  {} = {}\n", book.inputs[i].name, prose(replayed.start.inputs[i]));
    if (!replayed.start.from.empty()) fmt::print("from step {}\n", replayed.start.from);
    if (!replayed.start.until.empty()) fmt::print("until step {}\n", replayed.start.until);
    fmt::print("\n");
    Narrator narrator(*replayed.program);
    for (const Trace& trace : traces)
      for (const Narrated& each : narrator.tell(trace)) fmt::print("{}  {}\n", clock_time(trace.when.wall), ink(each, colour));
    std::string head;   // the hash is bytes; eight of them are enough to compare by eye
    for (unsigned char byte : row->head.substr(0, 8)) head += fmt::format("{:02x}", byte);
    fmt::print("\n{} entries, head {}\n", row->last_seq, head);
    if (row->state == "open") fmt::print("The run is open{}.\n", is_held(*row) ? fmt::format(", and process {} holds it", row->holder_pid) : fmt::format(": `rbc resume {}` goes on", row->id));
  }
  if (!replayed.problem.empty()) return refuse(kBroken, replayed.problem);
  return kOk;
}

}  // namespace rbc::cli
