#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_inference.hpp"

namespace rbc::embedded::sql_detail {

namespace expression_detail {

using enum PgType;

PgType type_of_hole(SqlType type, SqlType element) {
  switch (type) {
    case SqlType::boolean: return t_bool;
    case SqlType::integer: case SqlType::size: return t_int8;
    case SqlType::number: return t_float8;
    case SqlType::text: return t_text;
    case SqlType::instant: return t_timestamptz;
    case SqlType::duration: return t_interval;
    case SqlType::json: return t_jsonb;
    case SqlType::list: return element == SqlType::unknown ? none : array_of(type_of_hole(element, SqlType::unknown));
    case SqlType::unknown: return none;
  }
  return none;
}

PgType of_system_column(std::string_view name) {
  if (name == "ctid") return t_tid;
  if (name == "xmin" || name == "xmax") return t_xid;
  if (name == "cmin" || name == "cmax") return t_cid;
  return name == "tableoid" ? t_oid : none;
}

}  // namespace expression_detail

using namespace expression_detail;

// As a person writes it.
std::string spell(PgType t) {
  const PgTypeRow& row = type_row(t);
  if (t == t_unknown) return "unknown";
  if (t == t_anyenum) return "an enum";
  if (row.category == 'A' && row.element != t) return spell(row.element) + "[]";
  switch (t) {
    case t_int2: return "smallint";
    case t_int4: return "integer";
    case t_int8: return "bigint";
    case t_float8: return "double precision";
    case t_float4: return "real";
    case t_bool: return "boolean";
    case t_bpchar: return "character";
    default: return std::string(row.name);
  }
}

std::string spell(const std::vector<PgType>& types) {
  std::string out;
  for (const PgType t : types) out += (out.empty() ? "" : ", ") + spell(t);
  return out;
}

void Inference::issue(std::string code, std::string message, uint32_t at, size_t length, std::string help) {
  for (const Problem& p : issues_)
    if (p.begin == at && p.code == code) return;   // the same place, typed twice
  issues_.push_back({std::move(code), std::move(message), at, at + static_cast<uint32_t>(std::max<size_t>(length, 1)), std::move(help)});
}

PgType Inference::constant(const Json& b) const {
  if (member(b, "ival")) return t_int4;
  if (member(b, "boolval")) return t_bool;
  if (member(b, "bsval")) return t_bit;
  const Json* number = member(b, "fval");
  if (!number) return t_unknown;
  const std::string digits = number->is_string() ? number->get<std::string>() : text_member(*number, "fval");
  const bool whole = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
  return whole && (digits.size() < 19 || (digits.size() == 19 && digits <= "9223372036854775807")) ? t_int8 : t_numeric;
}

std::vector<PgType> Inference::all(const Json* list, const Scope& scope) {
  std::vector<PgType> out;
  if (list)
    for (const auto& item : *list) out.push_back(infer(node_of(item), scope));
  return out;
}

PgType Inference::common(const std::vector<PgType>& types, uint32_t at, std::string_view what) {
  bool clash = false;
  const PgType t = common_type(types, clash);
  if (!clash) return t;
  std::vector<PgType> distinct;
  for (const PgType each : types)
    if (each != t_unknown && std::find(distinct.begin(), distinct.end(), each) == distinct.end()) distinct.push_back(each);
  issue("E0718", fmt::format("{} brings together what has no common type: {}.", what, spell(distinct)), at, what.size(), "Cast one side, as in `x::text`.");
  return none;
}

PgType Inference::infer(const Node& n, const Scope& scope) {
  if (!n) return none;
  const Json& b = *n.body;
  if (n.kind == "A_Const") return constant(b);
  if (n.kind == "ColumnRef") return column(b, scope);
  if (n.kind == "A_Expr") return operation(b, scope);
  if (n.kind == "FuncCall") return call(b, scope);
  if (n.kind == "TypeCast") {
    const Json* t = member(b, "typeName");
    const PgType to = t ? type_name(*t) : none;
    const Node arg = child(b, "arg");
    if (arg.kind == "A_ArrayExpr" && type_row(to).category == 'A' && to != none) return array_as(*arg.body, scope, to), to;
    const PgType from = infer(arg, scope);
    if (!t) return none;
    cast(b, from, to);
    return to;
  }
  if (n.kind == "ParamRef") {
    const int number = int_member(b, "number", 0);
    if (number < 1 || static_cast<size_t>(number) > typing_.params.size()) return none;
    const auto at = static_cast<size_t>(number) - 1;
    return type_of_hole(typing_.params[at], at < typing_.elements.size() ? typing_.elements[at] : SqlType::unknown);
  }
  if (n.kind == "BoolExpr") return all(member(b, "args"), scope), t_bool;
  if (n.kind == "NullTest" || n.kind == "BooleanTest") return infer(child(b, "arg"), scope), t_bool;
  if (n.kind == "SubLink") return sublink(b, scope);
  if (n.kind == "CollateClause") return infer(child(b, "arg"), scope);
  if (n.kind == "GroupingFunc") return all(member(b, "args"), scope), t_int4;
  if (n.kind == "CoalesceExpr" || n.kind == "MinMaxExpr") {
    const Json* args = member(b, "args");
    const PgType t = common(all(args, scope), place(b), n.kind == "CoalesceExpr" ? "COALESCE" : text_member(b, "op") == "IS_LEAST" ? "LEAST" : "GREATEST");
    if (args)
      for (const auto& item : *args) literal(node_of(item), t);
    return t;
  }
  if (n.kind == "A_ArrayExpr") {
    const auto elements = all(member(b, "elements"), scope);
    if (elements.empty()) return none;
    const PgType each = common(elements, place(b), "ARRAY");
    for (const auto& item : *member(b, "elements")) literal(node_of(item), each);
    return array_of(each);
  }
  if (n.kind == "CaseExpr") {
    std::vector<PgType> answers;
    answers.push_back(child(b, "defresult") ? infer(child(b, "defresult"), scope) : t_unknown);
    const Node subject = child(b, "arg");
    if (subject) infer(subject, scope);
    if (const Json* arms = member(b, "args"))
      for (const auto& arm : *arms)
        if (const Node when = node_of(arm)) {
          if (subject) infer(child(*when.body, "expr"), scope);
          else condition(child(*when.body, "expr"), scope, "WHEN");
          answers.push_back(infer(child(*when.body, "result"), scope));
        }
    const PgType t = common(answers, place(b), "CASE");
    literal(child(b, "defresult"), t);
    if (const Json* arms = member(b, "args"))
      for (const auto& arm : *arms)
        if (const Node when = node_of(arm)) literal(child(*when.body, "result"), t);
    return t;
  }
  if (n.kind == "SQLValueFunction") return values_function(b);
  if (n.kind == "A_Indirection") return indirection(b, scope);
  if (n.kind == "RowExpr") return all(member(b, "args"), scope), t_record;
  if (n.kind == "NamedArgExpr") return infer(child(b, "arg"), scope);
  if (n.kind == "XmlExpr") return all(member(b, "args"), scope), all(member(b, "named_args"), scope), text_member(b, "op") == "IS_DOCUMENT" ? t_bool : t_xml;
  if (n.kind == "ResTarget") return infer(child(b, "val"), scope);
  if (n.kind == "XmlSerialize") {
    infer(child(b, "expr"), scope);
    const Json* t = member(b, "typeName");
    return t ? type_name(*t) : none;
  }
  return none;
}

PgType Inference::values_function(const Json& b) const {
  const std::string op = text_member(b, "op");
  if (op == "SVFOP_CURRENT_DATE") return t_date;
  if (op.starts_with("SVFOP_CURRENT_TIMESTAMP")) return t_timestamptz;
  if (op.starts_with("SVFOP_LOCALTIMESTAMP")) return t_timestamp;
  if (op.starts_with("SVFOP_CURRENT_TIME")) return t_timetz;
  if (op.starts_with("SVFOP_LOCALTIME")) return t_time;
  return t_name;
}

PgType Inference::indirection(const Json& b, const Scope& scope) {
  PgType t = infer(child(b, "arg"), scope);
  const Json* list = member(b, "indirection");
  if (!list) return t;
  bool array = true, slice = false;
  for (const auto& item : *list) {
    const Node index = node_of(item);
    if (index.kind != "A_Indices") {
      array = false;
      continue;
    }
    infer(child(*index.body, "lidx"), scope);
    infer(child(*index.body, "uidx"), scope);
    slice = slice || member(*index.body, "is_slice");
  }
  if (!array) {
    const auto names = strings(list);
    auto parts = fields(child(b, "arg"), scope);
    for (const std::string& name : names) {
      if (!parts || name.empty()) return none;
      const auto found = std::find_if(parts->begin(), parts->end(), [&](const Column& c) { return c.name == name; });
      if (found == parts->end()) return none;
      t = found->type;
      parts = found->parts ? std::optional(*found->parts) : std::nullopt;
    }
    return t;
  }
  if (t == t_jsonb) return t_jsonb;
  return slice || element_of(t) == t ? (slice ? t : none) : element_of(t);
}

// The columns of an expression that is a row, where they are known.
std::optional<std::vector<Inference::Column>> Inference::fields(const Node& n, const Scope& scope) {
  if (!n) return std::nullopt;
  const Json& b = *n.body;
  if (n.kind == "ColumnRef") {
    const auto names = strings(member(b, "fields"));
    for (const Scope* s = &scope; s; s = s->outer) {
      if (const Column* c = local(b, *s).second) return c->parts ? std::optional(*c->parts) : std::nullopt;
      for (const Relation& r : s->relations)
        if (names.size() == 1 && r.qualified && r.alias == names[0]) return r.open ? std::nullopt : std::optional(r.columns);
    }
    return std::nullopt;
  }
  if (n.kind == "FuncCall") {
    const auto names = strings(member(b, "funcname"));
    const auto answers = names.size() == 1 || (names.size() == 2 && names[0] == "pg_catalog") ? answer_columns(names.back(), version_) : std::string_view();
    return answers.empty() ? std::nullopt : std::optional(known(answers));
  }
  if (n.kind == "RowExpr") {
    std::vector<Column> out;
    const auto before = issues_.size();
    for (const PgType t : all(member(b, "args"), scope)) out.push_back({fmt::format("f{}", out.size() + 1), t == t_unknown ? t_text : t});
    issues_.resize(before);
    return out;
  }
  if (n.kind == "TypeCast") {
    const Json* t = member(b, "typeName");
    const auto names = t ? strings(member(*t, "names")) : std::vector<std::string>();
    if (names.empty() || !typing_.schema) return std::nullopt;
    for (const SchemaRelation& r : typing_.schema->relations)
      if (r.name == names.back() && r.schema == (names.size() > 1 ? names.front() : "public")) {
        std::vector<Column> out;
        for (const SchemaColumn& c : r.columns) out.push_back({c.name, written_type(c.type)});
        return out;
      }
  }
  return std::nullopt;
}

PgType Inference::sublink(const Json& b, const Scope& scope) {
  const std::string kind = text_member(b, "subLinkType");
  if (const Node test = child(b, "testexpr")) infer(test, scope);
  const Rows r = rows(child(b, "subselect"), &scope);
  const Node compared = child(b, "testexpr");
  const Json* several_compared = compared.kind == "RowExpr" ? member(*compared.body, "args") : nullptr;
  const size_t wanted = kind == "EXPR_SUBLINK" || kind == "ARRAY_SUBLINK" ? 1 : kind == "ANY_SUBLINK" || kind == "ALL_SUBLINK" ? (several_compared ? several_compared->size() : 1) : r.columns.size();
  if (!r.open && r.columns.size() != wanted)
    issue("E0719", fmt::format("This subquery answers {} columns, and {} {} wanted.", r.columns.size(), wanted, wanted == 1 ? "is" : "are"), place(b), 1, "Answer as many columns as it is compared with.");
  if (kind != "EXPR_SUBLINK" && kind != "ARRAY_SUBLINK") return kind == "MULTIEXPR_SUBLINK" ? none : t_bool;
  if (r.columns.size() != 1 || r.open) return none;
  return kind == "ARRAY_SUBLINK" ? array_of(r.columns[0].type) : r.columns[0].type;
}

// Operators that the bundled extensions (pg_trgm, intarray, btree_gist, cube, earthdistance) give to PostgreSQL's own types.
static constexpr std::string_view kOfExtensions[] = {"#", "%", "%>", "%>>", "&", "&&", "+", "-", "<%", "<->", "<->>", "<->>>", "<<%", "<<->", "<<<->", "<@", "<@>", "@>", "|"};

PgType Inference::operation(const Json& b, const Scope& scope) {
  const std::string kind = text_member(b, "kind");
  const auto names = strings(member(b, "name"));
  const Node left = child(b, "lexpr"), right = child(b, "rexpr");
  const PgType l = left ? infer(left, scope) : none;
  // The right side of IN and BETWEEN is a list.
  const Json* r_list = right.kind == "List" ? member(*right.body, "items") : nullptr;
  const bool list = r_list != nullptr || right.kind == "RowExpr";
  const std::vector<PgType> each = r_list ? all(r_list, scope) : std::vector<PgType>();
  const PgType r = r_list ? none : right ? infer(right, scope) : none;
  if (names.empty() || (names.size() > 1 && names.front() != "pg_catalog")) return kind == "AEXPR_OP" ? none : t_bool;
  const std::string& op = names.back();
  const auto refuse = [&](PgType one, PgType other) {
    if ((left && one == none) || other == none) return;
    if (typing_.schema && std::any_of(typing_.schema->operators.begin(), typing_.schema->operators.end(), [&](const SchemaOperator& o) { return o.name == op; })) return;   // theirs may fit
    const bool counts = op == "+" || op == "-" || op == "&" || op == "|" || op == "#";   // of extensions on arrays only
    const bool array = type_row(one).category == 'A' || type_row(other).category == 'A' || type_row(one).category == 'U' || type_row(other).category == 'U';
    if ((!counts || array) && std::find(std::begin(kOfExtensions), std::end(kOfExtensions), op) != std::end(kOfExtensions)) return;
    if (counts && type_row(one).category == 'D' && type_row(other).category == 'N') {
      issue("E0717", fmt::format("`{} {} {}` is nothing PostgreSQL knows.", spell(one), op, spell(other)), place(b), op.size(), "A length of time has a unit: write `interval '7 days'`.");
      return;
    }
    const bool text = (type_row(one).category == 'S') != (type_row(other).category == 'S') && left;
    issue("E0717", left ? fmt::format("`{} {} {}` is nothing PostgreSQL knows.", spell(one), op, spell(other)) : fmt::format("`{} {}` is nothing PostgreSQL knows.", op, spell(other)), place(b), op.size(),
          text ? "Cast one side, as in `x::text`." : "Cast one side to the type of the other.");
  };
  if (kind == "AEXPR_IN" || kind == "AEXPR_OP_ANY" || kind == "AEXPR_OP_ALL") {
    const auto against = r_list ? each : element_of(r) != r && r != none ? std::vector<PgType>{element_of(r)} : std::vector<PgType>();
    for (const PgType other : against)
      if (l != t_record && other != t_record && resolve_operator(op, false, l, other, version_).fit == Fit::nothing) refuse(l, other);
    if (r_list && std::all_of(each.begin(), each.end(), [&](PgType t) { return t == t_unknown || t == l; }))
      for (const auto& item : *r_list) literal(node_of(item), l);
    if (r_list)
      for (const auto& item : *r_list) label(node_of(item), enum_of(left, scope));
    return t_bool;
  }
  if (list && kind != "AEXPR_OP" && kind != "AEXPR_DISTINCT" && kind != "AEXPR_NOT_DISTINCT") return t_bool;
  if (kind == "AEXPR_BETWEEN" || kind == "AEXPR_NOT_BETWEEN" || kind == "AEXPR_BETWEEN_SYM" || kind == "AEXPR_NOT_BETWEEN_SYM") return t_bool;
  if (l == t_record || r == t_record) return kind == "AEXPR_OP" && op != "=" && op != "<>" && op != "<" && op != ">" && op != "<=" && op != ">=" ? none : t_bool;
  const Resolved found = resolve_operator(op, !left, l, r, version_);
  if (found.fit == Fit::nothing) refuse(l, r);
  if (found.fit == Fit::found && found.right != none) {
    literal(left, found.left);
    literal(right, found.right);
  }
  if (op == "=" || op == "<>" || op == "!=") {
    label(right, enum_of(left, scope));
    label(left, enum_of(right, scope));
  }
  if (kind == "AEXPR_NULLIF") return found.left;
  return kind == "AEXPR_OP" ? found.result : t_bool;
}

void Inference::judge_functions(const Json& b, const std::vector<std::string>& names, const std::vector<PgType>& args, const Resolved& resolved) {
  // Only what is sent with `pg_catalog.` before it is surely PostgreSQL's own.
  if (resolved.fit != Fit::nothing || (args.size() == 1 && find_type(names.back()) != none) || names.size() > 2 || (names.size() == 2 && names[0] != "pg_catalog")) return;
  bool looks = false, counted = false;
  for (const ProcRow& row : find_procs(names.back())) {
    looks = looks || (row.looks && !row.extension);
    counted = counted || row.variadic || (args.size() <= row.count && args.size() + row.defaults >= row.count);
  }
  if ((!looks && !typing_.schema) || (!counted && !typing_.schema && names.size() == 1) || (counted && std::find(args.begin(), args.end(), none) != args.end())) return;
  std::set<std::string> takes;
  for (const ProcRow& row : find_procs(names.back()))
    if ((row.count == args.size() || !counted) && !row.variadic) takes.insert(spell(std::vector<PgType>(row.args, row.args + row.count)));
  std::string help;
  size_t n = 0;
  for (const std::string& one : takes)
    if (n++ < 4) help += (help.empty() ? "It takes (" : ", (") + one + ")";
  const std::string given = std::find(args.begin(), args.end(), none) != args.end() ? fmt::format("{} argument{}", args.size(), args.size() == 1 ? "" : "s") : fmt::format("({})", spell(args));
  issue("E0716", fmt::format("`{}` takes no {}.", names.back(), given), place(b), names.back().size(), help.empty() ? "" : help + (takes.size() > 4 ? " …" : "."));
}

PgType Inference::call(const Json& b, const Scope& scope) {
  const auto names = strings(member(b, "funcname"));
  std::vector<PgType> args = all(member(b, "args"), scope);
  bool named = false;
  if (const Json* list = member(b, "args"))
    for (const auto& a : *list) named = named || node_of(a).kind == "NamedArgExpr";
  if (const Json* order = member(b, "agg_order"))
    for (const auto& item : *order)
      if (const Node by = node_of(item)) {
        const PgType t = infer(child(*by.body, "node"), scope);
        if (member(b, "agg_within_group")) args.push_back(t);
      }
  if (const Node filter = child(b, "agg_filter")) condition(filter, scope, "FILTER");
  if (const Json* over = member(b, "over")) {
    all(member(*over, "partitionClause"), scope);
    if (const Json* order = member(*over, "orderClause"))
      for (const auto& item : *order)
        if (const Node by = node_of(item)) infer(child(*by.body, "node"), scope);
  }
  if (names.empty() || names.size() > 2) return none;
  const bool ours = names.size() == 1 || names[0] == "pg_catalog";
  std::vector<Candidate> others;
  if (typing_.schema)
    for (const SchemaFunction& f : typing_.schema->functions) {
      if (f.name != names.back() || (names.size() == 2 && f.schema != names[0])) continue;
      Candidate c;
      for (const std::string& a : f.args) c.args.push_back(written_type(a));
      c.result = written_type(f.result);
      others.push_back(std::move(c));
    }
  if (!ours && others.empty()) return none;
  if (find_procs(names.back()).empty() && others.empty()) {
    if (const PgType t = find_type(names.back()); t != none && ours && args.size() == 1) return t;   // a cast that looks like a call
    if (args.size() != 1 || args[0] != t_record) unknown_function(b, names);                         // `f(row)` may be its column
    return none;
  }
  if (!ours) {
    // Only those of the snapshot: the name is not PostgreSQL's.
    PgType result = others[0].result;
    for (const Candidate& c : others)
      if (c.result != result) result = none;
    return result;
  }
  const bool placed = stands(b, names, scope);
  const Resolved found = resolve_function(names.back(), args, named, member(b, "func_variadic") != nullptr, version_, others);
  if (const Json* list = member(b, "args"); list && !named && found.fit == Fit::found && found.params.size() >= list->size())
    for (size_t i = 0; i < list->size(); ++i) literal(node_of((*list)[i]), found.params[i]);
  if (placed && !named && !member(b, "func_variadic") && others.empty()) judge_functions(b, names, args, found);
  return found.result;
}

// `ARRAY[…]::t[]`: each element is read as `t`.
void Inference::array_as(const Json& b, const Scope& scope, PgType type) {
  if (const Json* elements = member(b, "elements"))
    for (const auto& item : *elements) {
      const Node one = node_of(item);
      if (one.kind == "A_ArrayExpr") array_as(*one.body, scope, type);
      else infer(one, scope), literal(one, element_of(type));
    }
}

void Inference::unknown_function(const Json& b, const std::vector<std::string>& names) {
  if (!typing_.schema || names.size() != 1) return;
  for (const std::string_view ending : {"in", "out", "recv", "send"})   // of types, which nobody calls and the tables leave out
    if (names[0].ends_with(ending)) return;
  std::vector<std::string_view> known = proc_names();
  for (const SchemaFunction& f : typing_.schema->functions) known.push_back(f.name);
  const std::string_view elsewhere = habit_of_function(names[0]);
  const std::string near = elsewhere.empty() ? nearest(names[0], known) : std::string(elsewhere);
  issue("W0730", fmt::format("The snapshot{} has no function `{}`.", typing_.schema->path.empty() ? "" : fmt::format(" `{}`", typing_.schema->path), names[0]), place(b), names[0].size(),
        (near.empty() ? std::string() : fmt::format("Did you mean `{}`? ", near)) + "The snapshot may be old.");
}

const SchemaType* Inference::enum_of(const Node& n, const Scope& scope) const {
  if (n.kind != "ColumnRef") return nullptr;
  for (const Scope* s = &scope; s; s = s->outer)
    if (const auto found = local(*n.body, *s).second) return found->own;
  return nullptr;
}

bool Inference::casts_of_their_own(PgType from, PgType to) const {
  return typing_.schema && std::any_of(typing_.schema->casts.begin(), typing_.schema->casts.end(), [&](const SchemaCast& c) { return c.source == type_row(from).name && c.target == type_row(to).name; });
}

// A type that is nearly one of PostgreSQL's, and that nothing in the snapshot is of.
void Inference::unknown_type(const Json& name) {
  const auto names = strings(member(name, "names"));
  if (!typing_.schema || names.size() != 1) return;
  const auto of = [&](const std::string& type) { return type.ends_with("." + names[0]) || type.ends_with("." + names[0] + "[]"); };
  for (const SchemaRelation& r : typing_.schema->relations)
    if (r.name == names[0] || std::any_of(r.columns.begin(), r.columns.end(), [&](const SchemaColumn& c) { return of(c.type); })) return;
  for (const SchemaFunction& f : typing_.schema->functions)
    if (of(f.result) || std::any_of(f.args.begin(), f.args.end(), of)) return;
  for (const SchemaType& t : typing_.schema->types)
    if (t.name == names[0]) return;
  std::vector<std::string_view> known;
  for (const std::string_view each : {"bigint", "boolean", "date", "double precision", "inet", "int", "integer", "interval", "json", "jsonb", "numeric", "real", "regclass", "smallint", "text", "time", "timestamp", "timestamptz", "uuid", "varchar"}) known.push_back(each);
  const std::string near = nearest(names[0], known);
  // A composite type of one's own is in no snapshot: only what is a slip of one letter, or two that changed places.
  int letters[256] = {};
  for (const char c : near) ++letters[static_cast<unsigned char>(c)];
  for (const char c : names[0]) --letters[static_cast<unsigned char>(c)];
  int others = 0;
  for (const int n : letters) others += n < 0 ? -n : n;
  if (!near.empty() && others <= 2) issue("W0730", fmt::format("Neither PostgreSQL nor the snapshot{} has a type `{}`.", typing_.schema->path.empty() ? "" : fmt::format(" `{}`", typing_.schema->path), names[0]), place(name), names[0].size(), fmt::format("Did you mean `{}`?", near));
}

// A literal is read as the type; of two known types the one must become the other.
void Inference::cast(const Json& b, PgType from, PgType to) {
  const Node arg = child(b, "arg");
  literal(arg, to);
  if (to == none) unknown_type(*member(b, "typeName"));
  if (to == t_anyenum && typing_.schema) {
    const auto names = strings(member(*member(b, "typeName"), "names"));
    for (const SchemaType& t : typing_.schema->types)
      if (!names.empty() && t.name == names.back() && t.base.empty() && (names.size() == 1 || t.schema == names.front())) label(arg, &t);
  }
  const auto of_text = [](PgType t) { return type_row(t).category == 'S'; };
  if (from == none || to == none || from == t_unknown || from == to || of_text(from) || of_text(to) || cast_context(from, to) != 0) return;
  for (const PgType t : {from, to})
    if (type_row(t).category == 'A' || type_row(t).category == 'P' || type_row(t).category == 'X' || t == t_anyenum || t == t_record) return;
  if (casts_of_their_own(from, to)) return;
  const bool seconds = to == t_interval && type_row(from).category == 'N', epoch = type_row(from).category == 'D' && type_row(to).category == 'N', length = from == t_interval && type_row(to).category == 'N';
  issue("E0717", fmt::format("{} does not become {}.", spell(from), spell(to)), place(b), 2,
        seconds ? "For seconds: `make_interval(secs => x)`." : epoch || length ? "For seconds: `extract(epoch from x)`." : "There is no cast from the one to the other.");
}

PgType Inference::column(const Json& ref, const Scope& scope) {
  const Json* fields = member(ref, "fields");
  if (!fields || fields->empty()) return none;
  const auto names = strings(fields);
  if (node_of(fields->back()).kind == "A_Star" || names.size() > 3) return none;
  const std::string& name = names.back();
  const std::string alias = names.size() > 1 ? names[names.size() - 2] : std::string();
  bool alias_seen = false, open_seen = false;
  for (const Scope* s = &scope; s; s = s->outer) {
    const Column* found = nullptr;
    const Relation* of = nullptr;
    int times = 0;
    bool open = false;
    for (const Relation& r : s->relations) {
      if (alias.empty() ? !r.plain : !r.qualified || r.alias != alias) continue;
      alias_seen = alias_seen || !alias.empty();
      open = open || r.open;
      for (const Column& c : r.columns)
        if (c.name == name && (version_ == 0 || (c.since <= version_ && version_ <= c.until))) {
          if (!(found && of == &r && found->type != c.type && (c.since || c.until != 99))) ++times;   // one column whose type differs by version
          else return none;
          found = &c;
          of = &r;
        }
    }
    if (times > 1) {
      std::string among;
      for (const Relation& r : s->relations)
        if (r.plain && !r.alias.empty() && std::any_of(r.columns.begin(), r.columns.end(), [&](const Column& c) { return c.name == name; })) among += fmt::format("{}`{}.{}`", among.empty() ? "" : " or ", r.alias, name);
      for (const Relation& r : s->relations)
        if (among.empty() && r.qualified && !r.alias.empty() && std::any_of(r.columns.begin(), r.columns.end(), [&](const Column& c) { return c.name == name; })) among = fmt::format("`{}.{}`", r.alias, name);
      issue("E0714", fmt::format("Which `{}` is meant?", name), place(ref), name.size(), among.empty() ? "Give them different names." : fmt::format("Write {}.", among));
      return none;
    }
    if (found) {
      versions(*found, *of, place(ref));
      return found->type;
    }
    for (const Relation& r : s->relations) {
      if (alias.empty() ? r.alias == name && r.qualified : r.alias == alias && r.table)
        if (const PgType t = alias.empty() ? r.whole : of_system_column(name); t != none) return t;   // a whole row, or what every table has
      if (alias.empty() && r.table && of_system_column(name) != none) return of_system_column(name);
    }
    open_seen = open_seen || open;
    if (open || (alias_seen && !alias.empty())) break;
  }
  const auto called = [&](const SchemaFunction& f) { return f.name == name && f.args.size() == 1; };   // `row.f` may mean `f(row)`
  if (names.size() == 2 && typing_.schema && std::any_of(typing_.schema->functions.begin(), typing_.schema->functions.end(), called)) return none;
  if (!open_seen && names.size() <= 2) unknown_column(names, scope, place(ref));
  return none;
}

void Inference::versions(const Column& c, const Relation& r, uint32_t at) {
  if (version_ != 0 || (c.since == 0 && c.until == 99)) return;
  issue("W0731", fmt::format("`{}` of `{}` is there {}.", c.name, r.shown, c.since && c.until != 99 ? fmt::format("in PostgreSQL {} to {} only", c.since, c.until)
                             : c.since ? fmt::format("since PostgreSQL {} only", c.since) : fmt::format("up to PostgreSQL {} only", c.until)),
        at, c.name.size(), "A server of another version refuses the statement.");
}

void Inference::unknown_column(const std::vector<std::string>& names, const Scope& scope, uint32_t at) {
  const std::string& name = names.back();
  std::vector<std::string_view> known;
  std::string among, elsewhere;
  const Relation* only = nullptr;
  for (const Scope* s = &scope; s; s = s->outer)
    for (const Relation& r : s->relations) {
      if (names.size() == 2) {
        if (r.alias != names[0] && r.real == names[0] && !r.alias.empty()) elsewhere = fmt::format("`{}` is called `{}` here: write `{}.{}`.", names[0], r.alias, r.alias, name);
        if (r.alias != names[0]) continue;
      }
      if (names.size() == 1 && !r.plain) continue;
      only = only ? only : &r;
      for (const Column& c : r.columns) known.push_back(c.name);
    }
  const size_t length = names.size() == 2 ? names[0].size() + 1 + name.size() : name.size();
  if (names.size() == 2 && !only) {
    std::vector<std::string_view> aliases;
    for (const Scope* s = &scope; s; s = s->outer)
      for (const Relation& r : s->relations)
        if (r.qualified && !r.alias.empty()) aliases.push_back(r.alias);
    const std::string near = nearest(names[0], aliases);
    issue("E0715", fmt::format("`{}` is no table of this FROM.", names[0]), at, names[0].size(), !elsewhere.empty() ? elsewhere : !near.empty() ? fmt::format("Did you mean `{}`?", near) : "");
    return;
  }
  const std::string near = nearest(name, known);
  std::string help = near.empty() ? std::string() : fmt::format("Did you mean `{}`?", near);
  if (help.empty() && known.size() <= 12)
    for (const auto k : known) help += (help.empty() ? "There is `" : ", `") + std::string(k) + "`";
  if (help.starts_with("There")) help += ".";
  if (!only) issue("E0713", fmt::format("There is no FROM that could have a column `{}`.", name), at, length, "For a text, write it in single quotes.");
  else issue("E0713", fmt::format("`{}` has no column `{}`.", only->shown.empty() ? only->alias : only->shown, name), at, length, std::move(help));
}

}  // namespace rbc::embedded::sql_detail
