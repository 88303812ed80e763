#include "compiler/lint/mentions.hpp"

#include <algorithm>

namespace rbc::lint {

bool declares_name(Kind kind) {
  switch (kind) {
    case Kind::Resource: case Kind::Secret: case Kind::Env: case Kind::Message: case Kind::CheckDef: case Kind::Procedure:
    case Kind::Runbook: case Kind::Test: case Kind::Param: case Kind::Input: case Kind::Step: case Kind::Cause: case Kind::Named:
    case Kind::Bind: case Kind::Ask: case Kind::Choose: case Kind::Option: case Kind::ForEach: case Kind::RefsEach: case Kind::Binding:
    case Kind::Arg: case Kind::Label: case Kind::Exports: case Kind::Alert: return true;
    default: return false;
  }
}

Mentions::Mentions(const Tree& tree) : tree_(tree) { walk(tree.root(), places_); }

bool Mentions::in(std::string_view name, Span span) const {
  const auto found = places_.find(name);
  if (found == places_.end()) return false;
  const auto first = std::lower_bound(found->second.begin(), found->second.end(), span.begin);
  return first != found->second.end() && *first < span.end;
}

void Mentions::walk(NodeId node, Places& into) {
  const Kind kind = tree_.kind(node);
  bool skip = declares_name(kind);
  for (NodeId child : tree_.children(node)) {
    const Kind is = tree_.kind(child);
    if (is == Kind::Name && skip) {
      skip = false;
      continue;
    }
    Places& here = is == Kind::Test ? tests_ : is == Kind::Binding || is == Kind::EnvInput ? bindings_ : into;
    if (is == Kind::Name || is == Kind::Var || is == Kind::ItemMark || is == Kind::Field) here[tree_.text(child)].push_back(tree_[child].begin);
    if (kind == Kind::Binding && is == Kind::Raw) words(tree_.text(child), tree_[child].begin);
    walk(child, here);
  }
}

// `via member` and `on web` name a host in the text of a binding.
void Mentions::words(std::string_view text, std::uint32_t begin) {
  const auto part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && part(text[end])) ++end;
    if (end > at) bindings_[text.substr(at, end - at)].push_back(begin + static_cast<std::uint32_t>(at));
    at = end + 1;
  }
}

}  // namespace rbc::lint
