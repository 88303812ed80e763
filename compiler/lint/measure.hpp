// What a PromQL expression measures, apart from how it is scaled and bounded, so that a rule and a check can be held against each other.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace rbc::lint {

struct Measure {
  std::string shape;                 // metrics, functions and matchers in order; sums, groupings and `or vector(0)` aside
  double factor = 1;                 // what it is multiplied by at the outside: `… * 100`
};
std::optional<Measure> measure_of(std::string_view expression);

// `MEASURE > 0.05`: the measure, above or below, and the limit in the measure's own unit (the factor divided out).
struct Bounded {
  Measure measure;
  bool above = true;
  double limit = 0;
};
std::optional<Bounded> bounded_of(std::string_view expression);

}  // namespace rbc::lint
