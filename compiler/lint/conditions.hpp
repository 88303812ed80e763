// Whether conditions over the same evidence can hold, must hold, or follow from one another: by trying every case that their own
// constants tell apart (`x > 5%` and `x > 10%` make five cases of x). What is not understood is a fact that may be so or not.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/checked.hpp"

namespace rbc::lint {

class Conditions {
 public:
  Conditions(const Facts& facts, std::uint32_t file) : facts_(facts), file_(file) {}

  std::size_t add(NodeId expression, bool negated = false);   // its number
  // False: too many cases to try; then nothing is known.
  bool solve();

  bool never(std::size_t one) const;
  bool always(std::size_t one) const;
  // Whenever `one` holds, one of `others` holds too.
  bool implied(std::size_t one, const std::vector<std::size_t>& others) const;
  // Holds in every case in which none of `others` does.
  bool rest(std::size_t one, const std::vector<std::size_t>& others) const;

 private:
  struct Variable {
    enum class As : std::uint8_t { fact, number, option } as = As::fact;
    std::vector<double> numbers;           // what it is compared with; then the cases
    std::vector<std::string> options;
    bool open = true;                      // other values than these are possible
    std::size_t cases = 2;
    std::size_t now = 0;
  };
  struct Condition {
    NodeId expression;
    bool negated;
    std::vector<bool> holds;               // by case
  };

  const Tree& tree() const { return *facts_.trees[file_]; }
  std::string key(NodeId node) const;
  NodeId plain(NodeId node) const;                        // without parentheses
  std::optional<double> number(NodeId node) const;
  std::optional<std::string> option(NodeId node) const;   // a colour, an option, a text, yes or no
  void learn(NodeId node);
  Variable& variable(const std::string& key, Variable::As as);
  void learn_compare(NodeId node);
  bool holds(NodeId node) const;
  bool compare_holds(NodeId node) const;
  bool fact(NodeId node) const;
  struct Compared { NodeId subject = 0; NodeId constant = 0; Word word = Word::None; bool negated = false; };
  Compared compared(NodeId node) const;

  const Facts& facts_;
  std::uint32_t file_;
  std::map<std::string, Variable> variables_;
  std::vector<Condition> conditions_;
  std::size_t cases_ = 0;
  bool mixed_ = false;                     // one value is compared with numbers here and with words there
};

}  // namespace rbc::lint
