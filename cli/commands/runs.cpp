// What is known of runs: the list, the timeline, and what can be said to one from another terminal.
#include <cstdio>
#include <limits>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/session.hpp"
#include "run/events.hpp"
#include "run/journal.hpp"
#include "run/narrate.hpp"
#include "run/replay.hpp"
#include "vm/model/literal.hpp"

namespace rbc::cli {

namespace {

std::string date_time(Micros wall) { return fmt::format("{} {}", prose(Value::instant(wall)).substr(0, 10), clock_time(wall)); }

std::string state_of(const RunRow& row) {
  if (row.state != "open" && row.mode == "dry") return "dry run";
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

// What is pending, as a person calls it.
std::string question_of(const Program& program, const Request& request) {
  switch (request.question) {
    case Request::Question::line: return request.said;
    case Request::Question::gate: return fmt::format("do {}", request.said);
    case Request::Question::undo: return fmt::format("undo: {}", request.said);
    case Request::Question::failure: return request.program_site < program.sites.size() ? fmt::format("{}: {}", program.sites[request.program_site].text, request.said) : request.said;
    case Request::Question::doubt: return fmt::format("did it happen: {}", request.said);
  }
  return request.said;
}

using Reply = Completion::Reply;

std::optional<Reply> reply_of(const std::string& word, const std::vector<std::pair<std::string_view, Reply>>& known, std::string& may) {
  std::optional<Reply> found;
  for (const auto& [name, reply] : known) {
    if (name == word) found = reply;
    may += fmt::format("{}`{}`", may.empty() ? "" : ", ", name);
  }
  return found;
}

// The answer that `word` is to this question. Nothing, with what it may be.
std::optional<Completion> read_answer(const Program& program, const Request& request, const std::string& word, std::string& may) {
  Completion completion;
  completion.key = request.key;
  const auto one_of = [&](const std::vector<std::pair<std::string_view, Reply>>& known) -> std::optional<Completion> {
    const auto reply = reply_of(word, known, may);
    if (!reply) return std::nullopt;
    completion.reply = *reply;
    return completion;
  };
  switch (request.question) {
    case Request::Question::gate: return one_of({{"yes", Reply::yes}, {"no", Reply::skip}, {"skip", Reply::skip}});
    case Request::Question::undo: return one_of({{"yes", Reply::yes}, {"no", Reply::no}});
    case Request::Question::failure: return one_of({{"retry", Reply::retry}, {"skip", Reply::skip}, {"escalate", Reply::escalate}, {"abort", Reply::abort}});
    case Request::Question::doubt:
      return one_of({{"yes", Reply::happened}, {"happened", Reply::happened}, {"no", Reply::did_not}, {"did-not", Reply::did_not}, {"unknown", Reply::unknown}});
    case Request::Question::line: break;
  }
  const HumanInfo& info = program.humans.at(request.index);
  const auto value = [&](const std::optional<Value>& read) -> std::optional<Completion> {
    if (!read) return std::nullopt;
    completion.reply = Reply::value, completion.value = *read;
    return completion;
  };
  switch (info.kind) {
    case HumanKind::approve: case HumanKind::caution: case HumanKind::confirm: return one_of({{"yes", Reply::yes}, {"no", Reply::no}});
    case HumanKind::item: return one_of({{"yes", Reply::yes}, {"done", Reply::yes}, {"no", Reply::skip}, {"skip", Reply::skip}});
    case HumanKind::choose: {
      for (const auto& [name, title] : info.options) {
        if (name == word) return value(Value::option(name));
        may += fmt::format("{}`{}`", may.empty() ? "" : ", ", name);
      }
      return std::nullopt;
    }
    case HumanKind::judge: {
      static constexpr std::pair<std::string_view, Colour> kColours[] = {
          {"green", Colour::green}, {"amber", Colour::amber}, {"red", Colour::red}, {"blind", Colour::blind}};
      for (const auto& [name, colour] : kColours)
        if (name == word) return value(Value::verdict(colour, "as a person saw it"));
      may = "`green`, `amber`, `red`, `blind`";
      return std::nullopt;
    }
    case HumanKind::ask:
      may = fmt::format("{}", spell(info.type));
      return value(parse_literal(word, info.type));
  }
  return std::nullopt;
}

// Why this person's answer would not count, or empty. The run itself judges again, by the same rules.
std::string not_counted(const Program& program, const Request& request, const RunRow& row, const std::vector<Vote>& votes, const std::string& who) {
  if (request.question != Request::Question::line) return {};
  const HumanInfo& info = program.humans.at(request.index);
  const bool approval = info.kind == HumanKind::approve || (info.kind == HumanKind::caution && info.approved);
  if (approval && who == row.operator_name) return fmt::format("{} started {} and cannot approve it; another contact can, with `--as CONTACT`.", who, row.id);
  if (!info.by.empty() && std::find(info.by.begin(), info.by.end(), who) == info.by.end())
    return fmt::format("{} is not one of those who may answer: {}. Say in whose name with `--as CONTACT`.", who, fmt::join(info.by, ", "));
  for (const Vote& vote : votes)
    if (approval && vote.refused.empty() && vote.who == who) return fmt::format("{} has answered already; it waits for another.", who);
  return {};
}

}  // namespace

int answer(const Given& given) {
  Project project = find_project();
  int code = kOk;
  std::unique_ptr<Store> store = open_store(project, code);
  if (!store) return code;
  std::optional<RunRow> row = choose_run(*store, given.words[0], code);
  if (!row) return code;
  if (row->state != "open") return refuse(kUsage, fmt::format("{} has ended: {}.", row->id, row->outcome));
  if (is_held(*row) && store->read(row->id).entries.empty()) return refuse(kUsage, fmt::format("{} is only just beginning, so there is nothing to answer yet.", row->id));
  const Replayed replayed = replay(*store, *row, [](const Trace&) {});
  if (!replayed.problem.empty()) return refuse(kBroken, replayed.problem);
  const Request* pending = nullptr;
  for (const auto& [key, request] : replayed.open)
    if (request.exit == Exit::human && replayed.machine->awaits(key) && !pending) pending = &request;
  if (!pending) return refuse(kUsage, fmt::format("{} asks nobody anything now, so there is nothing to answer.", row->id));
  const std::string user = user_name(), who = given.get("as", user);
  const auto votes = replayed.votes.find(pending->key);
  if (std::string why = not_counted(*replayed.program, *pending, *row, votes == replayed.votes.end() ? std::vector<Vote>{} : votes->second, who); !why.empty())
    return refuse(kUsage, why);
  std::string may;
  std::optional<Completion> reply = read_answer(*replayed.program, *pending, given.words[1], may);
  const std::string question = clip(visible(question_of(*replayed.program, *pending), false), 100);
  if (!reply) return refuse(kUsage, fmt::format("`{}` is no answer to \"{}\"; it takes {}.", visible(given.words[1], false), question, may));
  reply->who = user;      // beside the name that is claimed
  Store::Mail mail;
  mail.run = row->id, mail.what = "answer", mail.who = who, mail.at = system_clock().wall();
  mail.body = answer_letter(pending->key, *reply);
  if (std::string problem = store->post(mail); !problem.empty()) return refuse(kBroken, problem);
  fmt::print("{}: \"{}\" is answered `{}`, as {}.\n", row->id, question, visible(given.words[1], false), visible(who, false));
  if (!is_held(*row)) fmt::print("Nobody holds the run: it hears of it when `rbc resume {}` goes on.\n", row->id);
  return kOk;
}

int ack(const Given& given) { return post(given, "acknowledge"); }
int cancel(const Given& given) { return post(given, "cancel"); }

int runs(const Given& given) {
  Project project = find_project();
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

namespace {

// What a run remarked of itself: a clock that moved, an answer that came too late.
struct Remarked { Micros wall; std::string sentence; };
std::vector<Remarked> remarks_of(Store& store, const std::string& run) {
  std::vector<Remarked> out;
  for (const Entry& entry : store.read(run).entries)
    if (const auto remark = entry.phase == Phase::gap ? remark_of(entry) : std::nullopt) out.push_back({entry.when.wall, remark->sentence});
  return out;
}

}  // namespace

int show(const Given& given) {
  Project project = find_project();
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
    const std::vector<Remarked> remarks = remarks_of(*store, row->id);
    auto next = remarks.begin();
    const auto remark_until = [&](Micros wall) {
      for (; next != remarks.end() && next->wall < wall; ++next) fmt::print("{}  {}\n", clock_time(next->wall), ink({{Ink::dim, visible(next->sentence, false)}}, colour));
    };
    for (const Trace& trace : traces) {
      remark_until(trace.when.wall);
      for (const Narrated& each : narrator.tell(trace)) fmt::print("{}  {}\n", clock_time(trace.when.wall), ink(each, colour));
    }
    remark_until(std::numeric_limits<Micros>::max());
    std::string head;   // the hash is bytes; eight of them are enough to compare by eye
    for (unsigned char byte : row->head.substr(0, 8)) head += fmt::format("{:02x}", byte);
    fmt::print("\n{} entries, head {}\n", row->last_seq, head);
    if (row->state == "open") fmt::print("The run is open{}.\n", is_held(*row) ? fmt::format(", and process {} holds it", row->holder_pid) : fmt::format(": `rbc resume {}` goes on", row->id));
  }
  if (!replayed.problem.empty()) return refuse(kBroken, replayed.problem);
  return kOk;
}

}  // namespace rbc::cli
