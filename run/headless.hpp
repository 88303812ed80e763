// Answers for a run without a keyboard (language.md 4.7).
#pragma once
#include "run/run.hpp"

namespace rbc {

class HeadlessPrompter final : public Prompter {
 public:
  // `allow`: steps whose cautions may go, beside those that the run was begun with.
  explicit HeadlessPrompter(std::vector<std::string> allow = {}) : allow_(std::move(allow)) {}
  void attach(Control& control) override { control_ = &control; }
  void detach() override { control_ = nullptr; }
  void ask(const Request& request, std::function<void(Completion)> answered) override;
  void withdraw(const Key&) override {}
  void trace(const Trace&, bool) override {}

 private:
  Control* control_ = nullptr;
  std::vector<std::string> allow_;
};

// The answer to a question where there is no keyboard; nothing for an approval, which waits for a person.
std::optional<Completion> headless_answer(const Program& program, const Request& request, const std::vector<std::string>& allow);

}  // namespace rbc
