// Rules, arms, causes and other decisions that come out the same way always.
#include <fmt/format.h>

#include <map>

#include "compiler/lint/conditions.hpp"
#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

int rank_of(Word colour) { return colour == Word::Blind ? 3 : colour == Word::Red ? 2 : 1; }

std::string one_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

// Never holds, or always does; true if either was told.
bool tell_constant(Desk& desk, NodeRef at, const Conditions& known, std::size_t number, std::string_view then) {
  if (known.never(number)) {
    desk.warn("W0418", at, fmt::format("`{}` never holds{}.", one_line(desk.text(at)), then), "Compare with something else, or delete what depends on it.");
    return true;
  }
  if (known.always(number)) {
    desk.warn("W0418", at, fmt::format("`{}` always holds.", one_line(desk.text(at))), "Compare with something else, or write what depends on it without a condition.");
    return true;
  }
  return false;
}

void check_rules(Desk& desk, NodeRef check) {
  const Tree& tree = desk.tree(check);
  Conditions known(desk.facts, check.file);
  struct One { NodeId rule; int rank; };
  std::vector<One> rules;
  for (NodeId rule : tree.all(check.node, Kind::Rule)) {
    const NodeId when = tree.child(rule, Kind::RuleWhen);
    const NodeId expression = when ? tree.expression(when) : 0;
    if (!expression) return;
    known.add(expression, tree.word(when) == Word::Unless);
    rules.push_back({rule, rank_of(tree.word(rule))});
  }
  if (rules.empty() || !known.solve()) return;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const NodeRef at{check.file, rules[i].rule};
    const std::string colour(spelling(tree.word(rules[i].rule)));
    if (known.never(i)) {
      desk.warn("W0418", at, fmt::format("`{}` never holds.", one_line(desk.text(at))), "Compare with something else, or delete the rule.");
      continue;
    }
    if (known.always(i)) {
      desk.warn("W0418", at, fmt::format("`{}` always holds, so `{}` is never better than {}.", one_line(desk.text(at)), tree.name(check.node), colour), "Compare with something else.");
      continue;
    }
    std::vector<std::size_t> stronger;
    for (std::size_t j = 0; j < rules.size(); ++j)
      if (rules[j].rank > rules[i].rank || (rules[j].rank == rules[i].rank && j < i)) stronger.push_back(j);
    if (!known.implied(i, stronger)) continue;
    std::size_t by = rules.size();
    for (std::size_t j : stronger)
      if (by == rules.size() && known.implied(i, {j})) by = j;
    if (by == rules.size())
      desk.warn("W0417", at, fmt::format("This rule decides nothing: whenever it holds, another of these rules holds and is as bad or worse."), "Delete it, or correct its limit.");
    else
      desk.warn("W0417", at, fmt::format("This rule decides nothing: whenever it holds, `{}` holds as well.", one_line(tree.text(rules[by].rule))),
                rules[by].rank > rules[i].rank ? fmt::format("{} warns before {} does: give it the limit that is reached first. Did you swap the two?", colour, spelling(tree.word(rules[by].rule))) : std::string("Delete it, or correct its limit."))
          .with({&tree.source(), tree.span(rules[by].rule), "this one decides"});
  }
}

// `when … otherwise when …`: each is asked only if none before it held.
void check_arms(Desk& desk, NodeRef when) {
  const Tree& tree = desk.tree(when);
  std::vector<NodeId> asked{tree.expression(when.node)};
  for (NodeId arm : tree.all(when.node, Kind::ElseWhen)) asked.push_back(tree.expression(arm));
  Conditions known(desk.facts, when.file);
  for (NodeId one : asked) {
    if (!one) return;
    known.add(one);
  }
  if (!known.solve()) return;
  std::vector<std::size_t> before;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const NodeRef at{when.file, asked[i]};
    if (!tell_constant(desk, at, known, i, "") && i > 0) {
      if (known.implied(i, before)) {
        desk.warn("W0418", at, fmt::format("`{}` never holds here: the conditions above it take every such case.", one_line(desk.text(at))), "Delete this arm, or put it first.");
      } else if (known.rest(i, before) && (i + 1 < asked.size() || tree.child(when.node, Kind::Otherwise))) {
        desk.warn("W0418", at, fmt::format("Here `{}` always holds, so nothing below it is ever done.", one_line(desk.text(at))), "Delete what stands below, or write `otherwise` here.");
        return;
      }
    }
    before.push_back(i);
  }
}

void check_cases(Desk& desk, NodeRef depending) {
  const Tree& tree = desk.tree(depending);
  std::map<std::string_view, NodeId> seen;
  for (NodeId arm : tree.all(depending.node, Kind::Arm))
    for (NodeId one : tree.children(arm)) {
      if (tree.kind(one) == Kind::Block) continue;
      const auto [first, fresh] = seen.emplace(tree.text(one), one);
      if (!fresh)
        desk.warn("W0419", {depending.file, one}, fmt::format("`{}` is a case twice; the first arm takes it ({}).", tree.text(one), desk.line({depending.file, first->second}, depending.file)), "Delete it here.")
            .with({&tree.source(), tree.span(first->second), "the first"});
    }
}

void check_alone(Desk& desk, std::uint32_t file, NodeId expression) {
  if (!expression) return;
  Conditions known(desk.facts, file);
  known.add(expression);
  if (known.solve()) tell_constant(desk, {file, expression}, known, 0, "");
}

// A cause with its symptoms, each enough.
struct Suspect {
  NodeId cause;
  std::vector<NodeId> symptoms;
  bool leaves = false;                     // its lines end the run
};

bool ends_run(const Tree& tree, NodeId cause) {
  for (NodeId line : tree.children(cause)) {
    const Kind kind = tree.kind(line);
    if (kind == Kind::End || kind == Kind::Escalate) return true;
  }
  return false;
}

void check_symptoms(Desk& desk, std::uint32_t file, const Suspect& one) {
  Conditions known(desk.facts, file);
  for (NodeId symptom : one.symptoms) known.add(symptom);
  if (!known.solve()) return;
  for (std::size_t i = 0; i < one.symptoms.size(); ++i) {
    const NodeRef at{file, one.symptoms[i]};
    if (known.never(i)) {
      desk.warn("W0418", at, fmt::format("`{}` never holds, so this symptom is never seen.", one_line(desk.text(at))), "Each `symptom` line alone is enough: write one line for each, or delete it.");
      continue;
    }
    for (std::size_t j = 0; j < one.symptoms.size(); ++j) {
      if (i == j || !known.implied(i, {j}) || (known.implied(j, {i}) && i < j)) continue;
      desk.warn("W0416", at, fmt::format("This symptom adds nothing: whenever it holds, `{}` holds as well, and one symptom is enough.", one_line(desk.tree(at).text(one.symptoms[j]))), "Delete it, or join the two with `and`.");
      break;
    }
  }
}

// Whether every case in which `later` is tried is one in which `earlier` is.
bool covers(Desk& desk, std::uint32_t file, const Suspect& earlier, const Suspect& later) {
  Conditions known(desk.facts, file);
  std::vector<std::size_t> first;
  for (NodeId symptom : earlier.symptoms) first.push_back(known.add(symptom));
  std::vector<std::size_t> second;
  for (NodeId symptom : later.symptoms) second.push_back(known.add(symptom));
  if (!known.solve()) return false;
  for (std::size_t one : second)
    if (known.never(one) || !known.implied(one, first)) return false;
  return !second.empty();
}

}  // namespace

void decisions(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file) {
    if (!desk.sound(file)) continue;
    const Tree& tree = desk.tree(file);
    for (NodeId check : tree.find(Kind::CheckDef)) check_rules(desk, {file, check});
    for (NodeId when : tree.find(Kind::When)) check_arms(desk, {file, when});
    for (NodeId depending : tree.find(Kind::Depending)) check_cases(desk, {file, depending});
    for (NodeId pick : tree.find(Kind::Pick)) check_alone(desk, file, tree.nth(pick, 1));
    for (NodeId trigger : tree.find(Kind::Trigger))
      check_alone(desk, file, tree.word(trigger) == Word::When ? tree.expression(trigger) : tree.child(trigger, Kind::While) ? tree.expression(tree.child(trigger, Kind::While)) : 0);
  }
}

void causes(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file) {
    if (!desk.sound(file)) continue;
    const Tree& tree = desk.tree(file);
    for (NodeId diagnose : tree.find(Kind::Diagnose)) {
      std::vector<Suspect> suspects;
      for (NodeId cause : tree.all(diagnose, Kind::Cause)) {
        Suspect one{cause, {}, ends_run(tree, cause)};
        for (NodeId symptom : tree.all(cause, Kind::Symptom))
          if (const NodeId expression = tree.expression(symptom)) one.symptoms.push_back(expression);
        check_symptoms(desk, file, one);
        for (const Suspect& earlier : suspects) {
          if (!covers(desk, file, earlier, one)) continue;
          const std::string first(tree.name(earlier.cause)), second(tree.name(cause));
          if (earlier.leaves)
            desk.warn("W0415", {file, tree.child(cause, Kind::Name)}, fmt::format("`{}` is never tried: whenever it would be, `{}` comes first, and ends the run.", second, first), "Put it first, or give the other a narrower symptom.")
                .with({&tree.source(), tree.span(tree.child(earlier.cause, Kind::Name)), "tried first"});
          else if (!covers(desk, file, one, earlier))
            desk.warn("W0416", {file, tree.child(cause, Kind::Name)}, fmt::format("Whenever `{}` is suspected, `{}` is too, and is tried first.", second, first), "Put the narrower cause first.")
                .with({&tree.source(), tree.span(tree.child(earlier.cause, Kind::Name)), "tried first"});
          break;
        }
        suspects.push_back(std::move(one));
      }
    }
  }
}

}  // namespace rbc::lint
