// Help texts and refusals, from the command table.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "grammar/diagnostic.hpp"
#include "grammar/suggest.hpp"

namespace rbc::cli {

int refuse(int code, std::string_view sentence) {
  // What the sentence quotes came from outside. Its end says what to do, so a long quotation gives way in the middle.
  constexpr std::size_t kMost = 2000, kEnd = 400;
  const std::string shown = sentence.size() <= kMost ? std::string(sentence) : fmt::format("{} … {}", sentence.substr(0, kMost - kEnd), sentence.substr(sentence.size() - kEnd));
  std::fputs(fmt::format("rbc: {}\n", visible_source(shown)).c_str(), stderr);   // without a word if stderr takes none
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

std::string written(const Flag& flag) {
  return fmt::format("{}--{}{}{}", flag.letter ? fmt::format("-{}, ", flag.letter) : "", flag.name, flag.value.empty() || flag.value[0] == '[' ? "" : " ", flag.value);
}

std::string usage(const Command& command) {
  std::string out = fmt::format("rbc {}{}{}{}: {}\n", command.name, command.positional.empty() ? "" : " ", command.positional,
                                command.flags.empty() ? "" : " [FLAG…]", command.summary);
  if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
  out += "\nFlags\n";
  for (const Flag& f : command.flags) out += fmt::format("  {:<28} {}\n", written(f), f.help);
  out += fmt::format("  {:<28} {}\n", "-h, --help", "this");
  if (command.takes_inputs) out += fmt::format("  {:<28} {}\n", "--NAME VALUE", "an input by its name");
  if (command.examples.empty()) return out;
  std::size_t widest = 0;
  for (const Example& e : command.examples) widest = std::max(widest, e.line.size());
  out += "\nExamples\n";
  for (const Example& e : command.examples) out += fmt::format("  {:<{}}  {}\n", e.line, widest, e.says);
  return out;
}

namespace {

std::vector<std::string> topics() {
  std::vector<std::string> names{"exit-codes"};
  for (const Command& each : commands())
    if (!each.summary.empty()) names.emplace_back(each.name);
  return names;
}

int help_on(const std::string& topic) {
  if (topic == "exit-codes") {
    for (const ExitCode& each : exit_codes()) fmt::print("{:<3} {}\n", each.code, each.means);
    return kOk;
  }
  const Command* command = find_command(topic);
  if (!command || command->summary.empty()) return refuse(kUsage, fmt::format("there is no command `{}`.{} `rbc help` lists them.", topic, suggestion(topic, topics())));
  fmt::print("{}", usage(*command));
  return kOk;
}

}  // namespace

int help(const Given& given) {
  if (!given.words.empty()) return help_on(given.words[0]);
  fmt::print("rbc: runbooks as code, for the people who are woken at night.\n");
  for (const Chapter chapter : kChapters) {
    fmt::print("\n{}\n", title_of(chapter));
    for (const Command& c : commands())
      if (!c.summary.empty() && c.chapter == chapter) fmt::print("  {:<11} {}\n", c.name, c.summary);
  }
  fmt::print("\n`rbc help COMMAND` says more of one; `rbc help exit-codes` lists what a script can rely on.\n\n"
             "  rbc check                              is everything well written?\n"
             "  rbc plan rb-02                         what would it do, and how long can it take?\n"
             "  rbc look --env local                   how is it now?\n"
             "  rbc run rb-02 --env local              at the keyboard\n"
             "  rbc run rb-02 --env prod --headless    at night\n");
  return kOk;
}

}  // namespace rbc::cli
