// Where the value of a hole could be taken for an option: at the beginning of a word, with no `--` of that very command before it.
#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

namespace options_detail {

// What runs the words that it is given: its `--` ends its own options, and those of what it runs begin anew.
constexpr std::string_view kRunners[] = {"sudo", "doas", "env", "timeout", "nice", "ionice", "time", "stdbuf", "nohup", "setsid", "runuser", "gosu", "su-exec", "chroot", "su", "ssh", "xargs", "watch", "flock", "parallel",
                                         "systemd-run", "unshare", "nsenter", "ip", "exec", "command", "npm", "npx", "pnpm", "yarn", "cargo", "find"};
// The same of programs that also do other things: with one of these words.
constexpr std::string_view kRunning[] = {"exec", "run", "rsh", "debug", "ssh"};
// A number below zero is a group of processes to it, and -1 all that there are: `--` makes nothing harmless.
constexpr std::string_view kSignallers[] = {"kill", "pkill", "killall"};
constexpr std::string_view kTests[] = {"=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef", "-n", "-z", "-e", "-f", "-d", "-s", "-r", "-w", "-x", "-L", "-h", "-p", "-S", "-b", "-c", "-u", "-g", "-k", "-t", "-O", "-G", "-N"};

template <size_t n>
bool one_of(const std::string_view (&list)[n], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool runs_another(const std::string& tool, const std::vector<Arg>& words) {
  if (one_of(kRunners, tool) || is_shell(tool)) return true;
  if (tool != "docker" && tool != "podman" && tool != "nerdctl" && tool != "crictl" && tool != "kubectl" && tool != "oc" && tool != "docker-compose" && tool != "gcloud") return false;
  return std::any_of(words.begin(), words.end(), [](const Arg& w) { return one_of(kRunning, w.text); });
}

// How many of the word's holes have nothing but holes before them.
size_t leading(const Arg& word) {
  if (word.may_be_flag) return word.holes.size();
  size_t count = 0;
  for (size_t at = 0; at < word.text.size() && word.text[at] == '<' && count < word.holes.size(); ++count) at = std::min(word.text.find('>', at), word.text.size() - 1) + 1;
  return count;
}

}  // namespace options_detail

void option_places(Effect& e, const std::vector<Arg>& words, unsigned depth) {
  using namespace options_detail;
  const std::string tool = bare_name(words[0].text);
  const bool runner = runs_another(tool, words), test = tool == "test" || tool == "[", prints = tool == "echo" || tool == "printf";
  bool ended = false, operand = false;
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& word = words[i];
    bool harmless = ended || (prints && operand);
    if (test) {
      const auto tests = [&](size_t at) { return at < words.size() && words[at].known && one_of(kTests, words[at].text); };
      harmless = tests(i + 1) || (i > 1 && tests(i - 1));
    }
    const size_t first = harmless ? 0 : leading(word);
    for (size_t h = 0; h < word.holes.size(); ++h) e.options.push_back({word.holes[h], depth, h < first});
    if (!word.known) continue;
    ended = ended || (word.text == "--" && !runner && !one_of(kSignallers, tool));
    operand = operand || !word.text.starts_with('-');
  }
}

}  // namespace rbc::effects::detail

namespace rbc::effects {

bool may_be_option(const Effect& effect, uint32_t hole) {
  const OptionPlace* found = nullptr;
  bool may = false;
  for (const OptionPlace& place : effect.options) {
    if (place.hole != hole || (found && place.depth < found->depth)) continue;
    may = (found && place.depth == found->depth && may) || place.may;
    found = &place;
  }
  return !found || may;
}

}  // namespace rbc::effects
