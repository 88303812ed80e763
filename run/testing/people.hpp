// The people of a test: they do what its `operator` lines say, and nothing else; without a keyboard they do what a headless run does.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run/run.hpp"
#include "vm/bytecode/test_case.hpp"

namespace rbc::testing {

class TestPeople final : public Prompter {
 public:
  TestPeople(const Program& program, const TestCase& test) : program_(program), test_(test) {}

  void attach(Control& control) override { control_ = &control; }
  void detach() override { control_ = nullptr, open_.clear(); }
  void ask(const Request& request, std::function<void(Completion)> answered) override;
  void withdraw(const Key& key) override;
  void trace(const Trace& trace, bool replayed) override;

  // One of what a person does in answer to a question, from now on or for the next that it fits.
  void act(const Act& act);
  // What nobody asked for: decisions and answers that found no question.
  std::vector<const Act*> unused() const;
  // The question that nobody has answered yet, in words; empty if there is none.
  std::string waiting() const;

  std::function<Value(std::uint32_t)> value;                                  // of a pure function of the program
  std::function<std::optional<std::uint32_t>(const std::string&)> check_of;   // by fiber: whose judge it is
  std::vector<Trace> traces;

 private:
  struct Open { Request request; std::function<void(Completion)> answered; std::vector<std::string> voted; };
  struct Decision { const Act* act = nullptr; bool used = false; };
  std::optional<Completion> answer(Open& open);
  std::optional<Completion> decide(Open& open, const HumanInfo& info);
  void go_through();

  const Program& program_;
  const TestCase& test_;
  Control* control_ = nullptr;
  std::vector<Open> open_;
  bool ticks_ = false;
  std::vector<Decision> decisions_;                   // in order; each answers one question
  std::map<std::string, Decision> answers_;           // by question
  std::map<std::uint32_t, Colour> judged_;            // by check
};

}  // namespace rbc::testing
