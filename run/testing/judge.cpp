#include "run/testing/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "vm/model/literal.hpp"

namespace rbc::testing {
namespace {

std::string when(Micros at) { return at == 0 ? std::string("at the start") : "at " + literal(Value::duration(at)); }

std::string often(std::int64_t n) { return n == 0 ? "never" : n == 1 ? "once" : fmt::format("{} times", n); }

// `at 30m`, `at 30m and 1h`; the first few of many.
std::string moments(const std::vector<Micros>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < 4; ++i) text += (i == 0 ? "" : i + 1 == all.size() ? " and " : ", ") + when(all[i]);
  return all.size() > 4 ? text + ", …" : text;
}

}  // namespace

std::string Judge::seen_instead(const Expect& expect) const {
  switch (expect.what) {
    case Expect::What::nobody: {
      const auto paged = std::find_if(world_.sent.begin(), world_.sent.end(), [](const Sent& each) { return each.page; });
      if (paged == world_.sent.end()) return {};
      return fmt::format("{} was paged {}: {}", program_.resources[paged->resource].name, when(paged->at), paged->text);
    }
    case Expect::What::outcome: {
      const auto outcome = machine_.outcome();
      if (outcome && spell(*outcome) == expect.word) return {};
      if (outcome) return fmt::format("it is {}: {}", spell(*outcome), machine_.outcome_reason());
      const std::string question = people_.waiting();
      return question.empty() ? "the run has no outcome yet" : fmt::format("the run has no outcome yet; it waits at: {}", question);
    }
    case Expect::What::step: return step(expect);
    case Expect::What::cause: return cause(expect);
    case Expect::What::did: return did(expect);
    case Expect::What::paged:
    case Expect::What::told: return notified(expect);
    case Expect::What::holds: return holds(expect);
  }
  return {};
}

// A step waits from its beginning to its end; it failed if a failure in it reached its own `otherwise`, or was the last that happened in it.
std::string Judge::step(const Expect& expect) const {
  bool began = false, ended = false, skipped = false, failed = false, inside = false;
  std::string reason;
  for (const Trace& trace : people_.traces) {
    switch (trace.what) {
      case Trace::What::step_began: inside = trace.index == expect.index, began = began || inside; break;
      case Trace::What::step_ended: ended = ended || trace.index == expect.index; inside = false; break;
      case Trace::What::step_skipped: skipped = skipped || trace.index == expect.index; break;
      case Trace::What::afterwards: inside = false; break;
      case Trace::What::failure:
        if (inside && trace.fiber == "0") failed = true, reason = trace.text;
        break;
      case Trace::What::recovered:
        if (inside) failed = false;
        break;
      default: break;
    }
  }
  if (expect.index < suite_.step_handlers.size())
    if (const std::uint32_t handler = suite_.step_handlers[expect.index]; handler != 0 && rehearsal_.reached[handler]) failed = true;
  const bool over = machine_.outcome().has_value();
  const bool waits = began && !ended && !skipped && !over;
  const bool ran = ended && !skipped;
  if (expect.word == "waiting" ? waits : expect.word == "ran" ? ran : expect.word == "skipped" ? skipped || !began : failed && !waits) return {};
  if (skipped) return fmt::format("`{}` was skipped", expect.name);
  if (!began) return fmt::format("`{}` has not begun", expect.name);
  if (waits) {
    const std::string question = people_.waiting();
    return question.empty() ? fmt::format("`{}` is under way", expect.name) : fmt::format("`{}` waits at: {}", expect.name, question);
  }
  if (failed) return fmt::format("`{}` failed: {}", expect.name, reason.empty() ? "it went to its `otherwise`" : reason);
  if (ran) return fmt::format("`{}` ran to its end", expect.name);
  return fmt::format("the run ended in `{}`: {}", expect.name, machine_.outcome_reason());
}

std::string Judge::cause(const Expect& expect) const {
  enum { untried, under_way, does_not_hold, broke, no_help, helped } state = untried;
  bool ran = false, failed = false, begun = false;
  for (const Trace& trace : people_.traces) {
    if (trace.index != expect.index) continue;
    if (trace.what == Trace::What::cause_began) state = under_way, begun = true;
    if (trace.what != Trace::What::cause_tried) continue;
    state = trace.result == 0 ? does_not_hold : trace.result == 1 ? broke : trace.result == 2 ? no_help : helped;
    ran = ran || state == no_help || state == helped;
    failed = failed || state == broke || state == no_help;
  }
  const bool waits = state == under_way && !machine_.outcome();
  if (expect.word == "waiting" ? waits : expect.word == "ran" ? ran : expect.word == "skipped" ? !begun : failed) return {};
  switch (state) {
    case untried: return fmt::format("`{}` was never tried", expect.name);
    case under_way: return fmt::format("`{}` was begun, and did not end", expect.name);
    case does_not_hold: return fmt::format("no symptom of `{}` holds", expect.name);
    case broke: return fmt::format("`{}` failed", expect.name);
    case no_help: return fmt::format("`{}` ran, and did not help", expect.name);
    case helped: return fmt::format("`{}` ran, and helped", expect.name);
  }
  return {};
}

std::string Judge::did(const Expect& expect) const {
  std::vector<Micros> moments_of;
  for (const Begun& begun : world_.begun)
    if (world_.matches(begun, expect.action)) moments_of.push_back(begun.at);
  const auto n = static_cast<std::int64_t>(moments_of.size());
  const bool enough = expect.times < 0 ? n > 0 : n == expect.times;
  if (enough != expect.negated) return {};
  if (n > 0) return fmt::format("it was done {}, {}", often(n), moments(moments_of));
  if (world_.begun.empty()) return "it was never done, and nothing else was";
  std::vector<std::string> others;
  for (const Begun& begun : world_.begun) {
    std::string words = shown(program_, begun, 60);
    if (std::find(others.begin(), others.end(), words) == others.end() && others.size() < 3) others.push_back(std::move(words));
  }
  return fmt::format("it was never done; done was `{}`", fmt::join(others, "`, `"));
}

std::string Judge::notified(const Expect& expect) const {
  const bool page = expect.what == Expect::What::paged;
  std::vector<Micros> moments_of;
  for (const Sent& each : world_.sent)
    if (each.resource == expect.index && each.page == page) moments_of.push_back(each.at);
  const auto n = static_cast<std::int64_t>(moments_of.size());
  const bool enough = expect.times < 0 ? n > 0 : n == expect.times;
  if (enough != expect.negated) return {};
  if (n > 0) return fmt::format("{} was {} {}, {}", expect.name, page ? "paged" : "told", often(n), moments(moments_of));
  std::vector<std::string> others;
  for (const Sent& each : world_.sent)
    if (each.page == page && others.size() < 3) others.push_back(fmt::format("{} {}", program_.resources[each.resource].name, when(each.at)));
  if (others.empty()) return fmt::format("nobody was {}", page ? "paged" : "told");
  return fmt::format("{} was not {}; {} was {}", expect.name, page ? "paged" : "told", fmt::join(others, ", "), page ? "paged" : "told");
}

std::string Judge::holds(const Expect& expect) const {
  const Value held = machine_.evaluate(expect.function);
  if (held.tag() == Tag::boolean && held.as_bool()) return {};
  std::vector<std::string> parts;
  for (const auto& [words, function] : expect.parts) {
    const Value value = machine_.evaluate(function);
    if (value.is_missing()) parts.push_back(fmt::format("`{}` is missing: {}", words, value.text()));
    else parts.push_back(fmt::format("`{}` is {}", words, prose(value)));
  }
  if (parts.empty()) return held.is_missing() ? held.text() : "it does not hold";
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace rbc::testing
