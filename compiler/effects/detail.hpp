// Between the parts of the effects: one command as words, what the tables know of it, and how levels are joined.
#pragma once
#include <fmt/format.h>

#include <algorithm>

#include "compiler/effects.hpp"

namespace rbc::effects::detail {

struct Arg {
  std::string text;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool known = true;
  bool may_be_flag = false;  // a variable, substitution or pattern begins it: nobody knows whether it is a flag
  std::vector<uint32_t> holes;
};

// Where a command stands.
struct Scene {
  const Patterns& patterns;
  size_t vouched_from = 0;  // what a `command` resource puts before its words
  bool fed = false;         // something comes in from a pipe or a file
  unsigned depth = 0;       // commands within commands
  std::string_view says{};  // what comes in from a pipe, where it can be read: the words of an `echo`
  bool ends = false;        // somebody ends it: `timeout 5 …`
};
inline constexpr unsigned kMaxInner = 6;  // sudo sh -c 'ssh … "sudo docker exec … sh -c …"' is deep enough

// What one command does; `words` is never empty. Judges tables and patterns, not redirections.
Effect judge_command(const std::vector<Arg>& words, const Scene& scene);

// A whole script, as `of_shell`.
Effect of_script(const embedded::Script& script, const Scene& scene, const std::vector<std::string>& exported_secrets);

// ── what the tables know (tables.cpp) ──
enum class Section : uint8_t { row, options, values, endless, prints };
enum class Trait : uint8_t { plain, repeats, slow, answers };
using Part = std::vector<std::string_view>;  // the alternatives of one word of a pattern
struct Entry {
  Section section;
  std::string_view pattern, a, b, c, d;  // row: flags, what; options: with value, bare; values: flags; endless: flags, unless, instead; prints: flags, unless, what, instead
  Level level;
  Trait trait;
  int most;  // how many words more it may have, -1 for any
};
struct Known {
  const Entry* entry;
  std::vector<Part> parts;
  size_t words, stars;  // how special it is
};
// Every entry whose first word may be `tool`.
const std::vector<const Known*>& known_of(std::string_view tool);

// ── a command taken apart (words.cpp) ──
struct Line {
  std::vector<Arg> words;        // `docker-compose` is `docker compose`, `/usr/bin/df` is `df`
  std::vector<size_t> operands;  // which of them are neither flags nor their values; the tool first
  std::vector<bool> unsure;      // for each operand: a flag of which nobody knows whether it takes a value stands before it
  std::vector<bool> value;       // for each word: the value of the flag before it
  std::vector<bool> option;      // … an option before a subcommand, as its table says
  const std::string& tool() const { return words[0].text; }
};
Line take_apart(const std::vector<Arg>& words);
// How many operands the pattern takes up, or 0 when it does not fit.
size_t fits(const Known& known, const Line& line);
// Whether `word` is, or holds among its letters, the flag `flag`; a long flag may be cut short.
bool is_flag(std::string_view word, std::string_view flag);
bool any_flag(const Line& line, std::string_view flags, size_t from = 1);
bool listed(std::string_view list, std::string_view flag);
// The word that keeps a look's row from fitting, or null.
const Arg* objection(const Entry& row, const Line& line, size_t taken);
std::string bare_name(const std::string& word);

// ── commands in commands (inner.cpp) ──
// What is judged by its own rules: wrappers, shells, exec, ssh, xargs, find -exec, psql -c, mysql -e, redis-cli, curl, awk, sed. Nothing: the tables.
std::optional<Effect> judge_inner(const std::vector<Arg>& words, const Line& line, const Scene& scene);
// How many words stand before the command that a wrapper (sudo, env, timeout, nice …) runs; 0 when it is none, -1 when it is not understood.
int wrapped(const std::vector<Arg>& words, bool& dangerous);
// What a client of a database is given to say (clients.cpp); nothing where it cannot be read.
std::optional<Effect> sqlite_readonly(const Line& line);
std::optional<Effect> database_client(const std::vector<Arg>& words, const Line& line, const Scene& scene);
// Whether what a pipe brings to `nc` or `socat` only asks.
bool asks_only(std::string_view tool, std::string_view said);
void parsed_again(Effect& e, const std::vector<Arg>& words);
// Which holes could be options of this command (options.cpp).
void option_places(Effect& e, const std::vector<Arg>& words, unsigned depth);
Effect judge_script(std::string_view script, const Arg& at, const Scene& scene);

// ── programs of filters (programs.cpp) ──
bool awk_only_reads(std::string_view program);
bool sed_only_reads(std::string_view script);

// One hole is refused once, however often it is parsed.
void again(Effect& e, ParsedAgain one);
// Keeps the higher level, joins problems; a change that is not repeatable makes the whole not repeatable.
void join(Effect& into, Effect&& one);
Effect unknown(const Line& line, const Arg* flag);
void set_culprit(Effect& e, const Line& line, size_t operands);
bool has_subcommands(std::string_view tool);
bool is_shell(std::string_view word);

std::vector<std::string> split(std::string_view text);
bool path_matches(const std::vector<std::string>& pattern, size_t p, const std::vector<embedded::HttpSegment>& path, size_t s);
bool part_matches(std::string_view pattern, std::string_view word);
std::string shown(std::string_view word);  // shortened for a sentence

void settle_limit(Effect& e, bool slow);
bool answers_by_exit(const std::vector<Arg>& words);

}  // namespace rbc::effects::detail
