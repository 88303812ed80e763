#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_stages.hpp"

namespace rbc::embedded::sql_detail {

namespace habit_detail {

constexpr uint32_t kMaxOperators = 1000;  // PostgreSQL's parser and ours recurse once an operator; twice as many end the stack under ASan

constexpr std::string_view kKeywords[] = {
    "all",    "alter",  "analyze", "and",    "as",     "asc",   "between", "by",    "case",   "create", "cross",  "delete",    "desc",  "distinct", "drop",
    "else",   "end",    "except",  "exists", "explain", "false", "from",   "full",  "group",  "having", "ilike",  "in",        "inner", "insert",   "intersect",
    "into",   "is",     "join",    "lateral", "left",  "like",  "limit",   "not",   "null",   "offset", "on",     "or",        "order", "outer",    "over",
    "partition", "returning", "right", "select", "set", "show", "table",   "then",  "true",   "truncate", "union", "update",   "using", "vacuum",   "values",
    "when",   "where",  "with"};

bool keyword(std::string_view w) { return std::binary_search(std::begin(kKeywords), std::end(kKeywords), w); }

// A word before the error that is nearly a keyword, and with which the text gets further.
std::string misspelt(const Substituted& text, const Scan& scan, uint32_t error_at) {
  std::vector<const CodeWord*> near;
  for (const auto& w : scan.words)
    if (w.begin <= error_at) near.push_back(&w);
  const std::vector<std::string_view> known(std::begin(kKeywords), std::end(kKeywords));
  int tries = 0;
  for (auto it = near.rbegin(); it != near.rend() && tries < 4; ++it) {
    if (keyword((*it)->word)) continue;
    ++tries;
    std::vector<std::string_view> left = known;
    for (int other = 0; other < 3; ++other) {
      const std::string better = nearest((*it)->word, left);
      if (better.empty()) break;
      std::erase(left, std::string_view(better));
      std::string changed = text.text;
      changed.replace((*it)->begin, (*it)->end - (*it)->begin, better);
      const Tree t = parse_tree(changed);
      const auto shift = static_cast<int64_t>(better.size()) - static_cast<int64_t>((*it)->word.size());
      if (t.ok() || static_cast<int64_t>(t.at) > static_cast<int64_t>(error_at) + shift) return fmt::format("Did you mean `{}` instead of `{}`?", better, (*it)->word);
    }
  }
  return {};
}

}  // namespace habit_detail

using namespace habit_detail;

Problem hole_problem(const HoleRef& h, std::string help) {
  return {"E0702", "A hole stands for a value, and SQL takes no value here.", h.begin, h.end, std::move(help)};
}

std::string hole_help(const Scan& scan, uint32_t at) {
  std::string_view before;
  for (const auto& w : scan.words)
    if (w.end <= at) before = w.word;
  for (const std::string_view w : {"from", "join", "into", "update", "table", "truncate", "only"})
    if (before == w) return "A table name cannot be filled in.";
  if (before == "in") return "A list is asked with `= any(<name>)`.";
  for (const std::string_view w : {"interval", "date", "timestamp", "timestamptz", "time"})
    if (before == w) return fmt::format("Leave out `{}`: the hole brings its type along.", w);
  return {};
}

bool screen(std::string_view captured, const Substituted& text, const Scan& scan, const std::vector<HoleRef>& holes, std::vector<Problem>& problems) {
  const auto refuse = [&](std::string code, std::string message, uint32_t begin, uint32_t end, std::string help = {}) {
    problems.push_back({std::move(code), std::move(message), begin, end, std::move(help)});
    return false;
  };
  const auto size = static_cast<uint32_t>(captured.size());
  if (scan.operators > kMaxOperators || scan.deepest > kMaxNesting) return refuse("E0117", "This is nested too deep: at most 200 levels and 1,000 operators.", 0, size);
  size_t hole = 0;
  for (const auto& p : text.parts) {
    if (p.hole) {
      const HoleRef& h = holes[hole++];
      if (scan.zones[p.begin] != Zone::code) {
        const Zone z = scan.zones[p.begin];
        problems.push_back(hole_problem(h, z == Zone::comment ? "It stands in a comment." : z == Zone::identifier ? "A name cannot be filled in." : "Leave out the quotes around it."));
        return false;
      }
      const auto joins = [&](uint32_t at) {
        if (at >= text.text.size()) return false;
        const auto c = static_cast<unsigned char>(text.text[at]);
        return std::isalnum(c) || c == '_' || c == '$' || c >= 0x80;
      };
      const bool field = p.end < text.text.size() && text.text[p.end] == '.';
      if ((p.begin > 0 && joins(p.begin - 1)) || joins(p.end) || field) {
        problems.push_back(hole_problem(h, "It is joined to the word beside it; put `||` or a blank between."));
        return false;
      }
    } else {
      for (uint32_t i = p.begin; i < p.end; ++i) {
        if (scan.zones[i] != Zone::code) continue;
        const char c = text.text[i], n = i + 1 < text.text.size() ? text.text[i + 1] : '\0';
        if (c == '\0') return refuse("E0701", "Postgres: a NUL byte cannot stand in SQL.", text.original(i), text.original(i) + 1);
        if (c == '\\') {
          problems.push_back(psql_problem(captured, text.original(i)));
          return false;
        }
        const bool in_word = i > 0 && (std::isalnum(static_cast<unsigned char>(text.text[i - 1])) || text.text[i - 1] == '_');
        if (c == '$' && n >= '0' && n <= '9' && !in_word)
          return refuse("E0702", "`$` and a number is how holes are sent; write a hole, `<name>`, instead.", text.original(i), text.original(i) + 2);
      }
    }
  }
  if (text.text.find('\0') != std::string::npos) return refuse("E0701", "Postgres: a NUL byte cannot stand in SQL.", 0, size);
  return true;
}

Problem syntax_problem(const Tree& tree, const Substituted& text, const Scan& scan, const std::vector<HoleRef>& holes) {
  const auto near_hole = [&](uint32_t at) -> const HoleRef* {
    size_t n = 0;
    for (const auto& p : text.parts) {
      if (!p.hole) continue;
      if (at >= p.begin && at < p.end) return &holes[n];
      if (at == p.end && at < text.text.size() && (text.text[at] == '(' || text.text[at] == '.')) return &holes[n];
      ++n;
    }
    return nullptr;
  };
  if (const HoleRef* h = near_hole(tree.at)) return hole_problem(*h, hole_help(scan, tree.at));
  Problem p;
  p.code = "E0701";
  p.message = "Postgres: " + tree.error;
  p.begin = text.original(tree.at);
  p.end = p.begin;
  const std::string mark = "at or near \"";
  if (const size_t from = tree.error.find(mark); from != std::string::npos) {
    const size_t to = tree.error.rfind('"');
    // PostgreSQL counts characters; where the text is no UTF-8, its place and ours differ.
    const size_t last = std::min(tree.at + (to - from - mark.size()), text.text.size());
    if (to > from + mark.size() && last > tree.at) p.end = text.original(static_cast<uint32_t>(last - 1)) + 1;
  }
  if (p.message.find("LIMIT #,#") != std::string::npos) p.message = "Postgres: `limit` takes one number.";
  p.help = habit_of_sql(text.text, scan, tree.at);
  if (p.help.empty()) p.help = misspelt(text, scan, tree.at);
  if (p.help.empty()) p.help = missing_from(text.text);
  return p;
}
}  // namespace rbc::embedded::sql_detail
