#include <algorithm>

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

// As PostgreSQL names a column that nobody named. A weak name gives way to that of a cast around it.
std::string Inference::natural_name(const Node& n) {
  bool strong = false;
  return natural_name(n, strong);
}

std::string Inference::natural_name(const Node& n, bool& strong) {
  strong = false;
  if (!n) return "?column?";
  const Json& b = *n.body;
  const auto named = [&](std::string name) {
    strong = true;
    return name;
  };
  if (n.kind == "ColumnRef" || n.kind == "FuncCall") {
    const auto names = strings(member(b, n.kind == "ColumnRef" ? "fields" : "funcname"));
    return names.empty() ? "?column?" : named(names.back());
  }
  if (n.kind == "TypeCast") {
    const std::string inner = natural_name(child(b, "arg"), strong);
    if (strong) return inner;
    const Json* t = member(b, "typeName");
    const auto names = t ? strings(member(*t, "names")) : std::vector<std::string>();
    return names.empty() ? "?column?" : names.back();
  }
  if (n.kind == "CollateClause") return natural_name(child(b, "arg"), strong);
  if (n.kind == "A_Indirection") {
    const auto names = strings(member(b, "indirection"));
    for (auto it = names.rbegin(); it != names.rend(); ++it)
      if (!it->empty()) return named(*it);
    return natural_name(child(b, "arg"), strong);
  }
  if (n.kind == "CaseExpr") {
    const std::string inner = natural_name(child(b, "defresult"), strong);
    return strong ? inner : "case";
  }
  if (n.kind == "SubLink") {
    const std::string t = text_member(b, "subLinkType");
    if (t == "EXISTS_SUBLINK") return named("exists");
    if (t == "ARRAY_SUBLINK") return named("array");
    if (t == "EXPR_SUBLINK") {
      const Node q = child(b, "subselect");
      const Json* list = q ? member(*q.body, "targetList") : nullptr;
      if (list && !list->empty())
        if (const Node target = node_of(list->front())) {
          const std::string name = text_member(*target.body, "name");
          return named(name.empty() ? natural_name(child(*target.body, "val")) : name);
        }
    }
    return "?column?";
  }
  if (n.kind == "CoalesceExpr") return named("coalesce");
  if (n.kind == "MinMaxExpr") return named(text_member(b, "op") == "IS_LEAST" ? "least" : "greatest");
  if (n.kind == "A_ArrayExpr") return named("array");
  if (n.kind == "RowExpr") return named("row");
  if (n.kind == "GroupingFunc") return named("grouping");
  if (n.kind == "A_Expr" && text_member(b, "kind") == "AEXPR_NULLIF") return named("nullif");
  if (n.kind == "XmlSerialize") return named("xmlserialize");
  const auto operation = [&](std::string_view prefix) {
    std::string op = text_member(b, "op");
    if (op.starts_with(prefix)) op.erase(0, prefix.size());
    for (char& c : op) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return op;
  };
  if (n.kind == "XmlExpr" && text_member(b, "op") != "IS_DOCUMENT") return named(operation("IS_"));
  if (n.kind == "SQLValueFunction") {
    std::string op = operation("SVFOP_");
    if (op.ends_with("_n")) op.resize(op.size() - 2);
    return named(op);
  }
  return "?column?";
}

}  // namespace rbc::embedded::sql_detail
