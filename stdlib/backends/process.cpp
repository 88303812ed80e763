#include "stdlib/backends/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <map>

extern char** environ;

namespace rbc {
namespace process_backend {

constexpr std::uint64_t kMercy = 5000;   // milliseconds between TERM and KILL
constexpr std::uint64_t kGlance = 50;    // milliseconds between two looks whether the group of an ended leader is empty
constexpr std::uint64_t kNoPidfd = 10;   // milliseconds between two looks for the end, on a kernel (or under valgrind) without pidfd_open
constexpr int kReads = 32;               // of 64 KiB; then the loop gets its turn, or a program that never stops printing would keep it

struct Child {
  Processes::Body* owner = nullptr;
  std::uint64_t id = 0;
  pid_t pid = -1;
  int pid_fd = -1, out = -1, err = -1;
  uv_poll_t ended{}, out_ready{}, err_ready{};
  uv_timer_t mercy{};
  uv_timer_t glance{};                   // instead of `ended` where there is no pidfd
  int handles = 0;                       // still to be closed
  bool wanted = true;
  bool ending = false;                   // TERM was sent
  bool reaped = false;                   // the leader is gone; its group may not be
  std::uint64_t kill_at = 0;             // uv_now
  Finished result;
  std::function<void(Finished)> finished;
};

// Where `execve` will find it: the child of a process with threads may not allocate, so the search is done before the fork.
std::string find_program(const std::string& name, const std::string& folder, int& error) {
  error = ENOENT;
  auto usable = [&](const std::string& path) {
    const std::string seen = path.starts_with('/') || folder.empty() ? path : folder + "/" + path;
    if (::access(seen.c_str(), X_OK) == 0) return true;
    if (errno == EACCES) error = EACCES;
    return false;
  };
  if (name.find('/') != std::string::npos) return usable(name) ? name : std::string();
  const char* path = ::getenv("PATH");
  std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const auto colon = rest.find(':');
    const std::string here(rest.substr(0, colon));
    if (!here.empty() && usable(here + "/" + name)) return here + "/" + name;
    if (colon == std::string_view::npos) return {};
    rest.remove_prefix(colon + 1);
  }
}

[[noreturn]] void become(const char* program, char* const* words, char* const* environment, const char* folder, int out, int err, int none,
                         int report) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  struct sigaction plain{};
  plain.sa_handler = SIG_DFL;
  for (int s = 1; s < NSIG; ++s) ::sigaction(s, &plain, nullptr);
  sigset_t nothing;
  ::sigemptyset(&nothing);
  ::sigprocmask(SIG_SETMASK, &nothing, nullptr);
  ::dup2(none, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  // Whatever our libraries left open without CLOEXEC is not the child's business.
  ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
  if (!*folder || ::chdir(folder) == 0) ::execve(program, words, environment);
  const int why = errno;
  [[maybe_unused]] const auto written = ::write(report, &why, sizeof why);
  ::_exit(127);
}

void take(int& fd, std::string& kept, std::uint64_t& dropped, bool& open) {
  char buffer[65536];
  for (int reads = 0; reads < kReads;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got > 0) {
      const std::size_t room = kOutputKept - std::min(kOutputKept, kept.size());
      const std::size_t used = std::min(room, static_cast<std::size_t>(got));
      kept.append(buffer, used);
      dropped += static_cast<std::uint64_t>(got) - used;
      ++reads;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    open = got < 0 && errno == EAGAIN;
    return;
  }
  open = true;
}

void close_fd(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

}  // namespace process_backend

struct Processes::Body {
  uv_loop_t* loop = nullptr;
  std::map<std::uint64_t, process_backend::Child*> children;

  static void release(process_backend::Child* child) {
    using process_backend::Child;
    auto closed = [](uv_handle_t* handle) {
      auto* c = static_cast<Child*>(handle->data);
      if (--c->handles > 0) return;
      process_backend::close_fd(c->pid_fd);
      process_backend::close_fd(c->out);
      process_backend::close_fd(c->err);
      delete c;
    };
    if (child->pid_fd >= 0) uv_close(reinterpret_cast<uv_handle_t*>(&child->ended), closed);
    else uv_close(reinterpret_cast<uv_handle_t*>(&child->glance), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&child->out_ready), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&child->err_ready), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&child->mercy), closed);
  }

  // The leader has ended. Whoever was told to go takes its group along: what a script started may outlive the script's shell.
  void leader_ended(process_backend::Child* child) {
    int status = 0;
    while (::waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {}
    child->reaped = true;
    if (WIFSIGNALED(status)) child->result.signal = WTERMSIG(status);
    else child->result.exit = WEXITSTATUS(status);
    if (!child->ending || ::kill(-child->pid, 0) != 0) return done(child);
    // The group's number stays taken as long as it has a member.
    uv_timer_start(&child->mercy, [](uv_timer_t* timer) {
      auto* c = static_cast<process_backend::Child*>(timer->data);
      const bool late = uv_now(timer->loop) >= c->kill_at;
      if (::kill(-c->pid, late ? SIGKILL : 0) != 0 || late) c->owner->done(c);
    }, process_backend::kGlance, process_backend::kGlance);
  }

  void done(process_backend::Child* child) {
    bool open = false;
    // Everything it wrote itself is in the pipes by now; what a daemon it left behind may still write is not waited for.
    process_backend::take(child->out, child->result.out, child->result.out_dropped, open);
    process_backend::take(child->err, child->result.err, child->result.err_dropped, open);
    children.erase(child->id);
    auto finished = std::move(child->finished);
    const bool wanted = child->wanted;
    Finished result = std::move(child->result);
    release(child);
    if (wanted) finished(std::move(result));
  }
};

Processes::Processes(uv_loop_s* loop) : body_(std::make_unique<Body>()) { body_->loop = loop; }

Processes::~Processes() {
  for (auto& [id, child] : body_->children) {
    ::kill(-child->pid, SIGKILL);
    while (!child->reaped && ::waitpid(child->pid, nullptr, 0) < 0 && errno == EINTR) {}
    Body::release(child);
  }
}

void Processes::run(std::uint64_t id, Command command, std::function<void(Finished)> finished) {
  using process_backend::Child;
  auto fail_later = [&](int exit, std::string problem) {
    auto* timer = new uv_timer_t;
    auto* work = new std::function<void()>([finished, exit, problem] {
      Finished result;
      result.exit = exit;
      result.problem = problem;
      finished(std::move(result));
    });
    timer->data = work;
    uv_timer_init(body_->loop, timer);
    uv_timer_start(timer, [](uv_timer_t* t) {
      const std::unique_ptr<std::function<void()>> now(static_cast<std::function<void()>*>(t->data));
      uv_close(reinterpret_cast<uv_handle_t*>(t), [](uv_handle_t* h) { delete reinterpret_cast<uv_timer_t*>(h); });
      (*now)();
    }, 0, 0);
  };
  if (command.words.empty()) return fail_later(127, "there is no command");
  const std::string& name = command.words.front();
  int error = 0;
  const std::string program = process_backend::find_program(name, command.folder, error);
  if (program.empty()) {
    return error == EACCES ? fail_later(126, fmt::format("`{}` cannot be run: {}", name, std::strerror(error)))
                           : fail_later(127, fmt::format("`{}` is not found", name));
  }

  std::vector<char*> words;
  for (std::string& word : command.words) words.push_back(word.data());
  words.push_back(nullptr);
  std::vector<std::string> settings;
  for (char** at = environ; *at; ++at) {
    const std::string_view setting = *at;
    const std::string_view key = setting.substr(0, setting.find('='));
    const bool replaced = std::any_of(command.environment.begin(), command.environment.end(), [&](const auto& own) { return own.first == key; });
    const bool withheld = std::find(command.withheld.begin(), command.withheld.end(), key) != command.withheld.end();
    if (!replaced && !withheld) settings.emplace_back(setting);
  }
  for (const auto& [key, value] : command.environment) settings.push_back(key + "=" + value);
  std::vector<char*> environment;
  for (std::string& setting : settings) environment.push_back(setting.data());
  environment.push_back(nullptr);

  int out[2] = {-1, -1}, err[2] = {-1, -1}, report[2] = {-1, -1};
  const int none = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool ready = none >= 0 && ::pipe2(out, O_CLOEXEC) == 0 && ::pipe2(err, O_CLOEXEC) == 0 && ::pipe2(report, O_CLOEXEC) == 0;
  const pid_t pid = ready ? ::fork() : -1;
  if (pid == 0) {
    process_backend::become(program.c_str(), words.data(), environment.data(), command.folder.c_str(), out[1], err[1], none, report[1]);
  }
  const int fork_error = errno;
  for (int fd : {none, out[1], err[1], report[1]}) {
    if (fd >= 0) ::close(fd);
  }
  int exec_error = 0;
  if (pid > 0) {
    // The pipe closes at exec, so this read ends as soon as the program runs or could not be run.
    while (::read(report[0], &exec_error, sizeof exec_error) < 0 && errno == EINTR) {}
  }
  process_backend::close_fd(report[0]);
  const int pid_fd = pid > 0 && exec_error == 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1;
  const bool unwatched = pid > 0 && exec_error == 0 && pid_fd < 0;
  if (pid <= 0 || exec_error != 0 || (unwatched && errno != ENOSYS)) {
    const int why = pid <= 0 ? fork_error : exec_error ? exec_error : errno;
    if (pid > 0) {
      ::kill(pid, SIGKILL);
      while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
    }
    for (int fd : {out[0], err[0]}) {
      if (fd >= 0) ::close(fd);
    }
    return fail_later(why == ENOENT ? 127 : 126, fmt::format("`{}` cannot be run: {}", name, std::strerror(why)));
  }

  auto* child = new Child;
  child->owner = body_.get();
  child->id = id;
  child->pid = pid;
  child->pid_fd = pid_fd;
  child->out = out[0];
  child->err = err[0];
  child->finished = std::move(finished);
  child->handles = 4;
  ::fcntl(child->out, F_SETFL, O_NONBLOCK);
  ::fcntl(child->err, F_SETFL, O_NONBLOCK);
  child->ended.data = child->out_ready.data = child->err_ready.data = child->mercy.data = child->glance.data = child;
  uv_poll_init(body_->loop, &child->out_ready, child->out);
  uv_poll_init(body_->loop, &child->err_ready, child->err);
  uv_timer_init(body_->loop, &child->mercy);
  if (unwatched) {
    uv_timer_init(body_->loop, &child->glance);
    uv_timer_start(&child->glance, [](uv_timer_t* timer) {
      auto* c = static_cast<Child*>(timer->data);
      siginfo_t seen{};
      if (::waitid(P_PID, static_cast<id_t>(c->pid), &seen, WEXITED | WNOHANG | WNOWAIT) != 0 || seen.si_pid != c->pid) return;
      uv_timer_stop(timer);
      c->owner->leader_ended(c);
    }, process_backend::kNoPidfd, process_backend::kNoPidfd);
  } else {
    uv_poll_init(body_->loop, &child->ended, child->pid_fd);
    uv_poll_start(&child->ended, UV_READABLE, [](uv_poll_t* poll, int, int) {
      auto* c = static_cast<Child*>(poll->data);
      uv_poll_stop(poll);
      c->owner->leader_ended(c);
    });
  }
  uv_poll_start(&child->out_ready, UV_READABLE, [](uv_poll_t* poll, int, int) {
    auto* c = static_cast<Child*>(poll->data);
    bool open = true;
    process_backend::take(c->out, c->result.out, c->result.out_dropped, open);
    if (!open) uv_poll_stop(poll);
  });
  uv_poll_start(&child->err_ready, UV_READABLE, [](uv_poll_t* poll, int, int) {
    auto* c = static_cast<Child*>(poll->data);
    bool open = true;
    process_backend::take(c->err, c->result.err, c->result.err_dropped, open);
    if (!open) uv_poll_stop(poll);
  });
  body_->children.emplace(id, child);
  if (command.began) command.began(pid);
}

void Processes::end(std::uint64_t id, bool wait) {
  const auto found = body_->children.find(id);
  if (found == body_->children.end()) return;
  process_backend::Child* child = found->second;
  child->wanted = wait;
  if (child->ending) return;
  child->ending = true;
  child->kill_at = uv_now(body_->loop) + process_backend::kMercy;
  ::kill(-child->pid, SIGTERM);
  uv_timer_start(&child->mercy, [](uv_timer_t* timer) { ::kill(-static_cast<process_backend::Child*>(timer->data)->pid, SIGKILL); },
                 process_backend::kMercy, 0);
}

}  // namespace rbc
