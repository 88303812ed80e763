// `rbc check --live`: every SQL statement of a project, prepared by the server that it is meant for. Nothing is executed.
#pragma once
#include <string>
#include <vector>

#include "cli/project.hpp"

namespace rbc::cli {

struct LiveFindings {
  std::vector<Diagnostic> diagnostics;   // into `sources`
  std::vector<std::string> notes;        // a sentence each: what was not asked
  std::size_t statements = 0;            // that a server was asked about
  std::string problem;                   // one sentence; then there are no findings
  int code = 0;                          // to end with, if there is a problem
};

LiveFindings live_check(Sources& sources, const std::vector<std::string>& files, const Project& project, const std::string& environment);

}  // namespace rbc::cli
