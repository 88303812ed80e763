// What a test can name of the run that it tests.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/checker.hpp"
#include "compiler/test_facts.hpp"

namespace rbc::front {

struct Checker::Testing {
  const RunbookFacts* runbook = nullptr;
  std::set<NodeRef, NodeRefLess> bodies;                    // the runbook, and what it calls and looks at
  std::map<std::string, std::vector<SymbolId>> names;       // inputs, values and checks, in whichever block they are
  std::vector<std::string> steps, causes;
  std::vector<NodeRef> utterances;
  std::set<std::string> paged, told;                        // contacts and channels
  bool headless = false;
  TestFacts* found = nullptr;                               // what emission needs to know
};

}  // namespace rbc::front
