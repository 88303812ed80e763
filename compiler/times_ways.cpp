#include "compiler/times_ways.hpp"

#include <algorithm>
#include <set>

namespace rbc::times {

Micros plus(Micros a, Micros b) { return a < 0 || b < 0 ? kImpossible : std::min(a + b, kMost); }
Micros times_over(Micros a, std::int64_t n) { return a < 0 ? kImpossible : a == 0 || n <= 0 ? 0 : n > kMost / a ? kMost : std::min(a * n, kMost); }

// A line, then what `first` and `second` hold, all of it `deeper` and `rounds` times over.
struct Path {
  ExplainedLine line;                  // without a text: none
  PathRef first, second;
  unsigned deeper = 0;
  std::int64_t rounds = 1;
  Path() = default;
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  // A chain is as long as the run has lines, so it is taken apart without recursion.
  ~Path() {
    std::vector<PathRef> owned;
    const auto take = [&](PathRef& ref) {
      if (ref && ref.use_count() == 1) owned.push_back(std::move(ref));
      ref.reset();
    };
    take(first);
    take(second);
    while (!owned.empty()) {
      const PathRef last = std::move(owned.back());
      owned.pop_back();
      Path& path = const_cast<Path&>(*last);
      take(path.first);
      take(path.second);
    }
  }
};

PathRef one_line(ExplainedLine line) { return beneath(std::move(line), nullptr); }

PathRef beneath(ExplainedLine line, const PathRef& inside) {
  auto path = std::make_shared<Path>();
  path->line = std::move(line);
  path->first = inside;
  path->deeper = 1;
  return path;
}

PathRef joined(const PathRef& first, const PathRef& second) {
  if (!first) return second;
  if (!second) return first;
  auto path = std::make_shared<Path>();
  path->first = first;
  path->second = second;
  return path;
}

std::vector<ExplainedLine> written(const PathRef& whole) {
  struct Part {
    const Path* path;
    unsigned deeper;
    std::int64_t rounds;
  };
  std::vector<ExplainedLine> lines;
  std::set<const Path*> told;
  std::vector<Part> left;
  if (whole) left.push_back({whole.get(), 0, 1});
  while (!left.empty()) {
    const auto [path, deeper, rounds] = left.back();
    left.pop_back();
    const bool speaks = !path->line.text.empty();
    if (speaks) {
      ExplainedLine line = path->line;
      line.micros = times_over(line.micros, rounds);
      line.depth += deeper;
      if (rounds > 1) line.why += (line.why.empty() ? "" : ", ") + std::to_string(rounds) + " times";
      if (path->first && !told.insert(path).second) {
        line.why += line.why.empty() ? "as above" : ", as above";
        lines.push_back(std::move(line));
        continue;
      }
      lines.push_back(std::move(line));
    }
    const std::int64_t all_rounds = times_over(rounds, path->rounds);
    if (path->second) left.push_back({path->second.get(), deeper + path->deeper, all_rounds});
    if (path->first) left.push_back({path->first.get(), deeper + path->deeper, all_rounds});
  }
  return lines;
}

Way at_once() { return lasting(0, nullptr); }
Way lasting(Micros time, PathRef lines) { return {time, 0, time, 0, std::move(lines)}; }

Way then(const Way& a, const Way& b) {
  if (!a.possible() || !b.possible()) return {};
  return {plus(a.time, b.time), plus(a.later, b.later), plus(a.furthest, b.furthest), plus(a.owed, b.owed), joined(a.lines, b.lines)};
}

Way longer(const Way& a, const Way& b) {
  Way most = a.total() >= b.total() ? a : b;
  most.furthest = std::max(a.furthest, b.furthest);
  most.owed = std::max(a.owed, b.owed);
  return most;
}

Way over(const Way& a, std::int64_t n) {
  if (!a.possible()) return {};
  if (n <= 0) return at_once();
  if (n == 1) return a;
  Way many{times_over(a.time, n), times_over(a.later, n), times_over(a.furthest, n), times_over(a.owed, n), nullptr};
  if (!a.lines) return many;
  auto path = std::make_shared<Path>();
  path->first = a.lines;
  path->rounds = n;
  many.lines = std::move(path);
  return many;
}

Micros Time::longest() const { return std::max({on.total(), fails.total(), ends.total(), Micros{0}}); }

Way worst(const Time& time) { return longer(longer(time.on, time.fails), time.ends); }
Time follow(const Time& a, const Time& b) {
  return {then(a.on, b.on), longer(a.fails, then(a.on, b.fails)), longer(a.ends, then(a.on, b.ends))};
}
Time either(const Time& a, const Time& b) { return {longer(a.on, b.on), longer(a.fails, b.fails), longer(a.ends, b.ends)}; }
Time caught(const Time& a, const Time& handler) {
  return {longer(a.on, then(a.fails, handler.on)), then(a.fails, handler.fails), longer(a.ends, then(a.fails, handler.ends))};
}

Time within(const Time& body, Micros limit, Micros action) {
  const auto capped = [](Way way, Micros end) {
    if (way.time > end) {
      way.time = end;
      way.later = way.owed;
    }
    way.furthest = std::min(way.furthest, end);
    return way;
  };
  const Way whole = worst(body);
  const Micros most = plus(limit, action);
  Time cut{capped(body.on, most), capped(body.fails, most), capped(body.ends, most)};
  if (whole.furthest > limit) {
    const Micros late = std::min(whole.furthest, most);
    cut.fails = longer(Way{late, whole.owed, late, whole.owed, whole.lines}, cut.fails);
  }
  return cut;
}

}  // namespace rbc::times
