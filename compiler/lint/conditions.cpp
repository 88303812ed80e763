#include "compiler/lint/conditions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rbc::lint {

namespace {

constexpr std::size_t kMostCases = 4096;   // of one set of conditions; beyond, nothing is said
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
  std::string out;
  for (char c : tree().text(node))
    if (c != ' ' && c != '\n' && c != '\r') out += c;
  std::vector<NodeId> above = tree().find(Kind::Above, node);
  if (tree().kind(node) == Kind::Above) above.push_back(node);
  for (NodeId one : above)
    if (const auto use = facts_.uses.find({file_, one}); use != facts_.uses.end()) out += fmt::format(" @{}", use->second.utterance.node);
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
  std::vector<NodeId> sides;
  for (NodeId child : tree().children(node))
    if (tree().kind(child) != Kind::Flag) sides.push_back(child);
  Compared out;
  if (sides.size() != 2) return out;
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

void Conditions::learn_compare(NodeId node) {
  const Compared one = compared(node);
  const bool is = one.word == Word::Is, order = is_order(one.word);
  const auto limit = number(one.constant);
  if (number(one.subject) && limit && (is || order)) return;
  if (limit && (is || order)) return variable(key(one.subject), Variable::As::number).numbers.push_back(*limit);
  const auto value = option(one.constant);
  if (!value || !is) {
    this->variable(key(node), Variable::As::fact);
    return;
  }
  Variable& variable = this->variable(key(one.subject), Variable::As::option);
  variable.options.push_back(*value);
  const auto type = facts_.types.find({file_, one.subject});
  if (type == facts_.types.end()) return;
  if (type->second.is(TypeTag::verdict)) variable.options = kColours, variable.open = false;
  if (type->second.is(TypeTag::boolean)) variable.options = {"yes", "no"}, variable.open = false;
  if (type->second.is(TypeTag::one_of) && !type->second.is_optional()) variable.options = type->second->options, variable.open = false;
}

void Conditions::learn(NodeId node) {
  node = plain(node);
  if (!node) return;
  switch (tree().kind(node)) {
    case Kind::And:
    case Kind::Or:
    case Kind::Not:
      for (NodeId child : tree().children(node)) learn(child);
      return;
    case Kind::Bool: return;
    case Kind::Verdict: {
      Variable& variable = this->variable(key(tree().first(node)), Variable::As::option);
      variable.options = kColours;
      variable.open = false;
      return;
    }
    case Kind::Presence: variable(key(tree().first(node)) + " present", Variable::As::fact); return;
    case Kind::Compare: return learn_compare(node);
    default: {
      // A bool that is also compared with yes or no is one and the same.
      Variable& variable = this->variable(key(node), Variable::As::option);
      variable.options = {"yes", "no"};
      variable.open = false;
    }
  }
}

std::size_t Conditions::add(NodeId expression, bool negated) {
  conditions_.push_back({expression, negated, {}});
  learn(expression);
  return conditions_.size() - 1;
}

bool Conditions::solve() {
  if (mixed_) return false;
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
  for (std::size_t number = 0; number < cases_; ++number) {
    std::size_t left = number;
    for (auto& [name, variable] : variables_) variable.now = left % variable.cases, left /= variable.cases;
    for (Condition& one : conditions_) one.holds.push_back(holds(one.expression) != one.negated);
  }
  return true;
}

bool Conditions::fact(NodeId node) const {
  const auto found = variables_.find(key(node));
  return found != variables_.end() && found->second.now == 0;
}

bool Conditions::compare_holds(NodeId node) const {
  const Compared one = compared(node);
  if (!one.subject) return false;
  const auto left = number(one.subject), right = number(one.constant);
  const bool is = one.word == Word::Is, order = is_order(one.word);
  if (left && right && (is || order)) return ordered(*left, one.word, *right) != one.negated;
  const auto value = option(one.constant);
  if (!(right && (is || order)) && !(value && is)) return fact(node);
  const Variable& variable = variables_.at(key(one.subject));
  if (right) return ordered(variable.numbers[variable.now], one.word, *right) != one.negated;
  return (variable.now < variable.options.size() && variable.options[variable.now] == *value) != one.negated;
}

bool Conditions::holds(NodeId node) const {
  node = plain(node);
  if (!node) return false;
  const auto each = [&](bool until) {
    for (NodeId child : tree().children(node))
      if (holds(child) == until) return until;
    return !until;
  };
  switch (tree().kind(node)) {
    case Kind::And: return each(false);
    case Kind::Or: return each(true);
    case Kind::Not: return !holds(tree().first(node));
    case Kind::Bool: return tree().word(node) == Word::Yes;
    case Kind::Presence: {
      const bool present = variables_.at(key(tree().first(node)) + " present").now == 0;
      return (present == (tree().word(node) == Word::Present)) != tree().flag(node, Word::Not);
    }
    case Kind::Verdict: {
      const Variable& variable = variables_.at(key(tree().first(node)));
      const std::string& colour = variable.options[variable.now];
      return (colour == "green" || colour == "amber") == (tree().word(node) == Word::Passes);
    }
    case Kind::Compare: return compare_holds(node);
    default: {
      const Variable& variable = variables_.at(key(node));
      return variable.now < variable.options.size() && variable.options[variable.now] == "yes";
    }
  }
}

bool Conditions::never(std::size_t one) const {
  const auto& holds = conditions_[one].holds;
  return std::find(holds.begin(), holds.end(), true) == holds.end();
}

bool Conditions::always(std::size_t one) const {
  const auto& holds = conditions_[one].holds;
  return std::find(holds.begin(), holds.end(), false) == holds.end();
}

bool Conditions::implied(std::size_t one, const std::vector<std::size_t>& others) const {
  for (std::size_t i = 0; i < cases_; ++i) {
    if (!conditions_[one].holds[i]) continue;
    if (std::none_of(others.begin(), others.end(), [&](std::size_t other) { return conditions_[other].holds[i]; })) return false;
  }
  return true;
}

bool Conditions::rest(std::size_t one, const std::vector<std::size_t>& others) const {
  for (std::size_t i = 0; i < cases_; ++i) {
    if (conditions_[one].holds[i]) continue;
    if (std::none_of(others.begin(), others.end(), [&](std::size_t other) { return conditions_[other].holds[i]; })) return false;
  }
  return true;
}

}  // namespace rbc::lint
