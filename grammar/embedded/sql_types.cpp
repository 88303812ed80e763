#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_inference.hpp"

namespace rbc::embedded::sql_detail {

using enum PgType;

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
    if (in_version(c.since, c.until, version_)) out.push_back({std::string(c.name), c.type, 0, c.since, c.until});
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
  if (s.kind == "CreateTableAsStmt") {
    rows(child(*s.body, "query"), outer);
    return {};
  }
  if (s.kind == "CallStmt") {
    Scope none_here;
    none_here.outer = outer;
    if (const Json* call_of = member(*s.body, "funccall")) all(member(*call_of, "args"), none_here);
    return {};
  }
  if (s.kind == "MergeStmt") return merging(*s.body, outer);
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
    return {SqlShape::row, {text(name == "timezone" ? "TimeZone" : name == "datestyle" ? "DateStyle" : name == "intervalstyle" ? "IntervalStyle" : name)}, false};
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
  if (kind == "InsertStmt") insertion(body, named, scope);
  scope.relations.push_back(std::move(target));
  for (const char* from : {"fromClause", "usingClause"})
    if (const Json* list = member(body, from))
      for (const auto& item : *list) from_item(node_of(item), scope);
  if (const Json* where = member(body, "whereClause")) forbid(*where, scope, "WHERE");
  condition(child(body, "whereClause"), scope, "WHERE");
  if (kind == "UpdateStmt") assignments(member(body, "targetList"), named, scope);
  if (const Json* conflict = member(body, "onConflictClause")) {
    Scope both = scope;
    both.relations.push_back(named);
    both.relations.back().alias = "excluded";
    both.relations.back().plain = false;
    assignments(member(*conflict, "targetList"), named, both);
    condition(child(*conflict, "whereClause"), both, "WHERE");
  }
  const Json* returning = member(body, "returningList");
  if (!returning || returning->empty()) return {};
  Rows r;
  r.shape = SqlShape::rows;
  targets(*returning, scope, r);
  return r;
}

// A value that goes into a column.
void Inference::put(const Node& value, PgType type, const Column& into) {
  if (value.kind == "SetToDefault" || into.type == none) return;
  literal(value, into.type);
  label(value, into.own);
  if (type == none || type == t_unknown || type == into.type || into.type == t_anyenum || coercible(type, into.type) || cast_context(type, into.type) == 'a') return;
  if (type_row(into.type).category == 'S' || type == t_record || type == t_anyenum) return;   // any value becomes text there; of rows and enums the server decides
  if (type_row(type).category == 'A' && type_row(into.type).category == 'A') return;
  if (casts_of_their_own(type, into.type)) return;
  issue("E0718", fmt::format("The column `{}` is {}, and this is {}.", into.name, spell(into.type), spell(type)), value ? place(*value.body) : 0, 1, fmt::format("Cast it, as in `x::{}`.", spell(into.type)));
}

void Inference::insertion(const Json& body, const Relation& target, const Scope& scope) {
  const Json* cols = member(body, "cols");
  std::vector<Column> into;
  std::vector<std::string> named;
  bool sure = !target.open;
  if (cols)
    for (const auto& item : *cols) {
      const Node t = node_of(item);
      const std::string name = t ? text_member(*t.body, "name") : std::string();
      const auto found = std::find_if(target.columns.begin(), target.columns.end(), [&](const Column& c) { return c.name == name; });
      const bool part = t && member(*t.body, "indirection");
      if (found == target.columns.end() && !target.open && t) {
        Scope only;
        only.relations.push_back(target);
        unknown_column({name}, only, place(*t.body));
      } else if (!part && std::find(named.begin(), named.end(), name) != named.end()) {
        issue("E0724", fmt::format("The column `{}` is named twice.", name), place(*t.body), name.size(), "Name it once.");
      }
      named.push_back(name);
      into.push_back(found == target.columns.end() || part ? Column{name} : *found);
    }
  else into = target.columns;
  const Node source = child(body, "selectStmt");
  if (!source) return;
  const auto counted = [&](size_t given, uint32_t at) {
    if (cols ? given != into.size() : given > into.size() && sure)
      issue("E0724", fmt::format("This INSERT names {} column{} and gives {} value{}.", into.size(), into.size() == 1 ? "" : "s", given, given == 1 ? "" : "s"), at, 1,
            cols ? "As many values as columns." : fmt::format("`{}` has {} columns; name those that get a value.", target.shown, into.size()));
  };
  const Json* lists = source.kind == "SelectStmt" ? member(*source.body, "valuesLists") : nullptr;
  if (!lists) {
    const Rows r = source.kind == "SelectStmt" ? select(*source.body, &scope, false) : rows(source, &scope);
    if (r.open) return;
    const Json* targets = member(*source.body, "targetList");
    const bool one_to_one = targets && targets->size() == r.columns.size();
    counted(r.columns.size(), cols && r.columns.size() < into.size() && !cols->empty() ? place(*node_of((*cols)[r.columns.size()]).body) : r.columns.size() > into.size() ? r.columns[into.size()].at : 0);
    for (size_t i = 0; i < r.columns.size() && i < into.size(); ++i) {
      const Node target_of = one_to_one ? node_of((*targets)[i]) : Node{};
      const Node value = target_of ? child(*target_of.body, "val") : Node{};
      if (value) put(value, r.columns[i].type, into[i]);
    }
    return;
  }
  Scope inside;
  inside.outer = &scope;
  with(*source.body, inside);
  for (const auto& row : *lists) {
    const Node list = node_of(row);
    const Json* items = list ? member(*list.body, "items") : nullptr;
    if (!items) continue;
    for (size_t i = 0; i < items->size(); ++i) {
      const Node value = node_of((*items)[i]);
      const PgType type = infer(value, inside);
      if (i < into.size()) put(value, type, into[i]);
    }
    if (items->size() > into.size()) {
      const Node extra = node_of((*items)[into.size()]);
      counted(items->size(), extra ? place(*extra.body) : 0);
    } else {
      counted(items->size(), cols && items->size() < into.size() ? place(*node_of((*cols)[items->size()]).body) : 0);
    }
  }
}

// `set a = 1, (b, c) = (2, 3)`.
void Inference::assignments(const Json* list, const Relation& target, const Scope& scope) {
  if (!list) return;
  std::vector<std::string> named;
  for (const auto& item : *list) {
    const Node t = node_of(item);
    if (!t) continue;
    const std::string name = text_member(*t.body, "name");
    const bool part = member(*t.body, "indirection");
    const Node value = child(*t.body, "val");
    const PgType type = infer(value, scope);
    const auto found = std::find_if(target.columns.begin(), target.columns.end(), [&](const Column& c) { return c.name == name; });
    if (!part && !name.empty() && std::find(named.begin(), named.end(), name) != named.end()) issue("E0724", fmt::format("The column `{}` is set twice.", name), place(*t.body), name.size(), "Set it once.");
    named.push_back(name);
    if (found == target.columns.end()) {
      if (target.open || name.empty()) continue;
      Scope only;
      only.relations.push_back(target);
      unknown_column({name}, only, place(*t.body));
      if (name == target.alias && part) issues_.back().help = "Left of `=` stands the column alone, without its table.";
      continue;
    }
    if (!part) put(value, type, *found);
    if (value) forbid(*member(*t.body, "val"), scope, "SET");
  }
}

Inference::Rows Inference::merging(const Json& body, const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  with(body, scope);
  const Json* into = member(body, "relation");
  const Relation target = into ? relation(*into, scope) : Relation{};
  Scope source;   // what the target is compared with; INSERT sees nothing else
  source.outer = outer;
  source.with = scope.with;
  from_item(child(body, "sourceRelation"), source);
  Scope both = source;
  both.relations.insert(both.relations.begin(), target);
  condition(child(body, "joinCondition"), both, "ON");
  if (const Json* clauses = member(body, "mergeWhenClauses"))
    for (const auto& each : *clauses) {
      const Node when = node_of(each);
      if (!when) continue;
      const Json& w = *when.body;
      const Scope& sees = member(w, "matched") ? both : source;
      condition(child(w, "condition"), sees, "WHEN");
      const std::string command = text_member(w, "commandType");
      if (command == "CMD_UPDATE") assignments(member(w, "targetList"), target, sees);
      if (command != "CMD_INSERT") continue;
      const Json *values = member(w, "values"), *cols = member(w, "targetList");
      std::vector<Column> columns;
      if (cols)
        for (const auto& item : *cols) {
          const Node t = node_of(item);
          const std::string name = t ? text_member(*t.body, "name") : std::string();
          const auto found = std::find_if(target.columns.begin(), target.columns.end(), [&](const Column& c) { return c.name == name; });
          if (found == target.columns.end() && !target.open && t) {
            Scope only;
            only.relations.push_back(target);
            unknown_column({name}, only, place(*t.body));
          }
          columns.push_back(found == target.columns.end() ? Column{name} : *found);
        }
      else columns = target.columns;
      if (!values) continue;
      for (size_t i = 0; i < values->size(); ++i) {
        const Node value = node_of((*values)[i]);
        const PgType type = infer(value, sees);
        if (i < columns.size()) put(value, type, columns[i]);
      }
      if (cols ? values->size() != columns.size() : values->size() > columns.size() && !target.open)
        issue("E0724", fmt::format("This INSERT names {} columns and gives {} values.", columns.size(), values->size()), cols && values->size() < columns.size() ? place(*node_of((*cols)[values->size()]).body) : values->empty() ? 0 : place(*node_of(values->front()).body), 1, "As many values as columns.");
    }
  return {};
}

// The columns that SEARCH and CYCLE add.
void Inference::walked(const Json& cte, Relation& r) {
  if (const Json* search = member(cte, "search_clause"))
    r.columns.push_back({text_member(*search, "search_seq_column"), member(*search, "search_breadth_first") ? t_record : t__record, 0, 0, 99});
  if (const Json* cycle = member(cte, "cycle_clause")) {
    const Node mark = child(*cycle, "cycle_mark_value");
    PgType type = t_bool;
    if (const Json* t = mark.kind == "TypeCast" ? member(*mark.body, "typeName") : nullptr) type = type_name(*t);
    else if (mark.kind == "A_Const") type = constant(*mark.body) == t_unknown ? t_text : constant(*mark.body);
    r.columns.push_back({text_member(*cycle, "cycle_mark_column"), type, 0, 0, 99});
    r.columns.push_back({text_member(*cycle, "cycle_path_column"), t__record, 0, 0, 99});
  }
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
        itself.open = itself.open || member(*cte.body, "search_clause") || member(*cte.body, "cycle_clause");
      }
      scope.with.push_back(std::move(itself));
    }
    Rows q = rows(child(*cte.body, "ctequery"), &scope);
    r.columns = std::move(q.columns);
    r.open = q.open;
    rename(r, member(*cte.body, "aliascolnames"));
    walked(*cte.body, r);
    if (recursive) scope.with.pop_back();
    scope.with.push_back(std::move(r));
  }
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
  Rows a = select(*left, &scope, false), b = select(*right, &scope, false);
  if (!a.open && !b.open && a.columns.size() != b.columns.size())
    issue("E0719", fmt::format("The two sides have {} and {} columns.", a.columns.size(), b.columns.size()), b.columns.empty() ? 0 : b.columns[0].at, 1, "Both sides of UNION, INTERSECT and EXCEPT answer the same columns.");
  r.columns = a.columns;
  r.open = a.open || b.open;
  for (size_t i = 0; i < r.columns.size(); ++i)
    r.columns[i].type = i < b.columns.size() ? common({a.columns[i].type, b.columns[i].type}, b.columns[i].at, "This column") : none;
  return r;
}

Inference::Rows Inference::select(const Json& body, const Scope* outer, bool literals_are_text) {
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
  grouping(body, list, scope, r);
  orders(body, list, r);
  if (member(body, "intoClause")) return {};   // makes a table, and answers nothing
  for (Column& c : r.columns)
    if (c.type == t_unknown && literals_are_text) c.type = t_text;
  return r;
}

// Everything beside FROM and the columns. A bare name in ORDER BY, and in GROUP BY if no table has it, is a column of the answer.
void Inference::clauses(const Json& body, const Scope& scope, const Rows& r) {
  condition(child(body, "whereClause"), scope, "WHERE");
  if (const Json* where = member(body, "whereClause")) forbid(*where, scope, "WHERE");
  condition(child(body, "havingClause"), scope, "HAVING");
  if (const Json* having = member(body, "havingClause")) forbid(*having, scope, "HAVING");
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
        infer(child(*value.body, "arg"), scope);
        if (const auto parts = steps->size() == 1 ? fields(child(*value.body, "arg"), scope) : std::nullopt)
          for (Column c : *parts) r.columns.push_back(std::move(c));
        else r.open = true;
        continue;
      }
    }
    Column c;
    c.type = infer(value, scope);
    if (c.type == t_record)
      if (auto parts = fields(value, scope)) c.parts = std::make_shared<const std::vector<Column>>(std::move(*parts));
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

Result type_statement(const Node& statement, const Typing& typing) { return Inference(typing).statement(statement); }

}  // namespace rbc::embedded::sql_detail
