// Reads a literal of the language from text, as `x as T`, inputs and alert labels need it.
#pragma once
#include <optional>
#include <string_view>

#include "vm/model/type.hpp"
#include "vm/model/value.hpp"

namespace rbc {

// The whole text, blanks around it aside, as a value of `type`: text, int, number, percent, duration, size, rate, instant, bool, url,
// `one of`, a verdict's colour, json, and lists of these separated by commas. Text keeps its blanks. A pattern is not looked at. Nothing
// if it is no such literal.
std::optional<Value> parse_literal(std::string_view text, const Type& type);

// The ratio of so many per cent: the double nearest to the digits of `percent` with the point moved, so that 99.9 % and 0.999 are one
// value (99.9 / 100 is another).
double ratio_of_percent(double percent);

}  // namespace rbc
