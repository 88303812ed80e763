#include "compiler/times_schedule.hpp"

#include <algorithm>

namespace rbc::times {

namespace {
constexpr std::size_t kAtOnce = 8, kAtOnceEach = 2;

struct RunningCheck {
  Micros ends;
  const Slot* check;
};

bool fits(const std::vector<RunningCheck>& running, const Slot& next) {
  if (running.size() >= kAtOnce) return false;
  for (std::uint32_t resource : next.resources) {
    std::size_t using_it = 0;
    for (const RunningCheck& one : running)
      using_it += std::count(one.check->resources.begin(), one.check->resources.end(), resource) > 0 ? 1 : 0;
    if (using_it >= kAtOnceEach) return false;
  }
  return true;
}
}  // namespace

Micros makespan(const std::vector<Slot>& checks) {
  std::vector<RunningCheck> running;
  Micros now = 0, last = 0;
  for (const Slot& next : checks) {
    while (!fits(running, next)) {
      const auto first = std::min_element(running.begin(), running.end(), [](const auto& a, const auto& b) { return a.ends < b.ends; });
      now = first->ends;
      running.erase(first);
    }
    running.push_back({now + next.takes, &next});
    last = std::max(last, now + next.takes);
  }
  return last;
}

}  // namespace rbc::times
