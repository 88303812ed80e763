// The stages of reading a statement: the parser's tree, what the tree reaches and does, and what to say where the text is no SQL.
#pragma once
#include <map>
#include <memory>
#include "grammar/embedded/sql_detail.hpp"

namespace rbc::embedded::sql_detail {

// PostgreSQL's answer: a tree, or an error at a byte of the text.
struct Tree {
  std::shared_ptr<const Json> root;
  std::string error;
  uint32_t at = 0;
  bool ok() const { return error.empty(); }
};
Tree parse_tree(const std::string& text);

std::string lower(std::string s);
std::string upper(std::string s);

bool refused_kind(std::string_view kind);              // never said in a runbook
SqlKind kind_of(std::string_view kind, const Json& body);
std::string tag_of(const Scan& scan);                  // `DROP TABLE`: the first word, and the second where the first alone says little
bool analyzes(const Json& explain);                    // EXPLAIN that executes

// What a walk over a tree found: parameters, and where `pg_catalog.` goes. Names and the effect stand in the statement.
struct Reached {
  std::map<int, int> params;           // how often each `$n` stands in the tree
  std::vector<uint32_t> qualify;       // places in the substituted text
  std::vector<int> ordered_by;         // numbers of parameters that order the rows
  std::vector<int> misplaced;          // numbers of parameters where only libpg_query takes them: `interval $1`, `extract($1 from x)`
};
Reached reach(const Node& statement, const Substituted& text, const Scan& scan, const Schema* schema, SqlStatement& out);

Problem hole_problem(const HoleRef& hole, std::string help);
std::string hole_help(const Scan& scan, uint32_t at);
// Before PostgreSQL's parser sees it: size, depth, psql commands, holes inside quotes, `$n`.
bool screen(std::string_view captured, const Substituted& text, const Scan& scan, const std::vector<HoleRef>& holes, std::vector<Problem>& problems);
Problem syntax_problem(const Tree& tree, const Substituted& text, const Scan& scan, const std::vector<HoleRef>& holes);

}  // namespace rbc::embedded::sql_detail
