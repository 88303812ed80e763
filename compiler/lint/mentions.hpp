// Where a file mentions a name, by its text: declarations aside, so that a name with no mention is used by nobody.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "grammar/ast.hpp"

namespace rbc::lint {

class Mentions {
 public:
  explicit Mentions(const Tree& tree);
  bool in(std::string_view name, Span span) const;      // outside tests
  bool in_tests(std::string_view name) const { return has(name, Where::tests); }
  bool in_bindings(std::string_view name) const { return has(name, Where::bindings); }

  enum class Where : std::uint8_t { lines = 1, tests = 2, bindings = 4 };
  // Each name that is mentioned there, once.
  template <class Told>
  void each(Where where, const Told& told) const {
    for (const Entry& one : entries_)
      if (one.where & static_cast<unsigned>(where)) told(one.name);
  }

 private:
  // A name; where it is mentioned, and its places in lines, ascending: [first, first + count) of places_.
  struct Entry {
    std::string_view name;
    std::size_t hash;
    std::uint32_t where = 0, first = 0, count = 0;
  };
  struct Mention {
    std::uint32_t entry, place;
  };
  const Entry* find(std::string_view name) const;
  bool has(std::string_view name, Where where) const;
  void add(std::string_view name, Where where, std::uint32_t place);
  void grow();
  void walk(NodeId node, Where where);
  void words(std::string_view text);

  const Tree& tree_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;      // a hash table of positions in entries_, a power of two of them, half empty
  std::vector<Mention> found_;            // while the tree is walked
  std::vector<std::uint32_t> places_;
};

// Whether the first Name of such a node declares (or labels), and mentions nothing.
bool declares_name(Kind kind);

}  // namespace rbc::lint
