#include "run/run.hpp"

#include <sys/random.h>

#include <thread>
#include <utility>

#include "run/drive.hpp"
#include "run/journal.hpp"
#include "run/orphans.hpp"
#include "vm/bytecode/image.hpp"

namespace rbc {
namespace running {

// `rb-02-7k3f9q`: the runbook, and six letters that are read aloud without mistakes.
std::string fresh_id(const std::string& runbook) {
  static constexpr std::string_view kLetters = "23456789abcdefghjkmnpqrstuvwxyz";
  std::array<unsigned char, 6> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) random.fill(0);
  std::string id;
  for (const char c : runbook) id.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
  id.push_back('-');
  for (const unsigned char byte : random) id.push_back(kLetters[byte % kLetters.size()]);
  return id;
}

RunResult refused(std::vector<std::string> problems, int code) {
  RunResult result;
  result.problems = std::move(problems);
  result.exit_code = code;
  return result;
}

StartRecord record_of(const RunRequest& request, const Preflight& ready, Micros now, const std::string& image_hash) {
  StartRecord record;
  Start& start = record.start;
  start.mode = request.mode, start.dry = request.dry, start.may_change = request.may_change, start.allow = request.allow;
  start.from = request.from, start.until = request.until, start.alert = request.alert, start.operator_name = request.operator_name;
  start.environment = ready.environment != nullptr ? ready.environment->name : std::string();
  start.inputs = ready.inputs, start.bound = ready.bound;
  // An alert that says it began in the year 1, or in the future, says nothing.
  start.zero = request.since && *request.since > 0 && *request.since <= now ? *request.since : now;
  record.image_hash = image_hash;
  record.yes = request.yes;
  for (const Address& address : ready.addresses)
    if (address.resource < request.program->resources.size())
      record.addresses.push_back(request.program->resources[address.resource].name + " = " + address.shown);
  return record;
}

constexpr const char* kNotBegun = "it was stopped before it began; nothing was done";

// A run whose process died before its first entry was on disk has done nothing and has nothing to go on from: it is over.
std::string close_unbegun(Store& store, RunRow row, Micros now) {
  row.state = "ended", row.outcome = std::string(spell(Outcome::aborted)), row.ended = now;
  row.reason = kNotBegun;
  Batch batch;
  batch.run = row.id, batch.row = row, batch.sync = true;
  bool done = false;
  std::string problem;
  store.append(std::move(batch), [&](std::string p) { done = true, problem = std::move(p); });
  while (!done) {
    store.poll();
    if (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return problem;
}

// What makes two runs the same (language.md 4.10); a dry run is the same as none.
std::string same_again(Store& store, const RunRow& row) {
  for (const RunRow& other : store.runs())
    if (other.state == "open" && other.last_seq != 0 && other.mode != "dry" && other.runbook == row.runbook && other.environment == row.environment &&
        other.inputs_print == row.inputs_print)
      return fmt::format("{} is already open in {} with the same inputs: go on with `rbc resume {}`, or end it with `rbc cancel {}`", row.runbook,
                         row.environment.empty() ? "this project" : "env " + row.environment, other.id, other.id);
  return {};
}

RunResult conclude(const RunRow& row, const Driven& driven) {
  RunResult result;
  result.run = row.id;
  result.reason = driven.reason;
  if (!driven.problem.empty()) {
    result.problems.push_back(driven.problem);
    result.exit_code = kExitInternal;
    return result;
  }
  result.outcome = driven.outcome;
  result.exit_code = !driven.outcome ? kExitOpen : row.mode == "dry" ? kExitResolved : exit_code(*driven.outcome);
  return result;
}

}  // namespace running

int exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::resolved: return kExitResolved;
    case Outcome::escalated: return kExitEscalated;
    case Outcome::failed: return kExitFailed;
    case Outcome::aborted: return kExitAborted;
  }
  return kExitInternal;
}

RunResult begin_run(const RunRequest& request, Store& store, Prompter& prompter, RunSeams seams) {
  Preflight ready = preflight(request);
  if (!ready.problems.empty()) return running::refused(std::move(ready.problems), kExitRefused);
  Clock& clock = seams.clock != nullptr ? *seams.clock : system_clock();
  const Program& program = *request.program;
  RunRow row;
  row.id = running::fresh_id(program.runbook.id);
  row.runbook = program.runbook.id, row.title = program.runbook.title, row.state = "open";
  row.environment = ready.environment != nullptr ? ready.environment->name : std::string();
  row.operator_name = request.operator_name;
  row.mode = request.dry ? "dry" : request.mode == Mode::headless ? "headless" : "interactive";
  row.started = clock.wall();
  row.inputs_print = sha256_hex(encode(Value::list(ready.inputs)));
  row.image_hash = content_hash(program);
  if (std::string problem = request.dry ? std::string() : running::same_again(store, row); !problem.empty())
    return running::refused({std::move(problem)}, kExitRefused);
  std::uint64_t fence = 0;
  std::string problem = store.create(row, request.image.empty() ? save(program) : request.image);
  if (problem.empty()) problem = store.hold(row.id, fence);
  if (!problem.empty()) return running::refused({std::move(problem)}, kExitInternal);
  const StartRecord record = running::record_of(request, ready, row.started, row.image_hash);
  const DriveSetup setup{request.program, request.project, std::move(ready), row, fence, request.yes};
  const Driven driven = drive(setup, store, prompter, seams, [&](Session& session) {
    session.begin(record);
    return std::string();
  });
  // Stopped while the world was being opened: there is nothing to go on with, so it is not left open.
  const auto kept = driven.problem.empty() && !driven.outcome ? store.find(row.id) : std::nullopt;
  if (kept && kept->last_seq == 0) {
    problem = running::close_unbegun(store, *kept, clock.wall());
    store.release(row.id);
    RunResult result = problem.empty() ? RunResult{} : running::refused({std::move(problem)}, kExitInternal);
    if (!result.problems.empty()) return result;
    result.run = row.id, result.outcome = Outcome::aborted, result.reason = running::kNotBegun, result.exit_code = kExitAborted;
    return result;
  }
  store.release(row.id);
  return running::conclude(row, driven);
}

RunResult resume_run(const ResumeRequest& request, Store& store, Prompter& prompter, RunSeams seams) {
  std::optional<RunRow> row = store.find(request.run);
  if (!row) return running::refused({fmt::format("there is no run `{}`, or there are several; `rbc runs` lists them", request.run)}, kExitRefused);
  std::uint64_t fence = 0;
  std::string problem = store.hold(row->id, fence);
  if (!problem.empty()) return running::refused({std::move(problem)}, kExitRefused);
  row = store.find(row->id);
  if (!row) return running::refused({"the run is gone from the journal"}, kExitInternal);
  const auto give_back = [&](std::vector<std::string> problems, int code) {
    store.release(row->id);
    RunResult result = running::refused(std::move(problems), code);
    result.run = row->id;
    return result;
  };
  if (!request.operator_name.empty()) row->operator_name = request.operator_name;
  if (row->last_seq == 0) {
    Clock& clock = seams.clock != nullptr ? *seams.clock : system_clock();
    if (problem = running::close_unbegun(store, *row, clock.wall()); !problem.empty()) return give_back({std::move(problem)}, kExitInternal);
    RunResult result = give_back({}, kExitAborted);
    result.outcome = Outcome::aborted, result.reason = running::kNotBegun;
    return result;
  }
  // What happened before this process is told as such; what follows is news.
  std::vector<Trace> past;
  bool live = false;
  Replayed replayed = replay(store, *row, [&](const Trace& trace) {
    if (live) prompter.trace(trace, false);
    else past.push_back(trace);
  });
  if (!replayed.problem.empty()) return give_back({replayed.problem}, kExitInternal);
  Preflight ready = preflight_again(*replayed.program, replayed.start, request.project);
  if (!ready.problems.empty()) return give_back(std::move(ready.problems), kExitRefused);
  ready.bound = replayed.start.bound;
  OrphansEnded orphans = end_orphans(row->id, replayed);
  if (!orphans.problem.empty()) return give_back({std::move(orphans.problem)}, kExitRefused);
  replayed.remarks = std::move(orphans.remarks);
  const DriveSetup setup{replayed.program, request.project, std::move(ready), *row, fence, request.yes};
  const Driven driven = drive(setup, store, prompter, seams, [&](Session& session) {
    for (const Trace& trace : std::exchange(past, {})) prompter.trace(trace, true);
    live = true;
    session.resume(std::move(replayed));
    return std::string();
  });
  store.release(row->id);
  return running::conclude(*row, driven);
}

}  // namespace rbc
