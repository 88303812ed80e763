#include <algorithm>

#include <fmt/format.h>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Ended;
using exec::Fiber;

void Machine::Body::arm_ladders(const std::function<bool(const Ladder&)>& which, Micros zero) {
  for (std::uint32_t l = 0; l < ladders.size(); ++l)
    if (which(program->runbook.ladders[l])) arm_ladder(l, zero);
  read_conditions();
}

// A question that is put again, or a runbook that is called again, begins its ladder anew.
void Machine::Body::arm_ladder(std::uint32_t l, Micros zero) {
  const auto& ladder = program->runbook.ladders[l];
  ladders[l].live = true;
  ladders[l].zero = zero;
  ladders[l].timers.assign(ladder.rungs.size(), {});
  fibers[l + 1]->now = now;
  for (std::uint32_t r = 0; r < ladder.rungs.size(); ++r) {
    if (ladder.rungs[r].trigger == Rung::Trigger::when) continue;
    auto length = pure(static_cast<std::uint32_t>(ladder.rungs[r].length), {}, nullptr, {}, true);
    if (length.failure || length.value.tag() != Tag::duration) {
      trace(Trace::What::failure, *fibers[l + 1], l, ladder.rungs[r].site, {}, length.failure ? length.failure->reason : "this is no length of time");
      continue;
    }
    ladders[l].timers[r].length = std::max<Micros>(length.value.as_int(), 0);
    arm(l, r, zero + ladders[l].timers[r].length);
  }
}

void Machine::Body::arm(std::uint32_t l, std::uint32_t r, Micros due) {
  auto& timer = ladders[l].timers[r];
  timer.armed = true;
  timer.due = due;
  const auto& rung = program->runbook.ladders[l].rungs[r];
  auto& asked_for = request(Exit::arm, *fibers[l + 1], program->functions[rung.body].begin);
  asked_for.index = l;
  asked_for.rung = r;
  asked_for.due = due;
  asked_for.program_site = rung.site;
}

void Machine::Body::end_ladders(const std::function<bool(const Ladder&)>& which) {
  for (std::uint32_t l = 0; l < ladders.size(); ++l)
    if (which(program->runbook.ladders[l])) end_ladder(l);
}

void Machine::Body::end_ladder(std::uint32_t l) {
  if (!ladders[l].live) return;
  ladders[l].live = false;
  for (std::uint32_t r = 0; r < ladders[l].timers.size(); ++r) {
    if (!ladders[l].timers[r].armed) continue;
    ladders[l].timers[r].armed = false;
    const auto& rung = program->runbook.ladders[l].rungs[r];
    auto& cancelled_timer = request(Exit::cancel, *fibers[l + 1], program->functions[rung.body].begin);
    cancelled_timer.index = l;
    cancelled_timer.rung = r;
    cancelled_timer.program_site = rung.site;
  }
}

bool Machine::Body::fire(std::uint32_t l, std::uint32_t r) {
  const auto& rung = program->runbook.ladders[l].rungs[r];
  Fiber& fiber = *fibers[l + 1];
  fiber.now = now;
  trace(Trace::What::rung_fired, fiber, l, rung.site, {}, {}, {}, {}, static_cast<int>(r));
  // A rung's body only notifies, so it is over when this returns; its pages come before whatever the steps do next.
  bool finished = false;
  push_call(fiber, rung.body, {}, [&finished](Fiber&, Ended) { finished = true; });
  bool was_ready = std::exchange(fiber.ready, true);
  while (!finished && !crashed && !fiber.frames.empty() && fiber.wait.what == exec::Waits::no) run(fiber);
  fiber.ready = was_ready;
  if (!finished && !crashed) crash("a rung waits");
  return true;
}

void Machine::Body::timer_due(const Event& event) {
  if (event.ladder >= ladders.size() || event.rung >= ladders[event.ladder].timers.size()) return;
  auto& state = ladders[event.ladder];
  auto& timer = state.timers[event.rung];
  if (!state.live || !timer.armed) return;
  const auto& rung = program->runbook.ladders[event.ladder].rungs[event.rung];
  timer.armed = false;
  const bool fires = holds(rung);
  timer.fired = timer.fired || rung.trigger == Rung::Trigger::after || fires;
  if (fires) fire(event.ladder, event.rung);
  if (rung.trigger == Rung::Trigger::every && state.live && timer.length > 0) {
    // Once for all that were missed; then the grid goes on.
    Micros missed = std::max<Micros>(0, (event.when.wall - state.zero) / timer.length);
    arm(event.ladder, event.rung, std::max(timer.due, state.zero + missed * timer.length) + timer.length);
  }
}

bool Machine::Body::holds(const Rung& rung) {
  if (rung.condition == kNone) return true;
  auto condition = pure(static_cast<std::uint32_t>(rung.condition), {}, nullptr, {}, true);
  return !condition.failure && !condition.value.is_missing() && condition.value.as_bool();
}

// The unfired rung that pages soonest. False if the ladder has none left.
bool Machine::Body::fire_next(std::uint32_t l) {
  if (!ladders[l].live) return false;
  const auto& rungs = program->runbook.ladders[l].rungs;
  std::int32_t best = kNone;
  for (std::uint32_t r = 0; r < rungs.size(); ++r) {
    const auto& timer = ladders[l].timers[r];
    if (rungs[r].trigger != Rung::Trigger::after || !rungs[r].pages || !timer.armed) continue;
    if (best == kNone || timer.length < ladders[l].timers[static_cast<std::size_t>(best)].length) best = static_cast<std::int32_t>(r);
  }
  if (best == kNone) return false;
  auto r = static_cast<std::uint32_t>(best);
  ladders[l].timers[r].armed = false;
  ladders[l].timers[r].fired = true;
  auto& cancelled_timer = request(Exit::cancel, *fibers[l + 1], program->functions[rungs[r].body].begin);
  cancelled_timer.index = l;
  cancelled_timer.rung = r;
  cancelled_timer.program_site = rungs[r].site;
  return fire(l, r);
}

void Machine::Body::fire_rest() {
  for (std::uint32_t l = 0; l < ladders.size(); ++l) {
    const auto& rungs = program->runbook.ladders[l].rungs;
    for (std::uint32_t r = 0; r < rungs.size() && r < ladders[l].timers.size() && !crashed; ++r) {
      auto& timer = ladders[l].timers[r];
      if (!ladders[l].live || !timer.armed) continue;
      timer.armed = false;
      timer.fired = true;
      auto& cancelled_timer = request(Exit::cancel, *fibers[l + 1], program->functions[rungs[r].body].begin);
      cancelled_timer.index = l;
      cancelled_timer.rung = r;
      cancelled_timer.program_site = rungs[r].site;
      if (holds(rungs[r])) fire(l, r);
    }
  }
}

void Machine::Body::read_conditions() {
  for (std::uint32_t l = 0; l < ladders.size(); ++l) {
    const auto& rungs = program->runbook.ladders[l].rungs;
    for (std::uint32_t r = 0; r < rungs.size() && r < ladders[l].timers.size(); ++r) {
      auto& timer = ladders[l].timers[r];
      if (!ladders[l].live || rungs[r].trigger != Rung::Trigger::when || timer.fired) continue;
      auto condition = pure(static_cast<std::uint32_t>(rungs[r].condition), {}, nullptr, {}, true);
      if (condition.failure || condition.value.is_missing() || !condition.value.as_bool()) continue;
      timer.fired = true;
      fire(l, r);
    }
  }
}

void Machine::Body::undeliverable(const Event& event) {
  auto found = sent.find(event.key);
  if (found == sent.end()) return;
  auto notice = found->second;
  sent.erase(found);
  const auto& row = program->notices[notice.notice];
  Fiber& fiber = *fibers[notice.ladder == kNone ? 0 : static_cast<std::size_t>(notice.ladder) + 1];
  trace(Trace::What::notice, fiber, notice.notice, row.site, "undeliverable", event.who, {}, {}, 1);
  if (row.what == NoticeInfo::What::tell) return;
  if (hearing) fibers[0]->now = now;
  // Of an escalation that reached nobody every rung fires, not only the next ones.
  if (hearing && notice.ladder == kNone && hearing->out.count(event.key) > 0) return heard(event.key, false);
  for (std::uint32_t l = 0; l < ladders.size(); ++l)
    if (notice.ladder == kNone || notice.ladder == static_cast<std::int32_t>(l)) fire_next(l);
  heard(event.key, false);
}

}  // namespace rbc
