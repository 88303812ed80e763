#include "vm/exec/machine.hpp"

#include <algorithm>
#include <utility>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Fiber;
using exec::Waits;

Machine::Machine(std::shared_ptr<const Program> program, Start start, Watcher watcher, Rehearsal* rehearsal)
    : body_(std::make_unique<Body>(std::move(program), std::move(start), std::move(watcher))) {
  if (rehearsal) rehearsal->reached.resize(body_->program->code.size());
  body_->rehearsal = rehearsal;
}
Machine::~Machine() = default;
void Machine::begin() { body_->begin(); }
std::vector<Request> Machine::take() { return std::exchange(body_->asked, {}); }
bool Machine::awaits(const Key& key) const { return !body_->crashed && (body_->waiting(key) != nullptr || (body_->hearing && body_->hearing->out.count(key) > 0)); }
void Machine::complete(const Completion& completion) { body_->complete(completion); }
void Machine::happen(const Event& event) { body_->happen(event); }
bool Machine::ended() const { return body_->over; }
std::optional<Outcome> Machine::outcome() const { return body_->fixed; }
std::string Machine::outcome_reason() const { return body_->fixed_reason; }
bool Machine::crashed() const { return body_->crashed; }
std::string Machine::fault() const { return body_->fault; }
void Machine::cancel() { body_->cancelled = true; }
std::vector<bool> Machine::executed() const { return body_->executed; }
std::int32_t Machine::step() const { return body_->current_step; }

std::optional<Value> Machine::global(std::string_view name) const {
  const auto& names = body_->program->runbook.slots;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return body_->slots[i];
  return std::nullopt;
}

Value Machine::verdict(std::string_view check) const {
  if (check == "goal" && body_->program->runbook.goal_verdict != kNone) {
    auto ended = body_->pure(static_cast<std::uint32_t>(body_->program->runbook.goal_verdict), {});
    return ended.failure ? Value::verdict(Colour::blind, ended.failure->reason) : ended.value;
  }
  for (const auto& [index, verdict] : body_->last_verdict)
    if (body_->program->checks[index].name == check) return verdict;
  return Value::verdict(Colour::blind, "not looked yet");
}

Value Machine::evaluate(std::uint32_t function) const {
  body_->fuel = exec::kFuel;
  auto ended = body_->pure(function, {});
  return ended.failure ? Value::missing(ended.failure->reason) : ended.value;
}

std::vector<Machine::LiveLadder> Machine::ladders() const {
  std::vector<LiveLadder> all;
  for (std::uint32_t i = 0; i < body_->ladders.size(); ++i) {
    LiveLadder one{i, body_->ladders[i].live, {}};
    for (std::uint32_t r = 0; r < body_->ladders[i].timers.size(); ++r) {
      const auto& timer = body_->ladders[i].timers[r];
      one.timers.push_back({r, timer.due, timer.fired});
    }
    all.push_back(std::move(one));
  }
  return all;
}

Machine::Body::Body(std::shared_ptr<const Program> p, Start s, Watcher w) : program(std::move(p)), start(std::move(s)), watcher(std::move(w)), flowed(flow(*program)) {
  now = start.when;
  for (const auto& name : program->runbook.slots) slots.push_back(Value::missing("`" + name + "` is not bound"));
  for (std::size_t i = 0; i < program->runbook.inputs.size() && i < start.inputs.size(); ++i) slots[program->runbook.inputs[i].slot] = start.inputs[i];
  ladders.resize(program->runbook.ladders.size());
  const auto& steps = program->runbook.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!start.from.empty() && steps[i].name == start.from) from_step = static_cast<std::int32_t>(i);
    if (!start.until.empty() && steps[i].name == start.until) until_step = static_cast<std::int32_t>(i);
  }
  for (std::size_t i = 0; i <= ladders.size(); ++i) {
    fibers.push_back(std::make_unique<Fiber>());
    fibers.back()->path = i == 0 ? "0" : "L" + std::to_string(i - 1);
    fibers.back()->now = now;
  }
}

void Machine::Body::begin() {
  if (begun) return;
  begun = true;
  fuel = exec::kFuel;
  push_call(*fibers[0], program->runbook.main, {}, [this](Fiber& fiber, exec::Ended ended) {
    if (ended.failure) unhandled(fiber, *ended.failure);
    else end(fiber, Outcome::resolved, {});
  });
  ready(*fibers[0]);
  arm_ladders([](const Ladder& l) { return l.of == Ladder::Of::run; }, start.zero);
  settle();
}

void Machine::Body::ready(Fiber& fiber) {
  if (fiber.ready || fiber.over) return;
  fiber.ready = true;
  queue.push_back(&fiber);
}

void Machine::Body::settle() {
  while (!queue.empty() && !crashed) {
    Fiber* fiber = queue.front();
    queue.pop_front();
    fiber->ready = false;
    if (!fiber->over && fiber->wait.what == Waits::no) run(*fiber);
    std::erase_if(fibers, [this](const auto& f) { return f->over && f->member_of && std::find(queue.begin(), queue.end(), f.get()) == queue.end(); });
  }
}

Fiber* Machine::Body::waiting(const Key& key) {
  for (const auto& fiber : fibers)
    if (!fiber->over && fiber->wait.what != Waits::no && fiber->wait.what != Waits::group && fiber->wait.what != Waits::delivery && fiber->wait.key == key) return fiber.get();
  return nullptr;
}

void Machine::Body::complete(const Completion& completion) {
  if (crashed || over) return;
  if (hearing && hearing->out.count(completion.key) > 0) {
    // One that reached nobody is followed by its event, which tells why.
    if (completion.way != Way::answer) return;
    fuel = exec::kFuel;
    now = fibers[0]->now = completion.when;
    heard(completion.key, true);
    return settle();
  }
  Fiber* fiber = waiting(completion.key);
  if (!fiber) return;
  fuel = exec::kFuel;
  now = completion.when;
  fiber->now = completion.when;
  auto what = fiber->wait.what;
  switch (what) {
    case Waits::look: looked(*fiber, completion); break;
    case Waits::act: acted(*fiber, completion); break;
    case Waits::person: case Waits::gate: case Waits::undo: case Waits::doubt: answered(*fiber, completion); break;
    case Waits::failure: failure_answered(*fiber, completion); break;
    case Waits::sleep:
      fiber->wait = {};
      if (!cut(*fiber, completion.cut)) ready(*fiber);
      break;
    case Waits::no: case Waits::group: case Waits::delivery: break;
  }
  settle();
}

void Machine::Body::happen(const Event& event) {
  if (crashed || over) return;
  fuel = exec::kFuel;
  now = event.when;
  switch (event.what) {
    case Event::What::rung: timer_due(event); break;
    case Event::What::acknowledge:
      end_ladders([](const Ladder& l) { return l.until_acknowledged; });
      if (hearing) fibers[0]->now = now, heard({}, true);
      break;
    case Event::What::abort: stop(exec::Stop::abort); break;
    case Event::What::escalate: stop(exec::Stop::escalate); break;
    case Event::What::skip_step: stop(exec::Stop::skip_step); break;
    case Event::What::undeliverable: undeliverable(event); break;
  }
  settle();
}

void Machine::Body::crash(std::string why) {
  if (crashed) return;
  crashed = true;
  fault = std::move(why);
}

void Machine::Body::trace(Trace::What what, const Fiber& fiber, std::uint32_t index, std::uint32_t site, std::string title, std::string text, Value value, Value measured,
                          int result, Micros took) {
  if (!watcher || fiber.pure) return;
  Trace t{};
  t.what = what;
  t.index = index;
  t.site = site;
  t.fiber = fiber.path;
  t.title = std::move(title);
  t.text = std::move(text);
  t.value = std::move(value);
  t.measured = std::move(measured);
  t.result = result;
  t.took = took;
  t.when = fiber.now;
  watcher(t);
}

Request& Machine::Body::request(Exit exit, Fiber& fiber, std::uint32_t pc) {
  if (fiber.pure) crash("a pure function reaches outside");
  Request r;
  r.exit = exit;
  r.key = {fiber.path, pc, ++fiber.occurrences[pc]};
  r.program_site = site_at(pc);
  r.step = current_step;
  r.cut = earliest_cut(fiber);
  asked.push_back(std::move(r));
  return asked.back();
}

std::uint32_t Machine::Body::site_at(std::uint32_t pc) const {
  auto next = std::upper_bound(program->lines.begin(), program->lines.end(), pc, [](std::uint32_t at, const Line& line) { return at < line.pc; });
  return next == program->lines.begin() ? 0 : std::prev(next)->site;
}

std::string Machine::Body::title_of(const Words& words, const std::vector<Value>& arguments) {
  if (words.function == kNone) return words.plain;
  auto ended = pure(static_cast<std::uint32_t>(words.function), arguments);
  return ended.failure ? words.plain : prose(ended.value);
}

Micros Machine::Body::earliest_cut(const Fiber& fiber) const {
  Micros earliest = fiber.cut;
  for (auto frame = fiber.frames.rbegin(); frame != fiber.frames.rend(); ++frame) {
    for (const auto& scope : frame->scopes)
      if (scope.kind == 'w' && (earliest == 0 || scope.deadline < earliest)) earliest = scope.deadline;
    if (frame->base() && frame->called == kNone) break;
  }
  return earliest;
}

}  // namespace rbc
