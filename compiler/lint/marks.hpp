// Marks of other tools' templates in what people read or a resource is told, `{{ host }}`: nothing fills them in.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "grammar/ast.hpp"

namespace rbc::lint {

struct Mark {
  Span span;
  std::string inside;   // the name or the words in it
  bool sure = false;    // nothing else can be meant; else only if a name of the file stands in it
};
std::vector<Mark> marks_of(const Tree& tree);

}  // namespace rbc::lint
