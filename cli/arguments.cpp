// Turns words into a Given by a command's row. The only unit that sees CLI11.
#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.hpp"

namespace rbc::cli {

namespace {

// Takes `--name value` and `--name=value` that are no flag of the command out of `words`: inputs, where the command takes them.
bool take_inputs(const Command& command, std::vector<std::string>& words, Given& given) {
  std::vector<std::string> known{"help"}, kept;
  for (const Flag& f : command.flags) known.emplace_back(f.name);
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      kept.insert(kept.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    if (word.rfind("--", 0) != 0) {
      kept.push_back(word);
      continue;
    }
    std::string name = word.substr(2), value;
    size_t eq = name.find('=');
    bool has_value = eq != std::string::npos;
    if (has_value) value = name.substr(eq + 1), name.resize(eq);
    auto flag = std::find_if(command.flags.begin(), command.flags.end(), [&](const Flag& f) { return f.name == name; });
    if (flag != command.flags.end() && flag->value.starts_with("[=")) {
      given.flags[name] = {value};
      continue;
    }
    if (name == "help" || flag != command.flags.end()) {
      kept.push_back(word);
      if (flag != command.flags.end() && !flag->value.empty() && !has_value && i + 1 < words.size()) kept.push_back(words[++i]);
      continue;
    }
    if (!command.takes_inputs) {
      refuse(kUsage, fmt::format("`--{}` is no flag of `rbc {}`.{} `rbc help {}` lists them.", name, command.name, suggestion(name, known), command.name));
      return false;
    }
    if (!has_value) {
      if (i + 1 >= words.size() || words[i + 1].rfind("--", 0) == 0) {
        refuse(kUsage, fmt::format("`--{}` is no flag of `rbc {}`, and as an input it needs a value.{}", name, command.name, suggestion(name, known)));
        return false;
      }
      value = words[++i];
    }
    given.extra.emplace_back(name, value);
  }
  words = kept;
  return true;
}

}  // namespace

bool parse_arguments(const Command& command, int argc, char** argv, Given& given) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  bool wants_help = false;
  app.add_flag("-h,--help", wants_help);
  std::vector<std::string> words;
  if (command.most > 0) app.add_option("words", words)->expected(0, static_cast<int>(command.most));
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> switches;
  for (const Flag& f : command.flags) {
    std::string flag = fmt::format("--{}", f.name), key(f.name);
    if (f.letter) flag = fmt::format("-{},{}", f.letter, flag);
    if (f.value.empty()) app.add_flag(flag, switches[key]);
    else app.add_option(flag, values[key])->expected(1)->take_all()->allow_extra_args(false);
  }
  // Words of the shell's completion are not flags of ours.
  if (command.name == "__complete") {
    for (int i = 0; i < argc; ++i) given.words.emplace_back(argv[i]);
    return true;
  }
  try {
    std::vector<std::string> all(argv, argv + argc);
    if (!take_inputs(command, all, given)) return false;
    std::reverse(all.begin(), all.end());   // CLI11 takes them from the back
    app.parse(all);
  } catch (const CLI::ArgumentMismatch& e) {
    refuse(kUsage, fmt::format("{}. `rbc help {}` shows how it is written.", e.what(), command.name));
    return false;
  } catch (const CLI::Error& e) {
    refuse(kUsage, fmt::format("{}. `rbc help {}` shows how it is written.", e.what(), command.name));
    return false;
  }
  if (wants_help) {
    given.flags["help"] = {""};
    return true;
  }
  for (auto& [name, on] : switches)
    if (on) given.flags[name] = {""};
  for (const Flag& f : command.flags) {
    auto it = values.find(std::string(f.name));
    if (it == values.end() || it->second.empty()) continue;
    if (!f.repeated && it->second.size() > 1) {
      refuse(kUsage, fmt::format("`--{}` is given twice.", f.name));
      return false;
    }
    given.flags[it->first] = it->second;
  }
  given.words = words;
  for (const std::string& word : app.remaining()) {
    bool dashed = word.size() > 1 && word[0] == '-';
    refuse(kUsage, dashed ? fmt::format("`{}` is no flag of `rbc {}`. `rbc help {}` lists them.", word, command.name, command.name)
                          : fmt::format("`{}` is one word too many for `rbc {}{}{}`.", word, command.name, command.positional.empty() ? "" : " ", command.positional));
    return false;
  }
  if (given.words.size() < command.least) {
    refuse(kUsage, fmt::format("`rbc {}` needs {}. `rbc help {}` says more.", command.name, command.positional, command.name));
    return false;
  }
  return true;
}

}  // namespace rbc::cli
