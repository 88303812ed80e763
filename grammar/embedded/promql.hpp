// PromQL: parsed whole, so that a hole can only be a label value, a pattern, a number or a duration.
#pragma once
#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded {

enum class PromResult : uint8_t { scalar, vector, matrix, text };

struct Prom {
  Pieces pieces;
  std::vector<HoleUse> uses;
  PromResult result = PromResult::vector;
};

// A matrix or text result is E0709; W0710 is among the problems when the filtered side of a division may have no series.
Parsed<Prom> parse_promql(std::string_view text, const std::vector<HoleRef>& holes);

}  // namespace rbc::embedded
