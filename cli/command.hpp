// A subcommand as data: its help, its completion and its parser all come from one row.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rbc::cli {

// Exit codes (grammar/language.md 4.5 and `rbc help exit-codes`).
inline constexpr int kOk = 0;            // ok, resolved
inline constexpr int kFindings = 1;      // diagnostics, red checks
inline constexpr int kUsage = 2;         // refused before the start
inline constexpr int kBroken = 3;        // cannot read, cannot connect to the store, internal
inline constexpr int kLeftOpen = 4;      // the run is open, and can be resumed
inline constexpr int kEscalated = 10;
inline constexpr int kFailed = 20;
inline constexpr int kAborted = 30;

// What a flag's value or a positional is, for completion.
// `source`: runbook files, and folders of them. `itself`: the placeholder is the word.
enum class Of { nothing, text, itself, file, folder, source, source_or_id, runbook, check, environment, alert, step, run, open_run, code, shell, format, command };

struct Flag {
  std::string_view name;      // without the dashes
  std::string_view value;     // placeholder; empty for a switch; `[=…]` may be left out, and never is the next word
  Of of;
  bool repeated;
  std::string_view help;
  char letter = 0;            // `-o`, if it has one
};

struct Given {
  std::vector<std::string> words;                              // positionals
  std::map<std::string, std::vector<std::string>> flags;       // by name; a switch has one empty value
  std::vector<std::pair<std::string, std::string>> extra;      // `--NAME VALUE` that is no flag: an input, where the row takes them
  bool has(const std::string& flag) const { return flags.count(flag) != 0; }
  std::string get(const std::string& flag, std::string otherwise = {}) const {
    auto it = flags.find(flag);
    return it == flags.end() || it->second.empty() ? otherwise : it->second.back();
  }
  std::vector<std::string> all(const std::string& flag) const {
    auto it = flags.find(flag);
    return it == flags.end() ? std::vector<std::string>{} : it->second;
  }
};

struct Example {
  std::string_view line;      // as it is typed; what a placeholder stands for is of the project in README.md
  std::string_view says;      // what it is for, a few words
};

// The chapters of `rbc help` and rbc(1), in their order.
enum class Chapter { write, read, run, program };

// For `most`: as many words as the system lets a command line have.
inline constexpr unsigned kAnyNumber = 1'000'000'000;

struct Command {
  std::string_view name;
  std::string_view positional;     // as in a usage line: "ID", "[PATH…]", "RUN"; empty for none
  Of of;                           // what the positionals are
  unsigned least, most;            // how many
  std::string_view summary;        // one line
  std::string_view details;        // paragraphs; may be empty
  std::vector<Flag> flags;
  bool takes_inputs;               // `--NAME VALUE` fills a declared input
  int (*run)(const Given&);
  Chapter chapter = Chapter::program;
  std::vector<Example> examples = {};
};

// What a script can rely on.
struct ExitCode {
  int code;
  std::string_view means;
};
const std::vector<ExitCode>& exit_codes();
std::string_view title_of(Chapter chapter);
inline constexpr Chapter kChapters[] = {Chapter::write, Chapter::read, Chapter::run, Chapter::program};

const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

// Parses the words after the subcommand's name. On a mistake prints one sentence and how to get help, and answers false.
bool parse_arguments(const Command& command, int argc, char** argv, Given& given);

// What a command prints when it refuses: `rbc: sentence` on stderr. Answers `code`.
int refuse(int code, std::string_view sentence);
// Whether to colour this stream: a terminal, without NO_COLOR, and TERM is not dumb.
bool colours(int fd);
// `candidates` is nearest to `word`: " Did you mean `x`?", or empty.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

int help(const Given& given);
std::string usage(const Command& command);
std::string written(const Flag& flag);                   // as in a usage line: "-o, --output FILE"
std::string completion_script(std::string_view shell);   // empty: no such shell

}  // namespace rbc::cli
