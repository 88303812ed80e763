#include "grammar/embedded/sql.hpp"

#include <pg_query.h>
#include <nlohmann/json.hpp>
#include "grammar/embedded/sql_catalogue.hpp"
#include "grammar/embedded/sql_detail.hpp"

namespace rbc::embedded {

namespace sql_detail {

constexpr uint32_t kMaxOperators = 1000;  // PostgreSQL's parser and ours recurse once an operator; twice as many end the stack under ASan
constexpr size_t kMaxUtilityHoles = 4;

// PostgreSQL's answer: a tree, or an error at a byte of the text.
struct Tree {
  Json root;
  std::string error;
  uint32_t at = 0;
  bool ok() const { return error.empty(); }
};

uint32_t byte_of_character(std::string_view text, int character) {
  uint32_t at = 0;
  for (int n = 1; n < character && at < text.size(); ++n) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

Tree parse_tree(const std::string& text) {
  Tree t;
  PgQueryParseResult r = pg_query_parse(text.c_str());
  if (r.error) {
    t.error = r.error->message ? r.error->message : "syntax error";
    t.at = r.error->cursorpos > 0 ? byte_of_character(text, r.error->cursorpos) : static_cast<uint32_t>(text.size());
  } else {
    t.root = Json::parse(r.parse_tree, nullptr, false);
    if (t.root.is_discarded()) t.error = "this statement is not understood";
  }
  pg_query_free_parse_result(r);
  return t;
}

std::string lower(std::string s) {
  for (char& c : s)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return s;
}

std::string upper(std::string s) {
  for (char& c : s)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return s;
}

bool refused_kind(std::string_view k) {
  static constexpr std::string_view kRefused[] = {"TransactionStmt", "VariableSetStmt", "DiscardStmt",   "PrepareStmt", "ExecuteStmt",
                                                  "DeallocateStmt",  "DeclareCursorStmt", "FetchStmt",   "ClosePortalStmt", "ListenStmt",
                                                  "UnlistenStmt",    "CopyStmt",        "LoadStmt",      "DoStmt",      "ConstraintsSetStmt"};
  return std::find(std::begin(kRefused), std::end(kRefused), k) != std::end(kRefused);
}

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

  std::map<int, int> params;           // how often each `$n` stands in the tree
  std::vector<uint32_t> qualify;       // where `pg_catalog.` goes in the substituted text
  std::vector<int> ordered_by;         // numbers of parameters that order the rows
  std::vector<int> misplaced;          // numbers of parameters where only libpg_query takes them: `interval $1`, `extract($1 from x)`

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
        } else if (key == "ParamRef") ++params[int_member(v, "number", 0)];
        else if (key == "TypeCast") prefix_cast(v);
        else if (key == "SortBy") {
          if (child(v, "node").kind == "ParamRef") ordered_by.push_back(int_member(*child(v, "node").body, "number", 0));
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
    if (arg.kind == "ParamRef" && t && int_member(*t, "location", 0) < int_member(*arg.body, "location", 0)) misplaced.push_back(int_member(*arg.body, "number", 0));
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
      if (const Node first = node_of(args->front()); first.kind == "ParamRef") misplaced.push_back(int_member(*first.body, "number", 0));
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
    n.known = j.looks && (schema.empty() || own || j.extension);
    n.extension = n.known && j.extension;
    if (n.known) {
      if (!n.extension && schema.empty() && !synthetic) qualify.push_back(at);
      return;
    }
    const ChangeRow* change = find_change(name);
    if (change) return raise(change->level, shown, change->what, at, at + length);
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

// `DROP TABLE`: the first word, and the second where the first alone says little.
std::string tag_of(const Scan& scan) {
  if (scan.words.empty()) return {};
  std::string tag = upper(scan.words[0].word);
  if (scan.words.size() > 1 && (tag == "CREATE" || tag == "DROP" || tag == "ALTER" || tag == "REFRESH" || tag == "LOCK" || tag == "COMMENT"))
    tag += " " + upper(scan.words[1].word);
  return tag;
}

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

constexpr std::string_view kKeywords[] = {
    "all",    "alter",  "analyze", "and",    "as",     "asc",   "between", "by",    "case",   "create", "cross",  "delete",    "desc",  "distinct", "drop",
    "else",   "end",    "except",  "exists", "explain", "false", "from",   "full",  "group",  "having", "ilike",  "in",        "inner", "insert",   "intersect",
    "into",   "is",     "join",    "lateral", "left",  "like",  "limit",   "not",   "null",   "offset", "on",     "or",        "order", "outer",    "over",
    "partition", "returning", "right", "select", "set", "show", "table",   "then",  "true",   "truncate", "union", "update",   "using", "vacuum",   "values",
    "when",   "where",  "with"};

bool keyword(std::string_view w) { return std::binary_search(std::begin(kKeywords), std::end(kKeywords), w); }

// A word before the error that is nearly a keyword, and with which the text gets further.
std::string misspelt(const Substituted& text, const Scan& scan, uint32_t error_at) {
  std::vector<const CodeWord*> near;
  for (const auto& w : scan.words)
    if (w.begin <= error_at) near.push_back(&w);
  const std::vector<std::string_view> known(std::begin(kKeywords), std::end(kKeywords));
  int tries = 0;
  for (auto it = near.rbegin(); it != near.rend() && tries < 4; ++it) {
    if (keyword((*it)->word)) continue;
    const std::string better = nearest((*it)->word, known);
    ++tries;
    if (better.empty()) continue;
    std::string changed = text.text;
    changed.replace((*it)->begin, (*it)->end - (*it)->begin, better);
    const Tree t = parse_tree(changed);
    const auto shift = static_cast<int64_t>(better.size()) - static_cast<int64_t>((*it)->word.size());
    if (t.ok() || static_cast<int64_t>(t.at) > static_cast<int64_t>(error_at) + shift) return fmt::format("Did you mean `{}` instead of `{}`?", better, (*it)->word);
  }
  return {};
}

// What is written instead of what other clients and other databases know.
std::string habit_of_sql(const std::string& text, const Scan& scan, uint32_t error_at) {
  const std::string first = scan.words.empty() ? std::string() : scan.words[0].word;
  if (first == "describe" || first == "desc") return "For columns: `select column_name, data_type from information_schema.columns where table_name = '…'`.";
  if (first == "use") return "The database stands in the resource's address, in the environment.";
  if (first == "kill") return "To end a session: `do db> select pg_terminate_backend(…)`.";
  const char at = error_at < text.size() ? text[error_at] : ' ';
  if (at == ':' || at == '%' || at == '?' || at == '@') return "A value is filled in by a hole, `<name>`.";
  if (text.find('`') != std::string::npos) return "A name stands bare, or in double quotes.";
  size_t before = std::min<size_t>(error_at, text.size());
  while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\n')) --before;
  if (before > 0 && text[before - 1] == ',') return "Leave out the comma before it.";
  int open = 0;
  for (size_t i = 0; i < before; ++i) open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
  if (open > 0) return "A `(` before it is not closed.";
  return {};
}

Problem hole_problem(const HoleRef& h, std::string help) {
  return {"E0702", "A hole stands for a value, and SQL takes no value here.", h.begin, h.end, std::move(help)};
}

std::string hole_help(const Scan& scan, uint32_t at) {
  std::string_view before;
  for (const auto& w : scan.words)
    if (w.end <= at) before = w.word;
  for (const std::string_view w : {"from", "join", "into", "update", "table", "truncate", "only"})
    if (before == w) return "A table name cannot be filled in.";
  for (const std::string_view w : {"interval", "date", "timestamp", "timestamptz", "time"})
    if (before == w) return fmt::format("Leave out `{}`: the hole brings its type along.", w);
  return {};
}

Problem psql_problem(std::string_view text, uint32_t at) {
  uint32_t end = at + 1;
  while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ') ++end;
  const std::string_view command = text.substr(at, end - at);
  std::string help;
  if (command.starts_with("\\dt")) help = "For tables: `select schemaname, tablename from pg_tables`.";
  else if (command.starts_with("\\du")) help = "For roles: `select rolname from pg_roles`.";
  else if (command.starts_with("\\dx")) help = "For extensions: `select extname, extversion from pg_extension`.";
  else if (command.starts_with("\\di")) help = "For indexes: `select indexname, tablename from pg_indexes`.";
  else if (command.starts_with("\\d")) help = "For columns: `select column_name, data_type from information_schema.columns where table_name = '…'`.";
  else if (command.starts_with("\\l")) help = "For databases: `select datname from pg_database`.";
  else if (command.starts_with("\\watch")) help = "To look again and again, use `poll` or `watch`.";
  return {"E0703", fmt::format("`{}` is a psql command, not SQL.", command), at, end, std::move(help)};
}

// Before PostgreSQL's parser sees it: size, depth, psql commands, holes inside quotes, `$n`.
bool screen(std::string_view captured, const Substituted& text, const Scan& scan, const std::vector<HoleRef>& holes, std::vector<Problem>& problems) {
  const auto refuse = [&](std::string code, std::string message, uint32_t begin, uint32_t end, std::string help = {}) {
    problems.push_back({std::move(code), std::move(message), begin, end, std::move(help)});
    return false;
  };
  const auto size = static_cast<uint32_t>(captured.size());
  if (scan.operators > kMaxOperators || scan.deepest > kMaxNesting) return refuse("E0117", "This is nested too deep: at most 200 levels and 1,000 operators.", 0, size);
  size_t hole = 0;
  for (const auto& p : text.parts) {
    if (p.hole) {
      const HoleRef& h = holes[hole++];
      if (scan.zones[p.begin] != Zone::code) {
        const Zone z = scan.zones[p.begin];
        problems.push_back(hole_problem(h, z == Zone::comment ? "It stands in a comment." : z == Zone::identifier ? "A name cannot be filled in." : "Leave out the quotes around it."));
        return false;
      }
      const auto joins = [&](uint32_t at) {
        if (at >= text.text.size()) return false;
        const auto c = static_cast<unsigned char>(text.text[at]);
        return std::isalnum(c) || c == '_' || c == '$' || c >= 0x80;
      };
      const bool field = p.end < text.text.size() && text.text[p.end] == '.';
      if ((p.begin > 0 && joins(p.begin - 1)) || joins(p.end) || field) {
        problems.push_back(hole_problem(h, "It is joined to the word beside it; put `||` or a blank between."));
        return false;
      }
    } else {
      for (uint32_t i = p.begin; i < p.end; ++i) {
        if (scan.zones[i] != Zone::code) continue;
        const char c = text.text[i], n = i + 1 < text.text.size() ? text.text[i + 1] : '\0';
        if (c == '\0') return refuse("E0701", "Postgres: a NUL byte cannot stand in SQL.", text.original(i), text.original(i) + 1);
        if (c == '\\') {
          problems.push_back(psql_problem(captured, text.original(i)));
          return false;
        }
        const bool in_word = i > 0 && (std::isalnum(static_cast<unsigned char>(text.text[i - 1])) || text.text[i - 1] == '_');
        if (c == '$' && n >= '0' && n <= '9' && !in_word)
          return refuse("E0702", "`$` and a number is how holes are sent; write a hole, `<name>`, instead.", text.original(i), text.original(i) + 2);
      }
    }
  }
  if (text.text.find('\0') != std::string::npos) return refuse("E0701", "Postgres: a NUL byte cannot stand in SQL.", 0, size);
  return true;
}

Problem syntax_problem(const Tree& tree, const Substituted& text, const Scan& scan, const std::vector<HoleRef>& holes) {
  const auto near_hole = [&](uint32_t at) -> const HoleRef* {
    size_t n = 0;
    for (const auto& p : text.parts) {
      if (!p.hole) continue;
      if (at >= p.begin && at < p.end) return &holes[n];
      if (at == p.end && at < text.text.size() && (text.text[at] == '(' || text.text[at] == '.')) return &holes[n];
      ++n;
    }
    return nullptr;
  };
  if (const HoleRef* h = near_hole(tree.at)) return hole_problem(*h, hole_help(scan, tree.at));
  Problem p;
  p.code = "E0701";
  p.message = "Postgres: " + tree.error;
  p.begin = text.original(tree.at);
  p.end = p.begin;
  const std::string mark = "at or near \"";
  if (const size_t from = tree.error.find(mark); from != std::string::npos) {
    const size_t to = tree.error.rfind('"');
    // PostgreSQL counts characters; where the text is no UTF-8, its place and ours differ.
    const size_t last = std::min(tree.at + (to - from - mark.size()), text.text.size());
    if (to > from + mark.size() && last > tree.at) p.end = text.original(static_cast<uint32_t>(last - 1)) + 1;
  }
  p.help = habit_of_sql(text.text, scan, tree.at);
  if (p.help.empty()) p.help = misspelt(text, scan, tree.at);
  return p;
}

// For statements that take no parameters: which of identifier and literal fits each hole.
bool fit_utility(std::string_view captured, const std::vector<HoleRef>& holes, std::vector<Stand>& stands, Substituted& text, Tree& tree) {
  if (holes.size() > kMaxUtilityHoles) return false;
  for (unsigned mask = 0; mask < (1u << holes.size()); ++mask) {
    std::vector<Stand> tried;
    for (size_t i = 0; i < holes.size(); ++i) tried.push_back(mask >> i & 1 ? Stand::identifier : Stand::literal);
    Substituted s = substitute(captured, holes, tried);
    Tree t = parse_tree(s.text);
    if (!t.ok()) continue;
    stands = std::move(tried);
    text = std::move(s);
    tree = std::move(t);
    return true;
  }
  return false;
}

bool takes_params(std::string_view kind) {
  return kind == "SelectStmt" || kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt" || kind == "MergeStmt" || kind == "ExplainStmt" || kind == "CallStmt" ||
         kind == "CreateTableAsStmt";
}

void write_pieces(const Substituted& text, const std::vector<HoleRef>& holes, const std::vector<Stand>& stands, std::vector<uint32_t> qualify, SqlStatement& out) {
  std::sort(qualify.begin(), qualify.end());
  qualify.erase(std::unique(qualify.begin(), qualify.end()), qualify.end());
  size_t next = 0, hole = 0;
  for (const auto& p : text.parts) {
    if (!p.hole) {
      std::string s;
      uint32_t at = p.begin;
      for (; next < qualify.size() && qualify[next] < p.end; ++next) {
        s += text.text.substr(at, qualify[next] - at) + "pg_catalog.";
        at = qualify[next];
      }
      s += text.text.substr(at, p.end - at);
      if (!s.empty()) out.pieces.push_back({std::move(s), -1, Escape::none, -1, 0});
      continue;
    }
    const HoleRef& h = holes[hole];
    const Stand stand = stands[hole++];
    const Escape e = stand == Stand::param ? Escape::sql_param : stand == Stand::identifier ? Escape::sql_identifier : Escape::sql_literal;
    if (stand == Stand::param) out.params.push_back(h.index);
    out.pieces.push_back({{}, static_cast<int32_t>(h.index), e, -1, stand == Stand::param ? static_cast<uint32_t>(out.params.size()) : 0});
    HoleUse use;
    use.index = h.index;
    use.place = stand == Stand::param ? Place::sql_value : stand == Stand::identifier ? Place::sql_identifier : Place::sql_literal;
    use.escape = e;
    use.begin = h.begin;
    use.end = h.end;
    use.whole = true;
    out.uses.push_back(std::move(use));
  }
}

void parse(std::string_view captured, const std::vector<HoleRef>& holes, const SqlHints& hints, Parsed<SqlStatement>& result) {
  SqlStatement& out = result.value;
  auto& problems = result.problems;
  const auto size = static_cast<uint32_t>(captured.size());
  if (captured.size() > kMaxUtterance) {
    problems.push_back({"E0117", "This is too long: at most 64 KiB an utterance.", 0, size, {}});
    return;
  }
  std::vector<Stand> stands(holes.size(), Stand::param);
  Substituted text = substitute(captured, holes, stands);
  Scan scan = scan_sql(text.text);
  if (!screen(captured, text, scan, holes, problems)) return;
  Tree tree = parse_tree(text.text);
  if (!tree.ok()) {
    const std::string first = scan.words.empty() ? std::string() : scan.words[0].word;
    const bool plain = first == "select" || first == "with" || first == "values" || first == "insert" || first == "update" || first == "delete" || first == "table" || first == "explain" || first == "show";
    if (holes.empty() || plain || !fit_utility(captured, holes, stands, text, tree)) {
      problems.push_back(syntax_problem(tree, text, scan, holes));
      return;
    }
    scan = scan_sql(text.text);
  }
  const Json* statements = member(tree.root, "stmts");
  if (!statements || statements->empty()) {
    problems.push_back({"E0701", "Postgres: there is no statement here.", 0, size, {}});
    return;
  }
  if (statements->size() > 1) {
    const uint32_t at = scan.semicolons.empty() ? 0 : text.original(scan.semicolons.front());
    problems.push_back({"E0709", "One statement a line, and no transactions of your own.", at, size, "Say each behind a prompt of its own."});
    return;
  }
  Node s = child(statements->front(), "stmt");
  if (!s) {
    problems.push_back({"E0701", "Postgres: there is no statement here.", 0, size, {}});
    return;
  }
  out.tag = tag_of(scan);
  out.kind = kind_of(s.kind, *s.body);
  const auto refuse_kind = [&](std::string_view kind) {
    const bool transaction = kind == "TransactionStmt";
    problems.push_back({"E0709",
                        transaction ? "One statement a line, and no transactions of your own." : fmt::format("`{}` is not said in a runbook: it would outlive its line, or hide what it does.", out.tag),
                        text.original(scan.words.empty() ? 0 : scan.words[0].begin), text.original(scan.words.empty() ? 0 : scan.words[0].end - 1) + 1,
                        kind == "DoStmt" ? "Put it into a function, and call that." : transaction ? "Each statement is a transaction; what belongs together is a function, or one `with …` statement." : ""});
  };
  if (out.kind == SqlKind::refused) return refuse_kind(s.kind);
  if (!holes.empty() && !takes_params(s.kind) && stands[0] == Stand::param) {
    Tree again;
    if (!fit_utility(captured, holes, stands, text, again)) {
      problems.push_back(hole_problem(holes[0], {}));
      return;
    }
    tree = std::move(again);
    scan = scan_sql(text.text);
    s = child(tree.root["stmts"].front(), "stmt");
    if (!s) return;
  }

  Reach reach(text, scan, hints.schema, out);
  bool executed = true;
  if (out.kind == SqlKind::explain) {
    const Node inner = child(*s.body, "query");
    executed = analyzes(*s.body);
    if (inner && refused_kind(inner.kind)) return refuse_kind(inner.kind);
    if (inner && executed && kind_of(inner.kind, *inner.body) == SqlKind::utility) utility_effect(inner, "explain analyze", scan, reach, out.effect);
    if (inner) reach.statement(inner, executed);
  } else {
    if (out.kind == SqlKind::utility || out.kind == SqlKind::call) utility_effect(s, lower(out.tag), scan, reach, out.effect);
    reach.statement(s, true);
  }
  for (size_t i = 0; i < holes.size(); ++i) {
    if (stands[i] != Stand::param) continue;
    const int number = static_cast<int>(i) + 1;
    if (reach.params[number] == 0) {
      problems.push_back(hole_problem(holes[i], {}));
      return;
    }
    if (std::find(reach.misplaced.begin(), reach.misplaced.end(), number) != reach.misplaced.end()) {
      const auto part = std::find_if(text.parts.begin(), text.parts.end(), [&](const auto& p) { return p.hole && p.from_begin == holes[i].begin; });
      problems.push_back(hole_problem(holes[i], part == text.parts.end() ? std::string() : hole_help(scan, part->begin)));
      return;
    }
    if (std::find(reach.ordered_by.begin(), reach.ordered_by.end(), number) != reach.ordered_by.end()) {
      problems.push_back(hole_problem(holes[i], "A value orders nothing; name the column."));
      return;
    }
  }
  const bool qualifies = out.kind != SqlKind::utility && out.kind != SqlKind::call;
  write_pieces(text, holes, stands, qualifies ? reach.qualify : std::vector<uint32_t>(), out);
  std::stable_sort(out.names.begin(), out.names.end(), [](const SqlName& a, const SqlName& b) { return a.begin < b.begin; });

  std::vector<SqlType> types, elements;
  for (const auto& h : holes) types.push_back(h.index < hints.hole_types.size() ? hints.hole_types[h.index] : SqlType::unknown);
  for (const auto& h : holes) elements.push_back(h.index < hints.hole_elements.size() ? hints.hole_elements[h.index] : SqlType::unknown);
  Result r = type_statement(s, {types, elements, hints.schema});
  for (Problem& p : r.issues) {
    const uint32_t end = p.end;
    p.begin = text.original(p.begin);
    p.end = std::max(p.begin + 1, text.original(end > 0 ? end - 1 : 0) + 1);
    if (p.code == "E0713" && p.begin < captured.size() && captured[p.begin] == '"' && !p.help.starts_with("Did you mean")) p.help = "A text stands in single quotes: `'…'`.";
    problems.push_back(std::move(p));
  }
  for (auto& c : r.columns) {
    c.begin = text.original(c.begin);
    c.end = c.begin;
  }
  out.shape = r.shape;
  out.columns = std::move(r.columns);
  out.open_columns = r.open;
}

}  // namespace sql_detail

namespace {

// What a statement means depends on nothing but its text, its holes with their types, and the snapshot.
std::string content_of(std::string_view text, const std::vector<HoleRef>& holes, const SqlHints& hints) {
  std::string key(text);
  const auto put = [&](uint64_t number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); };
  put(text.size());
  for (const HoleRef& h : holes) put(h.begin), put(h.end), put(h.index), put(h.optional);
  put(holes.size());
  for (const SqlType t : hints.hole_types) key += static_cast<char>(t);
  key += '\x7f';
  for (const SqlType t : hints.hole_elements) key += static_cast<char>(t);
  return key;
}

}  // namespace

std::shared_ptr<const Parsed<SqlStatement>> SqlCache::parse(std::string_view text, const std::vector<HoleRef>& holes, const SqlHints& hints) {
  if (kept_.size() >= kMost) kept_.clear();
  auto& found = kept_[{hints.schema, content_of(text, holes, hints)}];
  if (!found) found = std::make_shared<const Parsed<SqlStatement>>(parse_sql(text, holes, hints));
  return found;
}

Parsed<SqlStatement> parse_sql(std::string_view text, const std::vector<HoleRef>& holes, const SqlHints& hints) {
  Parsed<SqlStatement> result;
  sql_detail::parse(text, holes, hints, result);
  return result;
}

}  // namespace rbc::embedded
