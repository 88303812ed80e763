#include <cassert>

#include "compiler/emit_code.hpp"
#include "compiler/times.hpp"

namespace rbc::emission {

// ── what is said ──

std::uint32_t Emitter::spoken(NodeRef utterance) {
  const UtteranceFacts& said = facts_.utterances.at(utterance);
  auto [known, fresh] = templates_.try_emplace(said.tmpl, static_cast<std::uint32_t>(program_.templates.size()));
  if (fresh) {
    Template made = facts_.templates[said.tmpl];
    made.site = site(utterance);
    program_.resources[made.resource].used = true;
    program_.templates.push_back(std::move(made));
  }
  return known->second;
}

std::uint32_t Emitter::width(NodeRef utterance) const {
  const UtteranceFacts& said = facts_.utterances.at(utterance);
  return static_cast<std::uint32_t>(said.arguments.size() + said.holes.size());
}

bool Emitter::utterance(NodeRef utterance, Read read) {
  const UtteranceFacts& said = facts_.utterances.at(utterance);
  for (NodeRef argument : said.arguments) {
    if (read == Read::soft && kind(argument) != Kind::Var && kind(argument) != Kind::Text) {
      soft(argument);
    } else {
      expression(argument);
      if (read == Read::hard) op(Op::NEED);
    }
  }
  for (NodeRef each : said.holes) hole(each, read);
  return true;
}

// A literal limit belongs to the template; one that an input sets is set as the run goes.
void Emitter::limit(NodeRef owner, std::uint32_t tmpl) {
  const NodeRef node = child(owner, Kind::Limit);
  if (!node) return;
  const NodeRef length_node = nth(node, 0);
  const LengthFacts& limit = facts_.lengths.at(length_node);
  program_.templates[tmpl].limit = limit.usual;
  if (limit.input == kNoSymbol) return;
  length(length_node);
  op(Op::LIMIT);
}

// ── groups ──

std::vector<Emitter::Mention> Emitter::mentions(NodeRef refs) const {
  std::vector<Mention> found;
  for (NodeRef ref : all(refs, Kind::Ref)) found.push_back({use(nth(ref, 0)).symbol, ref});
  return found;
}

std::uint32_t Emitter::argument_count(NodeRef node) const {
  if (!node) return 0;
  const NodeRef args = child(node, Kind::Args);
  return args ? static_cast<std::uint32_t>(expressions_of(args).size()) : 0;
}

void Emitter::arguments(NodeRef node) {
  if (!node) return;
  if (const NodeRef args = child(node, Kind::Args))
    for (NodeRef argument : expressions_of(args)) expression(argument);
}

void Emitter::over(NodeRef refs_each, const std::function<void()>& round) {
  const std::uint32_t list = temporary(), index = temporary(), item = temporary();
  const Symbol& name = facts_.symbol(facts_.declares.at(refs_each));
  const NodeRef source = expression_of(refs_each);
  expression(source);
  op(Op::CAP, {kind(source) == Kind::List ? static_cast<std::uint32_t>(expressions_of(source).size()) : 20});
  set(list);
  set(index, Value::integer(0));
  const Label again = code_.label(), after = code_.label();
  code_.place(again);
  get(index);
  get(list);
  op(Op::LENGTH);
  op(Op::LESS);
  jump(Op::JUMP_FALSE, after);
  get(list);
  get(index);
  op(Op::ITEM);
  set(item);
  frame_.instead[{name.storage, name.slot}] = item;
  round();
  frame_.instead.erase({name.storage, name.slot});
  get(index);
  constant(Value::integer(1));
  op(Op::ADD);
  set(index);
  jump(Op::JUMP, again);
  code_.place(after);
}

void Emitter::add(const Mention& mention, Seen& seen) {
  const Symbol& symbol = facts_.symbol(mention.symbol);
  if (symbol.kind == SymbolKind::goal) {
    add(runbook_->goal, seen);
    return;
  }
  const std::uint32_t given = argument_count(mention.node);
  std::string key = fmt::format("{}", mention.symbol);
  if (given != 0) key += text_of(child(mention.node, Kind::Args));
  if (!seen.insert(key).second) return;
  arguments(mention.node);
  op(Op::CHECK, {check(symbol.index), given});
}

void Emitter::add(NodeRef refs, Seen& seen) {
  const NodeRef each = child(refs, Kind::RefsEach);
  if (!each) {
    for (const Mention& mention : mentions(refs)) add(mention, seen);
    return;
  }
  // In the loop, what depends on the item; each item's arguments are its own, so nothing there was seen before.
  for (const Mention& mention : mentions(refs))
    if (argument_count(mention.node) == 0) add(mention, seen);
  over(each, [&] {
    Seen round;
    for (const Mention& mention : mentions(refs))
      if (argument_count(mention.node) != 0) add(mention, round);
  });
}

void Emitter::group(const std::vector<NodeRef>& refs) {
  Seen seen;
  for (NodeRef each : refs) add(each, seen);
  op(Op::GROUP);
}

void Emitter::verdict(const Mention& mention) {
  const Symbol& symbol = facts_.symbol(mention.symbol);
  if (symbol.kind == SymbolKind::goal) {
    verdict(runbook_->goal);
    return;
  }
  arguments(mention.node);
  op(Op::VERDICT, {check(symbol.index), argument_count(mention.node)});
}

void Emitter::verdict(NodeRef refs) {
  const NodeRef each = child(refs, Kind::RefsEach);
  std::uint32_t count = 0;
  for (const Mention& mention : mentions(refs)) {
    if (each && argument_count(mention.node) != 0) continue;
    verdict(mention);
    ++count;
  }
  if (!each) {
    op(Op::WORST, {count});
    return;
  }
  if (count == 0) constant(Value::verdict(Colour::green));
  else op(Op::WORST, {count});
  const std::uint32_t worst = temporary();
  set(worst);
  over(each, [&] {
    std::uint32_t values = 1;
    get(worst);
    for (const Mention& mention : mentions(refs)) {
      if (argument_count(mention.node) == 0) continue;
      verdict(mention);
      ++values;
    }
    op(Op::WORST, {values});
    set(worst);
  });
  get(worst);
}

// ── checks ──

std::uint32_t Emitter::check(std::uint32_t facts_index) {
  auto [known, fresh] = checks_.try_emplace(facts_index, static_cast<std::uint32_t>(program_.checks.size()));
  if (!fresh) return known->second;
  const std::uint32_t index = known->second;
  const CheckFacts& facts = facts_.checks[facts_index];
  const auto parameters = static_cast<std::uint32_t>(facts.parameters.size());
  CheckInfo info;
  info.name = facts_.symbol(facts.symbol).name;
  info.resources = facts.resources;
  info.bound = times::check_bound(facts_, facts_index, true);
  info.function = new_function(info.name, FunctionKind::check, parameters);
  const std::uint32_t function = info.function;
  program_.checks.push_back(std::move(info));
  write(function, facts.locals, [this, &facts] { check_body(facts); });
  // A slot of the vector may move while its title's function is numbered.
  Words words = title(facts.def, parameters, facts.locals);
  program_.checks[index].title = std::move(words);
  return index;
}

void Emitter::check_body(const CheckFacts& facts) {
  std::vector<NodeRef> uses;
  const auto look_at_uses = [&] {
    if (uses.empty()) return;
    group(uses);
    op(Op::JOIN);
    uses.clear();
  };
  here(facts.def);
  for (NodeRef line : all(facts.def)) {
    const Kind what = kind(line);
    if (what == Kind::CheckUse) {
      uses.push_back(child(line, Kind::Refs));
      continue;
    }
    if (what == Kind::Note) continue;
    look_at_uses();
    if (what == Kind::Probe || (what == Kind::Named && child(line, Kind::Probe))) {
      here(line);
      const NodeRef probe = what == Kind::Probe ? line : child(line, Kind::Probe);
      const NodeRef said = child(probe, Kind::Utterance);
      const UtteranceFacts& spoken_to = facts_.utterances.at(said);
      const std::uint32_t tmpl = spoken(said);
      utterance(said, Read::soft);
      limit(probe, tmpl);
      op(Op::ASK, {tmpl, width(said)});
      op(Op::ANSWERED, {spoken_to.subject ? 1u : 0u, facts.no_answer});
      if (spoken_to.ok_rule) {
        op(Op::DUP);
        op(Op::OK_RULE);
      }
      if (what == Kind::Named) {
        const Symbol& name = facts_.symbol(facts_.declares.at(line));
        const bool own = spoken_to.storage == name.storage && spoken_to.slot == name.slot;
        if (spoken_to.storage != Storage::none && !own) {
          op(Op::DUP);
          store(spoken_to.storage, spoken_to.slot);
        }
        if (const NodeRef as = child(line, Kind::Type)) cast_to(facts_.templates[spoken_to.tmpl].answer, type_of(as));
        store(name);
      } else {
        store(spoken_to.storage, spoken_to.slot);
      }
    } else if (what == Kind::Named) {
      here(line);
      const NodeRef value = expression_of(line);
      expression(value);
      if (const NodeRef as = child(line, Kind::Type)) cast_to(type_of(value), type_of(as));
      store(facts_.symbol(facts_.declares.at(line)));
    } else if (what == Kind::Judge) {
      here(line);
      judge(line);
      op(Op::JOIN);
    }
  }
  look_at_uses();
  // Only when every look has an answer do the rules speak, wherever they stand.
  for (NodeRef line : all(facts.def, Kind::Rule)) rule(line);
  return_nothing();
}

namespace {
std::string_view opposite(Word word) {
  switch (word) {
    case Word::Less: return ">=";
    case Word::LessEqual: return ">";
    case Word::Greater: return "<=";
    case Word::GreaterEqual: return "<";
    case Word::Contains: return "does not contain";
    case Word::Matches: return "does not match";
    default: return "not in";
  }
}
}  // namespace

void Emitter::rule(NodeRef at) {
  here(at);
  const NodeRef when = child(at, Kind::RuleWhen);
  const bool unless = word(when) == Word::Unless;
  const NodeRef condition = expression_of(when);
  std::string says;
  if (kind(condition) == Kind::Compare) {
    const auto sides = expressions_of(condition);
    const std::string against = compare_values(condition, sides[0], sides[1], true) ? "{} (" + text_of(sides[1]) + ")" : text_of(sides[1]);
    shared_cast(condition);
    const Word sign = word(condition);
    const bool negated = flag(condition, Word::Not) != unless;
    if (sign == Word::Is) says = (negated ? "is not " : "is ") + against;
    else says = fmt::format("{} {}", unless ? opposite(sign) : spelling(sign), against);
  } else {
    expression(condition);
    says = (unless ? "not " : "") + text_of(condition);
  }
  if (unless) op(Op::NOT);
  const Colour colour = word(at) == Word::Red ? Colour::red : word(at) == Word::Amber ? Colour::amber : Colour::blind;
  point(testing::Point::What::rule, at);
  op(Op::RULE, {static_cast<std::uint32_t>(colour), code_.constant(Value::text(says))});
}

void Emitter::judge(NodeRef at) {
  HumanInfo info = person(at, HumanKind::judge);
  info.type = Type(TypeTag::verdict);
  if (const NodeRef title_node = child(at, Kind::Title)) words(title_node);
  else constant(Value::text("What do you see?"));
  std::uint32_t values = 1;
  if (const NodeRef colour = child(at, Kind::Colour)) {
    expression(colour);
    info.has_default = true;
    ++values;
  }
  question(std::move(info), values);
}

}  // namespace rbc::emission
