#include <catch2/catch.hpp>

#include <random>

#include "vm/bytecode/assemble.hpp"
#include "vm/bytecode/flow.hpp"
#include "vm/bytecode/image.hpp"

using namespace rbc;

namespace {

// A small whole program that fills most tables.
Program small() {
  Program p;
  p.files = {"rb-00.runbook"};
  p.sites = {{0, 3, 5, "step look: Look"}, {0, 4, 7, "db> select <n>"}};
  p.resources.resize(1);
  p.resources[0].kind = ResourceKind::postgres;
  p.resources[0].name = "db";
  p.resources[0].exports = {{"A", "b", kNone}};
  Template t;
  t.row = "postgres.look";
  t.limit = 10 * kSecond;
  t.holes = 1;
  t.pieces = {{Piece::As::literal, Escape::none, false, 0, "select $1"}, {Piece::As::hole, Escape::sql_parameter, false, 0, ""}};
  t.shown = {"select ", ""};
  t.shown_holes = {0};
  t.secret_holes = {false};
  t.hole_names = {"n"};
  t.answer = Type::rows({{"n", Type(TypeTag::integer).optional()}}, true);
  t.site = 1;
  p.templates = {t};
  p.secrets = {{"password", Secret::From::file, "/etc/secret"}};
  Environment env;
  env.name = "local";
  env.bindings = {{0, {{BindingPiece::As::literal, "postgres://u:", 0}, {BindingPiece::As::secret, "password", 0}}, kNone}};
  p.environments = {env};
  p.runbook.id = "RB-00";
  p.runbook.title = "The idea";
  p.runbook.slots = {"n", "x"};
  p.runbook.steps = {{"look", {"Look", kNone}, 0, 0, 0}};
  p.runbook.alerts = {{"Down", "critical", {{"service", "a"}}}};
  p.bounds.path = {{"look", 10 * kSecond, 0}};
  Assembler a(p);
  a.at(0);
  a.emit(Op::STEP, {0});
  a.at(1);
  auto begin = a.here();
  auto handler = a.label(), end = a.label();
  a.emit_to(Op::TRY, handler);
  a.emit(Op::CONST, {a.constant(Value::integer(7))});
  a.emit(Op::ASK, {0, 1});
  a.emit(Op::SET_GLOBAL, {1});
  a.emit(Op::END_TRY);
  a.emit_to(Op::JUMP, end);
  a.place(handler);
  a.emit(Op::HANDLED);
  a.place(end);
  auto stop = a.emit(Op::LEAVE, {0});
  a.emit(Op::CONST, {a.constant(Value::text("done"))});
  a.emit(Op::END, {0});
  a.finish();
  p.runbook.steps[0].end = stop;
  p.statements = {{begin, stop, 1}};
  Function main;
  main.name = "main";
  main.kind = FunctionKind::main;
  main.end = a.here();
  p.functions = {main};
  return p;
}

Program of(const std::function<void(Assembler&)>& write) {
  Program p = small();
  p.code.clear();
  p.lines.clear();
  p.statements.clear();
  p.runbook.steps.clear();
  Assembler a(p);
  write(a);
  a.finish();
  p.functions[0].end = a.here();
  p.functions[0].locals = 2;
  return p;
}

std::uint32_t word(Op op) { return static_cast<std::uint32_t>(op); }

}  // namespace

TEST_CASE("an image comes back whole") {
  Program p = small();
  REQUIRE(verify(p) == std::vector<std::string>{});
  std::string image = save(p);
  auto loaded = load(image);
  REQUIRE(loaded.problem.empty());
  REQUIRE(loaded.program);
  CHECK(save(*loaded.program) == image);
  CHECK(loaded.program->code == p.code);
  CHECK(loaded.program->templates[0].answer == p.templates[0].answer);
  CHECK(loaded.program->templates[0].pieces[1].escape == Escape::sql_parameter);
  CHECK(loaded.program->bounds.path[0].micros == 10 * kSecond);
  CHECK(loaded.program->runbook.alerts[0].labels[0].second == "a");
  CHECK(content_hash(p) == content_hash(*loaded.program));
  CHECK(content_hash(p).size() == 64);
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("an image cut short anywhere, or with any byte flipped, is refused") {
  std::string image = save(small());
  for (std::size_t cut = 0; cut < image.size(); ++cut) CHECK_FALSE(load(std::string_view(image).substr(0, cut)).program);
  for (std::size_t at = 0; at < image.size(); ++at) {
    std::string other = image;
    other[at] = static_cast<char>(other[at] ^ 0x41);
    auto loaded = load(other);
    CHECK_FALSE(loaded.program);
    CHECK_FALSE(loaded.problem.empty());
  }
  CHECK_FALSE(load(image + "x").program);
}

TEST_CASE("garbage under a right hash is refused or verified, and never over-read") {
  std::string image = save(small());
  std::mt19937 random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string body = image.substr(0, image.size() - 32);
    for (unsigned i = 0, n = 1 + random() % 4; i < n; ++i) body[8 + random() % (body.size() - 8)] = static_cast<char>(random());
    std::string bytes = body + sha256(body);
    auto loaded = load(bytes);
    if (loaded.program) {
      CHECK(save(*loaded.program) == bytes);
      CHECK(verify(*loaded.program).empty());
      disassemble(*loaded.program);
    }
  }
}

TEST_CASE("another version is named") {
  std::string image = save(small());
  image[7] = 9;
  CHECK(load(image).problem == fmt::format("This image is of version 9; this rbc runs version {}.", kImageVersion));
}

TEST_CASE("a program that is not safe is told why") {
  auto refused = [](const Program& p) {
    auto problems = verify(p);
    return problems.empty() ? std::string() : problems.front();
  };
  using Catch::Contains;
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::POP); a.emit(Op::RETURN); })), Contains("POP takes 1 values, and there are 0"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::NOTE); })), Contains("NOTE takes 1"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::CONST, {0}); })), Contains("runs off its end"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::CONST, {99}); })), Contains("constant 99"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::JUMP, {1}); })), Contains("1 is no instruction"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::JUMP, {4000}); })), Contains("4000 is no instruction"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::GLOBAL, {2}); a.emit(Op::RETURN); })), Contains("slot 2"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::LOCAL, {2}); a.emit(Op::RETURN); })), Contains("slot 2"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::ASK, {0, 0}); a.emit(Op::RETURN); })), Contains("0 values for 1"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::END_TRY); })), Contains("closes nothing"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::HANDLED); })), Contains("no handler"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::CONST, {0}); a.emit(Op::IS_COLOUR, {4}); a.emit(Op::RETURN); })), Contains("meaning 4"));
  CHECK_THAT(refused(of([](Assembler& a) { a.emit(Op::CONST, {0}); a.emit(Op::RULE, {3, 0}); a.emit(Op::RETURN); })), Contains("outside a check"));
  CHECK_THAT(refused(of([](Assembler& a) {
    auto other = a.label(), join = a.label();
    a.emit(Op::CONST, {0});
    a.emit_to(Op::JUMP_TRUE, other);
    a.emit(Op::CONST, {0});
    a.place(other);
    a.place(join);
    a.emit(Op::CONST, {0});
    a.emit(Op::RETURN);
  })), Contains("reached with"));
  CHECK_THAT(refused(of([](Assembler& a) {
    auto out = a.label(), handler = a.label();
    a.emit_to(Op::TRY, handler);
    a.emit(Op::CONST, {0});
    a.emit_to(Op::JUMP_TRUE, out);
    a.emit(Op::END_TRY);
    a.place(out);
    a.emit(Op::CONST, {0});
    a.emit(Op::RETURN);
    a.place(handler);
    a.emit(Op::RETHROW);
  })), Contains("different handlers"));
  Program unknown = of([](Assembler& a) { a.emit(Op::CONST, {0}); a.emit(Op::RETURN); });
  unknown.code[0] = word(Op::kCount);
  CHECK_THAT(refused(unknown), Contains("no instruction"));
  Program recursive = of([](Assembler& a) { a.emit(Op::CALL, {0, 0}); a.emit(Op::RETURN); });
  recursive.functions[0].kind = FunctionKind::procedure;
  CHECK_FALSE(refused(recursive).empty());
  Program impure = small();
  impure.functions[0].kind = FunctionKind::expression;
  CHECK_FALSE(refused(impure).empty());
}

TEST_CASE("a disassembly names what an instruction speaks of") {
  std::string text = disassemble(small());
  CHECK_THAT(text, Catch::Contains("; rb-00.runbook:4  db> select <n>"));
  CHECK_THAT(text, Catch::Contains("ASK           db> select <n>, 1"));
  CHECK_THAT(text, Catch::Contains("SET_GLOBAL    x"));
  CHECK_THAT(text, Catch::Contains("STEP          look"));
}

TEST_CASE("every row of the table is well formed") {
  for (std::uint32_t i = 0; i < word(Op::kCount); ++i) {
    auto op = static_cast<Op>(i);
    INFO(info(op).name);
    CHECK(op_named(info(op).name) == op);
    CHECK(info(op).stack.find("--") != std::string_view::npos);
    CHECK(info(op).operands.find_first_not_of("kspnftchmdybe ") == std::string_view::npos);
  }
  CHECK_FALSE(op_named("HALT"));
}
