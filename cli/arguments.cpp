// Turns words into a Given by a command's row. The only unit that sees CLI11.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.hpp"

namespace rbc::cli {

namespace {

// `--name value`, `--name=value` that no flag claimed.
bool take_extras(const Command& command, const std::vector<std::string>& rest, Given& given) {
  std::vector<std::string> known{"help"};
  for (const Flag& f : command.flags) known.emplace_back(f.name);
  for (size_t i = 0; i < rest.size(); ++i) {
    const std::string& word = rest[i];
    if (word.rfind("--", 0) != 0 || word.size() < 3) {
      if (word.rfind('-', 0) == 0 && word.size() > 1) {
        refuse(kUsage, fmt::format("`{}` is no flag of `rbc {}`. `rbc help {}` lists them.", word, command.name, command.name));
      } else {
        refuse(kUsage, fmt::format("`{}` is one word too many for `rbc {} {}`.", word, command.name, command.positional));
      }
      return false;
    }
    std::string name = word.substr(2), value;
    size_t eq = name.find('=');
    bool has_value = eq != std::string::npos;
    if (has_value) value = name.substr(eq + 1), name.resize(eq);
    if (!command.takes_inputs) {
      refuse(kUsage, fmt::format("`--{}` is no flag of `rbc {}`.{} `rbc help {}` lists them.", name, command.name, suggestion(name, known), command.name));
      return false;
    }
    if (!has_value) {
      if (i + 1 >= rest.size() || rest[i + 1].rfind("--", 0) == 0) {
        refuse(kUsage, fmt::format("`--{}` is no flag of `rbc {}`, and as an input it needs a value.{}", name, command.name, suggestion(name, known)));
        return false;
      }
      value = rest[++i];
    }
    given.extra.emplace_back(name, value);
  }
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
    if (f.value.empty()) app.add_flag(flag, switches[key]);
    else app.add_option(flag, values[key])->expected(1)->take_all()->allow_extra_args(false);
  }
  // Words of the shell's completion are not flags of ours.
  if (command.name == "__complete") {
    for (int i = 0; i < argc; ++i) given.words.emplace_back(argv[i]);
    return true;
  }
  try {
    std::vector<std::string> reversed;
    for (int i = argc - 1; i >= 0; --i) reversed.emplace_back(argv[i]);
    app.parse(reversed);
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
  if (!take_extras(command, app.remaining(), given)) return false;
  if (given.words.size() < command.least) {
    refuse(kUsage, fmt::format("`rbc {}` needs {}. `rbc help {}` says more.", command.name, command.positional, command.name));
    return false;
  }
  return true;
}

}  // namespace rbc::cli
