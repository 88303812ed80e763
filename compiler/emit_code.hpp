// The emitter's own shape: one object that writes one program, its parts in emit_*.cpp. Nothing outside compiler/emit* includes this.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/checked.hpp"
#include "compiler/test_facts.hpp"
#include "vm/bytecode/assemble.hpp"
#include "vm/bytecode/program.hpp"
#include "vm/bytecode/test_case.hpp"

namespace rbc::emission {

using Label = Assembler::Label;

// The function that is being written. `moved` maps a slot of the facts to the frame's; empty: they are the same.
struct Frame {
  std::uint32_t function = 0;
  std::uint32_t locals = 0;
  std::vector<std::uint32_t> moved;
  std::int32_t step = kNone;
  // Slots of the facts that stand in a slot of this frame instead: the item of a `for each` over checks, which is no name of the run.
  std::map<std::pair<Storage, std::uint32_t>, std::uint32_t> instead;
};

// How to emit a value that is not there: `hard` fails the line, `soft` leaves it missing with its reason.
enum class Read : std::uint8_t { hard, soft };

class Emitter {
 public:
  Emitter(const Facts& facts, std::uint32_t runbook);
  Program run();
  // The same, with what its tests say.
  Program run(const std::vector<const TestFacts*>& tests, testing::TestSuite& suite);

 private:
  // ── the tree (emit_code.cpp) ──
  const Tree& tree(NodeRef at) const { return facts_.tree(at); }
  Kind kind(NodeRef at) const { return tree(at).kind(at.node); }
  Word word(NodeRef at) const { return tree(at).word(at.node); }
  NodeRef in(NodeRef at, NodeId node) const { return {at.file, node}; }
  NodeRef child(NodeRef at, Kind kind) const { return in(at, tree(at).child(at.node, kind)); }
  NodeRef nth(NodeRef at, std::size_t index) const { return in(at, tree(at).nth(at.node, index)); }
  std::vector<NodeRef> all(NodeRef at) const;
  std::vector<NodeRef> all(NodeRef at, Kind kind) const;
  NodeRef expression_of(NodeRef at) const { return in(at, tree(at).expression(at.node)); }
  std::vector<NodeRef> expressions_of(NodeRef at) const;
  std::string text_of(NodeRef at) const { return std::string(tree(at).text(at.node)); }
  bool flag(NodeRef at, Word word) const { return tree(at).flag(at.node, word); }
  const Use& use(NodeRef at) const;
  const Symbol& symbol_of(NodeRef at) const { return facts_.symbol(use(at).symbol); }
  const Type& type_of(NodeRef at) const;
  std::vector<std::string> names_of(NodeRef at) const;

  // ── writing (emit_code.cpp) ──
  std::uint32_t site(NodeRef at);
  void here(NodeRef at) { code_.at(site(at)); }
  void op(Op op, std::initializer_list<std::uint32_t> operands = {}) { code_.emit(op, operands); }
  void jump(Op op, Label to) { code_.emit_to(op, to); }
  void constant(const Value& value) { op(Op::CONST, {code_.constant(value)}); }
  std::uint32_t temporary() { return frame_.locals++; }
  std::uint32_t local(std::uint32_t slot) const { return slot < frame_.moved.size() ? frame_.moved[slot] : slot; }
  void load(Storage storage, std::uint32_t slot);
  void store(Storage storage, std::uint32_t slot);
  void load(const Symbol& symbol) { load(symbol.storage, symbol.slot); }
  void store(const Symbol& symbol) { store(symbol.storage, symbol.slot); }
  void get(std::uint32_t temporary) { op(Op::LOCAL, {temporary}); }
  void set(std::uint32_t temporary) { op(Op::SET_LOCAL, {temporary}); }
  void set(std::uint32_t temporary, const Value& value) { constant(value); set(temporary); }
  std::uint32_t new_function(std::string name, FunctionKind kind, std::uint32_t parameters = 0);
  // Writes a function now if none is being written, else when that one is done.
  void write(std::uint32_t function, std::uint32_t locals, std::function<void()> body);
  void later(std::function<void()> what);
  void drain();
  void return_nothing();

  // ── values (emit_expressions.cpp) ──
  void expression(NodeRef at);
  void expression_uncast(NodeRef at);
  void soft(const std::function<void()>& body);
  void soft(NodeRef at) { soft([&] { expression(at); }); }
  void condition(NodeRef at) { expression(at); }
  void compare(NodeRef at);
  // `measured`: for a rule, which says what it measured and, where that is not written there, against what. Whether it does say the latter.
  bool compare_values(NodeRef at, NodeRef left, NodeRef right, bool measured);
  bool written_out(NodeRef at) const;      // a literal, or made of literals: its text is its value
  bool reaches(NodeRef at) const;
  void either(NodeRef at, bool more);
  bool equals(NodeRef left, NodeRef right, bool measured = false);
  bool against_value(NodeRef right, bool measured);
  void shared_cast(NodeRef at);
  void variable(NodeRef at, NodeRef args);
  void member(NodeRef at, bool optional);
  void access(const Access& access, NodeRef args, bool optional);
  void value_of(const Use& use, const std::string& text);
  void hole(NodeRef at, Read read);
  void where(NodeRef at);
  void cast_to(const Type& from, const Type& to);
  // Pushes a text; `before` is told of each piece ahead of it.
  void words(const std::vector<std::pair<std::string, NodeRef>>& pieces, const std::function<void(std::size_t)>& before = {});
  void words(NodeRef text_title_prose_or_segment);
  std::vector<std::pair<std::string, NodeRef>> pieces_of(NodeRef at) const;
  std::vector<std::pair<std::string, NodeRef>> captured(NodeRef raw_owner) const;
  std::string plain(NodeRef title) const;                                     // as written, without the blanks around
  Words title(NodeRef owner, std::uint32_t parameters, std::uint32_t locals);
  void length(NodeRef at);
  Value duration(Micros micros) const { return Value::duration(micros); }
  std::uint32_t pattern(NodeRef regex);

  // ── checks (emit_checks.cpp) ──
  std::uint32_t check(std::uint32_t facts_index);
  void check_body(const CheckFacts& check);
  void rule(NodeRef at);
  void judge(NodeRef at);
  struct Mention { SymbolId symbol; NodeRef node; };
  std::vector<Mention> mentions(NodeRef refs) const;
  using Seen = std::set<std::string>;
  void add(const Mention& mention, Seen& seen);
  void add(NodeRef refs, Seen& seen);
  void group(const std::vector<NodeRef>& refs);              // pushes the group's colour
  void verdict(const Mention& mention);                      // the latest, as a value
  void verdict(NodeRef refs);
  void arguments(NodeRef node);
  std::uint32_t argument_count(NodeRef node) const;
  void over(NodeRef refs_each, const std::function<void()>& round);
  bool utterance(NodeRef utterance, Read read);              // pushes the resource's arguments and the holes
  std::uint32_t spoken(NodeRef utterance);                   // the program's template
  std::uint32_t width(NodeRef utterance) const;              // how many values it takes
  void limit(NodeRef owner, std::uint32_t tmpl);

  // ── lines (emit_statements.cpp, emit_time.cpp, emit_people.cpp) ──
  void block(NodeRef block);
  void lines(const std::vector<NodeRef>& lines);
  void tolerant(NodeRef block);                              // a line that fails is told, and the next runs
  void statement(NodeRef at);
  void line(NodeRef at);
  void recorded(NodeRef at, const std::function<void()>& body);
  void guarded(NodeRef at, const std::function<void()>& body, SymbolId named = kNoSymbol);
  void note(NodeRef at);
  void probe(NodeRef at);
  void look(NodeRef probe);                                  // pushes the answer, kept for `.x`
  void act(NodeRef at, SymbolId named);
  void call(NodeRef at, NodeRef call, SymbolId named);
  void arm(NodeRef at);
  void bind(NodeRef at);
  void bound(NodeRef at, const Type& from);                  // casts as the line says, then binds
  void handler(NodeRef otherwise);
  void when(NodeRef at);
  void depending(NodeRef at);
  void for_each(NodeRef at);
  void retry(NodeRef at);
  void repeat(NodeRef at);
  void require(NodeRef at);
  void poll(NodeRef at);
  struct Cadence { NodeRef every, during; };
  Cadence cadence(NodeRef at) const;
  struct Until { std::optional<Colour> colour; std::int64_t streak = 1; NodeRef held; };
  void poll_loop(const std::vector<NodeRef>& refs, const Until& until, const Cadence& cadence, Label failed, Label pretended);
  void watch(NodeRef at);
  void within(NodeRef at);
  void diagnose(NodeRef at);
  void forget(NodeRef block);                                // names bound in an earlier round are not there
  void human(NodeRef at);
  void item(NodeRef at);
  void ask(NodeRef at);
  void choose(NodeRef at);
  void confirm(NodeRef at);
  void approve(NodeRef at);
  void caution(NodeRef at);
  HumanInfo person(NodeRef at, HumanKind kind);
  void question(HumanInfo info, std::uint32_t values);
  void beneath(NodeRef at, HumanInfo& info);
  void nested_items(NodeRef at);
  void notify(NodeRef at);
  void notice_text(NodeRef at);
  std::uint32_t notice(NodeRef at, NoticeInfo::What what);
  void escalate(NodeRef at);
  void end(NodeRef at);
  void fail(const std::string& reason);

  // ── the whole (emit_run.cpp) ──
  void main();
  void step(NodeRef at, std::uint32_t index);
  void final_look();
  void afterwards(NodeRef at);
  void bounds();
  void rung(NodeRef at, Ladder& ladder);
  void inputs();
  Micros cap_of(SymbolId input) const;   // of a length of time: what the author states, else the budget; 0: none
  void environments();
  std::uint32_t procedure(std::uint32_t facts_index);
  std::uint32_t called(std::uint32_t facts_index);           // the row of a runbook that is run within this one
  void called_body(const RunbookFacts& facts);
  void called_inputs(const RunbookFacts& facts);
  void run_called(NodeRef at, NodeRef call, SymbolId named);
  void ladders(NodeRef runbook, Ladder::Of of, std::uint32_t called);
  std::uint32_t pure(std::string name, FunctionKind kind, const std::function<void()>& body);

  // ── tests (emit_tests.cpp) ──
  void point(testing::Point::What what, NodeRef at) { points_.push_back({what, code_.here(), at}); }   // a test can reach what comes now
  testing::TestCase test_case(const TestFacts& test);
  void test_lines(const TestFacts& test, NodeRef owner, testing::TestCase& into, testing::Instant& instant);
  testing::Given test_given(const TestFacts& test, NodeRef line);
  testing::Act test_act(const TestFacts& test, NodeRef line);
  testing::Expect test_expect(const TestFacts& test, NodeRef line);
  std::vector<testing::Reply> test_replies(const TestFacts& test, NodeRef replies);
  testing::Action test_action(const TestFacts& test, NodeRef line);
  testing::Spoken test_spoken(const TestFacts& test, NodeRef utterance);
  std::vector<std::uint32_t> test_templates(const TestFacts& test, NodeRef line);
  std::vector<std::uint32_t> test_checks(SymbolId check);
  std::uint32_t test_value(const TestFacts& test, NodeRef value, bool holds = false);
  std::vector<testing::LookUse> look_uses();
  std::vector<testing::Point> reachable();

  const Facts& facts_;
  const RunbookFacts* runbook_;            // whose lines are being written: the program's, or one that it calls
  std::uint32_t slots_ = 0;                // where its slots begin among the program's
  Program program_;
  Assembler code_;
  Frame frame_;
  bool writing_ = false, draining_ = false;
  std::vector<std::function<void()>> pending_;
  std::map<std::uint32_t, std::uint32_t> templates_, checks_, procedures_, called_;   // facts' index → the program's
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> sites_;               // file, line
  std::map<std::uint32_t, std::uint32_t> files_;
  struct Reached { testing::Point::What what; std::uint32_t pc; NodeRef at; };
  std::vector<Reached> points_;
  std::map<std::uint32_t, std::uint32_t> step_handlers_;   // by step: where its own `otherwise` begins
};

Value nothing_here(std::string reason);

}  // namespace rbc::emission
