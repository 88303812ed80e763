// A runbook within a run: its names, ladders, undos and afterwards are its own, and only how it ended comes back.
#include <algorithm>

#include <fmt/format.h>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Deferred;
using exec::Ended;
using exec::Fiber;
using exec::Frame;

namespace {

std::function<bool(const Ladder&)> ladders_of(std::uint32_t called) {
  return [called](const Ladder& ladder) { return ladder.of == Ladder::Of::called && ladder.called == called; };
}

}  // namespace

void Machine::Body::call_runbook(Fiber& fiber, std::uint32_t n, std::vector<Value> inputs) {
  const auto& called = program->runbook.called[n];
  for (std::uint32_t slot = called.first_slot; slot < called.first_slot + called.slots; ++slot)
    slots[slot] = Value::missing("`" + program->runbook.slots[slot] + "` is not bound");
  // Every way out of it is an END, which leaves this frame itself.
  push_call(fiber, called.function, std::move(inputs), [this](Fiber&, Ended) { crash("a called runbook returns"); });
  Frame& frame = fiber.frames.back();
  frame.called = static_cast<std::int32_t>(n);
  frame.undos = undos.size();
  arm_ladders(ladders_of(n), fiber.now.wall);
}

// What a called runbook leaves behind: its ladders die; its undos run unless it was resolved, then its afterwards.
void Machine::Body::leave_called(Frame& frame, std::vector<Deferred>& blocks) {
  const auto n = static_cast<std::uint32_t>(frame.called);
  const auto& called = program->runbook.called[n];
  end_ladders(ladders_of(n));
  const Outcome outcome = frame.outcome.value_or(Outcome::aborted);
  const auto own = undos.begin() + static_cast<std::ptrdiff_t>(std::min(frame.undos, undos.size()));
  if (outcome != Outcome::resolved) blocks.insert(blocks.end(), std::make_move_iterator(undos.rbegin()), std::make_move_iterator(std::make_reverse_iterator(own)));
  undos.erase(own, undos.end());
  if (called.afterwards == kNone) return;
  const auto& function = program->functions[static_cast<std::size_t>(called.afterwards)];
  Deferred after;
  after.function = static_cast<std::uint32_t>(called.afterwards);
  after.pc = function.begin;
  after.site = site_at(function.begin);
  after.locals.assign(function.locals, Value::missing("this name is not bound"));
  after.slots = slots;
  after.outcome = outcome;
  blocks.push_back(std::move(after));
}

bool Machine::Body::ends_called(Fiber& fiber, Outcome outcome, const std::string& reason) {
  std::size_t home = fiber.frames.size();
  while (home > 0 && fiber.frames[home - 1].called == kNone) --home;
  if (home == 0) return false;
  --home;
  drop_group(fiber);
  fiber.wait = {};
  fiber.limit.reset();
  fiber.forming.clear();
  fiber.frames[home].outcome = outcome;
  const auto n = static_cast<std::size_t>(fiber.frames[home].called);
  unwind_to(fiber, home, [this, n, outcome, reason](Fiber& f) {
    if (outcome == Outcome::resolved) {
      f.frames.back().stack.push_back(Value::record({"outcome"}, {Value::option(std::string(spell(outcome)))}));
      return;
    }
    fail(f, fmt::format("{} ended {}{}{}", program->runbook.called[n].id, spell(outcome), reason.empty() ? "" : ": ", reason));
  });
  ready(fiber);
  return true;
}

// Nobody handles a failure in it: its own ladders fire their next rung, as those of a run of its own would.
void Machine::Body::called_gives_up(Fiber& fiber, std::size_t frame, const std::string& reason) {
  const auto n = static_cast<std::uint32_t>(fiber.frames[frame].called);
  bool fired = false;
  for (std::uint32_t l = 0; l < ladders.size(); ++l)
    if (ladders_of(n)(program->runbook.ladders[l])) fired = fire_next(l) || fired;
  ends_called(fiber, fired ? Outcome::escalated : Outcome::failed, reason);
}

}  // namespace rbc
