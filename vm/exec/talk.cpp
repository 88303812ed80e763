#include <algorithm>

#include <fmt/format.h>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Fiber;
using exec::Frame;
using exec::Stop;
using exec::Waits;

namespace {

std::vector<Value> pop_values(Frame& frame, std::uint32_t n) {
  std::vector<Value> values(frame.stack.end() - n, frame.stack.end());
  frame.stack.resize(frame.stack.size() - n);
  return values;
}

std::string sentence_for(Way way, const std::string& reason) {
  if (!reason.empty()) return reason;
  switch (way) {
    case Way::answer: return "it is not well";
    case Way::refusal: return "refused";
    case Way::silence: return "no answer";
    case Way::blindness: return "it could not be asked";
  }
  return "no answer";
}

Micros took_of(const Value& answer, Moment since, Moment when) {
  const Value* took = answer.tag() == Tag::rows ? (answer.beside() ? answer.beside()->field("took") : nullptr) : answer.field("took");
  return took && took->tag() == Tag::duration ? took->as_int() : when.alive - since.alive;
}

}  // namespace

std::string Machine::Body::filled(const Template& what, const std::vector<Value>& values) const {
  std::string said = what.shown.empty() ? "" : what.shown[0];
  for (std::size_t i = 0; i < what.shown_holes.size(); ++i) {
    auto hole = what.shown_holes[i];
    const Value& value = values[what.arguments + hole];
    if (what.secret_holes[hole] || value.tag() == Tag::secret) said += "<" + what.hole_names[hole] + ">";
    else if (!value.is_missing()) said += prose(value);
    said += what.shown[i + 1];
  }
  return said;
}

// Why this cannot be said: a value that is missing where it must stand, or an empty text in a change.
std::optional<std::string> Machine::Body::unsayable(const Template& what, const std::vector<Value>& values, bool change) const {
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    bool hole = i >= what.arguments;
    bool optional = false;
    if (hole) {
      for (const auto& piece : what.pieces)
        if (piece.as == Piece::As::hole && piece.hole == i - what.arguments) optional = piece.optional;
    }
    const Value& v = values[i];
    std::string name = hole ? "<" + what.hole_names[i - what.arguments] + ">" : "the resource's argument";
    if (v.is_missing() && !optional) return v.text().empty() ? name + " is missing" : v.text();
    if (change && hole && v.tag() == Tag::text && v.text().empty()) return name + " is empty";
  }
  if (what.resource < start.bound.size() && !start.bound[what.resource]) return "`" + program->resources[what.resource].name + "` is not bound";
  return std::nullopt;
}

void Machine::Body::ask(Fiber& fiber, std::uint32_t index, std::uint32_t n) {
  const auto& what = program->templates[index];
  Frame& frame = fiber.frames.back();
  auto values = pop_values(frame, n);
  Micros limit = fiber.limit.value_or(what.limit);
  fiber.limit.reset();
  std::string said = filled(what, values);
  if (frame.finding) {
    if (const auto given = given_verdict(fiber, static_cast<std::int32_t>(index), values, said)) return settle_check(fiber, *given);
  }
  if (auto why = unsayable(what, values, false)) {
    Value none = Value::missing(*why, Way::blindness);
    trace(Trace::What::look_ended, fiber, index, what.site, {}, said, none);
    frame.stack.push_back(std::move(none));
    return;
  }
  auto& r = request(Exit::ask, fiber, frame.at);
  r.index = index;
  r.values = std::move(values);
  r.said = said;
  r.limit = limit;
  r.program_site = what.site;
  fiber.wait = {};
  fiber.wait.what = Waits::look;
  fiber.wait.key = r.key;
  fiber.wait.index = index;
  fiber.wait.said = std::move(said);
  fiber.wait.since = fiber.now;
}

void Machine::Body::looked(Fiber& fiber, const Completion& c) {
  auto wait = std::exchange(fiber.wait, {});
  const auto& what = program->templates[wait.index];
  Value answer = c.way == Way::answer ? c.value : Value::missing(sentence_for(c.way, c.reason), c.way);
  if (c.way == Way::answer && what.one_row && answer.tag() == Tag::rows && answer.items().size() != 1) {
    answer = Value::missing(fmt::format("{} rows came back, not one", answer.items().size()), Way::blindness);
  }
  trace(Trace::What::look_ended, fiber, wait.index, what.site, {}, wait.said, answer, {}, 0, took_of(answer, wait.since, fiber.now));
  if (cut(fiber, c.cut)) return;
  fiber.frames.back().stack.push_back(std::move(answer));
  ready(fiber);
}

bool Machine::Body::gate(Fiber& fiber, std::uint32_t index, std::uint32_t n, std::uint32_t skipped) {
  const auto& what = program->templates[index];
  Frame& frame = fiber.frames.back();
  if (start.dry || frame.undoing) return true;
  if (start.mode == Mode::headless) {
    bool guarded = std::any_of(program->environments.begin(), program->environments.end(), [this](const auto& e) { return e.name == start.environment && e.guarded; });
    if (guarded && !start.may_change) {
      fail(fiber, fmt::format("`{}` is protected, and this run may not change it", start.environment));
      return false;
    }
    return true;
  }
  std::vector<Value> values(frame.stack.end() - n, frame.stack.end());
  auto& r = request(Exit::human, fiber, frame.at);
  r.index = index;
  r.question = Request::Question::gate;
  r.said = filled(what, values);
  r.values = {Value::text(r.said)};
  r.program_site = what.site;
  fiber.wait = {};
  fiber.wait.what = Waits::gate;
  fiber.wait.key = r.key;
  fiber.wait.index = index;
  fiber.wait.said = r.said;
  fiber.wait.since = fiber.now;
  fiber.wait.then = [this, n, skipped](Fiber& f) {
    Frame& top = f.frames.back();
    top.stack.resize(top.stack.size() - n);
    top.pc = skipped;
    ready(f);
  };
  trace_question(fiber, index, r.program_site, Request::Question::gate, {}, r.said);
  return false;
}

void Machine::Body::act(Fiber& fiber, std::uint32_t index, std::uint32_t n) {
  const auto& what = program->templates[index];
  Frame& frame = fiber.frames.back();
  auto values = pop_values(frame, n);
  Micros limit = fiber.limit.value_or(what.limit);
  fiber.limit.reset();
  std::string said = filled(what, values);
  if (start.dry) {
    Value none = Value::missing("not run: dry run");
    trace(Trace::What::action_ended, fiber, index, what.site, {}, said, none);
    frame.stack.push_back(std::move(none));
    return;
  }
  if (auto why = unsayable(what, values, true)) return fail(fiber, *why);
  fiber.wait = {};
  fiber.wait.index = index;
  fiber.wait.said = std::move(said);
  fiber.wait.values = std::move(values);
  fiber.limit = limit;
  send_act(fiber);
}

void Machine::Body::send_act(Fiber& fiber) {
  const auto& what = program->templates[fiber.wait.index];
  auto& r = request(Exit::act, fiber, fiber.frames.back().at);
  r.index = fiber.wait.index;
  r.values = fiber.wait.values;
  r.said = fiber.wait.said;
  r.limit = fiber.limit.value_or(what.limit);
  r.program_site = what.site;
  fiber.limit.reset();
  fiber.wait.what = Waits::act;
  fiber.wait.key = r.key;
  fiber.wait.since = fiber.now;
  if (!fiber.wait.again) actions.push_back(Value::text(r.said));
  trace(Trace::What::action_began, fiber, r.index, what.site, {}, r.said);
}

void Machine::Body::acted(Fiber& fiber, const Completion& c) {
  auto wait = std::exchange(fiber.wait, {});
  const auto& what = program->templates[wait.index];
  bool good = c.way == Way::answer && exec::answer_ok(c.value);
  std::string reason;
  if (!good) reason = c.way == Way::answer ? (c.reason.empty() ? exec::not_ok_words(c.value) : c.reason) : sentence_for(c.way, c.reason);
  if (c.in_doubt && !good) reason += " (in doubt: it may have happened)";
  Value shown = good ? c.value : Value::missing(reason, c.way);
  trace(Trace::What::action_ended, fiber, wait.index, what.site, {}, wait.said, shown, {}, good ? 0 : 1, took_of(c.value, wait.since, fiber.now));
  if (&fiber == fibers[0].get() && stopping != Stop::no) return stop(std::exchange(stopping, Stop::no));
  if (cut(fiber, false)) return;
  if (good) {
    fiber.frames.back().stack.push_back(c.value);
    return ready(fiber);
  }
  if (c.in_doubt && start.mode == Mode::headless && what.repeatable && !wait.again) {
    fiber.wait = std::move(wait);
    fiber.wait.again = true;
    return send_act(fiber);
  }
  if (c.in_doubt && start.mode == Mode::interactive) {
    auto& r = request(Exit::human, fiber, fiber.frames.back().at);
    r.index = wait.index;
    r.question = Request::Question::doubt;
    r.said = wait.said;
    r.values = {Value::text(wait.said), Value::text(reason)};
    r.program_site = what.site;
    fiber.wait = std::move(wait);
    fiber.wait.what = Waits::doubt;
    fiber.wait.key = r.key;
    fiber.wait.failure.reason = reason;
    trace_question(fiber, r.index, what.site, Request::Question::doubt, {}, r.said);
    return;
  }
  fail(fiber, reason);
}

void Machine::Body::notify(Fiber& fiber, std::uint32_t index, std::string text) {
  const auto& notice = program->notices[index];
  trace(Trace::What::notice, fiber, index, notice.site, start.dry ? "dry run" : "", text);
  if (start.dry) return;
  auto& r = request(Exit::notify, fiber, fiber.frames.back().at);
  r.index = index;
  r.said = text;
  r.values = {Value::text(std::move(text))};
  r.program_site = notice.site;
  r.cut = 0;
  std::int32_t ladder = kNone;
  for (std::size_t i = 1; i <= ladders.size(); ++i)
    if (fibers[i].get() == &fiber) ladder = static_cast<std::int32_t>(i - 1);
  sent[r.key] = {index, ladder};
  if (notice.what == NoticeInfo::What::escalate) escalated_to = r.key;
  if (hearing && notice.what != NoticeInfo::What::tell) hearing->out.insert(r.key);
}

void Machine::Body::put_question(Fiber& fiber, std::uint32_t index, std::uint32_t n) {
  const auto& row = program->humans[index];
  Frame& frame = fiber.frames.back();
  auto values = pop_values(frame, n);
  Micros limit = 0;
  if (row.has_limit) {
    if (values.back().is_missing()) return fail(fiber, values.back().text());
    limit = std::max<Micros>(values.back().as_int(), 1);
  }
  auto& r = request(Exit::human, fiber, frame.at);
  r.index = index;
  r.said = prose(values[0]);
  r.limit = limit;
  r.program_site = row.site;
  if (row.step != kNone) r.step = row.step;
  r.open_items = row.kind == HumanKind::caution && open_items.count(r.step) > 0;
  fiber.wait = {};
  fiber.wait.what = Waits::person;
  fiber.wait.key = r.key;
  fiber.wait.index = index;
  fiber.wait.said = r.said;
  fiber.wait.since = fiber.now;
  fiber.wait.open_items = r.open_items;
  fiber.wait.values = values;
  r.values = std::move(values);
  trace_question(fiber, index, row.site, Request::Question::line, {}, fiber.wait.said);
  if (row.ladder == kNone) return;
  arm_ladder(static_cast<std::uint32_t>(row.ladder), fiber.now.wall);
  read_conditions();
}

void Machine::Body::trace_question(const Fiber& fiber, std::uint32_t index, std::uint32_t site, Request::Question kind, std::string title, std::string text) {
  if (!watcher) return;
  Trace t;
  t.what = Trace::What::question;
  t.index = index;
  t.site = site;
  t.fiber = fiber.path;
  t.title = std::move(title);
  t.text = std::move(text);
  t.question = kind;
  t.when = fiber.now;
  watcher(t);
}

bool Machine::Body::common_reply(Fiber& fiber, const Completion& c) {
  switch (c.reply) {
    case Completion::Reply::abort: end(fiber, Outcome::aborted, c.reason.empty() ? "stopped by the operator" : c.reason); return true;
    case Completion::Reply::escalate: give_up(fiber, c.reason.empty() ? "escalated by the operator" : c.reason); return true;
    case Completion::Reply::skip_step: skip_step(fiber); return true;
    default: return false;
  }
}

void Machine::Body::answered(Fiber& fiber, const Completion& c) {
  using Reply = Completion::Reply;
  auto wait = std::exchange(fiber.wait, {});
  bool yes = c.reply == Reply::yes || c.reply == Reply::value;
  auto because = [&](std::string word) { return c.reason.empty() ? word : word + ": " + c.reason; };
  auto push = [&](Value v) {
    fiber.frames.back().stack.push_back(std::move(v));
    ready(fiber);
  };
  Trace told;
  told.what = Trace::What::answered;
  told.index = wait.index;
  told.fiber = fiber.path;
  told.title = c.who;
  told.text = c.reply == Reply::value ? prose(c.value) : c.reason;
  told.value = c.value;
  told.result = static_cast<int>(c.reply);
  told.when = fiber.now;
  told.site = wait.what == Waits::person ? program->humans[wait.index].site : 0;
  told.question = wait.what == Waits::gate ? Request::Question::gate
                  : wait.what == Waits::undo ? Request::Question::undo
                  : wait.what == Waits::doubt ? Request::Question::doubt
                                              : Request::Question::line;
  if (watcher) watcher(told);
  if (wait.what == Waits::person && program->humans[wait.index].ladder != kNone) end_ladder(static_cast<std::uint32_t>(program->humans[wait.index].ladder));
  if (!fixed && fiber.path == "0" && common_reply(fiber, c)) return;
  if (cut(fiber, c.cut)) return;
  if (wait.what == Waits::gate) {
    if (c.reply != Reply::skip && c.reply != Reply::no) return ready(fiber);
    wait.then(fiber);
    fiber.frames.back().stack.push_back(Value::missing(because("skipped")));
    return;
  }
  if (wait.what == Waits::undo) {
    if (yes) wait.blocks.front().confirmed = true;
    else wait.blocks.erase(wait.blocks.begin());
    return run_blocks(fiber, std::move(wait.blocks), std::move(wait.then));
  }
  if (wait.what == Waits::doubt) {
    if (c.reply == Reply::happened) return push(Value::missing("it happened, as " + (c.who.empty() ? std::string("the operator") : c.who) + " says"));
    if (c.reply == Reply::did_not || c.reply == Reply::retry) {
      fiber.wait = std::move(wait);
      fiber.wait.again = true;
      return send_act(fiber);
    }
    return fail(fiber, wait.failure.reason);
  }
  const auto& row = program->humans[wait.index];
  bool silent = c.reply == Reply::none || c.reply == Reply::timed_out;
  const Value* preset = row.has_default ? &wait.values[1] : nullptr;
  switch (row.kind) {
    case HumanKind::item:
      if (!yes && !cause_of_items) open_items.insert(row.step != kNone ? row.step : current_step);
      push(Value::boolean(yes));
      break;
    case HumanKind::ask: case HumanKind::choose:
      if (c.reply == Reply::value) push(c.value);
      else if (preset && c.reply != Reply::no) push(*preset);
      else if (silent && (row.type.is_optional() || start.mode == Mode::headless)) push(Value::missing(because("nobody answered")));
      else fail(fiber, because(silent ? "nobody answered" : c.reply == Reply::skip ? "skipped" : "declined"));
      break;
    case HumanKind::confirm: {
      bool go = silent || c.reply == Reply::skip ? preset && preset->as_bool() : c.reply == Reply::value ? c.value.as_bool() : yes;
      if (go) push(Value::boolean(true));
      else fail(fiber, because(silent && !preset ? "nobody confirmed" : "declined"));
      break;
    }
    case HumanKind::judge:
      if (c.reply == Reply::value && c.value.tag() == Tag::verdict) push(c.value);
      else if (preset) push(*preset);
      else push(Value::verdict(Colour::blind, because("nobody judged")));
      break;
    case HumanKind::approve:
      if (yes) push(Value::boolean(true));
      else fail(fiber, because(silent ? "nobody approved in time" : "declined"));
      break;
    case HumanKind::caution:
      // Headless nobody looked at what was left open, whatever is allowed (language.md 4.7).
      if (yes && wait.open_items && start.mode == Mode::headless) fail(fiber, "declined: an item of this step is open");
      else if (yes) push(Value::boolean(true));
      else fail(fiber, because(silent && row.approved ? "nobody approved in time" : "declined"));
      break;
  }
  read_conditions();
}

}  // namespace rbc
