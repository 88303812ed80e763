// Puts values into what an author wrote, so that each can only be what it stands for (language.md 3.9).
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stdlib/modules/escapes.hpp"
#include "vm/bytecode/program.hpp"

namespace rbc {

struct Utterance {
  std::string problem;                                            // why it may not be said, and then nothing else counts
  std::string text;                                               // SQL, PromQL, a shell script
  std::vector<std::optional<std::string>> parameters;             // SQL: $1, $2 …
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> environment;   // NAME=value before a command; RBi of a script
  std::string method, target, body;
  bool has_body = false;
  std::vector<std::pair<std::string, std::string>> headers;
};

Utterance render(const Template& what, const std::vector<Value>& holes);

}  // namespace rbc
