#include <algorithm>

#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_inference.hpp"

namespace rbc::embedded::sql_detail {

using enum PgType;

static constexpr std::string_view kDefaultSchema = "public";

// PostgreSQL's own tables, as against its views, have a primary key since version 14: `oid`, or these.
static bool key_of_catalogue(std::string_view table, std::string_view column) {
  static constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
      {"pg_aggregate", "aggfnoid"}, {"pg_attribute", "attrelid"}, {"pg_attribute", "attnum"}, {"pg_foreign_table", "ftrelid"}, {"pg_index", "indexrelid"}, {"pg_inherits", "inhrelid"}, {"pg_inherits", "inhseqno"},
      {"pg_partitioned_table", "partrelid"}, {"pg_sequence", "seqrelid"}, {"pg_publication_rel", "oid"}, {"pg_subscription_rel", "srrelid"}, {"pg_subscription_rel", "srsubid"}};
  for (const auto& [of, key] : kKeys)
    if (of == table) return std::any_of(std::begin(kKeys), std::end(kKeys), [&](const auto& row) { return row.first == table && row.second == column; });
  return column == "oid";
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
    const Json* names = member(*a, "colnames");
    if (names && !r.open && names->size() > r.columns.size())
      issue("E0719", fmt::format("`{}` has {} columns, and {} names are given.", r.alias, r.columns.size(), names->size()), place(body), 1, "As many names as columns, or fewer.");
    rename(r, names);
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
    for (Column& c : r.columns) c.key = key_of_catalogue(name, c.name);
    r.table = true;
    if (version_ != 0 && !in_version(row->since, row->until, version_))
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
    if (each.name == name && each.schema == (schema.empty() ? kDefaultSchema : std::string_view(schema))) found = &each;
  if (!found) {
    unknown_relation(schema, name, at);
    return false;
  }
  for (const SchemaColumn& c : found->columns) {
    r.columns.push_back({c.name, written_type(c.type), 0, 0, 99, c.key});
    for (const SchemaType& t : typing_.schema->types)
      if (t.base.empty() && t.schema + "." + t.name == c.type) r.columns.back().own = &t;
  }
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
    if (item.kind == "RangeTableFunc") {
      r.alias = "xmltable";
      r.open = false;
      infer(child(*item.body, "docexpr"), scope);
      infer(child(*item.body, "rowexpr"), scope);
      if (const Json* columns = member(*item.body, "columns"))
        for (const auto& c : *columns)
          if (const Node column = node_of(c)) {
            const Json* t = member(*column.body, "typeName");
            r.columns.push_back({text_member(*column.body, "colname"), member(*column.body, "for_ordinality") ? t_int4 : t ? type_name(*t) : none, 0, 0, 99});
            infer(child(*column.body, "colexpr"), scope);
            infer(child(*column.body, "coldefexpr"), scope);
          }
    }
    alias(r, *item.body);
    r.shown = r.alias;
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
  if (const Json* named = member(body, "join_using_alias")) {
    Relation both;
    both.alias = both.shown = text_member(*named, "aliasname");
    both.columns.assign(joined.columns.begin(), joined.columns.begin() + static_cast<std::ptrdiff_t>(merged.size()));
    both.plain = false;
    scope.relations.push_back(std::move(both));
  }
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
    forbid(*member(body, "quals"), sides, "ON");
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

// ROWS FROM (f(), g()) and `unnest(a, b)`: the columns stand side by side.
bool Inference::several(const Json& functions, Scope& scope, Relation& r) {
  struct One {
    const Json* item;
    const Json* definitions;
  };
  std::vector<One> all_of_them;
  bool spread = functions.size() > 1;
  for (const auto& f : functions) {
    const Node list = node_of(f);
    const Json* items = list ? member(*list.body, "items") : nullptr;
    if (!items || items->empty()) return false;
    const Node call_of = node_of(items->front());
    const auto names = call_of.kind == "FuncCall" ? strings(member(*call_of.body, "funcname")) : std::vector<std::string>();
    const Json* args = call_of ? member(*call_of.body, "args") : nullptr;
    if (!names.empty() && names.size() == 1 && names[0] == "unnest" && args && args->size() > 1) spread = true;
    const Node definitions = items->size() > 1 ? node_of((*items)[1]) : Node{};
    all_of_them.push_back({&items->front(), definitions.kind == "List" ? member(*definitions.body, "items") : nullptr});
  }
  if (!spread) return false;
  r.open = false;
  for (const One& one : all_of_them) {
    const Node call_of = node_of(*one.item);
    const auto names = call_of.kind == "FuncCall" ? strings(member(*call_of.body, "funcname")) : std::vector<std::string>();
    const Json* args = call_of ? member(*call_of.body, "args") : nullptr;
    const std::string name = names.empty() ? natural_name(call_of) : names.back();
    if (r.alias.empty()) r.alias = name;
    if (one.definitions) {
      for (const auto& d : *one.definitions)
        if (const Node def = node_of(d)) {
          const Json* t = member(*def.body, "typeName");
          r.columns.push_back({text_member(*def.body, "colname"), t ? type_name(*t) : none, 0, 0, 99});
        }
      infer(call_of, scope);
      continue;
    }
    if (names.size() == 1 && name == "unnest" && args && args->size() > 1) {
      for (const PgType t : all(args, scope)) r.columns.push_back({name, t == none ? none : element_of(t), 0, 0, 99});
      continue;
    }
    const PgType t = infer(call_of, scope);
    const bool own = names.size() == 1 || (names.size() == 2 && names[0] == "pg_catalog");
    const auto answers = own && (name != "unnest" || t == t_record) ? answer_columns(name, version_) : std::string_view();
    auto columns = answers.empty() ? std::vector<Column>() : known(answers);
    if (columns.size() == 1) columns[0].type = t;
    if (columns.empty() && (t == none || t == t_record)) r.open = true;
    if (columns.empty()) columns.push_back({name, t, 0, 0, 99});
    r.columns.insert(r.columns.end(), columns.begin(), columns.end());
  }
  return true;
}

Inference::Relation Inference::function_relation(const Json& body, Scope& scope) {
  Relation r;
  r.open = true;
  const Json* functions = member(body, "functions");
  const Json* definitions = member(body, "coldeflist");
  const Json* a = member(body, "alias");
  bool scalar = false;
  if (functions && several(*functions, scope, r)) {
    if (member(body, "ordinality")) r.columns.push_back({"ordinality", t_int8, 0, 0, 99});
    if (a) r.alias = text_member(*a, "aliasname"), rename(r, member(*a, "colnames"));
    r.shown = r.alias;
    return r;
  }
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
        if (r.columns.size() == 1) r.columns[0].type = r.whole = t;
        r.open = false;
      } else if (t != none && t != t_record) {
        r.columns.push_back({r.alias, t, 0, 0, 99});
        r.open = false;
        r.whole = t;
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

}  // namespace rbc::embedded::sql_detail

namespace rbc::embedded {

std::string sql_relation_near(std::string_view name) {
  if (!name.starts_with("pg_")) return {};
  return nearest(name, sql_detail::relation_names());
}

}  // namespace rbc::embedded
