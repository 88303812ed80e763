// How an outline is made: the lines of a block, one method a construct. Private to this folder.
#pragma once
#include <set>

#include "compiler/outline/outline.hpp"
#include "compiler/outline/words.hpp"

namespace rbc::outline {

class Builder {
 public:
  Builder(const Facts& facts, std::uint32_t runbook) : facts_(facts), words_(facts), runbook_(runbook) {}
  Outline build();

 private:
  // ── the whole (build.cpp) ──
  void meta(NodeRef part);
  void input(SymbolId id);
  void ladder(NodeRef node);
  Rung rung(NodeRef node);
  std::string notices(NodeRef parent);
  void goal();
  void environments();
  void declared_elsewhere();
  void add_check(std::uint32_t index, bool in_step);
  void reach(NodeRef under);

  // ── lines (lines.cpp) ──
  std::vector<Line> block(NodeRef parent);               // of the Block child; nothing if there is none
  std::vector<Line> lines(const std::vector<NodeRef>& nodes);
  Line line(NodeRef node);
  void fill(NodeRef node, Line& line);
  void act(NodeRef node, Line& line);                    // Do
  void look(NodeRef node, Line& line);                   // Probe
  void bind(NodeRef node, Line& line);
  void check(NodeRef def, Line& line);
  void silence(NodeRef def, Line& line);
  void rule(NodeRef node, Line& line);
  void judge(NodeRef node, Line& line);
  void when(NodeRef node, Line& line);
  void depending(NodeRef node, Line& line);
  void loop(NodeRef node, Line& line);
  void diagnose(NodeRef node, Line& line);
  Branch cause(NodeRef node);
  void patience(NodeRef node, Line& line);               // poll, watch, wait, require
  // ── people (people.cpp) ──
  void item(NodeRef node, Line& line);
  void question(NodeRef node, Line& line);
  void gate(NodeRef node, Line& line);                   // confirm, approve, caution
  void answered_by(NodeRef node, Line& line);
  void notify(NodeRef node, Line& line);
  void beneath(NodeRef node, Line& line);

  void otherwise(NodeRef node, Line& line);
  void branch(NodeRef node, Kind kind, BranchKind as, Line& line);
  Spoken spoken(NodeRef utterance, Effect& effect);
  std::string limit(NodeRef node) const;                 // " within 5 minutes", or ""
  std::string title(NodeRef node) const { return words_.text(child(node, Kind::Title)); }
  NodeRef child(NodeRef node, Kind kind) const { const NodeId id = tree(node).child(node.node, kind); return id ? NodeRef{node.file, id} : NodeRef{}; }
  NodeRef expression(NodeRef node) const { return {node.file, tree(node).expression(node.node)}; }
  std::vector<NodeRef> children(NodeRef node) const;
  Kind kind(NodeRef node) const { return tree(node).kind(node.node); }
  Word word(NodeRef node) const { return tree(node).word(node.node); }
  std::string name(NodeRef node) const { return std::string(tree(node).name(node.node)); }
  const Tree& tree(NodeRef at) const { return facts_.tree(at); }
  std::uint32_t number(NodeRef at) const { return tree(at).source().line_at(tree(at)[at.node].begin); }

  const Facts& facts_;
  Words words_;
  std::uint32_t runbook_;
  Outline out_;
  std::set<std::uint32_t> checks_, procedures_, messages_;   // reached, by index
  std::vector<std::uint32_t> pending_checks_, pending_procedures_, pending_messages_;
};

// Whether what follows these lines is reached.
bool goes_on(const std::vector<Line>& lines);
Effect graver(Effect a, Effect b);

}  // namespace rbc::outline
