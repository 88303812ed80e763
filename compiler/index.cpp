// What a project holds, by parsing alone.
#include <algorithm>

#include "compiler/compile.hpp"
#include "compiler/index.hpp"
#include "grammar/parse.hpp"

namespace rbc {

AlertInfo alert_of(const Tree& tree, NodeId node) {
  AlertInfo info;
  info.name = tree.name(node);
  info.severity = spelling(tree.word(node));
  for (NodeId label : tree.all(node, Kind::Label)) {
    std::string value;
    for (const TextPiece& piece : pieces(tree, tree.child(label, Kind::Text))) value += piece.text;
    info.labels.emplace_back(tree.name(label), std::move(value));
  }
  return info;
}

void add_to_index(Index& index, const Tree& tree) {
  const std::string& path = tree.source().path();
  const auto check = [&](NodeId node, const std::string& runbook) {
    if (const auto name = tree.name(node); !name.empty()) index.checks.push_back({std::string(name), runbook, path});
  };
  for (NodeId node : tree.children(tree.root())) {
    switch (tree.kind(node)) {
      case Kind::Env: index.environments.emplace_back(tree.name(node)); break;
      case Kind::CheckDef: check(node, ""); break;
      case Kind::Runbook: {
        if (tree.name(node).empty()) break;
        RunbookEntry entry;
        entry.id = tree.name(node);
        entry.path = path;
        entry.line = tree.source().line_at(tree[node].begin);
        if (const NodeId title = tree.child(node, Kind::Title)) entry.title = tree.text(title);
        if (const NodeId severity = tree.child(node, Kind::Severity)) entry.severity = spelling(tree.word(severity));
        for (NodeId alert : tree.all(node, Kind::Alert)) entry.alerts.push_back(alert_of(tree, alert));
        for (NodeId one : tree.find(Kind::CheckDef, node)) check(one, entry.id);
        index.runbooks.push_back(std::move(entry));
        break;
      }
      default: break;
    }
  }
}

void finish_index(Index& index) {
  auto& names = index.environments;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

Index index_project(Sources& sources, const std::vector<std::string>& paths) {
  Index index;
  for (const std::string& path : paths) {
    const Source* source = sources.load(path);
    if (!source) continue;
    Sink sink(1);
    add_to_index(index, parse(*source, sink));
  }
  finish_index(index);
  return index;
}

}  // namespace rbc
