#include <algorithm>

#include "compiler/emit_code.hpp"
#include "compiler/emit.hpp"
#include "compiler/times.hpp"

namespace rbc::emission {

namespace {

// Of several checks one is enough to fail, and a page must not accuse the others.
std::string goal_fails(const std::string& checks) {
  return (checks.find(',') == std::string::npos ? "the goal does not pass: " : "the goal does not pass; not all of its checks do: ") + checks;
}

}  // namespace

Program Emitter::run() {
  testing::TestSuite none;
  return run({}, none);
}

Program Emitter::run(const std::vector<const TestFacts*>& tests, testing::TestSuite& suite) {
  program_.resources = facts_.resources;
  program_.secrets = facts_.secrets;
  Runbook& runbook = program_.runbook;
  runbook.id = runbook_->id;
  runbook.title = runbook_->title;
  runbook.severity = runbook_->severity;
  runbook.alerts = runbook_->alerts;
  runbook.about = runbook_->about;
  runbook.slots = runbook_->slots;
  runbook.acknowledge_target = runbook_->acknowledge_target;
  runbook.resolve_target = runbook_->resolve_target;
  runbook.main = new_function("main", FunctionKind::main);
  write(runbook.main, runbook_->locals, [this] { main(); });
  if (const NodeRef node = child(runbook_->def, Kind::Afterwards)) afterwards(node);
  if (runbook_->goal) runbook.goal_verdict = static_cast<std::int32_t>(pure("goal", FunctionKind::expression, [this] { verdict(runbook_->goal); }));
  inputs();
  environments();
  ladders(runbook_->def, Ladder::Of::run, 0);
  for (const TestFacts* test : tests) suite.tests.push_back(test_case(*test));
  if (!tests.empty()) suite.looks = look_uses(), suite.points = reachable();
  suite.step_handlers.resize(program_.runbook.steps.size());
  for (const auto& [step, pc] : step_handlers_) suite.step_handlers[step] = pc;
  code_.finish();
  bounds();
  return std::move(program_);
}

void Emitter::bounds() {
  times::Explained found = times::explain(facts_, static_cast<std::uint32_t>(runbook_ - facts_.runbooks.data()));
  program_.bounds.longest = found.longest;
  program_.bounds.longest_at_caps = found.longest_at_caps;
  program_.bounds.first_page = found.first_page;
  for (times::ExplainedLine& line : found.path)
    program_.bounds.path.push_back({std::move(line.text), line.micros, line.depth, std::move(line.why), line.at ? static_cast<std::int32_t>(site(line.at)) : kNone});
}

void Emitter::main() {
  here(runbook_->def);
  std::uint32_t index = 0;
  for (NodeRef part : all(runbook_->def)) {
    if (kind(part) == Kind::Note) {
      // What stands between the steps is told where it stands.
      if (index == 0) note(part);
      continue;
    }
    if (kind(part) == Kind::Step) step(part, index++);
  }
  final_look();
}

void Emitter::step(NodeRef at, std::uint32_t index) {
  StepInfo info;
  info.name = text_of(child(at, Kind::Name));
  info.site = site(at);
  info.begin = code_.here();
  program_.runbook.steps.push_back(info);
  Words words = title(at, 0, runbook_->locals);
  frame_.step = static_cast<std::int32_t>(index);
  here(at);
  point(testing::Point::What::step, at);
  op(Op::STEP, {index});
  guarded(at, [&] { block(child(at, Kind::Block)); });
  here(at);
  op(Op::LEAVE, {index});
  frame_.step = kNone;
  StepInfo& done = program_.runbook.steps[index];
  done.title = std::move(words);
  done.end = code_.here();
}

void Emitter::final_look() {
  const NodeRef goal = runbook_->goal;
  if (!goal) {
    constant(Value::text("the last step ended"));
    op(Op::END, {0});
    return;
  }
  recorded(goal, [&] {
    const Label passes = code_.label();
    group({goal});
    op(Op::PASSES);
    jump(Op::JUMP_TRUE, passes);
    op(Op::RUN, {12});
    jump(Op::JUMP_TRUE, passes);
    fail(goal_fails(text_of(goal)));
    code_.place(passes);
  });
  // Whoever skips this line has not made the goal pass.
  const Label passes = code_.label();
  verdict(goal);
  op(Op::PASSES);
  jump(Op::JUMP_TRUE, passes);
  op(Op::RUN, {12});
  jump(Op::JUMP_TRUE, passes);
  constant(Value::text(goal_fails(text_of(goal))));
  op(Op::END, {2});
  code_.place(passes);
  constant(Value::text("the goal passes"));
  op(Op::END, {0});
}

void Emitter::afterwards(NodeRef at) {
  const std::uint32_t function = new_function("afterwards", FunctionKind::afterwards);
  program_.runbook.afterwards = static_cast<std::int32_t>(function);
  write(function, runbook_->locals, [this, at] {
    tolerant(child(at, Kind::Block));
    return_nothing();
  });
}

Micros Emitter::cap_of(SymbolId input) const {
  const Symbol& symbol = facts_.symbol(input);
  if (const NodeRef most = child(symbol.declared, Kind::AtMost)) {
    const NodeRef cap = nth(most, 0);
    const auto micros = duration_of(tree(cap).text(cap.node));
    return micros ? std::chrono::microseconds(*micros).count() : 0;
  }
  Micros cap = 0;
  if (symbol.type.is(TypeTag::duration))
    for (const auto& [node, length] : facts_.lengths)
      if (length.input == input) cap = std::max(cap, length.cap);
  return cap;
}

void Emitter::inputs() {
  for (SymbolId id : runbook_->inputs) {
    const Symbol& symbol = facts_.symbol(id);
    InputInfo info;
    info.name = symbol.name;
    info.type = symbol.type;
    info.slot = symbol.slot;
    info.title = plain(child(symbol.declared, Kind::Title));
    info.cap = cap_of(id);
    if (const NodeRef preset = child(symbol.declared, Kind::Default))
      info.preset = static_cast<std::int32_t>(pure(symbol.name, FunctionKind::expression, [this, preset] {
        here(preset);
        expression(expression_of(preset));
      }));
    program_.runbook.inputs.push_back(std::move(info));
  }
}

void Emitter::environments() {
  program_.environments = runbook_->environments;
  for (std::size_t i = 0; i < program_.environments.size(); ++i) {
    auto& given = program_.environments[i].inputs;
    for (std::size_t j = 0; j < given.size() && i < runbook_->environment_inputs.size() && j < runbook_->environment_inputs[i].size(); ++j) {
      const NodeRef value = runbook_->environment_inputs[i][j];
      given[j].function = static_cast<std::int32_t>(pure(given[j].input, FunctionKind::expression, [this, value] {
        here(value);
        expression(value);
      }));
    }
  }
}

void Emitter::ladders(NodeRef runbook, Ladder::Of of, std::uint32_t called) {
  for (NodeRef at : all(runbook, Kind::Escalation)) {
    Ladder ladder;
    ladder.of = of;
    ladder.called = called;
    for (NodeRef until : all(at, Kind::Until)) {
      if (word(until) == Word::Acknowledged) ladder.until_acknowledged = true;
      else if (word(until) == Word::Identified) ladder.until_identified = true;
      else ladder.until_resolved = true;
    }
    for (NodeRef part : all(at, Kind::Rung)) rung(part, ladder);
    program_.runbook.ladders.push_back(std::move(ladder));
  }
}

void Emitter::rung(NodeRef at, Ladder& ladder) {
  Rung rung;
  rung.site = site(at);
  const NodeRef trigger = child(at, Kind::Trigger);
  const auto asks = [&](NodeRef condition_node) {
    return static_cast<std::int32_t>(pure("condition", FunctionKind::expression, [this, condition_node] {
      here(condition_node);
      condition(condition_node);
    }));
  };
  if (word(trigger) == Word::When) {
    rung.trigger = Rung::Trigger::when;
    rung.condition = asks(expression_of(trigger));
  } else {
    rung.trigger = word(trigger) == Word::Every ? Rung::Trigger::every : Rung::Trigger::after;
    const NodeRef length_node = nth(trigger, 0);
    rung.length = static_cast<std::int32_t>(pure("length", FunctionKind::expression, [this, length_node] {
      here(length_node);
      length(length_node);
    }));
    if (const NodeRef only = child(trigger, Kind::While)) rung.condition = asks(expression_of(only));
  }
  const auto notices = all(at, Kind::Notify);
  for (NodeRef each : notices) rung.pages = rung.pages || word(each) == Word::Page;
  const std::uint32_t body = new_function("rung", FunctionKind::rung);
  rung.body = body;
  write(body, runbook_->locals, [this, at, notices] {
    point(testing::Point::What::rung, at);
    for (NodeRef each : notices) {
      here(each);
      notify(each);
    }
    return_nothing();
  });
  ladder.rungs.push_back(rung);
}

}  // namespace rbc::emission

namespace rbc {

Program emit(const Facts& facts, std::uint32_t runbook, const Catalogue&) { return emission::Emitter(facts, runbook).run(); }

Program emit_tested(const Facts& facts, std::uint32_t runbook, const std::vector<const TestFacts*>& tests, testing::TestSuite& suite) {
  return emission::Emitter(facts, runbook).run(tests, suite);
}

}  // namespace rbc
