#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

#include "runbooks/demo/service/clients.hpp"
#include "runbooks/demo/service/web.hpp"

namespace {

int usage() {
  fmt::print(stderr, "usage: demo-backend serve ADDRESS PORT | work | leak | block\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  // Whoever started it owns it: nothing of the demo outlives the demo.
  const auto parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return 1;

  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "serve") {
    int port = 0;
    const auto& text = words[2];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535) return usage();
    return rbc::demo::serve(std::string(words[1]), static_cast<std::uint16_t>(port));
  }
  if (words.size() != 1) return usage();
  if (words[0] == "work") return rbc::demo::work();
  if (words[0] == "leak") return rbc::demo::leak();
  if (words[0] == "block") return rbc::demo::block();
  return usage();
}
