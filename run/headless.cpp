#include "run/headless.hpp"

namespace rbc {
namespace headless {

using Reply = Completion::Reply;

Completion reply(const Request& request, Reply reply, std::string reason = {}) {
  Completion c;
  c.key = request.key, c.reply = reply, c.reason = std::move(reason);
  return c;
}

// The default is the second of a question's values, if its row has one.
const Value* preset(const HumanInfo& info, const Request& request) {
  return info.has_default && request.values.size() > 1 && !request.values[1].is_missing() ? &request.values[1] : nullptr;
}

bool allowed(const Program& program, const Request& request, const std::vector<std::string>& allow) {
  if (request.step < 0 || static_cast<std::size_t>(request.step) >= program.runbook.steps.size()) return false;
  const std::string& step = program.runbook.steps[static_cast<std::size_t>(request.step)].name;
  return std::find(allow.begin(), allow.end(), step) != allow.end();
}

std::optional<Completion> line(const Program& program, const Request& request, const std::vector<std::string>& allow) {
  if (request.index >= program.humans.size()) return reply(request, Reply::no, "this question is not of the program");
  const HumanInfo& info = program.humans[request.index];
  const Value* given = preset(info, request);
  switch (info.kind) {
    case HumanKind::item: return reply(request, Reply::skip, "left open: nobody is at a keyboard");
    case HumanKind::ask: case HumanKind::choose: case HumanKind::judge: {
      if (given == nullptr) return reply(request, Reply::timed_out, "nobody is at a keyboard");
      Completion c = reply(request, Reply::value);
      c.value = *given;
      return c;
    }
    case HumanKind::confirm:
      if (given != nullptr && given->as_bool()) return reply(request, Reply::yes);
      return reply(request, Reply::no, "nobody is at a keyboard to confirm it");
    case HumanKind::approve: return std::nullopt;
    case HumanKind::caution:
      if (request.open_items) return reply(request, Reply::no, "an item of this step was left open");
      if (info.approved) return std::nullopt;
      if (allowed(program, request, allow)) return reply(request, Reply::yes, "allowed with --allow");
      return reply(request, Reply::no, "it was not allowed with --allow");
  }
  return std::nullopt;
}

}  // namespace headless

std::optional<Completion> headless_answer(const Program& program, const Request& request, const std::vector<std::string>& allow) {
  using headless::Reply;
  switch (request.question) {
    case Request::Question::line: return headless::line(program, request, allow);
    // What follows is asked only of a run that was begun at a terminal and is gone on with without one.
    case Request::Question::gate: return headless::reply(request, Reply::yes);
    case Request::Question::undo: return headless::reply(request, Reply::yes);
    case Request::Question::failure: return headless::reply(request, Reply::escalate, "nobody is at a keyboard");
    case Request::Question::doubt: {
      const bool again = request.index < program.templates.size() && program.templates[request.index].repeatable;
      return headless::reply(request, again ? Reply::did_not : Reply::unknown, "nobody is at a keyboard");
    }
  }
  return std::nullopt;
}

void HeadlessPrompter::ask(const Request& request, std::function<void(Completion)> answered) {
  if (control_ == nullptr) return;
  std::vector<std::string> allow = control_->allowed();
  allow.insert(allow.end(), allow_.begin(), allow_.end());
  if (auto answer = headless_answer(control_->program(), request, allow)) answered(std::move(*answer));
}

}  // namespace rbc
