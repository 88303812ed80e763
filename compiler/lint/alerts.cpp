// Alert rules against runbooks: who answers which, and whether both mean the same by it.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "compiler/lint/alert_rules.hpp"
#include "compiler/lint/lint.hpp"
#include "compiler/lint/measure.hpp"
#include "grammar/suggest.hpp"

namespace rbc::lint {

namespace {

struct ClaimedAlert {
  const RunbookFacts* runbook;
  const AlertInfo* alert;
  NodeRef at;
};

std::vector<ClaimedAlert> claimed_alerts(const Desk& desk) {
  std::vector<ClaimedAlert> all;
  // Of broken files too: what their header lines say is known.
  for (const RunbookFacts& runbook : desk.facts.runbooks) {
    const auto nodes = desk.tree(runbook.def).all(runbook.def.node, Kind::Alert);
    for (std::size_t i = 0; i < nodes.size() && i < runbook.alerts.size(); ++i) all.push_back({&runbook, &runbook.alerts[i], {runbook.def.file, nodes[i]}});
  }
  return all;
}

bool answers(const ClaimedAlert& claim, const AlertRule& rule) {
  if (claim.alert->name != rule.name.text) return false;
  for (const auto& [name, value] : claim.alert->labels)
    for (const auto& [label, is] : rule.labels)
      if (label == name && is != value && is.find("{{") == std::string::npos) return false;
  return true;
}

// A rule of a check as a limit on its look's `.value`, in the unit that the server answers in.
struct Limit {
  NodeRef rule;
  Word colour;
  Word reading;
  bool above;
  double raw;
};

std::optional<double> raw_limit(const Tree& tree, NodeId literal, Word reading) {
  const std::string_view text = tree.text(literal);
  switch (tree.kind(literal)) {
    case Kind::Percent: {
      const auto value = percent_of(text);
      return value ? std::optional(reading == Word::Ratio ? *value / 100 : *value) : std::nullopt;
    }
    case Kind::Duration: {
      const auto value = duration_of(text);
      if (!value) return std::nullopt;
      const auto count = static_cast<double>(value->count());
      return reading == Word::Milliseconds ? count : count / 1000;
    }
    case Kind::Size: {
      const auto value = size_of(text);
      return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
    }
    case Kind::Rate: return rate_of(text);
    case Kind::Int:
    case Kind::Number: {
      const auto value = number_of(text);
      return value ? std::optional(value->number) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::optional<Limit> limit_of(const Desk& desk, NodeRef rule, NodeRef said) {
  const Tree& tree = desk.tree(rule);
  const NodeId when = tree.child(rule.node, Kind::RuleWhen);
  const NodeId compare = when ? tree.expression(when) : 0;
  if (!compare || tree.kind(compare) != Kind::Compare) return std::nullopt;
  const Word sign = tree.word(compare);
  if (sign != Word::Greater && sign != Word::GreaterEqual && sign != Word::Less && sign != Word::LessEqual) return std::nullopt;
  NodeId left = tree.first(compare);
  const NodeId right = tree.next(left);
  Word reading = Word::None;
  if (tree.kind(left) == Kind::Cast) {
    if (const NodeId read = tree.child(left, Kind::Reading)) reading = tree.word(read);
    else if (const NodeId type = tree.child(left, Kind::Type)) reading = tree.word(type);
    left = tree.first(left);
  }
  if (tree.kind(left) != Kind::Above || tree.field_name(tree.first(left)) != "value") return std::nullopt;
  const auto use = desk.facts.uses.find({rule.file, left});
  if (use == desk.facts.uses.end() || use->second.utterance != said) return std::nullopt;
  const auto raw = raw_limit(tree, right, reading);
  if (!raw) return std::nullopt;
  const bool above = (sign == Word::Greater || sign == Word::GreaterEqual) == (tree.word(when) == Word::If);
  return Limit{rule, tree.word(rule.node), reading, above, *raw};
}

std::string spoken_limit(double raw, Word reading) {
  switch (reading) {
    case Word::Ratio: return fmt::format("{:.6g}%", raw * 100);
    case Word::Percent: return fmt::format("{:.6g}%", raw);
    case Word::Seconds: return raw < 1 && raw > -1 ? fmt::format("{:.6g}ms", raw * 1000) : fmt::format("{:.6g}s", raw);
    case Word::Milliseconds: return fmt::format("{:.6g}ms", raw);
    case Word::Bytes: return fmt::format("{:.10g} bytes", raw);
    default: return fmt::format("{:.6g}", raw);
  }
}

bool same_limit(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max({1e-9, std::abs(a), std::abs(b)}); }

void compare_limits(Desk& desk, const AlertRule& rule, const ClaimedAlert& claim) {
  const auto bound = bounded_of(rule.expression.text);
  if (!bound) return;
  const auto index = static_cast<std::uint32_t>(claim.runbook - desk.facts.runbooks.data());
  for (const CheckFacts& check : desk.facts.checks) {
    if ((check.runbook != index && check.runbook != 0xffffffff) || !desk.sound(check.def.file)) continue;
    const Tree& tree = desk.tree(check.def);
    for (NodeId said : tree.find(Kind::Utterance, check.def.node)) {
      const auto facts = desk.facts.utterances.find({check.def.file, said});
      if (facts == desk.facts.utterances.end() || desk.facts.resources[desk.facts.templates[facts->second.tmpl].resource].kind != ResourceKind::prometheus) continue;
      const auto measure = measure_of(capture(tree, said).text);
      if (!measure || measure->shape != bound->measure.shape) continue;
      const double wanted = bound->limit * measure->factor;
      std::vector<Limit> limits;
      for (NodeId one : tree.all(check.def.node, Kind::Rule))
        if (const auto limit = limit_of(desk, {check.def.file, one}, {check.def.file, said}); limit && limit->above == bound->above) limits.push_back(*limit);
      if (limits.empty() || std::any_of(limits.begin(), limits.end(), [&](const Limit& one) { return same_limit(one.raw, wanted); })) continue;
      const Word colour = claim.alert->severity == "critical" ? Word::Red : Word::Amber;
      const auto nearest = std::find_if(limits.begin(), limits.end(), [&](const Limit& one) { return one.colour == colour; });
      const Limit& other = nearest == limits.end() ? limits.front() : *nearest;
      const std::string side = bound->above ? "above" : "below";
      desk.warn("W0923", *rule.source, rule.expression.at,
                fmt::format("`{}` fires {} {}, and `{}` of {} is {} {} {}.", rule.name.text, side, spoken_limit(wanted, other.reading), tree.name(check.def.node), claim.runbook->id, spelling(other.colour), side, spoken_limit(other.raw, other.reading)),
                "One of the two is out of date: whoever is woken should find the check of the colour that woke them.")
          .with({&tree.source(), tree.span(other.rule.node), "the runbook's limit"});
      return;
    }
  }
}

bool names_id(std::string_view text, std::string_view id) {
  const auto lower = [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); };
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (auto at = text.begin(); at != text.end();) {
    at = std::search(at, text.end(), id.begin(), id.end(), [&](char a, char b) { return lower(a) == lower(b); });
    if (at == text.end()) return false;
    const auto end = at + static_cast<std::ptrdiff_t>(id.size());
    if ((at == text.begin() || !part(*(at - 1))) && (end == text.end() || !part(*end))) return true;
    ++at;
  }
  return false;
}

void compare_rule(Desk& desk, const AlertRule& rule, const ClaimedAlert& claim) {
  const std::string& id = claim.runbook->id;
  const std::string& severity = rule.severity.text;
  const Label here{&desk.tree(claim.at).source(), desk.tree(claim.at).span(claim.at.node), "the runbook's line"};
  if ((severity == "critical" || severity == "warning" || severity == "info") && severity != claim.alert->severity)
    desk.warn("W0922", *rule.source, rule.severity.at, fmt::format("`{}` is {} here, and {} in {}.", rule.name.text, severity, claim.alert->severity, id), fmt::format("Make both the same: `alert {} {}` there, or `severity: {}` here.", rule.name.text, severity, claim.alert->severity)).with(here);
  if (const std::string& url = rule.runbook_url.text; !url.empty() && !names_id(url, id)) {
    if (const auto part = left_over(url))
      desk.warn("W0924", *rule.source, rule.runbook_url.at, fmt::format("The runbook's address of `{}` leads nowhere: `{}` was left over from a template.", rule.name.text, *part), fmt::format("Write the address of {}.", id));
    for (const RunbookFacts& other : desk.facts.runbooks)
      if (names_id(url, other.id)) {
        desk.warn("W0924", *rule.source, rule.runbook_url.at, fmt::format("The address of `{}` leads to {}, and the alert belongs to {}.", rule.name.text, other.id, id), fmt::format("Write the address of {}, or move the `alert` line.", id)).with(here);
        break;
      }
  }
  if (rule.lasts_micros && claim.runbook->acknowledge_target > 0 && *rule.lasts_micros >= claim.runbook->acknowledge_target)
    desk.warn("W0925", *rule.source, rule.lasts.at, fmt::format("`{}` fires after {} of trouble, and {} promises an acknowledgement within {}m.", rule.name.text, rule.lasts.text, id, claim.runbook->acknowledge_target / 60'000'000), "Fire sooner, or promise later.").with(here);
  compare_limits(desk, rule, claim);
}

}  // namespace

void alert_rules(Desk& desk) {
  if (!desk.settings.alerts) return;
  const std::vector<AlertRule>& rules = *desk.settings.alerts;
  const std::vector<ClaimedAlert> claims = claimed_alerts(desk);
  std::set<std::string> seen, known;
  for (const AlertRule& rule : rules) known.insert(rule.name.text);
  std::vector<std::string_view> claimed;
  for (const ClaimedAlert& claim : claims) claimed.push_back(claim.alert->name);
  for (const AlertRule& rule : rules) {
    bool answered = false;
    for (const ClaimedAlert& claim : claims) {
      if (!answers(claim, rule)) continue;
      answered = true;
      // A runbook may take an alert at two severities; each rule is held against the line of its own.
      const auto own = [&](const ClaimedAlert& other) { return other.runbook == claim.runbook && other.alert->severity == rule.severity.text && answers(other, rule); };
      if (claim.alert->severity != rule.severity.text && std::any_of(claims.begin(), claims.end(), own)) continue;
      compare_rule(desk, rule, claim);
    }
    if (answered || !seen.insert(rule.name.text).second) continue;
    const std::string near = did_you_mean(rule.name.text, claimed);
    desk.warn("W0920", *rule.source, rule.name.at, fmt::format("No runbook answers the alert `{}`.{}", rule.name.text, near.empty() ? "" : fmt::format(" Did you mean `{}`?", near)),
              fmt::format("Add `alert {} {}` to the runbook that does.", rule.name.text, rule.severity.text == "critical" || rule.severity.text == "info" ? rule.severity.text : "warning"));
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const ClaimedAlert& claim : claims) {
    if (known.count(claim.alert->name) != 0) continue;
    const std::string near = did_you_mean(claim.alert->name, names);
    desk.warn("W0921", {claim.at.file, desk.tree(claim.at).child(claim.at.node, Kind::Name)}, fmt::format("No rule raises the alert `{}`.{}", claim.alert->name, near.empty() ? "" : fmt::format(" Did you mean `{}`?", near)), "Correct the name, or delete the line: nothing starts this runbook by it.");
  }
}

}  // namespace rbc::lint
