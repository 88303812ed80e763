// Runbooks as the text of a file, of which every line knows what it was made from.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/runbooks.hpp"

namespace rbc::import {

struct Placed {
  std::string text;
  Node* node = nullptr;      // null: it stands in no line of the document
};

// `document` is cut into lines: what no line made of it holds is put above as a comment.
std::vector<Placed> assemble(Runbooks& runbooks, const Commands& commands, std::string_view document);

}  // namespace rbc::import
