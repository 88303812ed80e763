// A scripted world on the real loop: answers after real milliseconds, and writes down what reached it where a crash cannot undo it.
#pragma once
#include <uv.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "stdlib/world.hpp"

namespace rbc::fake {

class LoopWorld final : public World {
 public:
  struct Reply { Answer answer; std::uint64_t millis = 1; bool never = false; };
  using Script = std::function<Reply(const std::string& words)>;
  using Did = std::function<void(const std::string& line)>;
  LoopWorld(uv_loop_t* loop, Script script, Did did) : loop_(loop), script_(std::move(script)), did_(std::move(did)) {}
  ~LoopWorld() override {
    for (Timer* timer : timers_) end(timer);
  }

  void open(Micros, std::function<void()> opened) override { later(0, 1, std::move(opened)); }
  void ask(Said said, std::function<void(Answer)> answered) override {
    const std::string words = said.what->shown.front();
    did_((said.what->effect == Effect::looks ? "look " : "do ") + words);
    const Reply reply = script_(words);
    if (!reply.never) later(said.id, reply.millis, [answered = std::move(answered), answer = reply.answer] { answered(answer); });
  }
  void cancel(std::uint64_t id) override {
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      if (timers_[i]->id != id) continue;
      end(timers_[i]);
      timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }
  void notify(Notice notice, std::function<void(std::string)> delivered) override {
    did_((notice.page ? "page " : "tell ") + notice.text);
    later(notice.id, 1, [delivered = std::move(delivered)] { delivered(""); });
  }

 private:
  struct Timer {
    uv_timer_t handle{};
    LoopWorld* world = nullptr;
    std::uint64_t id = 0;
    std::function<void()> then;
  };
  static void end(Timer* timer) {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer->handle), [](uv_handle_t* h) { delete static_cast<Timer*>(h->data); });
  }
  void later(std::uint64_t id, std::uint64_t millis, std::function<void()> then) {
    auto* timer = new Timer;
    timer->world = this, timer->id = id, timer->then = std::move(then);
    uv_timer_init(loop_, &timer->handle);
    timer->handle.data = timer;
    timers_.push_back(timer);
    uv_timer_start(&timer->handle, [](uv_timer_t* h) {
      auto* timer = static_cast<Timer*>(h->data);
      auto then = std::move(timer->then);
      std::erase(timer->world->timers_, timer);
      end(timer);
      then();
    }, millis, 0);
  }

  uv_loop_t* loop_;
  Script script_;
  Did did_;
  std::vector<Timer*> timers_;
};

}  // namespace rbc::fake
