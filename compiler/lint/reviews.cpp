// `reviewed D every E`, held against the day of the check.
#include <fmt/format.h>

#include <chrono>

#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

constexpr std::int64_t kDay = 86'400'000'000;      // microseconds

std::string days(std::int64_t count) { return fmt::format("{} day{}", count, count == 1 ? "" : "s"); }

std::string spoken_span(std::int64_t length) { return length % kDay == 0 ? days(length / kDay) : fmt::format("{} hours", length / 3'600'000'000); }

}  // namespace

void reviews(Desk& desk) {
  if (!desk.settings.now) return;
  const std::int64_t now = *desk.settings.now;
  for (const RunbookFacts* runbook : desk.runbooks()) {
    const Tree& tree = desk.tree(runbook->def);
    const NodeId reviewed = tree.child(runbook->def.node, Kind::Reviewed);
    if (!reviewed) continue;
    const NodeId day = tree.first(reviewed);
    const auto when = instant_of(tree.text(day));
    const auto every = duration_of(tree.text(tree.child(reviewed, Kind::Duration)));
    if (!when || !every) continue;
    const std::int64_t at = std::chrono::duration_cast<std::chrono::microseconds>(when->time_since_epoch()).count();
    const std::int64_t length = std::chrono::duration_cast<std::chrono::microseconds>(*every).count();
    const NodeRef place{runbook->def.file, reviewed};
    // Somewhere on earth the day has begun already.
    if (at > now + kDay) {
      desk.warn("W0910", place, fmt::format("{} was reviewed on {}, which is yet to come.", runbook->id, tree.text(day)), "Write the day on which somebody last read it against the world.");
    } else if (at + length < now) {
      const std::int64_t late = (now - at - length) / kDay;
      if (late >= 1)
        desk.warn("W0901", place, fmt::format("{} was last reviewed {} and is due every {}. It is {} late.", runbook->id, tree.text(day), spoken_span(length), days(late)), "Read it against the world, mend it, and write today's date.");
    }
  }
}

}  // namespace rbc::lint
