// A runbook's outline: its parts, and what it uses of what is declared elsewhere.
#include "compiler/outline/build.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "vm/model/value.hpp"

namespace rbc::outline {

std::string_view spell(LineKind kind) {
  switch (kind) {
    case LineKind::note: return "note";
    case LineKind::item: return "item";
    case LineKind::look: return "look";
    case LineKind::check: return "check";
    case LineKind::checks: return "checks";
    case LineKind::show: return "show";
    case LineKind::value: return "value";
    case LineKind::act: return "do";
    case LineKind::call: return "call";
    case LineKind::notify: return "notify";
    case LineKind::caution: return "caution";
    case LineKind::require: return "require";
    case LineKind::poll: return "poll";
    case LineKind::watch: return "watch";
    case LineKind::wait: return "wait";
    case LineKind::when: return "when";
    case LineKind::depending: return "depending";
    case LineKind::each: return "for each";
    case LineKind::retry: return "retry";
    case LineKind::repeat: return "repeat";
    case LineKind::within: return "within";
    case LineKind::diagnose: return "diagnose";
    case LineKind::ask: return "ask";
    case LineKind::choose: return "choose";
    case LineKind::confirm: return "confirm";
    case LineKind::approve: return "approve";
    case LineKind::judge: return "judge";
    case LineKind::escalate: return "escalate";
    case LineKind::end: return "end";
    case LineKind::fail: return "fail";
  }
  return "";
}

std::string_view spell(BranchKind kind) {
  switch (kind) {
    case BranchKind::yes: return "yes";
    case BranchKind::no: return "no";
    case BranchKind::arm: return "arm";
    case BranchKind::cause: return "cause";
    case BranchKind::fails: return "otherwise";
    case BranchKind::body: return "body";
    case BranchKind::leaving: return "before leaving";
    case BranchKind::undo: return "undo";
  }
  return "";
}

void Builder::meta(NodeRef part) {
  switch (kind(part)) {
    case Kind::Note: out_.notes.push_back(words_.text(part)); break;
    case Kind::Alert: {
      const std::string called(tree(part).text(tree(part).first(part.node)));
      std::string alert = fmt::format("{} ({}", called, spelling(word(part)));
      for (NodeId label : tree(part).all(part.node, Kind::Label)) alert += fmt::format(", {} is {}", tree(part).name(label), words_.text({part.file, tree(part).child(label, Kind::Text)}));
      out_.alerts.push_back(alert + ")");
      out_.alert_names.push_back(called);
      break;
    }
    case Kind::Escalation: ladder(part); break;
    case Kind::Afterwards: out_.afterwards = block(part); break;
    case Kind::Step: {
      Step step;
      step.name = name(part), step.title = title(part).empty() ? step.name : title(part);
      step.number = number(part);
      step.lines = block(part);
      step.goes_on = goes_on(step.lines);
      if (const NodeRef handler = child(part, Kind::Otherwise)) {
        step.handled = true;
        for (NodeRef note : children(handler))
          if (kind(note) == Kind::Note) step.otherwise.push_back(line(note));
        for (Line& each : block(handler)) step.otherwise.push_back(std::move(each));
        step.otherwise_goes_on = goes_on(step.otherwise);
      }
      out_.steps.push_back(std::move(step));
      break;
    }
    default: break;
  }
}

void Builder::input(SymbolId id) {
  const Symbol& symbol = facts_.symbol(id);
  const NodeRef node = symbol.declared;
  Input made;
  made.name = symbol.name;
  made.of = symbol.type;
  made.type = rbc::spell(symbol.type);
  made.title = title(node);
  const NodeRef preset = child(node, Kind::Default);
  if (preset) made.preset = tree(preset).text(tree(preset).expression(preset.node));
  made.required = !preset && !symbol.type.is_optional();
  if (const NodeRef most = child(node, Kind::AtMost))
    if (const auto length = duration_of(tree(most).text(tree(most).first(most.node)))) made.cap = length->count() * 1000;
  out_.inputs.push_back(std::move(made));
}

std::string Builder::notices(NodeRef parent) {
  std::vector<std::string> all;
  for (NodeId id : tree(parent).all(parent.node, Kind::Notify)) {
    Line line;
    notify({parent.file, id}, line);
    line.words[0] = static_cast<char>(line.words[0] - 'A' + 'a');
    all.push_back(line.words);
  }
  return listed(all);
}

Rung Builder::rung(NodeRef node) {
  Rung made;
  const NodeRef trigger = child(node, Kind::Trigger);
  const NodeRef first{trigger.file, tree(trigger).first(trigger.node)};
  if (word(trigger) == Word::When) {
    made.when = "as soon as " + words_.condition(expression(trigger));
  } else {
    made.when = fmt::format("{} {}", spelling(word(trigger)), words_.length(first));
    if (const auto length = facts_.lengths.find(first); length != facts_.lengths.end() && word(trigger) == Word::After) made.at = length->second.usual;
    if (const NodeRef holds = child(trigger, Kind::While)) made.when += " while " + words_.condition(expression(holds));
  }
  for (NodeId id : tree(node).all(node.node, Kind::Notify)) made.pages = made.pages || tree(node).word(id) == Word::Page;
  made.does = notices(node);
  return made;
}

void Builder::ladder(NodeRef node) {
  Ladder made;
  std::vector<std::string> ends;
  for (NodeRef part : children(node)) {
    if (kind(part) == Kind::Until) ends.emplace_back(spelling(word(part)));
    if (kind(part) == Kind::Note) made.notes.push_back(words_.text(part));
    if (kind(part) == Kind::Rung) made.rungs.push_back(rung(part));
  }
  made.until = listed(ends, "or");
  out_.ladders.push_back(std::move(made));
}

void Builder::goal() {
  const RunbookFacts& facts = facts_.runbooks[runbook_];
  std::string each;
  for (NodeRef part : children(facts.goal)) {
    if (kind(part) == Kind::Ref) out_.goal.push_back(words_.check(part));
    if (kind(part) == Kind::RefsEach) each = fmt::format(", for each {} of {}", code(name(part)), words_.value(expression(part)));
  }
  if (!each.empty() && !out_.goal.empty()) out_.goal.back() += each;
}

// What the nodes under `under` name of checks, procedures and messages; each is shown once.
void Builder::reach(NodeRef under) {
  const Tree& t = tree(under);
  const auto visit = [&](NodeId id) {
    const auto found = facts_.uses.find({under.file, id});
    if (found == facts_.uses.end() || found->second.symbol == kNoSymbol) return;
    const Symbol& meant = facts_.symbol(found->second.symbol);
    if (meant.kind == SymbolKind::check && checks_.insert(meant.index).second) pending_checks_.push_back(meant.index);
    if (meant.kind == SymbolKind::procedure && procedures_.insert(meant.index).second) pending_procedures_.push_back(meant.index);
    if (meant.kind == SymbolKind::message && messages_.insert(meant.index).second) pending_messages_.push_back(meant.index);
  };
  for (NodeId id : t.find(Kind::Name, under.node)) visit(id);
  for (NodeId id : t.find(Kind::Var, under.node)) visit(id);
}

void Builder::add_check(std::uint32_t index, bool in_step) {
  const CheckFacts& facts = facts_.checks[index];
  Check made;
  made.name = facts_.symbol(facts.symbol).name;
  made.line.number = number(facts.def);
  check(facts.def, made.line);
  made.title = made.line.words;
  made.in_step = in_step;
  out_.checks.push_back(std::move(made));
}

void Builder::declared_elsewhere() {
  const RunbookFacts& facts = facts_.runbooks[runbook_];
  for (std::uint32_t i = 0; i < facts_.checks.size(); ++i) {
    const NodeRef def = facts_.checks[i].def;
    const Node& outer = tree(facts.def)[facts.def.node];
    if (def.file != facts.def.file || tree(def)[def.node].begin < outer.begin || tree(def)[def.node].end > outer.end) continue;
    checks_.insert(i);
    const auto top = children(facts.def);
    add_check(i, std::find(top.begin(), top.end(), def) == top.end());
  }
  reach(facts.def);
  while (!pending_checks_.empty() || !pending_procedures_.empty() || !pending_messages_.empty()) {
    const auto checks = std::exchange(pending_checks_, {});
    const auto procedures = std::exchange(pending_procedures_, {});
    const auto messages = std::exchange(pending_messages_, {});
    for (std::uint32_t i : checks) add_check(i, false), reach(facts_.checks[i].def);
    for (std::uint32_t i : procedures) {
      const NodeRef def = facts_.procedures[i].def;
      Procedure made;
      made.name = name(def), made.title = title(def).empty() ? made.name : title(def);
      for (SymbolId parameter : facts_.procedures[i].parameters) made.parameters.push_back(facts_.symbol(parameter).name);
      made.lines = block(def);
      made.effect = Effect::changes;
      if (const auto destroys = facts_.destroys.find(def); destroys != facts_.destroys.end() && destroys->second) made.effect = Effect::destroys;
      out_.procedures.push_back(std::move(made));
      reach(def);
    }
    for (std::uint32_t i : messages) {
      const NodeRef def = facts_.messages[i].def;
      out_.messages.push_back({name(def), title(def), capture(tree(def), def.node).text});
      reach(def);
    }
  }
  std::set<std::string> wanted;
  for (NodeRef part : children(facts.goal))
    if (kind(part) == Kind::Ref) wanted.insert(name(part));
  for (Check& each : out_.checks) each.in_goal = wanted.count(each.name) != 0;
}

void Builder::environments() {
  const RunbookFacts& facts = facts_.runbooks[runbook_];
  for (std::size_t i = 0; i < facts.environments.size(); ++i) {
    const rbc::Environment& given = facts.environments[i];
    Environment made{given.name, given.title, given.guarded, {}};
    for (std::size_t j = 0; j < given.inputs.size() && i < facts.environment_inputs.size() && j < facts.environment_inputs[i].size(); ++j) {
      const NodeRef value = facts.environment_inputs[i][j];
      made.inputs.push_back({given.inputs[j].input, std::string(tree(value).text(value.node))});
    }
    out_.environments.push_back(std::move(made));
  }
}

Outline Builder::build() {
  const RunbookFacts& facts = facts_.runbooks[runbook_];
  out_.id = facts.id;
  out_.title = facts.title;
  out_.severity = facts.severity;
  out_.path = tree(facts.def).source().path();
  out_.about = facts.about;
  out_.acknowledge_target = facts.acknowledge_target;
  out_.resolve_target = facts.resolve_target;
  out_.budget = facts.budget;
  for (SymbolId id : facts.inputs) input(id);
  for (NodeRef part : children(facts.def)) meta(part);
  goal();
  declared_elsewhere();
  environments();
  return std::move(out_);
}

Outline outline_of(const Facts& facts, std::uint32_t runbook) { return Builder(facts, runbook).build(); }

}  // namespace rbc::outline
