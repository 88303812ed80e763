// What a project holds, read off trees that are parsed anyway.
#pragma once
#include "compiler/compile.hpp"
#include "grammar/ast.hpp"

namespace rbc {

void add_to_index(Index& index, const Tree& tree);
void finish_index(Index& index);                  // after the last tree: the environments, each once

}  // namespace rbc
