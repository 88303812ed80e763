// Ladders whose rungs add nothing, and people who are waited for without one.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "compiler/lint/lint.hpp"
#include "compiler/times.hpp"
#include "vm/model/literal.hpp"

namespace rbc::lint {

namespace {

struct OneRung {
  NodeId node, trigger;
  Word when;                               // after, every, when
  std::optional<Micros> length;
  std::set<std::string> pages;             // contacts
};

std::vector<OneRung> rungs_of(const Desk& desk, NodeRef ladder) {
  const Tree& tree = desk.tree(ladder);
  std::vector<OneRung> all;
  for (NodeId rung : tree.all(ladder.node, Kind::Rung)) {
    const NodeId trigger = tree.child(rung, Kind::Trigger);
    if (!trigger) continue;
    OneRung one{rung, trigger, tree.word(trigger), {}, {}};
    if (one.when != Word::When)
      if (const auto length = desk.facts.lengths.find({ladder.file, tree.first(trigger)}); length != desk.facts.lengths.end()) one.length = length->second.usual;
    for (NodeId said : tree.all(rung, Kind::Notify))
      if (tree.word(said) == Word::Page)
        for (NodeId name : tree.all(said, Kind::Name)) one.pages.emplace(tree.text(name));
    all.push_back(std::move(one));
  }
  return all;
}

// What a rung says and to whom, without its words.
std::string rung_key(const Tree& tree, const OneRung& rung) {
  std::string key;
  for (char c : tree.text(rung.trigger))
    if (c != ' ') key += c;
  for (NodeId said : tree.all(rung.node, Kind::Notify)) {
    key += fmt::format("|{}", spelling(tree.word(said)));
    for (NodeId name : tree.all(said, Kind::Name)) key += fmt::format(" {}", tree.text(name));
  }
  return key;
}

void check_ladder(Desk& desk, const RunbookFacts& runbook, NodeRef ladder) {
  const Tree& tree = desk.tree(ladder);
  const auto rungs = rungs_of(desk, ladder);
  std::map<std::string, NodeId> seen;
  const OneRung* latest = nullptr;
  std::set<std::string> pages;
  std::size_t paging = 0;
  for (const OneRung& rung : rungs) {
    const NodeRef at{ladder.file, rung.trigger};
    const auto [first, fresh] = seen.emplace(rung_key(tree, rung), rung.node);
    if (!fresh) {
      desk.warn("W0620", at, fmt::format("`{}` calls the same people as {}, at the same time.", desk.text(at), desk.line({ladder.file, first->second}, ladder.file)), "Delete one, or call somebody else.");
      continue;
    }
    if (rung.when != Word::After || !rung.length) continue;
    if (!rung.pages.empty()) ++paging, pages.insert(rung.pages.begin(), rung.pages.end());
    if (latest && *rung.length < *latest->length)
      desk.warn("W0621", at, fmt::format("`{}` stands below `{}`, and fires before it.", desk.text(at), desk.text({ladder.file, latest->trigger})), "Write rungs in the order of their times.");
    else
      latest = &rung;
  }
  if (paging >= 2 && pages.size() == 1)
    desk.warn("W0622", {ladder.file, tree.child(ladder.node, Kind::Rung)}, fmt::format("{} rungs of this ladder page `{}`: if nobody answers there, nobody else hears of {}.", paging == 2 ? std::string("Both") : fmt::format("All {}", paging), *pages.begin(), runbook.id), "Page somebody else on a later rung.");
}

std::string spoken_minutes(Micros length) {
  const auto minutes = length / 60'000'000;
  if (length % 60'000'000 != 0) return fmt::format("{}s", length / 1'000'000);
  if (minutes % 60 == 0 && minutes > 0) return fmt::format("{}h", minutes / 60);
  return fmt::format("{}m", minutes);
}

// `target acknowledge 5m` with a first page at 30m.
void check_target(Desk& desk, const RunbookFacts& runbook) {
  if (runbook.acknowledge_target <= 0) return;
  const Tree& tree = desk.tree(runbook.def);
  std::optional<Micros> first;
  NodeId at = 0;
  for (NodeId escalation : tree.all(runbook.def.node, Kind::Escalation))
    for (const OneRung& rung : rungs_of(desk, {runbook.def.file, escalation}))
      if (!rung.pages.empty()) {
        if (rung.when == Word::When || !rung.length) return;      // it may page at once
        if (!first || *rung.length < *first) first = rung.length, at = rung.trigger;
      }
  if (!first || *first <= runbook.acknowledge_target) return;
  // Whoever starts it by hand is there already; an alert at night finds nobody.
  if (runbook.alerts.empty() || !tree.find(Kind::Notify, tree.child(runbook.def.node, Kind::Step)).empty()) return;
  desk.warn("W0623", {runbook.def.file, at}, fmt::format("{} promises an acknowledgement within {}, and pages first after {}.", runbook.id, spoken_minutes(runbook.acknowledge_target), spoken_minutes(*first)),
            fmt::format("Page by then: `after {} page …`.", spoken_minutes(runbook.acknowledge_target)));
}

// Rungs whose time never comes, as every path has ended by then. A failure, and a page that reaches nobody, fire the next rung that pages
// ahead of its time: where no rung is reached by the clock, a ladder is an order of people, and its times are no mistake.
void check_clock(Desk& desk, const RunbookFacts& runbook) {
  const auto index = static_cast<std::uint32_t>(&runbook - desk.facts.runbooks.data());
  std::optional<Micros> outcome;      // none for what waits for a person
  bool asked = false;
  const auto over = [&](Micros due) {
    if (!asked && !times::waits(desk.facts, index)) outcome = times::ends(desk.facts, index, true).outcome;
    asked = true;
    return outcome && due >= *outcome;
  };
  for (NodeId escalation : desk.tree(runbook.def).all(runbook.def.node, Kind::Escalation)) {
    const auto rungs = rungs_of(desk, {runbook.def.file, escalation});
    std::optional<Micros> first;
    for (const OneRung& rung : rungs)
      if (rung.when == Word::After && rung.length && !rung.pages.empty() && (!first || *rung.length < *first)) first = rung.length;
    for (const OneRung& rung : rungs) {
      if (!rung.length) continue;
      const bool called_early = rung.when == Word::After && !rung.pages.empty() && (!first || over(*first));
      if (called_early || !over(*rung.length)) continue;
      desk.warn("W0606", {runbook.def.file, rung.trigger}, fmt::format("The time of this rung never comes: every path has ended by {}.", literal(Value::duration(*outcome))),
                rung.pages.empty() ? "Give it a shorter time, or delete it. `rbc check --times` shows how long the run can take."
                                   : "Give it a shorter time, or delete it: it is only called if nobody hears a page, or the run fails. `rbc check --times` shows how long the run can take.");
    }
  }
}

// The first line that waits for a person without a limit, or 0.
NodeId first_question(const Tree& tree, NodeId under) {
  for (NodeId child : tree.children(under)) {
    const Kind kind = tree.kind(child);
    if (kind == Kind::Item) return child;
    if ((kind == Kind::Ask || kind == Kind::Choose || kind == Kind::Confirm) && !tree.child(child, Kind::Limit)) return child;
    if (const NodeId inner = first_question(tree, child)) return inner;
  }
  return 0;
}

// A run that waits for a person without a limit, and no rung that fires whatever happens.
void check_waits(Desk& desk, const RunbookFacts& runbook) {
  const Tree& tree = desk.tree(runbook.def);
  bool ladder = false;
  for (NodeId trigger : tree.find(Kind::Trigger, runbook.def.node)) ladder |= tree.word(trigger) != Word::When && !tree.child(trigger, Kind::While);
  if (ladder) return;
  for (NodeId step : tree.all(runbook.def.node, Kind::Step))
    if (const NodeId one = first_question(tree, step)) {
      desk.warn("W0624", {runbook.def.file, one}, fmt::format("{} waits here for a person as long as it takes, and no rung calls anybody meanwhile.", runbook.id),
                "Add a rung that counts time, `after 30m page CONTACT`, or give the question a limit with `within`.");
      return;
    }
}

// Declined lines whose failure somebody takes: an `otherwise` around it, or the next cause.
void collect_handled(const Tree& tree, NodeId node, bool handled, std::set<NodeId>& into) {
  for (NodeId child : tree.children(node)) {
    const Kind kind = tree.kind(child);
    // The `otherwise` of a `when` is its else, and handles nothing.
    const bool here = handled || kind == Kind::Cause || (kind != Kind::When && kind != Kind::Otherwise && tree.child(child, Kind::Otherwise));
    if (kind == Kind::Confirm && here) into.insert(child);
    collect_handled(tree, child, here, into);
  }
}

// Where an alert starts it, nobody sits in front of it.
void check_headless(Desk& desk, const RunbookFacts& runbook) {
  if (runbook.alerts.empty()) return;
  const Tree& tree = desk.tree(runbook.def);
  std::set<NodeId> handled;
  collect_handled(tree, runbook.def.node, false, handled);
  for (NodeId step : tree.all(runbook.def.node, Kind::Step))
    for (NodeId one : tree.find(Kind::Confirm, step)) {
      if (tree.child(one, Kind::Default) || handled.count(one) == 1) continue;
      desk.warn("W0625", {runbook.def.file, one}, fmt::format("An alert starts {}, and then nobody answers this: it counts as declined, and the run fails here.", runbook.id),
                "Say what holds without a person: `confirm = yes: …`, or an `otherwise` beneath it that ends or escalates.");
    }
  for (NodeId judge : tree.find(Kind::Judge, runbook.def.node))
    if (!tree.child(judge, Kind::Colour))
      desk.warn("W0625", {runbook.def.file, judge}, fmt::format("An alert starts {}, and then nobody judges this: it is blind.", runbook.id), "Say which colour holds without a person: `judge = amber: …`.");
}

}  // namespace

void ladders(Desk& desk) {
  for (const RunbookFacts* runbook : desk.runbooks()) {
    const Tree& tree = desk.tree(runbook->def);
    for (NodeId escalation : tree.all(runbook->def.node, Kind::Escalation)) check_ladder(desk, *runbook, {runbook->def.file, escalation});
    check_target(desk, *runbook);
    if (desk.all_sound()) check_clock(desk, *runbook);
  }
}

void people(Desk& desk) {
  for (const RunbookFacts* runbook : desk.runbooks()) {
    check_waits(desk, *runbook);
    check_headless(desk, *runbook);
  }
}

}  // namespace rbc::lint
