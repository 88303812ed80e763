// What ShellCheck, when it is installed, says of the shell lines of a project: one process for all of them, bounded in time and memory.
#pragma once
#include <string>
#include <vector>

#include "grammar/diagnostic.hpp"
#include "grammar/source.hpp"

namespace rbc::cli {

struct ShellFindings {
  std::vector<Diagnostic> diagnostics;  // warnings under ShellCheck's own numbers, at the character; they point into `sources`
  bool ran = false;                     // false: there is no ShellCheck, no shell line, or it did not end in time
  std::string problem;                  // one sentence when it was ended; empty otherwise
};
ShellFindings shellcheck(Sources& sources, const std::vector<std::string>& files);

}  // namespace rbc::cli
