#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded {

namespace nearest_detail {

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1), above(b.size() + 1), twice(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], twice[j - 2] + 1);
    }
    twice = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace nearest_detail

std::string nearest(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.empty() || word.size() > 64) return {};
  std::string_view best;
  size_t least = 3;
  for (auto k : known) {
    const size_t d = nearest_detail::distance(word, k);
    if (d < least && d * 2 < std::max(word.size(), k.size()) + 1) {
      least = d;
      best = k;
    }
  }
  return least == 0 ? std::string() : std::string(best);
}

}  // namespace rbc::embedded
