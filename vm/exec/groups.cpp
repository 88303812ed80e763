#include <algorithm>

#include <fmt/format.h>

#include "vm/exec/body.hpp"

namespace rbc {

using exec::Ended;
using exec::Fiber;
using exec::Group;
using exec::GroupItem;
using exec::Looked;
using exec::Waits;

namespace {

std::string verdict_key(const Looked& what) { return std::to_string(what.check) + ":" + encode(Value::list(what.arguments)); }

}  // namespace

void Machine::Body::look_at_group(Fiber& fiber) {
  auto forming = std::exchange(fiber.forming, {});
  auto& frame = fiber.frames.back();
  if (forming.empty()) {
    frame.stack.push_back(Value::verdict(Colour::green));
    return;
  }
  fiber.group = std::make_unique<Group>();
  Group& group = *fiber.group;
  group.owner = &fiber;
  group.nested = fiber.member_of != nullptr;
  group.prefix = fmt::format("{}/{}#{}.", fiber.path, frame.at, ++fiber.occurrences[frame.at]);
  std::map<std::string, std::size_t> known;
  for (auto& what : forming) {
    auto [at, fresh] = known.emplace(verdict_key(what), group.items.size());
    if (fresh) group.items.push_back({std::move(what), GroupItem::State::waiting, {}});
    group.places.push_back(at->second);
  }
  fiber.wait = {};
  fiber.wait.what = Waits::group;
  start_looks(group);
}

// Strictly in written order: what cannot start yet holds back what comes after it. Groups inside a check look at one thing at a time, so
// that the bounds hold for all of them together.
void Machine::Body::start_looks(Group& group) {
  std::map<std::uint32_t, unsigned> busy;
  std::size_t running = 0;
  for (const auto& item : group.items) {
    if (item.state != GroupItem::State::running) continue;
    ++running;
    for (auto resource : program->checks[item.what.check].resources) ++busy[resource];
  }
  const std::size_t most = group.nested ? 1 : exec::kMostLooks;
  for (std::size_t i = 0; i < group.items.size(); ++i) {
    auto& item = group.items[i];
    if (item.state != GroupItem::State::waiting) continue;
    const auto& resources = program->checks[item.what.check].resources;
    bool room = running < most && std::none_of(resources.begin(), resources.end(), [&](auto r) { return busy[r] >= exec::kLooksPerResource; });
    if (!room) return;
    item.state = GroupItem::State::running;
    ++running;
    for (auto resource : resources) ++busy[resource];
    auto child = std::make_unique<Fiber>();
    child->path = group.prefix + std::to_string(i + 1);
    child->now = child->began = group.owner->now;
    child->member_of = &group;
    child->member = i;
    child->cut = earliest_cut(*group.owner);
    push_call(*child, program->checks[item.what.check].function, item.what.arguments, [this](Fiber& f, Ended ended) { check_over(f, std::move(ended)); });
    if (const auto given = given_verdict(*child, kNone, {}, {})) settle_check(*child, *given);
    fibers.push_back(std::move(child));
    ready(*fibers.back());
  }
}

std::optional<Value> Machine::Body::given_verdict(const Fiber& fiber, std::int32_t what, const std::vector<Value>& values, const std::string& said) const {
  if (!rehearsal || !rehearsal->verdict || fiber.member_of == nullptr) return std::nullopt;
  const Looked& looked = fiber.member_of->items[fiber.member].what;
  return rehearsal->verdict({fiber.path, looked.check, looked.arguments, what, values, said});
}

// A check whose verdict is known goes straight to its end, which every check has: it returns nothing.
void Machine::Body::settle_check(Fiber& fiber, const Value& verdict) {
  exec::Frame& frame = fiber.frames.back();
  frame.finding.emplace();
  frame.finding->colour = verdict.colour();
  frame.finding->reason = verdict.text();
  frame.stack = {Value()};
  frame.pc = program->functions[frame.function].end - 1;
}

void Machine::Body::check_over(Fiber& fiber, Ended ended) {
  fiber.over = true;
  Group& group = *fiber.member_of;
  Fiber& owner = *group.owner;
  auto& item = group.items[fiber.member];
  const auto& check = program->checks[item.what.check];
  Value measured;
  if (ended.failure) {
    item.verdict = Value::verdict(Colour::blind, ended.failure->reason);
  } else {
    item.verdict = *ended.value.field("verdict");
    measured = *ended.value.field("measured");
  }
  item.state = GroupItem::State::done;
  if (owner.now.alive < fiber.now.alive || owner.now.wall < fiber.now.wall) owner.now = fiber.now;
  std::string title = title_of(check.title, item.what.arguments);
  trace(Trace::What::check_ended, fiber, item.what.check, site_at(program->functions[check.function].begin), title.empty() ? check.name : title, item.verdict.text(), item.verdict,
        measured, static_cast<int>(item.verdict.colour()), fiber.now.alive - fiber.began.alive);
  bool all = std::all_of(group.items.begin(), group.items.end(), [](const auto& i) { return i.state == GroupItem::State::done; });
  if (!all) return start_looks(group);
  group_over(owner);
}

void Machine::Body::group_over(Fiber& owner) {
  auto group = std::move(owner.group);
  owner.wait = {};
  Value colour = Value::verdict(Colour::green);
  auto found = std::move(group->found);
  for (auto& item : group->items) {
    const auto& name = program->checks[item.what.check].name;
    if (item.verdict.colour() > colour.colour()) {
      colour = Value::verdict(item.verdict.colour(), item.verdict.text().empty() ? "`" + name + "`" : "`" + name + "`: " + item.verdict.text());
    }
    found.emplace_back(item.what, item.verdict);
  }
  if (group->nested) {
    auto& outer = owner.member_of->found;
    outer.insert(outer.end(), found.begin(), found.end());
  } else {
    for (auto& [what, verdict] : found) {
      last_verdict[what.check] = verdict;
      verdicts[verdict_key(what)] = verdict;
    }
  }
  owner.frames.back().stack.push_back(std::move(colour));
  if (!group->nested) read_conditions();
  if (cut(owner, false)) return;
  ready(owner);
}

// What the group still looks at is of no use any more; its requests are not awaited from now on.
void Machine::Body::drop_group(Fiber& fiber) {
  if (!fiber.group) return;
  for (const auto& child : fibers) {
    if (child->member_of != fiber.group.get()) continue;
    drop_group(*child);
    child->over = true;
    child->wait = {};
    child->frames.clear();
  }
  fiber.group.reset();
  fiber.wait = {};
}

}  // namespace rbc
