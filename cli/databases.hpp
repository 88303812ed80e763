// Where the databases of a project are in an environment, for commands that speak to them outside of any run.
#pragma once
#include <string>
#include <vector>

#include "cli/project.hpp"

namespace rbc::cli {

struct BoundDatabase {
  std::string resource, address, shown;   // the address with secrets in place, and with their names instead
};

struct Databases {
  std::string environment;
  std::vector<BoundDatabase> all;         // ordered by resource
  std::vector<std::string> left_out;      // a sentence each: bound, but not to be spoken to from here
  bool broken = false;                    // one of those should be, but its address cannot be read
  std::string problem;                    // one sentence; then there is none of them
};

// `asked`: the environment, or empty for the only one. `wanted`: resources by name; empty: all of PostgreSQL that are bound. The snapshots of
// the project do not count here: they may be what is wrong.
Databases find_databases(Sources& sources, const Project& project, const std::string& asked, const std::vector<std::string>& wanted);

}  // namespace rbc::cli
