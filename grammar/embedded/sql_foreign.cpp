// What is written instead of what other clients and other databases know.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "grammar/embedded/sql_detail.hpp"

#define RBC_PSQL(command, sentence, statement)
#define RBC_SQL_START(word, sentence)
#define RBC_SQL_PIECE(piece, sentence)
#define RBC_SQL_SHOW(word, sentence)
#define RBC_SQL_FUNCTION(name, sentence)

namespace rbc::embedded {

namespace sql_detail {

namespace {

struct WordHabit {
  std::string_view word, sentence;
};

std::string_view sentence_of(const WordHabit* begin, const WordHabit* end, std::string_view word) {
  const WordHabit* found = std::find_if(begin, end, [&](const WordHabit& one) { return one.word == word; });
  return found == end ? std::string_view() : found->sentence;
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '\n' ? ' ' : c;
  return small;
}

}  // namespace

std::string habit_of_sql(const std::string& text, const Scan& scan, uint32_t error_at) {
#undef RBC_SQL_START
#define RBC_SQL_START(word, sentence) {word, sentence},
  static constexpr WordHabit kStarts[] = {
#include "grammar/embedded/sql_foreign.def"
  };
#undef RBC_SQL_START
#define RBC_SQL_START(word, sentence)
#undef RBC_SQL_PIECE
#define RBC_SQL_PIECE(piece, sentence) {piece, sentence},
  static constexpr WordHabit kPieces[] = {
#include "grammar/embedded/sql_foreign.def"
  };
#undef RBC_SQL_PIECE
#define RBC_SQL_PIECE(piece, sentence)
  const std::string first = scan.words.empty() ? std::string() : scan.words[0].word, small = in_small_letters(text);
  if (const std::string_view known = sentence_of(std::begin(kStarts), std::end(kStarts), first); !known.empty()) return std::string(known);
  if (text.starts_with('"') || text.starts_with('\'')) return "What is said stands without quotes.";
  if (text.starts_with('>')) return "A prompt ends in one `>`.";
  for (const WordHabit& one : kPieces)
    if (small.find(one.word) != std::string::npos) return std::string(one.sentence);
  const char at = error_at < text.size() ? text[error_at] : ' ';
  if (at == ':' || at == '%' || at == '?' || at == '@') return "A value is filled in by a hole, `<name>`.";
  if (at == '[' || text.find('`') != std::string::npos) return "A name stands bare, or in double quotes.";
  const auto before_word = [&](std::string_view word) {
    const CodeWord* last = nullptr;
    for (const CodeWord& one : scan.words)
      if (one.end <= error_at) last = &one;
    return last && last->word == word;
  };
  if (before_word("interval")) return "An interval stands in quotes: `interval '5 minutes'`.";
  if (small.find(" limit ") != std::string::npos && at == 'l' && small.find(',', error_at) != std::string::npos) return "Write `limit 10 offset 5`: how many first, then how many are passed over.";
  if (small.substr(std::min<size_t>(error_at, small.size())).starts_with("order by") && small.substr(0, error_at).find("limit") != std::string::npos) return "`order by` stands before `limit`.";
  if (before_word("group") || before_word("order")) return "Write `group by`, or `order by`.";
  if ((at == '>' || at == '<' || at == '=') && small.find(" where ") == std::string::npos && small.find(" from ") != std::string::npos) return "What is judged stands in a rule, on a line of its own: `red if .n > 5`. What is chosen follows `where`.";
  if (text.find("=?") != std::string::npos || text.find("= ?") != std::string::npos || text.find("(?") != std::string::npos) return "A value is filled in by a hole, `<name>`.";
  for (size_t line = text.find('\n'); line != std::string::npos; line = text.find('\n', line + 1)) {
    const size_t word = text.find_first_not_of(" \n", line);
    if (word != std::string::npos && (small.substr(word).starts_with("select ") || small.substr(word).starts_with("update ") || small.substr(word).starts_with("insert ")) && small.substr(word, error_at < word ? 0 : error_at - word).find('(') == std::string::npos && small.substr(0, word).find("with ") == std::string::npos && small.substr(0, word).find("insert ") == std::string::npos && small.substr(0, word).find("union") == std::string::npos)
      return "Two statements: say each behind a prompt of its own.";
  }
  size_t before = std::min<size_t>(error_at, text.size());
  while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\n')) --before;
  if (before > 0 && text[before - 1] == ',') return "Leave out the comma before it.";
  int open = 0;
  for (size_t i = 0; i < before; ++i) open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
  if (open > 0 && small.find("insert") == std::string::npos) return "A `(` before it is not closed.";
  if (small.starts_with("insert") && small.find("values") == std::string::npos && small.find("select") == std::string::npos) return "Write `values` before what is put in: `insert into t (a) values (…)`.";
  return {};
}

std::string missing_from(const std::string& text) {
  const std::string small = in_small_letters(text);
  return small.starts_with("select") && small.find(" from ") == std::string::npos ? "A `from` is missing before it, or a comma." : std::string();
}

std::string function_habit(std::string_view name) {
#undef RBC_SQL_FUNCTION
#define RBC_SQL_FUNCTION(name, sentence) {name, sentence},
  static constexpr WordHabit kFunctions[] = {
#include "grammar/embedded/sql_foreign.def"
  };
#undef RBC_SQL_FUNCTION
#define RBC_SQL_FUNCTION(name, sentence)
  return std::string(sentence_of(std::begin(kFunctions), std::end(kFunctions), name));
}

Problem psql_problem(std::string_view text, uint32_t at) {
  struct Command {
    std::string_view command, sentence, statement;
  };
#undef RBC_PSQL
#define RBC_PSQL(command, sentence, statement) {command, sentence, statement},
  static constexpr Command kCommands[] = {
#include "grammar/embedded/sql_foreign.def"
  };
#undef RBC_PSQL
#define RBC_PSQL(command, sentence, statement)
  uint32_t end = at + 1;
  while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ') ++end;
  const std::string_view command = text.substr(at, end - at);
  Problem problem{"E0703", fmt::format("`{}` is a psql command, not SQL.", command), at, end, {}, {}};
  const Command* found = nullptr;
  for (const Command& one : kCommands)
    if (command.starts_with(one.command) && (!found || found->command.size() < one.command.size())) found = &one;
  if (!found) return problem;
  problem.help = std::string(found->sentence);
  // With a name behind it, and nothing in front: a statement of its own.
  std::string_view name = text.substr(end);
  while (!name.empty() && (name.front() == ' ' || name.front() == '\n')) name.remove_prefix(1);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\n' || name.back() == ';')) name.remove_suffix(1);
  const bool alone = text.substr(0, at).find_first_not_of(" \n") == std::string_view::npos;
  std::string statement(found->statement);
  if (statement.empty()) return problem;
  if (statement == " ") {
    if (!alone) problem.instead = " ";
    return problem;
  }
  const bool named = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; });
  const size_t mark = statement.find('%');
  if (mark != std::string::npos) statement.replace(mark, 1, named ? std::string(name.substr(name.rfind('.') + 1)) : std::string("…"));
  problem.help += fmt::format(" `{}`.", statement);
  if (alone && (mark == std::string::npos ? name.empty() : named)) problem.instead = statement;
  return problem;
}

void foreign_settings(const std::string& text, const Scan& scan, bool show, std::vector<Problem>& problems) {
#undef RBC_SQL_SHOW
#define RBC_SQL_SHOW(word, sentence) {word, sentence},
  static constexpr WordHabit kShown[] = {
#include "grammar/embedded/sql_foreign.def"
  };
#undef RBC_SQL_SHOW
#define RBC_SQL_SHOW(word, sentence)
  (void)text;
  if (!show || scan.words.size() < 2) return;
  if (const std::string_view known = sentence_of(std::begin(kShown), std::end(kShown), scan.words[1].word); !known.empty())
    problems.push_back({"E0701", fmt::format("Postgres: there is no setting `{}`.", scan.words[1].word), scan.words[1].begin, scan.words[1].end, std::string(known), {}});
}

void null_comparisons(const std::string& text, const Scan& scan, std::vector<Problem>& problems) {
  bool chosen = false;   // after `where` and its like, where `=` compares
  for (const CodeWord& one : scan.words) {
    if (one.word == "where" || one.word == "on" || one.word == "having" || one.word == "when") chosen = true;
    if (one.word == "set" || one.word == "select" || one.word == "values" || one.word == "returning") chosen = false;
    if (one.word != "null" || !chosen) continue;
    size_t sign = one.begin;
    while (sign > 0 && (text[sign - 1] == ' ' || text[sign - 1] == '\n')) --sign;
    const size_t end = sign;
    while (sign > 0 && (text[sign - 1] == '=' || text[sign - 1] == '<' || text[sign - 1] == '>' || text[sign - 1] == '!')) --sign;
    const std::string_view op = std::string_view(text).substr(sign, end - sign);
    if (op == "=" || op == "<>" || op == "!=")
      problems.push_back({"W0726", fmt::format("`{} null` is never true.", op), static_cast<uint32_t>(sign), one.end, op == "=" ? "Write `is null`." : "Write `is not null`.", {}});
  }
}

}  // namespace sql_detail

std::string sql_function_elsewhere(std::string_view name) { return sql_detail::function_habit(name); }

}  // namespace rbc::embedded

#undef RBC_PSQL
#undef RBC_SQL_START
#undef RBC_SQL_PIECE
#undef RBC_SQL_SHOW
#undef RBC_SQL_FUNCTION
