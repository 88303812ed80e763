#include "grammar/embedded/sql_catalogue.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace rbc::embedded::sql_detail {

namespace catalogue_detail {

constexpr std::array<PgTypeRow, static_cast<size_t>(PgType::count)> kTypes = {{
    {"", 0, 'X', false, PgType::none},
#define RBC_PG_TYPE(name, oid, category, preferred, element) {#name, oid, category, preferred, PgType::t_##element},
#include "grammar/embedded/sql_types.def"
#undef RBC_PG_TYPE
}};

using enum PgType;

template <class... Args>
constexpr ProcRow proc(std::string_view name, Sort sort, bool looks, bool extension, bool variadic, int defaults, int since, int until, PgType result, Args... args) {
  ProcRow row{};
  for (size_t i = 0; i < name.size(); ++i) row.name[i] = name[i];
  row.sort = sort;
  row.looks = looks;
  row.extension = extension;
  row.variadic = variadic;
  row.defaults = static_cast<uint8_t>(defaults);
  row.since = static_cast<uint8_t>(since);
  row.until = static_cast<uint8_t>(until);
  row.count = sizeof...(args);
  row.result = result;
  [[maybe_unused]] size_t n = 0;
  ((row.args[n++] = args), ...);
  return row;
}

constexpr ProcRow kProcs[] = {
#define RBC_PG_PROC(name, sort, looks, extension, variadic, defaults, since, until, ...) proc(name, Sort::sort, looks, extension, variadic, defaults, since, until, __VA_ARGS__),
#include "grammar/embedded/sql_procs.def"
#undef RBC_PG_PROC
};

constexpr OperatorRow operation(std::string_view name, PgType left, PgType right, PgType result, int since, int until) {
  OperatorRow row{};
  for (size_t i = 0; i < name.size(); ++i) row.name[i] = name[i];
  row.left = left;
  row.right = right;
  row.result = result;
  row.since = static_cast<uint8_t>(since);
  row.until = static_cast<uint8_t>(until);
  return row;
}

constexpr OperatorRow kOperators[] = {
#define RBC_PG_OPERATOR(name, left, right, result, since, until) operation(name, left, right, result, since, until),
#include "grammar/embedded/sql_operators.def"
#undef RBC_PG_OPERATOR
};

struct CastRow {
  PgType from, to;
  char context;
};
constexpr CastRow kCasts[] = {
#define RBC_PG_CAST(from, to, context) {from, to, context},
#include "grammar/embedded/sql_casts.def"
#undef RBC_PG_CAST
};

constexpr RelationRow kRelations[] = {
#define RBC_PG_RELATION(schema, name, since, until, columns) {schema, name, since, until, columns},
#include "grammar/embedded/sql_relations.def"
#undef RBC_PG_RELATION
};

struct AnswerRow {
  std::string_view function;
  int since, until;
  std::string_view columns;
};
constexpr AnswerRow kAnswers[] = {
#define RBC_PG_ANSWER(function, since, until, columns) {function, since, until, columns},
#include "grammar/embedded/sql_answers.def"
#undef RBC_PG_ANSWER
};

constexpr ChangeRow kChanges[] = {
#define RBC_SQL_CHANGES(name, what, level) {name, what, SqlLevel::level},
#include "grammar/embedded/sql_changes.def"
#undef RBC_SQL_CHANGES
};

// Rows of one name, in a table sorted by the bytes of its names.
template <class Row, size_t N>
std::span<const Row> named(const Row (&rows)[N], std::string_view name) {
  if (name.size() >= sizeof(Row::name)) return {};
  const auto first = std::lower_bound(std::begin(rows), std::end(rows), name, [](const Row& row, std::string_view wanted) { return std::string_view(row.name) < wanted; });
  auto last = first;
  while (last != std::end(rows) && std::string_view(last->name) == name) ++last;
  return {first, last};
}

}  // namespace catalogue_detail

using namespace catalogue_detail;

const PgTypeRow& type_row(PgType type) {
  static constexpr PgTypeRow kNone{};
  const auto n = static_cast<size_t>(type);
  if (n == 0 || n >= kTypes.size()) return kNone;
  return kTypes[n];
}

PgType find_type(std::string_view name) {
  const auto found = std::lower_bound(kTypes.begin() + 1, kTypes.end(), name, [](const PgTypeRow& row, std::string_view wanted) { return row.name < wanted; });
  return found != kTypes.end() && found->name == name ? static_cast<PgType>(found - kTypes.begin()) : PgType::none;
}

PgType type_by_oid(uint32_t oid) {
  for (size_t i = 1; i < kTypes.size(); ++i)
    if (kTypes[i].oid == oid) return static_cast<PgType>(i);
  return PgType::none;
}

PgType element_of(PgType array) { return array == PgType::t__record ? PgType::t_record : type_row(array).element; }

PgType array_of(PgType element) {
  const PgTypeRow& row = type_row(element);
  if (element == PgType::t__record) return element;
  if (row.name.empty() || row.element != element) return element == PgType::none || row.name.empty() ? PgType::none : element;   // an array of arrays is an array
  return find_type("_" + std::string(row.name));
}

std::span<const ProcRow> find_procs(std::string_view name) { return named(kProcs, name); }
std::string_view habit_of_function(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"charindex", "position('x' in y)"}, {"curdate", "current_date"}, {"date_add", "x + interval '1 day'"}, {"date_format", "to_char(x, 'YYYY-MM-DD')"}, {"date_sub", "x - interval '1 day'"},
      {"dateadd", "x + interval '1 day'"}, {"datediff", "y - x"}, {"from_unixtime", "to_timestamp(x)"}, {"getdate", "now()"}, {"group_concat", "string_agg(x, ',')"}, {"iif", "case when x then y else z end"},
      {"ifnull", "coalesce"}, {"instr", "strpos"}, {"isnull", "coalesce"}, {"len", "length"}, {"listagg", "string_agg"}, {"nvl", "coalesce"}, {"rand", "random()"}, {"sysdate", "now()"},
      {"timestampdiff", "y - x"}, {"unix_timestamp", "extract(epoch from x)"}};
  for (const auto& [theirs, ours] : kOthers)
    if (theirs == name) return ours;
  return {};
}

std::vector<std::string_view> proc_names() {
  std::vector<std::string_view> out;
  for (const ProcRow& row : kProcs)
    if (out.empty() || out.back() != row.name) out.push_back(row.name);
  return out;
}
std::span<const OperatorRow> find_operators(std::string_view name) { return named(kOperators, name); }

bool extension_operator(std::string_view name) {
  // Of btree_gist, cube, hstore, intarray, ltree and pg_trgm; names that PostgreSQL itself uses are in the table.
  static constexpr std::string_view kNames[] = {"#<#", "#<=#", "#=", "#>#", "#>=#", "%#", "%%", "%>", "%>>", "<#>", "<%", "<->>", "<->>>", "<<%", "<<->", "<<<->", "<@>",
                                                "?<@", "?@", "?@>", "?~", "^<@", "^?", "^@>", "^~", "~>"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

char cast_context(PgType from, PgType to) {
  static const std::vector<char> matrix = [] {
    std::vector<char> all(kTypes.size() * kTypes.size(), 0);
    for (const CastRow& c : kCasts) all[static_cast<size_t>(c.from) * kTypes.size() + static_cast<size_t>(c.to)] = c.context;
    return all;
  }();
  const auto a = static_cast<size_t>(from), b = static_cast<size_t>(to);
  return a < kTypes.size() && b < kTypes.size() ? matrix[a * kTypes.size() + b] : '\0';
}

const ChangeRow* find_change(std::string_view name) {
  for (const auto& c : kChanges)
    if (c.name.ends_with('*') ? name.starts_with(c.name.substr(0, c.name.size() - 1)) : name == c.name) return &c;
  return nullptr;
}

const RelationRow* find_relation(std::string_view schema, std::string_view name) {
  for (const auto& r : kRelations) {
    if (r.name != name) continue;
    // `pg_catalog` is always first in the search path; an extension may live in any schema; the standard's views are only found by their schema.
    if (r.schema == schema || r.schema.empty() || (schema.empty() && r.schema == "pg_catalog")) return &r;
  }
  return nullptr;
}

std::vector<std::string_view> relation_names() {
  std::vector<std::string_view> out;
  for (const auto& r : kRelations)
    if (r.schema != "information_schema") out.push_back(r.name);
  return out;
}

std::string_view answer_columns(std::string_view function, int version) {
  for (auto it = std::rbegin(kAnswers); it != std::rend(kAnswers); ++it)   // the newest form, when the version is not known
    if (it->function == function && (version == 0 || (it->since <= version && version <= it->until))) return it->columns;
  return {};
}

std::vector<KnownColumn> columns_of(std::string_view row) {
  std::vector<KnownColumn> out;
  const auto number = [](std::string_view digits, int otherwise) {
    int n = 0;
    for (const char c : digits) n = n * 10 + (c - '0');
    return digits.empty() ? otherwise : n;
  };
  for (size_t at = 0; at < row.size();) {
    const size_t end = std::min(row.find(' ', at), row.size());
    const auto one = row.substr(at, end - at);
    at = end + 1;
    const size_t colon = one.rfind(':');
    if (colon == std::string_view::npos) continue;
    KnownColumn c;
    c.name = one.substr(0, colon);
    auto type = one.substr(colon + 1);
    if (const size_t mark = type.find('@'); mark != std::string_view::npos) {
      const auto range = type.substr(mark + 1);
      const size_t dash = range.find('-');
      c.since = number(range.substr(0, dash), 0);
      c.until = number(range.substr(dash + 1), 99);
      type = type.substr(0, mark);
    }
    c.type = type == "unknown" ? PgType::none : find_type(type);
    out.push_back(c);
  }
  return out;
}

}  // namespace rbc::embedded::sql_detail
