// A runbook: its header lines, inputs, ladders; and the order in which its parts are typed.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "compiler/checker.hpp"
#include "compiler/compile.hpp"

namespace rbc::front {

namespace {

std::string plain(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

Micros micros(std::chrono::milliseconds length) { return static_cast<Micros>(length.count()) * 1000; }

void Checker::runbook_meta(RunbookFacts& r) {
  const NodeId node = r.def.node;
  const auto once = [&](Kind kind, std::string_view what) {
    const auto all = tree().all(node, kind);
    for (std::size_t i = 1; i < all.size(); ++i)
      error("E0209", all[i], fmt::format("{} has two {}.", r.id, what), "Keep one.")
          .with({&tree().source(), tree().span(all[0]), "the first"});
    return all.empty() ? NodeId{0} : all[0];
  };
  if (const NodeId severity = once(Kind::Severity, "severities")) r.severity = spelling(tree().word(severity));
  if (const auto budget = settings_.budgets.find(r.severity); budget != settings_.budgets.end()) r.budget = budget->second;
  if (const NodeId goal = once(Kind::Goal, "goals")) {
    r.goal = ref(tree().child(goal, Kind::Refs));
  } else if (!tree().child(node, Kind::Error)) {
    error("E0204", tree().child(node, Kind::Name), fmt::format("{} has no goal.", r.id), "Which checks say that it is over? Write `goal NAME, …`.");
  }
  once(Kind::Target, "lines of targets");
  once(Kind::Reviewed, "dates of review");
  once(Kind::Afterwards, "afterwards");
  for (NodeId alert : tree().all(node, Kind::Alert)) r.alerts.push_back(alert_of(tree(), alert));
  for (NodeId target : tree().find(Kind::TargetTime, node)) {
    const auto length = duration_of(tree().text(tree().child(target, Kind::Duration)));
    if (!length) {
      error("E0308", tree().child(target, Kind::Duration), "This length does not fit, or has its units out of order.");
      continue;
    }
    (tree().word(target) == Word::Acknowledge ? r.acknowledge_target : r.resolve_target) = micros(*length);
  }
  for (NodeId part : tree().children(node)) {
    const NodeId first = tree().first(part);
    switch (tree().kind(part)) {
      case Kind::Service: r.about.emplace_back("service", plain(text(first))); break;
      case Kind::Owner: r.about.emplace_back("owner", plain(text(first))); break;
      case Kind::Needs: r.about.emplace_back("needs", plain(text(first))); break;
      case Kind::See: r.about.emplace_back("see", plain(text(first))); break;
      case Kind::Reviewed: {
        const NodeId every = tree().next(first);
        r.about.emplace_back("reviewed", fmt::format("{} every {}", plain(text(first)), every ? plain(text(every)) : ""));
        if (!instant_of(plain(text(first)))) error("E0308", first, "There is no such day.");
        break;
      }
      default: break;
    }
  }
}

void Checker::runbook_input(std::uint32_t index, NodeId node) {
  const NodeId name = tree().child(node, Kind::Name), type = tree().child(node, Kind::Type);
  const NodeId preset = tree().child(node, Kind::Default);
  if (!name) return;
  Type declared = type ? type_node(type) : Type();
  if (preset) {
    const NodeId value = tree().expression(preset);
    const Type is = value ? expression(value, type ? &declared : nullptr) : Type();
    if (!type) declared = is;
    else if (!is.is(TypeTag::error) && !declared.is(TypeTag::error) && !fits(is, declared))
      error("E0301", value, fmt::format("`{}` is {}, and its default is {}.", text(name), with_article(declared), with_article(is)),
            declared.is_quantity() && is.is_numeric() ? "Give the default a unit." : "");
  } else if (!type) {
    declared = TypeTag::text;
  }
  if (holds_secret(declared)) {
    error("E0502", type ? type : tree().expression(preset), fmt::format("`{}` is to be a secret, and inputs stand on command lines and in the journal.", text(name)),
          fmt::format("A secret is declared, and known everywhere: `secret {} from env {}`.", text(name), upper_name(text(name))));
    declared = Type();
  }
  const SymbolId id = bind_value(node, name, declared, SymbolKind::input);
  facts.runbooks[index].inputs.push_back(id);
  if (const NodeId title = tree().child(node, Kind::Title)) prose(title);
}

void Checker::rung(NodeId node) {
  const NodeId trigger = tree().child(node, Kind::Trigger);
  if (trigger) {
    in_rung_ = true;
    if (tree().word(trigger) == Word::When) {
      if (const NodeId holds = tree().expression(trigger)) condition(holds);
    } else {
      if (const NodeId first = tree().first(trigger)) length(first);
      if (const NodeId holds = tree().child(trigger, Kind::While)) condition(tree().expression(holds));
    }
    in_rung_ = false;
  }
  for (NodeId line : tree().all(node, Kind::Notify)) notify(line);
}

void Checker::ladder(NodeId escalation) {
  for (NodeId line : tree().children(escalation)) {
    if (tree().kind(line) == Kind::Rung) rung(line);
    else if (tree().kind(line) == Kind::Note) prose(line);
  }
}

void Checker::check_runbook(std::uint32_t index) {
  RunbookFacts& r = facts.runbooks[index];
  file_ = r.def.file;
  const NodeId node = r.def.node;
  Scope scope{&files[file_].visible, {}};
  at_ = {};
  at_.scope = &scope;
  frame_ = {&r.locals, &r.slots};
  runbook_ = index;
  runbook_scope_ = &scope;
  narrowed_.clear();
  looked_.clear();
  unbound_elsewhere_.clear();
  questions_.clear();

  Symbol goal;
  goal.kind = SymbolKind::goal;
  goal.name = "goal";
  goal.type = TypeTag::verdict;
  goal.index = index;
  r.goal_symbol = add(goal);
  scope.names.emplace("goal", r.goal_symbol);

  runbook_meta(r);
  for (NodeId input : tree().all(node, Kind::Input)) runbook_input(index, input);
  const auto first_check = static_cast<std::uint32_t>(facts.checks.size());
  for (NodeId check : tree().find(Kind::CheckDef, node)) declare_check(check, scope, index);
  const auto last_check = static_cast<std::uint32_t>(facts.checks.size());
  const auto first_message = static_cast<std::uint32_t>(facts.messages.size());
  for (NodeId message : tree().all(node, Kind::Message)) declare_message(message, scope);
  if (const NodeId title = tree().child(node, Kind::Title)) prose(title);
  if (r.goal) {
    refs(r.goal.node);
    join(r.goal_symbol, r.goal.node);
  }
  check_step_names(node);
  const Context outside = at_;

  for (NodeId part : tree().children(node)) {
    at_ = outside;
    if (tree().kind(part) == Kind::Note) prose(part);
    if (tree().kind(part) != Kind::Step) continue;
    if (const NodeId title = tree().child(part, Kind::Title)) prose(title);
    if (const NodeId body = tree().child(part, Kind::Block)) block(body, false);
    otherwise(part);
    narrowed_.clear();
  }
  at_ = outside;
  if (const NodeId after = tree().child(node, Kind::Afterwards))
    if (const NodeId body = tree().child(after, Kind::Block)) {
      block(body);
      outcome_is_fixed(body, "afterwards");
    }
  for (std::uint32_t i = first_check; i < last_check; ++i) {
    at_ = outside;
    narrowed_.clear();
    check_body(i);
  }
  for (std::uint32_t i = first_message; i < facts.messages.size(); ++i) {
    message_body(i, files[file_].visible);
  }
  at_ = outside;
  frame_ = {&r.locals, &r.slots};
  narrowed_.clear();
  bool pages = false;
  for (NodeId escalation : tree().all(node, Kind::Escalation)) {
    ladder(escalation);
    for (NodeId said : tree().find(Kind::Notify, escalation)) pages |= tree().word(said) == Word::Page;
    pages |= tree().child(escalation, Kind::Error) != 0;
  }
  // Without a goal nobody can say yet how it ends.
  if (!pages && r.goal && !tree().child(node, Kind::Error) && tree().child(node, Kind::Step))
    error("E0607", tree().child(node, Kind::Name), fmt::format("{} can fail headless with nobody to page.", r.id),
          "Add `escalation until acknowledged` with `after 30m page CONTACT`.");
  check_questions();
  at_ = {};
  runbook_ = 0xffffffff;
  runbook_scope_ = nullptr;
}

void Checker::check_ids() {
  const auto lower = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  std::unordered_map<std::string, std::size_t> firsts;
  for (std::size_t i = 0; i < facts.runbooks.size(); ++i) {
    const auto [there, fresh] = firsts.emplace(lower(facts.runbooks[i].id), i);
    if (fresh) continue;
    const RunbookFacts &first = facts.runbooks[there->second], &second = facts.runbooks[i];
    if (first.def.file == second.def.file && first.id == second.id) continue;   // told as any other name
    file_ = second.def.file;
    error("E0207", tree().child(second.def.node, Kind::Name), fmt::format("`{}` is already a runbook ({}).", second.id, where(first.def)), "Ids are one to a project, without regard to case.");
  }
}

// Steps and causes share one space of names.
void Checker::check_step_names(NodeId runbook) {
  std::map<std::string, NodeId> seen;
  for (Kind kind : {Kind::Step, Kind::Cause})
    for (NodeId node : tree().find(kind, runbook)) {
      const NodeId name = tree().child(node, Kind::Name);
      if (!name) continue;
      const auto [there, fresh] = seen.emplace(text(name), name);
      if (!fresh) error("E0207", name, fmt::format("`{}` is already a step or a cause here ({}).", text(name), where(ref(there->second))), "Call this one something else.");
    }
}

// A check that looks at itself, by way of others, would never be done.
void Checker::check_circles() {
  std::map<SymbolId, int> states;
  std::function<void(SymbolId)> visit = [&](SymbolId id) {
    states[id] = 1;
    for (const CheckMention& next : joins_[id]) {
      if (states[next.symbol] == 1) {
        file_ = next.node.file;
        error("E0206", next.node.node, fmt::format("`{}` looks at itself{}.", facts.symbols[next.symbol].name, next.symbol == id ? "" : fmt::format(", by way of `{}`", facts.symbols[id].name)));
      } else if (states[next.symbol] == 0) {
        visit(next.symbol);
      }
    }
    states[id] = 2;
  };
  for (const CheckFacts& check : facts.checks)
    if (states[check.symbol] == 0) visit(check.symbol);
  for (const RunbookFacts& r : facts.runbooks)
    if (states[r.goal_symbol] == 0) visit(r.goal_symbol);
}

void Checker::check_alerts() {
  struct Claim { const RunbookFacts* runbook; const AlertInfo* alert; NodeRef at; };
  std::unordered_map<std::string_view, std::vector<Claim>> claims;   // by the alert's name
  for (const RunbookFacts& r : facts.runbooks) {
    file_ = r.def.file;
    const auto nodes = tree().all(r.def.node, Kind::Alert);
    for (std::size_t i = 0; i < nodes.size() && i < r.alerts.size(); ++i) {
      std::vector<Claim>& same = claims[r.alerts[i].name];
      // One rule may raise its alert as a warning first, and as critical later: both lead here.
      const auto first = std::find_if(same.begin(), same.end(), [&](const Claim& claim) {
        return claim.alert->labels == r.alerts[i].labels && (claim.runbook != &r || claim.alert->severity == r.alerts[i].severity);
      });
      if (first != same.end())
        error("E0203", tree().child(nodes[i], Kind::Name),
              fmt::format("Alert `{}` already belongs to {} ({}).", r.alerts[i].name, first->runbook->id, where(first->at)),
              first->runbook == &r ? "Delete this line." : "One alert leads to one runbook; labels tell two apart.");
      else
        same.push_back({&r, &r.alerts[i], ref(nodes[i])});
    }
  }
}

}  // namespace rbc::front
