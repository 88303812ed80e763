#include "cli/diff.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace rbc::cli {

namespace {

constexpr long kMostEdits = 4000;   // memory is quadratic in it: 64 MiB
constexpr size_t kContext = 3;

// With their line ends; the last one may have none.
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// A stretch of lines that was replaced: [a, a_end) of the one by [b, b_end) of the other.
struct Change {
  size_t a, a_end, b, b_end;
};

using Lines = std::vector<std::string_view>;

// Myers' greedy algorithm: the furthest point on each diagonal after d edits, kept for the way back.
std::vector<Change> changes_between(const Lines& a, const Lines& b) {
  size_t head = 0, tail = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const long n = static_cast<long>(a.size() - head - tail), m = static_cast<long>(b.size() - head - tail);
  auto one = [&](long i) { return a[head + static_cast<size_t>(i)]; };
  auto other = [&](long i) { return b[head + static_cast<size_t>(i)]; };
  if (n == 0 && m == 0) return {};

  std::vector<std::vector<int>> rounds;
  std::vector<int> furthest(static_cast<size_t>(2 * std::min(n + m, kMostEdits) + 3), 0);
  const long middle = static_cast<long>(furthest.size() / 2);
  auto at = [&](std::vector<int>& v, long k, long centre) -> int& { return v[static_cast<size_t>(k + centre)]; };
  long edits = 0;
  for (bool found = false; !found; ++edits) {
    if (edits > kMostEdits) return {{head, a.size() - tail, head, b.size() - tail}};
    for (long k = -edits; k <= edits && !found; k += 2) {
      const bool down = k == -edits || (k != edits && at(furthest, k - 1, middle) < at(furthest, k + 1, middle));
      long x = down ? at(furthest, k + 1, middle) : at(furthest, k - 1, middle) + 1, y = x - k;
      while (x < n && y < m && one(x) == other(y)) ++x, ++y;
      at(furthest, k, middle) = static_cast<int>(x);
      found = x >= n && y >= m;
    }
    rounds.emplace_back(furthest.begin() + (middle - edits), furthest.begin() + (middle + edits + 1));
  }

  std::vector<Change> changes;
  long x = n, y = m;
  for (long d = edits - 1; d > 0; --d) {
    std::vector<int>& before = rounds[static_cast<size_t>(d - 1)];
    const long centre = d - 1, k = x - y;
    auto reached = [&](long diagonal) { return diagonal < -centre || diagonal > centre ? -1 : at(before, diagonal, centre); };
    const bool down = k == -d || (k != d && reached(k - 1) < reached(k + 1));
    const long from = down ? k + 1 : k - 1, px = reached(from), py = px - from;
    const size_t ax = head + static_cast<size_t>(px), by = head + static_cast<size_t>(py);
    Change step{ax, ax + (down ? 0 : 1), by, by + (down ? 1 : 0)};
    if (!changes.empty() && changes.back().a == step.a_end && changes.back().b == step.b_end)
      changes.back().a = step.a, changes.back().b = step.b;
    else
      changes.push_back(step);
    x = px, y = py;
  }
  std::reverse(changes.begin(), changes.end());
  return changes;
}

std::string range(size_t begin, size_t end) {
  const size_t count = end - begin;
  return count == 1 ? fmt::format("{}", begin + 1) : fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after, bool colour) {
  const Lines a = split_lines(before), b = split_lines(after);
  const std::vector<Change> changes = changes_between(a, b);
  if (changes.empty()) return {};
  std::string out;
  auto put = [&](std::string_view paint, std::string_view mark, std::string_view line) {
    const bool whole = line.ends_with('\n');
    if (whole) line.remove_suffix(1);
    const bool cr = colour && line.ends_with('\r');   // else the terminal would write over it
    if (cr) line.remove_suffix(1);
    out += colour && !paint.empty() ? fmt::format("{}{}{}{}\x1b[0m\n", paint, mark, line, cr ? "^M" : "") : fmt::format("{}{}\n", mark, line);
    if (!whole) out += "\\ No newline at end of file\n";
  };
  put("\x1b[1m", "", fmt::format("--- {}\n", path));
  put("\x1b[1m", "", fmt::format("+++ {}\n", path));
  for (size_t i = 0; i < changes.size();) {
    size_t last = i;   // changes whose surroundings touch are one hunk
    while (last + 1 < changes.size() && changes[last + 1].a - changes[last].a_end <= 2 * kContext) ++last;
    const size_t lead = std::min(changes[i].a, kContext), trail = std::min(a.size() - changes[last].a_end, kContext);
    const size_t a_begin = changes[i].a - lead, b_begin = changes[i].b - lead;
    put("\x1b[36m", "", fmt::format("@@ -{} +{} @@\n", range(a_begin, changes[last].a_end + trail), range(b_begin, changes[last].b_end + trail)));
    size_t at = a_begin;
    for (; i <= last; ++i) {
      for (; at < changes[i].a; ++at) put("", " ", a[at]);
      for (; at < changes[i].a_end; ++at) put("\x1b[31m", "-", a[at]);
      for (size_t added = changes[i].b; added < changes[i].b_end; ++added) put("\x1b[32m", "+", b[added]);
    }
    for (size_t end = at + trail; at < end; ++at) put("", " ", a[at]);
  }
  return out;
}

}  // namespace rbc::cli
