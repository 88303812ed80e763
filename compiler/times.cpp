#include "compiler/times.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/times_schedule.hpp"

namespace rbc::times {
namespace {

constexpr Micros kImpossible = -1;
constexpr Micros kMost = 366 * kDay;                  // where times stop growing
constexpr Micros kEnding = 6 * kSecond;               // to end an action that met its limit: TERM, five seconds, KILL
constexpr Micros kDelivery = 2 * kMinute;             // for pages still on their way when a run ends
constexpr Micros kLongestPause = 10 * kMinute;
constexpr std::int64_t kUsualRounds = 20;

Micros plus(Micros a, Micros b) { return a < 0 || b < 0 ? kImpossible : std::min(a + b, kMost); }
Micros times_over(Micros a, std::int64_t n) { return a < 0 ? kImpossible : a == 0 || n <= 0 ? 0 : n > kMost / a ? kMost : std::min(a * n, kMost); }

// The lines of a way as a tree that is never changed, so that ways share what they have in common: a line, then what `first` and `second`
// hold, all of it `deeper` and `rounds` times over. Written out once, for the way that takes longest.
struct Path;
using PathRef = std::shared_ptr<const Path>;
struct Path {
  BoundLine line;                      // without a text: none
  PathRef first, second;
  unsigned deeper = 0;
  std::int64_t rounds = 1;
  Path() = default;
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  // A chain is as long as the run has lines, so it is taken apart without recursion.
  ~Path() {
    std::vector<PathRef> owned;
    const auto take = [&](PathRef& ref) {
      if (ref && ref.use_count() == 1) owned.push_back(std::move(ref));
      ref.reset();
    };
    take(first);
    take(second);
    while (!owned.empty()) {
      const PathRef last = std::move(owned.back());
      owned.pop_back();
      Path& path = const_cast<Path&>(*last);
      take(path.first);
      take(path.second);
    }
  }
};
PathRef one_line(std::string text, Micros micros) {
  auto path = std::make_shared<Path>();
  path->line = {std::move(text), micros, 0};
  return path;
}
PathRef joined(const PathRef& first, const PathRef& second) {
  if (!first) return second;
  if (!second) return first;
  auto path = std::make_shared<Path>();
  path->first = first;
  path->second = second;
  return path;
}
std::vector<BoundLine> written(const PathRef& whole) {
  struct Part {
    const Path* path;
    unsigned deeper;
    std::int64_t rounds;
  };
  std::vector<BoundLine> lines;
  std::vector<Part> left;
  if (whole) left.push_back({whole.get(), 0, 1});
  while (!left.empty()) {
    const auto [path, deeper, rounds] = left.back();
    left.pop_back();
    if (!path->line.text.empty()) lines.push_back({path->line.text, times_over(path->line.micros, rounds), path->line.depth + deeper});
    const std::int64_t all_rounds = times_over(rounds, path->rounds);
    if (path->second) left.push_back({path->second.get(), deeper + path->deeper, all_rounds});
    if (path->first) left.push_back({path->first.get(), deeper + path->deeper, all_rounds});
  }
  return lines;
}

// One way a line can come out: the longest time until then, and what it leaves to be done when its step or the run ends.
struct Way {
  Micros time = kImpossible, later = 0;
  PathRef lines;
  bool possible() const { return time >= 0; }
  Micros total() const { return plus(time, later); }
};

Way at_once() { return {0, 0, {}}; }
Way then(const Way& a, const Way& b) {
  if (!a.possible() || !b.possible()) return {};
  return {plus(a.time, b.time), plus(a.later, b.later), joined(a.lines, b.lines)};
}
Way longer(const Way& a, const Way& b) { return a.total() >= b.total() ? a : b; }
Way over(const Way& a, std::int64_t n) {
  Way many = a;
  many.time = times_over(a.time, n);
  many.later = times_over(a.later, n);
  if (n == 0 && a.possible()) many.lines = nullptr;
  if (!many.lines || n == 1) return many;
  auto path = std::make_shared<Path>();
  path->first = a.lines;
  path->rounds = n;
  many.lines = std::move(path);
  return many;
}
Way after(Micros time, Way way) {
  way.time = plus(way.time, time);
  return way;
}

// The three ways: it goes on, it fails, the path stops.
struct Time {
  Way on, fails, ends;
  Micros longest() const { return std::max({on.total(), fails.total(), ends.total(), Micros{0}}); }
};

Time follow(const Time& a, const Time& b) {
  return {then(a.on, b.on), longer(a.fails, then(a.on, b.fails)), longer(a.ends, then(a.on, b.ends))};
}
Time either(const Time& a, const Time& b) { return {longer(a.on, b.on), longer(a.fails, b.fails), longer(a.ends, b.ends)}; }
Time caught(const Time& a, const Time& handler) {
  return {longer(a.on, then(a.fails, handler.on)), then(a.fails, handler.fails), longer(a.ends, then(a.fails, handler.ends))};
}

class Clock {
 public:
  Clock(const Facts& facts, std::uint32_t runbook, bool caps) : facts_(facts), runbook_(runbook), caps_(caps) {}

  Micros check(std::uint32_t index) {
    if (!open_.insert(index).second) return 0;   // checks do not go in circles; a mistake there was reported
    const CheckFacts& facts = facts_.checks[index];
    Micros sum = 0;
    std::vector<NodeRef> uses;
    const auto settle = [&] {
      if (!uses.empty()) sum = plus(sum, group(uses));
      uses.clear();
    };
    for (NodeRef line : all(facts.def)) {
      if (kind(line) == Kind::CheckUse) {
        uses.push_back(child(line, Kind::Refs));
        continue;
      }
      if (kind(line) == Kind::Note) continue;
      settle();
      if (kind(line) == Kind::Probe) sum = plus(sum, look(line));
      else if (kind(line) == Kind::Named && child(line, Kind::Probe)) sum = plus(sum, look(child(line, Kind::Probe)));
    }
    settle();
    open_.erase(index);
    return sum;
  }

  // The steps and the final look, ahead of what is taken back and of afterwards.
  Time steps() {
    const RunbookFacts& book = facts_.runbooks[runbook_];
    Time all_steps{at_once(), {}, {}};
    for (NodeRef step : all(book.def, Kind::Step)) all_steps = follow(all_steps, step_time(step));
    if (book.goal) {
      const Micros goal = group({book.goal});
      Way look{goal, 0, {}};
      if (goal > 0) look.lines = one_line("goal " + text(book.goal), goal);
      all_steps = follow(all_steps, Time{look, look, {}});
    }
    return all_steps;
  }

  Bounds run() {
    const RunbookFacts& book = facts_.runbooks[runbook_];
    const Time all_steps = steps();
    Way longest = longer(longer(all_steps.on, all_steps.fails), all_steps.ends);
    Bounds bounds;
    bounds.path = written(longest.lines);
    Micros total = longest.total();
    if (longest.later > 0) bounds.path.push_back({"what is taken back", longest.later, 0});
    if (const NodeRef node = child(book.def, Kind::Afterwards)) {
      const Time after_all = tolerant(child(node, Kind::Block));
      if (after_all.longest() > 0) bounds.path.push_back({"afterwards", after_all.longest(), 0});
      total = plus(total, after_all.longest());
    }
    bounds.path.push_back({"delivery of what is still on its way", kDelivery, 0});
    bounds.longest = plus(total, kDelivery);
    bounds.first_page = first_page(book, longest.total());
    return bounds;
  }

 private:
  const Tree& tree(NodeRef at) const { return facts_.tree(at); }
  Kind kind(NodeRef at) const { return tree(at).kind(at.node); }
  Word word(NodeRef at) const { return tree(at).word(at.node); }
  NodeRef child(NodeRef at, Kind wanted) const { return {at.file, tree(at).child(at.node, wanted)}; }
  NodeRef nth(NodeRef at, std::size_t index) const { return {at.file, tree(at).nth(at.node, index)}; }
  std::vector<NodeRef> all(NodeRef at) const {
    std::vector<NodeRef> found;
    for (NodeId id : tree(at).children(at.node)) found.push_back({at.file, id});
    return found;
  }
  std::vector<NodeRef> all(NodeRef at, Kind wanted) const {
    std::vector<NodeRef> found;
    for (NodeId id : tree(at).all(at.node, wanted)) found.push_back({at.file, id});
    return found;
  }
  std::string text(NodeRef at) const { return std::string(tree(at).text(at.node)); }
  std::int64_t integer(NodeRef at) const { return int_of(tree(at).text(at.node)).value_or(0); }
  std::string line_of(NodeRef at) const {
    const Source& source = tree(at).source();
    std::string_view line = source.line(source.place(tree(at).node(at.node).begin).line);
    const std::size_t first = line.find_first_not_of(" \t"), last = line.find_last_not_of(" \t\r");
    return first == std::string_view::npos ? std::string() : std::string(line.substr(first, last - first + 1));
  }

  Micros length(NodeRef at) const {
    const LengthFacts& facts = facts_.lengths.at(at);
    return caps_ ? facts.cap : facts.usual;
  }
  Micros limit(NodeRef owner, NodeRef utterance) const {
    if (const NodeRef node = child(owner, Kind::Limit)) return length(nth(node, 0));
    return facts_.templates[facts_.utterances.at(utterance).tmpl].limit;
  }
  // Headless, a change that may be repeated is, once, when its limit has left it in doubt (language.md 4.11).
  Micros action(NodeRef act, NodeRef utterance) const {
    const bool again = tree(act).flag(act.node, Word::Repeatable) || facts_.templates[facts_.utterances.at(utterance).tmpl].repeatable;
    return times_over(plus(limit(act, utterance), kEnding), again ? 2 : 1);
  }
  Micros look(NodeRef probe) const { return limit(probe, child(probe, Kind::Utterance)); }

  std::int64_t rounds(NodeRef list, NodeRef at_most) const {
    if (at_most) return integer(nth(at_most, 0));
    if (kind(list) != Kind::List) return kUsualRounds;
    std::int64_t items = 0;
    for (NodeRef item : all(list)) items += is_expression(kind(item)) ? 1 : 0;
    return items;
  }

  struct Seen {
    std::set<std::string> keys;
    std::vector<Slot> checks;
  };
  void mention(SymbolId id, NodeRef node, Seen& seen, bool fresh) {
    const Symbol& symbol = facts_.symbol(id);
    if (symbol.kind == SymbolKind::goal) {
      refs(facts_.runbooks[runbook_].goal, seen);
      return;
    }
    const NodeRef args = node ? child(node, Kind::Args) : NodeRef{};
    if (!fresh && !seen.keys.insert(std::to_string(id) + (args ? text(args) : std::string())).second) return;
    seen.checks.push_back({check(symbol.index), facts_.checks[symbol.index].resources});
  }
  void refs(NodeRef at, Seen& seen) {
    const NodeRef each = child(at, Kind::RefsEach);
    for (NodeRef ref : all(at, Kind::Ref))
      if (!each || !child(ref, Kind::Args)) mention(facts_.uses.at(nth(ref, 0)).symbol, ref, seen, false);
    if (!each) return;
    const std::int64_t n = rounds({at.file, tree(each).expression(each.node)}, {});
    for (std::int64_t i = 0; i < n; ++i)
      for (NodeRef ref : all(at, Kind::Ref))
        if (child(ref, Kind::Args)) mention(facts_.uses.at(nth(ref, 0)).symbol, ref, seen, true);
  }
  Micros group(const std::vector<NodeRef>& all_refs) {
    Seen seen;
    for (NodeRef each : all_refs) refs(each, seen);
    return makespan(seen.checks);
  }

  // The longest action in a block, through calls: what a `within` still waits for when its time has passed.
  Micros largest_action(NodeRef at) {
    Micros largest = 0;
    if (kind(at) == Kind::Do || facts_.changes_unsaid.contains(at)) {
      if (const NodeRef said = child(at, Kind::Utterance)) largest = action(at, said);
      else if (const NodeRef call = child(at, Kind::Call)) {
        const Symbol& called = facts_.symbol(facts_.uses.at(nth(call, 0)).symbol);
        if (called.kind == SymbolKind::procedure) largest = largest_action(facts_.procedures[called.index].def);
        else largest = largest_action(facts_.runbooks[called.index].def);
      }
    }
    for (NodeRef inner : all(at)) {
      if (kind(inner) == Kind::Leaving || kind(inner) == Kind::Undo) continue;
      largest = std::max(largest, largest_action(inner));
    }
    return largest;
  }

  Time leaf(NodeRef at, Micros time, bool may_fail) const {
    Way way{time, 0, {}};
    if (time > 0) way.lines = one_line(line_of(at), time);
    return {way, may_fail ? way : Way{}, {}};
  }
  // A line with lines beneath it: they stand one deeper, under it.
  Time under(NodeRef at, Time inside) const {
    for (Way* way : {&inside.on, &inside.fails, &inside.ends}) {
      if (!way->possible() || (!way->lines && way->time == 0)) continue;
      auto path = std::make_shared<Path>();
      path->line = {line_of(at), way->time, 0};
      path->first = way->lines;
      path->deeper = 1;
      way->lines = std::move(path);
    }
    return inside;
  }

  Time block(NodeRef at) { return lines(all(at)); }
  Time lines(const std::vector<NodeRef>& some) {
    Time sum{at_once(), {}, {}};
    const auto looks = [&](NodeRef line) { return kind(line) == Kind::CheckUse || kind(line) == Kind::CheckDef; };
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (!looks(some[i])) {
        sum = follow(sum, statement(some[i]));
        continue;
      }
      Seen seen;
      std::size_t last = i;
      for (std::size_t j = i; j < some.size() && (looks(some[j]) || kind(some[j]) == Kind::Note); ++j) {
        if (!looks(some[j])) continue;
        last = j;
        if (kind(some[j]) == Kind::CheckUse) refs(child(some[j], Kind::Refs), seen);
        else mention(facts_.declares.at(some[j]), {}, seen, false);
      }
      sum = follow(sum, leaf(some[i], makespan(seen.checks), true));
      i = last;
    }
    return sum;
  }
  // Each line fails for itself.
  Time tolerant(NodeRef at) {
    Time all_lines = block(at);
    Time sum{at_once(), {}, {}};
    for (NodeRef line : all(at)) {
      const Time one = lines({line});
      const Way longest = longer(longer(one.on, one.fails), one.ends);
      sum.on = then(sum.on, longest);
    }
    sum.on.time = std::max(sum.on.time, all_lines.longest());
    return sum;
  }
  Time otherwise(NodeRef at, Time body) {
    const NodeRef node = child(at, Kind::Otherwise);
    if (!node) return body;
    return caught(body, block(child(node, Kind::Block)));
  }
  Time step_time(NodeRef at) { return under(at, otherwise(at, block(child(at, Kind::Block)))); }

  Time act(NodeRef at) {
    Micros later = 0;
    if (const NodeRef leaving = child(at, Kind::Leaving)) later = plus(later, tolerant(child(leaving, Kind::Block)).longest());
    if (const NodeRef undo = child(at, Kind::Undo)) later = plus(later, tolerant(child(undo, Kind::Block)).longest());
    Time body;
    if (const NodeRef said = child(at, Kind::Utterance)) {
      body = leaf(at, action(at, said), true);
    } else {
      const NodeRef call = child(at, Kind::Call);
      const Symbol& called = facts_.symbol(facts_.uses.at(nth(call, 0)).symbol);
      body = under(at, called.kind == SymbolKind::runbook ? runbook(called.index, !all(call, Kind::Arg).empty()) : block(child(facts_.procedures[called.index].def, Kind::Block)));
      body.fails = longer(body.fails, at_once());
      if (const NodeRef limited = child(at, Kind::Limit)) body = within(body, length(nth(limited, 0)), largest_action(at));
    }
    for (Way* way : {&body.on, &body.fails, &body.ends})
      if (way->possible()) way->later = plus(way->later, later);
    return otherwise(at, body);
  }

  // Another runbook as a line of this one: however it ends, its undos and its afterwards are over by then. An input that is given may be as
  // long as its cap.
  Time runbook(std::uint32_t index, bool given) {
    Clock inside(facts_, index, caps_ || given);
    const Time steps = inside.steps();
    Way way = longer(longer(steps.on, steps.fails), steps.ends);
    way.time = way.total();
    way.later = 0;
    if (const NodeRef after = child(facts_.runbooks[index].def, Kind::Afterwards)) way.time = plus(way.time, inside.tolerant(child(after, Kind::Block)).longest());
    return {way, way, {}};
  }

  static Time within(Time body, Micros limit, Micros action) {
    const Way longest = longer(longer(body.on, body.fails), body.ends);
    const Micros most = plus(limit, action);
    if (longest.time > limit) body.fails = longest;
    for (Way* way : {&body.on, &body.fails, &body.ends})
      if (way->time > most) way->time = most;
    return body;
  }

  Time poll(NodeRef at, NodeRef refs_node) {
    const NodeRef cadence = child(at, Kind::Cadence);
    return leaf(at, plus(length(nth(cadence, 1)), group({refs_node})), true);
  }

  Time at_goal(NodeRef goal, Micros looks) const {
    Way way{looks, 0, {}};
    if (looks > 0) way.lines = one_line("look at " + text(goal), looks);
    return {way, {}, {}};
  }

  Time retry(NodeRef at) {
    const Time body = block(child(at, Kind::Block));
    if (!body.fails.possible()) return under(at, body);
    const std::int64_t n = integer(nth(at, 0));
    Micros pause = length(nth(at, 1)), pauses = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      pauses = plus(pauses, pause);
      if (tree(at).flag(at.node, Word::Doubling)) pause = std::min(pause * 2, std::max(kLongestPause, Micros{0}));
    }
    const Way before = after(pauses, over(body.fails, n));
    return under(at, {then(before, body.on), then(before, body.fails), then(before, body.ends)});
  }

  Time diagnose(NodeRef at) {
    const NodeRef goal = child(at, Kind::Refs);
    const Micros looks = group({goal});
    const Micros during = length(nth(child(at, Kind::Cadence), 1));
    Time sum = at_goal(goal, looks);
    for (NodeRef cause : all(at, Kind::Cause)) {
      Seen seen;
      refs(goal, seen);
      if (auto found = facts_.symptoms.find(cause); found != facts_.symptoms.end())
        for (const CheckMention& each : found->second) mention(each.symbol, each.node, seen, false);
      Time look_first = at_goal(goal, makespan(seen.checks));
      std::vector<NodeRef> before, body;
      bool symptoms = false, only_items = true;
      for (NodeRef part : all(cause)) {
        if (kind(part) == Kind::Name || kind(part) == Kind::Title) continue;
        if (kind(part) == Kind::Symptom) {
          symptoms = true;
          continue;
        }
        (symptoms ? body : before).push_back(part);
        if (symptoms) only_items = only_items && (kind(part) == Kind::Item || kind(part) == Kind::Note);
      }
      Time evidence = lines(before);
      look_first = follow(look_first, evidence);
      const Time cure = lines(body);
      const Micros wait = plus(during, looks);
      Way then_poll{wait, 0, one_line("poll until " + text(goal), wait)};
      Way goes_on = only_items ? cure.on : then(cure.on, then_poll);
      goes_on = longer(goes_on, cure.fails);
      Time one = follow(look_first, {goes_on, {}, cure.ends});
      one.on = longer(one.on, look_first.on);
      sum = follow(sum, under(cause, one));
    }
    sum.fails = longer(sum.fails, sum.on);
    return under(at, sum);
  }

  Time arms(NodeRef at) {
    Time worst;
    if (kind(at) == Kind::When) {
      worst = block(child(at, Kind::Block));
      for (NodeRef other : all(at, Kind::ElseWhen)) worst = either(worst, block(child(other, Kind::Block)));
      if (const NodeRef other = child(at, Kind::Otherwise)) worst = either(worst, block(child(other, Kind::Block)));
      else worst.on = longer(worst.on, at_once());
    } else {
      for (NodeRef arm : all(at, Kind::Arm)) worst = either(worst, block(child(arm, Kind::Block)));
    }
    worst.fails = longer(worst.fails, at_once());   // what it reads may be missing
    return under(at, worst);
  }

  Time for_each(NodeRef at) {
    const std::int64_t n = rounds({at.file, tree(at).expression(at.node)}, child(at, Kind::AtMost));
    Time body = block(child(at, Kind::Block));
    if (child(at, Kind::Tolerating)) body.on = longer(body.on, body.fails);
    if (n == 0) return {at_once(), {}, {}};
    const Way before = n == 1 ? at_once() : over(body.on, n - 1);
    Time whole{over(body.on, n), then(before, body.fails), then(before, body.ends)};
    // A round that always fails or stops is the last.
    if (!body.on.possible()) whole = {{}, body.fails, body.ends};
    whole.fails = longer(whole.fails, at_once());
    return under(at, whole);
  }

  Time repeat(NodeRef at) {
    const Time body = block(child(at, Kind::Block));
    const std::int64_t n = integer(nth(at, 0));
    if (!body.on.possible()) return under(at, body);
    const Way before = n == 1 ? at_once() : over(body.on, n - 1), whole = over(body.on, n);
    return under(at, {whole, longer(whole, then(before, body.fails)), then(before, body.ends)});
  }

  Time statement(NodeRef at) {
    switch (kind(at)) {
      case Kind::Note:
      case Kind::Item:
      case Kind::Show:
      case Kind::Notify: return {at_once(), {}, {}};
      case Kind::Probe: return facts_.changes_unsaid.contains(at) ? act(at) : leaf(at, look(at), false);
      case Kind::Wait: return leaf(at, length(nth(at, 0)), false);
      case Kind::Do: return act(at);
      case Kind::Bind:
        if (const NodeRef action = child(at, Kind::Do)) return act(action);
        if (const NodeRef probe = child(at, Kind::Probe)) return otherwise(at, leaf(at, look(probe), true));
        return otherwise(at, leaf(at, 0, true));
      case Kind::Require: return otherwise(at, leaf(at, group({child(at, Kind::Refs)}), true));
      case Kind::Poll: return otherwise(at, poll(at, child(at, Kind::Refs)));
      case Kind::Watch: {
        const NodeRef cadence = child(at, Kind::Cadence);
        const Micros every = std::max<Micros>(length(nth(cadence, 0)), 1), during = length(nth(cadence, 1));
        return otherwise(at, leaf(at, plus(during / every * every, group({child(at, Kind::Refs)})), true));
      }
      case Kind::Caution: {
        Time body = block(child(at, Kind::Block));
        const NodeRef limited = child(at, Kind::Limit);
        const Micros asked = limited ? length(nth(limited, 0)) : 0;
        Time question = leaf(at, asked, true);
        return otherwise(at, limited ? under(at, follow(question, body)) : follow(question, under(at, body)));
      }
      case Kind::When:
      case Kind::Depending: return arms(at);
      case Kind::ForEach: return otherwise(at, for_each(at));
      case Kind::Retry: return otherwise(at, retry(at));
      case Kind::Repeat: return otherwise(at, repeat(at));
      case Kind::Within: {
        const Time body = under(at, block(child(at, Kind::Block)));
        return otherwise(at, within(body, length(nth(child(at, Kind::Limit), 0)), largest_action(child(at, Kind::Block))));
      }
      case Kind::Diagnose: return otherwise(at, diagnose(at));
      case Kind::Ask:
      case Kind::Choose:
      case Kind::Confirm: return otherwise(at, leaf(at, 0, true));
      case Kind::Approve: return otherwise(at, leaf(at, length(nth(child(at, Kind::Limit), 0)), true));
      case Kind::Escalate:
      case Kind::End: return {{}, {}, at_once()};
      case Kind::Fail: return {{}, at_once(), {}};
      default: return {at_once(), {}, {}};
    }
  }

  bool says(NodeRef at, Kind wanted) const {
    if (kind(at) == wanted && (wanted != Kind::Notify || word(at) == Word::Page)) return true;
    for (NodeRef inner : all(at))
      if (says(inner, wanted)) return true;
    return false;
  }

  // When a first person is paged at the latest, if nothing helps. An acknowledgement cannot come before a page, so a path ends a ladder's
  // rungs only by its own end, and a headless run that fails there fires the next rung.
  Micros first_page(const RunbookFacts& book, Micros longest) const {
    Micros first = kNone;
    bool rungs = false, lines = false;
    for (NodeRef ladder : all(book.def, Kind::Escalation))
      for (NodeRef rung : all(ladder, Kind::Rung)) {
        const NodeRef trigger = child(rung, Kind::Trigger);
        if (!says(rung, Kind::Notify) || word(trigger) == Word::When || child(trigger, Kind::While)) continue;
        rungs = rungs || word(trigger) == Word::After;
        const Micros due = length(nth(trigger, 0));
        if (first == kNone || due < first) first = due;
      }
    for (NodeRef step : all(book.def, Kind::Step)) lines = lines || says(step, Kind::Escalate) || says(step, Kind::Notify);
    if ((rungs || lines) && (first == kNone || longest < first)) first = longest;
    return first;
  }

  const Facts& facts_;
  const std::uint32_t runbook_;
  const bool caps_;
  std::set<std::uint32_t> open_;
};

}  // namespace

Micros check_bound(const Facts& facts, std::uint32_t check, bool caps) {
  const std::uint32_t runbook = facts.checks[check].runbook;
  return Clock(facts, runbook, caps).check(check);
}

Bounds bounds(const Facts& facts, std::uint32_t runbook) {
  Bounds found = Clock(facts, runbook, false).run();
  found.longest_at_caps = Clock(facts, runbook, true).run().longest;
  return found;
}

}  // namespace rbc::times
