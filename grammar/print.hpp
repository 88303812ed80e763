// The one layout of the runbook language (language.md 2.6): a tree as text again, and whether two trees mean the same.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "grammar/ast.hpp"

namespace rbc {

// The file of a tree that was parsed without an error, laid out. Ends in one newline, or is empty. Every comment of the file is
// in it. Takes time linear in the file.
std::string formatted(const Tree& tree);

// Whether two trees say the same. What the formatter may change counts as the same: how a duration or a size is put, the full
// stop of a title or a sentence, blanks at the end of a line, and the order of a look's rules by colour.
bool same_meaning(const Tree& a, const Tree& b);

// The comments of a file as written, in its order.
std::vector<std::string_view> comments(const Tree& tree);

} // namespace rbc
