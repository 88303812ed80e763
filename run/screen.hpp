// The operator's terminal: lines as things happen, a last line that counts down, one question at a time, keys.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "run/headless.hpp"
#include "run/narrate.hpp"
#include "run/run.hpp"

namespace rbc {

// Plain lines, for a run without a keyboard: answers come from `inner`, which is not owned.
class PlainPrinter final : public Prompter {
 public:
  PlainPrinter(Prompter& inner, bool colour) : inner_(inner), colour_(colour) {}
  void attach(Control& control) override;
  void detach() override { inner_.detach(); }
  void ask(const Request& request, std::function<void(Completion)> answered) override { inner_.ask(request, std::move(answered)); }
  void withdraw(const Key& key) override { inner_.withdraw(key); }
  void trace(const Trace& trace, bool replayed) override;
  void delivered(const Delivery& delivery) override;
  void remark(const std::string& sentence) override;
  void interrupted(std::function<void(OnInterrupt)> decide) override { inner_.interrupted(std::move(decide)); }

 private:
  void line(const Narrated& narrated, Micros wall);
  Prompter& inner_;
  bool colour_;
  Control* control_ = nullptr;
  std::unique_ptr<Narrator> narrator_;
};

// A person at a terminal: stdin and stdout are one. The terminal's settings are put back by detach().
class TerminalPrompter final : public Prompter {
 public:
  struct Options {
    bool yes = false;               // Enter at every `do`
    bool colour = true;
    std::string environment;
    bool guarded = false;           // a caution wants the environment's name typed
  };
  explicit TerminalPrompter(Options options);
  ~TerminalPrompter() override;
  void attach(Control& control) override;
  void detach() override;
  void ask(const Request& request, std::function<void(Completion)> answered) override;
  void withdraw(const Key& key) override;
  void trace(const Trace& trace, bool replayed) override;
  void delivered(const Delivery& delivery) override;
  void remark(const std::string& sentence) override;
  void tick() override;
  bool ticks() const override { return true; }
  void interrupted(std::function<void(OnInterrupt)> decide) override;

  // Bytes as the keyboard sends them; public for tests.
  void keys(std::string_view bytes);

 private:
  struct Terminal;                  // the tty, its settings, libuv's handles
  struct Pending { Request request; std::function<void(Completion)> answered; };
  enum class Entering { nothing, answer, reason_skip, reason_skip_step, environment };

  void line(const Narrated& narrated, Micros wall);
  void write(std::string_view text);
  void clear_status();
  void draw_status();
  void put_question();              // shows the front of the queue
  void reply(Completion completion);
  void reply(Completion::Reply reply, Value value = {}, std::string reason = {});
  void key(char c);
  void line_key(char c);
  void finish_line();
  void global_key(char c);
  std::string hint() const;         // the keys of the question at the front
  const HumanInfo* row() const;

  Options options_;
  Control* control_ = nullptr;
  std::unique_ptr<Terminal> terminal_;
  std::unique_ptr<Narrator> narrator_;
  std::deque<Pending> questions_;
  std::function<void(OnInterrupt)> interrupt_;
  Entering entering_ = Entering::nothing;
  std::string typed_;
  bool status_drawn_ = false, pasting_ = false, escaping_ = false, confirm_escalate_ = false;
  std::string escape_;
};

}  // namespace rbc
