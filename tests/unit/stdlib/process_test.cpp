#include <signal.h>
#include <uv.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>

#include "stdlib/backends/process.hpp"

using namespace rbc;

namespace {
struct Loop {
  uv_loop_t loop;
  Loop() { uv_loop_init(&loop); }
  ~Loop() {
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop) == 0);
  }
};
Finished run(Command command) {
  Loop loop;
  Processes processes(&loop.loop);
  Finished result;
  bool done = false;
  processes.run(1, std::move(command), [&](Finished f) {
    CHECK_FALSE(done);
    result = std::move(f);
    done = true;
  });
  CHECK_FALSE(done);
  uv_run(&loop.loop, UV_RUN_DEFAULT);
  CHECK(done);
  return result;
}
Command sh(std::string script) { return {{"sh", "-c", std::move(script)}, {}, {}}; }
}  // namespace

TEST_CASE("what is printed and how it ends come back") {
  const Finished done = run(sh("printf out; printf err >&2; exit 3"));
  CHECK(done.out == "out");
  CHECK(done.err == "err");
  CHECK(done.exit == 3);
  CHECK(done.problem.empty());
}

TEST_CASE("a program that cannot be run says so") {
  CHECK(run({{"rbc-no-such-program"}, {}, {}}).exit == 127);
  CHECK(run({{"/etc/hostname"}, {}, {}}).exit == 126);
  CHECK_FALSE(run({{"/"}, {}, {}}).problem.empty());
  CHECK_FALSE(run({{"true"}, {}, "/rbc-no-such-folder"}).problem.empty());
}

TEST_CASE("a killed program names its signal") { CHECK(run(sh("kill -9 $$")).signal == SIGKILL); }

TEST_CASE("output beyond a mebibyte is counted, not kept") {
  const Finished done = run(sh("head -c 3000000 /dev/zero"));
  CHECK(done.out.size() == kOutputKept);
  CHECK(done.out_dropped == 3000000 - kOutputKept);
}

TEST_CASE("the child has no input, its own session, our additions to the environment") {
  const Finished done = run({{"sh", "-c", "cat; echo \"$ADDED\"; pwd; ps -o sid= -p $$ | tr -d ' '; echo $$"}, {{"ADDED", "x y"}}, "/usr"});
  CHECK(done.out.substr(0, 9) == "x y\n/usr\n");
  const auto rest = done.out.substr(9);
  CHECK(rest.substr(0, rest.find('\n')) == rest.substr(rest.find('\n') + 1, rest.find('\n')));
}

TEST_CASE("nothing is inherited but the three streams") {
  std::ifstream held("/etc/hostname");
  CHECK(run(sh("ls /proc/self/fd | wc -l")).out == "4\n");   // 0, 1, 2, and the folder that ls reads
}

TEST_CASE("ending reaches the whole group, and one that does not listen is killed") {
  Loop loop;
  Processes processes(&loop.loop);
  Finished result;
  processes.run(7, sh("trap '' TERM; echo ready; sleep 60 & wait; sleep 60"), [&](Finished f) { result = std::move(f); });
  struct Both { Processes* processes; uv_timer_t timer; } both{&processes, {}};
  uv_timer_init(&loop.loop, &both.timer);
  both.timer.data = &both;
  uv_timer_start(&both.timer, [](uv_timer_t* t) {
    static_cast<Both*>(t->data)->processes->end(7, true);
    uv_close(reinterpret_cast<uv_handle_t*>(t), nullptr);
  }, 300, 0);
  const auto start = std::chrono::steady_clock::now();
  uv_run(&loop.loop, UV_RUN_DEFAULT);
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(result.signal == SIGKILL);
  CHECK(took > std::chrono::seconds(5));
  CHECK(took < std::chrono::seconds(8));
}

TEST_CASE("a daemon left behind does not keep the answer waiting") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(run(sh("setsid sleep 5 & echo started")).out == "started\n");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
}
