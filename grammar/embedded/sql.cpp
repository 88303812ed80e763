#include "grammar/embedded/sql.hpp"

#include <pg_query.h>
#include <nlohmann/json.hpp>

#include "grammar/embedded/sql_stages.hpp"

namespace rbc::embedded {

namespace sql_detail {

constexpr size_t kMaxUtilityHoles = 4;

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
    t.root = std::make_shared<const Json>(Json::parse(r.parse_tree, nullptr, false));
    if (t.root->is_discarded()) t.error = "this statement is not understood";
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
  const Json* statements = member(*tree.root, "stmts");
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
  foreign_settings(text.text, scan, out.kind == SqlKind::show, problems);
  null_comparisons(text.text, scan, problems);
  for (Problem& p : problems)
    if (p.code == "W0726" || (p.code == "E0701" && out.kind == SqlKind::show)) p.begin = text.original(p.begin), p.end = text.original(p.end - 1) + 1;
  if (!holes.empty() && !takes_params(s.kind) && stands[0] == Stand::param) {
    Tree again;
    if (!fit_utility(captured, holes, stands, text, again)) {
      problems.push_back(hole_problem(holes[0], {}));
      return;
    }
    tree = std::move(again);
    scan = scan_sql(text.text);
    s = child(member(*tree.root, "stmts")->front(), "stmt");
    if (!s) return;
  }

  if (out.kind == SqlKind::explain)
    if (const Node inner = child(*s.body, "query"); inner && refused_kind(inner.kind)) return refuse_kind(inner.kind);
  Reached reached = reach(s, text, scan, hints.schema, out);
  for (size_t i = 0; i < holes.size(); ++i) {
    if (stands[i] != Stand::param) continue;
    const int number = static_cast<int>(i) + 1;
    if (reached.params[number] == 0) {
      problems.push_back(hole_problem(holes[i], {}));
      return;
    }
    if (std::find(reached.misplaced.begin(), reached.misplaced.end(), number) != reached.misplaced.end()) {
      const auto part = std::find_if(text.parts.begin(), text.parts.end(), [&](const auto& p) { return p.hole && p.from_begin == holes[i].begin; });
      problems.push_back(hole_problem(holes[i], part == text.parts.end() ? std::string() : hole_help(scan, part->begin)));
      return;
    }
    if (std::find(reached.ordered_by.begin(), reached.ordered_by.end(), number) != reached.ordered_by.end()) {
      problems.push_back(hole_problem(holes[i], "A value orders nothing; name the column."));
      return;
    }
  }
  const bool qualifies = out.kind != SqlKind::utility && out.kind != SqlKind::call;
  write_pieces(text, holes, stands, qualifies ? reached.qualify : std::vector<uint32_t>(), out);
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
