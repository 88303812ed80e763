#include "run/screen.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include <cstdio>

#include <fmt/format.h>

#include "vm/model/literal.hpp"

namespace rbc {

namespace {

void put(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string begun_line(const Control& control) {
  const Program& program = control.program();
  return fmt::format("{}  {}  run {}", program.runbook.id, program.runbook.title, control.run());
}

}  // namespace

// ---- plain ----

void PlainPrinter::attach(Control& control) {
  control_ = &control;
  narrator_ = std::make_unique<Narrator>(control.program());
  line({{Ink::bold, visible(begun_line(control), false)}}, system_clock().wall());
  inner_.attach(control);
}

void PlainPrinter::line(const Narrated& narrated, Micros wall) { put(fmt::format("{}  {}\n", clock_time(wall), ink(narrated, colour_))); }

void PlainPrinter::trace(const Trace& trace, bool replayed) {
  inner_.trace(trace, replayed);
  std::vector<Narrated> lines = narrator_->tell(trace);
  if (replayed) return;   // it was said when it happened; `rbc show` has it
  for (const Narrated& each : lines) line(each, trace.when.wall);
}

void PlainPrinter::delivered(const Delivery& delivery) {
  inner_.delivered(delivery);
  for (const Narrated& each : narrator_->tell(delivery)) line(each, control_->live().now.wall);
}

void PlainPrinter::remark(const std::string& sentence) {
  inner_.remark(sentence);
  line({{Ink::dim, visible(sentence, false)}}, control_ ? control_->live().now.wall : system_clock().wall());
}

// ---- terminal ----

struct TerminalPrompter::Terminal {
  termios before{};
  bool changed = false;
  uv_poll_t* input = nullptr;
  uv_signal_t* resized = nullptr;
  uv_signal_t* continued = nullptr;

  void listen() {
    if (tcgetattr(0, &before) != 0) return;
    termios now = before;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);   // ISIG stays: Ctrl-C is a signal, and the run's
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    changed = tcsetattr(0, TCSANOW, &now) == 0;
    put("\x1b[?2004h");   // pastes come in brackets, so that a pasted line answers nothing
  }
  void restore() {
    if (!changed) return;
    put("\x1b[?2004l");
    tcsetattr(0, TCSANOW, &before);
    changed = false;
  }
  static std::size_t columns() {
    winsize size{};
    return ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 ? size.ws_col : 80;
  }
};

TerminalPrompter::TerminalPrompter(Options options) : options_(std::move(options)), terminal_(std::make_unique<Terminal>()) {}
TerminalPrompter::~TerminalPrompter() { terminal_->restore(); }

void TerminalPrompter::attach(Control& control) {
  control_ = &control;
  narrator_ = std::make_unique<Narrator>(control.program());
  terminal_->listen();
  terminal_->input = new uv_poll_t;
  terminal_->input->data = this;
  if (uv_poll_init(control.loop(), terminal_->input, 0) == 0) {
    uv_poll_start(terminal_->input, UV_READABLE | UV_DISCONNECT, [](uv_poll_t* handle, int status, int) {
      auto* self = static_cast<TerminalPrompter*>(handle->data);
      char bytes[512];
      ssize_t n = status < 0 ? 0 : ::read(0, bytes, sizeof bytes);
      if (n > 0) return self->keys({bytes, static_cast<std::size_t>(n)});
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
      uv_poll_stop(handle);                     // the terminal is gone: nobody is asked any more, the run stays open
      if (self->control_) self->control_->leave();
    });
  } else {
    delete terminal_->input;
    terminal_->input = nullptr;
  }
  auto signal = [&](uv_signal_t*& handle, int which, uv_signal_cb callback) {
    handle = new uv_signal_t;
    handle->data = this;
    uv_signal_init(control.loop(), handle);
    uv_signal_start(handle, callback, which);
    uv_unref(reinterpret_cast<uv_handle_t*>(handle));
  };
  signal(terminal_->resized, SIGWINCH, [](uv_signal_t* handle, int) {
    auto* self = static_cast<TerminalPrompter*>(handle->data);
    self->clear_status();
    self->draw_status();
  });
  signal(terminal_->continued, SIGCONT, [](uv_signal_t* handle, int) {   // back from Ctrl-Z: the shell changed the settings
    auto* self = static_cast<TerminalPrompter*>(handle->data);
    self->terminal_->restore();
    self->terminal_->listen();
    self->draw_status();
  });
  line({{Ink::bold, visible(begun_line(control), false)}}, system_clock().wall());
  line({{Ink::dim, fmt::format("environment {}; a acknowledges, e escalates, q stops or leaves, Ctrl-C asks", options_.environment)}}, system_clock().wall());
}

void TerminalPrompter::detach() {
  clear_status();
  terminal_->restore();
  auto close = [](auto*& handle) {
    if (handle) uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* h) {
      if (h->type == UV_POLL) delete reinterpret_cast<uv_poll_t*>(h);
      else delete reinterpret_cast<uv_signal_t*>(h);
    });
    handle = nullptr;
  };
  close(terminal_->input);
  close(terminal_->resized);
  close(terminal_->continued);
  questions_.clear();
  interrupt_ = nullptr;
  control_ = nullptr;
}

void TerminalPrompter::write(std::string_view text) { put(text); }

void TerminalPrompter::clear_status() {
  if (!status_drawn_) return;
  write("\r\x1b[K");
  status_drawn_ = false;
}

void TerminalPrompter::line(const Narrated& narrated, Micros wall) {
  clear_status();
  write(fmt::format("{}  {}\n", clock_time(wall), ink(narrated, options_.colour)));
}

void TerminalPrompter::draw_status() {
  if (!control_) return;
  clear_status();
  std::string text;
  std::size_t columns = Terminal::columns();
  if (interrupt_) {
    text = "Stop? Enter goes on · l leaves it open, to be resumed · x aborts: ";
  } else if (confirm_escalate_) {
    text = "Escalate: page the next rung and end? y · any other key goes on: ";
  } else if (entering_ != Entering::nothing) {
    std::string_view what = entering_ == Entering::answer ? "" : entering_ == Entering::environment ? "type the environment's name to go: " : "why? ";
    std::string tail = typed_;
    std::size_t room = columns - 2 > width_of(what) + 4 ? columns - 2 - width_of(what) - 4 : 8;
    while (width_of(tail) > room) tail.erase(0, 1);
    while (!tail.empty() && (static_cast<unsigned char>(tail[0]) & 0xC0) == 0x80) tail.erase(0, 1);
    text = fmt::format("  {}> {}", what, visible(tail, false));
  } else if (!questions_.empty()) {
    text = hint();
  } else {
    LiveRun live = control_->live();
    const Runbook& book = control_->program().runbook;
    if (live.step >= 0 && static_cast<std::size_t>(live.step) < book.steps.size())
      text = fmt::format("[{}/{} {}]", live.step + 1, book.steps.size(), book.steps[static_cast<std::size_t>(live.step)].name);
    if (live.looking > 0) text += fmt::format(" looking at {}", live.looking);
    else if (live.wakes > live.now.alive) text += fmt::format(" next look in {}", short_time(live.wakes - live.now.alive));
    Micros soonest = 0;
    for (const auto& ladder : live.ladders)
      for (const auto& timer : ladder.timers)
        if (ladder.live && !timer.fired && timer.due > live.now.wall && (soonest == 0 || timer.due < soonest)) soonest = timer.due;
    if (soonest) text += fmt::format(" · ladder pages in {}", short_time(soonest - live.now.wall));
    text += " · a e q";
  }
  write(clip(text, columns - 1));
  status_drawn_ = true;
}

void TerminalPrompter::tick() {
  if (questions_.empty() && !interrupt_ && !confirm_escalate_ && entering_ == Entering::nothing) draw_status();
}

void TerminalPrompter::trace(const Trace& trace, bool replayed) {
  std::vector<Narrated> lines = narrator_->tell(trace);
  if (trace.what == Trace::What::question) return;   // the question itself is on the screen
  if (replayed && trace.what != Trace::What::step_began) return;
  for (const Narrated& each : lines) line(each, trace.when.wall);
  draw_status();
}

void TerminalPrompter::delivered(const Delivery& delivery) {
  for (const Narrated& each : narrator_->tell(delivery)) line(each, control_->live().now.wall);
  draw_status();
}

void TerminalPrompter::remark(const std::string& sentence) {
  line({{Ink::dim, visible(sentence, false)}}, control_ ? control_->live().now.wall : system_clock().wall());
  draw_status();
}

const HumanInfo* TerminalPrompter::row() const {
  if (questions_.empty()) return nullptr;
  const Request& request = questions_.front().request;
  if (request.question != Request::Question::line) return nullptr;
  const auto& humans = control_->program().humans;
  return request.index < humans.size() ? &humans[request.index] : nullptr;
}

void TerminalPrompter::ask(const Request& request, std::function<void(Completion)> answered) {
  if (options_.yes && request.question == Request::Question::gate) {
    Completion yes;
    yes.reply = Completion::Reply::yes;
    line({{Ink::bold, "  going on   "}, {Ink::plain, clip(visible(request.said, false), 100)}}, control_->live().now.wall);
    answered(yes);
    return;
  }
  questions_.push_back({request, std::move(answered)});
  if (questions_.size() == 1) put_question();
}

void TerminalPrompter::withdraw(const Key& key) {
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    if (!(questions_[i].request.key == key)) continue;
    questions_.erase(questions_.begin() + static_cast<std::ptrdiff_t>(i));
    if (i == 0) {
      entering_ = Entering::nothing;
      typed_.clear();
      line({{Ink::dim, "  the question is withdrawn"}}, control_->live().now.wall);
      put_question();
    }
    return;
  }
}

void TerminalPrompter::put_question() {
  if (questions_.empty()) return draw_status();
  const Request& request = questions_.front().request;
  Micros wall = control_->live().now.wall;
  std::string said = visible(request.said.substr(0, request.said.find('\n')), false);
  if (isatty(0)) tcflush(0, TCIFLUSH);   // what was typed before the question stood there answers nothing
  entering_ = Entering::nothing;
  typed_.clear();
  switch (request.question) {
    case Request::Question::gate: line({{Ink::bold, "  do ?       "}, {Ink::plain, said}}, wall); break;
    case Request::Question::undo: line({{Ink::bold, "  undo ?     "}, {Ink::plain, said}}, wall); break;
    case Request::Question::failure: line({{Ink::red, "  failed     "}, {Ink::plain, said}}, wall); break;
    case Request::Question::doubt: line({{Ink::amber, "  in doubt   "}, {Ink::plain, fmt::format("{}: did it happen?", said)}}, wall); break;
    case Request::Question::line: {
      const HumanInfo* info = row();
      if (!info) break;
      static constexpr std::string_view kWords[] = {"[ ]", "ask", "choose", "confirm", "judge", "approve", "caution"};
      Ink colour = info->kind == HumanKind::caution ? Ink::red : Ink::bold;
      line({{colour, fmt::format("  {:<9}  ", kWords[static_cast<std::size_t>(info->kind)])}, {Ink::plain, said}}, wall);
      for (const std::string& note : info->notes) line({{Ink::dim, "    > " + visible(note, false)}}, wall);
      for (std::size_t i = 0; i < info->options.size(); ++i)
        line({{Ink::plain, fmt::format("    {}  {}{}{}", i + 1, info->options[i].first, info->options[i].second.empty() ? "" : ": ", info->options[i].second)}}, wall);
      if (info->kind == HumanKind::ask) entering_ = Entering::answer;
      if (info->kind == HumanKind::caution && options_.guarded) entering_ = Entering::environment;
      break;
    }
  }
  draw_status();
}

std::string TerminalPrompter::hint() const {
  const Request& request = questions_.front().request;
  switch (request.question) {
    case Request::Question::gate: return "  Enter goes · s skips, with a reason · q stops: ";
    case Request::Question::undo: return "  Enter takes it back · s leaves it as it is: ";
    case Request::Question::failure: return "  r tries again · s goes on without it · S skips the step · e escalates · x aborts · q leaves: ";
    case Request::Question::doubt: return "  y it happened · n it did not, run it again · d I do not know: ";
    case Request::Question::line: break;
  }
  const HumanInfo* info = row();
  if (!info) return "  ";
  std::string offered = info->has_default && request.values.size() > 1 ? prose(request.values[1]) : "";
  switch (info->kind) {
    case HumanKind::item: return "  Enter ticks it · s skips it, with a reason: ";
    case HumanKind::choose: return fmt::format("  1-{}{}: ", info->options.size(), offered.empty() ? "" : fmt::format(" · Enter takes {}", offered));
    case HumanKind::confirm: return fmt::format("  y · n{}: ", offered.empty() ? "" : fmt::format(" · Enter takes {}", offered));
    case HumanKind::judge: return "  g green · m amber · r red · b blind: ";
    case HumanKind::approve: return "  waiting for an approval (not yours, if you started this): ";
    case HumanKind::caution: return info->approved ? "  waiting for an approval: " : "  y goes · n refuses: ";
    case HumanKind::ask: break;
  }
  return "  ";
}

void TerminalPrompter::reply(Completion completion) {
  Pending pending = std::move(questions_.front());
  questions_.pop_front();
  entering_ = Entering::nothing;
  typed_.clear();
  clear_status();
  completion.key = pending.request.key;
  pending.answered(std::move(completion));
  if (control_) put_question();
}

void TerminalPrompter::reply(Completion::Reply reply_as, Value value, std::string reason) {
  Completion completion;
  completion.reply = reply_as;
  completion.value = std::move(value);
  completion.reason = std::move(reason);
  reply(std::move(completion));
}

void TerminalPrompter::interrupted(std::function<void(OnInterrupt)> decide) {
  interrupt_ = std::move(decide);
  draw_status();
}

void TerminalPrompter::keys(std::string_view bytes) {
  for (char c : bytes) {
    if (!control_) return;
    if (escaping_) {   // an escape sequence: only the brackets of a paste mean something
      escape_ += c;
      bool ended = escape_.size() > 1 && ((c >= '@' && c <= '~'));
      if (escape_.size() == 1 && c != '[' && c != 'O') ended = true;
      if (escape_ == "[200~") pasting_ = true;
      if (escape_ == "[201~") pasting_ = false;
      if (ended || escape_.size() > 16) escaping_ = false;
      continue;
    }
    if (c == '\x1b') {
      escaping_ = true;
      escape_.clear();
      continue;
    }
    if (pasting_) {   // a paste is text for a line being typed, and nothing else
      if (entering_ != Entering::nothing && typed_.size() < 4096) typed_ += c == '\n' || c == '\r' ? ' ' : c;
      continue;
    }
    key(c);
  }
  if (control_ && entering_ != Entering::nothing) draw_status();
}

void TerminalPrompter::key(char c) {
  if (interrupt_) {
    auto decide = std::move(interrupt_);
    interrupt_ = nullptr;
    clear_status();
    if (c == 'l' || c == '\x04') return decide(OnInterrupt::leave);
    if (c == 'x') return decide(OnInterrupt::abort);
    decide(OnInterrupt::go_on);
    if (control_) draw_status();
    return;
  }
  if (confirm_escalate_) {
    confirm_escalate_ = false;
    clear_status();
    if (c == 'y') return control_->escalate();
    return draw_status();
  }
  if (c == '\x04') {   // Ctrl-D: as Ctrl-C does
    control_->interrupt();
    return;
  }
  if (entering_ != Entering::nothing) return line_key(c);
  if (questions_.empty()) return global_key(c);
  bool enter = c == '\n' || c == '\r';
  const Request& request = questions_.front().request;
  using Reply = Completion::Reply;
  auto reason_for = [&](Entering what) {
    entering_ = what;
    typed_.clear();
    draw_status();
  };
  switch (request.question) {
    case Request::Question::gate:
    case Request::Question::undo:
      if (enter) return reply(Reply::yes);
      if (c == 's') return reason_for(Entering::reason_skip);
      return global_key(c);
    case Request::Question::failure:
      if (c == 'r') return reply(Reply::retry);
      if (c == 's') return reason_for(Entering::reason_skip);
      if (c == 'S') return reason_for(Entering::reason_skip_step);
      if (c == 'e') return reply(Reply::escalate);
      if (c == 'x') return reply(Reply::abort);
      return global_key(c);
    case Request::Question::doubt:
      if (c == 'y') return reply(Reply::happened);
      if (c == 'n') return reply(Reply::did_not);
      if (c == 'd') return reply(Reply::unknown);
      return global_key(c);
    case Request::Question::line: break;
  }
  const HumanInfo* info = row();
  if (!info) return global_key(c);
  bool has_default = info->has_default && request.values.size() > 1;
  switch (info->kind) {
    case HumanKind::item:
      if (enter) return reply(Reply::yes, Value::boolean(true));
      if (c == 's') return reason_for(Entering::reason_skip);
      break;
    case HumanKind::choose:
      if (enter && has_default) return reply(Reply::value, request.values[1]);
      if (c >= '1' && c <= '9' && static_cast<std::size_t>(c - '1') < info->options.size())
        return reply(Reply::value, Value::option(info->options[static_cast<std::size_t>(c - '1')].first));
      break;
    case HumanKind::confirm:
      if (enter && has_default) return request.values[1].as_bool() ? reply(Reply::yes, Value::boolean(true)) : reply(Reply::no, {}, "declined");
      if (c == 'y') return reply(Reply::yes, Value::boolean(true));
      if (c == 'n') return reply(Reply::no, {}, "declined");
      break;
    case HumanKind::caution:
      if (info->approved) break;
      if (c == 'y') return reply(Reply::yes, Value::boolean(true));
      if (c == 'n') return reply(Reply::no, {}, "declined");
      break;
    case HumanKind::judge: {
      static constexpr std::pair<char, Colour> kColours[] = {{'g', Colour::green}, {'m', Colour::amber}, {'r', Colour::red}, {'b', Colour::blind}};
      for (auto [letter, colour] : kColours)
        if (c == letter) return reply(Reply::value, Value::verdict(colour, "as a person saw it"));
      break;
    }
    case HumanKind::approve:
    case HumanKind::ask: break;
  }
  global_key(c);
}

void TerminalPrompter::global_key(char c) {
  if (c == 'a') return control_->acknowledge(""), draw_status();
  if (c == 'e') return confirm_escalate_ = true, draw_status();
  if (c == 'q') return control_->interrupt();
}

void TerminalPrompter::line_key(char c) {
  if (c == '\n' || c == '\r') return finish_line();
  if (c == '\x7f' || c == '\b') {
    while (!typed_.empty() && (static_cast<unsigned char>(typed_.back()) & 0xC0) == 0x80) typed_.pop_back();
    if (!typed_.empty()) typed_.pop_back();
  } else if (c == '\x15') {
    typed_.clear();
  } else if ((static_cast<unsigned char>(c) >= 0x20) && typed_.size() < 4096) {
    typed_ += c;
  }
}

void TerminalPrompter::finish_line() {
  using Reply = Completion::Reply;
  const Request& request = questions_.front().request;
  Micros wall = control_->live().now.wall;
  switch (entering_) {
    case Entering::nothing: return;
    case Entering::reason_skip:
    case Entering::reason_skip_step:
      if (typed_.empty()) return line({{Ink::dim, "  a reason, please: it goes into the timeline"}}, wall), draw_status();
      return reply(entering_ == Entering::reason_skip ? Reply::skip : Reply::skip_step, {}, typed_);
    case Entering::environment:
      if (typed_ == options_.environment) return reply(Reply::yes, Value::boolean(true));
      if (typed_.empty() || typed_ == "n" || typed_ == "no") return reply(Reply::no, {}, "declined");
      typed_.clear();
      return line({{Ink::dim, fmt::format("  that is not `{}`; Enter alone refuses", options_.environment)}}, wall), draw_status();
    case Entering::answer: {
      const HumanInfo* info = row();
      if (!info) return;
      if (typed_.empty() && info->has_default && request.values.size() > 1) return reply(Reply::value, request.values[1]);
      if (typed_.empty() && info->type.is_optional()) return reply(Reply::value, Value::missing("left out"));
      if (std::optional<Value> value = parse_literal(typed_, info->type.present())) return reply(Reply::value, *value);
      line({{Ink::red, fmt::format("  that is no {}", spell(info->type))}}, wall);
      typed_.clear();
      return draw_status();
    }
  }
}

}  // namespace rbc
