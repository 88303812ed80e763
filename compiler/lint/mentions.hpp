// Where a file mentions a name, by its text: declarations aside, so that a name with no mention is used by nobody.
#pragma once
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/ast.hpp"

namespace rbc::lint {

class Mentions {
 public:
  explicit Mentions(const Tree& tree);
  bool in(std::string_view name, Span span) const;      // outside tests
  bool in_tests(std::string_view name) const { return tests_.count(name) != 0; }
  bool in_bindings(std::string_view name) const { return bindings_.count(name) != 0; }
  bool anywhere(std::string_view name) const { return places_.count(name) != 0 || in_tests(name) || in_bindings(name); }

 private:
  using Places = std::unordered_map<std::string_view, std::vector<std::uint32_t>>;
  void walk(NodeId node, Places& into);
  void words(std::string_view text, std::uint32_t begin);

  const Tree& tree_;
  Places places_, tests_, bindings_;
};

// Whether the first Name of such a node declares (or labels), and mentions nothing.
bool declares_name(Kind kind);

}  // namespace rbc::lint
