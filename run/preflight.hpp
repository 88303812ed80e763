// Everything that can be refused before the first look: names, bindings, secrets, inputs.
#pragma once
#include <string>
#include <vector>

#include "run/run.hpp"
#include "stdlib/world.hpp"

namespace rbc {

struct Preflight {
  std::vector<std::string> problems;       // one sentence each; empty if the run may begin
  const Environment* environment = nullptr;   // null: the program declares none and needs none
  std::vector<Value> inputs;
  std::vector<bool> bound;                 // one a resource
  std::vector<Address> addresses;
  std::vector<std::string> secrets;
};

Preflight preflight(const RunRequest& request);
// The same for a run that goes on: its environment and inputs are what they were, its secrets are read again.
Preflight preflight_again(const Program& program, const Start& start, const std::string& project);

}  // namespace rbc
