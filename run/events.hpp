// `--json`: what happens in a run as JSON, one event a line, on top of whoever speaks to people.
#pragma once
#include <functional>
#include <string_view>

#include "run/run.hpp"

namespace rbc {

// One line of JSON without its newline: what, when, and only the fields that this kind of trace has.
std::string to_json_line(const Program& program, const Trace& trace);

class EventWriter final : public Prompter {
 public:
  // `inner` answers the questions and is not owned; `write` gets whole lines, newline included.
  EventWriter(Prompter& inner, std::function<void(std::string_view)> write) : inner_(inner), write_(std::move(write)) {}
  void attach(Control& control) override;
  void detach() override;
  void ask(const Request& request, std::function<void(Completion)> answered) override { inner_.ask(request, std::move(answered)); }
  void withdraw(const Key& key) override { inner_.withdraw(key); }
  void trace(const Trace& trace, bool replayed) override;
  void delivered(const Delivery& delivery) override;
  void remark(const std::string& sentence) override;
  void tick() override { inner_.tick(); }
  bool ticks() const override { return inner_.ticks(); }
  void interrupted(std::function<void(OnInterrupt)> decide) override { inner_.interrupted(std::move(decide)); }

 private:
  Prompter& inner_;
  std::function<void(std::string_view)> write_;
  Control* control_ = nullptr;
};

}  // namespace rbc
