// Questions that nobody answers headless. One counts only where a headless run can come to it: not in an arm that another answer takes,
// and not below a `confirm` that then fails.
#include <fmt/format.h>
#include <set>

#include "compiler/checker.hpp"

namespace rbc::front {

namespace {

class HeadlessWay {
 public:
  HeadlessWay(const Facts& facts, std::uint32_t file) : facts_(facts), tree_(*facts.trees[file]), file_(file) {}

  // The questions below a node that a headless run never comes to.
  std::set<NodeId> never(NodeId under) {
    walk(under);
    return std::move(never_);
  }

 private:
  void skip(NodeId node) {
    for (Kind kind : {Kind::Ask, Kind::Choose})
      for (NodeId one : tree_.find(kind, node)) never_.insert(one);
    if (tree_.kind(node) == Kind::Ask || tree_.kind(node) == Kind::Choose) never_.insert(node);
  }

  void walk(NodeId node) {
    switch (tree_.kind(node)) {
      case Kind::Block: lines(node); return;
      case Kind::When: when(node); return;
      case Kind::Depending: depending(node); return;
      default:
        for (NodeId inner : tree_.children(node)) walk(inner);
    }
  }

  void lines(NodeId block) {
    bool stopped = false;
    for (NodeId line : tree_.children(block)) {
      if (stopped) {
        skip(line);
        continue;
      }
      walk(line);
      // Its `otherwise` leaves (E0212), so what is below it is only for who said yes.
      if (tree_.kind(line) == Kind::Confirm) {
        const NodeId preset = tree_.child(line, Kind::Default);
        stopped = !preset || tree_.text(tree_.expression(preset)) == "no";
      }
    }
  }

  void when(NodeId node) {
    std::optional<bool> taken = truth(tree_.expression(node));
    const NodeId body = tree_.child(node, Kind::Block);
    taken == false ? skip(body) : walk(body);
    bool done = taken == true;
    for (NodeId other : tree_.all(node, Kind::ElseWhen)) {
      const auto holds = truth(tree_.expression(other));
      done || holds == false ? skip(other) : walk(other);
      done |= holds == true;
    }
    if (const NodeId other = tree_.child(node, Kind::Otherwise)) done ? skip(other) : walk(other);
  }

  void depending(NodeId node) {
    const std::string answer = preset_of(tree_.expression(node));
    NodeId rest = 0;
    bool found = false;
    for (NodeId arm : tree_.all(node, Kind::Arm)) {
      if (tree_.word(arm) == Word::Anything) {
        rest = arm;
        continue;
      }
      bool here = answer.empty();
      for (NodeId one : tree_.children(arm)) here |= tree_.kind(one) != Kind::Block && tree_.text(one) == answer;
      found |= here;
      here ? walk(arm) : skip(arm);
    }
    if (rest) !answer.empty() && found ? skip(rest) : walk(rest);
  }

  // What holds headless, as far as the answers on the lines say it.
  std::optional<bool> truth(NodeId node) const {
    switch (tree_.kind(node)) {
      case Kind::Group: return truth(tree_.expression(node));
      case Kind::Not:
        if (const auto inner = truth(tree_.expression(node))) return !*inner;
        return {};
      case Kind::And: {
        bool all = true;
        for (NodeId side : tree_.children(node)) {
          const auto one = truth(side);
          if (one == false) return false;
          all &= one == true;
        }
        return all ? std::optional(true) : std::nullopt;
      }
      case Kind::Compare: {
        if (tree_.word(node) != Word::Is) return {};
        std::vector<NodeId> sides;
        for (NodeId child : tree_.children(node))
          if (tree_.kind(child) != Kind::Flag) sides.push_back(child);
        if (sides.size() != 2) return {};
        const std::string answer = preset_of(sides[0]);
        if (answer.empty() || !constant(sides[1])) return {};
        return (answer == tree_.text(sides[1])) != tree_.flag(node, Word::Not);
      }
      default: {
        const std::string answer = preset_of(node);
        if (answer == "yes") return true;
        if (answer == "no") return false;
        return {};
      }
    }
  }

  bool constant(NodeId node) const {
    if (tree_.kind(node) == Kind::Bool || tree_.kind(node) == Kind::Text) return true;
    const auto use = facts_.uses.find({file_, node});
    return use != facts_.uses.end() && use->second.as == Use::As::option;
  }

  // The answer on the line of the question that a name comes from; empty if it is none, or no constant.
  std::string preset_of(NodeId node) const {
    const auto use = facts_.uses.find({file_, node});
    if (use == facts_.uses.end() || use->second.as != Use::As::symbol) return {};
    const NodeRef asked = facts_.symbols[use->second.symbol].declared;
    if (asked.file != file_ || !asked.node) return {};
    if (tree_.kind(asked.node) == Kind::Choose) {
      const NodeId preset = tree_.child(asked.node, Kind::ChooseDefault);
      return preset ? std::string(tree_.name(preset)) : std::string();
    }
    if (tree_.kind(asked.node) != Kind::Ask) return {};
    const NodeId preset = tree_.child(asked.node, Kind::Default);
    if (!preset || !constant(tree_.expression(preset))) return {};
    return std::string(tree_.text(tree_.expression(preset)));
  }

  const Facts& facts_;
  const Tree& tree_;
  std::uint32_t file_;
  std::set<NodeId> never_;
};

}  // namespace

void Checker::check_questions() {
  if (questions_.empty()) return;
  std::set<NodeId> never;
  if (runbook_ < facts.runbooks.size()) never = HeadlessWay(facts, file_).never(facts.runbooks[runbook_].def.node);
  for (SymbolId id : questions_) {
    const auto reader = read_.find(id);
    if (reader == read_.end()) continue;
    const Symbol& symbol = facts.symbols[id];
    if (symbol.type.is_optional() || never.contains(symbol.declared.node)) continue;
    const NodeId name = tree().child(symbol.declared.node, Kind::Name);
    const bool chosen = tree().kind(symbol.declared.node) == Kind::Choose;
    std::string example = "…";
    if (chosen && !symbol.type->options.empty()) example = symbol.type->options.front();
    error("E0601", name, fmt::format("Headless, nobody answers `{}`, and {} reads it.", symbol.name, where(reader->second)),
          fmt::format("Give it an answer: `{} {} = {}: …`.", chosen ? "choose" : "ask", symbol.name, example));
  }
}

}  // namespace rbc::front
