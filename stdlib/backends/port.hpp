// How another thread hands work to the loop: a queue behind one wake-up, safe to use after the loop's side is gone.
#pragma once
#include <uv.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace rbc {

class Port {
 public:
  // On the loop's thread. The handle does not keep the loop alive by itself.
  static std::shared_ptr<Port> open(uv_loop_t* loop) {
    auto port = std::shared_ptr<Port>(new Port);
    port->async_ = new uv_async_t;
    port->async_->data = new std::shared_ptr<Port>(port);
    uv_async_init(loop, port->async_, [](uv_async_t* handle) {
      const std::shared_ptr<Port> self = *static_cast<std::shared_ptr<Port>*>(handle->data);
      self->drain();
    });
    uv_unref(reinterpret_cast<uv_handle_t*>(port->async_));
    return port;
  }
  // From any thread; dropped once closed.
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (!async_) return;
    work_.push_back(std::move(work));
    uv_async_send(async_);
  }
  // On the loop's thread, while somebody waits for what is posted.
  void keep_loop(bool wanted) {
    if (!async_) return;
    auto* handle = reinterpret_cast<uv_handle_t*>(async_);
    wanted ? uv_ref(handle) : uv_unref(handle);
  }
  // On the loop's thread. What was posted and not yet done is dropped.
  void close() {
    std::deque<std::function<void()>> dropped;
    const std::lock_guard lock(mutex_);
    if (!async_) return;
    dropped.swap(work_);
    uv_close(reinterpret_cast<uv_handle_t*>(async_), [](uv_handle_t* handle) {
      delete static_cast<std::shared_ptr<Port>*>(handle->data);
      delete reinterpret_cast<uv_async_t*>(handle);
    });
    async_ = nullptr;
  }

 private:
  Port() = default;
  void drain() {
    std::deque<std::function<void()>> work;
    {
      const std::lock_guard lock(mutex_);
      work.swap(work_);
    }
    for (auto& item : work) item();
  }
  std::mutex mutex_;
  std::deque<std::function<void()>> work_;
  uv_async_t* async_ = nullptr;
};

}  // namespace rbc
