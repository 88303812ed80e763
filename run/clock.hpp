// The one seam for time in a run: everything that waits or writes a time asks here.
#pragma once
#include "vm/model/catalogue.hpp"

namespace rbc {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros boot() const = 0;   // CLOCK_BOOTTIME: deadlines inside a process; counts a suspended machine
  virtual Micros wall() const = 0;   // CLOCK_REALTIME, since 1970: across restarts, and what people read
};
Clock& system_clock();

}  // namespace rbc
