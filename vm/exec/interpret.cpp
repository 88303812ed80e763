#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Computed;
using exec::Ended;
using exec::Failure;
using exec::Fiber;
using exec::Finding;
using exec::Frame;
using exec::Waits;

namespace {

Value take_top(Frame& frame) {
  Value v = std::move(frame.stack.back());
  frame.stack.pop_back();
  return v;
}

std::vector<Value> take_several(Frame& frame, std::uint32_t n) {
  auto first = frame.stack.end() - n;
  std::vector<Value> values(std::make_move_iterator(first), std::make_move_iterator(frame.stack.end()));
  frame.stack.erase(first, frame.stack.end());
  return values;
}

// In a check blind wins over red over amber over green.
int weight_of(Colour colour) { return colour == Colour::blind ? 3 : colour == Colour::red ? 2 : colour == Colour::amber ? 1 : 0; }

void find_colour(Finding& finding, Colour colour, std::string reason, std::uint32_t rule = 0) {
  if (weight_of(colour) <= weight_of(finding.colour)) return;
  finding.decided = rule;
  finding.colour = colour;
  finding.reason = std::move(reason);
  finding.shown = finding.measured;
}

Value worst_of(const std::vector<Value>& verdicts) {
  Value worst = Value::verdict(Colour::green);
  for (const auto& verdict : verdicts)
    if (verdict.tag() == Tag::verdict && verdict.colour() > worst.colour()) worst = verdict;
  return worst;
}

}  // namespace

void Machine::Body::push_call(Fiber& fiber, std::uint32_t function, std::vector<Value> arguments, std::function<void(Fiber&, Ended)> done) {
  const auto& f = program->functions[function];
  Frame frame;
  frame.function = function;
  frame.pc = frame.at = f.begin;
  frame.locals = std::move(arguments);
  frame.locals.resize(f.locals, Value::missing("this name is not bound"));
  frame.done = std::move(done);
  if (f.kind == FunctionKind::check) frame.finding.emplace();
  fiber.frames.push_back(std::move(frame));
}

void Machine::Body::run(Fiber& fiber) {
  while (!crashed && !fiber.over && !fiber.frames.empty() && fiber.wait.what == Waits::no) {
    if (fuel == 0) return crash("the program ran on without looking, changing or waiting");
    --fuel;
    if (!instruction(fiber)) return;
  }
}

// Nothing outside is reached, and nobody is told: a fiber of its own that is over before this returns.
Ended Machine::Body::pure(std::uint32_t function, std::vector<Value> arguments, const Frame* copied, std::optional<std::pair<std::uint32_t, Value>> slot, bool strict) {
  Fiber fiber;
  fiber.pure = true;
  fiber.reads_strictly = strict;
  fiber.path = "pure";
  fiber.now = fibers.empty() ? now : fibers[0]->now;
  Ended result;
  bool finished = false;
  push_call(fiber, function, std::move(arguments), [&](Fiber&, Ended ended) {
    result = std::move(ended);
    finished = true;
  });
  Frame& frame = fiber.frames.back();
  if (copied) {
    for (std::size_t i = 0; i < copied->locals.size() && i < frame.locals.size(); ++i) frame.locals[i] = copied->locals[i];
    frame.slots = copied->slots;
  }
  if (slot && slot->first < frame.locals.size()) frame.locals[slot->first] = std::move(slot->second);
  while (!finished && !crashed && fiber.wait.what == Waits::no && !fiber.frames.empty()) {
    fiber.ready = true;    // never queued: it is run here
    run(fiber);
  }
  if (!finished && !crashed) crash("a pure function waits");
  return result;
}

Computed Machine::Body::where(Fiber& fiber, Frame& frame, std::uint32_t function, std::uint32_t slot, const Value& list) {
  if (list.is_missing()) return exec::no(list.text());
  const auto* items = exec::elements(list);
  if (!items) return exec::no("`where` takes a list");
  std::vector<Value> kept;
  for (const auto& item : *items) {
    auto ended = pure(function, {}, &frame, std::pair{slot, item}, fiber.reads_strictly);
    if (crashed) return exec::no("stopped");
    if (ended.failure) return exec::no(ended.failure->reason);
    if (ended.value.is_missing()) return exec::no(ended.value.text());
    if (ended.value.as_bool()) kept.push_back(item);
  }
  if (list.tag() == Tag::rows) return exec::got(Value::rows(list.names(), std::move(kept)));
  if (list.tag() == Tag::json) return exec::got(Value::json_array(std::move(kept)));
  return exec::got(Value::list(std::move(kept)));
}

void Machine::Body::end_frame(Fiber& fiber, Value value) {
  auto leaving = std::exchange(fiber.frames.back().leaving, {});
  std::reverse(leaving.begin(), leaving.end());
  run_blocks(fiber, std::move(leaving), [this, value = std::move(value)](Fiber& f) mutable {
    Frame frame = std::move(f.frames.back());
    f.frames.pop_back();
    const auto& function = program->functions[frame.function];
    if (frame.base()) {
      Value result = frame.finding ? Value::verdict(frame.finding->colour, frame.finding->reason) : std::move(value);
      if (frame.finding && frame.finding->shown.tag() == Tag::nothing) frame.finding->shown = frame.finding->measured;
      if (frame.finding && frame.finding->decided != 0 && rehearsal) rehearsal->reached[frame.finding->decided + 1] = true;
      if (frame.finding) result = Value::record({"verdict", "measured"}, {result, frame.finding->shown});
      frame.done(f, Ended{std::move(result), std::nullopt});
      return;
    }
    if (function.kind == FunctionKind::procedure) {
      std::vector<Value> items;
      for (std::size_t i = 0; i < function.exported.size(); ++i) {
        auto slot = function.parameters + i;
        items.push_back(slot < frame.locals.size() ? frame.locals[slot] : Value::missing("`" + function.exported[i] + "` is not bound"));
      }
      value = Value::record(function.exported, std::move(items));
    }
    f.frames.back().stack.push_back(std::move(value));
  });
}

Value Machine::Body::latest(std::uint32_t check, const std::vector<Value>& arguments, bool strict, std::optional<Failure>& failure) {
  auto found = verdicts.find(std::to_string(check) + ":" + encode(Value::list(arguments)));
  if (found != verdicts.end()) return found->second;
  if (strict) failure.emplace().reason = "`" + program->checks[check].name + "` is not looked at yet";
  return Value::verdict(Colour::blind, "not looked yet");
}

Computed Machine::Body::run_word(const Fiber& fiber, unsigned which) const {
  auto text = [](const std::string& t, const char* gone) { return exec::got(t.empty() ? Value::missing(gone) : Value::text(t)); };
  const StepInfo* step = current_step >= 0 ? &program->runbook.steps[static_cast<std::size_t>(current_step)] : nullptr;
  switch (which) {
    case 0: return exec::got(Value::text(program->runbook.id));
    case 1: return exec::got(Value::text(program->runbook.title));
    case 2: return text(start.alert, "no alert started this run");
    case 3: return exec::got(Value::text(start.environment));
    case 4: return text(start.operator_name, "nobody operates this run");
    case 5: return exec::got(Value::instant(start.when.wall));
    case 6: return exec::got(Value::duration(std::max<Micros>(0, fiber.now.wall - start.when.wall)));
    case 7:
      for (auto f = fiber.frames.rbegin(); f != fiber.frames.rend(); ++f)
        if (f->outcome) return exec::got(Value::option(std::string(spell(*f->outcome))));
      return exec::got(fixed ? Value::option(std::string(spell(*fixed))) : Value::missing("the run has no outcome yet"));
    case 8: return exec::got(Value::list(actions));
    case 9: return text(identified, "no cause is identified");
    case 10: return step ? exec::got(Value::text(step->name)) : exec::got(Value::missing("no step has begun"));
    case 11: return step ? exec::got(Value::text(step->title.plain.empty() ? step->name : step->title.plain)) : exec::got(Value::missing("no step has begun"));
    case 12: return exec::got(Value::boolean(start.dry));
    default: return exec::got(Value::boolean(start.mode == Mode::headless));
  }
}

bool Machine::Body::instruction(Fiber& fiber) {
  Frame& frame = fiber.frames.back();
  auto& stack = frame.stack;
  const std::uint32_t at = frame.pc;
  const auto op = static_cast<Op>(program->code[at]);
  const std::uint32_t* operand = program->code.data() + at + 1;
  executed[static_cast<std::size_t>(op)] = true;
  if (rehearsal) rehearsal->reached[at] = true;
  frame.at = at;
  frame.pc = at + info(op).width;

  auto push = [&](Value v) {
    stack.push_back(std::move(v));
    return true;
  };
  auto fails = [&](std::string reason) {
    fail(fiber, std::move(reason));
    return false;
  };
  auto settle_value = [&](Computed c) { return c.good ? push(std::move(c.value)) : fails(std::move(c.reason)); };
  auto two = [&](auto&& compute) {
    Value b = take_top(frame);
    Value a = take_top(frame);
    return settle_value(compute(a, b));
  };
  auto jump = [&](std::uint32_t to) {
    if (to <= at && cancelled) {
      crash("cancelled");
      return false;
    }
    frame.pc = to;
    return true;
  };
  // A condition that is missing fails with its reason.
  auto condition = [&](bool& holds) {
    Value v = take_top(frame);
    if (v.is_missing()) return fails(v.text());
    holds = v.as_bool();
    return true;
  };
  auto need_length = [&](const Value& v) { return v.is_missing() ? fails(v.text()) : v.tag() == Tag::duration || fails("this is no length of time"); };

  switch (op) {
    case Op::CONST: return push(program->constants[operand[0]]);
    case Op::GLOBAL: {
      if (frame.slots && operand[0] < frame.slots->size() && !(*frame.slots)[operand[0]].is_missing()) return push((*frame.slots)[operand[0]]);
      return push(slots[operand[0]]);
    }
    case Op::SET_GLOBAL: {
      Value v = take_top(frame);
      if (frame.slots) (*frame.slots)[operand[0]] = v;
      slots[operand[0]] = std::move(v);
      read_conditions();
      return !crashed;
    }
    case Op::LOCAL: return push(frame.locals[operand[0]]);
    case Op::SET_LOCAL: frame.locals[operand[0]] = take_top(frame); return true;
    case Op::POP: stack.pop_back(); return true;
    case Op::DUP: return push(Value(stack.back()));

    case Op::JUMP: return jump(operand[0]);
    case Op::JUMP_FALSE: case Op::JUMP_TRUE: {
      bool holds = false;
      if (!condition(holds)) return false;
      return holds == (op == Op::JUMP_TRUE) ? jump(operand[0]) : true;
    }
    case Op::JUMP_PRESENT:
      if (!stack.back().is_missing()) return jump(operand[0]);
      stack.pop_back();
      return true;
    case Op::JUMP_MISSING: return stack.back().is_missing() ? jump(operand[0]) : true;
    case Op::IS_MISSING: {
      bool gone = take_top(frame).is_missing();
      return push(Value::boolean(gone));
    }
    case Op::MISSING: {
      Value reason = take_top(frame);
      return push(Value::missing(reason.text()));
    }
    case Op::NEED: return stack.back().is_missing() ? fails(stack.back().text()) : true;

    case Op::NOT: {
      bool holds = false;
      return condition(holds) && push(Value::boolean(!holds));
    }
    case Op::NEGATE: return settle_value(exec::negate(take_top(frame)));
    case Op::ADD: return two(exec::add);
    case Op::SUBTRACT: return two(exec::subtract);
    case Op::MULTIPLY: return two(exec::multiply);
    case Op::DIVIDE: return two(exec::divide);
    case Op::PORTION: return two(exec::portion);
    case Op::EQUAL: return two(exec::equal);
    case Op::LESS: return two([](const Value& a, const Value& b) { return exec::less(a, b, false); });
    case Op::LESS_EQUAL: return two([](const Value& a, const Value& b) { return exec::less(a, b, true); });
    case Op::CONTAINS: return two(exec::contains);
    case Op::MATCHES: return settle_value(exec::matches(take_top(frame), program->constants[operand[0]].text()));
    case Op::IN: return two([](const Value& a, const Value& list) { return exec::holds(list, a); });
    case Op::LIST: {
      auto items = take_several(frame, operand[0]);
      return push(Value::list(std::move(items)));
    }
    case Op::CAST: return settle_value(exec::cast(take_top(frame), program->types[operand[0]]));
    case Op::READING: return settle_value(exec::reading(take_top(frame), operand[0]));
    case Op::FIELD: return settle_value(exec::field(take_top(frame), program->names[operand[0]], true));
    case Op::FIELD_OPT: return settle_value(exec::field(take_top(frame), program->names[operand[0]], false));
    case Op::CALL_BUILTIN: {
      auto arguments = take_several(frame, operand[1]);
      Value receiver = take_top(frame);
      return settle_value(exec::builtin(operand[0], receiver, arguments));
    }
    case Op::TEXT: {
      const auto& words = program->constants[operand[0]].items();
      auto values = take_several(frame, operand[1]);
      std::string text = words[0].text();
      for (std::size_t i = 0; i < values.size(); ++i) text += prose(values[i]) + words[i + 1].text();
      return push(Value::text(std::move(text)));
    }
    case Op::WHERE: {
      Value list = take_top(frame);
      return settle_value(where(fiber, frame, operand[0], operand[1], list));
    }
    case Op::APPEND: {
      Value v = take_top(frame);
      Value list = take_top(frame);
      if (list.is_missing()) return fails(list.text());
      auto items = list.items();
      items.push_back(std::move(v));
      return push(Value::list(std::move(items)));
    }
    case Op::LENGTH: {
      Value list = take_top(frame);
      if (list.is_missing()) return fails(list.text());
      const auto* items = exec::elements(list);
      return items ? push(Value::integer(static_cast<std::int64_t>(items->size()))) : fails("this is no list");
    }
    case Op::ITEM: {
      Value index = take_top(frame);
      Value list = take_top(frame);
      if (list.is_missing() || index.is_missing()) return fails(list.is_missing() ? list.text() : index.text());
      const auto* items = exec::elements(list);
      if (!items || index.as_int() < 0 || static_cast<std::uint64_t>(index.as_int()) >= items->size()) return fails("the list has no such element");
      return push((*items)[static_cast<std::size_t>(index.as_int())]);
    }
    case Op::CAP: {
      if (stack.back().is_missing()) return fails(stack.back().text());
      const auto* items = exec::elements(stack.back());
      if (!items) return fails("this is no list");
      return items->size() <= operand[0] || fails(fmt::format("the list has {} elements, and at most {} are taken", items->size(), operand[0]));
    }

    case Op::VERDICT: {
      auto arguments = take_several(frame, operand[1]);
      std::optional<Failure> failure;
      bool strict = fiber.reads_strictly || program->functions[frame.function].kind == FunctionKind::rung;
      Value v = latest(operand[0], arguments, strict, failure);
      return failure ? fails(failure->reason) : push(std::move(v));
    }
    case Op::WORST: {
      auto all = take_several(frame, operand[0]);
      return push(worst_of(all));
    }
    case Op::WORST_OF: {
      Value list = take_top(frame);
      return list.is_missing() ? fails(list.text()) : push(worst_of(list.items()));
    }
    case Op::PASSES: case Op::IS_COLOUR: {
      Value v = take_top(frame);
      if (v.is_missing()) return fails(v.text());
      return push(Value::boolean(op == Op::PASSES ? v.colour() <= Colour::amber : v.colour() == static_cast<Colour>(operand[0])));
    }

    case Op::LIMIT: {
      Value v = take_top(frame);
      if (!need_length(v)) return false;
      fiber.limit = v.as_int();
      return true;
    }
    case Op::ASK: ask(fiber, operand[0], operand[1]); return fiber.wait.what == Waits::no && !fiber.ready;
    case Op::GATE: return gate(fiber, operand[0], operand[1], operand[2]);
    case Op::DO: act(fiber, operand[0], operand[1]); return fiber.wait.what == Waits::no && !fiber.ready;
    case Op::SHOW: {
      Value v = take_top(frame);
      trace(Trace::What::shown, fiber, 0, site_at(at), program->constants[operand[0]].text(), {}, std::move(v));
      return true;
    }
    case Op::NOTE: {
      Value v = take_top(frame);
      trace(Trace::What::note, fiber, 0, site_at(at), {}, v.text());
      return true;
    }

    case Op::CHECK: {
      auto arguments = take_several(frame, operand[1]);
      fiber.forming.push_back({operand[0], std::move(arguments)});
      return true;
    }
    case Op::GROUP: look_at_group(fiber); return fiber.wait.what == Waits::no && !fiber.ready;
    case Op::ANSWERED: {
      const Value& v = stack.back();
      if (!v.is_missing()) return true;
      Colour colour = Colour::blind;
      if (v.way() == Way::refusal) colour = operand[0] ? Colour::red : Colour::blind;
      if (v.way() == Way::silence) colour = operand[1] == 1 || (operand[1] == 0 && operand[0]) ? Colour::red : Colour::blind;
      Finding finding;
      finding.colour = colour;
      finding.reason = v.text().empty() ? std::string("no answer") : v.text();
      if (frame.finding) finding.measured = frame.finding->measured;
      frame.finding = std::move(finding);
      end_frame(fiber, {});
      return false;
    }
    case Op::OK_RULE: {
      Value v = take_top(frame);
      if (v.is_missing()) return fails(v.text());
      if (frame.finding && !exec::answer_ok(v)) find_colour(*frame.finding, Colour::red, exec::not_ok_words(v));
      return true;
    }
    case Op::MEASURE:
      if (frame.finding) frame.finding->measured = stack.back();
      return true;
    case Op::AGAINST:
      if (frame.finding) frame.finding->against = stack.back();
      return true;
    case Op::RULE: {
      bool holds = false;
      if (!condition(holds)) return false;
      if (!frame.finding) return true;
      const Value against = std::exchange(frame.finding->against, Value{});
      if (holds) {
        std::string words = program->constants[operand[1]].text();
        if (against.tag() != Tag::nothing)
          if (const std::size_t at_value = words.find("{}"); at_value != std::string::npos) words.replace(at_value, 2, prose(against));
        const Value& measured = frame.finding->measured;
        std::string reason = measured.tag() == Tag::nothing ? words : prose(measured) + (words.empty() ? "" : " " + words);
        find_colour(*frame.finding, static_cast<Colour>(operand[0]), std::move(reason), at);
      }
      return true;
    }
    case Op::JOIN: {
      Value v = take_top(frame);
      if (v.is_missing()) return fails(v.text());
      if (frame.finding) find_colour(*frame.finding, v.colour(), v.text());
      return true;
    }

    case Op::TRY: case Op::ATTEMPT:
      frame.scopes.push_back({op == Op::TRY ? 't' : 'a', operand[0], stack.size(), frame.failures.size(), 0, 0});
      return true;
    case Op::END_TRY: frame.scopes.pop_back(); return true;
    case Op::FAILURE: {
      const Failure& f = frame.failures.back();
      return push(operand[0] == 0 ? Value::text(f.reason) : operand[0] == 1 ? Value::text(f.line) : f.items.tag() == Tag::nothing ? Value::list({}) : f.items);
    }
    case Op::HANDLED: {
      Failure f = std::move(frame.failures.back());
      frame.failures.pop_back();
      trace(Trace::What::recovered, fiber, 0, f.site, f.line, f.reason);
      return true;
    }
    case Op::RETHROW: {
      Failure f = frame.failures.back();
      raise(fiber, std::move(f));
      return false;
    }
    case Op::FAIL: {
      Value reason = take_top(frame);
      return fails(reason.text());
    }
    case Op::FAIL_ITEMS: {
      Value reason = take_top(frame);
      Value items = take_top(frame);
      fail(fiber, reason.text(), std::move(items));
      return false;
    }
    case Op::WITHIN: {
      Value v = take_top(frame);
      if (!need_length(v)) return false;
      Micros deadline = 0;
      if (__builtin_add_overflow(fiber.now.alive, std::max<Micros>(v.as_int(), 1), &deadline)) deadline = INT64_MAX;
      frame.scopes.push_back({'w', 0, stack.size(), frame.failures.size(), deadline, v.as_int()});
      return true;
    }
    case Op::END_WITHIN: {
      bool late = fiber.now.alive > frame.scopes.back().deadline;
      Micros length = frame.scopes.back().length;
      frame.scopes.pop_back();
      return !late || fails(fmt::format("not done within {}", prose(Value::duration(length))));
    }

    case Op::SLEEP: {
      Value v = take_top(frame);
      if (!need_length(v)) return false;
      if (v.as_int() <= 0 || start.dry) return true;
      auto& r = request(Exit::sleep, fiber, at);
      if (__builtin_add_overflow(fiber.now.alive, v.as_int(), &r.due)) r.due = INT64_MAX;
      fiber.wait = {};
      fiber.wait.what = Waits::sleep;
      fiber.wait.key = r.key;
      trace(Trace::What::sleeping, fiber, 0, r.program_site, {}, {}, v);
      return false;
    }
    case Op::NOW: return push(Value::duration(fiber.now.alive));

    case Op::HUMAN: put_question(fiber, operand[0], operand[1]); return fiber.wait.what == Waits::no && !fiber.ready;
    case Op::NOTIFY: {
      Value v = take_top(frame);
      notify(fiber, operand[0], v.text());
      return true;
    }

    case Op::STEP: begin_step(fiber, operand[0]); return fiber.wait.what == Waits::no && !fiber.ready;
    case Op::LEAVE: leave_step(fiber, operand[0]); return false;
    case Op::CAUSE: {
      const auto& cause = program->runbook.causes[operand[0]];
      trace(Trace::What::cause_began, fiber, operand[0], cause.site, title_of(cause.title));
      cause_of_items = cause.only_items;
      return true;
    }
    case Op::TRIED: {
      const auto& cause = program->runbook.causes[operand[0]];
      cause_of_items = false;
      std::string title = title_of(cause.title);
      trace(Trace::What::cause_tried, fiber, operand[0], cause.site, title, {}, {}, {}, static_cast<int>(operand[1]));
      if (operand[1] == 3) {
        identified = title.empty() ? cause.name : title;
        // A cause of a called runbook is that one's; of this run's, all that wait for one.
        std::int32_t inside = kNone;
        for (const auto& f : fiber.frames)
          if (f.called != kNone) inside = f.called;
        end_ladders([inside](const Ladder& l) { return l.until_identified && (l.of == Ladder::Of::called ? inside == static_cast<std::int32_t>(l.called) : inside == kNone); });
      }
      return true;
    }
    case Op::DEFER:
      if (!start.dry) {
        exec::Deferred block{frame.function, operand[1], site_at(at), operand[0] == 1, frame.locals, frame.slots ? *frame.slots : slots, false, {}};
        if (operand[0] == 1) undos.push_back(std::move(block));
        else frame.leaving.push_back(std::move(block));
      }
      return true;
    case Op::CALL: {
      if (cancelled) {
        crash("cancelled");
        return false;
      }
      auto arguments = take_several(frame, operand[1]);
      push_call(fiber, operand[0], std::move(arguments), {});
      return true;
    }
    case Op::RUNBOOK: {
      if (cancelled) {
        crash("cancelled");
        return false;
      }
      auto inputs = take_several(frame, operand[1]);
      call_runbook(fiber, operand[0], std::move(inputs));
      return true;
    }
    case Op::RETURN: {
      Value v = take_top(frame);
      end_frame(fiber, std::move(v));
      return false;
    }
    case Op::RUN: return settle_value(run_word(fiber, operand[0]));
    case Op::PRESENT: return push(Value::boolean(operand[0] >= start.bound.size() || start.bound[operand[0]]));
    case Op::END: {
      Value v = take_top(frame);
      auto outcome = static_cast<Outcome>(operand[0]);
      auto page = std::exchange(escalated_to, std::nullopt);
      if (ends_called(fiber, outcome, v.text())) return false;
      if (fixed) return fails("the outcome is fixed already");
      if (outcome == Outcome::escalated && page) {
        hearing.emplace();
        hearing->out.insert(*page);
        escalate(fiber, v.text());
      } else {
        end(fiber, outcome, v.text());
      }
      return false;
    }
    case Op::kCount: break;
  }
  crash("an instruction that does not exist");
  return false;
}

}  // namespace rbc
