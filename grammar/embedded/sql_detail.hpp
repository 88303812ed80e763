// Between the parts of the SQL parser: the light scan, the offset map, the tables, and typing over PostgreSQL's parse tree.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <set>
#include "grammar/embedded/schema.hpp"
#include "grammar/embedded/sql.hpp"

namespace rbc::embedded::sql_detail {

using Json = nlohmann::json;

// A word of code outside quotes and comments, lower-cased, with its place.
struct CodeWord {
  std::string word;
  uint32_t begin = 0;
  uint32_t end = 0;
};

enum class Zone : uint8_t { code, quote, identifier, comment };

struct Scan {
  std::vector<Zone> zones;  // one a byte
  std::vector<CodeWord> words;
  std::vector<uint32_t> semicolons;  // in code
  uint32_t operators = 0;
  uint32_t deepest = 0;
};
Scan scan_sql(std::string_view text);

// What is written instead of what other clients and other databases know; see sql_foreign.def.
std::string habit_of_sql(const std::string& text, const Scan& scan, uint32_t error_at);
std::string missing_from(const std::string& text);
std::string function_habit(std::string_view name);
Problem psql_problem(std::string_view text, uint32_t at);
void foreign_settings(const std::string& text, const Scan& scan, bool show, std::vector<Problem>& problems);
void null_comparisons(const std::string& text, const Scan& scan, std::vector<Problem>& problems);

// The text with holes replaced, and the way back from its offsets.
struct Substituted {
  struct Part {
    uint32_t begin, end;          // in `text`
    uint32_t from_begin, from_end;  // in the captured text
    bool hole;
  };
  std::string text;
  std::vector<Part> parts;
  uint32_t original(uint32_t at) const;
  bool in_hole(uint32_t at) const;
};
enum class Stand : uint8_t { param, identifier, literal };  // what stands in for a hole while parsing
Substituted substitute(std::string_view text, const std::vector<HoleRef>& holes, const std::vector<Stand>& stands);

// A tree node `{"Kind": {…}}`: its kind and body; an empty kind when it is no node.
struct Node {
  std::string_view kind;
  const Json* body = nullptr;
  explicit operator bool() const { return body != nullptr; }
};
Node node_of(const Json& value);
const Json* member(const Json& object, const char* key);  // nullptr when absent
Node child(const Json& object, const char* key);
std::string text_member(const Json& object, const char* key);
int int_member(const Json& object, const char* key, int otherwise);
std::vector<std::string> strings(const Json* list);  // a list of String nodes

// Result columns of a select, or of a RETURNING list. `params` are the hints by number of `$n`, `elements` those of lists.
struct Typing {
  const std::vector<SqlType>& params;
  const std::vector<SqlType>& elements;
  const Schema* schema = nullptr;
};
struct Result {
  SqlShape shape = SqlShape::nothing;
  std::vector<SqlColumn> columns;  // places are offsets into the substituted text
  bool open = false;
  std::vector<Problem> issues;      // places are offsets into the substituted text
};
Result type_statement(const Node& statement, const Typing& typing);

}  // namespace rbc::embedded::sql_detail
