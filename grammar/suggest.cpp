#include "grammar/suggest.hpp"

#include <algorithm>
#include <cstdlib>

namespace rbc {

size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  size_t longer = std::max(a.size(), b.size()), shorter = std::min(a.size(), b.size());
  if (longer - shorter > limit) return limit + 1;
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = row[0];
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

static bool same_but_for_case(std::string_view a, std::string_view b) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return small(x) == small(y); });
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (word.size() > 64) return {};
  size_t best = std::max<size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (std::string_view candidate : candidates)
    if (candidate != word && same_but_for_case(candidate, word)) return std::find(candidates.begin(), candidates.end(), word) == candidates.end() ? std::string(candidate) : std::string();
  for (std::string_view candidate : candidates) {
    if (candidate == word) return {};
    size_t distance = edit_distance(word, candidate, best);
    // A distance as long as the word itself is no resemblance.
    if (distance < best && distance < std::max(word.size(), candidate.size())) best = distance, found = candidate;
  }
  return std::string(found);
}

bool unmistakable(std::string_view word, std::string_view meant, const std::vector<std::string_view>& candidates) {
  if (word.size() < 4 || word.size() > 64 || edit_distance(word, meant, 1) > 1) return false;
  return std::none_of(candidates.begin(), candidates.end(),
                      [&](std::string_view other) { return other != meant && edit_distance(word, other, 1) <= 1; });
}

} // namespace rbc
