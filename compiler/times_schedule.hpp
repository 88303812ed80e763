// How long a group of checks takes at most: they start in written order, eight at once in all and two at once on each resource.
#pragma once
#include <cstdint>
#include <vector>

#include "vm/model/catalogue.hpp"

namespace rbc::times {

struct Slot {
  Micros takes = 0;
  std::vector<std::uint32_t> resources;   // each once
};
// From the start of the first to the end of the last. A check starts no earlier than the one before it.
Micros makespan(const std::vector<Slot>& checks);

}  // namespace rbc::times
