#include "compiler/causes.hpp"
#include "compiler/times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/times_schedule.hpp"
#include "compiler/times_ways.hpp"
#include "vm/model/literal.hpp"

namespace rbc::times {
namespace {

constexpr Micros kEnding = 6 * kSecond;               // to end an action that met its limit: TERM, five seconds, KILL
constexpr Micros kDelivery = 2 * kMinute;             // for pages still on their way when a run ends
constexpr Micros kLongestPause = 10 * kMinute;
constexpr std::int64_t kUsualRounds = 20;

// Whether a clock keeps the lines of its path, with the words that are shown beside them: most who ask want a number.
enum class Tells : std::uint8_t { times, lines };

class Clock {
 public:
  // What each runbook that is called takes, with its inputs at their caps or not: shared by the clocks of one question.
  using Runbooks = std::map<std::pair<std::uint32_t, bool>, Time>;
  Clock(const Facts& facts, std::uint32_t runbook, bool caps, Tells tells, std::shared_ptr<Runbooks> runbooks = std::make_shared<Runbooks>())
      : facts_(facts), runbook_(runbook), caps_(caps), tells_(tells == Tells::lines), runbooks_(std::move(runbooks)) {}

  Micros check(std::uint32_t index) {
    // Checks do not go in circles; a mistake there was reported, and counts nothing here.
    const auto [known, fresh] = checks_.emplace(index, 0);
    if (!fresh) return known->second;
    Micros sum = 0;
    std::vector<NodeRef> uses;
    const auto settle = [&] {
      for (const Slot& one : checks_of(uses)) sum = plus(sum, one.takes);   // inside a check one look follows the other
      uses.clear();
    };
    for (NodeRef line : all(facts_.checks[index].def)) {
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
    return checks_[index] = sum;
  }

  // The steps and the final look, ahead of what is taken back and of afterwards.
  Time steps() {
    const RunbookFacts& book = facts_.runbooks[runbook_];
    Time all_steps{at_once(), {}, {}};
    for (NodeRef step : all(book.def, Kind::Step)) all_steps = follow(all_steps, step_time(step));
    if (book.goal) {
      const Micros goal = group({book.goal});
      const Way look = lasting(goal, goal > 0 && tells_ ? one_line({"goal " + text(book.goal), goal, 0, group_words({book.goal}), book.goal}) : nullptr);
      all_steps = follow(all_steps, Time{look, look, {}});
    }
    return all_steps;
  }

  Explained run() {
    const RunbookFacts& book = facts_.runbooks[runbook_];
    const Time all_steps = steps();
    const Way longest = worst(all_steps);
    Explained found;
    found.path = written(longest.lines);
    found.resolved = all_steps.on.possible() ? all_steps.on.time : kNone;
    if (longest.later > 0) found.path.push_back({"what is taken back", longest.later, 0, "`before leaving`, `undo`, and what a called runbook does afterwards: once for each `do`", {}});
    Micros total = longest.total();
    if (const NodeRef node = child(book.def, Kind::Afterwards)) {
      const Micros takes = tolerant(child(node, Kind::Block)).total();
      if (takes > 0) found.path.push_back({"afterwards", takes, 0, "", node});
      total = plus(total, takes);
    }
    found.path.push_back({"delivery of what is still on its way", kDelivery, 0, "", {}});
    found.longest = plus(total, kDelivery);
    found.first_page = first_page(book, longest.total());
    return found;
  }

  // Of `run`, what is no path: the whole, and until the outcome is fixed.
  Ends ends() {
    const Micros outcome = worst(steps()).total();
    const NodeRef node = child(facts_.runbooks[runbook_].def, Kind::Afterwards);
    return {plus(node ? plus(outcome, tolerant(child(node, Kind::Block)).total()) : outcome, kDelivery), plus(outcome, kDelivery)};
  }

  // An alert's run has nobody in front of it, so that a change there waits for nobody.
  bool waits() const {
    const RunbookFacts& book = facts_.runbooks[runbook_];
    const auto person = [&](NodeRef at) {
      switch (kind(at)) {
        case Kind::Item: case Kind::Ask: case Kind::Choose: case Kind::Confirm: case Kind::Approve: case Kind::Caution: case Kind::Judge: return true;
        default: return kind(at) == Kind::Do && book.alerts.empty();
      }
    };
    Visited seen;
    return says(book.def, person, seen);
  }

 private:
  using Visited = std::set<std::pair<std::uint32_t, NodeId>>;

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
  // Words that stand beside a line; none where lines are not told.
  std::string words(Micros micros) const { return tells_ ? literal(Value::duration(micros)) : std::string(); }
  template <class... Parts>
  std::string why(fmt::format_string<Parts...> form, Parts&&... parts) const {
    return tells_ ? fmt::format(form, std::forward<Parts>(parts)...) : std::string();
  }
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
  bool repeatable(NodeRef act, NodeRef utterance) const {
    return tree(act).flag(act.node, Word::Repeatable) || facts_.templates[facts_.utterances.at(utterance).tmpl].repeatable;
  }
  Micros once(NodeRef act, NodeRef utterance) const { return plus(limit(act, utterance), kEnding); }
  Micros look(NodeRef probe) const { return limit(probe, child(probe, Kind::Utterance)); }

  // The list's own length if it is written out, and what the line allows.
  std::int64_t rounds(NodeRef list, NodeRef at_most) const {
    std::int64_t most = at_most ? integer(nth(at_most, 0)) : kUsualRounds;
    if (kind(list) != Kind::List) return most;
    std::int64_t items = 0;
    for (NodeRef item : all(list)) items += is_expression(kind(item)) ? 1 : 0;
    return at_most ? std::min(most, items) : items;
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
  std::vector<Slot> checks_of(const std::vector<NodeRef>& all_refs) {
    Seen seen;
    for (NodeRef each : all_refs) refs(each, seen);
    return std::move(seen.checks);
  }
  // Looked at over and over, so what the goal alone takes is found out once.
  bool only_goal(const std::vector<NodeRef>& all_refs) const {
    if (all_refs.size() != 1) return false;
    const NodeRef first = nth(all_refs[0], 0);
    return first && kind(first) == Kind::Ref && !tree(first).next(first.node) && facts_.symbol(facts_.uses.at(nth(first, 0)).symbol).kind == SymbolKind::goal;
  }
  struct Takes {
    Micros time;
    std::size_t checks;
  };
  Takes takes(const std::vector<NodeRef>& all_refs) {
    const bool goal = only_goal(all_refs);
    if (goal && goal_) return *goal_;
    const auto checks = checks_of(all_refs);
    const Takes found{makespan(checks), checks.size()};
    if (goal) goal_ = found;
    return found;
  }
  Micros group(const std::vector<NodeRef>& all_refs) { return takes(all_refs).time; }
  std::string group_words(std::size_t checks) const {
    return checks < 2 ? std::string() : why("{} checks, eight at once and two a resource", checks);
  }
  std::string group_words(const std::vector<NodeRef>& all_refs) { return tells_ ? group_words(takes(all_refs).checks) : std::string(); }

  // The longest action in a block, through calls: what a `within` still waits for when its time has passed. One that was left in doubt
  // is not begun again then.
  Micros largest_action(NodeRef at) {
    Micros largest = 0;
    if (changes(at)) {
      if (const NodeRef said = child(at, Kind::Utterance)) {
        largest = once(at, said);
      } else {
        const NodeRef called = called_by(at);
        const auto [known, fresh] = largest_.emplace(std::pair(called.file, called.node), 0);
        largest = fresh ? largest_[{called.file, called.node}] = largest_action(called) : known->second;
      }
    }
    for (NodeRef inner : all(at)) {
      if (kind(inner) == Kind::Leaving || kind(inner) == Kind::Undo) continue;
      largest = std::max(largest, largest_action(inner));
    }
    return largest;
  }
  bool changes(NodeRef at) const { return kind(at) == Kind::Do || facts_.changes_unsaid.contains(at); }
  const Symbol& callee(NodeRef act) const { return facts_.symbol(facts_.uses.at(nth(child(act, Kind::Call), 0)).symbol); }
  // The procedure or runbook that a `do` calls; none if it says something.
  NodeRef called_by(NodeRef act) const {
    if (!child(act, Kind::Call)) return {};
    const Symbol& called = callee(act);
    return called.kind == SymbolKind::runbook ? facts_.runbooks[called.index].def : facts_.procedures[called.index].def;
  }

  Time leaf(NodeRef at, Micros time, bool may_fail, std::string why = {}) const {
    const Way way = lasting(time, time > 0 && tells_ ? one_line({line_of(at), time, 0, std::move(why), at}) : nullptr);
    return {way, may_fail ? way : Way{}, {}};
  }
  // A line with lines beneath it: they stand one deeper, under it.
  Time under(NodeRef at, Time inside, const std::string& why = {}) const {
    if (!tells_) return inside;
    for (Way* way : {&inside.on, &inside.fails, &inside.ends}) {
      if (!way->possible() || (!way->lines && way->time == 0)) continue;
      way->lines = beneath({line_of(at), way->time, 0, why, at}, way->lines);
    }
    return inside;
  }

  Time block(NodeRef at) { return lines(all(at)); }
  bool looks(NodeRef line) const { return kind(line) == Kind::CheckUse || kind(line) == Kind::CheckDef; }
  Time lines(const std::vector<NodeRef>& some) {
    Time sum{at_once(), {}, {}};
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (!looks(some[i])) {
        sum = follow(sum, statement(some[i]));
        continue;
      }
      if (std::vector<NodeRef> alone{child(some[i], Kind::Refs)}; kind(some[i]) == Kind::CheckUse && (i + 1 == some.size() || (!looks(some[i + 1]) && kind(some[i + 1]) != Kind::Note)) && only_goal(alone)) {
        const Takes goal = takes(alone);
        sum = follow(sum, leaf(some[i], goal.time, true, group_words(goal.checks)));
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
      sum = follow(sum, leaf(some[i], makespan(seen.checks), true, group_words(seen.checks.size())));
      i = last;
    }
    return sum;
  }
  // Each line fails for itself; `check` lines that touch are one.
  Way tolerant(NodeRef at) {
    Way sum = at_once();
    std::vector<NodeRef> together;
    const auto settle = [&] {
      if (!together.empty()) sum = then(sum, worst(lines(together)));
      together.clear();
    };
    for (NodeRef line : all(at)) {
      if (!looks(line)) settle();
      together.push_back(line);
      if (!looks(line)) settle();
    }
    settle();
    return sum;
  }
  Time otherwise(NodeRef at, Time body) {
    const NodeRef node = child(at, Kind::Otherwise);
    if (!node) return body;
    return caught(body, block(child(node, Kind::Block)));
  }
  Time step_time(NodeRef at) { return under(at, otherwise(at, block(child(at, Kind::Block)))); }

  // The same for each call, so it is found out once, however the calls are nested.
  const Time& procedure(std::uint32_t index) {
    const auto [known, fresh] = procedures_.emplace(index, Time{});
    if (!fresh) return known->second;
    Time takes = block(child(facts_.procedures[index].def, Kind::Block));
    takes.fails = longer(takes.fails, at_once());   // an argument may be missing
    return procedures_[index] = std::move(takes);
  }

  // Another runbook as a line of this one. Its undos and its afterwards are over when the line is; no limit around it cuts them, so they
  // count as what is taken back. An input that is given may be as long as its cap.
  Time runbook(std::uint32_t index, bool caps) {
    const auto [known, fresh] = runbooks_->emplace(std::pair(index, caps), Time{});
    if (!fresh) return known->second;
    Clock inside(facts_, index, caps, tells_ ? Tells::lines : Tells::times, runbooks_);
    Way way = worst(inside.steps());
    if (const NodeRef after = child(facts_.runbooks[index].def, Kind::Afterwards)) {
      const Micros takes = inside.tolerant(child(after, Kind::Block)).total();
      way.later = plus(way.later, takes);
      way.owed = plus(way.owed, takes);
    }
    return (*runbooks_)[{index, caps}] = {way, longer(way, at_once()), {}};
  }

  Time act(NodeRef at) {
    Micros later = 0;
    if (const NodeRef leaving = child(at, Kind::Leaving)) later = plus(later, tolerant(child(leaving, Kind::Block)).total());
    if (const NodeRef undo = child(at, Kind::Undo)) later = plus(later, tolerant(child(undo, Kind::Block)).total());
    Time body;
    if (const NodeRef said = child(at, Kind::Utterance)) {
      const Micros one = once(at, said);
      const bool again = repeatable(at, said);
      body = leaf(at, times_over(one, again ? 2 : 1), true,
                  why("{} + 6s to end it{}", words(one - kEnding), again ? ", and once more if it is in doubt" : ""));
    } else {
      const Symbol& called = callee(at);
      body = called.kind == SymbolKind::runbook ? runbook(called.index, caps_ || !all(child(at, Kind::Call), Kind::Arg).empty()) : procedure(called.index);
      std::string reason;
      if (const NodeRef limited = child(at, Kind::Limit)) body = cut(body, length(nth(limited, 0)), largest_action(at), reason);
      body = under(at, body, reason);
    }
    for (Way* way : {&body.on, &body.fails, &body.ends}) {
      if (!way->possible()) continue;
      way->later = plus(way->later, later);
      way->owed = plus(way->owed, later);
    }
    return otherwise(at, body);
  }

  Time cut(const Time& body, Micros limit, Micros action, std::string& reason) const {
    if (tells_ && worst(body).furthest > limit)
      reason = action > 0 ? why("cut after {}, and a change in flight may take {} more", words(limit), words(action)) : why("cut after {}", words(limit));
    return within(body, limit, action);
  }

  Time poll(NodeRef at, NodeRef refs_node) {
    const NodeRef cadence = child(at, Kind::Cadence);
    const Micros during = length(nth(cadence, 1)), last = group({refs_node});
    return leaf(at, plus(during, last), true, why("{}, and one last look of {}", words(during), words(last)));
  }

  Time watch(NodeRef at) {
    const NodeRef cadence = child(at, Kind::Cadence), refs_node = child(at, Kind::Refs);
    const Micros every = std::max<Micros>(length(nth(cadence, 0)), 1), during = length(nth(cadence, 1)), last = group({refs_node});
    // Up to its cap, an input may be any divisor.
    const bool any = caps_ && facts_.lengths.at(nth(cadence, 0)).input != kNoSymbol;
    const Micros begins = any ? during : during / every * every;
    return leaf(at, plus(begins, last), true, why("the last look begins after {} and takes {}", words(begins), words(last)));
  }

  Way at_goal(NodeRef goal, Micros looks, std::string why) const {
    return lasting(looks, looks > 0 && tells_ ? one_line({"look at " + text(goal), looks, 0, std::move(why), goal}) : nullptr);
  }

  Time retry(NodeRef at) {
    const Time body = block(child(at, Kind::Block));
    if (!body.fails.possible()) return under(at, body);
    const std::int64_t n = integer(nth(at, 0));
    const Micros first = length(nth(at, 1));
    Micros pause = first, sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      sum = plus(sum, pause);
      if (tree(at).flag(at.node, Word::Doubling)) pause = std::min(pause * 2, kLongestPause);
    }
    const Way pauses = lasting(sum, sum > 0 && tells_ ? one_line({"pauses", sum, 0, n == 1 ? std::string() : fmt::format("{} of them, {}", n, tree(at).flag(at.node, Word::Doubling) ? "each twice the one before, at most 10m" : "each " + words(first)), at}) : nullptr);
    const Way before = then(over(body.fails, n), pauses);
    return under(at, {then(before, body.on), then(over(body.fails, n + 1), pauses), then(before, body.ends)}, why("{} rounds at most", n + 1));
  }

  Time cause(NodeRef at, NodeRef goal, Micros during, Micros last) {
    Seen seen;
    refs(goal, seen);
    if (auto found = facts_.symptoms.find(at); found != facts_.symptoms.end())
      for (const CheckMention& each : found->second) mention(each.symbol, each.node, seen, false);
    Time look_first{at_goal(goal, makespan(seen.checks), seen.checks.size() > 1 ? "with the checks that the symptoms name" : ""), {}, {}};
    std::vector<NodeRef> before, body;
    bool symptoms = false, only_items = true;
    for (NodeRef part : all(at)) {
      if (kind(part) == Kind::Name || kind(part) == Kind::Title) continue;
      if (kind(part) == Kind::Symptom) {
        symptoms = true;
        continue;
      }
      if (!symptoms && looked_at_for_symptoms(facts_, at, part)) continue;
      (symptoms ? body : before).push_back(part);
      if (symptoms) only_items = only_items && (kind(part) == Kind::Item || kind(part) == Kind::Note);
    }
    look_first = follow(look_first, lines(before));
    const Time cure = lines(body);
    const Way then_poll = lasting(plus(during, last), tells_ ? one_line({"poll until " + text(goal), plus(during, last), 0, why("{}, and one last look of {}", words(during), words(last)), at}) : nullptr);
    Way goes_on = only_items ? cure.on : then(cure.on, then_poll);
    goes_on = longer(goes_on, cure.fails);
    Time one = follow(look_first, {goes_on, {}, cure.ends});
    one.on = longer(one.on, look_first.on);
    return under(at, one);
  }

  Time diagnose(NodeRef at) {
    const NodeRef goal = child(at, Kind::Refs);
    const Micros looks = group({goal});
    const Micros during = length(nth(child(at, Kind::Cadence), 1));
    Time sum{at_goal(goal, looks, ""), {}, {}};
    for (NodeRef one : all(at, Kind::Cause)) sum = follow(sum, cause(one, goal, during, looks));
    sum.fails = longer(sum.fails, sum.on);
    return under(at, sum);
  }

  Time arms(NodeRef at) {
    Time longest;
    if (kind(at) == Kind::When) {
      longest = block(child(at, Kind::Block));
      for (NodeRef other : all(at, Kind::ElseWhen)) longest = either(longest, block(child(other, Kind::Block)));
      if (const NodeRef other = child(at, Kind::Otherwise)) longest = either(longest, block(child(other, Kind::Block)));
      else longest.on = longer(longest.on, at_once());
    } else {
      for (NodeRef arm : all(at, Kind::Arm)) longest = either(longest, block(child(arm, Kind::Block)));
    }
    longest.fails = longer(longest.fails, at_once());   // what it reads may be missing
    return under(at, longest, "the longest arm");
  }

  Time for_each(NodeRef at) {
    const std::int64_t n = rounds({at.file, tree(at).expression(at.node)}, child(at, Kind::AtMost));
    Time body = block(child(at, Kind::Block));
    if (child(at, Kind::Tolerating)) body.on = longer(body.on, body.fails);
    if (n == 0) return {at_once(), at_once(), {}};
    const Way before = over(body.on, n - 1);
    Time whole{over(body.on, n), then(before, body.fails), then(before, body.ends)};
    // A round that always fails or stops is the last.
    if (!body.on.possible()) whole = {{}, body.fails, body.ends};
    whole.on = longer(whole.on, at_once());             // of no elements
    whole.fails = longer(whole.fails, at_once());
    return under(at, whole, why("{} round{} at most", n, n == 1 ? "" : "s"));
  }

  Time repeat(NodeRef at) {
    const Time body = block(child(at, Kind::Block));
    const std::int64_t n = integer(nth(at, 0));
    if (!body.on.possible()) return under(at, body);
    const Way before = over(body.on, n - 1), whole = over(body.on, n);
    return under(at, {whole, longer(whole, then(before, body.fails)), then(before, body.ends)}, why("{} rounds at most", n));
  }

  Time limited(NodeRef at) {
    const NodeRef inside = child(at, Kind::Block);
    std::string reason;
    const Time body = cut(block(inside), length(nth(child(at, Kind::Limit), 0)), largest_action(inside), reason);
    return under(at, body, reason);
  }

  Time caution(NodeRef at) {
    const NodeRef limit = child(at, Kind::Limit);
    const Time body = block(child(at, Kind::Block));
    if (!limit) return follow(leaf(at, 0, true), under(at, body));
    const Micros asked = length(nth(limit, 0));
    const Way question = lasting(asked, tells_ ? one_line({"the approval", asked, 0, "until nobody has answered in time", at}) : nullptr);
    return under(at, follow(Time{question, question, {}}, body));
  }

  Time statement(NodeRef at) {
    switch (kind(at)) {
      case Kind::Note:
      case Kind::Item:
      case Kind::Show:
      case Kind::Notify: return {at_once(), {}, {}};
      case Kind::Probe: return changes(at) ? act(at) : leaf(at, look(at), false);
      case Kind::Wait: return leaf(at, length(nth(at, 0)), false);
      case Kind::Do: return act(at);
      case Kind::Bind:
        if (const NodeRef action = child(at, Kind::Do)) return act(action);
        if (const NodeRef probe = child(at, Kind::Probe)) return otherwise(at, leaf(at, look(probe), true));
        return otherwise(at, leaf(at, 0, true));
      case Kind::Require: return otherwise(at, leaf(at, group({child(at, Kind::Refs)}), true, group_words({child(at, Kind::Refs)})));
      case Kind::Poll: return otherwise(at, poll(at, child(at, Kind::Refs)));
      case Kind::Watch: return otherwise(at, watch(at));
      case Kind::Caution: return otherwise(at, caution(at));
      case Kind::When:
      case Kind::Depending: return arms(at);
      case Kind::ForEach: return otherwise(at, for_each(at));
      case Kind::Retry: return otherwise(at, retry(at));
      case Kind::Repeat: return otherwise(at, repeat(at));
      case Kind::Within: return otherwise(at, limited(at));
      case Kind::Diagnose: return otherwise(at, diagnose(at));
      case Kind::Ask:
      case Kind::Choose:
      case Kind::Confirm: return otherwise(at, leaf(at, 0, true));
      case Kind::Approve: return otherwise(at, leaf(at, length(nth(child(at, Kind::Limit), 0)), true, "until nobody has answered in time"));
      case Kind::Escalate:
      case Kind::End: return {{}, {}, at_once()};
      case Kind::Fail: return {{}, at_once(), {}};
      default: return {at_once(), {}, {}};
    }
  }

  // Whether a block says so, or what it calls.
  template <class Wanted>
  bool says(NodeRef at, const Wanted& wanted, Visited& seen) const {
    if (wanted(at)) return true;
    if (kind(at) == Kind::Do)
      if (const NodeRef called = called_by(at); called && seen.insert({called.file, called.node}).second && says(called, wanted, seen)) return true;
    for (NodeId inner : tree(at).children(at.node))
      if (says({at.file, inner}, wanted, seen)) return true;
    return false;
  }
  bool says(NodeRef at, Kind wanted, Visited& seen) const {
    return says(at, [&](NodeRef one) { return kind(one) == wanted && (wanted != Kind::Notify || word(one) == Word::Page); }, seen);
  }
  bool steps_say(const RunbookFacts& book, Kind wanted) const {
    Visited seen;
    for (NodeRef step : all(book.def, Kind::Step))
      if (says(step, wanted, seen)) return true;
    return false;
  }

  // When a first person is paged at the latest, if nothing helps. An acknowledgement cannot come before a page, so a path ends a ladder's
  // rungs only by its own end, or by a cause that is identified; a headless run that fails fires the next rung, whatever its `while`.
  Micros first_page(const RunbookFacts& book, Micros longest) const {
    Micros first = kNone;
    bool fires = steps_say(book, Kind::Escalate) || steps_say(book, Kind::Notify);
    const bool identifies = steps_say(book, Kind::Diagnose);
    for (NodeRef ladder : all(book.def, Kind::Escalation)) {
      bool ends = false;
      for (NodeRef until : all(ladder, Kind::Until)) ends = ends || (identifies && word(until) == Word::Identified);
      for (NodeRef rung : all(ladder, Kind::Rung)) {
        const NodeRef trigger = child(rung, Kind::Trigger);
        Visited seen;
        if (!says(rung, Kind::Notify, seen) || word(trigger) == Word::When) continue;
        fires = fires || word(trigger) == Word::After;
        if (ends || child(trigger, Kind::While)) continue;
        const Micros due = length(nth(trigger, 0));
        if (first == kNone || due < first) first = due;
      }
    }
    if (fires && (first == kNone || longest < first)) first = longest;
    return first;
  }

  const Facts& facts_;
  const std::uint32_t runbook_;
  const bool caps_, tells_;
  std::map<std::uint32_t, Micros> checks_;
  std::map<std::pair<std::uint32_t, NodeId>, Micros> largest_;      // by procedure or runbook
  std::map<std::uint32_t, Time> procedures_;
  std::shared_ptr<Runbooks> runbooks_;
  std::optional<Takes> goal_;
};

}  // namespace

Micros check_bound(const Facts& facts, std::uint32_t check, bool caps) {
  const std::uint32_t runbook = facts.checks[check].runbook;
  return Clock(facts, runbook, caps, Tells::times).check(check);
}

Explained explain(const Facts& facts, std::uint32_t runbook) {
  Explained found = Clock(facts, runbook, false, Tells::lines).run();
  found.longest_at_caps = ends(facts, runbook, true).longest;
  return found;
}

Ends ends(const Facts& facts, std::uint32_t runbook, bool caps) { return Clock(facts, runbook, caps, Tells::times).ends(); }
bool waits(const Facts& facts, std::uint32_t runbook) { return Clock(facts, runbook, false, Tells::times).waits(); }

}  // namespace rbc::times
