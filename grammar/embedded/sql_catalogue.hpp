// PostgreSQL's own catalogue, versions 13 to 17, as scripts/generate-sql-tables found it: types, functions, operators, casts, relations.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>
#include "grammar/embedded/sql.hpp"

namespace rbc::embedded::sql_detail {

// `none`: nothing is known. `t_unknown` is the type of a quoted literal and of null, before its surroundings give it one.
enum class PgType : uint16_t {
  none = 0,
#define RBC_PG_TYPE(name, oid, category, preferred, element) t_##name,
#include "grammar/embedded/sql_types.def"
#undef RBC_PG_TYPE
  count
};

struct PgTypeRow {
  std::string_view name;
  uint32_t oid = 0;
  char category = 'X';
  bool preferred = false;
  PgType element = PgType::none;   // of an array
};
const PgTypeRow& type_row(PgType type);
PgType find_type(std::string_view name);     // as pg_type has it: `int8`, `_int8`
PgType type_by_oid(uint32_t oid);
PgType array_of(PgType element);             // none when there is no such array
PgType element_of(PgType array);

enum class Sort : uint8_t { plain, set, aggregate, window, ordered };
constexpr size_t kMostArguments = 12;

struct ProcRow {
  char name[56];
  Sort sort;
  bool looks, extension, variadic;
  uint8_t defaults, since, until, count;
  PgType result;
  PgType args[kMostArguments];
};
std::span<const ProcRow> find_procs(std::string_view name);   // every overload
std::vector<std::string_view> proc_names();
std::string_view habit_of_function(std::string_view name);    // what PostgreSQL calls a function of another database; empty for others

struct OperatorRow {
  char name[8];
  PgType left, right, result;      // `left` is none for a prefix operator
  uint8_t since, until;
};
std::span<const OperatorRow> find_operators(std::string_view name);
bool extension_operator(std::string_view name);   // of a bundled extension

// 'i' implicit, 'a' in assignments, 'e' explicit only, 0 no cast.
char cast_context(PgType from, PgType to);

// A column of a relation, or of a function's answer. Versions outside `since` to `until` do not have it.
struct KnownColumn {
  std::string_view name;
  PgType type = PgType::none;
  int since = 0, until = 99;
};
struct RelationRow {
  std::string_view schema, name;   // `schema` is empty: that of the extension
  int since, until;
  std::string_view columns;
};
const RelationRow* find_relation(std::string_view schema, std::string_view name);
std::vector<std::string_view> relation_names();
std::string_view answer_columns(std::string_view function, int version);   // empty: it names none
std::vector<KnownColumn> columns_of(std::string_view row);

struct ChangeRow {
  std::string_view name;
  std::string_view what;
  SqlLevel level;
};
const ChangeRow* find_change(std::string_view name);

}  // namespace rbc::embedded::sql_detail
