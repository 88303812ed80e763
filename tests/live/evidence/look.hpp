// One line of a runbook through the whole compiler: what a run would say as a look, or why it is none.
#pragma once
#include <optional>
#include <string>

#include "vm/bytecode/program.hpp"

namespace rbc::live {

struct Judged {
  std::optional<Template> look;    // of resource 0
  std::string why;                 // without a look: the first error, `E0401 …`
};

// `line` is what stands after the prompt of the one resource; a `<` in it is a `<`, never a hole.
Judged judge_line(const std::string& kind, char form, const std::string& line);

}  // namespace rbc::live
