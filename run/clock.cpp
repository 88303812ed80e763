#include "run/clock.hpp"

#include <ctime>

namespace rbc {
namespace {

Micros read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<Micros>(now.tv_sec) * kSecond + now.tv_nsec / 1000;
}

class SystemClock final : public Clock {
 public:
  Micros boot() const override { return read_clock(CLOCK_BOOTTIME); }
  Micros wall() const override { return read_clock(CLOCK_REALTIME); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

}  // namespace rbc
