// Work that may block, each on a thread of its own: a resolver or a dead file system then delays nothing else.
#pragma once
#include <functional>
#include <memory>
#include <thread>

#include "stdlib/backends/port.hpp"

namespace rbc {

// `work` runs on its thread, `done` on the loop's; dropped if the port has closed by then.
template <class Result>
void run_errand(const std::shared_ptr<Port>& port, std::function<Result()> work, std::function<void(Result)> done) {
  std::thread([port, work = std::move(work), done = std::move(done)]() mutable {
    Result result = work();
    port->post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }).detach();
}

}  // namespace rbc
