#include "compiler/lint/conditions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rbc::lint {

namespace {

// Of one set of conditions; beyond, nothing is said.
constexpr std::size_t kMostCases = 4096, kMostConditions = 1000;
const std::vector<std::string> kColours{"green", "amber", "red", "blind"};

Word mirrored(Word word) {
  switch (word) {
    case Word::Less: return Word::Greater;
    case Word::Greater: return Word::Less;
    case Word::LessEqual: return Word::GreaterEqual;
    case Word::GreaterEqual: return Word::LessEqual;
    default: return word;
  }
}

bool is_order(Word word) { return word == Word::Less || word == Word::Greater || word == Word::LessEqual || word == Word::GreaterEqual; }

bool ordered(double left, Word word, double right) {
  switch (word) {
    case Word::Less: return left < right;
    case Word::Greater: return left > right;
    case Word::LessEqual: return left <= right;
    case Word::GreaterEqual: return left >= right;
    default: return left == right;
  }
}

}  // namespace

NodeId Conditions::plain(NodeId node) const {
  while (node && tree().kind(node) == Kind::Group) node = tree().first(node);
  return node;
}

// The words of an expression, and which results its `.x` are parts of: what reads the same here has the same value.
std::string Conditions::key(NodeId node) const {
  node = plain(node);
  const std::string_view text = tree().text(node);
  std::string out;
  out.reserve(text.size());
  for (char c : text)
    if (c != ' ' && c != '\n' && c != '\r') out += c;
  const auto answer = [&](NodeId one) {
    if (const auto use = facts_.uses.find({file_, one}); use != facts_.uses.end()) out += fmt::format(" @{}", use->second.utterance.node);
  };
  if (tree().first(node))
    for (NodeId one : tree().find(Kind::Above, node)) answer(one);
  if (tree().kind(node) == Kind::Above) answer(node);
  return out;
}

std::optional<double> Conditions::number(NodeId node) const {
  node = plain(node);
  if (!node) return std::nullopt;
  const std::string_view text = tree().text(node);
  switch (tree().kind(node)) {
    case Kind::Negative: {
      const auto inner = number(tree().first(node));
      return inner ? std::optional(-*inner) : std::nullopt;
    }
    case Kind::Number:
    case Kind::Int: {
      const auto value = number_of(text);
      return value ? std::optional(value->number) : std::nullopt;
    }
    case Kind::Percent: return percent_of(text);
    case Kind::Rate: return rate_of(text);
    case Kind::Size: {
      const auto value = size_of(text);
      return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
    }
    case Kind::Duration: {
      const auto value = duration_of(text);
      return value ? std::optional(static_cast<double>(value->count())) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::optional<std::string> Conditions::option(NodeId node) const {
  node = plain(node);
  if (!node) return std::nullopt;
  switch (tree().kind(node)) {
    case Kind::Colour:
    case Kind::Bool: return std::string(tree().text(node));
    case Kind::Text: return tree().first(node) ? std::nullopt : std::optional(std::string(tree().text(node)));
    case Kind::Var: {
      const auto use = facts_.uses.find({file_, node});
      return use != facts_.uses.end() && use->second.as == Use::As::option ? std::optional(std::string(tree().text(node))) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

Conditions::Compared Conditions::compared(NodeId node) const {
  std::array<NodeId, 2> sides{};
  std::size_t count = 0;
  for (NodeId child : tree().children(node))
    if (tree().kind(child) != Kind::Flag && ++count <= sides.size()) sides[count - 1] = child;
  Compared out;
  if (count != sides.size()) return out;
  out = {sides[0], sides[1], tree().word(node), tree().flag(node, Word::Not)};
  const auto known = [&](NodeId side) { return number(side) || option(side); };
  if (known(out.subject) && !known(out.constant)) std::swap(out.subject, out.constant), out.word = mirrored(out.word);
  return out;
}

Conditions::Variable& Conditions::variable(const std::string& key, Variable::As as) {
  const auto [at, fresh] = variables_.try_emplace(key);
  if (!fresh && at->second.as != as) mixed_ = true;
  at->second.as = as;
  return at->second;
}

Conditions::Part Conditions::learn_compare(NodeId node) {
  const Compared one = compared(node);
  const bool is = one.word == Word::Is, order = is_order(one.word);
  const auto limit = number(one.constant);
  Part part;
  part.negated = one.negated;
  part.word = one.word;
  if (const auto left = number(one.subject); left && limit && (is || order)) {
    part.as = ordered(*left, one.word, *limit) ? Part::As::yes : Part::As::no;
    return part;
  }
  if (limit && (is || order)) {
    part.as = Part::As::number;
    part.limit = *limit;
    part.variable = &variable(key(one.subject), Variable::As::number);
    part.variable->numbers.push_back(*limit);
    return part;
  }
  const auto value = option(one.constant);
  if (!value || !is) {
    part.as = one.subject ? Part::As::fact : Part::As::no;
    part.negated = false;                  // its words are the fact
    part.variable = &variable(key(node), Variable::As::fact);
    return part;
  }
  Variable& variable = this->variable(key(one.subject), Variable::As::option);
  part.as = Part::As::option;
  part.value = *value;
  part.variable = &variable;
  variable.options.push_back(*value);
  const auto type = facts_.types.find({file_, one.subject});
  if (type == facts_.types.end()) return part;
  if (type->second.is(TypeTag::verdict)) variable.options = kColours, variable.open = false;
  if (type->second.is(TypeTag::boolean)) variable.options = {"yes", "no"}, variable.open = false;
  if (type->second.is(TypeTag::one_of) && !type->second.is_optional()) variable.options = type->second->options, variable.open = false;
  return part;
}

std::uint32_t Conditions::keep(Part part) {
  parts_.push_back(std::move(part));
  return static_cast<std::uint32_t>(parts_.size() - 1);
}

Conditions::Part Conditions::learn(NodeId node) {
  node = plain(node);
  Part part;
  if (!node) return part;
  switch (tree().kind(node)) {
    case Kind::And:
    case Kind::Or:
    case Kind::Not:
      part.as = tree().kind(node) == Kind::And ? Part::As::all : tree().kind(node) == Kind::Or ? Part::As::any : Part::As::none;
      for (NodeId child : tree().children(node)) part.parts.push_back(keep(learn(child)));
      return part;
    case Kind::Bool: part.as = tree().word(node) == Word::Yes ? Part::As::yes : Part::As::no; return part;
    case Kind::Verdict: {
      Variable& variable = this->variable(key(tree().first(node)), Variable::As::option);
      variable.options = kColours;
      variable.open = false;
      part.as = Part::As::passes;
      part.negated = tree().word(node) != Word::Passes;
      part.variable = &variable;
      return part;
    }
    case Kind::Presence:
      part.as = Part::As::fact;
      part.negated = (tree().word(node) == Word::Present) == tree().flag(node, Word::Not);
      part.variable = &variable(key(tree().first(node)) + " present", Variable::As::fact);
      return part;
    case Kind::Compare: return learn_compare(node);
    default: {
      // A bool that is also compared with yes or no is one and the same.
      Variable& variable = this->variable(key(node), Variable::As::option);
      variable.options = {"yes", "no"};
      variable.open = false;
      part.as = Part::As::option;
      part.value = "yes";
      part.variable = &variable;
      return part;
    }
  }
}

std::size_t Conditions::add(NodeId expression, bool negated) {
  conditions_.push_back({keep(learn(expression)), negated, {}});
  return conditions_.size() - 1;
}

bool Conditions::solve() {
  if (mixed_ || conditions_.size() > kMostConditions) return false;
  cases_ = 1;
  for (auto& [name, variable] : variables_) {
    if (variable.as == Variable::As::number) {
      auto& at = variable.numbers;
      std::sort(at.begin(), at.end());
      at.erase(std::unique(at.begin(), at.end()), at.end());
      std::vector<double> all{at.front() - 1};
      for (std::size_t i = 0; i < at.size(); ++i) {
        all.push_back(at[i]);
        all.push_back(i + 1 < at.size() ? (at[i] + at[i + 1]) / 2 : at[i] + 1);
      }
      at = std::move(all);
      variable.cases = at.size();
    } else if (variable.as == Variable::As::option) {
      auto& options = variable.options;
      std::sort(options.begin(), options.end());
      options.erase(std::unique(options.begin(), options.end()), options.end());
      variable.cases = options.size() + (variable.open ? 1 : 0);
    }
    cases_ *= variable.cases;
    if (cases_ > kMostCases) return cases_ = 0, false;
  }
  for (Part& part : parts_)
    if (part.as == Part::As::option) {
      const auto& options = part.variable->options;
      const auto at = std::lower_bound(options.begin(), options.end(), part.value);
      part.place = at != options.end() && *at == part.value ? static_cast<std::size_t>(at - options.begin()) : part.variable->cases;
    }
  for (Condition& one : conditions_) one.holds.assign((cases_ + 63) / 64, 0);
  for (std::size_t number = 0; number < cases_; ++number) {
    std::size_t left = number;
    for (auto& [name, variable] : variables_) variable.now = left % variable.cases, left /= variable.cases;
    for (Condition& one : conditions_)
      if (holds(parts_[one.part]) != one.negated) one.holds[number / 64] |= std::uint64_t{1} << number % 64;
  }
  return true;
}

bool Conditions::holds(const Part& part) const {
  const auto each = [&](bool until) { return std::any_of(part.parts.begin(), part.parts.end(), [&](std::uint32_t one) { return holds(parts_[one]) == until; }); };
  switch (part.as) {
    case Part::As::no: return part.negated;
    case Part::As::yes: return !part.negated;
    case Part::As::fact: return (part.variable->now == 0) != part.negated;
    case Part::As::number: return ordered(part.variable->numbers[part.variable->now], part.word, part.limit) != part.negated;
    case Part::As::option: return (part.variable->now == part.place) != part.negated;
    case Part::As::passes: {
      const std::string& colour = part.variable->options[part.variable->now];
      return (colour == "green" || colour == "amber") != part.negated;
    }
    case Part::As::all: return !each(false);
    case Part::As::any:
    case Part::As::none: return each(true) == (part.as == Part::As::any);
  }
  return false;
}

std::uint64_t Conditions::cases_in(std::size_t word) const {
  const std::size_t left = cases_ - word * 64;
  return left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
}

std::uint64_t Conditions::any_of(const std::vector<std::size_t>& some, std::size_t word) const {
  std::uint64_t all = 0;
  for (std::size_t one : some) all |= conditions_[one].holds[word];
  return all;
}

bool Conditions::never(std::size_t one) const {
  const auto& holds = conditions_[one].holds;
  return std::all_of(holds.begin(), holds.end(), [](std::uint64_t cases) { return cases == 0; });
}

bool Conditions::always(std::size_t one) const {
  const auto& holds = conditions_[one].holds;
  for (std::size_t i = 0; i < holds.size(); ++i)
    if (holds[i] != cases_in(i)) return false;
  return true;
}

bool Conditions::implied(std::size_t one, const std::vector<std::size_t>& others) const {
  const auto& holds = conditions_[one].holds;
  for (std::size_t i = 0; i < holds.size(); ++i)
    if (holds[i] & ~any_of(others, i)) return false;
  return true;
}

bool Conditions::rest(std::size_t one, const std::vector<std::size_t>& others) const {
  const auto& holds = conditions_[one].holds;
  for (std::size_t i = 0; i < holds.size(); ++i)
    if (cases_in(i) & ~holds[i] & ~any_of(others, i)) return false;
  return true;
}

}  // namespace rbc::lint
