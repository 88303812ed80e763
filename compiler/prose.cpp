// Holes, and the words that they stand in.
#include <fmt/format.h>

#include "compiler/checker.hpp"

namespace rbc::front {

HoleFacts Checker::hole(NodeId node) {
  HoleFacts found;
  found.optional = tree().word(node) == Word::Question;
  const NodeId first = tree().child(node, Kind::Name);
  const auto path = hole_path(tree(), node);
  if (!first || path.empty()) return found;
  std::size_t next = 1;
  std::string narrowing;
  const auto finish = [&]() -> HoleFacts& {
    facts.holes[ref(node)] = found;
    return facts.holes[ref(node)];
  };
  if (path[0] == "run" || path[0] == "failure") {
    found.use.as = path[0] == "run" ? Use::As::run : Use::As::failure;
    if (path[0] == "failure" && !at_.handler) {
      error("E0201", first, "There is no `failure` here.", "It stands in the `otherwise` of a line that failed.");
      return finish();
    }
    bool step = false;
    if (path.size() > 1 && path[0] == "run" && path[1] == "step") {
      step = true;
      ++next;
    }
    if (path.size() <= next) {
      error("E0201", node, fmt::format("`{}` has parts, and is no value of its own.", path[0]), path[0] == "run" ? "Say `<run.id>`, `<run.title>` …" : "Say `<failure.reason>`.");
      return finish();
    }
    const auto part = predeclared(found.use.as, step, path[next], tree().span(node));
    if (!part) return finish();
    found.path.push_back(*part);
    found.type = part->type;
    ++next;
  } else {
    const SymbolId id = find(at_.scope, path[0]);
    if (id == kNoSymbol) {
      unknown(tree().span(first), path[0], true);
      return finish();
    }
    read(id, first);
    found.type = use_symbol(id, first, found.use);
    facts.uses[ref(first)] = found.use;
    found.base_optional = found.type.is_optional();
    narrowing = fmt::format("{}", id);
    if (const auto said = said_.find(id); said != said_.end() && path.size() > 1) reads_part(said->second, path[1]);
  }
  for (; next < path.size(); ++next) {
    const auto part = access(found.type, path[next], tree().span(node), 0, path[next - 1], false);
    if (!part) {
      found.type = Type();
      return finish();
    }
    const bool lifted = found.type.is_optional();
    found.path.push_back(*part);
    found.type = lifted ? part->type.optional() : part->type;
    narrowing += "." + path[next];
    if (found.type.is_optional() && is_narrowed(narrowing)) found.type = found.type.present();
  }
  return finish();
}

void Checker::prose(NodeId node) {
  if (!node) return;
  for (NodeId one : tree().find(Kind::Hole, node)) {
    if (facts.holes.contains(ref(one))) continue;
    const HoleFacts found = hole(one);
    if (holds_secret(found.type))
      error("E0502", one, fmt::format("`{}` is a secret and cannot be said aloud.", fmt::join(hole_path(tree(), one), ".")),
            "Say in words what it is; its value reaches nobody.");
  }
}

void Checker::prose_child(NodeId node, Kind kind) {
  for (NodeId child : tree().all(node, kind)) prose(child);
}

}  // namespace rbc::front
