#include <cassert>

#include "compiler/emit_code.hpp"

namespace rbc::emission {

void Emitter::block(NodeRef block) { lines(all(block)); }

// `check` lines that follow each other are one group; notes between them do not part them.
void Emitter::lines(const std::vector<NodeRef>& lines) {
  const auto looks = [&](NodeRef line) { return kind(line) == Kind::CheckUse || kind(line) == Kind::CheckDef; };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!looks(lines[i])) {
      statement(lines[i]);
      continue;
    }
    std::size_t last = i;
    for (std::size_t j = i; j < lines.size() && (looks(lines[j]) || kind(lines[j]) == Kind::Note); ++j)
      if (looks(lines[j])) last = j;
    for (std::size_t j = i; j < last; ++j)
      if (kind(lines[j]) == Kind::Note) statement(lines[j]);
    recorded(lines[i], [&] {
      Seen seen;
      for (std::size_t j = i; j <= last; ++j) {
        if (kind(lines[j]) == Kind::CheckUse) add(child(lines[j], Kind::Refs), seen);
        else if (kind(lines[j]) == Kind::CheckDef) add(Mention{facts_.declares.at(lines[j]), {}}, seen);
      }
      op(Op::GROUP);
      op(Op::POP);
    });
    i = last;
  }
}

void Emitter::tolerant(NodeRef block) {
  std::vector<NodeRef> group_of_lines;
  const auto run = [&] {
    if (group_of_lines.empty()) return;
    const Label failed = code_.label(), after = code_.label();
    here(group_of_lines.front());
    jump(Op::TRY, failed);
    lines(group_of_lines);
    op(Op::END_TRY);
    jump(Op::JUMP, after);
    code_.place(failed);
    op(Op::HANDLED);
    code_.place(after);
    group_of_lines.clear();
  };
  for (NodeRef line : all(block)) {
    const bool looks = kind(line) == Kind::CheckUse || kind(line) == Kind::CheckDef;
    if (!looks) run();
    group_of_lines.push_back(line);
    if (!looks) run();
  }
  run();
}

void Emitter::recorded(NodeRef at, const std::function<void()>& body) {
  const std::size_t index = program_.statements.size();
  program_.statements.push_back({code_.here(), 0, site(at)});
  here(at);
  body();
  program_.statements[index].end = code_.here();
}

void Emitter::statement(NodeRef at) {
  if (kind(at) == Kind::Error || kind(at) == Kind::Symptom) return;
  recorded(at, [&] { line(at); });
}

void Emitter::line(NodeRef at) {
  switch (kind(at)) {
    case Kind::Note: note(at); return;
    case Kind::Item: item(at); return;
    case Kind::CheckDef:
    case Kind::CheckUse: lines({at}); return;
    case Kind::Do:
      guarded(at, [&] { act(at, kNoSymbol); });
      return;
    case Kind::Caution: caution(at); return;
    case Kind::Require: require(at); return;
    case Kind::Poll: poll(at); return;
    case Kind::Watch: watch(at); return;
    case Kind::Wait:
      length(nth(at, 0));
      op(Op::SLEEP);
      return;
    case Kind::Show:
      soft(expression_of(at));
      op(Op::SHOW, {code_.constant(Value::text(text_of(expression_of(at))))});
      return;
    case Kind::When: when(at); return;
    case Kind::Depending: depending(at); return;
    case Kind::ForEach: for_each(at); return;
    case Kind::Retry: retry(at); return;
    case Kind::Repeat: repeat(at); return;
    case Kind::Within: within(at); return;
    case Kind::Diagnose: diagnose(at); return;
    case Kind::Ask:
    case Kind::Choose:
    case Kind::Confirm:
    case Kind::Approve: human(at); return;
    case Kind::Notify: notify(at); return;
    case Kind::Escalate: escalate(at); return;
    case Kind::End: end(at); return;
    case Kind::Fail:
      words(child(at, Kind::Title));
      op(Op::FAIL);
      return;
    case Kind::Probe:
      if (facts_.changes_unsaid.contains(at)) guarded(at, [&] { act(at, kNoSymbol); });
      else probe(at);
      return;
    case Kind::Bind: bind(at); return;
    default: assert(false && "not a line"); return;
  }
}

void Emitter::note(NodeRef at) {
  words(captured(at));
  op(Op::NOTE);
}

void Emitter::handler(NodeRef otherwise) {
  point(testing::Point::What::otherwise, otherwise);
  for (NodeRef part : all(otherwise)) {
    if (kind(part) == Kind::Note) statement(part);
    else if (kind(part) == Kind::Block) block(part);
  }
}

// A body that may fail, and its `otherwise`. A name that the body was to bind is then missing, with the reason.
void Emitter::guarded(NodeRef at, const std::function<void()>& body, SymbolId named) {
  const NodeRef otherwise = child(at, Kind::Otherwise);
  if (!otherwise) {
    body();
    return;
  }
  const Label failed = code_.label(), after = code_.label();
  jump(Op::TRY, failed);
  body();
  here(at);
  op(Op::END_TRY);
  jump(Op::JUMP, after);
  code_.place(failed);
  if (named != kNoSymbol) {
    op(Op::FAILURE, {0});
    op(Op::MISSING);
    store(facts_.symbol(named));
  }
  if (kind(at) == Kind::Step && frame_.step != kNone) step_handlers_.emplace(static_cast<std::uint32_t>(frame_.step), code_.here());
  handler(otherwise);
  here(at);
  op(Op::HANDLED);
  code_.place(after);
}

void Emitter::fail(const std::string& reason) {
  constant(Value::text(reason));
  op(Op::FAIL);
}

// ── looks ──

void Emitter::look(NodeRef probe) {
  const NodeRef said = child(probe, Kind::Utterance);
  const std::uint32_t tmpl = spoken(said);
  utterance(said, Read::soft);
  limit(probe, tmpl);
  op(Op::ASK, {tmpl, width(said)});
}

void Emitter::probe(NodeRef at) {
  look(at);
  const UtteranceFacts& said = facts_.utterances.at(child(at, Kind::Utterance));
  store(said.storage, said.slot);
}

void Emitter::bound(NodeRef at, const Type& from) {
  if (const NodeRef as = child(at, Kind::Type)) cast_to(from, type_of(as));
  store(facts_.symbol(facts_.declares.at(at)));
}

void Emitter::bind(NodeRef at) {
  const SymbolId name = facts_.declares.at(at);
  const Symbol& symbol = facts_.symbol(name);
  if (const NodeRef action = child(at, Kind::Do)) {
    guarded(action, [&] { act(action, name); }, name);
    return;
  }
  if (const NodeRef probe_node = child(at, Kind::Probe)) {
    guarded(at, [&] {
      look(probe_node);
      const UtteranceFacts& said = facts_.utterances.at(child(probe_node, Kind::Utterance));
      // Without an `otherwise` the name is missing with the reason; with one, the absence is a failure.
      if (child(at, Kind::Otherwise)) op(Op::NEED);
      if (said.storage != Storage::none && !(said.storage == symbol.storage && said.slot == symbol.slot)) {
        op(Op::DUP);
        store(said.storage, said.slot);
      }
      bound(at, facts_.templates[said.tmpl].answer);
    }, name);
    return;
  }
  if (const NodeRef pick = child(at, Kind::Pick)) {
    const Label other = code_.label(), after = code_.label();
    condition(nth(pick, 1));
    jump(Op::JUMP_FALSE, other);
    expression(nth(pick, 0));
    jump(Op::JUMP, after);
    code_.place(other);
    expression(nth(pick, 2));
    code_.place(after);
    bound(at, type_of(nth(pick, 0)));
    return;
  }
  const NodeRef value = expression_of(at);
  guarded(at, [&] {
    expression(value);
    if (!symbol.type.is_optional() && !type_of(value).is_optional()) op(Op::NEED);
    bound(at, type_of(value));
  }, name);
}

// ── changes ──

// What takes the change back is armed as it begins.
void Emitter::arm(NodeRef at) {
  const NodeRef leaving = child(at, Kind::Leaving), undo = child(at, Kind::Undo);
  for (std::uint32_t which = 0; which < 2; ++which) {
    const NodeRef beneath_it = which == 0 ? leaving : undo;
    if (!beneath_it) continue;
    const Label entry = code_.label(), after = code_.label();
    code_.emit_to(Op::DEFER, entry, {which}, 1);
    jump(Op::JUMP, after);
    code_.place(entry);
    point(which == 0 ? testing::Point::What::leaving : testing::Point::What::undo, beneath_it);
    tolerant(child(beneath_it, Kind::Block));
    return_nothing();
    code_.place(after);
    here(at);
  }
}

void Emitter::act(NodeRef at, SymbolId named) {
  if (const NodeRef called = child(at, Kind::Call)) {
    call(at, called, named);
    return;
  }
  const NodeRef said = child(at, Kind::Utterance);
  const UtteranceFacts& facts = facts_.utterances.at(said);
  const std::uint32_t tmpl = spoken(said), n = width(said);
  if (flag(at, Word::Repeatable)) program_.templates[tmpl].repeatable = true;
  // The values wait in the frame while the blocks beneath are armed, whose own code starts from an empty stack.
  utterance(said, Read::hard);
  const Label skipped = code_.label();
  code_.emit_to(Op::GATE, skipped, {tmpl, n}, 2);
  const bool arms = child(at, Kind::Leaving) || child(at, Kind::Undo);
  if (arms) {
    std::vector<std::uint32_t> kept(n);
    for (std::uint32_t i = n; i-- > 0;) set(kept[i] = temporary());
    arm(at);
    for (std::uint32_t i = 0; i < n; ++i) get(kept[i]);
  }
  limit(at, tmpl);
  op(Op::DO, {tmpl, n});
  code_.place(skipped);
  if (named == kNoSymbol) {
    store(facts.storage, facts.slot);
    return;
  }
  const Symbol& symbol = facts_.symbol(named);
  if (facts.storage != Storage::none && !(facts.storage == symbol.storage && facts.slot == symbol.slot)) {
    op(Op::DUP);
    store(facts.storage, facts.slot);
  }
  bound(symbol.declared, facts_.templates[facts.tmpl].answer);
}

void Emitter::call(NodeRef at, NodeRef called, SymbolId named) {
  if (symbol_of(nth(called, 0)).kind == SymbolKind::runbook) return run_called(at, called, named);
  const ProcedureFacts& facts = facts_.procedures[symbol_of(nth(called, 0)).index];
  const std::uint32_t function = procedure(symbol_of(nth(called, 0)).index);
  const NodeRef limited = child(at, Kind::Limit);
  arm(at);
  if (limited) {
    length(nth(limited, 0));
    op(Op::WITHIN);
  }
  const auto given = all(called, Kind::Arg);
  for (SymbolId parameter : facts.parameters)
    for (NodeRef argument : given)
      if (text_of(child(argument, Kind::Name)) == facts_.symbol(parameter).name) {
        expression(expression_of(argument));
        if (!facts_.symbol(parameter).type.is_optional()) op(Op::NEED);
      }
  op(Op::CALL, {function, static_cast<std::uint32_t>(facts.parameters.size())});
  if (limited) op(Op::END_WITHIN);
  if (named == kNoSymbol) op(Op::POP);
  else store(facts_.symbol(named));
}

std::uint32_t Emitter::procedure(std::uint32_t facts_index) {
  auto [known, fresh] = procedures_.try_emplace(facts_index, 0);
  if (!fresh) return known->second;
  const ProcedureFacts& facts = facts_.procedures[facts_index];
  const std::uint32_t function = new_function(facts_.symbol(facts.symbol).name, FunctionKind::procedure, static_cast<std::uint32_t>(facts.parameters.size()));
  procedures_[facts_index] = function;
  for (SymbolId name : facts.exported) program_.functions[function].exported.push_back(facts_.symbol(name).name);
  write(function, facts.locals, [this, &facts] {
    // The machine makes a call's record of the slots right behind the parameters, so the exported names move there.
    frame_.moved.assign(facts.locals, 0xffffffff);
    std::uint32_t next = 0;
    for (SymbolId name : facts.parameters) frame_.moved[facts_.symbol(name).slot] = next++;
    for (SymbolId name : facts.exported) frame_.moved[facts_.symbol(name).slot] = next++;
    for (std::uint32_t& slot : frame_.moved)
      if (slot == 0xffffffff) slot = next++;
    here(facts.def);
    block(child(facts.def, Kind::Block));
    return_nothing();
  });
  return function;
}

// ── arms ──

void Emitter::when(NodeRef at) {
  const Label after = code_.label();
  Label next = code_.label();
  condition(expression_of(at));
  jump(Op::JUMP_FALSE, next);
  point(testing::Point::What::arm, at);
  block(child(at, Kind::Block));
  jump(Op::JUMP, after);
  code_.place(next);
  for (NodeRef other : all(at, Kind::ElseWhen)) {
    here(other);
    next = code_.label();
    condition(expression_of(other));
    jump(Op::JUMP_FALSE, next);
    point(testing::Point::What::arm, other);
    block(child(other, Kind::Block));
    jump(Op::JUMP, after);
    code_.place(next);
  }
  if (const NodeRef otherwise = child(at, Kind::Otherwise)) handler(otherwise);
  code_.place(after);
}

void Emitter::depending(NodeRef at) {
  const NodeRef subject = expression_of(at);
  const std::uint32_t value = temporary();
  expression(subject);
  op(Op::NEED);
  set(value);
  const Label after = code_.label();
  for (NodeRef arm_node : all(at, Kind::Arm)) {
    here(arm_node);
    const Label taken = code_.label(), next = code_.label();
    if (word(arm_node) != Word::Anything) {
      for (NodeRef part : all(arm_node)) {
        if (kind(part) == Kind::Block) continue;
        get(value);
        equals(subject, part);
        jump(Op::JUMP_TRUE, taken);
      }
      jump(Op::JUMP, next);
    }
    code_.place(taken);
    point(testing::Point::What::arm, arm_node);
    block(child(arm_node, Kind::Block));
    jump(Op::JUMP, after);
    code_.place(next);
  }
  code_.place(after);
}

}  // namespace rbc::emission
