// Between the parts of the effects: one command as words, the tables' rows, and how levels are joined.
#pragma once
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

// What one command does; `words` is never empty. Judges tables and patterns, not redirections.
Effect judge_command(const std::vector<Arg>& words, const Patterns& patterns, size_t vouched_from);

// Keeps the higher level, joins problems; a change that is not repeatable makes the whole not repeatable.
void join(Effect& into, Effect&& one);

std::vector<std::string> split(std::string_view text);
std::string shown(std::string_view word);  // shortened for a sentence

void settle_limit(Effect& e, bool slow);
bool answers_by_exit(const std::vector<Arg>& words);

}  // namespace rbc::effects::detail
