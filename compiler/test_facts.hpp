// What the checker found out about a test, for the emission of it beside its runbook.
#pragma once
#include <cstdint>
#include <vector>

#include "compiler/checked.hpp"

namespace rbc {

struct TestFacts {
  NodeRef test, run;                          // the Test, and its TestRun
  std::uint32_t runbook = 0;                  // index of Facts::runbooks
  std::uint32_t locals = 0;                   // of the items that its expressions keep
  NodeMap<std::vector<NodeRef>> spoken;       // GivenUtterance, GivenRef, GivenUntil, ExpectDid → the utterances that are meant
  NodeMap<SymbolId> named;                    // Ref of a check; GivenRef of a resource or a check; Name of a contact, and of who is spoken to
};

}  // namespace rbc
