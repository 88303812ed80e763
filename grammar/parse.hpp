// Text in, tree out: the parser of the runbook language.
#pragma once
#include "grammar/ast.hpp"
#include "grammar/diagnostic.hpp"
#include "grammar/source.hpp"

namespace rbc {

inline constexpr uint32_t kMaxNestingLevels = 200;        // of blocks and expressions (E0117)
inline constexpr uint32_t kMaxUtteranceBytes = 64 * 1024; // E0117

// Never fails and never throws on user text: what is broken is reported to the sink and stands in the tree as Error nodes.
// At most one syntax error a line. The tree refers to the source.
Tree parse(const Source& source, Sink& sink);

} // namespace rbc
