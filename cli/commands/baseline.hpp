// Findings that were there before: they are kept in a file by what they are, not by their line, and do not count.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "grammar/render/report.hpp"

namespace rbc::cli {

class Baseline {
 public:
  // Reads what `write` wrote. Answers one sentence, or ""; a file that is not there is a mistake.
  std::string read(const std::string& path);
  // Takes what stands in it out of what counts, as often as it stands there.
  void take(Report& report);
  // What stood in it and was not found: "W0606 in rb-01.runbook (2)". After `take`.
  std::vector<std::string> stale() const;
  // All findings of the report as the text of a baseline.
  static std::string text(const Report& report);

 private:
  struct Entry {
    std::size_t count = 0, found = 0;
    std::string code, file;
  };
  std::map<std::string, Entry> entries_;   // by fingerprint
};

}  // namespace rbc::cli
