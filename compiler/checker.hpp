// Resolves, types and classifies every file it is given: fills Facts, collects diagnostics. One object a compilation; the passes are its
// methods, spread over the files of this folder by what they look at.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/checked.hpp"
#include "compiler/effects.hpp"
#include "compiler/settings.hpp"
#include "compiler/test_facts.hpp"
#include "grammar/diagnostic.hpp"
#include "grammar/source.hpp"
#include "vm/model/catalogue.hpp"

namespace rbc::front {

// Names that can be seen from a place; the outer ones through `outer`.
struct Scope {
  const Scope* outer = nullptr;
  std::map<std::string, SymbolId, std::less<>> names;
  // Of an arm: names that every arm binds, with the slot that they share.
  const std::map<std::string, std::uint32_t>* shared = nullptr;
};

struct File {
  std::string path;
  struct Import {
    std::uint32_t file = 0;
    std::vector<std::string> only;       // `for db, cache`; empty: everything
  };
  std::vector<Import> imports;
  std::vector<NodeId> environments;
  Scope own;                             // what it declares
  Scope visible;                         // that, and what it uses
  std::set<std::string, std::less<>> lost;   // names of files that could not be read
  bool lost_any = false;                 // such a file was to bring everything
  bool shaken = false;                   // lines of it stand in no block, or in another than they were written for
};

// Where a line stands: what it may do, and where its names live.
struct Context {
  enum class Body : std::uint8_t { step, check, evidence, procedure };   // evidence: before the first symptom of a cause
  Body body = Body::step;
  Scope* scope = nullptr;
  NodeRef above;                         // the nearest utterance above in this block
  NodeRef passed;                        // the one before it, if nothing reads that
  bool caution = false;
  bool retry = false;
  bool handler = false;                  // `failure` is there
  bool symptom = false;                  // verdicts are looked at afresh
};

// Where values of names are put while a body is walked.
struct Frame {
  std::uint32_t* locals = nullptr;       // of the frame of `where` items, parameters and a check's names
  std::vector<std::string>* slots = nullptr;   // of the runbook's activation; null in a check, a procedure, a message
};

// `# rbc: allow(CODE, reason = "…")`.
struct Allowance {
  struct Code {
    std::string code;
    Span span;
    bool used = false;
  };
  const Source* source = nullptr;
  Span span;                             // of the comment
  std::vector<Code> codes;
  std::string reason;
  std::uint32_t first = 0, last = 0;     // the lines that it is about, from 1
};

struct NodeRefLess {
  bool operator()(NodeRef a, NodeRef b) const { return a.file != b.file ? a.file < b.file : a.node < b.node; }
};

class Checker {
 public:
  Checker(Sources& sources, const Catalogue& catalogue, const Settings& settings)
      : sources_(sources), catalogue_(catalogue), settings_(settings) {}

  // Parses a file and what it uses; its number, or nothing if it cannot be read.
  std::optional<std::uint32_t> load(const std::string& path);
  void check_all();
  // How much of its environments a runbook's facts hold: their names and inputs, which is enough to check; that, with the bindings judged; or
  // the bindings too, which emission needs of the one runbook that it emits.
  enum class Merge : std::uint8_t { names, judged, whole };
  void merge_environments(std::uint32_t runbook, Merge how);
  void finish();                         // order, one message a place and code, then what is allowed and how grave the rest is

  Facts facts;
  std::vector<Diagnostic> diagnostics;
  std::vector<Suppressed> suppressed;    // allowed, with their reasons; after finish()
  std::vector<File> files;
  std::vector<TestFacts> tests;          // of the files that check_all checks

 private:
  // ── reporting (report.cpp) ──
  Diagnostic& error(std::string code, Span span, std::string message, std::string help = {});
  Diagnostic& error(std::string code, NodeId node, std::string message, std::string help = {});
  const Tree& tree() const { return *facts.trees[file_]; }
  Fix rewrite(Span span, std::string text, bool safe = false) const;   // "Write `text`" there
  Fix add_above(NodeId node, const std::string& line) const;           // a line above the one a node stands in, in its column
  NodeRef ref(NodeId node) const { return {file_, node}; }
  std::string text(NodeId node) const { return std::string(tree().text(node)); }
  std::string where(NodeRef at) const;   // "pivotal.runbook:7"
  unsigned line(NodeRef at) const;

  // ── what is allowed, and how grave the rest is (allow.cpp) ──
  void read_allowances(std::uint32_t file);
  void read_allowance(const Source& source, std::uint32_t begin, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& said);
  Allowance* allowance(std::string_view code, const Source* source, std::uint32_t offset);
  void take_allowed();
  void judge_allowances();               // W0903, W0905
  void apply_levels();
  void in_order();                       // one message a place and code (report.cpp)

  // ── one message a mistake (fold.cpp) ──
  void fold();
  void unused_files();
  static std::string_view unknown_name(const Diagnostic& one);   // of one that says so; else empty
  std::optional<std::pair<std::size_t, std::size_t>> declared_beside(const Diagnostic& one) const;

  // ── names (scope.cpp) ──
  SymbolId find(const Scope* scope, std::string_view name) const;
  SymbolId declare(Scope& scope, NodeId name, Symbol symbol);   // E0207
  SymbolId add(Symbol symbol);
  std::string unknown_help(Span span, std::string_view name);   // of a name that resembles none
  void unknown(Span span, std::string_view name, bool values);  // E0201, E0202, E0208; `values`: only what has a value is meant
  std::vector<std::string_view> candidates(const Scope* scope) const;
  SymbolId resolve(NodeId name_node, std::string_view name);    // reports; kNoSymbol if there is none
  SymbolId bind_value(NodeId declaring, NodeId name, Type type, SymbolKind kind = SymbolKind::value);
  SymbolId resource_named(NodeId name, bool contact);           // a resource or a contact
  const Resource* resource_of(SymbolId id) const;
  void read(SymbolId id, NodeId at);
  bool is_lost(std::string_view name) const;                    // whatever it is, why it is not here was told
  bool lost_in(std::uint32_t file, std::string_view name) const;

  // ── declarations (declare.cpp) ──
  void declare_file(std::uint32_t file);
  void import_names(std::uint32_t file);
  void declare_resource(NodeId node);
  void patterns_that_never_count(NodeId node, const Resource& resource);
  void declare_secret(NodeId node);
  void declare_check(NodeId node, Scope& scope, std::uint32_t runbook);
  void declare_message(NodeId node, Scope& scope);
  void declare_procedure(NodeId node, Scope& scope);
  void check_exports(NodeId node);
  std::vector<SymbolId> parameters(NodeId node, Scope& scope, std::uint32_t& locals);
  void message_body(std::uint32_t index, const Scope& outer);
  void visit_callable(NodeRef def);
  void procedure_body(std::uint32_t index);

  // ── bindings (bindings.cpp) ──
  void check_environments(std::uint32_t file);
  void check_address(NodeId binding, ResourceKind kind);
  void secrets_of_address(const Captured& said, std::string_view text, ResourceKind kind);
  std::vector<BindingPiece> binding_pieces(NodeId binding, SymbolId resource, NodeId env, RunbookFacts* runbook);
  std::set<std::uint32_t> reachable(std::uint32_t file) const;
  const RunbookFacts* runbook_named(std::string_view id);
  const std::vector<NodeId>& environment_inputs(NodeRef env, std::string_view runbook);
  bool asks_inputs(std::uint32_t file) const;
  NodeRef environment_value(const std::set<std::uint32_t>& from, std::string_view env, std::string_view runbook, std::string_view input);
  SymbolId binding_host(NodeId binding, ResourceKind kind, std::vector<BindingPiece>& address, bool report);

  // ── runbooks (runbook.cpp) ──
  void declare_runbook(NodeId node);
  void check_runbook(std::uint32_t index);
  void runbook_meta(RunbookFacts& facts);
  Micros budget_over(SymbolId input) const;   // of the runbook whose input it is; 0: none
  void runbook_input(std::uint32_t index, NodeId node);
  void ladder(NodeId escalation);
  void rung(NodeId rung);
  void check_alerts();
  void check_ids();
  void check_step_names(NodeId runbook);
  void check_circles();
  void check_questions();

  // ── checks (checks.cpp) ──
  void check_body(std::uint32_t index);
  void rule(NodeId node, const std::set<SymbolId>& joined);
  void mention(NodeId name, NodeId args, NodeId node);           // a check with its arguments: Ref, Apply, Var
  void refs(NodeId node);
  void symptom_mentions(NodeId cause);
  void collect_mentions(NodeId expression, std::vector<CheckMention>& into);
  void looked_at(NodeId refs);
  void join(SymbolId check, NodeId refs);
  bool was_looked_at(SymbolId check) const;

  // ── statements (statements.cpp, people.cpp) ──
  void block(NodeId node, bool fresh_scope = true);
  // Arms of one `when` or `depending on`: what all that fall through bind is a name after them.
  struct Arms {
    std::map<std::string, std::uint32_t> slots;
    std::map<std::string, std::vector<SymbolId>> symbols;
  };
  Arms arms_of(const std::vector<NodeId>& blocks);
  void arm(NodeId block, Arms& arms);
  void after_arms(const Arms& arms);
  std::uint32_t new_slot(const std::string& name);
  void statement(NodeId node);
  void statements(NodeId first);
  void otherwise(NodeId parent, bool handles = true);
  void check_bind(NodeId node);
  void check_do(NodeId node);
  Type say(NodeId holder, NodeId utterance, bool acts, bool repeatable);   // Probe or Do
  void call(NodeId node, bool repeatable);
  void when(NodeId node);
  void depending(NodeId node);
  void for_each(NodeId node);
  void diagnose(NodeId node);
  void cause(NodeId node);
  void ask(NodeId node);
  void choose(NodeId node);
  void people(NodeId parent);            // By, Voters, ItemMark
  void wakes(NodeId name);                                       // that it is no channel
  void notify(NodeId node);
  void cadence(NodeId node, Micros least_looks, NodeId report_at);
  LengthFacts length(NodeId node);
  void lengths_under(NodeId node);       // the Limit of a statement
  bool falls_through(NodeId block) const;
  void guards(NodeId node);              // E0212
  void outcome_is_fixed(NodeId under, std::string_view place);   // E0210

  // ── tests of runbooks (tests.cpp) ──
  struct Testing;                        // what the run under test has
  void check_tests(std::uint32_t file);
  void check_test(NodeId node);
  void gather(Testing& test, NodeRef body);
  void test_run(const Testing& test, NodeId node);
  void test_step(const Testing& test, NodeId name, const std::vector<std::string>& known, std::string_view what);
  void test_lines(const Testing& test, NodeId node, Micros from);
  void test_line(const Testing& test, NodeId line);
  bool test_reads(const Testing& test, NodeId expression);
  SymbolId test_check(const Testing& test, NodeId given);
  std::vector<NodeRef> spoken_under(const Testing& test, std::string_view name) const;
  void test_given(const Testing& test, NodeId line);
  void test_action(const Testing& test, NodeId line, bool never);
  std::vector<NodeRef> test_utterance(const Testing& test, NodeId said, bool must);
  void test_words(NodeId said, SymbolId resource);
  void test_answer(const Testing& test, NodeId arg);
  void test_replies(const Testing& test, NodeId replies, NodeRef said, std::string_view shown);
  void test_cell(NodeId value, const Type& wanted, std::string_view name);

  // ── expressions (expressions.cpp, operators.cpp, access.cpp) ──
  Type expression(NodeId node, const Type* expected = nullptr);
  Type expression_(NodeId node, const Type* expected);
  // An argument of `of`, whose parameter is a `wanted`; E0301 otherwise.
  void argument(NodeId node, const Type& wanted, std::string_view of);
  bool condition(NodeId node, bool tell = true);   // whether it can be one; told unless `tell` is no
  std::string likely_condition(NodeId node, const Type& type) const;
  Type var(NodeId node, const Type* expected);
  Type use_symbol(SymbolId id, NodeId at, Use& use);
  Type member(NodeId node);
  bool broken_above(NodeId node) const;
  Type above(NodeId node);
  Type where_kept(NodeId node);
  Type list_literal(NodeId node, const Type* expected);
  Type compare(NodeId node);
  // Each tells what does not go together, and whether it does.
  bool compare_is(NodeId left, const Type& a, NodeId right, const Type& b);
  bool compare_order(NodeId left, const Type& a, NodeId right, const Type& b);
  bool matches(NodeId left, const Type& a, NodeId right);
  bool looked_for(NodeId item, const Type& what, NodeId all, const Type& where, Word op);
  bool of_secret(std::string_view how, NodeId left, const Type& a, NodeId right, const Type& b);   // E0502, and whether one is
  void of_missing(NodeId left, const Type& a, NodeId right, const Type& b);                         // E0304
  Type reckoned(NodeId node, std::string_view op, Type (*result)(const Type& a, const Type& b, Word op));
  Type sum(NodeId node);
  Type product(NodeId node);
  Type portion(NodeId node);
  Type negative(NodeId node);
  Type cast(NodeId node);
  Type literal(NodeId node);
  Type else_of(NodeId node);
  Type apply(NodeId node);
  bool as_option(NodeId node, const Type& type);                 // a bare name after a `one of`
  bool written_option(NodeId node, const Type& type);            // a text in quotes there
  void none_of_the_options(NodeId node, std::string_view said, const Type& type);
  std::string likely_part(NodeId node, const Type& type) const;
  std::string likely_meant(std::string_view op, NodeId left, const Type& a, NodeId right, const Type& b) const;
  void verdict_compared(NodeId left, const Type& a, NodeId right, const Type& b);
  void mismatch(std::string_view op, NodeId left, const Type& a, NodeId right, const Type& b);
  void offer_units(Diagnostic& said, NodeId value, const Type& wanted) const;
  std::string unit_help(NodeId value, const Type& wanted) const;
  Type member_of(NodeId node, const Type& base, std::string_view name, NodeId args);
  Type member_of_present(NodeId node, const Type& base, std::string_view name, NodeId args);
  std::optional<Access> access(const Type& base, std::string_view name, Span span, NodeId args, std::string_view shown, bool open);
  std::optional<Access> predeclared(Use::As base, bool step, std::string_view name, Span span);
  void reads_part(NodeRef utterance, std::string_view name);
  Type type_node(NodeId node);
  void narrow(NodeId condition, bool holds);
  std::string path_of(NodeId node) const; // of `name.a.b` without arguments, for narrowing; else empty
  bool is_narrowed(const std::string& path) const;

  // ── holes and prose (prose.cpp) ──
  HoleFacts hole(NodeId node);
  void prose(NodeId node);               // Title, Prose, Note, Text: all holes beneath
  void prose_child(NodeId node, Kind kind);

  // ── utterances (utterances.cpp, templates_*.cpp) ──
  Type utterance(NodeId node, bool acts, bool repeatable, NodeId limit);
  struct Spoken;                         // an utterance while its template is made
  bool pasted(const Spoken& spoken);  // reports a character that only looks like one of a command
  void spoken_sql(Spoken& spoken);
  void tell_sent(const Spoken& spoken, const embedded::SqlStatement& statement) const;
  void judged_on_the_server(Spoken& spoken, const embedded::SqlStatement& statement, bool written_down);
  void hides_builtin(const Spoken& spoken, std::string_view column);
  void spoken_words(Spoken& spoken);
  void spoken_shell(Spoken& spoken);
  void spoken_http(Spoken& spoken);
  void spoken_prom(Spoken& spoken);
  void judge_holes(Spoken& spoken, const std::vector<embedded::HoleUse>& uses);
  void problems(Spoken& spoken, const std::vector<embedded::Problem>& found);
  bool written_list(const HoleFacts& hole) const;
  void judge_effect(Spoken& spoken);
  const CatalogueRow* whole_row(const Spoken& spoken, Effect effect) const;
  effects::Patterns patterns_of(const Spoken& spoken) const;

  Sources& sources_;
  const Catalogue& catalogue_;
  const Settings& settings_;
  embedded::SqlCache sql_;
  std::set<std::pair<std::uint32_t, std::string>> unsure_;   // relations that W0712 has named, by resource
  std::uint32_t file_ = 0;
  Context at_;
  Frame frame_;
  std::uint32_t runbook_ = 0xffffffff;   // being checked
  std::optional<std::uint32_t> item_;    // slot of the row in the `where` being typed
  Type item_type_;
  std::vector<SymbolId> narrowed_;
  std::set<SymbolId> looked_;            // checks that some line before has looked at
  std::map<SymbolId, NodeRef> read_;     // first line that reads a name
  std::map<SymbolId, std::vector<SymbolId>> merged_;   // name after arms → what the arms bind
  std::set<NodeRef, NodeRefLess> spoken_for_;   // utterances that a name or a `.x` reads
  std::map<std::string, SymbolId> path_ids_;   // of parts that were asked about, `7.pid` of the symbol 7: what stands for them in narrowed_
  std::map<SymbolId, NodeRef> said_;     // name → the utterance that it binds
  std::vector<SymbolId> questions_;      // asked without an answer
  std::map<SymbolId, std::vector<CheckMention>> joins_;   // check or goal → what it looks at
  std::set<std::string> unbound_elsewhere_;   // names bound in nested blocks of this runbook (E0208)
  bool check_reads_ok_ = false;          // a rule of the check being walked reads .ok, .status or .exit
  bool in_rule_ = false;
  NodeId probe_ = 0;                     // the Probe line being walked, where no name is bound to it
  bool in_rung_ = false;
  bool proof_ = false;                   // an utterance of a test, which nobody says
  bool maybe_ = false;                   // under `?`: what is missing on the way makes the whole missing
  bool asking_presence_ = false;         // left of `is missing` or `else`: what may be missing is handled
  bool arguments_ = false;               // typing arguments: a bare name that is no option is a value
  bool item_open_ = false;               // the row of the `where` being typed has columns that nobody listed
  std::set<NodeRef, NodeRefLess> open_answers_;   // utterances whose one row may have columns that nobody listed
  std::set<NodeRef, NodeRefLess> warned_;   // verdicts that W0604 told about
  NodeId procedure_ = 0;                 // being walked
  enum class Visit : std::uint8_t { no, open, done };
  NodeMap<Visit> visits_;                // of procedures and runbooks
  std::map<std::uint32_t, std::optional<std::unordered_map<std::string_view, std::vector<NodeId>>>> bound_in_;   // by file: lines that bind a name
  std::unordered_map<std::string, std::uint32_t> runbook_ids_;   // in lower case, once they are asked for
  NodeMap<std::unordered_map<std::string, std::vector<NodeId>>> environment_inputs_;   // of an Env: its `input` lines by the runbook's id
  std::map<std::vector<std::uint32_t>, bool> judged_environments_;   // the files that they stand in; whether they ask for a runbook's inputs
  NodeMap<bool> once_;                   // procedures with a change that may not be done twice
  const Scope* runbook_scope_ = nullptr;
  const Scope* procedure_scope_ = nullptr;
  std::uint32_t procedure_top_ = 0;      // next slot of a procedure's own names; they come right after its parameters
  std::map<std::string, std::uint32_t, std::less<>> loading_;
  std::vector<Allowance> allowances_;
  std::set<std::pair<const Source*, std::uint32_t>> compiled_as_changes_;   // places of E0401 that are allowed
};

// Edits of a type's spelling for messages: a number with a unit has one.
std::string with_article(const Type& type);
bool fits(const Type& is, const Type& wanted);   // a value of `is` may stand where `wanted` is expected
bool holds_secret(const Type& type);                 // a secret, or a list of them
bool from_json(const Type& type);        // `as` this type can be read from json
std::optional<Type> common(const Type& a, const Type& b);   // as which values of both can be read
std::string upper_name(std::string_view name);       // as a variable of the environment is called: `db-password` is `DB_PASSWORD`
Type answer_type(Type plain);            // with .ok .took .at
Micros micros(std::chrono::milliseconds length);
inline Effect effect_of(effects::Level level) { return static_cast<Effect>(level); }

}  // namespace rbc::front
