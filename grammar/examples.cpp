#include "grammar/examples.hpp"

#include <algorithm>

namespace rbc {

namespace {

constexpr std::string_view kNextFile = "@ ";

} // namespace

std::vector<ExampleFile> example_files(std::string_view example) {
  std::vector<ExampleFile> files{{"example.runbook", {}}};
  for (size_t at = 0; at < example.size();) {
    const size_t end = std::min(example.find('\n', at), example.size() - 1) + 1;
    const std::string_view line = example.substr(at, end - at);
    if (line.starts_with(kNextFile))
      files.push_back({std::string(line.substr(kNextFile.size(), line.find('\n') - kNextFile.size())), {}});
    else
      files.back().text += line;
    at = end;
  }
  return files;
}

std::vector<ExampleFile> whole_files(Frame frame, std::string_view example) {
  std::vector<ExampleFile> files = example_files(example);
  files[0].text = whole_example(frame, files[0].text);
  return files;
}

const std::vector<CodeGroup>& code_groups() {
  static const std::vector<CodeGroup> kGroups{
      {"00", "rbc", "mistakes of rbc itself"},
      {"01", "syntax", "how a line is written"},
      {"02", "names", "what is declared, once, and where it can be seen"},
      {"03", "types", "values and their units, and what may be missing"},
      {"04", "effects", "what looks, what changes, and what a look proves"},
      {"05", "secrets", "what must not be said aloud"},
      {"06", "people", "time and people: lengths, pages, ladders, questions"},
      {"07", "languages", "what is said to databases, shells and servers"},
      {"08", "tests", "tests of runbooks"},
      {"09", "project", "reviews, exceptions, environments, alert rules"},
  };
  return kGroups;
}

const CodeGroup& group_of(std::string_view code) {
  for (const CodeGroup& group : code_groups())
    if (code.substr(1, 2) == group.digits) return group;
  return code_groups().front();
}

} // namespace rbc
