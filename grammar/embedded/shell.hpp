// The shell: simple commands, pipelines, `&&`, `||`, `;`, redirections, quotes, `$VAR` and `$(…)`; everything else is refused (E0704, E0708).
#pragma once
#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded {

struct ShellVar {
  std::string name;  // `?` for `$?`
  uint32_t begin = 0;
  uint32_t end = 0;
};

// A word after quote removal. `known` is false when a variable, substitution or hole is part of it; `text` then shows them as written.
struct ShellWord {
  std::string text;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool known = true;
  bool quoted = false;         // some part stood in quotes or behind a backslash
  bool glob = false;           // an unquoted `*`, `?` or `[` is part of it
  bool starts_unknown = false; // it begins with a variable, substitution or hole
  std::vector<ShellVar> vars;
  std::vector<uint32_t> holes;  // HoleRef::index of the holes in it
};

struct ShellAssign {
  std::string name;
  ShellWord value;
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct ShellRedirect {
  std::string op;      // `<`, `>`, `>>`, `<&`, `>&`
  int fd = -1;         // the number written before it, -1 for none
  ShellWord target;    // for `<&` and `>&` the digit
  uint32_t begin = 0;
  uint32_t end = 0;
};

// One simple command; `words` is never empty when ok().
struct ShellCommand {
  std::vector<ShellAssign> assigns;
  std::vector<ShellWord> words;
  std::vector<ShellRedirect> redirects;
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t pipeline = 0;     // commands of one pipeline share a number; numbers differ between substitutions too
  uint32_t stage = 0;        // its place in the pipeline, from 0
  bool substituted = false;  // inside `$(…)`
  bool last = false;         // a stage of the last pipeline of the script, outside `$(…)`
};

struct Script {
  std::vector<ShellCommand> commands;  // every simple command, those in `$(…)` included, in order of their beginning
  Pieces pieces;                       // the script to run; a line break between commands has become ` && `
  std::vector<HoleUse> uses;
  bool has_pipe = false;               // a pipeline of two or more stages stands somewhere: pieces need `set -o pipefail` or its like
};

Parsed<Script> parse_shell(std::string_view text, const std::vector<HoleRef>& holes);

// Variables (`NAME`) that make their command change when assigned before it: PATH, IFS, ENV, BASH_ENV, LD_*, *PAGER, *EDITOR, GIT_*.
bool dangerous_variable(std::string_view name);

}  // namespace rbc::embedded
