// `do RUNBOOK with …`: another runbook within this one. Its steps are procedures, its names a stretch of this run's slots.
#include "compiler/emit_code.hpp"
#include "vm/model/literal.hpp"

namespace rbc::emission {

void Emitter::run_called(NodeRef at, NodeRef call, SymbolId named) {
  const std::uint32_t index = symbol_of(nth(call, 0)).index;
  const RunbookFacts& facts = facts_.runbooks[index];
  const NodeRef limited = child(at, Kind::Limit);
  arm(at);
  if (limited) {
    length(nth(limited, 0));
    op(Op::WITHIN);
  }
  const std::uint32_t row = called(index);
  const auto given = all(call, Kind::Arg);
  for (SymbolId input : facts.inputs) {
    NodeRef value;
    for (NodeRef argument : given)
      if (text_of(child(argument, Kind::Name)) == facts_.symbol(input).name) value = expression_of(argument);
    if (!value) {
      // The environment's, else the default: it says so itself, in its own names.
      constant(nothing_here("not given"));
      continue;
    }
    expression(value);
    if (!facts_.symbol(input).type.is_optional()) op(Op::NEED);
  }
  op(Op::RUNBOOK, {row, static_cast<std::uint32_t>(facts.inputs.size())});
  if (limited) op(Op::END_WITHIN);
  if (named == kNoSymbol) op(Op::POP);
  else store(facts_.symbol(named));
}

std::uint32_t Emitter::called(std::uint32_t facts_index) {
  auto [known, fresh] = called_.try_emplace(facts_index, static_cast<std::uint32_t>(program_.runbook.called.size()));
  if (!fresh) return known->second;
  const std::uint32_t row = known->second;
  const RunbookFacts& facts = facts_.runbooks[facts_index];
  const RunbookFacts* caller = runbook_;
  const std::uint32_t slots = slots_;
  runbook_ = &facts;
  slots_ = static_cast<std::uint32_t>(program_.runbook.slots.size());
  CalledRunbook info;
  info.id = facts.id;
  info.title = facts.title;
  info.first_slot = slots_;
  info.slots = static_cast<std::uint32_t>(facts.slots.size());
  for (const std::string& name : facts.slots) program_.runbook.slots.push_back(name.empty() ? name : facts.id + "." + name);
  const auto inputs = static_cast<std::uint32_t>(facts.inputs.size());
  info.function = new_function(facts.id, FunctionKind::called, inputs);
  const std::uint32_t function = info.function;
  program_.runbook.called.push_back(info);
  // Its inputs come as parameters, ahead of what its own lines keep in the frame.
  write(function, facts.locals + inputs, [this, &facts, inputs] {
    for (std::uint32_t i = 0; i < facts.locals; ++i) frame_.moved.push_back(inputs + i);
    called_body(facts);
  });
  if (const NodeRef after = child(facts.def, Kind::Afterwards)) {
    const std::uint32_t last = new_function("afterwards", FunctionKind::afterwards);
    program_.runbook.called[row].afterwards = static_cast<std::int32_t>(last);
    write(last, facts.locals, [this, after] {
      tolerant(child(after, Kind::Block));
      return_nothing();
    });
  }
  ladders(facts.def, Ladder::Of::called, row);
  runbook_ = caller;
  slots_ = slots;
  return row;
}

// What was given, else what the environment says, else the default; each may read the ones before it.
void Emitter::called_inputs(const RunbookFacts& facts) {
  for (std::uint32_t i = 0; i < facts.inputs.size(); ++i) {
    const Symbol& symbol = facts_.symbol(facts.inputs[i]);
    const Label done = code_.label();
    op(Op::LOCAL, {i});
    jump(Op::JUMP_PRESENT, done);
    for (std::size_t e = 0; e < facts.environments.size(); ++e)
      for (std::size_t j = 0; j < facts.environments[e].inputs.size() && j < facts.environment_inputs[e].size(); ++j) {
        if (facts.environments[e].inputs[j].input != symbol.name) continue;
        const Label other = code_.label();
        op(Op::RUN, {3});
        constant(Value::text(facts.environments[e].name));
        op(Op::EQUAL);
        jump(Op::JUMP_FALSE, other);
        expression(facts.environment_inputs[e][j]);
        jump(Op::JUMP, done);
        code_.place(other);
      }
    if (const NodeRef preset = child(symbol.declared, Kind::Default)) expression(expression_of(preset));
    else constant(nothing_here("not given"));
    code_.place(done);
    store(symbol);
    const Micros cap = cap_of(facts.inputs[i]);
    if (cap <= 0) continue;
    const Label fits = code_.label();
    load(symbol);
    constant(duration(cap));
    op(Op::LESS_EQUAL);
    jump(Op::JUMP_TRUE, fits);
    fail("`" + symbol.name + "` is at most " + literal(Value::duration(cap)));
    code_.place(fits);
  }
}

void Emitter::called_body(const RunbookFacts& facts) {
  here(facts.def);
  called_inputs(facts);
  for (NodeRef part : all(facts.def)) {
    if (kind(part) != Kind::Step) continue;
    const std::string name = text_of(child(part, Kind::Name));
    const std::uint32_t function = new_function(facts.id + "." + name, FunctionKind::procedure);
    here(part);
    constant(Value::text(facts.id + ", step " + name));
    op(Op::NOTE);
    op(Op::CALL, {function, 0});
    op(Op::POP);
    write(function, facts.locals, [this, part] {
      point(testing::Point::What::step, part);
      guarded(part, [&] { block(child(part, Kind::Block)); });
      return_nothing();
    });
  }
  here(facts.def);
  final_look();
}

}  // namespace rbc::emission
