// Looks that decide nothing, and changes that nobody looked before.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

const UtteranceFacts* utterance_of(const Desk& desk, std::uint32_t file, NodeId holder) {
  const NodeId node = desk.tree(file).child(holder, Kind::Utterance);
  const auto found = desk.facts.utterances.find({file, node});
  return node && found != desk.facts.utterances.end() ? &found->second : nullptr;
}

// Answers a figure that the rule `red unless .ok` does not look at.
bool answers_figures(const Desk& desk, const UtteranceFacts& said) {
  const Template& spoken = desk.facts.templates[said.tmpl];
  const Resource& resource = desk.facts.resources[spoken.resource];
  return resource.kind == ResourceKind::prometheus;
}

void judged(Desk& desk, NodeRef check) {
  const Tree& tree = desk.tree(check);
  const std::string name(tree.name(check.node));
  if (tree.child(check.node, Kind::Judge)) return;
  for (NodeId line : tree.all(check.node, Kind::Probe)) {
    const UtteranceFacts* said = utterance_of(desk, check.file, line);
    if (!said || desk.answer_is_read({check.file, tree.child(line, Kind::Utterance)})) continue;
    if (!said->ok_rule) {
      desk.warn("W0410", {check.file, line}, fmt::format("Nothing judges this look of `{}`: its rules read another one.", name), "Add a rule under it, or delete it.");
    } else if (answers_figures(desk, *said)) {
      desk.warn("W0411", {check.file, line}, fmt::format("`{}` is green whatever this answers, 0 as well.", name), "Say which value is wrong: `red if .value …`.");
    }
  }
}

// Walks a runbook's lines in order, with what has been looked at so far.
class Order {
 public:
  Order(Desk& desk, const RunbookFacts& runbook) : desk_(desk), runbook_(runbook), file_(runbook.def.file) {}

  void walk() {
    const Tree& tree = desk_.tree(file_);
    for (NodeId step : tree.all(runbook_.def.node, Kind::Step)) visit(step, false);
  }

 private:
  const Tree& tree() const { return desk_.tree(file_); }

  void visit(NodeId node, bool caution) {
    for (NodeId child : tree().children(node)) {
      const Kind kind = tree().kind(child);
      switch (kind) {
        case Kind::Probe: look_utterance(child); break;
        case Kind::CheckUse: case Kind::Require: case Kind::Poll: case Kind::Watch: case Kind::Diagnose: refs(child); break;
        case Kind::CheckDef: look_check({file_, child}); continue;
        case Kind::Confirm: case Kind::Approve: case Kind::Ask: case Kind::Choose: somebody_looked_ = true; break;
        case Kind::Do: act(child, caution); break;
        // Nobody finds these lines at the front: they come after what they take back.
        case Kind::Undo: case Kind::Leaving: continue;
        default: break;
      }
      if (kind == Kind::Caution && tree().child(child, Kind::Voters)) somebody_looked_ = true;
      visit(child, caution || kind == Kind::Caution);
    }
  }

  void refs(NodeId holder) {
    somebody_looked_ = true;
    const NodeId list = tree().child(holder, Kind::Refs);
    for (NodeId one : tree().find(Kind::Ref, list))
      if (const auto use = desk_.facts.uses.find({file_, one}); use != desk_.facts.uses.end()) look_symbol(use->second.symbol);
    if (tree().kind(holder) != Kind::Diagnose) return;
    for (NodeId cause : tree().all(holder, Kind::Cause))
      if (const auto mentioned = desk_.facts.symptoms.find({file_, cause}); mentioned != desk_.facts.symptoms.end())
        for (const CheckMention& one : mentioned->second) look_symbol(one.symbol);
  }

  void look_symbol(SymbolId id) {
    if (id == kNoSymbol || !seen_.insert(id).second) return;
    const Symbol& symbol = desk_.facts.symbol(id);
    if (symbol.kind == SymbolKind::check) {
      look_check(symbol.declared);
    } else if (symbol.kind == SymbolKind::goal && runbook_.goal) {
      for (NodeId one : desk_.tree(runbook_.goal).all(runbook_.goal.node, Kind::Ref))
        if (const auto use = desk_.facts.uses.find({runbook_.goal.file, one}); use != desk_.facts.uses.end()) look_symbol(use->second.symbol);
    }
  }

  void look_check(NodeRef check) {
    somebody_looked_ = true;
    const Tree& of = desk_.tree(check);
    for (NodeId said : of.find(Kind::Utterance, check.node)) looked_at({check.file, said});
    for (NodeId one : of.find(Kind::Ref, check.node))
      if (const auto use = desk_.facts.uses.find({check.file, one}); use != desk_.facts.uses.end()) look_symbol(use->second.symbol);
  }

  void look_utterance(NodeId holder) {
    somebody_looked_ = true;
    looked_at({file_, tree().child(holder, Kind::Utterance)});
  }
  void looked_at(NodeRef said) {
    if (const auto found = desk_.facts.utterances.find(said); found != desk_.facts.utterances.end()) resources_.insert(desk_.facts.templates[found->second.tmpl].resource);
  }

  void act(NodeId node, bool caution) {
    const NodeId said = tree().child(node, Kind::Utterance);
    const auto found = said ? desk_.facts.utterances.find({file_, said}) : desk_.facts.utterances.end();
    if (found == desk_.facts.utterances.end()) {
      if (const NodeId call = tree().child(node, Kind::Call)) procedure(call);
      return;
    }
    const Template& spoken = desk_.facts.templates[found->second.tmpl];
    const std::string& name = desk_.facts.resources[spoken.resource].name;
    if (!somebody_looked_ && !told_) {
      told_ = true;
      desk_.warn("W0412", {file_, node}, fmt::format("{} changes something before it has looked at anything.", runbook_.id), "Begin with a look, such as `check goal`: the alert may have cleared, or may be another matter.");
    } else if (caution && spoken.effect == Effect::destroys && resources_.count(spoken.resource) == 0) {
      desk_.warn("W0413", {file_, node}, fmt::format("No line above has looked at `{}`, and this destroys something there.", name), fmt::format("Look first: what is there, and is it what you expect? `{}> …`.", name));
    }
    resources_.insert(spoken.resource);
  }

  // What a procedure or another runbook looks at counts; what it changes is judged where it is written.
  void procedure(NodeId call) {
    somebody_looked_ = true;
    const auto use = desk_.facts.uses.find({file_, tree().child(call, Kind::Name)});
    if (use == desk_.facts.uses.end() || use->second.symbol == kNoSymbol) return;
    const Symbol& symbol = desk_.facts.symbol(use->second.symbol);
    if (symbol.kind != SymbolKind::procedure) return;
    const Tree& of = desk_.tree(symbol.declared);
    for (NodeId said : of.find(Kind::Utterance, symbol.declared.node)) looked_at({symbol.declared.file, said});
  }

  Desk& desk_;
  const RunbookFacts& runbook_;
  std::uint32_t file_;
  bool somebody_looked_ = false, told_ = false;
  std::set<std::uint32_t> resources_;
  std::set<SymbolId> seen_;
};

// Every check that the lines of a runbook look at, before its end does.
class Seen {
 public:
  Seen(const Desk& desk, const RunbookFacts& runbook) : desk_(desk), runbook_(runbook) {
    const Tree& tree = desk.tree(runbook.def);
    for (NodeId step : tree.all(runbook.def.node, Kind::Step)) {
      for (NodeId check : tree.find(Kind::CheckDef, step))
        if (const auto found = desk.facts.declares.find({runbook.def.file, check}); found != desk.facts.declares.end()) add(found->second);
      for (NodeId one : tree.find(Kind::Ref, step)) add_use({runbook.def.file, one});
      for (NodeId cause : tree.find(Kind::Cause, step))
        if (const auto mentioned = desk.facts.symptoms.find({runbook.def.file, cause}); mentioned != desk.facts.symptoms.end())
          for (const CheckMention& one : mentioned->second) add(one.symbol);
      for (NodeId call : tree.find(Kind::Call, step)) calls_ |= call != 0;
    }
  }
  bool has(SymbolId id) const { return seen_.count(id) != 0; }
  bool calls() const { return calls_; }

 private:
  void add_use(NodeRef at) {
    if (const auto use = desk_.facts.uses.find(at); use != desk_.facts.uses.end()) add(use->second.symbol);
  }
  void add(SymbolId id) {
    if (id == kNoSymbol || !seen_.insert(id).second) return;
    const Symbol& symbol = desk_.facts.symbol(id);
    NodeRef under = symbol.kind == SymbolKind::check ? symbol.declared : symbol.kind == SymbolKind::goal ? runbook_.goal : NodeRef{};
    if (!under) return;
    for (NodeId one : desk_.tree(under).find(Kind::Ref, under.node)) add_use({under.file, one});
  }

  const Desk& desk_;
  const RunbookFacts& runbook_;
  std::set<SymbolId> seen_;
  bool calls_ = false;
};

}  // namespace

void unjudged_looks(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file)
    if (desk.sound(file))
      for (NodeId check : desk.tree(file).find(Kind::CheckDef)) judged(desk, {file, check});
}

void changes_unseen(Desk& desk) {
  for (const RunbookFacts* runbook : desk.runbooks()) Order(desk, *runbook).walk();
}

void goals_unseen(Desk& desk) {
  for (const RunbookFacts* runbook : desk.runbooks()) {
    const Tree& tree = desk.tree(runbook->def);
    if (!runbook->goal || !tree.child(runbook->def.node, Kind::Step)) continue;
    const Seen seen(desk, *runbook);
    if (seen.calls() || seen.has(runbook->goal_symbol)) continue;
    std::string names;
    bool any = false;
    for (NodeId one : tree.find(Kind::Ref, runbook->goal.node)) {
      const auto use = desk.facts.uses.find({runbook->goal.file, one});
      if (use == desk.facts.uses.end() || use->second.symbol == kNoSymbol) return;
      any |= seen.has(use->second.symbol);
      // A person who judges whether it is over is asked once, at the end.
      const NodeRef check = desk.facts.symbols[use->second.symbol].declared;
      if (check.node && desk.tree(check).kind(check.node) == Kind::CheckDef) {
        const auto looks = [&](Kind kind) { return !desk.tree(check).find(kind, check.node).empty(); };
        any |= looks(Kind::Judge) && !looks(Kind::Utterance) && !looks(Kind::CheckUse);
      }
      names += fmt::format("{}`{}`", names.empty() ? "" : ", ", tree.name(one));
    }
    if (any || names.empty()) continue;
    desk.warn("W0414", runbook->goal, fmt::format("No step looks at {}, so {} cannot know before its end whether it has helped.", names, runbook->id),
              "Look after the repair: `poll until goal every 15s for 5m`. And before it: `check goal`.");
  }
}

}  // namespace rbc::lint
