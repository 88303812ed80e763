// rbc: runbooks as code.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <exception>

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

}  // namespace

int main(int argc, char** argv) {
  keep_to_itself();
  std::signal(SIGPIPE, SIG_IGN);   // a closed pipe is an error of write, not a death in mid-run
  std::signal(SIGXFSZ, SIG_IGN);   // and so is a journal that may not grow
  if (argc < 2) {
    rbc::cli::help({});
    return rbc::cli::kUsage;
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
    return rbc::cli::kOk;
  }
  try {
    int code = command->run(given);
    if (std::fflush(stdout) != 0 && code == rbc::cli::kOk) code = rbc::cli::kBroken;
    return code;
  } catch (const std::exception& e) {
    return rbc::cli::refuse(rbc::cli::kBroken, fmt::format("this is a mistake in rbc itself, please report it: {}", e.what()));
  }
}
