// Lines that no run comes to, and what a runbook or a file lacks altogether.
#include <fmt/format.h>

#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

class Unreached {
 public:
  Unreached(Desk& desk, std::uint32_t file) : desk_(desk), tree_(desk.tree(file)), file_(file) {}

  void file() {
    for (NodeId block : tree_.find(Kind::Block)) lines(block);
    for (NodeId runbook : tree_.all(0, Kind::Runbook)) steps(runbook);
  }

 private:
  // The line whose block is left at its end on every path, by `end`, `escalate to`, or (where nothing catches it) `fail`; else 0.
  NodeId ends(NodeId line) const {
    switch (tree_.kind(line)) {
      case Kind::End:
      case Kind::Escalate:
      case Kind::Fail: return line;
      case Kind::When: return all_arms(line, {Kind::ElseWhen}) && tree_.child(line, Kind::Otherwise) ? line : 0;
      case Kind::Depending: return all_arms(line, {}) ? line : 0;
      case Kind::Within:
      case Kind::Caution: {
        const NodeId other = tree_.child(line, Kind::Otherwise);
        return leaves(tree_.child(line, Kind::Block)) && (!other || leaves(tree_.child(other, Kind::Block))) ? line : 0;
      }
      default: return 0;
    }
  }
  bool leaves(NodeId block) const {
    if (!block) return false;
    NodeId last = 0;
    for (NodeId line : tree_.children(block))
      if (tree_.kind(line) != Kind::Note) last = line;
    return last && ends(last) != 0;
  }
  bool all_arms(NodeId line, std::initializer_list<Kind> more) const {
    bool all = tree_.kind(line) == Kind::Depending || leaves(tree_.child(line, Kind::Block));
    for (NodeId arm : tree_.all(line, Kind::Arm)) all = all && leaves(tree_.child(arm, Kind::Block));
    for (Kind kind : more)
      for (NodeId arm : tree_.all(line, kind)) all = all && leaves(tree_.child(arm, Kind::Block));
    if (const NodeId other = tree_.child(line, Kind::Otherwise)) all = all && leaves(tree_.child(other, Kind::Block));
    return all;
  }

  std::string said(NodeId line) const {
    switch (tree_.kind(line)) {
      case Kind::End: return fmt::format("`end {}` ends the run", spelling(tree_.word(line)));
      case Kind::Escalate: return "`escalate to` ends the run";
      case Kind::Fail: return "`fail` leaves the block";
      default: return {};
    }
  }
  std::string why(NodeId line) const {
    const std::string by = said(line), where = desk_.line({file_, line}, file_);
    return by.empty() ? fmt::format("every case on {} has left the block", where) : fmt::format("{} on {}", by, where);
  }

  void lines(NodeId block) {
    NodeId left = 0;
    for (NodeId line : tree_.children(block)) {
      if (tree_.kind(line) == Kind::Note) continue;
      if (left) {
        desk_.warn("W0420", {file_, line}, fmt::format("No run comes here: {}.", why(left)), "Move it up, or put what ends under `when …`.");
        return;
      }
      left = ends(line);
    }
  }

  void steps(NodeId runbook) {
    NodeId over = 0, by = 0;
    for (NodeId step : tree_.all(runbook, Kind::Step)) {
      if (over) {
        desk_.warn("W0420", {file_, tree_.child(step, Kind::Name)}, fmt::format("No run comes to this step: `{}` ends it on {}.", tree_.name(over), desk_.line({file_, by}, file_)), "Put what ends the run under `when …`, or delete what is never done.");
        return;
      }
      const NodeId block = tree_.child(step, Kind::Block);
      for (NodeId line : tree_.children(block))
        if (tree_.kind(line) == Kind::End || tree_.kind(line) == Kind::Escalate) over = step, by = line;
    }
  }

  Desk& desk_;
  const Tree& tree_;
  std::uint32_t file_;
};

}  // namespace

void unreached_lines(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file)
    if (desk.sound(file)) Unreached(desk, file).file();
}

void unfinished(Desk& desk) {
  for (const RunbookFacts* runbook : desk.runbooks()) {
    const Tree& tree = desk.tree(runbook->def);
    const NodeId node = runbook->def.node;
    const NodeRef name{runbook->def.file, tree.child(node, Kind::Name)};
    if (!tree.child(node, Kind::Step)) desk.warn("W0218", name, fmt::format("{} has no step, so it does nothing but look at its goal.", runbook->id), "Write `step NAME: Title`, and beneath it what is to be done.");
    if (!tree.child(node, Kind::Severity)) desk.warn("W0219", name, fmt::format("{} does not say how bad it is.", runbook->id), "Write `severity critical`, `high`, `medium` or `low`.");
  }
  for (std::uint32_t file = 0; file < desk.files(); ++file)
    if (desk.sound(file) && !desk.tree(file).first(0))
      desk.warn("W0221", desk.tree(file).source(), {0, 0}, "This file declares nothing.", "A runbook begins with `runbook NAME: Title`; `rbc init` writes a first one.");
}

}  // namespace rbc::lint
