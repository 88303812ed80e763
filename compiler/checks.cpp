// Checks: their lines, their rules, and the places that name them.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "grammar/suggest.hpp"

namespace rbc::front {

void Checker::check_body(std::uint32_t index) {
  const NodeRef def = facts.checks[index].def;
  const NodeId node = def.node;
  const Context outside = at_;
  const Frame frame = frame_;
  Scope scope{at_.scope, {}};
  for (SymbolId id : facts.checks[index].parameters) scope.names.emplace(facts.symbols[id].name, id);
  std::uint32_t locals = facts.checks[index].locals;
  at_ = {};
  at_.scope = &scope;
  at_.body = Context::Body::check;
  frame_ = {&locals, nullptr};
  check_reads_ok_ = false;
  std::vector<std::uint32_t> resources;
  std::vector<NodeId> looks;
  std::set<SymbolId> joined;
  bool sees = false, broken = false;
  if (const NodeId title = tree().child(node, Kind::Title)) prose(title);
  for (NodeId line : tree().children(node)) {
    switch (tree().kind(line)) {
      case Kind::Note: prose(line); break;
      case Kind::Error: broken = true; break;
      case Kind::CheckUse: {
        sees = true;
        const NodeId list = tree().child(line, Kind::Refs);
        refs(list);
        join(facts.checks[index].symbol, list);
        for (NodeId one : tree().all(list, Kind::Ref))
          if (auto use = facts.uses.find(ref(one)); use != facts.uses.end()) joined.insert(use->second.symbol);
        break;
      }
      case Kind::Judge: {
        sees = true;
        people(line);
        if (const NodeId title = tree().child(line, Kind::Title)) prose(title);
        break;
      }
      case Kind::Silence: facts.checks[index].no_answer = tree().word(line) == Word::Red ? 1 : 2; break;
      case Kind::Rule: rule(line, joined); break;
      case Kind::Probe:
        sees = true;
        say(line, tree().child(line, Kind::Utterance), false, false);
        looks.push_back(tree().child(line, Kind::Utterance));
        break;
      case Kind::Named: {
        if (const NodeId probe = tree().child(line, Kind::Probe)) {
          sees = true;
          looks.push_back(tree().child(probe, Kind::Utterance));
        }
        check_bind(line);
        break;
      }
      default: break;
    }
  }
  if (!sees && !broken)
    error("E0211", tree().child(node, Kind::Name), fmt::format("`check {}` looks at nothing.", tree().name(node)),
          "Add a look, a `check` line or a `judge`.");
  for (NodeId look : looks) {
    const auto said = facts.utterances.find(ref(look));
    if (said == facts.utterances.end()) continue;
    said->second.ok_rule = !check_reads_ok_;
    const std::uint32_t resource = facts.templates[said->second.tmpl].resource;
    if (std::find(resources.begin(), resources.end(), resource) == resources.end()) resources.push_back(resource);
  }
  facts.checks[index].resources = std::move(resources);
  facts.checks[index].locals = locals;
  at_ = outside;
  frame_ = frame;
}

void Checker::rule(NodeId node, const std::set<SymbolId>& joined) {
  const NodeId when = tree().child(node, Kind::RuleWhen);
  const NodeId holds = when ? tree().expression(when) : 0;
  if (!holds) return;
  in_rule_ = true;
  condition(holds);
  in_rule_ = false;
  std::vector<CheckMention> mentioned;
  collect_mentions(holds, mentioned);
  for (const CheckMention& one : mentioned) {
    if (joined.contains(one.symbol)) continue;
    error("W0213", one.node.node, fmt::format("This rule reads `{}`, which is not looked at here.", facts.symbols[one.symbol].name),
          fmt::format("Add `check {}`.", text(one.node.node)))
        .fix(add_above(one.node.node, fmt::format("check {}", text(one.node.node))));
  }
}

void Checker::mention(NodeId name, NodeId args, NodeId node) {
  const std::string spelled = text(name);
  const SymbolId id = find(at_.scope, spelled);
  const bool is_check = id != kNoSymbol && (facts.symbols[id].kind == SymbolKind::check || facts.symbols[id].kind == SymbolKind::goal);
  if (!is_check) {
    if (id == kNoSymbol && is_lost(spelled)) return;
    std::vector<std::string_view> names;
    for (std::string_view candidate : candidates(at_.scope)) {
      const SymbolKind kind = facts.symbols[find(at_.scope, candidate)].kind;
      if (kind == SymbolKind::check || kind == SymbolKind::goal) names.push_back(candidate);
    }
    const std::string near = did_you_mean(spelled, names);
    if (id != kNoSymbol && facts.symbols[id].type.is(TypeTag::error) && facts.symbols[id].kind == SymbolKind::value) return;
    Diagnostic& said = error("E0201", name, id == kNoSymbol ? fmt::format("No check `{}` here.", spelled) : fmt::format("`{}` is not a check.", spelled),
                             near.empty() ? id == kNoSymbol ? fmt::format("Write it: `check {}: Title`, and beneath it what it looks at.", spelled)
                                                            : std::string("What is asked, and what is red about it, stands in a check: `check NAME: Title`.")
                                          : fmt::format("Did you mean `{}`?", near));
    if (!near.empty()) said.fix(rewrite(tree().span(name), near));
    return;
  }
  Use use;
  use.as = Use::As::symbol;
  use.symbol = id;
  facts.uses[ref(node)] = use;
  facts.uses[ref(name)] = use;
  const auto parameters = facts.symbols[id].kind == SymbolKind::check ? facts.checks[facts.symbols[id].index].parameters : std::vector<SymbolId>{};
  std::size_t given = 0;
  std::size_t written = 0;
  if (args)
    for (NodeId one : tree().children(args)) written += one != 0 ? 1 : 0;
  const bool all = written == parameters.size();   // else which argument is which is a guess
  if (args)
    for (NodeId one : tree().children(args)) {
      argument(one, all ? facts.symbols[parameters[given]].type : Type(), spelled);
      ++given;
    }
  if (given != parameters.size()) {
    std::vector<std::string> names;
    for (SymbolId one : parameters) names.push_back(facts.symbols[one].name);
    error("E0201", node, fmt::format("`{}` takes {} argument{}, and {} {} given.", spelled, parameters.size(), parameters.size() == 1 ? "" : "s", given,
                                     given == 1 ? "is" : "are"),
          parameters.empty() ? std::string() : fmt::format("Write `{}({})`.", spelled, fmt::join(names, ", ")));
  }
}

void Checker::refs(NodeId node) {
  if (!node) return;
  Scope* outside = at_.scope;
  Scope scope{outside, {}};
  if (const NodeId each = tree().child(node, Kind::RefsEach)) {
    const Type list = expression(tree().expression(each));
    Type element;
    if (list.is(TypeTag::list)) element = list->element[0];
    else if (list.is(TypeTag::json)) element = TypeTag::json;
    else if (!list.is(TypeTag::error)) error("E0301", tree().expression(each), fmt::format("`for each` needs a list, and this is {}.", with_article(list)));
    at_.scope = &scope;
    bind_value(each, tree().child(each, Kind::Name), element);
  }
  for (NodeId one : tree().all(node, Kind::Ref)) mention(tree().child(one, Kind::Name), tree().child(one, Kind::Args), one);
  at_.scope = outside;
}

// What a check (or a goal) looks at when it is looked at.
void Checker::join(SymbolId check, NodeId list) {
  for (NodeId one : tree().all(list, Kind::Ref))
    if (const auto use = facts.uses.find(ref(one)); use != facts.uses.end()) joins_[check].push_back({use->second.symbol, ref(one)});
}

void Checker::looked_at(NodeId node) {
  for (NodeId one : tree().all(node, Kind::Ref)) {
    const auto use = facts.uses.find(ref(one));
    if (use == facts.uses.end()) continue;
    looked_.insert(use->second.symbol);
    if (facts.symbols[use->second.symbol].kind != SymbolKind::goal) continue;
    const NodeRef goal = facts.runbooks[facts.symbols[use->second.symbol].index].goal;
    if (goal && goal.node != node) looked_at(goal.node);
  }
}

bool Checker::was_looked_at(SymbolId check) const {
  if (looked_.contains(check)) return true;
  if (facts.symbols[check].kind != SymbolKind::goal) return false;
  const NodeRef goal = facts.runbooks[facts.symbols[check].index].goal;
  if (!goal) return true;
  for (NodeId one : tree().all(goal.node, Kind::Ref)) {
    const auto use = facts.uses.find(ref(one));
    if (use != facts.uses.end() && looked_.contains(use->second.symbol)) return true;
  }
  return false;
}

void Checker::collect_mentions(NodeId node, std::vector<CheckMention>& into) {
  const auto use = facts.uses.find(ref(node));
  const Kind kind = tree().kind(node);
  if (use != facts.uses.end() && use->second.as == Use::As::symbol && (kind == Kind::Var || kind == Kind::Apply)) {
    const SymbolKind symbol = facts.symbols[use->second.symbol].kind;
    if (symbol == SymbolKind::check || symbol == SymbolKind::goal) {
      const auto same = [&](const CheckMention& other) { return other.symbol == use->second.symbol && text(other.node.node) == text(node); };
      if (std::none_of(into.begin(), into.end(), same)) into.push_back({use->second.symbol, ref(node)});
      return;
    }
  }
  for (NodeId child : tree().children(node)) collect_mentions(child, into);
}

void Checker::symptom_mentions(NodeId cause) {
  std::vector<CheckMention> mentioned;
  for (NodeId symptom : tree().all(cause, Kind::Symptom)) collect_mentions(symptom, mentioned);
  facts.symptoms[ref(cause)] = std::move(mentioned);
}

}  // namespace rbc::front
