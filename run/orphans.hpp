// What a change began on this machine and outlived the process that ran it: found by its process group, and ended before anything goes on.
#pragma once
#include <string>
#include <vector>

#include "run/replay.hpp"

namespace rbc {

// The environment variable, set by the world to Said::key, by which everything a change begins can be told from others.
inline constexpr const char* kChangeMark = "RBC_CHANGE";

// Ends (TERM, five seconds, KILL) what the changes in flight at the end of this journal began. Blocks while something still runs.
struct OrphansEnded {
  std::vector<std::string> remarks;     // one sentence for each that was still running
  std::string problem;                  // something runs on and cannot be ended
};
OrphansEnded end_orphans(const std::string& run, const Replayed& replayed);

}  // namespace rbc
