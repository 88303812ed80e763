// What is said to a resource and cannot be meant: a tool told to wait longer than its line may take, a password for every reader.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "compiler/lint/lint.hpp"

namespace rbc::lint {

namespace {

constexpr Micros kOneSecond = 1'000'000;

// `10m`, `60`, `1h30m`: as tools take it, a bare number in seconds.
std::optional<Micros> tools_length(std::string_view said) {
  if (said.empty() || said[0] < '0' || said[0] > '9') return std::nullopt;
  if (said.size() <= 6 && said.find_first_not_of("0123456789") == std::string_view::npos) return std::stoll(std::string(said)) * kOneSecond;
  const auto length = duration_of(said);
  if (!length) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::microseconds>(*length).count();
}

std::string spoken_length(Micros length) {
  const std::int64_t seconds = (length + kOneSecond - 1) / kOneSecond;
  std::string text;
  for (const auto& [name, worth] : {std::pair<const char*, std::int64_t>{"h", 3600}, {"m", 60}, {"s", 1}})
    if (const std::int64_t n = seconds % (worth == 3600 ? INT64_MAX : worth * 60) / worth; n > 0) text += fmt::format("{}{}", n, name);
  return text.empty() ? "0s" : text;
}

struct Waits {
  std::uint32_t begin, end;
  Micros length;
};

// The longest that a tool is told to wait by its own options.
std::optional<Waits> longest_wait(std::string_view text, std::uint32_t from) {
  constexpr std::array<std::string_view, 8> kOptions{"--timeout", "--max-time", "--wait-timeout", "--request-timeout", "--connect-timeout", "--wait", "connect_timeout", "--time-limit"};
  std::optional<Waits> found;
  const auto keep = [&](std::size_t begin, std::size_t end, std::string_view said) {
    while (!said.empty() && (said.back() == '"' || said.back() == '\'' || said.back() == ';')) said.remove_suffix(1);
    const auto length = tools_length(said);
    if (length && (!found || *length > found->length)) found = Waits{from + static_cast<std::uint32_t>(begin), from + static_cast<std::uint32_t>(end), *length};
  };
  std::string_view before;
  std::size_t before_at = 0;
  bool command = true, before_command = true;   // the word, and the one before it, stand where a command does; `timeout` is also a word of nft
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \n\"'", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(" \n\"'", begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    for (const std::string_view option : kOptions) {
      if (word.starts_with(option) && word.size() > option.size() && word[option.size()] == '=') keep(begin, end, word.substr(option.size() + 1));
      if (before == option && option != "--wait") keep(before_at, end, word);
    }
    if ((before_command && (before == "sleep" || before == "timeout")) || (before == "-m" && text.find("curl") != std::string_view::npos)) keep(before_at, end, word);
    before = word, before_at = begin, at = end;
    before_command = command;
    command = word == "|" || word == "&&" || word == "||" || word == "sudo" || word == "--" || word == "-c" || word == "exec" || word.ends_with(';') || (before_at == 0 && (word.ends_with('$') || word.ends_with('>')));
  }
  return found;
}

// ── passwords ──

struct Written {
  std::uint32_t begin, end;
  std::string user;   // of an address
};

bool is_literal(std::string_view value) { return !value.empty() && value[0] != '<' && value[0] != '$' && value[0] != '{' && value != "***" && value != "-"; }

std::optional<Written> in_address(std::string_view text, std::uint32_t from) {
  for (std::size_t scheme = text.find("://"); scheme != std::string_view::npos; scheme = text.find("://", scheme + 3)) {
    const std::size_t begin = scheme + 3, end = std::min(text.find_first_of("/ \n\"'?", begin), text.size());
    const std::string_view authority = text.substr(begin, end - begin);
    const std::size_t at = authority.rfind('@'), colon = authority.find(':');
    if (at != std::string_view::npos && colon != std::string_view::npos && colon < at && is_literal(authority.substr(colon + 1, at - colon - 1)))
      return Written{from + static_cast<std::uint32_t>(begin + colon + 1), from + static_cast<std::uint32_t>(begin + at), std::string(authority.substr(0, colon))};
    const std::size_t query = text.find("password=", end);
    if (query != std::string_view::npos && query < std::min(text.find_first_of(" \n", begin), text.size())) {
      const std::size_t stop = std::min(text.find_first_of("& \n\"'", query), text.size());
      if (is_literal(text.substr(query + 9, stop - query - 9))) return Written{from + static_cast<std::uint32_t>(query + 9), from + static_cast<std::uint32_t>(stop), {}};
    }
  }
  return std::nullopt;
}

std::optional<Written> in_command(std::string_view text, std::uint32_t from, bool shell) {
  const auto value_at = [&](std::size_t begin) -> std::optional<Written> {
    const char quote = begin < text.size() && (text[begin] == '"' || text[begin] == '\'') ? text[begin] : '\0';
    if (quote) ++begin;
    const std::size_t end = std::min(quote ? text.find(quote, begin) : text.find_first_of(" \n\"'&;|", begin), text.size());
    if (!is_literal(text.substr(begin, end - begin))) return std::nullopt;
    return Written{from + static_cast<std::uint32_t>(begin), from + static_cast<std::uint32_t>(end), {}};
  };
  constexpr std::array<std::string_view, 6> kEnds{"PASSWORD=", "PASSWD=", "MYSQL_PWD=", "TOKEN=", "SECRET_ACCESS_KEY=", "API_KEY="};
  if (shell)
    for (const std::string_view one : kEnds)
      if (const std::size_t at = text.find(one); at != std::string_view::npos)
        if (auto found = value_at(at + one.size())) return found;
  for (const std::string_view one : {"Authorization: Bearer ", "Authorization: Basic ", "X-Api-Key: ", "X-API-Key: "})
    if (const std::size_t at = text.find(one); at != std::string_view::npos)
      if (auto found = value_at(at + one.size())) return found;
  for (const std::string_view one : {" --password=", " --password ", " --token=", " --token "})
    if (const std::size_t at = text.find(one); shell && at != std::string_view::npos)
      if (auto found = value_at(at + one.size()); found && text[at + one.size()] != '-') return found;
  if (const std::size_t at = text.find(" -u "); shell && text.find("curl") != std::string_view::npos && at != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(" \n", at + 4), text.size()), colon = text.find(':', at + 4);
    if (colon < end)
      if (auto found = value_at(colon + 1)) return found;
  }
  if (const std::size_t at = text.find(" -p"); shell && text.find("mysql") != std::string_view::npos && at != std::string_view::npos && at + 3 < text.size() && text[at + 3] != ' ' && text[at + 3] != '\n')
    return value_at(at + 3);
  return std::nullopt;
}

std::optional<Written> in_statement(std::string_view text, std::uint32_t from) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::size_t at = small.find("password '");
  if (at == std::string::npos || (small.find("role") == std::string::npos && small.find("user") == std::string::npos)) return std::nullopt;
  const std::size_t begin = at + 10, end = small.find('\'', begin);
  if (end == std::string::npos || !is_literal(text.substr(begin, end - begin))) return std::nullopt;
  return Written{from + static_cast<std::uint32_t>(begin), from + static_cast<std::uint32_t>(end), {}};
}

}  // namespace

void own_limits(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file) {
    if (!desk.sound(file)) continue;
    const Tree& tree = desk.tree(file);
    for (Kind kind : {Kind::Probe, Kind::Do})
      for (NodeId line : tree.find(kind)) {
        const NodeId utterance = tree.child(line, Kind::Utterance), given = tree.child(line, Kind::Limit);
        const auto facts = utterance ? desk.facts.utterances.find({file, utterance}) : desk.facts.utterances.end();
        if (facts == desk.facts.utterances.end()) continue;
        const Template& said = desk.facts.templates[facts->second.tmpl];
        if (said.language == Language::sql || said.language == Language::promql || said.language == Language::http) continue;
        Micros limit = said.limit;
        if (given) {
          const auto length = desk.facts.lengths.find({file, tree.first(given)});
          if (length == desk.facts.lengths.end()) continue;
          limit = length->second.cap;
        }
        const auto waits = longest_wait(tree.text(utterance), tree[utterance].begin);
        if (!waits || waits->length <= limit || limit == 0) continue;
        const Micros enough = waits->length + (waits->length >= 60 * kOneSecond ? 60 : 5) * kOneSecond;
        Diagnostic& told = desk.warn("W0626", tree.source(), {waits->begin, waits->end},
                                     fmt::format("`{}` waits longer than the {} that this line may take: it is cut off before.", tree.source().text().substr(waits->begin, waits->end - waits->begin), spoken_length(limit)),
                                     fmt::format("Give the line its time, `within {} …`, or shorten it.", spoken_length(enough)));
        if (given) told.fix({fmt::format("Write `within {}`", spoken_length(enough)), {{&tree.source(), tree.span(given), fmt::format("within {}", spoken_length(enough))}}, false});
        else told.fix({fmt::format("Write `within {}`", spoken_length(enough)), {{&tree.source(), {tree[utterance].begin, tree[utterance].begin}, fmt::format("within {} ", spoken_length(enough))}}, false});
      }
  }
}

void written_secrets(Desk& desk) {
  for (std::uint32_t file = 0; file < desk.files(); ++file) {
    if (!desk.sound(file)) continue;
    const Tree& tree = desk.tree(file);
    for (NodeId env : tree.all(0, Kind::Env))
      for (NodeId binding : tree.all(env, Kind::Binding))
        if (const NodeId raw = tree.child(binding, Kind::Raw))
          if (const auto found = in_address(tree.text(raw), tree[raw].begin)) {
            const std::string name = fmt::format("{}-password", tree.name(binding));
            desk.warn("W0506", tree.source(), {found->begin, found->end}, fmt::format("The password of `{}` stands here for everyone who reads this file.", tree.name(binding)),
                      fmt::format("Declare it, `secret {} from env VARIABLE`, and write `<{}>` in its place.", name, name));
          }
    for (NodeId utterance : tree.find(Kind::Utterance)) {
      const auto facts = desk.facts.utterances.find({file, utterance});
      if (facts == desk.facts.utterances.end()) continue;
      const Template& said = desk.facts.templates[facts->second.tmpl];
      const std::string_view text = tree.text(utterance);
      const std::uint32_t begin = tree[utterance].begin;
      auto found = said.language == Language::sql ? in_statement(text, begin) : in_address(text, begin);
      if (!found && said.language != Language::sql) found = in_command(text, begin, said.language != Language::http);
      if (found)
        desk.warn("W0506", tree.source(), {found->begin, found->end}, "A secret stands here for everyone who reads this file, and in the journal of every run.",
                  said.language == Language::sql    ? "Declare it, `secret NAME from env VARIABLE`, and write a hole: `password <NAME>`."
                  : said.language == Language::http ? "Declare it, `secret NAME from env VARIABLE`, and write `<NAME>` in its place."
                                                    : "Declare it, `secret NAME from env VARIABLE`, and give it to the command in its environment: `TOKEN=<NAME> command …`.");
    }
  }
}

}  // namespace rbc::lint
