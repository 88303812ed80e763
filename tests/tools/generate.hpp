// Random programs that parse, written from the grammar: for properties that must hold for every tree.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rbc::testing {

// The same numbers from the same seed, on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint32_t below(uint32_t limit); // limit > 0
  bool chance(uint32_t percent) { return below(100) < percent; }
  template <typename T> const T& pick(const std::vector<T>& of) { return of[below(static_cast<uint32_t>(of.size()))]; }

 private:
  uint64_t state_;
};

// One program: every construct of grammar.peg, in shapes and blocks of random width. It parses without an error; its names mean
// nothing.
std::string generate_program(uint64_t seed);

// What people and editors do to a program without changing what it says: other indentation, more blanks between words, blank
// lines, comments on lines of their own and behind lines, CR LF. `program` must parse. Embedded text keeps its own shape.
std::string disturb(std::string_view program, uint64_t seed);

} // namespace rbc::testing
