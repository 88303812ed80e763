#include <algorithm>

#include <fmt/format.h>

#include "vm/exec/body.hpp"
#include "vm/model/literal.hpp"

namespace rbc {

namespace {

// What a label may be where the runbook says nothing closer: no blank, no quote, nothing that begins an option or leads out of a path's folder by itself.
constexpr const char* kLabelClass = "[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}";

bool fills(const InputGiven& label, const InputInfo& input) {
  const Type type = input.type.present();
  if (!label.label || (!type.is(TypeTag::text) && !type.is(TypeTag::one_of))) return false;
  return std::equal(label.name.begin(), label.name.end(), input.name.begin(), input.name.end(), [](char a, char b) { return (a == '_' ? '-' : a) == (b == '_' ? '-' : b); });
}

// What is wrong with a value for this input; empty if nothing is.
std::string unfit(const InputInfo& input, const Value& value) {
  const Type type = input.type.present();
  if (value.is_missing()) return input.type.is_optional() ? "" : value.text();
  if (type.is(TypeTag::text) && !type->pattern.empty() && !exec::full_match(value.text(), type->pattern)) {
    return fmt::format("`{}` does not match /{}/", prose(value), type->pattern);
  }
  if (value.tag() == Tag::duration) {
    if (value.as_int() < 0) return "a length of time is not negative";
    if (input.cap > 0 && value.as_int() > input.cap) return fmt::format("{} is more than the {} that it may be at most", literal(value), literal(Value::duration(input.cap)));
  }
  return "";
}

}  // namespace

InputsResolved resolve_inputs(const Program& program, std::string_view environment, const std::vector<InputGiven>& given) {
  InputsResolved out;
  Start start;
  start.environment = std::string(environment);
  // Not owned: the body lives no longer than this call.
  Machine::Body body(std::shared_ptr<const Program>(std::shared_ptr<void>(), &program), start, {});
  const auto& inputs = program.runbook.inputs;
  for (const auto& one : given) {
    bool known = one.label || std::any_of(inputs.begin(), inputs.end(), [&](const auto& i) { return i.name == one.name; });
    if (!known) out.problems.push_back(fmt::format("{} has no input `{}`.", program.runbook.id, visible(one.name)));
  }
  for (const auto& input : inputs) {
    Value value;
    std::string problem;
    auto named = std::find_if(given.rbegin(), given.rend(), [&](const auto& g) { return !g.label && g.name == input.name; });
    if (named == given.rend()) named = std::find_if(given.rbegin(), given.rend(), [&](const auto& g) { return fills(g, input); });
    const bool label = named != given.rend() && named->label;
    std::int32_t function = input.preset;
    for (const auto& env : program.environments) {
      if (env.name != environment) continue;
      for (const auto& e : env.inputs)
        if (e.runbook == program.runbook.id && e.input == input.name && e.function != kNone) function = e.function;
    }
    if (named != given.rend()) {
      if (auto read = parse_literal(named->text, input.type.present())) value = std::move(*read);
      else problem = fmt::format("`{}` is not {}", prose(Value::text(named->text)), spell(input.type.present()));
    } else if (function != kNone) {
      auto ended = body.pure(static_cast<std::uint32_t>(function), {});
      if (ended.failure) problem = ended.failure->reason;
      else value = std::move(ended.value);
    } else if (input.type.is_optional()) {
      value = Value::missing("`" + input.name + "` was not given");
    } else {
      problem = "it must be given";
    }
    if (problem.empty()) problem = unfit(input, value);
    if (problem.empty() && label && input.type.present().is(TypeTag::text) && input.type.present()->pattern.empty() && !exec::full_match(value.text(), kLabelClass)) {
      problem = fmt::format("`{}` does not match /{}/, which a label has to unless the input says `as text matching`", prose(value), kLabelClass);
    }
    if (label && !problem.empty()) problem = fmt::format("from the alert's label `{}`: {}", visible(named->name), problem);
    if (!problem.empty()) {
      out.problems.push_back(fmt::format("Input `{}`: {}.", input.name, problem));
      value = Value::missing(problem);
    }
    body.slots[input.slot] = value;
    out.values.push_back(std::move(value));
  }
  return out;
}

}  // namespace rbc
