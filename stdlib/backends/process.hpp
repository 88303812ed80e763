// Runs a program in its own session, with what it printed and how it ended; the only place that forks.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct uv_loop_s;

namespace rbc {

struct Command {
  std::vector<std::string> words;                                  // the program first
  std::vector<std::pair<std::string, std::string>> environment;    // added to ours
  std::string folder;                                              // empty: where we are
  std::vector<std::string> withheld = {};                          // variables of ours that it does not get, unless they are added
  std::function<void(std::int64_t pid)> began = {};                // called once it runs, from inside run(); may be empty
};

struct Finished {
  std::string problem;           // it was not started: why
  int exit = 0;                  // 126 and 127 also when it was not started
  int signal = 0;                // it was killed by this
  std::string out, err;          // at most kOutputKept bytes each
  std::uint64_t out_dropped = 0, err_dropped = 0;
};

inline constexpr std::size_t kOutputKept = std::size_t{1} << 20;

// Lives on the loop's thread.
class Processes {
 public:
  explicit Processes(uv_loop_s* loop);
  ~Processes();                  // kills what still runs
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  // Calls back once, later, unless cancelled. stdin is empty; there is no terminal.
  void run(std::uint64_t id, Command command, std::function<void(Finished)> finished);
  // TERM to its process group, KILL five seconds later. `wait`: the callback is still called, when it has ended.
  void end(std::uint64_t id, bool wait);

  struct Body;
 private:
  std::unique_ptr<Body> body_;
};

}  // namespace rbc
