// The examples of diagnostics as the files they stand for, and which diagnostics belong together.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "grammar/diagnostic.hpp"

namespace rbc {

// An example shows one file, then any number of others, each after a line `@ NAME`: another runbook, rbc.toml, a rule file.
struct ExampleFile {
  std::string name; // "example.runbook" for the first
  std::string text; // as a person reads it
};
std::vector<ExampleFile> example_files(std::string_view example);
// The same as a compiler takes them: the first one with what its frame puts around it.
std::vector<ExampleFile> whole_files(Frame frame, std::string_view example);

// Codes are grouped by what follows their letter: "02" are those of names.
struct CodeGroup {
  std::string_view digits; // the first two of the number
  std::string_view name;   // one word, to ask for it by
  std::string_view title;  // what its codes have in common
};
const std::vector<CodeGroup>& code_groups();
const CodeGroup& group_of(std::string_view code); // of a code in the table

} // namespace rbc
