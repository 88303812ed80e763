// What the parts of a cause are to its emission and to its bound: both must leave out the same lines.
#pragma once
#include <algorithm>

#include "compiler/checked.hpp"

namespace rbc {

// A check declared in a cause whose symptoms name it: they look at it afresh, so its own line does not look again.
inline bool looked_at_for_symptoms(const Facts& facts, NodeRef cause, NodeRef line) {
  const auto declared = facts.declares.find(line);
  const auto named = facts.symptoms.find(cause);
  if (facts.tree(line).kind(line.node) != Kind::CheckDef || declared == facts.declares.end() || named == facts.symptoms.end()) return false;
  return std::any_of(named->second.begin(), named->second.end(), [&](const CheckMention& one) { return one.symbol == declared->second; });
}

}  // namespace rbc
