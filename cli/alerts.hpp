// Rule files of a metrics server: Prometheus' own, and the manifests that operators take (`spec.groups`). Anchors are followed, never
// copied, so a file cannot grow in memory beyond its own size.
#pragma once
#include <string>
#include <vector>

#include "compiler/lint/alert_rules.hpp"
#include "grammar/diagnostic.hpp"

namespace rbc::cli {

// Adds the alerting rules of a file. What cannot be read is one E0926 at its place, and what stands beside it is read all the same
// where that is possible.
void read_alert_rules(const Source& source, std::vector<AlertRule>& rules, std::vector<Diagnostic>& problems);

}  // namespace rbc::cli
