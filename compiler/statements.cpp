// The lines of steps, causes and procedures.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

void Checker::statements(NodeId first) {
  for (NodeId node = first; node; node = tree().next(node)) statement(node);
}

void Checker::block(NodeId node, bool fresh_scope) {
  if (!node) return;
  const Context outside = at_;
  const std::size_t narrowed = narrowed_.size();
  Scope scope{at_.scope, {}};
  if (fresh_scope) at_.scope = &scope;
  at_.above = at_.passed = {};
  statements(tree().first(node));
  at_ = outside;
  narrowed_.resize(std::min(narrowed, narrowed_.size()));
}

void Checker::otherwise(NodeId parent, bool handles) {
  const NodeId node = tree().child(parent, Kind::Otherwise);
  if (!node) return;
  const Context outside = at_;
  at_.handler |= handles;
  for (NodeId note : tree().all(node, Kind::Note)) prose(note);
  block(tree().child(node, Kind::Block));
  at_ = outside;
}

bool Checker::falls_through(NodeId block) const {
  NodeId last = 0;
  for (NodeId node : tree().children(block))
    if (tree().kind(node) != Kind::Note) last = node;
  if (!last) return true;
  switch (tree().kind(last)) {
    case Kind::End:
    case Kind::Fail:
    case Kind::Escalate: return false;
    case Kind::When: {
      const NodeId other = tree().child(last, Kind::Otherwise);
      if (!other || falls_through(tree().child(other, Kind::Block)) || falls_through(tree().child(last, Kind::Block))) return true;
      for (NodeId arm : tree().all(last, Kind::ElseWhen))
        if (falls_through(tree().child(arm, Kind::Block))) return true;
      return false;
    }
    case Kind::Depending: {
      const auto arms = tree().all(last, Kind::Arm);
      return arms.empty() || std::any_of(arms.begin(), arms.end(), [&](NodeId arm) { return falls_through(tree().child(arm, Kind::Block)); });
    }
    default: return true;
  }
}

// What answers a question with no must not lead to the lines that the question guards.
void Checker::guards(NodeId node) {
  const NodeId other = tree().child(node, Kind::Otherwise);
  if (!other || !tree().next(node)) return;
  const NodeId lines = tree().child(other, Kind::Block);
  if (!lines || tree().child(lines, Kind::Error) || !falls_through(lines)) return;
  const auto word = static_cast<std::uint32_t>(tree().text(other).find("otherwise"));
  error("E0212", Span{tree()[other].begin + word, tree()[other].begin + word + 9}, "When the answer is no, this goes on to the line it should guard.",
        "End, fail or escalate, or put the guarded lines in a block.");
}

void Checker::lengths_under(NodeId node) {
  if (const NodeId limit = tree().child(node, Kind::Limit))
    if (const NodeId first = tree().first(limit)) length(first);
}

namespace {

// `30m1h` as `1h30m`; empty where a unit stands twice, or is none.
std::string units_in_order(std::string_view written) {
  constexpr std::string_view kUnits[] = {"d", "h", "m", "s", "ms"};
  std::string_view parts[std::size(kUnits)];
  for (std::size_t at = 0; at < written.size();) {
    const std::size_t unit = std::min(written.find_first_not_of("0123456789", at), written.size());
    const std::size_t end = std::min(written.find_first_of("0123456789", unit), written.size());
    const auto known = std::find(std::begin(kUnits), std::end(kUnits), written.substr(unit, end - unit));
    if (known == std::end(kUnits) || unit == at || !parts[known - kUnits].empty()) return {};
    parts[known - kUnits] = written.substr(at, end - at);
    at = end;
  }
  std::string ordered;
  for (const std::string_view part : parts) ordered += part;
  return duration_of(ordered) ? ordered : std::string();
}

}  // namespace

Micros Checker::budget_over(SymbolId input) const {
  for (const RunbookFacts& book : facts.runbooks)
    if (std::find(book.inputs.begin(), book.inputs.end(), input) != book.inputs.end()) return book.budget;
  return 0;
}

LengthFacts Checker::length(NodeId node) {
  LengthFacts found;
  const Kind kind = tree().kind(node);
  if (kind == Kind::Limit || kind == Kind::Held || kind == Kind::Wait) return length(tree().first(node));
  if (kind == Kind::Duration) {
    const auto literal = duration_of(tree().text(node));
    if (!literal) {
      Diagnostic& said = error("E0308", node, fmt::format("`{}` does not fit, or has its units out of order.", text(node)), "Write units from large to small, each once: `1h30m`.");
      if (const std::string ordered = units_in_order(text(node)); !ordered.empty()) said.fix({fmt::format("Write `{}`", ordered), {{&tree().source(), tree().span(node), ordered}}, true});
      found.usual = found.cap = kMinute;
    } else {
      found.usual = found.cap = micros(*literal);
      if (found.cap > 7 * kDay) {
        error("E0612", node, fmt::format("`{}` is over 7 days.", text(node)), "A run is not a calendar.");
      }
    }
  } else {
    const std::string name = text(node);
    const SymbolId id = resolve(node, name);
    if (id == kNoSymbol) return found;
    const Symbol& symbol = facts.symbols[id];
    if (symbol.type.is(TypeTag::error)) return found;
    if (!symbol.type.is(TypeTag::duration) || symbol.type.is_optional()) {
      error("E0301", node, fmt::format("A length of time is needed here, and `{}` is {}.", name, with_article(symbol.type)),
            symbol.type.is_numeric() ? fmt::format("Give it a unit where it gets its value, as in `{} = 5m`.", name) : "");
      return found;
    }
    if (symbol.kind != SymbolKind::input) {
      error("E0608", node, fmt::format("How long can `{}` be?", name), "A length is a duration such as `5m`, or an input with a cap: `input limit = 12h at most 48h`.");
      return found;
    }
    found.input = id;
    Use use;
    use.as = Use::As::symbol;
    use.symbol = id;
    facts.uses[ref(node)] = use;
    const Tree& there = facts.tree(symbol.declared);
    const NodeId cap = there.child(symbol.declared.node, Kind::AtMost);
    if (cap) {
      if (const auto most = duration_of(there.text(there.first(cap)))) found.cap = micros(*most);
      if (found.cap > 7 * kDay) error("E0612", node, fmt::format("`{}` can be over 7 days.", name), "A run is not a calendar.");
    } else if (const Micros budget = budget_over(id)) {
      found.cap = budget;
    } else {
      const std::string usual = there.child(symbol.declared.node, Kind::Default) ? std::string(there.text(there.expression(there.child(symbol.declared.node, Kind::Default)))) : "1h";
      error("E0608", node, fmt::format("How long can `{}` be?", name), fmt::format("Give it a cap: `input {} = {} at most 48h`.", name, usual))
          .with({&there.source(), there.span(symbol.declared.node), "declared here"});
    }
    found.usual = found.cap;
    if (const NodeId preset = there.child(symbol.declared.node, Kind::Default))
      if (const NodeId value = there.expression(preset); value && there.kind(value) == Kind::Duration)
        if (const auto usual = duration_of(there.text(value))) found.usual = micros(*usual);
  }
  facts.lengths[ref(node)] = found;
  return found;
}

void Checker::cadence(NodeId node, Micros least_looks, NodeId report_at) {
  const NodeId first = tree().nth(node, 0), second = tree().nth(node, 1);
  if (!first || !second) return;
  const LengthFacts every = length(first), whole = length(second);
  if (every.cap == 0 || whole.cap == 0) return;
  if (every.cap < kSecond / 10)
    error("E0602", first, fmt::format("Looking every {} is too often.", text(first)), "At least 100ms.");
  else if (whole.usual < every.usual * std::max<Micros>(1, least_looks - 1)) {
    Diagnostic& said = error("E0602", report_at,
          least_looks > 1 ? fmt::format("This looks every {} for {}, which is too short for {} looks.", text(first), text(second), least_looks)
                          : fmt::format("This looks every {} for {}, so only once.", text(first), text(second)),
          least_looks > 1 ? "Look for longer." : "Did you swap them?");
    if (least_looks <= 1)
      said.fix({"Swap the two times", {{&tree().source(), tree().span(first), text(second)}, {&tree().source(), tree().span(second), text(first)}}, false});
  }
}

Type Checker::say(NodeId holder, NodeId spoken, bool acts, bool repeatable) {
  lengths_under(holder);
  if (!spoken) return {};
  const Type answer = utterance(spoken, acts, repeatable, tree().child(holder, Kind::Limit));
  at_.passed = at_.above && !spoken_for_.contains(at_.above) ? at_.above : NodeRef{};
  at_.above = ref(spoken);
  return answer;
}

// Beneath `undo`, `before leaving` and in `afterwards` nothing can change how the run ends, and nobody is there to ask.
void Checker::outcome_is_fixed(NodeId under, std::string_view place) {
  for (auto [banned, word] : {std::pair{Kind::End, Word::End}, std::pair{Kind::Escalate, Word::Escalate}, std::pair{Kind::Approve, Word::Approve},
                              std::pair{Kind::Ask, Word::Ask}, std::pair{Kind::Choose, Word::Choose}, std::pair{Kind::Confirm, Word::Confirm}})
    for (NodeId line : tree().find(banned, under))
      error("E0210", line, fmt::format("`{}` cannot stand in `{}`: the outcome is fixed by then.", spelling(word), place));
}

void Checker::check_do(NodeId node) {
  const bool repeatable = tree().flag(node, Word::Repeatable);
  if (const NodeId spoken = tree().child(node, Kind::Utterance)) say(node, spoken, true, repeatable);
  else if (const NodeId called = tree().child(node, Kind::Call)) {
    lengths_under(node);
    call(called, repeatable);
  }
  otherwise(node);
  for (Kind kind : {Kind::Leaving, Kind::Undo}) {
    const NodeId under = tree().child(node, kind);
    if (!under) continue;
    const Context outside = at_;
    at_.retry = false;
    block(tree().child(under, Kind::Block));
    at_ = outside;
    outcome_is_fixed(under, kind == Kind::Undo ? "undo" : "before leaving");
  }
}

void Checker::call(NodeId node, bool repeatable) {
  const NodeId name = tree().child(node, Kind::Name);
  const SymbolId id = resolve(name, text(name));
  if (id == kNoSymbol) {
    for (NodeId arg : tree().all(node, Kind::Arg)) expression(tree().expression(arg));
    return;
  }
  const Symbol symbol = facts.symbols[id];
  Use use;
  use.as = Use::As::symbol;
  use.symbol = id;
  facts.uses[ref(name)] = use;
  facts.uses[ref(node)] = use;
  if (symbol.kind != SymbolKind::procedure && symbol.kind != SymbolKind::runbook) {
    error("E0201", name, fmt::format("`{}` is neither a procedure nor a runbook.", symbol.name), "`do` is followed by a prompt, such as `do db> …`, or by the name of a procedure.");
    for (NodeId arg : tree().all(node, Kind::Arg)) expression(tree().expression(arg));
    return;
  }
  const bool runbook = symbol.kind == SymbolKind::runbook;
  if (runbook && visits_[symbol.declared] == Visit::open) {   // it runs itself, which was told
    for (NodeId arg : tree().all(node, Kind::Arg)) expression(tree().expression(arg));
    return;
  }
  if (!repeatable && (runbook || once_.contains(symbol.declared))) {
    if (procedure_) once_[ref(procedure_)] = true;
    if (at_.retry) error("E0404", node, fmt::format("Doing `{}` twice may not be the same as doing it once, so `retry` will not.", symbol.name), "Say `do repeatable` if it is.");
  }
  const std::vector<SymbolId> wants = runbook ? facts.runbooks[symbol.index].inputs : facts.procedures[symbol.index].parameters;
  std::vector<SymbolId> left = wants;
  bool misnamed = false;
  for (NodeId arg : tree().all(node, Kind::Arg)) {
    const NodeId key = tree().child(arg, Kind::Name), value = tree().expression(arg);
    const auto parameter = std::find_if(left.begin(), left.end(), [&](SymbolId one) { return facts.symbols[one].name == text(key); });
    if (parameter == left.end()) {
      std::vector<std::string_view> names;
      for (SymbolId one : left) names.push_back(facts.symbols[one].name);
      const bool again = std::any_of(wants.begin(), wants.end(), [&](SymbolId one) { return facts.symbols[one].name == text(key); });
      const std::string near = names.size() == 1 ? std::string(names.front()) : did_you_mean(text(key), names);
      if (again) error("E0201", key, fmt::format("`{}` is given `{}` twice.", symbol.name, text(key)));
      else error("E0201", key, fmt::format("`{}` has no {} `{}`.", symbol.name, runbook ? "input" : "parameter", text(key)), near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near));
      misnamed |= !again;   // what it was meant for is not missing as well
      expression(value);
      continue;
    }
    const Type wanted = facts.symbols[*parameter].type;
    left.erase(parameter);
    argument(value, wanted, text(key));
  }
  for (SymbolId missing : left) {
    if (misnamed) break;
    const NodeRef declared = facts.symbols[missing].declared;
    if (runbook && (facts.symbols[missing].type.is_optional() || facts.tree(declared).child(declared.node, Kind::Default))) continue;
    error("E0201", node, fmt::format("`{}` needs `{}`.", symbol.name, facts.symbols[missing].name), fmt::format("Say `do {} with {} = …`.", symbol.name, facts.symbols[missing].name));
  }
  if (const auto destroys = facts.destroys.find(symbol.declared); destroys != facts.destroys.end() && destroys->second) {
    if (procedure_ && !at_.caution) facts.destroys[ref(procedure_)] = true;
    else if (!at_.caution)
      error("E0405", node, fmt::format("`{}` destroys, so it is called under a `caution:`.", symbol.name), "Put it under `caution:` and say what is lost.");
  }
}

namespace {

// Whether an answer can be bound as one secret: a text, or a thing that holds one text and nothing else.
bool one_text(const Type& type) {
  if (type.is(TypeTag::error) || type.is(TypeTag::text) || type.is(TypeTag::url) || type.is(TypeTag::json)) return true;
  if (type.is(TypeTag::record) && (type->name == "output" || type->name == "response")) return true;
  if (!type.is(TypeTag::record) && !type.is(TypeTag::rows)) return false;
  std::size_t fields = 0, texts = 0;
  for (const auto& [name, is] : type->fields) {
    if (name == "ok" || name == "took" || name == "at") continue;
    ++fields;
    texts += is.is(TypeTag::text) || is.is(TypeTag::json) || is.is(TypeTag::url) || is.is(TypeTag::error);
  }
  return fields == 1 && texts == 1;
}

}  // namespace

void Checker::check_bind(NodeId node) {
  const NodeId name = tree().child(node, Kind::Name), cast = tree().child(node, Kind::Type);
  Type type;
  Type wanted = cast ? type_node(cast) : Type();
  if (cast && holds_secret(wanted) && !wanted.is(TypeTag::secret)) {
    error("E0502", cast, "A secret is bound alone, not in a list.", fmt::format("Write `{} as secret = …`.", name ? text(name) : "x"));
    wanted = Type();
  }
  NodeRef said;
  if (const NodeId action = tree().child(node, Kind::Do)) {
    check_do(action);
    if (const NodeId spoken = tree().child(action, Kind::Utterance)) {
      said = ref(spoken);
    } else if (const NodeId called = tree().child(action, Kind::Call)) {
      if (auto use = facts.uses.find(ref(called)); use != facts.uses.end() && facts.symbols[use->second.symbol].kind == SymbolKind::procedure) {
        std::vector<std::pair<std::string, Type>> fields;
        for (SymbolId one : facts.procedures[facts.symbols[use->second.symbol].index].exported)
          fields.emplace_back(facts.symbols[one].name, facts.symbols[one].type);
        type = Type::record(std::move(fields));
      } else if (use != facts.uses.end() && facts.symbols[use->second.symbol].kind == SymbolKind::runbook) {
        type = Type::record({{"outcome", Type::one_of({"resolved", "escalated", "failed", "aborted"})}});
      }
    }
  } else if (const NodeId probe = tree().child(node, Kind::Probe)) {
    const NodeId spoken = tree().child(probe, Kind::Utterance);
    say(probe, spoken, false, false);
    said = ref(spoken);
  } else if (const NodeId pick = tree().child(node, Kind::Pick)) {
    const NodeId yes = tree().nth(pick, 0), when = tree().nth(pick, 1), no = tree().nth(pick, 2);
    condition(when);
    const Type first = expression(yes, cast ? &wanted : nullptr);
    const Type second = expression(no, cast ? &wanted : &first);
    const auto both = common(first, second);
    type = both.value_or(Type());
    if (!both) error("E0301", pick, fmt::format("One side is {}, the other {}.", spell(first), spell(second)), "Both are of one type.");
    facts.types[ref(pick)] = type;
  } else if (const NodeId value = tree().expression(node)) {
    type = expression(value, cast ? &wanted : nullptr);
    if (wanted.is(TypeTag::secret) && !type.is(TypeTag::secret) && !type.is(TypeTag::error)) {
      error("E0502", value, "Only what a look or an action answers can become a secret: `x as secret = …`.");
      type = wanted;
    }
    if (cast && wanted.is(TypeTag::one_of) && type.is(TypeTag::text) && !written_option(value, wanted)) type = Type();
    const bool read = type.is(TypeTag::json) || (type.is(TypeTag::text) && !wanted.is(TypeTag::secret));   // as `x as T` reads it
    if (cast && !read && !type.is(TypeTag::error) && !fits(type, wanted))
      error("E0301", value, fmt::format("`{}` is to be {}, and this is {}.", text(name), spell(wanted), spell(type)));
  }
  if (said) {
    if (auto found = facts.utterances.find(said); found != facts.utterances.end()) {
      Template& tmpl = facts.templates[found->second.tmpl];
      type = answer_type(tmpl.answer);
      if (wanted.is(TypeTag::secret) && !one_text(type))
        error("E0502", cast, "A secret is one text, and what comes back here is none.", "Ask for the one value that it is, as a text.");
      tmpl.secret = cast && wanted.is(TypeTag::secret);
    }
  } else if (wanted.is(TypeTag::secret) && type.is(TypeTag::record)) {
    error("E0502", cast, "Only what a look or an action answers can become a secret: `x as secret = …`.", "Bind it where it is asked for, in the procedure.");
  }
  if (cast) type = wanted;
  if (!name) return;
  const SymbolId id = bind_value(node, name, type);
  if (said) spoken_for_.insert(said);
  if (said && !cast) {
    said_[id] = said;
    if (auto found = facts.utterances.find(said); found != facts.utterances.end()) {
      found->second.storage = facts.symbols[id].storage;
      found->second.slot = facts.symbols[id].slot;
    }
  }
  otherwise(node);
}

Checker::Arms Checker::arms_of(const std::vector<NodeId>& blocks) {
  std::map<std::string, std::size_t> counts;
  std::size_t through = 0;
  for (NodeId block : blocks) {
    if (!block || !falls_through(block)) continue;
    ++through;
    std::set<std::string> names;
    for (NodeId line : tree().children(block))
      if (const Kind kind = tree().kind(line); kind == Kind::Bind || kind == Kind::Ask || kind == Kind::Choose) names.insert(std::string(tree().name(line)));
    for (const std::string& name : names) ++counts[name];
  }
  Arms arms;
  for (const auto& [name, count] : counts)
    if (count == through && !name.empty() && find(at_.scope, name) == kNoSymbol) arms.slots[name] = new_slot(name);
  return arms;
}

void Checker::arm(NodeId lines, Arms& arms) {
  if (!lines) return;
  const Context outside = at_;
  const std::size_t narrowed = narrowed_.size();
  Scope scope{at_.scope, {}, &arms.slots};
  at_.scope = &scope;
  block(lines, false);
  if (falls_through(lines))
    for (const auto& [name, slot] : arms.slots)
      if (const auto bound = scope.names.find(name); bound != scope.names.end()) arms.symbols[name].push_back(bound->second);
  at_ = outside;
  narrowed_.resize(std::min(narrowed, narrowed_.size()));
}

void Checker::after_arms(const Arms& arms) {
  for (const auto& [name, symbols] : arms.symbols) {
    Symbol merged = facts.symbols[symbols.front()];
    std::optional<Type> both = merged.type;
    for (SymbolId one : symbols)
      if (both) both = common(*both, facts.symbols[one].type);
    if (!both) continue;
    merged.type = *both;
    const SymbolId id = add(std::move(merged));
    merged_[id] = symbols;
    at_.scope->names.emplace(name, id);
  }
}

void Checker::when(NodeId node) {
  Arms arms;
  if (const NodeId other = tree().child(node, Kind::Otherwise)) {
    std::vector<NodeId> blocks{tree().child(node, Kind::Block), tree().child(other, Kind::Block)};
    for (NodeId one : tree().all(node, Kind::ElseWhen)) blocks.push_back(tree().child(one, Kind::Block));
    arms = arms_of(blocks);
  }
  const std::size_t outside = narrowed_.size();
  const NodeId first = tree().expression(node), body = tree().child(node, Kind::Block);
  condition(first);
  narrow(first, true);
  arm(body, arms);
  narrowed_.resize(outside);
  bool leaves = !falls_through(body);
  narrow(first, false);
  for (NodeId one : tree().all(node, Kind::ElseWhen)) {
    const NodeId holds = tree().expression(one), lines = tree().child(one, Kind::Block);
    condition(holds);
    const std::size_t here = narrowed_.size();
    narrow(holds, true);
    arm(lines, arms);
    narrowed_.resize(here);
    leaves &= !falls_through(lines);
    narrow(holds, false);
  }
  if (const NodeId other = tree().child(node, Kind::Otherwise)) {
    for (NodeId note : tree().all(other, Kind::Note)) prose(note);
    arm(tree().child(other, Kind::Block), arms);
  }
  after_arms(arms);
  if (!leaves) narrowed_.resize(outside);
}

void Checker::depending(NodeId node) {
  const NodeId subject = tree().expression(node);
  Type type = expression(subject);
  if (of_secret("compared", subject, type, subject, type)) type = Type();
  of_missing(subject, type, subject, type);
  type = type.present();
  std::vector<std::string> seen;
  bool anything = false, misspelt = false;
  std::vector<NodeId> blocks;
  for (NodeId one : tree().all(node, Kind::Arm)) blocks.push_back(tree().child(one, Kind::Block));
  Arms bound = arms_of(blocks);
  for (NodeId arm : tree().all(node, Kind::Arm)) {
    if (anything) error("E0303", Span{tree()[arm].begin, tree().first(arm) ? tree()[tree().first(arm)].end : tree()[arm].end}, "This arm can never apply: `anything else` above takes what is left.", "Put `anything else` last.");
    if (tree().word(arm) == Word::Anything) anything = true;
    for (NodeId one : tree().children(arm)) {
      const Kind kind = tree().kind(one);
      if (kind == Kind::Block) continue;
      if (kind == Kind::Name) {
        if (type.is(TypeTag::error)) continue;
        if (!type.is(TypeTag::one_of)) {
          error("E0301", one, fmt::format("`{}` is a name, and `{}` is {}.", text(one), text(subject), with_article(type)));
          continue;
        }
        as_option(one, type);
        misspelt |= std::find(type->options.begin(), type->options.end(), text(one)) == type->options.end();
        seen.push_back(text(one));
      } else {
        const Type is = expression(one, &type);
        if (!type.is(TypeTag::error) && !is.is(TypeTag::error) && !(type.is(TypeTag::json) ? from_json(is) : fits(is, type))) {
          const std::string said = text(one), bare = said.size() > 2 && said.front() == '"' ? said.substr(1, said.size() - 2) : std::string();
          const bool option = type.is(TypeTag::one_of) && std::find(type->options.begin(), type->options.end(), bare) != type->options.end();
          Diagnostic& told = error("E0301", one, fmt::format("This is {}, and `{}` is {}.", with_article(is), text(subject), with_article(type)), option ? fmt::format("Write `{}`, without quotes.", bare) : type.is(TypeTag::json) ? unit_help(subject, is) : std::string());
          if (option) told.fix(rewrite(tree().span(one), bare, true));
          misspelt = true;
        }
        seen.push_back(text(one));
      }
    }
    this->arm(tree().child(arm, Kind::Block), bound);
  }
  after_arms(bound);
  std::vector<std::string> all;
  if (type.is(TypeTag::one_of)) all = type->options;
  else if (type.is(TypeTag::verdict)) all = {"green", "amber", "red", "blind"};
  else if (type.is(TypeTag::boolean)) all = {"yes", "no"};
  else if (type.is(TypeTag::error)) return;
  std::string missing;
  for (const std::string& one : all)
    if (std::find(seen.begin(), seen.end(), one) == seen.end()) missing += fmt::format("{}`{}`", missing.empty() ? "" : ", ", one);
  if (!anything && !misspelt && tree().find(Kind::Error, node).empty() && (all.empty() || !missing.empty()))
    error("E0303", subject, missing.empty() ? fmt::format("`depending on {}` does not say what to do for the rest.", text(subject))
                                            : fmt::format("`depending on {}` does not say what to do for {}.", text(subject), missing),
          "Add an arm, or `anything else`.");
  if (anything && !all.empty() && missing.empty())
    for (NodeId arm : tree().all(node, Kind::Arm))
      if (tree().word(arm) == Word::Anything) error("E0303", arm, "`anything else` can never apply: every case is there.");
}

void Checker::for_each(NodeId node) {
  const NodeId list = tree().expression(node);
  const Type type = expression(list);
  Type element;
  if (type.is(TypeTag::list)) element = type->element[0];
  else if (type.is(TypeTag::rows)) element = Type::record(type->fields);
  else if (type.is(TypeTag::json)) element = TypeTag::json;
  else if (!type.is(TypeTag::error))
    error("E0301", list, fmt::format("`for each` needs a list, and this is {}.", with_article(type)), type.is(TypeTag::text) ? fmt::format("A list of one is `[{}]`.", text(list)) : "");
  Scope* outside = at_.scope;
  Scope scope{outside, {}};
  at_.scope = &scope;
  bind_value(node, tree().child(node, Kind::Name), element);
  block(tree().child(node, Kind::Block));
  at_.scope = outside;
  otherwise(node);
}

void Checker::cause(NodeId node) {
  const Context outside = at_;
  const std::size_t narrowed = narrowed_.size();
  Scope scope{at_.scope, {}};
  at_.scope = &scope;
  at_.above = {};
  if (const NodeId title = tree().child(node, Kind::Title)) prose(title);
  const std::vector<NodeId> symptoms = tree().all(node, Kind::Symptom);
  bool evidence = !symptoms.empty();
  for (NodeId line : tree().children(node)) {
    const Kind kind = tree().kind(line);
    if (kind == Kind::Name || kind == Kind::Title) continue;
    if (kind == Kind::Symptom) {
      evidence = false;
      at_.symptom = true;
      condition(tree().expression(line));
      at_.symptom = outside.symptom;
      // One of several is enough; what the only one says holds for the lines below it.
      if (symptoms.size() == 1) narrow(tree().expression(line), true);
      continue;
    }
    at_.body = evidence ? Context::Body::evidence : outside.body;
    statement(line);
  }
  symptom_mentions(node);
  at_ = outside;
  narrowed_.resize(std::min(narrowed, narrowed_.size()));
}

void Checker::diagnose(NodeId node) {
  const NodeId list = tree().child(node, Kind::Refs);
  refs(list);
  looked_at(list);
  if (const NodeId every = tree().child(node, Kind::Cadence)) cadence(every, 1, every);
  for (NodeId one : tree().all(node, Kind::Cause)) cause(one);
  otherwise(node);
}

void Checker::statement(NodeId node) {
  const auto group = [&] {
    const NodeId list = tree().child(node, Kind::Refs);
    refs(list);
    looked_at(list);
  };
  switch (tree().kind(node)) {
    case Kind::Note: prose(node); break;
    case Kind::Item:
      people(node);
      prose(node);
      break;
    case Kind::CheckDef:
      if (auto id = facts.declares.find(ref(node)); id != facts.declares.end()) looked_.insert(id->second);
      break;
    case Kind::CheckUse: group(); break;
    case Kind::Require:
      group();
      otherwise(node);
      guards(node);
      break;
    case Kind::Poll: {
      group();
      Micros looks = 1;
      if (const NodeId streak = tree().child(node, Kind::Streak))
        if (const auto count = int_of(tree().text(tree().first(streak)))) looks = *count;
      if (const NodeId held = tree().child(node, Kind::Held)) length(held);
      if (const NodeId every = tree().child(node, Kind::Cadence)) cadence(every, looks, every);
      otherwise(node);
      break;
    }
    case Kind::Watch:
      group();
      if (const NodeId every = tree().child(node, Kind::Cadence)) cadence(every, 1, every);
      otherwise(node);
      break;
    case Kind::Wait: length(node); break;
    case Kind::Show: {
      const NodeId value = tree().expression(node);
      if (holds_secret(expression(value))) error("E0502", value, fmt::format("`{}` is a secret and cannot be shown.", text(value)), "It may stand in a header, a body, an SQL value, or before a command: `NAME=<secret> command`.");
      break;
    }
    case Kind::Probe:
      probe_ = node;
      say(node, tree().child(node, Kind::Utterance), false, false);
      probe_ = 0;
      break;
    case Kind::Named:
    case Kind::Bind: check_bind(node); break;
    case Kind::Do: check_do(node); break;
    case Kind::Caution: {
      people(node);
      lengths_under(node);
      prose_child(node, Kind::Title);
      const bool before = at_.caution;
      at_.caution = true;
      block(tree().child(node, Kind::Block));
      at_.caution = before;
      otherwise(node);
      break;
    }
    case Kind::When: when(node); break;
    case Kind::Depending: depending(node); break;
    case Kind::ForEach: for_each(node); break;
    case Kind::Retry: {
      if (const NodeId every = tree().nth(node, 1); every && tree().kind(every) != Kind::Block) length(every);
      const bool before = at_.retry;
      at_.retry = true;
      block(tree().child(node, Kind::Block));
      at_.retry = before;
      otherwise(node);
      break;
    }
    case Kind::Repeat: {
      // The condition sees what the block binds.
      const Context outside = at_;
      Scope scope{at_.scope, {}};
      at_.scope = &scope;
      block(tree().child(node, Kind::Block), false);
      condition(tree().expression(node));
      at_ = outside;
      otherwise(node);
      break;
    }
    case Kind::Within:
      lengths_under(node);
      block(tree().child(node, Kind::Block));
      otherwise(node);
      break;
    case Kind::Diagnose: diagnose(node); break;
    case Kind::Ask: ask(node); break;
    case Kind::Choose: choose(node); break;
    case Kind::Confirm: {
      if (const NodeId preset = tree().child(node, Kind::Default)) condition(tree().expression(preset));
      people(node);
      lengths_under(node);
      prose_child(node, Kind::Title);
      prose_child(node, Kind::Beneath);
      otherwise(node);
      guards(node);
      break;
    }
    case Kind::Approve:
      people(node);
      lengths_under(node);
      prose_child(node, Kind::Title);
      for (NodeId line : tree().all(node, Kind::Note)) prose(line);
      for (NodeId line : tree().all(node, Kind::Rung)) rung(line);
      otherwise(node);
      guards(node);
      break;
    case Kind::Notify: notify(node); break;
    case Kind::Escalate:
      for (NodeId name : tree().all(node, Kind::Name)) {
        resource_named(name, true);
        wakes(name);
      }
      prose_child(node, Kind::Title);
      break;
    case Kind::End:
    case Kind::Fail: prose_child(node, Kind::Title); break;
    default: break;
  }
}

}  // namespace rbc::front
