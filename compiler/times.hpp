// How long things can take: the table of language.md 4.12 over checked facts.
#pragma once
#include <cstdint>

#include "compiler/checked.hpp"
#include "vm/bytecode/program.hpp"

namespace rbc::times {

// The longest a check can take: the limits of its looks, and its `check` lines. Microseconds; lengths that inputs set count with their
// cap if `caps`, else with their default.
Micros check_bound(const Facts& facts, std::uint32_t check, bool caps);
// Of a whole run, headless; saturated at 366 days.
Bounds bounds(const Facts& facts, std::uint32_t runbook);

}  // namespace rbc::times
