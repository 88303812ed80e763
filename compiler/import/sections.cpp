#include "compiler/import/sections.hpp"

#include <algorithm>
#include <cctype>

namespace rbc::import {

namespace {

bool contains_any(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

Role role_of(const std::string& title) {
  const std::string low = lowered(title);
  if (contains_any(low, {"table of contents"}) || low == "contents" || low == "toc") return Role::contents;
  if (contains_any(low, {"prerequisite", "requirement", "required access", "required knowledge", "before you begin", "you will need"})) return Role::needs;
  if (contains_any(low, {"related", "references", "see also", "further reading"})) return Role::see;
  if (contains_any(low, {"history", "changelog"})) return Role::history;
  if (contains_any(low, {"escalat", "contacts", "who to call", "on-call contact"})) return Role::escalation;
  if (contains_any(low, {"post-incident", "post incident", "postmortem", "post-mortem", "follow-up", "follow up", "prevention", "afterwards", "after the incident"})) return Role::afterwards;
  for (const std::string_view word : {"overview", "summary", "purpose", "introduction", "background", "description", "about", "scope"})
    if (low == word || low.starts_with(std::string(word) + " ")) return Role::overview;
  return Role::step;
}

// Without `3.` or `Step 3:` in front.
std::string without_number(std::string text) {
  std::size_t at = lowered(text).starts_with("step ") ? 5 : 0;
  const std::size_t digits = at;
  while (at < text.size() && (std::isdigit(static_cast<unsigned char>(text[at])) || (at > digits && text[at] == '.' && at + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[at + 1]))))) ++at;
  if (at == digits || at >= text.size() || std::string_view(".):-").find(text[at]) == std::string_view::npos) return text;
  const std::string rest(trimmed(std::string_view(text).substr(text.find_first_not_of(".):- ", at) == std::string::npos ? text.size() : text.find_first_not_of(".):- ", at))));
  return rest.empty() ? text : rest;
}

void inherit(Section& section, Role role) {
  const bool works = section.has_code();
  if (section.role == Role::step && role != Role::step && role != Role::overview && !(works && role != Role::escalation)) section.role = role;
  const bool ticked = std::any_of(section.blocks.begin(), section.blocks.end(), [](const Block& block) { return block.checkbox; });
  if (section.role != Role::escalation && section.role != Role::contents && works) section.role = Role::step;
  if (section.role == Role::overview && (ticked || !section.children.empty())) section.role = Role::step;
  for (Section& child : section.children) inherit(child, section.role);
}

constexpr std::string_view kUnits[] = {"min", "hour", "hr", "sec", "day", "m", "h", "s", "d"};

}  // namespace

bool Section::has_code() const {
  return std::any_of(blocks.begin(), blocks.end(), [](const Block& block) { return block.kind == Block::Kind::code; }) ||
         std::any_of(children.begin(), children.end(), [](const Section& child) { return child.has_code(); });
}

bool Section::has_code_or_rows() const {
  return std::any_of(blocks.begin(), blocks.end(), [](const Block& block) { return block.kind == Block::Kind::code || block.kind == Block::Kind::row; });
}

Section read_sections(std::string_view document) {
  Section root;
  std::vector<Section*> open{&root};
  for (Block& block : read_markdown(document)) {
    if (block.kind != Block::Kind::heading) {
      open.back()->blocks.push_back(std::move(block));
      continue;
    }
    while (open.size() > 1 && open.back()->depth >= block.depth) open.pop_back();
    Section made;
    made.written = plain_words(block.text);
    made.title = without_number(made.written);
    made.line = block.line;
    made.depth = block.depth;
    made.role = role_of(made.title);
    open.back()->children.push_back(std::move(made));
    open.push_back(&open.back()->children.back());
  }
  inherit(root, Role::step);
  return root;
}

std::string id_in(std::string_view title) {
  std::size_t at = 0;
  while (at < title.size() && title[at] >= 'A' && title[at] <= 'Z') ++at;
  if (at == 0 || at > 6 || at >= title.size() || title[at] != '-') return {};
  const std::size_t digits = ++at;
  while (at < title.size() && std::isdigit(static_cast<unsigned char>(title[at]))) ++at;
  if (at == digits || (at < title.size() && title[at] != ':' && title[at] != ' ' && title[at] != ')')) return {};
  return std::string(title.substr(0, at));
}

std::optional<Pair> pair_of(std::string_view text) {
  text = trimmed(text);
  Pair pair;
  std::string_view key;
  if (text.starts_with("**")) {
    const auto end = text.find("**", 2);
    if (end == std::string_view::npos) return std::nullopt;
    key = text.substr(2, end - 2);
    text = trimmed(text.substr(end + 2));
    if (!key.ends_with(':') && !text.starts_with(':')) return std::nullopt;
    if (text.starts_with(':')) text.remove_prefix(1);
    pair.bold = true;
  } else {
    const auto end = text.find(':');
    if (end == std::string_view::npos || end > 40 || text.substr(end).starts_with("://")) return std::nullopt;
    key = text.substr(0, end);
    text = text.substr(end + 1);
  }
  while (key.ends_with(':')) key.remove_suffix(1);
  pair.key = lowered(trimmed(key));
  pair.value = trimmed(text);
  return pair.key.empty() ? std::nullopt : std::optional(pair);
}

std::string time_in(std::string_view text) {
  const std::string low = lowered(text);
  for (std::size_t at = low.find_first_of("0123456789"); at != std::string::npos; at = low.find_first_of("0123456789", at)) {
    const auto end = low.find_first_not_of("0123456789", at);
    if (end == std::string::npos) return {};
    const std::string number = low.substr(at, end - at);
    const bool alone = at == 0 || !(std::isalnum(static_cast<unsigned char>(low[at - 1])) || low[at - 1] == '.' || low[at - 1] == '-');
    std::size_t unit = end;
    while (unit < low.size() && (low[unit] == ' ' || low[unit] == '-')) ++unit;
    const auto word_end = std::min(low.find_first_not_of("abcdefghijklmnopqrstuvwxyz", unit), low.size());
    const std::string word = low.substr(unit, word_end - unit);
    at = end;
    if (!alone || number.size() > 4 || number.find_first_not_of('0') == std::string::npos) continue;
    for (const std::string_view known : kUnits)
      if (known.size() == 1 ? word == known : word.starts_with(known)) {
        const long value = std::stol(number);
        const char sign = known == "hr" ? 'h' : known[0];
        const long seconds = value * (sign == 's' ? 1 : sign == 'm' ? 60 : sign == 'h' ? 3600 : 86400);
        return seconds > 7 * 86400 ? std::string() : number + sign;
      }
  }
  return {};
}

bool is_condition(std::string_view label) {
  const std::string low = lowered(label);
  return low.starts_with("if ") || low.starts_with("when ") || low.starts_with("only if ") || low.starts_with("otherwise") || low.starts_with("issue:") || low.starts_with("problem:") ||
         low.starts_with("cause:") || low.starts_with("scenario") || low.starts_with("case:") || contains_any(low, {"(if ", " if needed", " if necessary", " if required", " if safe", " if persistent", " if still "});
}

bool is_reference(std::string_view title) {
  const std::string low = lowered(title);
  return contains_any(low, {"reference", "useful commands", "common commands", "cheat sheet", "cheatsheet", "command list"});
}

bool lists_remedies(std::string_view title) {
  const std::string low = lowered(title);
  return contains_any(low, {"mitigat", "issue", "problem", "cause", "fix", "solution", "troubleshoot", "resolution", "remed", "helps", "fault", "scenario", "symptom", "error"});
}

bool said_by_keyword(std::string_view line) {
  if (line.starts_with("```") || line.starts_with("~~~")) return true;
  if (!line.starts_with("#") || line.find_first_not_of("# ") == std::string_view::npos) return false;
  switch (role_of(without_number(plain_words(line.substr(line.find_first_not_of("# ")))))) {
    case Role::needs:
    case Role::see:
    case Role::contents:
    case Role::escalation:
    case Role::afterwards: return true;
    case Role::step:
    case Role::overview:
    case Role::history: return false;
  }
  return false;
}

std::string label_of(std::string_view text) {
  text = trimmed(text);
  const std::string words = plain_words(text);
  if (words.size() > 100 || words.size() < 2) return {};
  const bool bold = text.starts_with("**") && (text.ends_with("**") || text.ends_with("**:"));
  if (!bold && !words.ends_with(':')) return {};
  if (bold && text.find("**", 2) < text.size() - 3) return {};
  return words.ends_with(':') ? words.substr(0, words.size() - 1) : words;
}

bool names_people(std::string_view words) {
  if (words.size() > 50 || words.empty()) return false;
  return contains_any(" " + lowered(words) + " ", {"lead ", "engineer", "manager", "team", "cto ", "ceo ", "devops", "infrastructure", "on-call", "oncall", "on call", " dba ", " sre ", "security", "emergency",
                                                   "primary", "secondary", "director", "head of", "support", "administrator", "level 1", "level 2", "level 3", "vp "});
}

}  // namespace rbc::import
