// Placeholders of a document's commands, however they are written, as holes.
#include <cctype>

#include "compiler/import/commands.hpp"
#include "compiler/import/markdown.hpp"
#include "grammar/ast.hpp"

namespace rbc::import {

namespace {

bool upper(std::string_view text) {
  return text.size() >= 3 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-") == std::string_view::npos && std::isalpha(static_cast<unsigned char>(text[0]));
}

bool name_text(std::string_view text) {
  if (text.empty() || text.size() > 40 || !std::isalpha(static_cast<unsigned char>(text[0]))) return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. /") == std::string_view::npos && text.back() != ' ';
}

// Variables that a machine brings along, or that hold what is secret: they stay what they are.
bool of_the_machine(std::string_view name) {
  for (const std::string_view known : {"HOME", "USER", "PATH", "PWD", "HOSTNAME", "SHELL", "LOGNAME", "KUBECONFIG"})
    if (name == known) return true;
  for (const std::string_view part : {"URL", "TOKEN", "PASSWORD", "PASS", "KEY", "SECRET", "DSN"})
    if (name.find(part) != std::string_view::npos) return true;
  return false;
}

// A placeholder that begins at `at`: its length, and the words it is called by.
struct Found {
  std::size_t length = 0;
  std::string words;
};

Found between(std::string_view text, std::size_t at, std::string_view open, std::string_view close) {
  if (text.substr(at, open.size()) != open) return {};
  const auto end = text.find(close, at + open.size());
  if (end == std::string_view::npos || end - at > 60) return {};
  const std::string_view words = text.substr(at + open.size(), end - at - open.size());
  return {end + close.size() - at, std::string(words)};
}

Found variable(std::string_view text, std::size_t at, const std::set<std::string>& set_here) {
  const bool braced = text.substr(at, 2) == "${";
  const std::size_t from = at + (braced ? 2 : 1);
  const auto end = std::min(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", from), text.size());
  const std::string name(text.substr(from, end - from));
  if (name.size() < 2 || !std::isalpha(static_cast<unsigned char>(name[0])) || of_the_machine(name) || set_here.count(name)) return {};
  if (braced && (end >= text.size() || text[end] != '}')) return {};
  if (!braced && end < text.size() && std::islower(static_cast<unsigned char>(text[end]))) return {};
  return {end - at + (braced ? 1 : 0), name};
}

Found placeholder(std::string_view text, std::size_t at, char quote, const std::set<std::string>& set_here) {
  const bool starts = at == 0 || std::string_view(" \t\n=/:@\"',").find(text[at - 1]) != std::string_view::npos;
  switch (text[at]) {
    case '<': {
      if (at > 0 && (text[at - 1] == '<' || text[at - 1] == '\\')) return {};
      Found found = between(text, at, "<", ">");
      return name_text(found.words) ? found : Found{};
    }
    case '{': {
      Found found = between(text, at, "{{", "}}");
      const std::string words(trimmed(found.words));
      return name_text(words) && words.find_first_of(" ./") == std::string::npos && words != "end" && words != "else" ? Found{found.length, words} : Found{};
    }
    case '[': {
      if (quote || !starts) return {};
      Found found = between(text, at, "[", "]");
      return upper(found.words) && (found.words.size() > 3 || found.words.find('_') != std::string::npos) && found.words.find("A-Z") == std::string::npos ? found : Found{};
    }
    case '$': return quote == '\'' ? Found{} : variable(text, at, set_here);
    case 'Y':
    case 'y': {
      if (text.substr(at, 8) == "YYYYMMDD") return {8, "date"};
      if (text.substr(at, 10) == "YYYY-MM-DD") return {10, "date"};
      if (!starts || (text.substr(at, 5) != "YOUR_" && text.substr(at, 5) != "YOUR-" && text.substr(at, 5) != "your-" && text.substr(at, 5) != "your_")) return {};
      const auto end = std::min(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-", at + 5), text.size());
      return end - at > 5 ? Found{end - at, std::string(text.substr(at + 5, end - at - 5))} : Found{};
    }
    default: return {};
  }
}

}  // namespace

std::string Commands::with_holes(std::string_view command, const std::set<std::string>& set_here) {
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < command.size();) {
    const char c = command[i];
    Found found = placeholder(command, i, quote, set_here);
    std::string name = found.length ? kebab(found.words) : std::string();
    if (!name.empty()) {
      if (is_reserved(name) || name == "run" || name == "failure" || name == "goal" || name == "local" || name == "clock") name = "the-" + name;
      inputs_.emplace(name, found.words);
      out += "<" + name + ">";
      i += found.length;
      continue;
    }
    if (quote) quote = c == quote ? 0 : quote;
    else if (c == '\'' || c == '"') quote = c;
    out += c;
    ++i;
    if (c == '\\' && i < command.size()) out += command[i++];
  }
  return out;
}

}  // namespace rbc::import
