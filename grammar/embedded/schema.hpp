// What a database holds: relations, types, functions, operators and casts of a person's own. No data.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rbc {

struct SchemaColumn {
  std::string name;
  std::string type;   // `int8`, `int8[]`; of another schema than pg_catalog: `public.mood`
  bool key = false;   // of the primary key
};

enum class SchemaKind : std::uint8_t { table, view, matview, foreign, partitioned, sequence };

// `calls` are functions that reading runs, through rules, policies and what they reach, as `schema.name`.
struct SchemaRelation {
  SchemaKind kind = SchemaKind::table;
  std::string schema, name;
  std::vector<SchemaColumn> columns;
  std::vector<std::string> calls;
};

struct SchemaType {
  std::string schema, name;
  std::string base;                  // of a domain; empty for an enum
  std::vector<std::string> labels;   // of an enum
  std::vector<std::string> calls;    // of a domain: what its checks run
};

enum class SchemaVolatility : std::uint8_t { immutable, stable, volatile_ };

struct SchemaFunction {
  std::string schema, name, result;
  std::vector<std::string> args;
  SchemaVolatility volatility = SchemaVolatility::volatile_;
  bool set = false, aggregate = false;
  std::string extension;             // whose function it is; empty: a person's own
};

struct SchemaOperator {
  std::string schema, name, left, right, result, function;   // `left` is empty for a prefix operator
};

struct SchemaCast {
  std::string source, target, function;
  char context = 'e';                // i implicit, a in assignments, e explicit
};

struct SchemaExtension {
  std::string name, version, schema;
};

struct Schema {
  std::string path;                  // where it was read from, for messages
  int server = 0;                    // PostgreSQL's major version
  std::vector<SchemaExtension> extensions;
  std::vector<SchemaType> types;
  std::vector<SchemaRelation> relations;
  std::vector<SchemaFunction> functions;
  std::vector<SchemaOperator> operators;
  std::vector<SchemaCast> casts;
};

// The written form: one fact a line, sorted by whoever made it. What `print_schema` writes, `parse_schema` reads back as it was.
std::string print_schema(const Schema& schema, std::string_view resource);
// Empty, or what is wrong with the text: "line 7: …". `schema` is filled as far as it was read.
std::string parse_schema(std::string_view text, Schema& schema);

// What changed between two of them, a sentence each: "the column `note` of `public.orders` is gone". Ordered as the newer one.
std::vector<std::string> schema_differences(const Schema& before, const Schema& now);

}  // namespace rbc
