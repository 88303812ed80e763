// SQL for PostgreSQL, by its own parser: what is sent, what comes back, and everything a statement reaches.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include "grammar/embedded/embedded.hpp"

namespace rbc {
struct Schema;
}

namespace rbc::embedded {

enum class SqlType : uint8_t { unknown, boolean, integer, number, text, instant, duration, json, size, list };

// A column of the answer. `element` is the type of a list's elements.
struct SqlColumn {
  std::string name;  // empty, or `?column?`, when it has none and cannot be read
  SqlType type = SqlType::unknown;
  SqlType element = SqlType::unknown;
  std::string pg;    // PostgreSQL's own name of the type, as `int8` or `_text`; empty when it is not known
  uint32_t begin = 0;
  uint32_t end = 0;
};

enum class SqlShape : uint8_t { nothing, row, rows };  // `nothing`: a statement without columns answers {count int}
enum class SqlKind : uint8_t {
  select, values, show, explain, insert, update, del, merge, call, utility, refused
};
enum class SqlLevel : uint8_t { looks, changes, destroys };

// What the statement may do. `culprit` is the word that decides, `sentence` says what it does ("`pg_terminate_backend` ends sessions").
struct SqlEffect {
  SqlLevel level = SqlLevel::looks;
  std::string culprit;
  std::string sentence;
  std::string near;         // a function of PostgreSQL's that an unknown culprit nearly is
  uint32_t begin = 0;
  uint32_t end = 0;
  bool known = true;        // false: nothing says what the culprit does
  bool repeatable = false;  // doing it twice is doing it once (ANALYZE, VACUUM, REINDEX, GRANT, … IF NOT EXISTS)
  bool slow = false;        // ANALYZE, VACUUM, CREATE INDEX, REINDEX, CLUSTER, REFRESH: limit 15m instead of 2m
};

// `field`: what is written after a dot; a function of that name is called when nothing has such a column.
enum class SqlNameKind : uint8_t { function, op, type, relation, field };

// Something the statement reaches by name; `schema` is empty when it is not written.
struct SqlName {
  SqlNameKind kind = SqlNameKind::function;
  std::string schema;
  std::string name;
  int args = -1;       // functions: how many arguments, -1 otherwise
  bool known = false;  // on the look-list, a built-in type or operator, a catalogue table, or a table of the snapshot
  bool extension = false;  // a function of a bundled extension: whose it is on the server is seen before the first look
  bool catalogue = false;  // a relation of PostgreSQL's own or of a bundled extension
  bool hidden = false;     // a relation whose name a common table expression has as well
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct SqlStatement {
  SqlKind kind = SqlKind::refused;
  std::string tag;  // `SELECT`, `DROP TABLE` …
  Pieces pieces;    // what is sent; holes are sql_param in the order of `$1…`, allowed built-in functions are qualified with `pg_catalog.`
  std::vector<uint32_t> params;  // params[n-1] is the HoleRef::index of `$n`
  std::vector<HoleUse> uses;
  SqlShape shape = SqlShape::nothing;
  std::vector<SqlColumn> columns;
  bool open_columns = false;     // `*` of an unknown relation: there may be more columns than these
  SqlEffect effect;
  std::vector<SqlName> names;    // in the order of the text
};

// Types of the parameters, by HoleRef::index, help to type columns that are computed from them; may be shorter than the holes. `hole_elements` are
// those of lists. `schema` is the project's snapshot of this database, if it has one; owned by the caller.
struct SqlHints {
  std::vector<SqlType> hole_types;
  std::vector<SqlType> hole_elements = {};
  const Schema* schema = nullptr;
};

Parsed<SqlStatement> parse_sql(std::string_view text, const std::vector<HoleRef>& holes, const SqlHints& hints = {});

// What a function of another database is called in PostgreSQL, as a sentence; "" for any other.
std::string sql_function_elsewhere(std::string_view name);

// PostgreSQL's own relation that `name` is a slip of; "" for what is no `pg_…` name.
std::string sql_relation_near(std::string_view name);

// The same, kept by content: a statement that is repeated costs a look-up. For one thread; the snapshots of the hints must outlive it.
class SqlCache {
 public:
  std::shared_ptr<const Parsed<SqlStatement>> parse(std::string_view text, const std::vector<HoleRef>& holes, const SqlHints& hints = {});

 private:
  static constexpr size_t kMost = 20000;   // statements; then it begins anew
  std::map<std::pair<const Schema*, std::string>, std::shared_ptr<const Parsed<SqlStatement>>> kept_;
};

}  // namespace rbc::embedded
