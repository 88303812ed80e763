#include <catch2/catch.hpp>

#include <algorithm>

#include "stdlib/world.hpp"
#include "tests/unit/compiler/harness.hpp"

namespace rbc::stage {

const Catalogue& catalogue() { return rbc::catalogue(); }

namespace {

std::shared_ptr<const Program> compile_at(Sources& sources, const std::string& path, const std::string& id) {
  Compiled compiled = compile_runbook(sources, path, id, catalogue());
  std::string said;
  for (const Diagnostic& each : compiled.diagnostics) said += fmt::format("{} {}\n", each.code, each.message);
  INFO(said);
  REQUIRE(compiled.program.has_value());
  auto program = std::make_shared<const Program>(std::move(*compiled.program));
  std::string problems;
  for (const std::string& problem : verify(*program)) problems += problem + "\n";
  INFO(problems << disassemble(*program));
  REQUIRE(problems.empty());
  return program;
}

}  // namespace

std::shared_ptr<const Program> compile(const std::string& text, const std::string& id, const std::string& name) {
  DiskSources disk;
  OverlaySources sources(&disk);
  const std::string path = std::string(RBC_SOURCE_DIR) + "/tests/lang/" + name;
  sources.put(path, text);
  return compile_at(sources, path, id);
}

std::shared_ptr<const Program> compile_file(const std::string& name, const std::string& id) {
  DiskSources disk;
  return compile_at(disk, std::string(RBC_SOURCE_DIR) + "/tests/lang/" + name, id);
}

Says row(std::vector<std::pair<std::string, Value>> fields, Micros takes) {
  std::vector<std::string> names;
  std::vector<Value> items;
  for (auto& [name, value] : fields) {
    names.push_back(name);
    items.push_back(value);
  }
  Says says;
  says.value = Value::record(std::move(names), std::move(items));
  says.takes = takes;
  return says;
}

Says rows(std::vector<std::string> columns, std::vector<std::vector<Value>> cells, Micros takes) {
  std::vector<Value> records;
  for (auto& each : cells) records.push_back(Value::record(columns, each));
  Says says;
  says.value = Value::rows(std::move(columns), std::move(records));
  says.takes = takes;
  return says;
}

Says prints(const std::string& text, int exit, Micros takes) {
  std::vector<Value> lines;
  std::string line;
  for (char c : text + "\n") {
    if (c != '\n') line += c;
    else lines.push_back(Value::text(std::exchange(line, {})));
  }
  Says says = row({{"text", Value::text(text)}, {"err", Value::text("")}, {"lines", Value::list(lines)}, {"exit", Value::integer(exit)}}, takes);
  says.ok = exit == 0;
  return says;
}

Says responds(int status, const std::string& body, Micros takes) {
  Says says = row({{"status", Value::integer(status)}, {"body", Value::text(body)}, {"text", Value::text(body)},
                   {"json", parse_json(body).value_or(Value::json_null())}}, takes);
  says.ok = status >= 200 && status < 300;
  return says;
}

Says silent(const std::string& reason) {
  Says says;
  says.way = Way::silence;
  says.reason = reason;
  return says;
}

Says refuses(const std::string& reason) {
  Says says;
  says.way = Way::refusal;
  says.reason = reason;
  return says;
}

Stage::Stage(std::shared_ptr<const Program> program) : program_(std::move(program)) {
  start.run_id = "test";
  start.when.wall = start.zero = 1'700'000'000 * kSecond;
  start.bound.assign(program_->resources.size(), true);
  otherwise = [](const Template&) { return row({}); };
}

Stage& Stage::given(const std::string& words, Script script) {
  scripts_.emplace_back(words, std::move(script));
  return *this;
}

Stage& Stage::input(const std::string& name, const std::string& text) {
  inputs_.push_back({name, text});
  return *this;
}

Stage& Stage::at(Micros when, std::function<void(Stage&)> act) {
  Due next;
  next.at = when;
  next.act = std::move(act);
  due(std::move(next));
  return *this;
}

Moment Stage::moment() const { return {now_, start.zero + now_}; }

void Stage::due(Due next) {
  next.number = numbers_++;
  due_.push_back(std::move(next));
}

void Stage::make_machine() {
  traces.clear();
  machine_ = std::make_unique<Machine>(program_, start, [this](const Trace& trace) { traces.push_back(trace); });
}

void Stage::deliver(const Completion& completion) {
  journal_.emplace_back(completion, std::nullopt);
  machine_->complete(completion);
}

void Stage::deliver(const Event& event) {
  journal_.emplace_back(std::nullopt, event);
  machine_->happen(event);
}

void Stage::acknowledge(const std::string& who) {
  Event event;
  event.what = Event::What::acknowledge;
  event.who = who;
  event.when = moment();
  deliver(event);
}

void Stage::crash() {
  for (const Due& each : due_)
    if (each.change && each.completion) doubtful_[each.completion->key] = true;
  std::erase_if(due_, [](const Due& each) { return !each.act; });
  auto journal = std::move(journal_);
  journal_.clear();
  make_machine();
  replaying_ = true;
  std::vector<Request> open;
  const auto take = [&] {
    for (Request& request : machine_->take()) {
      if (request.exit == Exit::cancel)
        std::erase_if(open, [&](const Request& r) { return r.exit == Exit::arm && r.index == request.index && r.rung == request.rung; });
      else open.push_back(std::move(request));
    }
  };
  machine_->begin();
  take();
  for (auto& [completion, event] : journal) {
    if (completion) {
      std::erase_if(open, [&](const Request& r) { return r.key == completion->key; });
      deliver(*completion);
    } else {
      if (event->what == Event::What::rung)
        std::erase_if(open, [&](const Request& r) { return r.exit == Exit::arm && r.index == event->ladder && r.rung == event->rung; });
      deliver(*event);
    }
    take();
  }
  replaying_ = false;
  for (const Request& request : open) {
    if (request.exit == Exit::notify && machine_->awaits(request.key)) {
      Due heard;
      heard.order = 1, heard.at = now_;
      heard.completion.emplace().key = request.key;
      due(std::move(heard));
    }
    if (request.exit == Exit::notify || request.exit == Exit::end) continue;   // said before
    serve(request);
  }
  collect();
}

void Stage::collect() {
  for (const Request& request : machine_->take()) serve(request);
  if (machine_->ended() && ended_at_ == 0) ended_at_ = now_;
}

std::optional<Completion> Stage::headless(const Request& request) const {
  using Reply = Completion::Reply;
  Completion answer;
  answer.key = request.key;
  if (request.question != Request::Question::line) {
    answer.reply = request.question == Request::Question::doubt ? Reply::unknown : request.question == Request::Question::failure ? Reply::escalate : Reply::yes;
    return answer;
  }
  const HumanInfo& info = program_->humans[request.index];
  const Value* preset = info.has_default ? &request.values[1] : nullptr;
  switch (info.kind) {
    case HumanKind::item: answer.reply = Reply::skip; return answer;
    case HumanKind::ask:
    case HumanKind::choose:
    case HumanKind::judge:
      answer.reply = preset ? Reply::value : Reply::timed_out;
      if (preset) answer.value = *preset;
      return answer;
    case HumanKind::confirm: answer.reply = preset && preset->as_bool() ? Reply::yes : Reply::no; return answer;
    case HumanKind::approve: return std::nullopt;
    case HumanKind::caution: {
      if (info.approved) return std::nullopt;
      const std::string step = request.step >= 0 ? program_->runbook.steps[static_cast<std::size_t>(request.step)].name : "";
      const bool allowed = std::count(start.allow.begin(), start.allow.end(), step) > 0 && !request.open_items;
      answer.reply = allowed ? Reply::yes : Reply::no;
      return answer;
    }
  }
  return std::nullopt;
}

void Stage::serve(const Request& request) {
  Due next;
  next.order = 1;
  Completion answer;
  answer.key = request.key;
  switch (request.exit) {
    case Exit::ask:
    case Exit::act: {
      next.change = request.exit == Exit::act;
      if (next.change && doubtful_.erase(request.key) != 0) {
        answer.way = Way::silence;
        answer.in_doubt = true;
        answer.reason = "it may or may not have happened";
        next.at = now_;
        next.completion = answer;
        due(std::move(next));
        return;
      }
      const Template& what = program_->templates[request.index];
      Says says;
      bool found = false;
      for (auto script = scripts_.rbegin(); script != scripts_.rend() && !found; ++script) {
        if (request.said.find(script->first) == std::string::npos) continue;
        says = script->second(request.said);
        found = true;
      }
      if (!found) says = otherwise(what);
      spoken.push_back({request.said, now_, next.change});
      const Micros limit = request.limit > 0 ? request.limit : what.limit;
      if (says.takes > limit) {
        says = silent("no answer in time");
        says.takes = limit + (next.change ? ending : 0);
        says.in_doubt = next.change;
      }
      answer.way = says.way;
      answer.reason = says.reason;
      answer.in_doubt = says.in_doubt;
      if (says.way == Way::answer) answer.value = says.value.answered(says.ok, says.takes, start.zero + now_);
      next.at = now_ + says.takes;
      if (!next.change && request.cut > 0 && next.at > request.cut) {
        answer = {};
        answer.key = request.key;
        answer.way = Way::silence;
        answer.cut = true;
        next.at = request.cut;
      }
      break;
    }
    case Exit::sleep:
      next.at = std::max(now_, request.due);
      if (request.cut > 0 && next.at > request.cut) {
        next.at = request.cut;
        answer.cut = true;
      }
      break;
    case Exit::human: {
      std::optional<Completion> said = start.mode == Mode::headless ? headless(request) : people ? people(request) : std::nullopt;
      next.at = now_;
      if (said) {
        answer = *said;
        answer.key = request.key;
      } else if (request.limit > 0) {
        next.at = now_ + request.limit;
        answer.reply = Completion::Reply::timed_out;
      } else if (request.cut == 0) {
        return;
      } else {
        next.at = kDay * 1000;
      }
      if (request.cut > 0 && next.at > request.cut) {
        next.at = request.cut;
        answer.cut = true;
      }
      break;
    }
    case Exit::notify: {
      const NoticeInfo& info = program_->notices[request.index];
      for (std::uint32_t to : info.to)
        told.push_back({program_->resources[to].name, request.values.empty() ? request.said : request.values[0].text(), now_,
                        info.what != NoticeInfo::What::tell});
      if (!machine_->awaits(request.key)) return;
      next.at = now_;
      break;
    }
    case Exit::arm:
      next.at = request.due - start.zero;
      next.order = 2;
      next.timer = true;
      next.ladder = request.index;
      next.rung = request.rung;
      if (next.at < now_) next.at = now_;
      due(std::move(next));
      return;
    case Exit::cancel:
      std::erase_if(due_, [&](const Due& each) { return each.timer && each.ladder == request.index && each.rung == request.rung; });
      return;
    case Exit::end:
      if (!machine_->awaits(request.key)) return;
      next.at = now_;
      break;
  }
  next.completion = answer;
  due(std::move(next));
}

void Stage::run(Micros until) {
  if (!machine_) {
    auto resolved = resolve_inputs(*program_, start.environment, inputs_);
    for (const std::string& problem : resolved.problems) FAIL(problem);
    start.inputs = resolved.values;
    make_machine();
    machine_->begin();
    collect();
  }
  for (int steps = 0; steps < 1'000'000; ++steps) {
    REQUIRE_FALSE(machine_->crashed());
    auto next = std::min_element(due_.begin(), due_.end(), [](const Due& a, const Due& b) {
      return std::tie(a.at, a.order, a.number) < std::tie(b.at, b.order, b.number);
    });
    if (next == due_.end() || next->at > until) break;
    Due now = std::move(*next);
    due_.erase(next);
    now_ = std::max(now_, now.at);
    if (now.act) {
      now.act(*this);
    } else if (now.timer) {
      Event event;
      event.what = Event::What::rung;
      event.ladder = now.ladder;
      event.rung = now.rung;
      event.when = moment();
      deliver(event);
    } else if (now.completion && machine_->awaits(now.completion->key)) {
      now.completion->when = moment();
      deliver(*now.completion);
    }
    collect();
  }
  INFO(machine_->fault());
  REQUIRE_FALSE(machine_->crashed());
}

std::size_t Stage::did(const std::string& words) const {
  return static_cast<std::size_t>(std::count_if(spoken.begin(), spoken.end(), [&](const Spoken& each) { return each.change && each.said.find(words) != std::string::npos; }));
}
std::size_t Stage::looked(const std::string& words) const {
  return static_cast<std::size_t>(std::count_if(spoken.begin(), spoken.end(), [&](const Spoken& each) { return !each.change && each.said.find(words) != std::string::npos; }));
}
std::size_t Stage::paged(const std::string& who) const {
  return static_cast<std::size_t>(std::count_if(told.begin(), told.end(), [&](const Told& each) { return each.page && (who.empty() || each.to == who); }));
}
std::size_t Stage::notified(const std::string& who) const {
  return static_cast<std::size_t>(std::count_if(told.begin(), told.end(), [&](const Told& each) { return !each.page && (who.empty() || each.to == who); }));
}
bool Stage::cause_tried(const std::string& name, int result) const {
  return std::any_of(traces.begin(), traces.end(), [&](const Trace& trace) {
    return trace.what == Trace::What::cause_tried && program_->runbook.causes[trace.index].name == name && trace.result == result;
  });
}
std::string Stage::shown() const {
  static constexpr const char* kWhat[] = {"step_began", "step_ended", "step_skipped", "note", "look_ended", "check_ended", "shown", "action_began", "action_ended",
                                          "cause_began", "cause_tried", "sleeping", "question", "answered", "notice", "rung_fired", "failure", "recovered",
                                          "outcome", "afterwards", "finished"};
  std::string all;
  for (const Trace& trace : traces)
    all += fmt::format("{:>10} {} [{}] {} | {} | {} -> {}\n", trace.when.alive / 1000, kWhat[static_cast<int>(trace.what)], trace.fiber, trace.title, trace.text,
                       trace.value.tag() == Tag::nothing ? "" : prose(trace.value), trace.result);
  return all;
}

}  // namespace rbc::stage
