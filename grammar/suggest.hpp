// "Did you mean": the nearest of some candidates to a mistyped word.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace rbc {

// Insertions, deletions, replacements and swaps of neighbours, each 1; stops counting past `limit` and answers limit + 1.
size_t edit_distance(std::string_view a, std::string_view b, size_t limit = 8);

// The nearest candidate within a third of the word's length (at least 1), or "" if none or the word itself is a candidate.
// Ties: the first.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

// Whether a word of at least four letters is one slip away from `meant` and from no other candidate.
bool unmistakable(std::string_view word, std::string_view meant, const std::vector<std::string_view>& candidates);

} // namespace rbc
