// What a file is that is no runbook at all: told once, not line by line.
#include <algorithm>

#include "grammar/habits.hpp"

namespace rbc::parsing {

namespace {

std::string_view bare_line(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

bool begins_with_one(std::string_view line, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return line.starts_with(word); });
}

// What the lines at the margin look like, counted.
struct Looks {
  size_t keys = 0, lists = 0, headings = 0, fences = 0, code = 0, tables = 0, assigned = 0, braces = 0, image = 0, query = 0, commas = 0, lines = 0;
};

void look_at(std::string_view said, Looks& looks) {
  constexpr std::string_view kNumbers = "0123456789";
  const size_t end = std::min(said.find_first_of(" :=("), said.size());
  const std::string_view word = said.substr(0, end == 0 ? 1 : end);
  ++looks.lines;
  if (begins_with_one(said, {"# ", "## ", "### "})) ++looks.headings;
  else if (said.starts_with("```") || (said.size() > 2 && said.find_first_not_of('=') == std::string_view::npos) || said.starts_with(".. ")) ++looks.fences;
  else if (begins_with_one(said, {"- ", "* "}) || (kNumbers.find(said[0]) != std::string_view::npos && (word.ends_with('.') || word.ends_with(')')))) ++looks.lists;
  else if (begins_with_one(said, {"FROM ", "RUN ", "CMD ", "COPY ", "ENTRYPOINT ", "ENV ", "WORKDIR ", "EXPOSE "})) ++looks.image;
  else if (word == "def" || word == "import" || (said.starts_with("from ") && said.find(" import ") != std::string_view::npos) || word == "class") ++looks.code;
  else if (begins_with_one(said, {"select ", "SELECT ", "from ", "where ", "WHERE ", "insert into", "INSERT INTO", "update ", "UPDATE ", "create table", "CREATE TABLE", "alter ", "ALTER ", "group by", "order by", "ORDER BY"})) ++looks.query;
  else if (said.starts_with("[") && said.ends_with("]")) ++looks.tables;
  else if (said.ends_with("{") || said == "}") ++looks.braces;
  else if (said.size() > word.size() && said[word.size()] == ':' && (said.size() == word.size() + 1 || said[word.size() + 1] == ' ')) ++looks.keys;
  else if (said.find(" = ") != std::string_view::npos) ++looks.assigned;
  else if (said.find(' ') == std::string_view::npos && std::count(said.begin(), said.end(), ',') >= 2) ++looks.commas;
}

}  // namespace

std::optional<Foreign> foreign(std::string_view text, const std::vector<std::string_view>& declarations) {
  Looks looks;
  Foreign found{0, 0, {}, {}};
  const std::string_view interpreter = text.starts_with("#!") ? text.substr(0, text.find('\n')) : std::string_view();
  for (size_t line = 0; line < text.size();) {
    const size_t newline = std::min(text.find('\n', line), text.size());
    const std::string_view said = bare_line(text.substr(line, newline - line));
    const bool margin = line < text.size() && text[line] != ' ' && text[line] != '\t';
    const std::string_view word = said.substr(0, std::min(said.find_first_of(" :=("), said.size()));
    if (margin && std::find(declarations.begin(), declarations.end(), word) != declarations.end()) return {};
    if (!said.empty() && said[0] != '#' && found.end == 0) found.begin = static_cast<uint32_t>(said.data() - text.data()), found.end = static_cast<uint32_t>(newline);
    if (margin && !said.empty()) look_at(said, looks);
    line = newline + 1;
  }
  if (found.end == 0) return {};
  const std::string_view start = text.substr(found.begin);
  constexpr std::string_view kBegin = "A runbook begins with `runbook NAME: Title`, and its steps with `step name: Title`.";
  constexpr std::string_view kImport = "`rbc import` makes a first draft of it: a heading becomes a `step name: Title`, a command a prompt such as `db> …`, an item `[ ] …`.";
  found.help = kBegin;
  if (begins_with_one(start, {"{", "[{", "[\""})) found.what = "a JSON file";
  else if (start.starts_with("<") && (begins_with_one(start, {"<html", "<!", "<?xml"}) || start.find("</") != std::string_view::npos)) found.what = "an HTML or XML file";
  else if (interpreter.find("python") != std::string_view::npos || looks.code >= 2) found.what = "a Python program";
  else if (interpreter.find("sh") != std::string_view::npos) found.what = "a shell script", found.help = "A runbook begins with `runbook NAME: Title`; a script is run from a step: `do box$ ./script`.";
  else if (text.starts_with("---\n") || (looks.keys >= 1 && looks.keys + looks.lists >= 2 && looks.fences == 0)) found.what = "a YAML file";
  else if ((looks.headings >= 1 && looks.headings + looks.lists + looks.fences >= 2) || looks.fences + looks.lists >= 2) found.what = "a Markdown document", found.help = kImport;
  else if (looks.image >= 2 && looks.image == looks.lines) found.what = "a Dockerfile";
  else if (looks.tables >= 1 && looks.tables + looks.assigned == looks.lines) found.what = "a TOML or INI file";
  else if (looks.braces >= 2 && looks.braces == looks.lines) found.what = "a program with braces";
  else if (looks.query >= 1 && looks.query == looks.lines) found.what = "an SQL file", found.help = "A runbook begins with `runbook NAME: Title`; SQL is said to a database in a step: `db> select …`.";
  else if (looks.commas >= 2 && looks.commas == looks.lines) found.what = "a table of values";
  else return {};
  return found;
}

}  // namespace rbc::parsing
