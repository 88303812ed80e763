#include <algorithm>

#include <fmt/format.h>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Deferred;
using exec::Ended;
using exec::Fiber;
using exec::Stop;
using exec::Waits;

void Machine::Body::begin_step(Fiber& fiber, std::uint32_t n) {
  const auto& step = program->runbook.steps[n];
  if (from_step != kNone && static_cast<std::int32_t>(n) < from_step) {
    trace(Trace::What::step_skipped, fiber, n, step.site, title_of(step.title), "before `" + start.from + "`");
    fiber.frames.back().pc = step.end;
    return;
  }
  current_step = static_cast<std::int32_t>(n);
  trace(Trace::What::step_began, fiber, n, step.site, title_of(step.title));
}

void Machine::Body::leave_step(Fiber& fiber, std::uint32_t n) {
  auto leaving = std::exchange(fiber.frames.back().leaving, {});
  std::reverse(leaving.begin(), leaving.end());
  run_blocks(fiber, std::move(leaving), [this, n](Fiber& f) {
    const auto& steps = program->runbook.steps;
    trace(Trace::What::step_ended, f, n, steps[n].site, title_of(steps[n].title));
    if (until_step != static_cast<std::int32_t>(n)) return;
    stopped_after = true;
    for (auto i = n + 1; i < steps.size(); ++i) trace(Trace::What::step_skipped, f, i, steps[i].site, title_of(steps[i].title), "after `" + start.until + "`");
    f.frames.back().pc = steps.back().end;
  });
}

void Machine::Body::skip_step(Fiber& fiber) {
  if (current_step == kNone || fiber.frames.empty() || program->functions[fiber.frames[0].function].kind != FunctionKind::main) return give_up(fiber, "skipped, outside of every step");
  auto n = static_cast<std::uint32_t>(current_step);
  unwind_to(fiber, 1, [this, n](Fiber& f) {
    auto leaving = std::exchange(f.frames[0].leaving, {});
    std::reverse(leaving.begin(), leaving.end());
    run_blocks(f, std::move(leaving), [this, n](Fiber& g) {
      const auto& step = program->runbook.steps[n];
      auto& frame = g.frames[0];
      frame.stack.clear();
      frame.scopes.clear();
      frame.failures.clear();
      frame.pc = step.end;
      trace(Trace::What::step_skipped, g, n, step.site, title_of(step.title), "skipped by the operator");
      if (until_step == static_cast<std::int32_t>(n)) {
        stopped_after = true;
        frame.pc = program->runbook.steps.back().end;
      }
    });
  });
}

// A robot gives up at once: the next rung of every live ladder, and whoever it reaches has the run from here.
void Machine::Body::give_up(Fiber& fiber, const std::string& reason) {
  bool fired = false;
  hearing.emplace();
  for (std::uint32_t i = 0; i < ladders.size(); ++i) fired = fire_next(i) || fired;
  if (fired) escalate(fiber, reason);
  else end(fiber, Outcome::failed, reason);
}

void Machine::Body::escalate(Fiber& fiber, std::string reason) {
  // A dry run pages nobody, so there is nothing to hear of.
  if (!hearing || hearing->out.empty() || stopped_after) return end(fiber, Outcome::escalated, std::move(reason));
  drop_group(fiber);
  fiber.limit.reset();
  fiber.forming.clear();
  fiber.wait = {};
  fiber.wait.what = Waits::delivery;
  hearing->reason = std::move(reason);
}

// `key` is empty if somebody was reached in another way.
void Machine::Body::heard(const Key& key, bool reached) {
  if (!hearing || fibers[0]->wait.what != Waits::delivery) return;
  hearing->out.erase(key);
  if (!reached) {
    if (hearing->out.empty()) fire_rest();
    if (crashed || !hearing->out.empty()) return;
  }
  fibers[0]->wait = {};
  auto reason = std::move(hearing->reason);
  if (reached) return end(*fibers[0], Outcome::escalated, std::move(reason));
  end(*fibers[0], Outcome::failed, reason.empty() ? "nobody could be reached" : reason + "; nobody could be reached");
}

void Machine::Body::end(Fiber& fiber, Outcome outcome, std::string reason) {
  if (fixed) return;
  if (stopped_after && outcome != Outcome::resolved && outcome != Outcome::aborted) {
    outcome = Outcome::aborted;
    reason = fmt::format("stopped after {}", start.until);
  }
  // Nothing was changed and every wait was left out, so a dry run shows what would be done, not that it helps.
  if (start.dry && outcome == Outcome::resolved) reason = "a dry run to its end; nothing was changed";
  else if (start.dry && outcome != Outcome::aborted) reason = "a dry run; nothing was changed: " + reason;
  drop_group(fiber);
  hearing.reset();
  fiber.wait = {};
  fiber.limit.reset();
  fiber.forming.clear();
  fixed = outcome;
  fixed_reason = std::move(reason);
  trace(Trace::What::outcome, fiber, 0, fiber.frames.empty() ? 0 : site_at(fiber.frames.back().at), start.dry ? "dry run" : std::string(spell(outcome)), fixed_reason, {}, {}, static_cast<int>(outcome));
  auto& r = request(Exit::end, fiber, fiber.frames.empty() ? 0 : fiber.frames.back().at);
  r.index = static_cast<std::uint32_t>(outcome);
  r.said = fixed_reason;
  r.values = {Value::text(fixed_reason)};
  r.cut = 0;
  end_ladders([](const Ladder&) { return true; });
  unwind_to(fiber, 0, [this](Fiber& f) {
    auto blocks = *fixed == Outcome::resolved ? std::vector<Deferred>{} : std::exchange(undos, {});
    std::reverse(blocks.begin(), blocks.end());
    run_blocks(f, std::move(blocks), [this](Fiber& g) { finish(g); });
  });
}

void Machine::Body::finish(Fiber& fiber) {
  auto close = [this](Fiber& f) {
    trace(Trace::What::finished, f, 0, 0, std::string(spell(*fixed)), fixed_reason, {}, {}, static_cast<int>(*fixed));
    f.over = true;
    over = true;
  };
  if (program->runbook.afterwards == kNone) return close(fiber);
  trace(Trace::What::afterwards, fiber, 0, site_at(program->functions[static_cast<std::size_t>(program->runbook.afterwards)].begin));
  push_call(fiber, static_cast<std::uint32_t>(program->runbook.afterwards), {}, [close](Fiber& f, Ended) { close(f); });
  fiber.frames.back().forgiving = true;
  ready(fiber);
}

// Someone stops the steps from outside. A change in flight is left to finish first.
void Machine::Body::stop(Stop how) {
  Fiber& fiber = *fibers[0];
  if (fixed || fiber.frames.empty()) return;
  fiber.now = now;
  if (fiber.wait.what == Waits::act) {
    stopping = how;
    return;
  }
  if (fiber.wait.what == Waits::delivery && how != Stop::abort) return;      // it is ending already
  drop_group(fiber);
  if (fiber.wait.what == Waits::person && program->humans[fiber.wait.index].ladder != kNone) end_ladder(static_cast<std::uint32_t>(program->humans[fiber.wait.index].ladder));
  fiber.wait = {};
  switch (how) {
    case Stop::no: return;
    case Stop::abort: return end(fiber, Outcome::aborted, "stopped by the operator");
    case Stop::escalate: return give_up(fiber, "escalated by the operator");
    case Stop::skip_step: return skip_step(fiber);
  }
}

}  // namespace rbc
