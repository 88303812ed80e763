#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_catalogue.hpp"
#include "grammar/embedded/sql_inference.hpp"
#include "grammar/embedded/sql_stages.hpp"

namespace rbc::embedded::sql_detail {

bool refused_kind(std::string_view k) {
  static constexpr std::string_view kRefused[] = {"TransactionStmt", "VariableSetStmt", "DiscardStmt",   "PrepareStmt", "ExecuteStmt",
                                                  "DeallocateStmt",  "DeclareCursorStmt", "FetchStmt",   "ClosePortalStmt", "ListenStmt",
                                                  "UnlistenStmt",    "CopyStmt",        "LoadStmt",      "DoStmt",      "ConstraintsSetStmt"};
  return std::find(std::begin(kRefused), std::end(kRefused), k) != std::end(kRefused);
}
namespace reach_detail {

struct Utility {
  std::string_view kind;  // a final * is any ending
  std::string_view what;
  SqlLevel level;
  bool repeatable;
  bool slow;
};
constexpr Utility kUtilities[] = {
    {"DropStmt", "drops it for good", SqlLevel::destroys, false, false},
    {"Drop*", "drops it for good", SqlLevel::destroys, false, false},
    {"TruncateStmt", "empties tables", SqlLevel::destroys, false, false},
    {"IndexStmt", "builds an index", SqlLevel::changes, false, true},
    {"ReindexStmt", "rebuilds indexes", SqlLevel::changes, true, true},
    {"ClusterStmt", "rewrites tables", SqlLevel::changes, true, true},
    {"RefreshMatViewStmt", "fills the view again", SqlLevel::changes, true, true},
    {"GrantStmt", "changes rights", SqlLevel::changes, true, false},
    {"GrantRoleStmt", "changes rights", SqlLevel::changes, true, false},
    {"CheckPointStmt", "writes a checkpoint", SqlLevel::changes, true, false},
    {"NotifyStmt", "wakes the listeners of a channel", SqlLevel::changes, false, false},
    {"LockStmt", "locks tables", SqlLevel::changes, false, false},
    {"CallStmt", "runs a procedure", SqlLevel::changes, false, false},
    {"AlterSystemStmt", "changes the server's settings", SqlLevel::changes, true, false},
    {"Create*", "makes something new", SqlLevel::changes, false, false},
    {"Alter*", "changes what is there", SqlLevel::changes, false, false},
};
// One walk over a tree: what it reaches by name, what it does, and the parameters in it.
class Reach {
 public:
  Reach(const Substituted& text, const Scan& scan, const Schema* schema, SqlStatement& out) : text_(text), scan_(scan), schema_(schema), out_(out) {}

  Reached found;

  void statement(const Node& s, bool executed) {
    executed_ = executed;
    collect_with(*s.body);
    if (executed) changes_of(s.kind, *s.body, 0);
    walk(*s.body);
  }

  void raise(SqlLevel level, std::string culprit, std::string_view what, uint32_t begin, uint32_t end, bool known = true) {
    SqlEffect& e = out_.effect;
    if (level <= e.level) return;
    e.level = level;
    e.sentence = known ? fmt::format("`{}` {}", culprit, what) : fmt::format("nothing says that `{}` only looks", culprit);
    e.culprit = std::move(culprit);
    e.known = known;
    e.begin = text_.original(begin);
    e.end = end > begin ? text_.original(end - 1) + 1 : e.begin;
  }

  void raise_at_word(SqlLevel level, std::string_view word, uint32_t from, std::string culprit, std::string_view what) {
    for (const auto& w : scan_.words)
      if (w.begin >= from && w.word == word) return raise(level, std::move(culprit), what, w.begin, w.end);
    raise(level, std::move(culprit), what, from, from);
  }

 private:
  // Common table expressions hide relations of their name.
  void collect_with(const Json& value) {
    if (value.is_array()) {
      for (const auto& v : value) collect_with(v);
    } else if (value.is_object()) {
      for (auto it = value.begin(); it != value.end(); ++it) {
        if (it.key() == "CommonTableExpr") with_.insert(text_member(it.value(), "ctename"));
        collect_with(it.value());
      }
    }
  }

  static bool constant_only(const Json& value) {
    if (value.is_array()) {
      for (const auto& v : value)
        if (!constant_only(v)) return false;
    } else if (value.is_object()) {
      for (auto it = value.begin(); it != value.end(); ++it) {
        if (it.key() == "ColumnRef" || it.key() == "SubLink" || it.key() == "FuncCall" || it.key() == "ParamRef" || it.key() == "CurrentOfExpr") return false;
        if (!constant_only(it.value())) return false;
      }
    }
    return true;
  }

  // What a data-changing statement does, wherever it stands.
  void changes_of(std::string_view kind, const Json& body, uint32_t from) {
    if (kind == "InsertStmt") raise_at_word(SqlLevel::changes, "insert", from, "insert", "adds rows");
    if (kind == "MergeStmt") raise_at_word(SqlLevel::changes, "merge", from, "merge", "changes rows");
    if (kind != "UpdateStmt" && kind != "DeleteStmt") return;
    const std::string word = kind == "UpdateStmt" ? "update" : "delete";
    const Json* where = member(body, "whereClause");
    if (where && !constant_only(*where)) raise_at_word(SqlLevel::changes, word, from, word, kind == "UpdateStmt" ? "changes rows" : "deletes rows");
    else raise_at_word(SqlLevel::destroys, word, from, word + " without where", kind == "UpdateStmt" ? "changes every row" : "deletes every row");
  }

  void walk(const Json& value) {
    if (value.is_array()) {
      for (const auto& v : value) walk(v);
      return;
    }
    if (!value.is_object()) return;
    for (auto it = value.begin(); it != value.end(); ++it) {
      const std::string& key = it.key();
      const Json& v = it.value();
      if (v.is_object()) {
        if (key == "FuncCall" || key == "funccall") function(v);
        else if (key == "RangeVar" || ((key == "relation" || key == "rel") && member(v, "relname"))) relation(v);
        else if (key == "TypeName" || key == "typeName") type(v);
        else if (key == "A_Expr") operation(v);
        else if (key == "SubLink" && text_member(v, "subLinkType") == "ANY_SUBLINK" && !member(v, "operName")) add(SqlNameKind::op, {}, "=", place(v), 0).known = true;
        else if (key == "SubLink") named_operator(member(v, "operName"), place(v));
        else if (key == "CaseExpr" && member(v, "arg")) add(SqlNameKind::op, {}, "=", place(v), 0).known = true;
        else if (key == "JoinExpr" && (member(v, "usingClause") || member(v, "isNatural"))) add(SqlNameKind::op, {}, "=", 0, 0).known = true;
        else if (key == "ColumnRef") qualified_column(v);
        else if (key == "A_Indirection") {
          for (const std::string& name : strings(member(v, "indirection"))) field(name, 0);
        } else if (key == "ParamRef") ++found.params[int_member(v, "number", 0)];
        else if (key == "TypeCast") prefix_cast(v);
        else if (key == "SortBy") {
          if (child(v, "node").kind == "ParamRef") found.ordered_by.push_back(int_member(*child(v, "node").body, "number", 0));
          named_operator(member(v, "useOp"), place(v));
        }
        else if (key == "intoClause") raise_at_word(SqlLevel::changes, "into", 0, "select into", "makes a table");
        else if (key == "RangeTableSample") sample(v);
        else if (executed_ && key.ends_with("Stmt") && key != "SelectStmt") changes_of(key, v, cte_at_);
        if (key == "CommonTableExpr") cte_at_ = static_cast<uint32_t>(std::max(0, int_member(v, "location", 0)));
      }
      if (key == "lockingClause" && !v.empty()) lock();
      walk(v);
    }
  }

  void lock() {
    for (size_t i = 0; i + 1 < scan_.words.size(); ++i) {
      const auto& w = scan_.words[i];
      const auto& n = scan_.words[i + 1].word;
      if (w.word == "for" && (n == "update" || n == "share" || n == "no" || n == "key")) return raise(SqlLevel::changes, "for " + n, "locks rows", w.begin, scan_.words[i + 1].end);
    }
    raise(SqlLevel::changes, "for update", "locks rows", 0, 0);
  }

  void prefix_cast(const Json& body) {
    const Node arg = child(body, "arg");
    const Json* t = member(body, "typeName");
    if (arg.kind == "ParamRef" && t && int_member(*t, "location", 0) < int_member(*arg.body, "location", 0)) found.misplaced.push_back(int_member(*arg.body, "number", 0));
  }

  void sample(const Json& body) {
    const auto method = strings(member(body, "method"));
    const bool known = (method.size() == 1 || (method.size() == 2 && method[0] == "pg_catalog")) && (method.back() == "system" || method.back() == "bernoulli");
    if (known || method.empty()) return;
    const auto at = place(body);
    raise(SqlLevel::changes, method.back(), {}, at, at, false);
  }

  static uint32_t place(const Json& body) { return static_cast<uint32_t>(std::max(0, int_member(body, "location", 0))); }

  SqlName& add(SqlNameKind kind, std::string schema, std::string name, uint32_t at, size_t length) {
    SqlName n;
    n.kind = kind;
    n.schema = std::move(schema);
    n.name = std::move(name);
    n.begin = text_.original(at);
    n.end = text_.original(static_cast<uint32_t>(at + (length ? length - 1 : 0))) + (length ? 1 : 0);
    out_.names.push_back(std::move(n));
    return out_.names.back();
  }

  // Whether every overload of the name that takes so many arguments only looks.
  struct Judged {
    bool looks = false, extension = false;
  };
  static Judged judge(std::string_view name, size_t count, bool variadic, bool own) {
    Judged j;
    bool any = false, all = true;
    for (const ProcRow& row : find_procs(name)) {
      if (own && row.extension) continue;
      const bool fits = variadic || (count <= row.count && count + row.defaults >= row.count) || (row.variadic && count + 1 >= row.count);
      if (!fits) continue;
      any = true;
      all = all && row.looks;
      j.extension = j.extension || row.extension;
    }
    j.looks = any && all;
    return j;
  }

  void function(const Json& body) {
    const auto names = strings(member(body, "funcname"));
    if (names.empty()) return;
    const Json* args = member(body, "args");
    const Json* order = member(body, "agg_within_group") ? member(body, "agg_order") : nullptr;
    const int count = (args ? static_cast<int>(args->size()) : 0) + (order ? static_cast<int>(order->size()) : 0);
    const uint32_t at = place(body);
    const std::string& name = names.back();
    const bool synthetic = text_member(body, "funcformat") == "COERCE_SQL_SYNTAX";
    const std::string schema = names.size() > 1 ? names[names.size() - 2] : std::string();
    if (synthetic && name == "extract" && count > 0)
      if (const Node first = node_of(args->front()); first.kind == "ParamRef") found.misplaced.push_back(int_member(*first.body, "number", 0));
    const std::string shown = schema.empty() || schema == "pg_catalog" ? name : schema + "." + name;
    const uint32_t length = written_length(at, names);
    SqlName& n = add(SqlNameKind::function, schema, name, at, length);
    n.args = count;
    const bool own = schema == "pg_catalog";
    const bool variadic = member(body, "func_variadic") != nullptr;
    Judged j = names.size() <= 2 && schema != "information_schema" ? judge(name, static_cast<size_t>(count), variadic, own) : Judged{};
    // PostgreSQL's own function of that name, if it has one, and not an extension's.
    if (j.extension && schema.empty())
      if (const Judged ours = judge(name, static_cast<size_t>(count), variadic, true); ours.looks) j = ours;
    if (count == 1 && (schema.empty() || own) && find_procs(name).empty() && find_type(name) != PgType::none) j.looks = true;   // a cast that looks like a call
    n.known = j.looks && (schema.empty() || own || j.extension);
    n.extension = n.known && j.extension;
    if (n.known) {
      if (!n.extension && schema.empty() && !synthetic) found.qualify.push_back(at);
      return;
    }
    const ChangeRow* change = find_change(name);
    if (change) return raise(change->level, shown, change->what, at, at + length);
    if (out_.effect.level == SqlLevel::looks && schema.empty()) {
      const auto procs = find_procs(name);
      if (procs.empty()) out_.effect.near = habit_of_function(name).empty() ? nearest(name, proc_names()) : std::string(habit_of_function(name));
      else if (procs[0].looks && !procs[0].extension && procs[0].count != count) out_.effect.near = fmt::format("{}({})", name, spell(std::vector<PgType>(procs[0].args, procs[0].args + procs[0].count)));
    }
    raise(SqlLevel::changes, shown, of_snapshot(schema, name) ? "is a function of your own, and nothing says what it does" : "", at, at + length, false);
  }

  bool of_snapshot(const std::string& schema, const std::string& name) const {
    if (!schema_) return false;
    return std::any_of(schema_->functions.begin(), schema_->functions.end(), [&](const auto& f) { return f.name == name && (schema.empty() || f.schema == schema); });
  }

  // The first of these functions (`schema.name`) that is not known to look, or empty.
  std::string suspect(const std::vector<std::string>& calls) const {
    for (const std::string& call : calls) {
      const size_t dot = call.find('.');
      const std::string schema = call.substr(0, dot), name = dot == std::string::npos ? std::string() : call.substr(dot + 1);
      bool any = false, all = true;
      const auto theirs = std::find_if(schema_->functions.begin(), schema_->functions.end(), [&](const auto& f) { return f.schema == schema && f.name == name; });
      const bool extension = theirs != schema_->functions.end() && !theirs->extension.empty();
      for (const ProcRow& row : find_procs(name))
        if (row.extension == extension) any = true, all = all && row.looks;
      if (!any || !all || (schema != "pg_catalog" && !extension)) return call;
    }
    return {};
  }

  // How many bytes of the text at `at` are the name as written without quotes; 0 when it is not written there.
  uint32_t written_length(uint32_t at, const std::vector<std::string>& names) const {
    std::string all;
    for (const auto& n : names) all += (all.empty() ? "" : ".") + n;
    for (const std::string& form : {all, names.back()})
      if (lower(text_.text.substr(at, form.size())) == form) return static_cast<uint32_t>(form.size());
    return 0;
  }

  void relation(const Json& body) {
    const std::string name = text_member(body, "relname"), schema = text_member(body, "schemaname");
    if (name.empty()) return;
    const uint32_t at = place(body);
    const size_t length = schema.empty() ? name.size() : schema.size() + 1 + name.size();
    SqlName& n = add(SqlNameKind::relation, schema, name, at, length);
    n.hidden = schema.empty() && with_.contains(name);
    n.catalogue = find_relation(schema, name) != nullptr;
    n.known = n.catalogue;
    if (n.known || n.hidden || !schema_) return;
    for (const SchemaRelation& r : schema_->relations) {
      if (r.name != name || r.schema != (schema.empty() ? "public" : schema)) continue;
      n.known = true;
      if (r.kind == SchemaKind::foreign) raise(SqlLevel::changes, name, "is a table of another server, where nothing says what reading it does", at, at + static_cast<uint32_t>(length));
      else if (const std::string call = suspect(r.calls); !call.empty()) raise(SqlLevel::changes, name, fmt::format("calls `{}`, which may change something", call), at, at + static_cast<uint32_t>(length));
    }
  }

  void type(const Json& body) {
    const auto names = strings(member(body, "names"));
    if (names.empty()) return;
    const uint32_t at = place(body);
    SqlName& n = add(SqlNameKind::type, names.size() > 1 ? names.front() : std::string(), names.back(), at, 0);
    n.known = (names.size() == 1 || names.front() == "pg_catalog") && find_type(names.back()) != PgType::none;
    if (n.known || !schema_) return;
    for (const SchemaType& t : schema_->types)
      if (t.name == names.back() && (names.size() == 1 || t.schema == names.front()))
        if (const std::string call = suspect(t.calls); !call.empty())
          raise(SqlLevel::changes, names.back(), fmt::format("checks its values with `{}`, which may change something", call), at, at + static_cast<uint32_t>(names.back().size()));
  }

  void operation(const Json& body) {
    const std::string kind = text_member(body, "kind");
    if (kind.find("BETWEEN") != std::string::npos) {
      for (const char* implied : {">=", "<="}) add(SqlNameKind::op, {}, implied, place(body), 0).known = true;
      return;
    }
    named_operator(member(body, "name"), place(body));
  }

  void named_operator(const Json* name, uint32_t at) {
    const auto names = strings(name);
    if (names.empty()) return;
    const std::string schema = names.size() > 1 ? names[names.size() - 2] : std::string();
    const std::string& op = names.back();
    SqlName& n = add(SqlNameKind::op, schema, op, at, op.size());
    n.known = (schema.empty() && extension_operator(op)) || ((schema.empty() || schema == "pg_catalog") && !find_operators(op == "!=" ? "<>" : op).empty());
    if (!n.known) raise(SqlLevel::changes, schema.empty() ? op : schema + "." + op, "is no operator of PostgreSQL's own, and nothing says what it does", at, at + static_cast<uint32_t>(op.size()), false);
  }

  void qualified_column(const Json& body) {
    const auto names = strings(member(body, "fields"));
    if (names.size() > 1) field(names.back(), place(body));
  }

  // `x.name` may mean the function `name(x)` when `x` has no such column.
  void field(const std::string& name, uint32_t at) {
    if (!name.empty()) add(SqlNameKind::field, {}, name, at, 0);
  }

  const Substituted& text_;
  const Scan& scan_;
  const Schema* schema_;
  SqlStatement& out_;
  std::set<std::string> with_;
  bool executed_ = true;
  uint32_t cte_at_ = 0;
};
void utility_effect(const Node& s, const std::string& tag, const Scan& scan, Reach& reach, SqlEffect& effect) {
  const uint32_t begin = scan.words.empty() ? 0 : scan.words[0].begin;
  const uint32_t end = scan.words.empty() ? 0 : tag.find(' ') == std::string::npos ? scan.words[0].end : scan.words[1].end;
  if (s.kind == "VacuumStmt") {
    reach.raise(SqlLevel::changes, tag, tag == "analyze" ? "renews the planner's statistics" : "rewrites tables", begin, end);
    effect.repeatable = effect.slow = true;
    return;
  }
  if (s.kind == "AlterTableStmt")
    if (const Json* commands = member(*s.body, "cmds"))
      for (const auto& c : *commands) {
        const Node cmd = node_of(c);
        if (cmd && text_member(*cmd.body, "subtype") == "AT_DropColumn") reach.raise_at_word(SqlLevel::destroys, "drop", 0, "drop column", "drops a column for good");
      }
  for (const auto& u : kUtilities) {
    const bool fits = u.kind.ends_with('*') ? s.kind.starts_with(u.kind.substr(0, u.kind.size() - 1)) : s.kind == u.kind;
    if (!fits) continue;
    reach.raise(u.level, tag, u.what, begin, end);
    effect.repeatable = u.repeatable || (member(*s.body, "if_not_exists") && u.level == SqlLevel::changes);
    effect.slow = u.slow;
    return;
  }
  reach.raise(SqlLevel::changes, tag, "changes the database", begin, end);
}
}  // namespace reach_detail

using namespace reach_detail;

bool analyzes(const Json& explain) {
  const Json* options = member(explain, "options");
  if (!options) return false;
  for (const auto& o : *options) {
    const Node def = node_of(o);
    if (!def || lower(text_member(*def.body, "defname")) != "analyze") continue;
    const Node arg = child(*def.body, "arg");
    if (!arg) return true;
    const std::string word = lower(text_member(*arg.body, "sval"));
    const bool off = word == "false" || word == "off" || (arg.kind == "Integer" && int_member(*arg.body, "ival", 0) == 0);
    if (!off) return true;
  }
  return false;
}
SqlKind kind_of(std::string_view k, const Json& body) {
  if (k == "SelectStmt") return member(body, "valuesLists") ? SqlKind::values : SqlKind::select;
  if (k == "VariableShowStmt") return SqlKind::show;
  if (k == "ExplainStmt") return SqlKind::explain;
  if (k == "InsertStmt") return SqlKind::insert;
  if (k == "UpdateStmt") return SqlKind::update;
  if (k == "DeleteStmt") return SqlKind::del;
  if (k == "MergeStmt") return SqlKind::merge;
  if (k == "CallStmt") return SqlKind::call;
  return refused_kind(k) ? SqlKind::refused : SqlKind::utility;
}
std::string tag_of(const Scan& scan) {
  if (scan.words.empty()) return {};
  std::string tag = upper(scan.words[0].word);
  if (scan.words.size() > 1 && (tag == "CREATE" || tag == "DROP" || tag == "ALTER" || tag == "REFRESH" || tag == "LOCK" || tag == "COMMENT"))
    tag += " " + upper(scan.words[1].word);
  return tag;
}
Reached reach(const Node& s, const Substituted& text, const Scan& scan, const Schema* schema, SqlStatement& out) {
  Reach walk(text, scan, schema, out);
  if (out.kind == SqlKind::explain) {
    const Node inner = child(*s.body, "query");
    const bool executed = analyzes(*s.body);
    if (inner && executed && kind_of(inner.kind, *inner.body) == SqlKind::utility) utility_effect(inner, "explain analyze", scan, walk, out.effect);
    if (inner) walk.statement(inner, executed);
  } else {
    if (out.kind == SqlKind::utility || out.kind == SqlKind::call) utility_effect(s, lower(out.tag), scan, walk, out.effect);
    walk.statement(s, true);
  }
  return std::move(walk.found);
}

}  // namespace rbc::embedded::sql_detail
