// What an utterance does to the world: its level, the word that decides it, and the sentence that says so.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "grammar/embedded/http.hpp"
#include "grammar/embedded/promql.hpp"
#include "grammar/embedded/shell.hpp"
#include "grammar/embedded/sql.hpp"
#include "grammar/embedded/words.hpp"

namespace rbc::effects {

enum class Level : uint8_t { pure, looks, tells, changes, destroys };

// The resource's own lines, as written after the word; see `check_pattern`.
struct Patterns {
  std::vector<std::string> reads;
  std::vector<std::string> changes;
  std::vector<std::string> destroys;
  std::vector<std::string> repeats;
};

// E0707: a hole in what `by` parses a second time. An int, a `one of`, or a text that matches a class without metacharacters may stand there.
struct ParsedAgain {
  uint32_t hole = 0;  // HoleRef::index
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string by;     // "sh", "ssh", "psql -c" …
};

// Whether the value of a hole could be an option there, of a command that stands `depth` commands deep in others (`sudo`, `kubectl exec`, …).
struct OptionPlace {
  uint32_t hole = 0;   // HoleRef::index
  unsigned depth = 0;
  bool may = true;
};

// Positions are byte offsets into the utterance's captured text.
struct Effect {
  Level level = Level::looks;
  uint32_t begin = 0;  // the culprit: the word that made it more than a look
  uint32_t end = 0;
  std::string culprit;   // "docker compose stop", "pg_terminate_backend"; empty for a look
  std::string sentence;  // "`docker compose stop` stops a container"; no full stop; empty for a look
  std::string near;      // a known name that the culprit nearly is
  bool known = true;     // false: nothing says what the culprit does, so it counts as a change (E0407)
  bool repeatable = false;  // doing it twice is doing it once
  int64_t limit_seconds = 10;  // the default limit: 10 for looks, 120 for changes, 900 for the slow ones
  bool exit_one_answers = false;  // shell, command: the last simple command is a test (`test`, `[`, `grep`, `pgrep`, `diff`, `cmp`, `jq -e`): exit code 1 is an answer
  std::vector<ParsedAgain> parsed_again;
  std::vector<OptionPlace> options;         // of commands: every hole among their words
  std::vector<embedded::Problem> problems;  // never-ending commands (E0708), refused ones (E0709), E0501, W0503
};

Effect of_sql(const embedded::SqlStatement& statement);
Effect of_pgbouncer(const embedded::Words& words);
Effect of_redis(const embedded::Words& words);
// E0721: the words of a Redis command against the form that servers know of it, or nothing if they fit, or if no server's table has the
// command. `elastic`: how many of them may be no word or several (a list, a `<x?>`).
std::optional<embedded::Problem> judge_redis_form(const embedded::Words& words, size_t elastic);
// The first words of all commands that servers know, for "did you mean".
std::vector<std::string_view> redis_commands();
Effect of_http(const embedded::Http& request, const Patterns& patterns);
Effect of_promql(const embedded::Prom& query);
Effect of_compose(const embedded::Words& words);
Effect of_host(const embedded::Words& words);
// `runs` is what the resource puts before every line (`aws --output json`); empty when it says nothing, and then the first word is the command.
Effect of_command(std::string_view runs, const embedded::Words& words, const Patterns& patterns);
// `exported_secrets`: names of variables that the resource exports with a secret in them.
Effect of_shell(const embedded::Script& script, const Patterns& patterns, const std::vector<std::string>& exported_secrets = {});

// Judges a `reads`, `changes`, `destroys` or `repeats` line of a resource (`verb`); `http` for METHOD and path. E0408 names the interpreter.
std::optional<embedded::Problem> check_pattern(std::string_view verb, std::string_view pattern, bool http);

// What the innermost command says that has the hole among its words; without one, that it may.
bool may_be_option(const Effect& effect, uint32_t hole);

// `words` begins with what `pattern` says, word for word; `*` one word or a part of one, `**` any number. An unknown word (a hole, variable) only fits `*`, `**`, `<any>`.
bool pattern_matches(std::string_view pattern, const std::vector<std::string>& words, const std::vector<bool>& known);

}  // namespace rbc::effects
