#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_inference.hpp"

namespace rbc::embedded::sql_detail {

Node node_of(const Json& value) {
  if (!value.is_object() || value.size() != 1) return {};
  const auto it = value.begin();
  if (!it.value().is_object() || it.key().empty() || it.key()[0] < 'A' || it.key()[0] > 'Z') return {};
  return {it.key(), &it.value()};
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

Node child(const Json& object, const char* key) {
  const Json* m = member(object, key);
  return m ? node_of(*m) : Node{};
}

std::string text_member(const Json& object, const char* key) {
  const Json* m = member(object, key);
  return m && m->is_string() ? m->get<std::string>() : std::string();
}

int int_member(const Json& object, const char* key, int otherwise) {
  const Json* m = member(object, key);
  return m && m->is_number_integer() ? m->get<int>() : otherwise;
}

std::vector<std::string> strings(const Json* list) {
  std::vector<std::string> out;
  if (!list || !list->is_array()) return out;
  for (const auto& item : *list) {
    const Node n = node_of(item);
    out.push_back(n.kind == "String" ? text_member(*n.body, "sval") : std::string());
  }
  return out;
}

using enum PgType;

SqlType sql_type_of(PgType t) {
  switch (t) {
    case t_int2: case t_int4: case t_int8: case t_oid: case t_xid: case t_cid: case t_xid8: return SqlType::integer;
    case t_float4: case t_float8: case t_numeric: return SqlType::number;
    case t_bool: return SqlType::boolean;
    case t_text: case t_varchar: case t_bpchar: case t_name: case t_char: case t_uuid: case t_inet: case t_cidr: case t_macaddr: case t_macaddr8: case t_anyenum: case t_unknown: case t_xml:
    case t_regclass: case t_regtype: case t_regproc: case t_regprocedure: case t_regrole: case t_regnamespace: case t_regoper: case t_regoperator: case t_regconfig: case t_regdictionary:
      return SqlType::text;
    case t_timestamptz: case t_timestamp: case t_date: return SqlType::instant;
    case t_interval: return SqlType::duration;
    case t_json: case t_jsonb: return SqlType::json;
    default: break;
  }
  const PgTypeRow& row = type_row(t);
  const bool list = row.category == 'A' && row.name.starts_with('_') && sql_type_of(row.element) != SqlType::unknown;
  return list ? SqlType::list : SqlType::unknown;
}

SqlColumn column_of(std::string name, PgType type) {
  SqlColumn c;
  c.name = std::move(name);
  c.type = sql_type_of(type);
  if (c.type == SqlType::list) c.element = sql_type_of(element_of(type));
  c.pg = type_row(type).name;
  return c;
}

namespace type_detail {

constexpr std::string_view kDefaultSchema = "public";

bool in_version(int since, int until, int version) { return version == 0 || (since <= version && version <= until); }

}  // namespace type_detail

PgType Inference::type_name(const Json& name) const {
  const auto names = strings(member(name, "names"));
  if (names.empty()) return none;
  PgType t = none;
  if (names.size() == 1 || names.front() == "pg_catalog") t = find_type(names.back());
  if (t == none && typing_.schema)
    for (const SchemaType& each : typing_.schema->types)
      if (each.name == names.back() && (names.size() == 1 || each.schema == names.front())) t = each.base.empty() ? t_anyenum : written_type(each.base);
  const Json* bounds = member(name, "arrayBounds");
  return bounds && !bounds->empty() ? array_of(t) : t;
}

PgType Inference::written_type(std::string_view type) const {
  if (type.ends_with("[]")) return array_of(written_type(type.substr(0, type.size() - 2)));
  if (const PgType t = find_type(type); t != none) return t;
  if (typing_.schema)
    for (const SchemaType& each : typing_.schema->types)
      if (each.schema + "." + each.name == type) return each.base.empty() ? t_anyenum : each.base == type ? none : written_type(each.base);
  return none;
}

std::vector<Inference::Column> Inference::known(std::string_view row) const {
  std::vector<Column> out;
  for (const KnownColumn& c : columns_of(row))
    if (type_detail::in_version(c.since, c.until, version_)) out.push_back({std::string(c.name), c.type, 0, c.since, c.until});
  return out;
}

Result Inference::statement(const Node& s) {
  Result out;
  Rows r = rows(s, nullptr);
  out.shape = r.shape;
  out.open = r.open;
  for (Column& c : r.columns) {
    out.columns.push_back(column_of(std::move(c.name), c.type));
    out.columns.back().begin = out.columns.back().end = c.at;
  }
  out.issues = std::move(issues_);
  return out;
}

Inference::Rows Inference::rows(const Node& s, const Scope* outer) {
  const auto text = [](std::string name) { return Column{std::move(name), t_text, 0, 0, 99}; };
  if (s.kind == "SelectStmt") return select(*s.body, outer);
  if (s.kind == "InsertStmt" || s.kind == "UpdateStmt" || s.kind == "DeleteStmt") return changing(s.kind, *s.body, outer);
  if (s.kind == "ExplainStmt") {
    rows(child(*s.body, "query"), outer);
    PgType type = t_text;
    if (const Json* options = member(*s.body, "options"))
      for (const auto& o : *options)
        if (const Node def = node_of(o); def && text_member(*def.body, "defname") == "format")
          if (const Node arg = child(*def.body, "arg")) {
            std::string format = text_member(*arg.body, "sval");
            std::transform(format.begin(), format.end(), format.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
            if (format == "json") type = t_json;
            if (format == "xml") type = t_xml;
          }
    return {SqlShape::rows, {{"QUERY PLAN", type, 0, 0, 99}}, false};
  }
  if (s.kind == "VariableShowStmt") {
    const std::string name = text_member(*s.body, "name");
    if (name == "all") return {SqlShape::rows, {text("name"), text("setting"), text("description")}, false};
    return {SqlShape::row, {text(name == "timezone" ? "TimeZone" : name)}, false};
  }
  return {};
}

Inference::Rows Inference::changing(std::string_view kind, const Json& body, const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  with(body, scope);
  Relation target;
  if (const Json* r = member(body, "relation")) target = relation(*r, scope);
  const Relation named = target;
  if (kind == "InsertStmt") {
    if (const Node source = child(body, "selectStmt")) rows(source, &scope);
  }
  scope.relations.push_back(std::move(target));
  for (const char* from : {"fromClause", "usingClause"})
    if (const Json* list = member(body, from))
      for (const auto& item : *list) from_item(node_of(item), scope);
  const auto names_of = [&](const Json* list) {
    if (!list || named.open) return;
    for (const auto& item : *list) {
      const Node t = node_of(item);
      const std::string column = t ? text_member(*t.body, "name") : std::string();
      if (!column.empty() && std::none_of(named.columns.begin(), named.columns.end(), [&](const Column& c) { return c.name == column; })) {
        Scope only;
        only.relations.push_back(named);
        unknown_column({column}, only, place(*t.body));
      }
    }
  };
  if (kind == "InsertStmt") names_of(member(body, "cols"));
  if (kind == "UpdateStmt") {
    names_of(member(body, "targetList"));
    all(member(body, "targetList"), scope);
  }
  condition(child(body, "whereClause"), scope, "WHERE");
  if (const Json* conflict = member(body, "onConflictClause")) {
    Scope both = scope;
    both.relations.push_back(named);
    both.relations.back().alias = "excluded";
    both.relations.back().plain = false;
    names_of(member(*conflict, "targetList"));
    all(member(*conflict, "targetList"), both);
    condition(child(*conflict, "whereClause"), both, "WHERE");
  }
  const Json* returning = member(body, "returningList");
  if (!returning || returning->empty()) return {};
  Rows r;
  r.shape = SqlShape::rows;
  targets(*returning, scope, r);
  return r;
}

void Inference::with(const Json& body, Scope& scope) {
  const Json* clause = member(body, "withClause");
  const Json* ctes = clause ? member(*clause, "ctes") : nullptr;
  if (!ctes) return;
  for (const auto& c : *ctes) {
    const Node cte = node_of(c);
    if (!cte) continue;
    Relation r;
    r.alias = r.shown = text_member(*cte.body, "ctename");
    const bool recursive = member(*clause, "recursive") != nullptr;
    if (recursive) {
      // A recursive member reads itself. Its first part says what its columns are.
      Relation itself;
      itself.alias = itself.shown = r.alias;
      itself.open = true;
      const Node query = child(*cte.body, "ctequery");
      const Json* first = query.kind == "SelectStmt" ? member(*query.body, "larg") : nullptr;
      if (first) {
        const auto before = issues_.size();
        Rows base = select(*first, &scope);
        issues_.resize(before);
        itself.columns = std::move(base.columns);
        itself.open = base.open;
        rename(itself, member(*cte.body, "aliascolnames"));
      }
      scope.with.push_back(std::move(itself));
    }
    Rows q = rows(child(*cte.body, "ctequery"), &scope);
    r.columns = std::move(q.columns);
    r.open = q.open;
    rename(r, member(*cte.body, "aliascolnames"));
    if (member(*cte.body, "search_clause") || member(*cte.body, "cycle_clause")) r.open = true;
    if (recursive) scope.with.pop_back();
    scope.with.push_back(std::move(r));
  }
}

void Inference::rename(Relation& r, const Json* names) {
  const auto list = strings(names);
  for (size_t i = 0; i < list.size(); ++i) {
    if (i >= r.columns.size()) r.columns.push_back({});
    r.columns[i].name = list[i];
  }
}

void Inference::alias(Relation& r, const Json& body) {
  if (const Json* a = member(body, "alias")) {
    r.real = r.alias;
    r.alias = text_member(*a, "aliasname");
    rename(r, member(*a, "colnames"));
  }
}

const Inference::Relation* Inference::find_with(const std::string& name, const Scope* s) {
  for (; s; s = s->outer)
    for (auto it = s->with.rbegin(); it != s->with.rend(); ++it)
      if (it->alias == name) return &*it;
  return nullptr;
}

// `body` is a RangeVar's body.
Inference::Relation Inference::relation(const Json& body, const Scope& scope) {
  Relation r;
  const std::string name = text_member(body, "relname"), schema = text_member(body, "schemaname");
  r.alias = r.shown = name;
  const Relation* cte = schema.empty() ? find_with(name, &scope) : nullptr;
  const RelationRow* row = cte ? nullptr : find_relation(schema, name);
  if (cte) {
    r.columns = cte->columns;
    r.open = cte->open;
  } else if (row && (!row->schema.empty() || !typing_.schema)) {
    r.columns = known(row->columns);
    r.table = true;
    if (version_ != 0 && !type_detail::in_version(row->since, row->until, version_))
      issue("W0730", fmt::format("`{}` is there {}, and the snapshot is of PostgreSQL {}.", name, row->since ? fmt::format("since PostgreSQL {}", row->since) : fmt::format("up to PostgreSQL {}", row->until), version_), place(body), name.size(),
            "The snapshot may be old.");
    else if (version_ == 0 && (row->since != 0 || row->until != 99))
      issue("W0731", fmt::format("`{}` is there {} only.", name, row->since ? fmt::format("since PostgreSQL {}", row->since) : fmt::format("up to PostgreSQL {}", row->until)), place(body), name.size(),
            "A server of another version refuses the statement.");
  } else if (!from_snapshot(schema, name, r, place(body))) {
    r.open = true;
  }
  alias(r, body);
  return r;
}

bool Inference::from_snapshot(const std::string& schema, const std::string& name, Relation& r, uint32_t at) {
  if (!typing_.schema) return false;
  const SchemaRelation* found = nullptr;
  for (const SchemaRelation& each : typing_.schema->relations)
    if (each.name == name && each.schema == (schema.empty() ? type_detail::kDefaultSchema : std::string_view(schema))) found = &each;
  if (!found) {
    unknown_relation(schema, name, at);
    return false;
  }
  for (const SchemaColumn& c : found->columns) r.columns.push_back({c.name, written_type(c.type), 0, 0, 99});
  r.table = true;
  return true;
}

void Inference::unknown_relation(const std::string& schema, const std::string& name, uint32_t at) {
  if (schema == "pg_catalog" || schema == "information_schema" || schema.starts_with("pg_temp")) return;
  std::vector<std::string_view> known;
  std::string help;
  for (const SchemaRelation& each : typing_.schema->relations) {
    if (each.name == name && schema.empty()) help = fmt::format("It is in the schema `{}`: write `{}.{}`.", each.schema, each.schema, name);
    if (schema.empty() || each.schema == schema) known.push_back(each.name);
  }
  if (schema.empty())
    for (const auto each : relation_names()) known.push_back(each);
  const std::string near = nearest(name, known);
  if (help.empty() && !near.empty()) help = fmt::format("Did you mean `{}`?", near);
  issue("W0730", fmt::format("The snapshot{} has no table `{}`.", typing_.schema->path.empty() ? "" : fmt::format(" `{}`", typing_.schema->path), schema.empty() ? name : schema + "." + name), at,
        schema.empty() ? name.size() : schema.size() + 1 + name.size(), help + (help.empty() ? "" : " ") + "The snapshot may be old.");
}

void Inference::from_item(const Node& item, Scope& scope) {
  if (!item) return;
  if (item.kind == "RangeVar") {
    scope.relations.push_back(relation(*item.body, scope));
  } else if (item.kind == "RangeSubselect") {
    Relation r;
    const bool lateral = member(*item.body, "lateral") != nullptr;
    Rows q = rows(child(*item.body, "subquery"), lateral ? &scope : with_only(scope));
    r.columns = std::move(q.columns);
    r.open = q.open;
    alias(r, *item.body);
    r.shown = r.alias;
    scope.relations.push_back(std::move(r));
  } else if (item.kind == "JoinExpr") {
    join(*item.body, scope);
  } else if (item.kind == "RangeFunction") {
    scope.relations.push_back(function_relation(*item.body, scope));
  } else if (item.kind == "RangeTableSample") {
    from_item(child(*item.body, "relation"), scope);
    all(member(*item.body, "args"), scope);
  } else {
    Relation r;
    r.open = true;
    alias(r, *item.body);
    scope.relations.push_back(std::move(r));
  }
}

// The tables of a join are named with their aliases; alone, its columns are the join's, where those of USING stand once.
void Inference::join(const Json& body, Scope& scope) {
  const size_t first = scope.relations.size();
  from_item(child(body, "larg"), scope);
  const size_t middle = scope.relations.size();
  from_item(child(body, "rarg"), scope);
  const auto gather = [&](size_t from, size_t to) {
    Relation side;
    for (size_t i = from; i < to; ++i) {
      const Relation& r = scope.relations[i];
      if (!r.plain) continue;
      side.columns.insert(side.columns.end(), r.columns.begin(), r.columns.end());
      side.open = side.open || r.open;
    }
    return side;
  };
  const Relation left = gather(first, middle), right = gather(middle, scope.relations.size());
  auto merged = strings(member(body, "usingClause"));
  if (member(body, "isNatural"))
    for (const Column& c : left.columns)
      if (std::any_of(right.columns.begin(), right.columns.end(), [&](const Column& o) { return o.name == c.name; })) merged.push_back(c.name);
  Relation joined;
  joined.open = left.open || right.open;
  const auto find = [](const Relation& side, const std::string& name) -> const Column* {
    for (const Column& c : side.columns)
      if (c.name == name) return &c;
    return nullptr;
  };
  for (const std::string& name : merged) {
    const Column *l = find(left, name), *r = find(right, name);
    bool clash = false;
    joined.columns.push_back({name, l && r ? common_type({l->type, r->type}, clash) : none, 0, 0, 99});
    for (const auto& [side, column] : {std::pair{&left, l}, std::pair{&right, r}})
      if (!column && !side->open) {
        Scope only;
        only.relations.push_back(*side);
        only.relations.back().shown = side == &left ? "The left side of this join" : "The right side of this join";
        unknown_column({name}, only, place(body));
      }
  }
  for (const Relation* side : {&left, &right})
    for (const Column& c : side->columns)
      if (std::find(merged.begin(), merged.end(), c.name) == merged.end()) joined.columns.push_back(c);
  const bool renamed = member(body, "alias") != nullptr;
  if (renamed) alias(joined, body);
  for (size_t i = first; i < scope.relations.size(); ++i) {
    scope.relations[i].plain = false;
    if (renamed) scope.relations[i].qualified = false;
  }
  joined.qualified = renamed;
  joined.shown = "This join";
  if (const Node on = child(body, "quals")) {
    // ON sees its two sides only.
    Scope sides;
    sides.outer = scope.outer;
    sides.with = scope.with;
    for (size_t i = first; i < scope.relations.size(); ++i) {
      sides.relations.push_back(scope.relations[i]);
      sides.relations.back().qualified = true;
    }
    Relation both = joined;
    if (renamed) both.alias.clear(), both.qualified = false;
    sides.relations.push_back(std::move(both));
    condition(on, sides, "ON");
  }
  scope.relations.push_back(std::move(joined));
}

// A subquery in FROM that is not lateral sees the common table expressions and what is outside, not its neighbours.
const Inference::Scope* Inference::with_only(const Scope& scope) {
  kept_.push_back(std::make_unique<Scope>());
  kept_.back()->with = scope.with;
  kept_.back()->outer = scope.outer;
  return kept_.back().get();
}

Inference::Relation Inference::function_relation(const Json& body, Scope& scope) {
  Relation r;
  r.open = true;
  const Json* functions = member(body, "functions");
  const Json* definitions = member(body, "coldeflist");
  const Json* a = member(body, "alias");
  bool scalar = false;
  if (functions)
    for (const auto& f : *functions) {
      const Node list = node_of(f);
      const Json* items = list ? member(*list.body, "items") : nullptr;
      const Node call_of = items && !items->empty() ? node_of(items->front()) : Node{};
      const PgType t = call_of ? infer(call_of, scope) : none;
      if (functions->size() != 1 || (definitions && !definitions->empty())) continue;
      const auto names = call_of.kind == "FuncCall" ? strings(member(*call_of.body, "funcname")) : std::vector<std::string>();
      r.alias = names.empty() ? natural_name(call_of) : names.back();
      const bool ours = call_of.kind != "FuncCall" || names.size() == 1 || names.front() == "pg_catalog";
      const auto answers = ours && !names.empty() ? answer_columns(names.back(), version_) : std::string_view();
      // One name, several functions: `unnest` of a tsvector has columns of its own, of an array it has one.
      const bool one_value = t != none ? t != t_record : ours && !names.empty() && names.back() == "unnest";
      auto columns = answers.empty() ? std::vector<Column>() : known(answers);
      if (columns.size() == 1 || (!columns.empty() && !one_value)) {
        r.columns = std::move(columns);
        if (r.columns.size() == 1) r.columns[0].type = t;
        r.open = false;
      } else if (t != none && t != t_record) {
        r.columns.push_back({r.alias, t, 0, 0, 99});
        r.open = false;
        scalar = true;
      }
    }
  if (definitions && !definitions->empty()) {
    for (const auto& d : *definitions) {
      const Node def = node_of(d);
      const Json* t = def ? member(*def.body, "typeName") : nullptr;
      if (def) r.columns.push_back({text_member(*def.body, "colname"), t ? type_name(*t) : none, 0, 0, 99});
    }
    r.open = false;
  }
  if (a) r.alias = text_member(*a, "aliasname");
  if (a && scalar) r.columns[0].name = r.alias;
  if (member(body, "ordinality")) r.columns.push_back({"ordinality", t_int8, 0, 0, 99});
  if (a && !r.open) rename(r, member(*a, "colnames"));
  r.shown = r.alias;
  return r;
}

Inference::Rows Inference::values(const Json& lists, const Scope& scope) {
  Rows r;
  r.shape = SqlShape::rows;
  std::vector<std::vector<PgType>> columns;
  for (const auto& row : lists) {
    const Node list = node_of(row);
    const Json* items = list ? member(*list.body, "items") : nullptr;
    if (!items) continue;
    for (size_t i = 0; i < items->size(); ++i) {
      if (i >= columns.size()) columns.push_back({});
      columns[i].push_back(infer(node_of((*items)[i]), scope));
    }
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    bool clash = false;
    r.columns.push_back({fmt::format("column{}", i + 1), common_type(columns[i], clash), 0, 0, 99});
  }
  return r;
}

Inference::Rows Inference::set_operation(const Json& body, const Scope& scope) {
  Rows r;
  r.shape = SqlShape::rows;
  const Json *left = member(body, "larg"), *right = member(body, "rarg");
  if (!left || !right) return r;
  Rows a = select(*left, &scope), b = select(*right, &scope);
  if (!a.open && !b.open && a.columns.size() != b.columns.size())
    issue("E0719", fmt::format("The two sides have {} and {} columns.", a.columns.size(), b.columns.size()), b.columns.empty() ? 0 : b.columns[0].at, 1, "Both sides of UNION, INTERSECT and EXCEPT answer the same columns.");
  r.columns = a.columns;
  r.open = a.open || b.open;
  for (size_t i = 0; i < r.columns.size(); ++i)
    r.columns[i].type = i < b.columns.size() ? common({a.columns[i].type, b.columns[i].type}, b.columns[i].at, "This column") : none;
  return r;
}

Inference::Rows Inference::select(const Json& body, const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  with(body, scope);
  const std::string op = text_member(body, "op");
  const Json* lists = member(body, "valuesLists");
  if (lists || (!op.empty() && op != "SETOP_NONE")) {
    Rows r = lists ? values(*lists, scope) : set_operation(body, scope);
    Relation out;   // ORDER BY sees the columns of the answer
    out.columns = r.columns;
    out.open = r.open;
    out.shown = "This answer";
    scope.relations.push_back(std::move(out));
    clauses(body, scope, r);
    return r;
  }
  Rows r;
  if (const Json* from = member(body, "fromClause"))
    for (const auto& item : *from) from_item(node_of(item), scope);
  const Json* list = member(body, "targetList");
  if (list) targets(*list, scope, r);
  r.shape = one_row(body, list) ? SqlShape::row : SqlShape::rows;
  clauses(body, scope, r);
  for (Column& c : r.columns)
    if (c.type == t_unknown) c.type = t_text;
  return r;
}

// Everything beside FROM and the columns. A bare name in ORDER BY, and in GROUP BY if no table has it, is a column of the answer.
void Inference::clauses(const Json& body, const Scope& scope, const Rows& r) {
  condition(child(body, "whereClause"), scope, "WHERE");
  condition(child(body, "havingClause"), scope, "HAVING");
  const auto of_answer = [&](const Node& n) {
    if (n.kind == "A_Const") return true;   // a column's number
    const auto names = n.kind == "ColumnRef" ? strings(member(*n.body, "fields")) : std::vector<std::string>();
    return names.size() == 1 && std::any_of(r.columns.begin(), r.columns.end(), [&](const Column& c) { return c.name == names[0]; });
  };
  for (const char* key : {"sortClause", "groupClause", "distinctClause"})
    if (const Json* list = member(body, key))
      for (const auto& item : *list) {
        const Node n = node_of(item);
        const Node by = n.kind == "SortBy" ? child(*n.body, "node") : n;
        if (by.kind == "GroupingSet") {
          if (const Json* sets = member(*by.body, "content"))
            for (const auto& each : *sets)
              if (const Node one = node_of(each); one && !of_answer(one)) infer(one, scope);
        } else if (by && !of_answer(by)) {
          infer(by, scope);
        }
      }
  if (const Json* windows = member(body, "windowClause"))
    for (const auto& w : *windows)
      if (const Node def = node_of(w)) {
        all(member(*def.body, "partitionClause"), scope);
        if (const Json* order = member(*def.body, "orderClause"))
          for (const auto& item : *order)
            if (const Node by = node_of(item)) infer(child(*by.body, "node"), scope);
      }
  infer(child(body, "limitCount"), scope);
  infer(child(body, "limitOffset"), scope);
}

void Inference::condition(const Node& n, const Scope& scope, std::string_view clause) {
  if (!n) return;
  const PgType t = infer(n, scope);
  if (coercible(t, t_bool)) return;
  issue("E0718", fmt::format("{} wants yes or no, and this is {}.", clause, type_row(t).name), place(*n.body), 1, "Compare it with something.");
}

// One row for certain: ruling 5.1.
bool Inference::one_row(const Json& body, const Json* list) {
  for (const char* key : {"groupClause", "havingClause", "limitCount", "limitOffset", "distinctClause"}) {
    const Json* m = member(body, key);
    if (m && !m->empty()) return false;
  }
  bool aggregate = false, set = false;
  if (list) scan_targets(*list, aggregate, set);
  if (set) return false;
  return aggregate || (!member(body, "fromClause") && !member(body, "whereClause"));
}

// A changing function that answers one value, not rows.
bool one_value(std::string_view name) {
  const auto procs = find_procs(name);
  if (!procs.empty()) return std::none_of(procs.begin(), procs.end(), [](const ProcRow& p) { return p.sort == Sort::set; });
  for (const std::string_view rows : {"pg_ls", "dblink", "pg_logical_slot", "ts_stat", "crosstab", "connectby", "xpath_table"})
    if (name.starts_with(rows)) return false;
  return find_change(name) != nullptr;
}

// Aggregates without OVER, and functions that may return sets, of this query level.
void Inference::scan_targets(const Json& value, bool& aggregate, bool& set) {
  if (value.is_array()) {
    for (const auto& v : value) scan_targets(v, aggregate, set);
    return;
  }
  if (!value.is_object()) return;
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (it.key() == "SubLink") {
      if (const Json* test = member(it.value(), "testexpr")) scan_targets(*test, aggregate, set);
      continue;
    }
    if (it.key() == "FuncCall") {
      const auto names = strings(member(it.value(), "funcname"));
      const bool plain = names.size() == 1 || (names.size() == 2 && names[0] == "pg_catalog");
      const auto procs = plain ? find_procs(names.back()) : std::span<const ProcRow>();
      bool aggregates = !procs.empty() && std::all_of(procs.begin(), procs.end(), [](const ProcRow& p) { return p.sort == Sort::aggregate || p.sort == Sort::ordered; });
      bool one = !procs.empty() && std::none_of(procs.begin(), procs.end(), [](const ProcRow& p) { return p.sort == Sort::set; });
      if (procs.empty() && typing_.schema)
        for (const SchemaFunction& f : typing_.schema->functions)
          if (!names.empty() && f.name == names.back()) {
            aggregates = f.aggregate;
            one = !f.set;
          }
      if (aggregates && !member(it.value(), "over")) {
        aggregate = true;
        continue;  // what stands inside an aggregate answers no rows of its own
      }
      // Of a function that nobody knows nothing is certain.
      if (!one && (names.empty() || !one_value(names.back()))) set = true;
    }
    scan_targets(it.value(), aggregate, set);
  }
}

void Inference::targets(const Json& list, const Scope& scope, Rows& r) {
  for (const auto& item : list) {
    const Node target = node_of(item);
    if (target.kind != "ResTarget") continue;
    const Node value = child(*target.body, "val");
    if (value.kind == "ColumnRef" && star(*value.body, scope, r)) continue;
    if (value.kind == "A_Indirection") {
      const Json* steps = member(*value.body, "indirection");
      if (steps && !steps->empty() && node_of(steps->back()).kind == "A_Star") {
        r.open = true;
        continue;
      }
    }
    Column c;
    c.type = infer(value, scope);
    c.name = text_member(*target.body, "name");
    if (c.name.empty()) c.name = natural_name(value);
    c.at = place(*target.body);
    r.columns.push_back(std::move(c));
  }
}

bool Inference::star(const Json& ref, const Scope& scope, Rows& r) {
  const Json* fields = member(ref, "fields");
  if (!fields || fields->empty() || node_of(fields->back()).kind != "A_Star") return false;
  std::string alias;
  if (fields->size() >= 2) {
    const auto names = strings(fields);
    alias = names[names.size() - 2];
  }
  for (const Scope* s = &scope; s; s = alias.empty() ? nullptr : s->outer)
    for (const auto& rel : s->relations) {
      if (alias.empty() ? !rel.plain : !rel.qualified || rel.alias != alias) continue;
      for (Column c : rel.columns) {
        c.at = place(ref);
        r.columns.push_back(std::move(c));
      }
      r.open = r.open || rel.open;
      if (!alias.empty()) return true;
    }
  if (!alias.empty()) {
    unknown_column({alias, "*"}, scope, place(ref));
    r.open = true;
  }
  return true;
}

std::string Inference::natural_name(const Node& n) {
  if (!n) return "?column?";
  const Json& b = *n.body;
  if (n.kind == "ColumnRef") {
    const auto names = strings(member(b, "fields"));
    return names.empty() ? "?column?" : names.back();
  }
  if (n.kind == "FuncCall") {
    const auto names = strings(member(b, "funcname"));
    return names.empty() ? "?column?" : names.back();
  }
  if (n.kind == "TypeCast") {
    const std::string inner = natural_name(child(b, "arg"));
    if (inner != "?column?") return inner;
    const Json* t = member(b, "typeName");
    const auto names = t ? strings(member(*t, "names")) : std::vector<std::string>();
    return names.empty() ? "?column?" : names.back();
  }
  if (n.kind == "CollateClause") return natural_name(child(b, "arg"));
  if (n.kind == "A_Indirection") {
    const Json* list = member(b, "indirection");
    const auto names = strings(list);
    for (auto it = names.rbegin(); it != names.rend(); ++it)
      if (!it->empty()) return *it;
    return natural_name(child(b, "arg"));
  }
  if (n.kind == "CaseExpr") {
    const std::string inner = natural_name(child(b, "defresult"));
    return inner == "?column?" ? "case" : inner;
  }
  if (n.kind == "SubLink") {
    const std::string t = text_member(b, "subLinkType");
    if (t == "EXISTS_SUBLINK") return "exists";
    if (t == "ARRAY_SUBLINK") return "array";
    if (t == "EXPR_SUBLINK") {
      const Node q = child(b, "subselect");
      const Json* list = q ? member(*q.body, "targetList") : nullptr;
      if (list && !list->empty()) {
        const Node target = node_of(list->front());
        const std::string name = target ? text_member(*target.body, "name") : std::string();
        return name.empty() && target ? natural_name(child(*target.body, "val")) : name;
      }
    }
    return "?column?";
  }
  if (n.kind == "CoalesceExpr") return "coalesce";
  if (n.kind == "MinMaxExpr") return text_member(b, "op") == "IS_LEAST" ? "least" : "greatest";
  if (n.kind == "A_ArrayExpr") return "array";
  if (n.kind == "RowExpr") return "row";
  if (n.kind == "GroupingFunc") return "grouping";
  if (n.kind == "A_Expr" && text_member(b, "kind") == "AEXPR_NULLIF") return "nullif";
  if (n.kind == "XmlSerialize") return "xmlserialize";
  if (n.kind == "SQLValueFunction") {
    std::string op = text_member(b, "op");
    if (op.starts_with("SVFOP_")) op.erase(0, 6);
    if (op.ends_with("_N")) op.resize(op.size() - 2);
    for (char& c : op) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return op;
  }
  return "?column?";
}

Result type_statement(const Node& statement, const Typing& typing) { return Inference(typing).statement(statement); }

}  // namespace rbc::embedded::sql_detail
