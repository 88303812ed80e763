// rbc: runbooks as code.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <system_error>

#include <fmt/format.h>

#include "cli/command.hpp"

using rbc::cli::Command;

namespace {

// What this process knows of secrets goes neither into a core file nor to a neighbour of the same user who looks into its memory.
void keep_to_itself() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  rlimit core{};
  if (::getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = 0;
    ::setrlimit(RLIMIT_CORE, &core);
  }
}

// Whoever starts us may have closed these; the next file opened would take their place, and what is printed would go into it. Input and
// output are opened the wrong way round, so that using them fails as if they were closed; what is said to a closed stderr is said to nobody.
void keep_places() {
  for (int stream = 0; stream < 3; ++stream)
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", stream == 1 ? O_RDONLY : O_WRONLY);
}

// What was printed has to arrive: a report that was cut off must not look whole. A reader who has seen enough (`| head`) is no trouble.
int with_output(int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  const int why = errno;
  pollfd out{1, 0, 0};
  if (why == EPIPE || (::poll(&out, 1, 0) == 1 && out.revents & POLLERR)) return code;
  rbc::cli::refuse(0, why ? fmt::format("cannot write the output: {}.", std::strerror(why)) : "the output could not be written whole.");
  return code == rbc::cli::kOk || code == rbc::cli::kFindings ? rbc::cli::kBroken : code;
}

int run(const Command& command, const rbc::cli::Given& given) {
  try {
    return command.run(given);
  } catch (const std::system_error& e) {
    // fmt throws these where stdout takes no more.
    if (std::ferror(stdout)) return rbc::cli::kBroken;
    return rbc::cli::refuse(rbc::cli::kBroken, fmt::format("this is a mistake in rbc itself, please report it: {}", e.what()));
  } catch (const std::exception& e) {
    return rbc::cli::refuse(rbc::cli::kBroken, fmt::format("this is a mistake in rbc itself, please report it: {}", e.what()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_places();
  keep_to_itself();
  std::signal(SIGPIPE, SIG_IGN);   // a closed pipe is an error of write, not a death in mid-run
  std::signal(SIGXFSZ, SIG_IGN);   // and so is a journal that may not grow
  if (argc < 2) {
    rbc::cli::help({});
    return with_output(rbc::cli::kUsage);
  }
  std::string_view name = argv[1];
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version" || name == "-V") name = "version";
  const Command* command = rbc::cli::find_command(name);
  if (!command) {
    std::vector<std::string> names;
    for (const Command& c : rbc::cli::commands())
      if (!c.summary.empty()) names.emplace_back(c.name);
    return rbc::cli::refuse(rbc::cli::kUsage, fmt::format("there is no command `{}`.{} `rbc help` lists them.", name, rbc::cli::suggestion(name, names)));
  }
  rbc::cli::Given given;
  if (!rbc::cli::parse_arguments(*command, argc - 2, argv + 2, given)) return rbc::cli::kUsage;
  if (given.has("help")) {
    std::fputs(rbc::cli::usage(*command).c_str(), stdout);
    return with_output(rbc::cli::kOk);
  }
  return with_output(run(*command, given));
}
