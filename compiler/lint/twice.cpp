// The same check written twice, and alerts that two runbooks claim at once.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

// The lines of a check without its name, title, notes and layout; empty where there is too little to compare.
std::string check_lines(const Tree& tree, NodeId check) {
  std::string out;
  bool parameters = false;
  for (NodeId line : tree.children(check)) {
    const Kind kind = tree.kind(line);
    parameters |= kind == Kind::Param;
    if (kind == Kind::Name || kind == Kind::Title || kind == Kind::Note) continue;
    bool blank = false;
    for (char c : tree.text(line)) {
      if (c == ' ' || c == '\n' || c == '\r') { blank = true; continue; }
      if (blank && !out.empty()) out += ' ';
      blank = false;
      out += c;
    }
    out += '\n';
  }
  return parameters ? std::string() : out;
}

using Labels = std::vector<std::pair<std::string, std::string>>;

// Some alert carries both sets of labels, and neither set holds the other: then neither is the narrower claim.
bool overlap(const Labels& a, const Labels& b) {
  std::size_t common = 0;
  for (const auto& [name, value] : a)
    for (const auto& [other, wanted] : b) {
      if (name != other) continue;
      if (value != wanted) return false;
      ++common;
    }
  return common < a.size() && common < b.size();
}

}  // namespace

void said_twice(Desk& desk) {
  // By runbook, and apart from it those of a file's top: a name means the same only there.
  std::map<std::pair<std::uint32_t, std::string>, NodeRef> seen;
  for (const CheckFacts& check : desk.facts.checks) {
    if (!desk.sound(check.def.file)) continue;
    const Tree& tree = desk.tree(check.def);
    const std::string lines = check_lines(tree, check.def.node);
    if (lines.empty()) continue;
    const auto [first, fresh] = seen.emplace(std::pair(check.runbook, (check.runbook == 0xffffffff ? std::to_string(check.def.file) + "\n" : std::string()) + lines), check.def);
    if (fresh) continue;
    const Tree& other = desk.tree(first->second);
    desk.warn("W0912", {check.def.file, tree.child(check.def.node, Kind::Name)}, fmt::format("`{}` looks at the same as `{}` ({}).", tree.name(check.def.node), other.name(first->second.node), desk.line(first->second, check.def.file)), fmt::format("Write `check {}` here: one look, one verdict.", other.name(first->second.node)));
  }
  struct Claim { const RunbookFacts* runbook; const AlertInfo* alert; NodeRef at; };
  std::map<std::string, std::vector<Claim>> claims;
  for (const RunbookFacts* runbook : desk.runbooks()) {
    const auto nodes = desk.tree(runbook->def).all(runbook->def.node, Kind::Alert);
    for (std::size_t i = 0; i < nodes.size() && i < runbook->alerts.size(); ++i) {
      const Claim claim{runbook, &runbook->alerts[i], {runbook->def.file, nodes[i]}};
      auto& others = claims[claim.alert->name];
      for (const Claim& other : others)
        if (other.runbook != runbook && overlap(other.alert->labels, claim.alert->labels)) {
          desk.warn("W0913", claim.at, fmt::format("An alert `{}` with the labels of both would belong to {} and to {} ({}).", claim.alert->name, runbook->id, other.runbook->id, desk.line(other.at, claim.at.file)), "Tell them apart by the value of one label.");
          break;
        }
      others.push_back(claim);
    }
  }
}

}  // namespace rbc::lint
