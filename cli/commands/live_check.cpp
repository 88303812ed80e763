#include "cli/commands/live_check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/databases.hpp"
#include "cli/snapshot.hpp"
#include "grammar/embedded/sql_catalogue.hpp"
#include "stdlib/world.hpp"

namespace rbc::cli {

namespace {

constexpr Micros kDescribeLimit = 10 * kSecond;
constexpr std::size_t kMostDifferences = 5;

// The word at a place, or one character.
Span word_at(const Source& source, std::uint32_t begin) {
  const std::string_view text = source.text();
  std::uint32_t end = begin;
  const auto part = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c >= 0x80; };
  while (end < text.size() && part(static_cast<unsigned char>(text[end]))) ++end;
  return {begin, std::max(end, begin + 1)};
}

// The byte of a character, counted from 1.
std::size_t byte_of(std::string_view text, std::uint32_t character) {
  std::size_t at = 0;
  for (std::uint32_t n = 1; n < character && at < text.size(); ++n) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

class Asker {
 public:
  Asker(Sources& sources, const BoundDatabase& where, const std::string& environment, LiveFindings& found)
      : sources_(sources), where_(where), environment_(environment), database_(where.address), found_(found) {}

  void ask(const SqlSent& said) {
    const PgAnswer answer = database_.describe(said.text, kDescribeLimit);
    if (answer.way == Way::answer) return compare(said, answer);
    if (answer.sqlstate.empty() || answer.way != Way::refusal) return broken(answer.reason);
    const std::uint32_t place = answer.position ? said.places[std::min(byte_of(said.text, answer.position), said.text.size())] : said.places.front();
    const Span span = answer.position ? word_at(*said.source, place) : Span{place, std::max(place + 1, said.places.back())};
    std::string words = answer.reason;
    if (words.ends_with(")")) words.resize(words.rfind(" ("));
    Diagnostic refused("E0732", *said.source, span, fmt::format("The server of `{}` in env {} refuses this: {} ({}).", where_.resource, environment_, words, answer.sqlstate), answer.hint);
    add(std::move(refused));
  }

  void drift(const Schema& written) {
    Schema now;
    if (const std::string problem = pull_schema(database_, now); !problem.empty()) return broken(problem);
    const std::vector<std::string> differences = schema_differences(written, now);
    const Source* source = sources_.load(written.path);
    if (differences.empty() || !source) return;
    Diagnostic drifted("W0734", *source, Span{0, std::max(1u, source->line_begin(2)) - 1}, fmt::format("The snapshot is not what `{}` of env {} holds: {}.", where_.resource, environment_, differences[0]),
                       fmt::format("`rbc schema pull --env {} {}` writes it anew.", environment_, where_.resource));
    for (std::size_t i = 1; i < differences.size() && i < kMostDifferences; ++i) drifted.note(differences[i] + ".");
    if (differences.size() > kMostDifferences) drifted.note(fmt::format("{} more.", differences.size() - kMostDifferences));
    add(std::move(drifted));
  }

 private:
  void compare(const SqlSent& said, const PgAnswer& answer) {
    if (answer.columns.size() != said.types.size()) return;
    for (std::size_t i = 0; i < said.types.size(); ++i) {
      const std::string_view theirs = embedded::sql_detail::type_row(embedded::sql_detail::type_by_oid(answer.columns[i].type)).name;
      if (theirs.empty() || said.types[i].empty() || theirs == said.types[i]) continue;
      add(Diagnostic("W0733", *said.source, word_at(*said.source, said.column_places[i]),
                     fmt::format("The column `{}` is `{}` on the server of `{}` in env {}, and `{}` is what it was taken for.", answer.columns[i].name, theirs, where_.resource, environment_, said.types[i]),
                     fmt::format("Cast it, as in `{}::{}`, or write the snapshot anew with `rbc schema pull`.", answer.columns[i].name, theirs)));
    }
  }
  void add(Diagnostic diagnostic) {
    diagnostic.origin = "postgres";
    found_.diagnostics.push_back(std::move(diagnostic));
  }
  void broken(const std::string& reason) {
    found_.problem = fmt::format("`{}` of env {} ({}) cannot be asked: {}.", where_.resource, environment_, where_.shown, reason);
    found_.code = kBroken;
  }

  Sources& sources_;
  const BoundDatabase& where_;
  const std::string& environment_;
  Database database_;
  LiveFindings& found_;
};

std::vector<SqlSent> statements(Sources& sources, const std::vector<std::string>& files, const Settings& settings) {
  std::vector<SqlSent> out;
  std::set<std::pair<const Source*, std::uint32_t>> seen;
  Settings listening = settings;
  listening.sent = [&](const SqlSent& said) {
    if (!said.text.empty() && seen.emplace(said.source, said.places.front()).second) out.push_back(said);
  };
  check_project(sources, files, catalogue(), listening);
  return out;
}

}  // namespace

LiveFindings live_check(Sources& sources, const std::vector<std::string>& files, const Project& project, const std::string& environment) {
  LiveFindings found;
  const Databases databases = find_databases(sources, project, environment, {});
  found.problem = databases.problem;
  found.code = kUsage;
  if (!found.problem.empty()) return found;
  found.notes = databases.left_out;
  if (databases.broken) {
    found.problem = databases.left_out[0];
    found.code = kBroken;
    return found;
  }
  const std::vector<SqlSent> all = statements(sources, files, project.settings);
  for (const BoundDatabase& where : databases.all) {
    Asker asker(sources, where, databases.environment, found);
    for (const SqlSent& said : all) {
      if (said.resource != where.resource) continue;
      asker.ask(said);
      ++found.statements;
      if (!found.problem.empty()) return found;
    }
    if (const auto written = project.snapshots.find(where.resource); written != project.snapshots.end()) asker.drift(*written->second);
    if (!found.problem.empty()) return found;
  }
  return found;
}

}  // namespace rbc::cli
