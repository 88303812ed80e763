// `rbc check --fix`: the fixes that diagnostics carry, applied until there is none left, and only where they leave no new mistake.
#pragma once
#include <string>
#include <vector>

#include "compiler/compile.hpp"

namespace rbc::cli {

struct Fixed {
  struct Done {
    std::string place, code, title;   // place as it was before
    bool safe = true;
  };
  std::vector<Done> done;
  std::vector<std::string> changed;   // paths of the files that are different now, in order
};

// Works on `sources`, which afterwards hold the mended texts; writes nothing. `all`: also what a person should review.
Fixed fix_all(OverlaySources& sources, const std::vector<std::string>& files, const Settings& settings, bool all);

}  // namespace rbc::cli
