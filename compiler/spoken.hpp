// An utterance while its template is being made.
#pragma once
#include <set>

#include "compiler/checker.hpp"

namespace rbc::front {

struct Checker::Spoken {
  NodeId node = 0;
  std::uint32_t begin = 0;                 // in the file: where a `do` would be written
  NodeId probe = 0;                        // the line that it stands alone on, in a step
  bool acts = false, repeatable = false;   // behind `do`, `do repeatable`
  char form = '>';
  SymbolId symbol = kNoSymbol;
  std::uint32_t resource = 0;
  ResourceKind kind = ResourceKind::http;
  Captured captured;
  std::vector<embedded::HoleRef> refs;     // by hole; their index is the hole's number in the template
  std::vector<HoleFacts> holes;
  Template said;
  effects::Effect effect;
  std::set<std::uint32_t> outside_words;   // holes that are no argument of a command: assigned, or where output goes
  bool ok = true;
  bool open_row = false;                   // one row with columns that nobody listed
};

}  // namespace rbc::front
