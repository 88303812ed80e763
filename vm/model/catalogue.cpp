#include "vm/model/catalogue.hpp"

#include <algorithm>
#include <utility>

namespace rbc {

namespace {

struct Pattern {
  struct Group { std::vector<std::string> words; };
  std::vector<std::string> fixed;    // in order; "…" only at the end
  std::vector<Group> groups;         // what stood in brackets
};

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (char c : text) {
    bool bracket = c == '[' || c == ']';
    if ((c == ' ' || bracket) && !word.empty()) words.push_back(std::exchange(word, {}));
    if (bracket) words.emplace_back(1, c);
    else if (c != ' ') word += c;
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

Pattern pattern_of(std::string_view text) {
  Pattern pattern;
  bool inside = false;
  for (auto& word : split_words(text)) {
    if (word == "[") {
      inside = true;
      pattern.groups.emplace_back();
    } else if (word == "]") {
      inside = false;
    } else if (inside) {
      pattern.groups.back().words.push_back(std::move(word));
    } else {
      pattern.fixed.push_back(std::move(word));
    }
  }
  return pattern;
}

bool is_argument(const std::string& word) {
  bool letter = false;
  for (char c : word) {
    if (c >= 'a' && c <= 'z') return false;
    letter = letter || (c >= 'A' && c <= 'Z');
  }
  return letter;
}

std::string lowered(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Whether the first words differ, as most do: then the rest need not be read. Capitals are an argument, or a letter that may be either.
bool begins_otherwise(std::string_view row, std::span<const std::string> words) {
  const std::string_view first = row.substr(0, row.find(' '));
  if (words.empty() || first.empty() || !std::all_of(first.begin(), first.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; })) return false;
  return first != lowered(words.front());
}

class Matcher {
 public:
  Matcher(const Pattern& pattern, ResourceKind kind, std::span<const std::string> words)
      : pattern_(pattern), kind_(kind), words_(words), used_(pattern.groups.size(), false) {}
  bool whole() { return from(0, 0); }

 private:
  bool one(const std::string& wanted, const std::string& word) const {
    if (is_argument(wanted)) {
      // A flag is never an argument, or `ps -a` would be the service `-a`; a Redis value may be anything.
      return kind_ == ResourceKind::redis || word.empty() || word.front() != '-';
    }
    bool loose = kind_ == ResourceKind::redis || kind_ == ResourceKind::pgbouncer;
    return loose ? wanted == lowered(word) : wanted == word;
  }
  bool from(std::size_t fixed, std::size_t at) {
    // What may be left out is tried first, wherever a word after the first could stand.
    if (at > 0 || pattern_.fixed.empty()) {
      for (std::size_t g = 0; g < pattern_.groups.size(); ++g) {
        const auto& words = pattern_.groups[g].words;
        if (used_[g] || at + words.size() > words_.size()) continue;
        bool fits = true;
        for (std::size_t i = 0; i < words.size() && fits; ++i) fits = one(words[i], words_[at + i]);
        if (!fits) continue;
        used_[g] = true;
        if (from(fixed, at + words.size())) return true;
        used_[g] = false;
      }
    }
    if (fixed == pattern_.fixed.size()) return at == words_.size();
    if (pattern_.fixed[fixed] == "…") return true;
    return at < words_.size() && one(pattern_.fixed[fixed], words_[at]) && from(fixed + 1, at + 1);
  }

  const Pattern& pattern_;
  ResourceKind kind_;
  std::span<const std::string> words_;
  std::vector<bool> used_;
};

}  // namespace

std::string_view spell(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::postgres: return "postgres";
    case ResourceKind::pgbouncer: return "pgbouncer";
    case ResourceKind::redis: return "redis";
    case ResourceKind::http: return "http";
    case ResourceKind::prometheus: return "prometheus";
    case ResourceKind::compose: return "compose";
    case ResourceKind::host: return "host";
    case ResourceKind::command: return "command";
    case ResourceKind::contact: return "contact";
    case ResourceKind::channel: return "channel";
    case ResourceKind::clock: return "clock";
  }
  return "";
}

bool is_subject(ResourceKind kind) {
  return kind == ResourceKind::http || kind == ResourceKind::postgres || kind == ResourceKind::pgbouncer || kind == ResourceKind::redis;
}

std::string_view spell(Effect effect) {
  switch (effect) {
    case Effect::pure: return "pure";
    case Effect::looks: return "looks";
    case Effect::tells: return "tells";
    case Effect::changes: return "changes";
    case Effect::destroys: return "destroys";
  }
  return "";
}

const CatalogueRow* Catalogue::find(std::string_view id) const {
  for (const auto& row : rows_)
    if (row.id == id) return &row;
  return nullptr;
}

const CatalogueRow* Catalogue::match(ResourceKind kind, char form, std::span<const std::string> words) const {
  for (const auto& row : rows_) {
    if (row.kind != kind || row.form != form || row.words.empty() || begins_otherwise(row.words, words)) continue;
    Pattern pattern = pattern_of(row.words);
    if (Matcher(pattern, kind, words).whole()) return &row;
  }
  return nullptr;
}

std::vector<std::string> Catalogue::verbs(ResourceKind kind) const {
  std::vector<std::string> verbs;
  for (const auto& row : rows_) {
    if (row.kind != kind) continue;
    auto words = split_words(row.words);
    if (words.empty() || is_argument(words.front()) || words.front() == "…" || words.front() == "[") continue;
    if (std::find(verbs.begin(), verbs.end(), words.front()) == verbs.end()) verbs.push_back(words.front());
  }
  return verbs;
}

Type output_type() {
  return Type::record({{"text", TypeTag::text}, {"err", TypeTag::text}, {"lines", Type::list_of(TypeTag::text)}, {"json", TypeTag::json},
                       {"exit", TypeTag::integer}}, "output");
}

Type response_type() {
  return Type::record({{"status", TypeTag::integer}, {"body", TypeTag::text}, {"text", TypeTag::text}, {"json", TypeTag::json}}, "response");
}

}  // namespace rbc
