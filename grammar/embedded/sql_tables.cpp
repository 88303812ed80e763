#include "grammar/embedded/sql_detail.hpp"

namespace rbc::embedded::sql_detail {

namespace table_detail {

constexpr FunctionRow kFunctions[] = {
#define RBC_SQL_FUNCTION(name, least, most, answer, sort) {name, least, most, Answer::answer, Sort::sort},
#include "grammar/embedded/sql_functions.def"
#undef RBC_SQL_FUNCTION
};

constexpr ChangeRow kChanges[] = {
#define RBC_SQL_CHANGES(name, what, level) {name, what, SqlLevel::level},
#include "grammar/embedded/sql_changes.def"
#undef RBC_SQL_CHANGES
};

constexpr RelationRow kRelations[] = {
#define RBC_SQL_RELATION(schema, name, columns) {schema, name, columns},
#include "grammar/embedded/sql_relations.def"
#undef RBC_SQL_RELATION
};

}  // namespace table_detail

const FunctionRow* find_function(std::string_view name) {
  for (const auto& f : table_detail::kFunctions)
    if (f.name == name) return &f;
  return nullptr;
}

const ChangeRow* find_change(std::string_view name) {
  for (const auto& c : table_detail::kChanges)
    if (c.name.ends_with('*') ? name.starts_with(c.name.substr(0, c.name.size() - 1)) : name == c.name) return &c;
  return nullptr;
}

const RelationRow* find_relation(std::string_view schema, std::string_view name) {
  for (const auto& r : table_detail::kRelations) {
    if (r.name != name) continue;
    // `pg_catalog` is always first in the search path; an extension may live in any schema; the standard's views are only found by their schema.
    if (r.schema == schema || r.schema.empty() || (schema.empty() && r.schema == "pg_catalog")) return &r;
  }
  return nullptr;
}

bool built_in_type(std::string_view name) {
  static constexpr std::string_view kTypes[] = {
      "bit",      "bool",     "box",      "bpchar",   "bytea",    "char",      "cidr",     "circle",      "date",      "float4",  "float8",    "inet",
      "int2",     "int4",     "int8",     "interval", "json",     "jsonb",     "jsonpath", "line",        "lseg",      "macaddr", "macaddr8",  "money",
      "name",     "numeric",  "oid",      "path",     "pg_lsn",   "point",     "polygon",  "record",      "regclass",  "regconfig", "regnamespace", "regoper",
      "regproc",  "regprocedure", "regrole", "regtype", "text",   "tid",       "time",     "timestamp",   "timestamptz", "timetz", "tsquery",  "tsvector",
      "txid_snapshot", "uuid", "varbit",  "varchar",  "xid",      "xid8",      "xml"};
  return std::find(std::begin(kTypes), std::end(kTypes), name) != std::end(kTypes);
}

bool built_in_operator(std::string_view name) {
  static constexpr std::string_view kOperators[] = {
      "+",  "-",   "*",   "/",   "%",   "^",   "|/",  "||/", "@",   "&",  "|",  "#",  "~",   "<<",  ">>",  "=",   "<>",  "!=",  "<",   ">",  "<=", ">=",  "||",
      "~~", "!~~", "~~*", "!~~*", "~*", "!~",  "!~*", "->",  "->>", "#>", "#>>", "@>", "<@", "?",   "?|",  "?&",  "#-",  "@?",  "@@",  "&&", "&<", "&>",  "-|-",
      "^@", "<->", "!!",  "BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC", "<<=", ">>=", "@-@", "##", "<<|", "|>>", "|&>", "&<|"};
  return std::find(std::begin(kOperators), std::end(kOperators), name) != std::end(kOperators);
}

}  // namespace rbc::embedded::sql_detail
