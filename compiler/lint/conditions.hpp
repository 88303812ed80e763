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
  // A condition or a part of one, read once; then tried in each case.
  struct Part {
    enum class As : std::uint8_t { no, yes, fact, number, option, passes, all, any, none } as = As::no;
    bool negated = false;
    Word word = Word::None;                // how `number` compares
    double limit = 0;
    std::string value;                     // of an option
    std::size_t place = 0;                 // its place among the variable's, once they are known
    Variable* variable = nullptr;
    std::vector<std::uint32_t> parts;      // of all, any and none: indices of parts_
  };
  struct Condition {
    std::uint32_t part;
    bool negated;
    std::vector<std::uint64_t> holds;      // by case, 64 at a time
  };

  const Tree& tree() const { return *facts_.trees[file_]; }
  std::string key(NodeId node) const;
  NodeId plain(NodeId node) const;                        // without parentheses
  std::optional<double> number(NodeId node) const;
  std::optional<std::string> option(NodeId node) const;   // a colour, an option, a text, yes or no
  Part learn(NodeId node);
  std::uint32_t keep(Part part);
  Variable& variable(const std::string& key, Variable::As as);
  Part learn_compare(NodeId node);
  bool holds(const Part& part) const;
  struct Compared { NodeId subject = 0; NodeId constant = 0; Word word = Word::None; bool negated = false; };
  Compared compared(NodeId node) const;
  // The cases of 64 in which one of them holds.
  std::uint64_t any_of(const std::vector<std::size_t>& some, std::size_t word) const;
  std::uint64_t cases_in(std::size_t word) const;         // those that there are

  const Facts& facts_;
  std::uint32_t file_;
  std::map<std::string, Variable> variables_;
  std::vector<Part> parts_;
  std::vector<Condition> conditions_;
  std::size_t cases_ = 0;
  bool mixed_ = false;                     // one value is compared with numbers here and with words there
};

}  // namespace rbc::lint
