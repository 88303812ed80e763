// Help texts and refusals, from the command table.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "grammar/suggest.hpp"

namespace rbc::cli {

int refuse(int code, std::string_view sentence) {
  fmt::print(stderr, "rbc: {}\n", sentence);
  return code;
}

bool colours(int fd) {
  const char* no = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return isatty(fd) && !(no && *no) && !(term && std::string_view(term) == "dumb");
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  std::vector<std::string_view> views(candidates.begin(), candidates.end());
  std::string best(did_you_mean(word, views));
  return best.empty() ? "" : fmt::format(" Did you mean `{}`?", best);
}

std::string usage(const Command& command) {
  std::string out = fmt::format("rbc {}{}{}{}: {}\n", command.name, command.positional.empty() ? "" : " ", command.positional,
                                command.flags.empty() ? "" : " [FLAG…]", command.summary);
  if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
  out += "\nFlags\n";
  for (const Flag& f : command.flags) {
    std::string left = fmt::format("{}--{}{}{}", f.letter ? fmt::format("-{}, ", f.letter) : "", f.name, f.value.empty() || f.value[0] == '[' ? "" : " ", f.value);
    out += fmt::format("  {:<28} {}\n", left, f.help);
  }
  out += fmt::format("  {:<28} {}\n", "-h, --help", "this");
  return out;
}

int help(const Given& given) {
  if (!given.words.empty()) {
    if (given.words[0] == "exit-codes") {
      fmt::print("0   ok, resolved\n1   findings, red or blind checks\n2   refused before the start: usage, unknown id, missing input, unbound environment\n"
                 "3   cannot read, cannot open the store, or a mistake in rbc\n4   the run was left open, and can be resumed\n10  escalated\n20  failed\n30  aborted\n");
      return kOk;
    }
    const Command* c = find_command(given.words[0]);
    if (!c || c->summary.empty()) {
      std::vector<std::string> names;
      for (const Command& each : commands())
        if (!each.summary.empty()) names.emplace_back(each.name);
      return refuse(kUsage, fmt::format("there is no command `{}`.{}", given.words[0], suggestion(given.words[0], names)));
    }
    fmt::print("{}", usage(*c));
    return kOk;
  }
  fmt::print("rbc: runbooks as code, for the people who are woken at night.\n\nCommands\n");
  for (const Command& c : commands())
    if (!c.summary.empty()) fmt::print("  {:<11} {}\n", c.name, c.summary);
  fmt::print("\n`rbc help COMMAND` says more of one; `rbc help exit-codes` lists what a script can rely on.\n\n"
             "  rbc check                              is everything well written?\n"
             "  rbc look --env local                   how is it now?\n"
             "  rbc run rb-02 --env local              at the keyboard\n"
             "  rbc run rb-02 --env prod --headless    at night\n");
  return kOk;
}

}  // namespace rbc::cli
