#include <algorithm>

#include <fmt/format.h>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Deferred;
using exec::Ended;
using exec::Failure;
using exec::Fiber;
using exec::Frame;
using exec::Waits;

void Machine::Body::fail(Fiber& fiber, std::string reason, Value items) {
  Failure failure;
  failure.reason = std::move(reason);
  failure.items = std::move(items);
  failure.site = fiber.frames.empty() ? 0 : site_at(fiber.frames.back().at);
  if (failure.site < program->sites.size()) failure.line = program->sites[failure.site].text;
  raise(fiber, std::move(failure));
}

void Machine::Body::raise(Fiber& fiber, Failure failure, bool asked_already) {
  fiber.limit.reset();
  fiber.forming.clear();
  std::size_t base = fiber.frames.size();
  while (base > 0 && !fiber.frames[base - 1].base()) --base;
  if (base == 0) return crash("a failure outside every frame: " + failure.reason);
  --base;
  std::size_t home = fiber.frames.size();
  while (home > base && std::none_of(fiber.frames[home - 1].scopes.begin(), fiber.frames[home - 1].scopes.end(), [](const auto& s) { return s.kind != 'w'; })) --home;
  bool handled = home > base;
  char kind = 't';
  if (handled) {
    for (const auto& scope : fiber.frames[home - 1].scopes)
      if (scope.kind != 'w') kind = scope.kind;
  }
  if (kind == 't' && !asked_already) trace(Trace::What::failure, fiber, 0, failure.site, failure.line, failure.reason);
  if (!handled) {
    const bool called = fiber.frames[base].called != kNone;
    bool steps = (base == 0 || called) && &fiber == fibers[0].get() && !fixed;
    if (steps && start.mode == Mode::interactive && !asked_already && !stopped_after) return ask_about(fiber, std::move(failure));
    if (fiber.frames[base].forgiving) {
      return unwind_to(fiber, base + 1, [this, failure = std::move(failure)](Fiber& f) { next_line(f, failure); });
    }
    if (called) return called_gives_up(fiber, base, failure.reason);
    // The steps keep their frames: ending the run leaves them, block by block.
    if (steps) return unhandled(fiber, failure);
    return unwind_to(fiber, base + 1, [this, failure = std::move(failure)](Fiber& f) {
      auto leaving = std::exchange(f.frames.back().leaving, {});
      std::reverse(leaving.begin(), leaving.end());
      run_blocks(f, std::move(leaving), [failure](Fiber& g) {
        auto done = std::move(g.frames.back().done);
        g.frames.pop_back();
        done(g, Ended{{}, failure});
      });
    });
  }
  unwind_to(fiber, home, [failure = std::move(failure)](Fiber& f) mutable {
    Frame& frame = f.frames.back();
    while (frame.scopes.back().kind == 'w') frame.scopes.pop_back();
    auto scope = frame.scopes.back();
    frame.scopes.pop_back();
    frame.stack.resize(scope.height);
    frame.failures.resize(scope.failures);
    frame.pc = scope.handler;
    if (scope.kind == 'a') frame.stack.push_back(Value::missing(failure.reason));
    else frame.failures.push_back(std::move(failure));
  });
  ready(fiber);
}

// Leaves the frames above `frames`, the innermost first; what they put aside is put back before `then`.
void Machine::Body::unwind_to(Fiber& fiber, std::size_t frames, std::function<void(Fiber&)> then) {
  std::vector<Deferred> blocks;
  while (fiber.frames.size() > frames) {
    auto& leaving = fiber.frames.back().leaving;
    blocks.insert(blocks.end(), std::make_move_iterator(leaving.rbegin()), std::make_move_iterator(leaving.rend()));
    if (fiber.frames.back().called != kNone) leave_called(fiber.frames.back(), blocks);
    fiber.frames.pop_back();
  }
  run_blocks(fiber, std::move(blocks), std::move(then));
}

// Runs blocks in this order, each on a frame of its own above the ones that are there. Interactive, each undo is asked about first.
void Machine::Body::run_blocks(Fiber& fiber, std::vector<Deferred> blocks, std::function<void(Fiber&)> then) {
  if (blocks.empty()) {
    then(fiber);
    return ready(fiber);
  }
  if (blocks.front().undo && !blocks.front().confirmed && start.mode == Mode::interactive) {
    auto& r = request(Exit::human, fiber, blocks.front().pc);
    r.question = Request::Question::undo;
    r.program_site = blocks.front().site;
    if (r.program_site < program->sites.size()) r.said = program->sites[r.program_site].text;
    r.values = {Value::text(r.said)};
    fiber.wait = {};
    fiber.wait.what = Waits::undo;
    fiber.wait.key = r.key;
    fiber.wait.blocks = std::move(blocks);
    fiber.wait.then = std::move(then);
    return trace_question(fiber, 0, r.program_site, Request::Question::undo, {}, r.said);
  }
  Deferred first = std::move(blocks.front());
  blocks.erase(blocks.begin());
  Frame frame;
  frame.function = first.function;
  frame.pc = frame.at = first.pc;
  frame.locals = std::move(first.locals);
  frame.slots = std::move(first.slots);
  frame.forgiving = true;
  frame.undoing = first.undo;
  frame.outcome = first.outcome;
  frame.done = [this, blocks = std::move(blocks), then = std::move(then)](Fiber& f, Ended) { run_blocks(f, blocks, then); };
  fiber.frames.push_back(std::move(frame));
  ready(fiber);
}

void Machine::Body::restore(Frame& frame, std::uint32_t state_of, std::uint32_t pc) {
  const auto& state = flowed.states[state_of];
  if (state.reached()) {
    frame.stack.resize(std::min(frame.stack.size(), static_cast<std::size_t>(state.height)));
    frame.scopes.resize(std::min(frame.scopes.size(), state.scopes.size()));
    frame.failures.resize(std::min<std::size_t>(frame.failures.size(), state.failures));
  }
  frame.pc = pc;
}

// The innermost statement around `pc` that can be begun again, or stepped over.
const Statement* Machine::Body::statement_at(std::uint32_t pc, bool skip) const {
  const Statement* innermost = nullptr;
  for (const auto& statement : program->statements) {
    if (statement.begin > pc) break;
    if (pc < statement.end && (skip ? skippable(*program, flowed, statement) : flowed.states[statement.begin].reached())) innermost = &statement;
  }
  return innermost;
}

// In blocks that go on after a failed line: it has been told; the next line runs.
void Machine::Body::next_line(Fiber& fiber, const Failure&) {
  Frame& frame = fiber.frames.back();
  if (const auto* statement = statement_at(frame.at, true)) {
    restore(frame, statement->begin, statement->end);
    return ready(fiber);
  }
  auto done = std::move(frame.done);
  fiber.frames.pop_back();
  done(fiber, {});
}

// Nobody handles it: the operator is asked at the line, before anything unwinds.
void Machine::Body::ask_about(Fiber& fiber, Failure failure) {
  auto& r = request(Exit::human, fiber, fiber.frames.back().at);
  r.question = Request::Question::failure;
  r.said = failure.reason;
  r.values = {Value::text(failure.reason)};
  r.program_site = failure.site;
  fiber.wait = {};
  fiber.wait.what = Waits::failure;
  fiber.wait.key = r.key;
  fiber.wait.since = fiber.now;
  fiber.wait.failure = std::move(failure);
  trace_question(fiber, 0, r.program_site, Request::Question::failure, fiber.wait.failure.line, fiber.wait.failure.reason);
}

void Machine::Body::failure_answered(Fiber& fiber, const Completion& c) {
  Failure failure = std::move(fiber.wait.failure);
  fiber.wait = {};
  Trace told;
  told.what = Trace::What::answered;
  told.question = Request::Question::failure;
  told.site = failure.site;
  told.fiber = fiber.path;
  told.title = c.who;
  told.text = c.reason;
  told.result = static_cast<int>(c.reply);
  told.when = fiber.now;
  if (watcher) watcher(told);
  if (common_reply(fiber, c)) return;
  bool retry = c.reply == Completion::Reply::retry;
  bool skip = c.reply == Completion::Reply::skip || c.reply == Completion::Reply::yes;
  if (!retry && !skip) return raise(fiber, std::move(failure), true);
  for (std::size_t i = fiber.frames.size(); i > 0; --i) {
    Frame& frame = fiber.frames[i - 1];
    if (const auto* statement = statement_at(frame.at, !retry)) {
      auto begin = statement->begin, to = retry ? statement->begin : statement->end;
      return unwind_to(fiber, i, [this, begin, to](Fiber& f) {
        restore(f.frames.back(), begin, to);
        ready(f);
      });
    }
    if (frame.base()) break;
  }
  skip_step(fiber);
}

void Machine::Body::unhandled(Fiber& fiber, const Failure& failure) {
  if (stopped_after) return end(fiber, Outcome::aborted, fmt::format("stopped after {}", start.until));
  give_up(fiber, failure.reason);
}

// An enclosing limit has passed, or the run says that it ended what the fiber waited for.
bool Machine::Body::cut(Fiber& fiber, bool told) {
  Micros reached = fiber.now.alive;
  if (told) {
    Micros earliest = earliest_cut(fiber);
    if (earliest == 0) told = false;
    else reached = std::max(reached, earliest);
  }
  auto passed = [&](Micros deadline) { return deadline != 0 && (told ? deadline <= reached : deadline < reached); };
  if (fiber.member_of && passed(fiber.cut)) {
    // The limit stands around the whole group: its other looks are of no use any more.
    Fiber& owner = *fiber.member_of->owner;
    owner.now = fiber.now;
    drop_group(owner);
    return cut(owner, told) || (fail(owner, "its limit has passed"), true);
  }
  std::size_t base = fiber.frames.size();
  while (base > 0 && (!fiber.frames[base - 1].base() || fiber.frames[base - 1].called != kNone)) --base;
  if (base == 0) return false;
  for (std::size_t f = base - 1; f < fiber.frames.size(); ++f) {
    for (std::size_t s = 0; s < fiber.frames[f].scopes.size(); ++s) {
      const auto scope = fiber.frames[f].scopes[s];
      if (scope.kind != 'w' || !passed(scope.deadline)) continue;
      unwind_to(fiber, f + 1, [this, s, length = scope.length](Fiber& g) {
        g.frames.back().scopes.resize(s);
        fail(g, fmt::format("not done within {}", prose(Value::duration(length))));
      });
      return true;
    }
  }
  return false;
}

}  // namespace rbc
