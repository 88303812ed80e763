// How long each runbook can take, as a part of what `rbc check` prints.
#pragma once
#include <string>
#include <vector>

#include "compiler/compile.hpp"
#include "grammar/render/report.hpp"

namespace rbc::cli {

struct RunbookTimes {
  std::string id, path;
  Bounds bounds;                         // microseconds
  std::vector<std::uint32_t> lines;      // of the bounds' path, each line's own, from 1; 0: no line of the author's
  std::vector<std::string> files;        // likewise
};

// Of every runbook of these files that compiles.
std::vector<RunbookTimes> times_of(Sources& sources, const Index& index, const std::vector<std::string>& files, const Settings& settings);
// Adds them to a report: as lines for people, as `"times":[…]` to the object of the JSON form.
void add_times(std::string& report, Format format, const std::vector<RunbookTimes>& times);

}  // namespace rbc::cli
