// What may stand where: columns beside GROUP BY, aggregates, window functions and functions that answer rows.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_inference.hpp"

namespace rbc::embedded::sql_detail {

namespace rules_detail {

// One expression written twice. A column without its table's name may be that of any: what is joined with USING is one column.
bool same(const Json& a, const Json& b) {
  if (a.is_array()) {
    if (!b.is_array() || a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
      if (!same(a[i], b[i])) return false;
    return true;
  }
  if (!a.is_object() || !b.is_object()) return a == b;
  const Node one = node_of(a), other = node_of(b);
  if (one.kind == "ColumnRef" && other.kind == "ColumnRef") {
    const auto left = strings(member(*one.body, "fields")), right = strings(member(*other.body, "fields"));
    if (left.empty() || right.empty() || left.back() != right.back()) return false;
    return left.size() == 1 || right.size() == 1 || left[left.size() - 2] == right[right.size() - 2];
  }
  const auto counts = [](const std::string& key) { return key != "location" && key != "funcformat"; };
  size_t n = 0, m = 0;
  for (auto it = b.begin(); it != b.end(); ++it) m += counts(it.key());
  for (auto it = a.begin(); it != a.end(); ++it) {
    if (!counts(it.key())) continue;
    const auto found = b.find(it.key());
    if (found == b.end() || !same(it.value(), *found)) return false;
    ++n;
  }
  return n == m;
}

// The lists of GROUP BY one beneath the other: sets, ROLLUP, CUBE and rows.
void flatten(const Json& list, std::vector<const Json*>& out) {
  for (const auto& item : list) {
    const Node n = node_of(item);
    const Json* inner = n.kind == "GroupingSet" ? member(*n.body, "content") : n.kind == "RowExpr" ? member(*n.body, "args") : nullptr;
    if (n.kind == "GroupingSet" || n.kind == "RowExpr") {
      if (inner) flatten(*inner, out);
    } else if (n) {
      out.push_back(&item);
    }
  }
}

int ordinal(const Node& n) {
  const Json* i = n.kind == "A_Const" ? member(*n.body, "ival") : nullptr;
  return i ? int_member(*i, "ival", 0) : -1;
}

}  // namespace rules_detail

using namespace rules_detail;

Inference::Role Inference::role(const std::vector<std::string>& names) const {
  if (names.empty() || names.size() > 2) return Role::unknown;
  const bool plain = names.size() == 1 || names[0] == "pg_catalog";
  const auto procs = plain ? find_procs(names.back()) : std::span<const ProcRow>();
  const auto all = [&](Sort sort, Sort other) { return std::all_of(procs.begin(), procs.end(), [&](const ProcRow& p) { return p.sort == sort || p.sort == other; }); };
  if (procs.empty()) {
    if (typing_.schema)
      for (const SchemaFunction& f : typing_.schema->functions)
        if (f.name == names.back() && (names.size() == 1 || f.schema == names[0])) return f.aggregate ? Role::aggregate : f.set ? Role::set : Role::plain;
    return Role::unknown;
  }
  if (all(Sort::aggregate, Sort::aggregate)) return Role::aggregate;
  if (all(Sort::ordered, Sort::ordered)) return Role::aggregate;
  if (all(Sort::window, Sort::window)) return Role::window;
  if (all(Sort::set, Sort::set)) return Role::set;
  if (all(Sort::plain, Sort::plain)) return Role::plain;
  return Role::unknown;   // `rank` is a window function, and an aggregate WITHIN GROUP
}

std::pair<const Inference::Relation*, const Inference::Column*> Inference::local(const Json& ref, const Scope& scope) {
  const auto names = strings(member(ref, "fields"));
  if (names.empty() || names.size() > 2 || names.back().empty()) return {};
  std::pair<const Relation*, const Column*> found;
  for (const Relation& r : scope.relations) {
    if (names.size() == 1 ? !r.plain : !r.qualified || r.alias != names[0]) continue;
    for (const Column& c : r.columns)
      if (c.name == names.back()) found = {&r, &c};
  }
  return found;
}

// An aggregate whose columns are all of an outer query is that query's.
bool Inference::of_this_level(const Json& call, const Scope& scope) const {
  if (!scope.outer) return true;
  bool any = false, here = false;
  const auto walk = [&](const auto& self, const Json& value) -> void {
    if (value.is_array()) {
      for (const auto& v : value) self(self, v);
    } else if (value.is_object()) {
      for (auto it = value.begin(); it != value.end(); ++it) {
        if (it.key() == "ColumnRef") any = true, here = here || local(it.value(), scope).first;
        self(self, it.value());
      }
    }
  };
  walk(walk, call);
  return here || !any;
}

bool Inference::aggregates_here(const Json& value, const Scope& scope) const {
  if (value.is_array()) return std::any_of(value.begin(), value.end(), [&](const Json& v) { return aggregates_here(v, scope); });
  if (!value.is_object()) return false;
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (it.key() == "SubLink") {
      if (const Json* test = member(it.value(), "testexpr"); test && aggregates_here(*test, scope)) return true;
      continue;
    }
    if (it.key() == "FuncCall" && !member(it.value(), "over")) {
      const Role r = role(strings(member(it.value(), "funcname")));
      if ((r == Role::aggregate || member(it.value(), "agg_within_group")) && of_this_level(it.value(), scope)) return true;
    }
    if (aggregates_here(it.value(), scope)) return true;
  }
  return false;
}

// Every column of this query's tables in `value` stands in GROUP BY, or in an aggregate, or hangs on a key that stands there.
void Inference::grouped(const Json& value, const std::vector<const Json*>& groups, const Scope& scope) {
  if (value.is_array()) {
    for (const auto& v : value) grouped(v, groups, scope);
    return;
  }
  if (!value.is_object()) return;
  const Node n = node_of(value);
  if (!n) {
    for (auto it = value.begin(); it != value.end(); ++it) grouped(it.value(), groups, scope);
    return;
  }
  if (std::any_of(groups.begin(), groups.end(), [&](const Json* g) { return same(value, *g); })) return;
  const Json& b = *n.body;
  if (n.kind == "GroupingFunc") return;
  if (n.kind == "SubLink") {
    if (const Json* test = member(b, "testexpr")) grouped(*test, groups, scope);
    return;
  }
  if (n.kind == "FuncCall" && !member(b, "over")) {
    const Role r = role(strings(member(b, "funcname")));
    if (r == Role::aggregate || r == Role::unknown || member(b, "agg_within_group")) return;
  }
  if (n.kind != "ColumnRef") return grouped(b, groups, scope);
  const auto [relation, column] = local(b, scope);
  if (!column) return;
  const auto of_table = [](const Relation* r) { return !r || r->qualified; };
  const auto stands = [&, relation = relation](const std::string& name) {
    return std::any_of(groups.begin(), groups.end(), [&](const Json* g) {
      const Node by = node_of(*g);
      return by.kind == "ColumnRef" && strings(member(*by.body, "fields")).back() == name && (local(*by.body, scope).first == relation || !relation->qualified || !of_table(local(*by.body, scope).first));
    });
  };
  // Of what a join brings together under one name nothing is said here about keys.
  bool keys = false, all = true;
  for (const Relation& r : scope.relations) {
    if (&r != relation && relation->qualified) continue;
    for (const Column& c : r.columns)
      if (c.key) keys = true, all = all && stands(c.name);
  }
  if (keys && (all || !relation->qualified)) return;
  const auto names = strings(member(b, "fields"));
  const std::string written = names.size() > 1 ? names[names.size() - 2] + "." + names.back() : names.back();
  issue("E0725", fmt::format("`{}` stands neither in GROUP BY nor in an aggregate, and a group has many of it.", written), place(b), written.size(), groups.empty() ? fmt::format("Group by it, or say `max({})`.", written) : fmt::format("Add it to GROUP BY, or say `max({})`.", written));
}

void Inference::grouping(const Json& body, const Json* list, const Scope& scope, const Rows& r) {
  const Json* by = member(body, "groupClause");
  const Json* having = member(body, "havingClause");
  const bool groups_written = by && !by->empty();
  if (!list || (!groups_written && !having && !aggregates_here(*list, scope) && !(member(body, "sortClause") && aggregates_here(*member(body, "sortClause"), scope)))) return;
  std::vector<const Json*> written, groups;
  if (by) flatten(*by, written);
  bool sure = !r.open;
  for (const Json* g : written) {
    const Node n = node_of(*g);
    if (const int position = ordinal(n); position >= 0) {
      if (!sure) continue;
      if (position < 1 || position > static_cast<int>(list->size()))
        issue("E0722", fmt::format("GROUP BY {} names a column of the answer, and it has {}.", position, list->size()), place(*n.body), std::to_string(position).size(), "Name the column.");
      else if (const Json* value = member(*node_of((*list)[static_cast<size_t>(position) - 1]).body, "val")) groups.push_back(value);
      continue;
    }
    const auto names = n.kind == "ColumnRef" ? strings(member(*n.body, "fields")) : std::vector<std::string>();
    const Json* of_answer = nullptr;
    if (names.size() == 1 && !local(*n.body, scope).second)
      for (const auto& item : *list)
        if (const Node target = node_of(item); target && text_member(*target.body, "name") == names[0]) of_answer = member(*target.body, "val");
    groups.push_back(of_answer ? of_answer : g);
  }
  for (const Json* g : groups) forbid(*g, scope, "GROUP BY");
  // `*` among the columns, or a place that cannot be counted to.
  for (const auto& item : *list) {
    const Node target = node_of(item);
    const Json* value = target ? member(*target.body, "val") : nullptr;
    if (value) {
      const Node n = node_of(*value);
      const Json* fields = n.kind == "ColumnRef" ? member(*n.body, "fields") : nullptr;
      if (fields && !fields->empty() && node_of(fields->back()).kind == "A_Star") sure = false;
    }
  }
  const bool numbered = std::any_of(written.begin(), written.end(), [](const Json* g) { return ordinal(node_of(*g)) >= 0; });
  if (!sure && numbered) return;
  for (const auto& item : *list)
    if (const Node target = node_of(item))
      if (const Json* value = member(*target.body, "val")) grouped(*value, groups, scope);
  if (having) grouped(*having, groups, scope);
  if (const Json* sort = member(body, "sortClause"))
    for (const auto& item : *sort) {
      const Node s = node_of(item);
      const Json* value = s ? member(*s.body, "node") : nullptr;
      const Node n = value ? node_of(*value) : Node{};
      if (!n || ordinal(n) >= 0) continue;
      const auto names = n.kind == "ColumnRef" ? strings(member(*n.body, "fields")) : std::vector<std::string>();
      if (names.size() == 1 && std::any_of(r.columns.begin(), r.columns.end(), [&](const Column& c) { return c.name == names[0]; })) continue;
      grouped(*value, groups, scope);
    }
}

// ORDER BY a place that is not there, or beside DISTINCT what is not in the answer.
void Inference::orders(const Json& body, const Json* list, const Rows& r) {
  const Json* sort = member(body, "sortClause");
  if (!sort || r.open) return;
  const Json* distinct = member(body, "distinctClause");
  const bool plain_distinct = list && distinct && !distinct->empty() && !node_of(distinct->front());
  for (const auto& item : *sort) {
    const Node s = node_of(item);
    const Json* value = s ? member(*s.body, "node") : nullptr;
    const Node n = value ? node_of(*value) : Node{};
    if (!n) continue;
    if (const int position = ordinal(n); position >= 0) {
      if (position < 1 || position > static_cast<int>(r.columns.size()))
        issue("E0722", fmt::format("ORDER BY {} names a column of the answer, and it has {}.", position, r.columns.size()), place(*n.body), std::to_string(position).size(), "Name the column.");
      continue;
    }
    if (!plain_distinct) continue;
    const auto names = n.kind == "ColumnRef" ? strings(member(*n.body, "fields")) : std::vector<std::string>();
    if (!names.empty() && std::any_of(r.columns.begin(), r.columns.end(), [&](const Column& c) { return c.name == names.back(); })) continue;
    if (std::any_of(list->begin(), list->end(), [&](const Json& t) {
          const Node target = node_of(t);
          const Json* answer = target ? member(*target.body, "val") : nullptr;
          return answer && same(*answer, *value);
        }))
      continue;
    issue("E0722", "SELECT DISTINCT is ordered by its own columns only.", place(*n.body), names.empty() ? 1 : names.back().size(), "Answer it as well, or leave out DISTINCT.");
  }
}

// Aggregates, window functions and sets where there is no room for them.
void Inference::forbid(const Json& value, const Scope& scope, std::string_view clause) {
  if (value.is_array()) {
    for (const auto& v : value) forbid(v, scope, clause);
    return;
  }
  if (!value.is_object()) return;
  for (auto it = value.begin(); it != value.end(); ++it) {
    const Json& b = it.value();
    if (it.key() == "SubLink") {
      if (const Json* test = member(b, "testexpr")) forbid(*test, scope, clause);
      continue;
    }
    if (it.key() == "FuncCall") {
      const auto names = strings(member(b, "funcname"));
      const Role r = role(names);
      const bool aggregate = r == Role::aggregate || member(b, "agg_within_group");
      const std::string shown = names.empty() ? std::string() : names.back();
      if (member(b, "over")) {
        if (clause != "another") issue("E0722", fmt::format("`{}` OVER a window cannot stand in {}.", shown, clause), place(b), shown.size(), "Answer it as a column of a subquery, and ask for that column.");
      } else if (aggregate && clause != "HAVING" && of_this_level(b, scope)) {
        const std::string help = clause == "WHERE" ? "WHERE picks rows before they are grouped. Write it in HAVING, or in a subquery."
                                 : clause == "another" ? "Aggregate in a subquery first." : "Compute it in a subquery first.";
        issue("E0722", fmt::format("`{}` is an aggregate, and cannot stand in {}.", shown, clause), place(b), shown.size(), help);
        continue;
      } else if (r == Role::set && clause != "another" && clause != "GROUP BY") {
        issue("E0722", fmt::format("`{}` answers rows, and cannot stand in {}.", shown, clause), place(b), shown.size(), "Put it into FROM, and ask for its column.");
      }
    }
    forbid(b, scope, clause);
  }
}

// OVER, FILTER, DISTINCT and `*` belong to some kinds of functions only.
bool Inference::stands(const Json& call, const std::vector<std::string>& names, const Scope& scope) {
  const Role r = role(names);
  const std::string& name = names.back();
  const auto refuse = [&](std::string message, std::string help) {
    issue("E0722", std::move(message), place(call), name.size(), std::move(help));
    return false;
  };
  const bool over = member(call, "over");
  if (r == Role::window && !over) return refuse(fmt::format("`{}` is a window function, and OVER is missing.", name), fmt::format("Write `{}(…) over (order by …)`.", name));
  if ((r == Role::plain || r == Role::set) && over) return refuse(fmt::format("`{}` is neither an aggregate nor a window function, so it takes no OVER.", name), "Leave out OVER.");
  if ((r == Role::plain || r == Role::set) && (member(call, "agg_filter") || member(call, "agg_distinct") || member(call, "agg_order") || member(call, "agg_star")))
    return refuse(fmt::format("`{}` is no aggregate.", name), "FILTER, DISTINCT, ORDER BY and `*` stand in the call of an aggregate only.");
  const bool own = typing_.schema && std::any_of(typing_.schema->functions.begin(), typing_.schema->functions.end(), [&](const SchemaFunction& f) { return f.name == name; });
  const auto procs = find_procs(name);
  const bool either = r == Role::unknown && !procs.empty() && std::all_of(procs.begin(), procs.end(), [](const ProcRow& p) { return p.sort == Sort::window || p.sort == Sort::ordered; });
  if (either && !own && !over && !member(call, "agg_within_group")) return refuse(fmt::format("`{}` is a window function, and OVER is missing.", name), fmt::format("Write `{}() over (order by …)`.", name));
  if (own || r != Role::aggregate) return true;
  if (member(call, "agg_star") && name != "count") return refuse(fmt::format("`{}(*)` is nothing: only `count` counts rows.", name), fmt::format("Name the column, as in `{}(x)`.", name));
  if (name == "count" && !member(call, "agg_star") && !member(call, "args")) return refuse("`count()` counts nothing.", "Write `count(*)`.");
  if (!over)
    if (const Json* args = member(call, "args")) forbid(*args, scope, "another");
  return true;
}

}  // namespace rbc::embedded::sql_detail
