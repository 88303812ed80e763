#include "run/testing/people.hpp"

#include <algorithm>

#include "run/headless.hpp"

namespace rbc::testing {

using PersonSays = Completion::Reply;

namespace {

Completion reply(PersonSays said, Value value = {}) {
  Completion completion;
  completion.reply = said, completion.value = std::move(value);
  return completion;
}

}  // namespace

void TestPeople::ask(const Request& request, std::function<void(Completion)> answered) {
  open_.push_back({request, std::move(answered), {}});
  go_through();
}

void TestPeople::withdraw(const Key& key) {
  std::erase_if(open_, [&](const Open& open) { return open.request.key == key; });
}

void TestPeople::trace(const Trace& trace, bool replayed) {
  if (!replayed) traces.push_back(trace);
}

void TestPeople::act(const Act& act) {
  switch (act.what) {
    case Act::What::ticks: ticks_ = true; break;
    case Act::What::approves:
    case Act::What::refuses: decisions_.push_back({&act, false}); break;
    case Act::What::answers: answers_[act.name] = {&act, false}; break;
    case Act::What::judges: judged_[act.check] = act.colour; break;
    default: break;
  }
  go_through();
}

// What is asked next may be answered at once too, so this goes on until nothing more is.
void TestPeople::go_through() {
  for (std::size_t i = 0; i < open_.size();) {
    auto completion = answer(open_[i]);
    if (!completion) {
      ++i;
      continue;
    }
    const auto answered = std::move(open_[i].answered);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
    answered(std::move(*completion));
    i = 0;
  }
}

std::optional<Completion> TestPeople::answer(Open& open) {
  const Request& request = open.request;
  const HumanInfo* info = request.question == Request::Question::line && request.index < program_.humans.size() ? &program_.humans[request.index] : nullptr;
  if (!test_.interactive && !(info && (info->kind == HumanKind::approve || (info->kind == HumanKind::caution && info->approved))))
    return headless_answer(program_, request, test_.allowing);
  switch (request.question) {
    case Request::Question::gate:
    case Request::Question::undo: return ticks_ ? std::optional(reply(PersonSays::yes)) : std::nullopt;
    case Request::Question::failure:
    case Request::Question::doubt: return std::nullopt;
    case Request::Question::line: break;
  }
  if (!info) return std::nullopt;
  switch (info->kind) {
    case HumanKind::item: return ticks_ ? std::optional(reply(PersonSays::yes, Value::boolean(true))) : std::nullopt;
    case HumanKind::ask:
    case HumanKind::choose: {
      const auto found = answers_.find(info->name);
      if (found == answers_.end()) return std::nullopt;
      found->second.used = true;
      return reply(PersonSays::value, value(found->second.act->value));
    }
    case HumanKind::judge: {
      const auto check = check_of(request.key.fiber);
      const auto found = check ? judged_.find(*check) : judged_.end();
      if (found == judged_.end()) return std::nullopt;
      return reply(PersonSays::value, Value::verdict(found->second, "as a person saw it"));
    }
    case HumanKind::confirm:
    case HumanKind::approve:
    case HumanKind::caution: return decide(open, *info);
  }
  return std::nullopt;
}

std::optional<Completion> TestPeople::decide(Open& open, const HumanInfo& info) {
  // An item that was left open: headless the caution is refused, whoever approves.
  if (!test_.interactive && open.request.open_items) return headless_answer(program_, open.request, test_.allowing);
  const auto found = std::find_if(decisions_.begin(), decisions_.end(), [](const Decision& each) { return !each.used; });
  if (found == decisions_.end()) return std::nullopt;
  found->used = true;
  const bool yes = found->act->what == Act::What::approves;
  Completion completion = reply(yes ? PersonSays::yes : PersonSays::no, yes ? Value::boolean(true) : Value());
  completion.who = found->act->name;
  if (completion.who.empty()) {
    // Somebody who may, and has not yet.
    for (const std::string& name : info.by)
      if (completion.who.empty() && std::none_of(decisions_.begin(), found, [&](const Decision& before) { return before.act->name == name; })) completion.who = name;
  }
  if (!yes) completion.reason = "declined";
  return completion;
}

std::vector<const Act*> TestPeople::unused() const {
  std::vector<const Act*> left;
  for (const Decision& each : decisions_)
    if (!each.used) left.push_back(each.act);
  for (const auto& [name, each] : answers_)
    if (!each.used) left.push_back(each.act);
  return left;
}

std::string TestPeople::waiting() const {
  if (open_.empty()) return {};
  const Request& request = open_.front().request;
  return request.said.empty() && !request.values.empty() ? prose(request.values.front()) : request.said;
}

}  // namespace rbc::testing
