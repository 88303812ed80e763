#include <nlohmann/json.hpp>
#include "grammar/embedded/sql_detail.hpp"

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

namespace type_detail {

// A static type; `open` is a quoted literal or null, which takes the type of its surroundings; `day` is a date, whose difference is a number of days.
struct Typed {
  SqlType type = SqlType::unknown;
  SqlType element = SqlType::unknown;
  bool open = false;
  bool day = false;
};

struct Relation {
  std::string alias;
  std::vector<SqlColumn> columns;
  bool open = false;
};

struct Scope {
  std::vector<Relation> relations;
  std::vector<Relation> with;  // common table expressions
  const Scope* outer = nullptr;
};

SqlType type_of_letter(char c) {
  switch (c) {
    case 'i': return SqlType::integer;
    case 'n': return SqlType::number;
    case 't': return SqlType::text;
    case 'b': return SqlType::boolean;
    case 'w': return SqlType::instant;
    case 'd': return SqlType::duration;
    case 'j': return SqlType::json;
    default: return SqlType::unknown;
  }
}

std::vector<SqlColumn> columns_of(std::string_view row) {
  std::vector<SqlColumn> out;
  for (size_t at = 0; at < row.size();) {
    const size_t end = std::min(row.find(' ', at), row.size());
    const auto one = row.substr(at, end - at);
    at = end + 1;
    const size_t colon = one.rfind(':');
    if (colon == std::string_view::npos) continue;
    SqlColumn c;
    c.name = one.substr(0, colon);
    const auto kind = one.substr(colon + 1);
    if (kind.size() == 2 && kind[0] == '[') {
      c.element = type_of_letter(kind[1]);
      c.type = c.element == SqlType::unknown ? SqlType::unknown : SqlType::list;
    } else {
      c.type = type_of_letter(kind.empty() ? 'u' : kind[0]);
    }
    out.push_back(std::move(c));
  }
  return out;
}

Typed of(SqlType t) { return {t, SqlType::unknown, false, false}; }
Typed list_of(SqlType t) { return t == SqlType::unknown ? Typed{} : Typed{SqlType::list, t, false, false}; }

Typed type_of_name(const Json& type_name) {
  const auto names = strings(member(type_name, "names"));
  if (names.empty() || (names.size() > 1 && names.front() != "pg_catalog")) return {};
  const std::string& n = names.back();
  Typed t;
  if (n == "int2" || n == "int4" || n == "int8") t = of(SqlType::integer);
  else if (n == "float4" || n == "float8" || n == "numeric") t = of(SqlType::number);
  else if (n == "bool") t = of(SqlType::boolean);
  else if (n == "text" || n == "varchar" || n == "bpchar" || n == "name" || n == "char" || n == "uuid" || n == "inet") t = of(SqlType::text);
  else if (n == "timestamptz" || n == "timestamp") t = of(SqlType::instant);
  else if (n == "date") t = Typed{SqlType::instant, SqlType::unknown, false, true};
  else if (n == "interval") t = of(SqlType::duration);
  else if (n == "json" || n == "jsonb") t = of(SqlType::json);
  const Json* bounds = member(type_name, "arrayBounds");
  return bounds && !bounds->empty() ? list_of(t.type) : t;
}

Typed common(const Typed& a, const Typed& b) {
  if (a.open) return b;
  if (b.open) return a;
  if (a.type == b.type && a.element == b.element) return {a.type, a.element, false, a.day || b.day};
  const auto numeric = [](SqlType t) { return t == SqlType::integer || t == SqlType::number; };
  if (numeric(a.type) && numeric(b.type)) return of(SqlType::number);
  return {};
}

// A literal that no surroundings typed is text.
Typed closed(Typed t) {
  if (t.open) return of(SqlType::text);
  return t;
}

class Inference {
 public:
  explicit Inference(const Typing& typing) : params_(typing.params) {}

  Result statement(const Node& s, const Scope* outer) {
    if (s.kind == "SelectStmt") return select(*s.body, outer);
    if (s.kind == "InsertStmt" || s.kind == "UpdateStmt" || s.kind == "DeleteStmt") return changing(*s.body, outer);
    if (s.kind == "ExplainStmt") return {SqlShape::rows, {named("QUERY PLAN", SqlType::text)}, false};
    if (s.kind == "VariableShowStmt") {
      const std::string name = text_member(*s.body, "name");
      if (name == "all") return {SqlShape::rows, {named("name", SqlType::text), named("setting", SqlType::text), named("description", SqlType::text)}, false};
      return {SqlShape::row, {named(name, SqlType::text)}, false};
    }
    return {};
  }

 private:
  static SqlColumn named(std::string name, SqlType t) { return {std::move(name), t, SqlType::unknown, 0, 0}; }

  Result changing(const Json& body, const Scope* outer) {
    const Json* returning = member(body, "returningList");
    Scope scope;
    scope.outer = outer;
    with(body, scope);
    if (const Json* r = member(body, "relation")) scope.relations.push_back(relation(*r, scope));
    for (const char* from : {"fromClause", "usingClause"})
      if (const Json* list = member(body, from))
        for (const auto& item : *list) from_item(node_of(item), scope);
    if (!returning || returning->empty()) return {};
    Result r;
    r.shape = SqlShape::rows;
    targets(*returning, scope, r);
    return r;
  }

  void with(const Json& body, Scope& scope) {
    const Json* clause = member(body, "withClause");
    if (!clause) return;
    const Json* ctes = member(*clause, "ctes");
    if (!ctes) return;
    for (const auto& c : *ctes) {
      const Node cte = node_of(c);
      if (!cte) continue;
      Relation r;
      r.alias = text_member(*cte.body, "ctename");
      const bool recursive = member(*clause, "recursive") != nullptr;
      // A recursive member reads itself: until it is typed it is there, with unknown columns.
      if (recursive) scope.with.push_back({r.alias, {}, true});
      Result q = statement(child(*cte.body, "ctequery"), &scope);
      r.columns = std::move(q.columns);
      r.open = q.open;
      rename(r, member(*cte.body, "aliascolnames"));
      if (recursive) scope.with.pop_back();
      scope.with.push_back(std::move(r));
    }
  }

  static void rename(Relation& r, const Json* names) {
    const auto list = strings(names);
    for (size_t i = 0; i < list.size(); ++i) {
      if (i >= r.columns.size()) r.columns.push_back({});
      r.columns[i].name = list[i];
    }
  }

  // `body` is a RangeVar's body.
  Relation relation(const Json& body, const Scope& scope) {
    Relation r;
    const std::string name = text_member(body, "relname"), schema = text_member(body, "schemaname");
    r.alias = name;
    const Relation* cte = schema.empty() ? find_with(name, &scope) : nullptr;
    if (cte) {
      r.columns = cte->columns;
      r.open = cte->open;
    } else if (const auto* row = find_relation(schema, name)) {
      r.columns = columns_of(row->columns);
    } else {
      r.open = true;
    }
    alias(r, body);
    return r;
  }

  static const Relation* find_with(const std::string& name, const Scope* s) {
    for (; s; s = s->outer)
      for (auto it = s->with.rbegin(); it != s->with.rend(); ++it)
        if (it->alias == name) return &*it;
    return nullptr;
  }

  static void alias(Relation& r, const Json& body) {
    if (const Json* a = member(body, "alias")) {
      r.alias = text_member(*a, "aliasname");
      rename(r, member(*a, "colnames"));
    }
  }

  void from_item(const Node& item, Scope& scope) {
    if (!item) return;
    if (item.kind == "RangeVar") {
      scope.relations.push_back(relation(*item.body, scope));
    } else if (item.kind == "RangeSubselect") {
      Relation r;
      const bool lateral = member(*item.body, "lateral") != nullptr;
      Result q = statement(child(*item.body, "subquery"), lateral ? &scope : with_only(scope));
      r.columns = std::move(q.columns);
      r.open = q.open;
      alias(r, *item.body);
      scope.relations.push_back(std::move(r));
    } else if (item.kind == "JoinExpr") {
      from_item(child(*item.body, "larg"), scope);
      from_item(child(*item.body, "rarg"), scope);
    } else if (item.kind == "RangeFunction") {
      scope.relations.push_back(function_relation(*item.body, scope));
    } else if (item.kind == "RangeTableSample") {
      from_item(child(*item.body, "relation"), scope);
    } else {
      scope.relations.push_back({{}, {}, true});
    }
  }

  // A subquery in FROM that is not lateral sees the common table expressions and what is outside, not its neighbours.
  const Scope* with_only(const Scope& scope) {
    kept_.push_back(std::make_unique<Scope>());
    kept_.back()->with = scope.with;
    kept_.back()->outer = scope.outer;
    return kept_.back().get();
  }

  Relation function_relation(const Json& body, Scope& scope) {
    Relation r;
    r.open = true;
    const Json* functions = member(body, "functions");
    const Json* definitions = member(body, "coldeflist");
    if (definitions && !definitions->empty()) {
      for (const auto& d : *definitions) {
        const Node def = node_of(d);
        if (!def) continue;
        SqlColumn c;
        c.name = text_member(*def.body, "colname");
        if (const Json* t = member(*def.body, "typeName")) {
          const Typed type = type_of_name(*t);
          c.type = type.type;
          c.element = type.element;
        }
        r.columns.push_back(std::move(c));
      }
      r.open = false;
    } else if (functions && functions->size() == 1 && functions->front().is_object()) {
      // `functions` holds lists of (call, column definitions).
      const Node list = node_of(functions->front());
      const Json* items = list ? member(*list.body, "items") : nullptr;
      const Node call = items && !items->empty() ? node_of(items->front()) : Node{};
      if (call.kind == "FuncCall") {
        const auto names = strings(member(*call.body, "funcname"));
        const Typed t = closed(infer(call, scope));
        r.alias = names.empty() ? std::string() : names.back();
        if (t.type != SqlType::unknown) {
          r.columns.push_back({r.alias, t.type, t.element, 0, 0});
          r.open = false;
        }
      }
    }
    const Json* a = member(body, "alias");
    if (a) r.alias = text_member(*a, "aliasname");
    if (a && r.columns.size() == 1 && !definitions) r.columns[0].name = r.alias;
    if (member(body, "ordinality")) r.columns.push_back(named("ordinality", SqlType::integer));
    if (a && !r.open) rename(r, member(*a, "colnames"));
    return r;
  }

  Result select(const Json& body, const Scope* outer) {
    Result r;
    Scope scope;
    scope.outer = outer;
    with(body, scope);
    if (const Json* values = member(body, "valuesLists")) {
      r.shape = SqlShape::rows;
      std::vector<Typed> types;
      bool first = true;
      for (const auto& row : *values) {
        const Node list = node_of(row);
        const Json* items = list ? member(*list.body, "items") : nullptr;
        if (!items) continue;
        for (size_t i = 0; i < items->size(); ++i) {
          const Typed t = infer(node_of((*items)[i]), scope);
          if (first) types.push_back(t);
          else if (i < types.size()) types[i] = common(types[i], t);
        }
        first = false;
      }
      for (size_t i = 0; i < types.size(); ++i) {
        const Typed t = closed(types[i]);
        r.columns.push_back({fmt::format("column{}", i + 1), t.type, t.element, 0, 0});
      }
      return r;
    }
    if (const std::string op = text_member(body, "op"); !op.empty() && op != "SETOP_NONE") {
      const Json* left = member(body, "larg");
      const Json* right = member(body, "rarg");
      r.shape = SqlShape::rows;
      if (!left || !right) return r;
      Result a = select(*left, &scope), b = select(*right, &scope);
      r.columns = a.columns;
      r.open = a.open || b.open;
      for (size_t i = 0; i < r.columns.size() && i < b.columns.size(); ++i) {
        const Typed t = common({a.columns[i].type, a.columns[i].element, false, false}, {b.columns[i].type, b.columns[i].element, false, false});
        r.columns[i].type = t.type;
        r.columns[i].element = t.element;
      }
      return r;
    }
    if (const Json* from = member(body, "fromClause"))
      for (const auto& item : *from) from_item(node_of(item), scope);
    const Json* list = member(body, "targetList");
    if (list) targets(*list, scope, r);
    r.shape = one_row(body, list) ? SqlShape::row : SqlShape::rows;
    return r;
  }

  // One row for certain: ruling 5.1.
  static bool one_row(const Json& body, const Json* list) {
    for (const char* key : {"groupClause", "havingClause", "limitCount", "limitOffset", "distinctClause", "windowClause"}) {
      const Json* m = member(body, key);
      if (m && std::string_view(key) != "windowClause" && !m->empty()) return false;
    }
    bool aggregate = false, set = false;
    if (list) scan_targets(*list, aggregate, set);
    if (set) return false;
    return aggregate || (!member(body, "fromClause") && !member(body, "whereClause"));
  }

  // Aggregates without OVER, and functions that may return sets, of this query level.
  static void scan_targets(const Json& value, bool& aggregate, bool& set) {
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
        const FunctionRow* row = plain && !names.empty() ? find_function(names.back()) : nullptr;
        const bool over = member(it.value(), "over") != nullptr;
        const bool ordered = row && row->sort == Sort::ordered;
        if (row && !over && (row->sort == Sort::aggregate || ordered)) {
          aggregate = true;
          continue;  // what stands inside an aggregate answers no rows of its own
        }
        if (row && row->sort == Sort::set) set = true;
        // pg_terminate_backend and its like answer one value; of a function that nobody knows nothing is certain.
        if (!row && (names.empty() || !one_value(names.back()))) set = true;
      }
      scan_targets(it.value(), aggregate, set);
    }
  }

  // A changing function that answers one value, not rows.
  static bool one_value(std::string_view name) {
    for (const std::string_view rows : {"pg_ls", "dblink", "pg_logical_slot", "ts_stat", "crosstab", "connectby", "xpath_table"})
      if (name.starts_with(rows)) return false;
    return find_change(name) != nullptr;
  }

  void targets(const Json& list, const Scope& scope, Result& r) {
    for (const auto& item : list) {
      const Node target = node_of(item);
      if (target.kind != "ResTarget") continue;
      const Node value = child(*target.body, "val");
      if (value.kind == "ColumnRef" && star(*value.body, scope, r)) continue;
      const Typed t = closed(infer(value, scope));
      SqlColumn c;
      c.name = text_member(*target.body, "name");
      if (c.name.empty()) c.name = natural_name(value);
      c.type = t.type;
      c.element = t.element;
      c.begin = static_cast<uint32_t>(std::max(0, int_member(*target.body, "location", 0)));
      r.columns.push_back(std::move(c));
    }
  }

  static bool star(const Json& ref, const Scope& scope, Result& r) {
    const Json* fields = member(ref, "fields");
    if (!fields || fields->empty() || node_of(fields->back()).kind != "A_Star") return false;
    std::string alias;
    if (fields->size() >= 2) {
      const auto names = strings(fields);
      alias = names[names.size() - 2];
    }
    bool found = false;
    for (const auto& rel : scope.relations) {
      if (!alias.empty() && rel.alias != alias) continue;
      found = true;
      r.columns.insert(r.columns.end(), rel.columns.begin(), rel.columns.end());
      r.open = r.open || rel.open;
    }
    if (!found) r.open = true;
    return true;
  }

  static std::string natural_name(const Node& n) {
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
    if (n.kind == "SQLValueFunction") {
      std::string op = text_member(b, "op");
      if (op.starts_with("SVFOP_")) op.erase(0, 6);
      if (op.ends_with("_N")) op.resize(op.size() - 2);
      for (char& c : op) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      return op;
    }
    return "?column?";
  }

  Typed column(const Json& ref, const Scope* scope) {
    const auto names = strings(member(ref, "fields"));
    if (names.empty() || names.size() > 2) return {};
    for (; scope; scope = scope->outer) {
      bool open = false;
      for (const auto& rel : scope->relations) {
        if (names.size() == 2 && rel.alias != names[0]) continue;
        for (const auto& c : rel.columns)
          if (c.name == names.back()) return {c.type, c.element, false, false};
        open = open || rel.open;
      }
      if (open) return {};  // it may be a column that we do not know: never look further out
    }
    return {};
  }

  Typed infer(const Node& n, const Scope& scope) {
    if (!n) return {};
    const Json& b = *n.body;
    if (n.kind == "A_Const") return constant(b);
    if (n.kind == "TypeCast") {
      const Json* t = member(b, "typeName");
      return t ? type_of_name(*t) : Typed{};
    }
    if (n.kind == "ColumnRef") return column(b, &scope);
    if (n.kind == "ParamRef") {
      const int number = int_member(b, "number", 0);
      if (number < 1 || static_cast<size_t>(number) > params_.size()) return {};
      const SqlType t = params_[static_cast<size_t>(number) - 1];
      return of(t == SqlType::size ? SqlType::integer : t == SqlType::list ? SqlType::unknown : t);
    }
    if (n.kind == "BoolExpr" || n.kind == "NullTest" || n.kind == "BooleanTest") return of(SqlType::boolean);
    if (n.kind == "A_Expr") return operation(b, scope);
    if (n.kind == "FuncCall") return call(b, scope);
    if (n.kind == "SubLink") return sublink(b, scope);
    if (n.kind == "CollateClause") return infer(child(b, "arg"), scope);
    if (n.kind == "GroupingFunc") return of(SqlType::integer);
    if (n.kind == "CoalesceExpr" || n.kind == "MinMaxExpr") return all(member(b, "args"), scope);
    if (n.kind == "A_ArrayExpr") return list_of(closed(all(member(b, "elements"), scope)).type);
    if (n.kind == "CaseExpr") {
      Typed t = child(b, "defresult") ? infer(child(b, "defresult"), scope) : Typed{SqlType::unknown, SqlType::unknown, true, false};
      if (const Json* arms = member(b, "args"))
        for (const auto& arm : *arms) {
          const Node when = node_of(arm);
          if (when) t = common(t, infer(child(*when.body, "result"), scope));
        }
      return t;
    }
    if (n.kind == "SQLValueFunction") {
      const std::string op = text_member(b, "op");
      if (op == "SVFOP_CURRENT_DATE") return {SqlType::instant, SqlType::unknown, false, true};
      if (op.find("TIMESTAMP") != std::string::npos) return of(SqlType::instant);
      if (op.find("TIME") != std::string::npos) return {};
      return of(SqlType::text);
    }
    if (n.kind == "A_Indirection") {
      const Json* list = member(b, "indirection");
      const Typed base = infer(child(b, "arg"), scope);
      if (!list || list->size() != 1 || base.type != SqlType::list) return {};
      const Node index = node_of(list->front());
      if (index.kind != "A_Indices") return {};
      return member(*index.body, "is_slice") ? base : of(base.element);
    }
    return {};
  }

  static Typed constant(const Json& b) {
    if (member(b, "ival")) return of(SqlType::integer);
    if (member(b, "fval")) return of(SqlType::number);
    if (member(b, "boolval")) return of(SqlType::boolean);
    return {SqlType::unknown, SqlType::unknown, true, false};
  }

  Typed all(const Json* list, const Scope& scope) {
    Typed t{SqlType::unknown, SqlType::unknown, true, false};
    if (list)
      for (const auto& item : *list) t = common(t, infer(node_of(item), scope));
    return t;
  }

  Typed sublink(const Json& b, const Scope& scope) {
    const std::string kind = text_member(b, "subLinkType");
    if (kind != "EXPR_SUBLINK" && kind != "ARRAY_SUBLINK") return of(SqlType::boolean);
    const Result r = statement(child(b, "subselect"), &scope);
    if (r.columns.size() != 1) return {};
    if (kind == "ARRAY_SUBLINK") return list_of(r.columns[0].type);
    return {r.columns[0].type, r.columns[0].element, false, false};
  }

  Typed operation(const Json& b, const Scope& scope) {
    const std::string kind = text_member(b, "kind");
    if (kind == "AEXPR_NULLIF") return infer(child(b, "lexpr"), scope);
    if (kind != "AEXPR_OP") return of(SqlType::boolean);
    const auto names = strings(member(b, "name"));
    if (names.empty() || (names.size() > 1 && names.front() != "pg_catalog")) return {};
    const std::string& op = names.back();
    const Typed r = infer(child(b, "rexpr"), scope);
    const bool unary = !child(b, "lexpr");
    if (unary) return op == "-" || op == "+" || op == "@" ? r : op == "|/" || op == "||/" ? of(SqlType::number) : Typed{};
    const Typed l = infer(child(b, "lexpr"), scope);
    return binary(op, l, r);
  }

  static Typed binary(const std::string& op, const Typed& l, const Typed& r) {
    static constexpr std::string_view kTests[] = {"=",  "<>", "!=", "<",   ">",  "<=", ">=", "~",  "!~", "~*", "!~*", "~~", "!~~", "~~*",
                                                  "!~~*", "@>", "<@", "?", "?|", "?&", "@?", "@@", "&&", "<<=", ">>=", "^@"};
    if (std::find(std::begin(kTests), std::end(kTests), op) != std::end(kTests)) return of(SqlType::boolean);
    using T = SqlType;
    if (op == "->" || op == "#>") return of(T::json);
    if (op == "->>" || op == "#>>") return of(T::text);
    if (op == "||") {
      if (l.type == T::text || r.type == T::text || (l.open && r.open)) return l.type == T::list || r.type == T::list ? Typed{} : of(T::text);
      return common(l, r);
    }
    const auto numeric = [](const Typed& t) { return t.type == T::integer || t.type == T::number; };
    if (numeric(l) && numeric(r)) {
      if (op == "^") return of(T::number);
      return common(l, r);
    }
    if ((numeric(l) && r.open) || (l.open && numeric(r))) return common(l, r);
    if (op == "+" || op == "-") {
      if (l.type == T::instant && r.type == T::duration) return of(T::instant);
      if (l.type == T::duration && r.type == T::duration) return of(T::duration);
      if (op == "+" && l.type == T::duration && r.type == T::instant) return of(T::instant);
      if (op == "-" && l.type == T::instant && r.type == T::instant) return l.day && r.day ? of(T::integer) : l.day || r.day ? Typed{} : of(T::duration);
      if (l.type == T::instant && l.day && r.type == T::integer) return l;
    }
    if (op == "*" && ((l.type == T::duration && numeric(r)) || (numeric(l) && r.type == T::duration))) return of(T::duration);
    if (op == "/" && l.type == T::duration && numeric(r)) return of(T::duration);
    return {};
  }

  Typed call(const Json& b, const Scope& scope) {
    const auto names = strings(member(b, "funcname"));
    if (names.empty() || names.size() > 2 || (names.size() == 2 && names[0] != "pg_catalog")) return {};
    const std::string& name = names.back();
    const Json* args = member(b, "args");
    const size_t count = args ? args->size() : 0;
    const auto arg = [&](size_t i) { return i < count ? infer(node_of((*args)[i]), scope) : Typed{}; };
    const FunctionRow* row = find_function(name);
    if (!row) {
      // Of the functions that do more than look, these answers are read by runbooks.
      if (name == "pg_terminate_backend" || name == "pg_cancel_backend" || name == "pg_reload_conf" || name == "pg_promote" || name == "pg_rotate_logfile") return of(SqlType::boolean);
      if (name == "nextval" || name == "setval") return of(SqlType::integer);
      if (name == "set_config") return of(SqlType::text);
      return {};
    }
    if (name == "age") {
      const Typed first = arg(0);
      return count == 2 || first.type == SqlType::instant ? of(SqlType::duration) : first.type == SqlType::unknown && !first.open ? of(SqlType::integer) : Typed{};
    }
    switch (row->answer) {
      case Answer::unknown: return {};
      case Answer::boolean: return of(SqlType::boolean);
      case Answer::integer: return of(SqlType::integer);
      case Answer::number: return of(SqlType::number);
      case Answer::text: return of(SqlType::text);
      case Answer::instant: return {SqlType::instant, SqlType::unknown, false, name == "date" || name == "to_date" || name == "make_date"};
      case Answer::duration: return of(SqlType::duration);
      case Answer::json: return of(SqlType::json);
      case Answer::list_boolean: return list_of(SqlType::boolean);
      case Answer::list_integer: return list_of(SqlType::integer);
      case Answer::list_number: return list_of(SqlType::number);
      case Answer::list_text: return list_of(SqlType::text);
      case Answer::list_instant: return list_of(SqlType::instant);
      case Answer::list_json: return list_of(SqlType::json);
      case Answer::list_same: return list_of(closed(arg(0)).type);
      case Answer::same: return name == "count" ? of(SqlType::integer) : closed(arg(0));
      case Answer::second: return arg(1);
      case Answer::element: {
        const Typed t = arg(0);
        return t.type == SqlType::list ? of(t.element) : Typed{};
      }
      case Answer::sum: {
        // The sum of integers may come back as numeric, their average always does.
        const Typed t = arg(0);
        return t.type == SqlType::integer || t.type == SqlType::number ? of(SqlType::number) : t.type == SqlType::duration ? t : Typed{};
      }
    }
    return {};
  }

  const std::vector<SqlType>& params_;
  std::vector<std::unique_ptr<Scope>> kept_;
};

}  // namespace type_detail

Result type_statement(const Node& statement, const Typing& typing) { return type_detail::Inference(typing).statement(statement, nullptr); }

}  // namespace rbc::embedded::sql_detail
