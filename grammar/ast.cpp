#include "grammar/ast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "grammar/diagnostic.hpp"

namespace rbc {

namespace {

struct WordRow {
  std::string_view text;
  bool reserved;
};
constexpr WordRow kWordRows[] = {
    {"", false},
#define RBC_WORD(id, spelling, reserved) {spelling, reserved},
#define RBC_SIGN(id, spelling) {spelling, false},
#include "grammar/keywords.def"
};

constexpr std::string_view kKindNames[] = {
#define RBC_KIND(id, children) #id,
#include "grammar/kinds.def"
};

const std::unordered_map<std::string_view, Word>& words_by_text() {
  static const auto kWords = [] {
    std::unordered_map<std::string_view, Word> map;
    for (size_t i = 1; i < std::size(kWordRows); ++i) map.emplace(kWordRows[i].text, static_cast<Word>(i));
    return map;
  }();
  return kWords;
}

} // namespace

std::string_view spelling(Word word) { return kWordRows[static_cast<size_t>(word)].text; }

std::optional<Word> word_of(std::string_view spelling) {
  auto found = words_by_text().find(spelling);
  return found == words_by_text().end() ? std::nullopt : std::optional(found->second);
}

bool is_reserved(std::string_view name) {
  if (name.size() < 2 || name.size() > 10 || name[0] < 'a' || name[0] > 'y') return false;
  auto found = words_by_text().find(name);
  return found != words_by_text().end() && kWordRows[static_cast<size_t>(found->second)].reserved;
}

std::string_view name_of(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

bool is_expression(Kind kind) {
  return (kind >= Kind::And && kind <= Kind::Negative) || kind == Kind::Cast || (kind >= Kind::Member && kind <= Kind::Above) ||
         kind == Kind::Group || kind == Kind::List || kind == Kind::Var || kind == Kind::Apply ||
         (kind >= Kind::Text && kind <= Kind::Number) || kind == Kind::Bool || kind == Kind::Colour;
}

bool is_statement(Kind kind) {
  switch (kind) {
  case Kind::Note:
  case Kind::Item:
  case Kind::CheckDef:
  case Kind::CheckUse:
  case Kind::Do:
  case Kind::Caution:
  case Kind::Require:
  case Kind::Poll:
  case Kind::Watch:
  case Kind::Wait:
  case Kind::Show:
  case Kind::When:
  case Kind::Depending:
  case Kind::ForEach:
  case Kind::Retry:
  case Kind::Repeat:
  case Kind::Within:
  case Kind::Diagnose:
  case Kind::Ask:
  case Kind::Choose:
  case Kind::Confirm:
  case Kind::Approve:
  case Kind::Notify:
  case Kind::Escalate:
  case Kind::End:
  case Kind::Fail:
  case Kind::Probe:
  case Kind::Bind: return true;
  default: return false;
  }
}

NodeId Tree::child(NodeId id, Kind kind) const {
  for (NodeId c : children(id))
    if (nodes[c].kind == kind) return c;
  return 0;
}

NodeId Tree::nth(NodeId id, size_t index) const {
  NodeId c = nodes[id].first_child;
  while (c && index--) c = nodes[c].next_sibling;
  return c;
}

NodeId Tree::expression(NodeId id) const {
  for (NodeId c : children(id))
    if (is_expression(nodes[c].kind)) return c;
  return 0;
}

std::vector<NodeId> Tree::all(NodeId id, Kind kind) const {
  std::vector<NodeId> found;
  for (NodeId c : children(id))
    if (nodes[c].kind == kind) found.push_back(c);
  return found;
}

std::vector<NodeId> Tree::find(Kind kind, NodeId under) const {
  std::vector<NodeId> found;
  if (nodes.empty()) return found;
  // What stands under a node is one stretch of the nodes, in file order; but a node that took the one before it as its first child, as
  // `a + b` does, stands behind that child.
  NodeId first = under, last = under ? under : static_cast<NodeId>(nodes.size() - 1);
  for (NodeId c = nodes[under].first_child; c && c < first; c = nodes[c].first_child) first = c;
  if (under)
    for (NodeId c = nodes[under].first_child; c; c = nodes[c].first_child) {
      while (nodes[c].next_sibling) c = nodes[c].next_sibling;
      last = std::max(last, c);
    }
  for (NodeId id = first; id <= last; ++id)
    if (nodes[id].kind == kind && id != under) {
      if (nodes[id].first_child && nodes[id].first_child < id) return walk(kind, under);
      found.push_back(id);
    }
  return found;
}

std::vector<NodeId> Tree::walk(Kind kind, NodeId under) const {
  std::vector<NodeId> found, open;
  for (NodeId at = nodes.empty() ? 0 : nodes[under].first_child; at || !open.empty();) {
    if (!at) {
      at = nodes[open.back()].next_sibling;
      open.pop_back();
      continue;
    }
    if (nodes[at].kind == kind) found.push_back(at);
    open.push_back(at);
    at = nodes[at].first_child;
  }
  return found;
}

bool Tree::flag(NodeId id, Word word) const {
  for (NodeId c : children(id))
    if (nodes[c].kind == Kind::Flag && nodes[c].word == word) return true;
  return false;
}

std::string_view Tree::name(NodeId id) const {
  NodeId c = child(id, Kind::Name);
  return c ? text(c) : std::string_view();
}

std::string Tree::field_name(NodeId field) const {
  std::string_view written = text(field);
  if (written.empty() || written.front() != '"') return std::string(written);
  std::string name;
  for (const TextPiece& piece : pieces(*this, field)) name += piece.hole ? std::string(text(piece.hole)) : piece.text;
  return name;
}

std::string dump(const Tree& tree, NodeId under) {
  std::string out;
  struct Step {
    NodeId node;
    size_t depth;
  };
  std::vector<Step> todo{{under, 0}};
  while (!todo.empty()) {
    auto [id, depth] = todo.back();
    todo.pop_back();
    const Node& node = tree[id];
    out += fmt::format("{:{}}{}", "", depth * 2, name_of(node.kind));
    if (node.word != Word::None) out += fmt::format(" {}", spelling(node.word));
    if (!node.first_child && node.end > node.begin && node.kind != Kind::Raw) {
      std::string_view text = tree.text(id);
      std::string shown = visible_source(text.substr(0, 60));
      for (size_t at = shown.find('\n'); at != std::string::npos; at = shown.find('\n', at)) shown.replace(at, 1, "\\n");
      out += fmt::format(" '{}{}'", shown, text.size() > 60 ? "…" : "");
    }
    out += '\n';
    size_t from = todo.size();
    for (NodeId c : tree.children(id)) todo.push_back({c, depth + 1});
    std::reverse(todo.begin() + static_cast<std::ptrdiff_t>(from), todo.end());
  }
  return out;
}

} // namespace rbc
