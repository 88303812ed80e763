// What a run would do, before it does anything: `rbc plan` as text and as JSON.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "compiler/outline/outline.hpp"
#include "vm/bytecode/program.hpp"

namespace rbc::outline {

struct Wanted {
  std::string environment;                                       // "" for none: resources stay names
  std::vector<std::pair<std::string, std::string>> inputs;       // as given
};

// Something outside that the program may speak to.
struct Reached {
  std::string name, kind, title;
  std::string address;                 // in the environment, secrets as `<name>`; "" without one
  std::string via;                     // the host it goes through
  bool optional = false, bound = false;
  unsigned looks = 0, changes = 0, destroys = 0;   // lines that do so
  std::vector<std::string> says;       // each once, first lines, as written
  std::vector<std::string> secrets;    // names
};
std::vector<Reached> reached(const Outline& outline, const Program& program, const Wanted& wanted);

// An input as the run would start with it: as given, else the environment's, else the default as written; "" if it must still be given.
struct Filled { std::string value, from; };
Filled filled(const Outline& outline, const Input& input, const Wanted& wanted);

// Why a headless run would refuse to start, a sentence each.
std::vector<std::string> refusals(const Outline& outline, const Program& program, const Wanted& wanted);

// Lines of at most `width` columns (what is quoted as code is not broken).
std::string plan_text(const Outline& outline, const Program& program, const Wanted& wanted, bool colour, unsigned width);
std::string plan_json(const Outline& outline, const Program& program, const Wanted& wanted);

}  // namespace rbc::outline
