// Fixes of mistakes in the form of a line that are made from its text alone.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "grammar/diagnostic.hpp"

namespace rbc::parsing {

// `a and b or c`, with the second operator at `second`: parentheses around either side, as far as the sides are plain to see.
std::vector<Fix> parenthesised(const Source& source, uint32_t begin, uint32_t second);
// `1 < n <`, up to the second operator: ` and n` before it, where `n` is a name or a number.
std::optional<Fix> compared_twice(const Source& source, uint32_t begin, uint32_t end);
// The indentation of the nearest line above that is less deep than this place.
uint32_t columns_above(const Source& source, uint32_t at);

} // namespace rbc::parsing
