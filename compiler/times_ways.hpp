// The ways in which a line can come out, how long each takes at most, and the lines that a way is made of.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/times.hpp"

namespace rbc::times {

inline constexpr Micros kImpossible = -1;
inline constexpr Micros kMost = 366 * kDay;           // where times stop growing

Micros plus(Micros a, Micros b);                      // impossible if one of them is
Micros times_over(Micros a, std::int64_t n);

// The lines of a way as a tree that is never changed, so that ways share what they have in common. Owned by whoever holds a way.
struct Path;
using PathRef = std::shared_ptr<const Path>;
PathRef one_line(ExplainedLine line);
PathRef joined(const PathRef& first, const PathRef& second);
PathRef beneath(ExplainedLine line, const PathRef& inside);       // `inside` one deeper, under the line
// What stands under a line is written out once: where the line comes again, it stands alone. So this is as long as the runbook at most.
std::vector<ExplainedLine> written(const PathRef& whole);

// One way a line can come out: the longest time until then, and what it leaves to be done when its step or the run ends. Of all that were
// merged into it, `furthest` is the longest time and `owed` the most that is left: what a `within` must reckon with.
struct Way {
  Micros time = kImpossible, later = 0;
  Micros furthest = kImpossible, owed = 0;
  PathRef lines;
  bool possible() const { return time >= 0; }
  Micros total() const { return plus(time, later); }
};
Way at_once();
Way lasting(Micros time, PathRef lines);
Way then(const Way& a, const Way& b);
Way longer(const Way& a, const Way& b);
Way over(const Way& a, std::int64_t n);

// The three ways: it goes on, it fails, the path stops.
struct Time {
  Way on, fails, ends;
  Micros longest() const;
};
Way worst(const Time& time);
Time follow(const Time& a, const Time& b);
Time either(const Time& a, const Time& b);
Time caught(const Time& a, const Time& handler);      // the handler takes a's failures
// Cut when `limit` has passed; a change that is in flight then takes up to `action` more.
Time within(const Time& body, Micros limit, Micros action);

}  // namespace rbc::times
