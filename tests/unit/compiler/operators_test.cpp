// Every operator between values of every two types: what is accepted, as what, and what is said of the rest.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "compiler/checker.hpp"
#include "compiler/compile.hpp"
#include "stdlib/world.hpp"
#include "tests/unit/compiler/operands.hpp"

namespace {

namespace fs = std::filesystem;
using rbc::stage::kBinary;
using rbc::stage::kOperands;
using rbc::stage::kOperandWorld;
using rbc::stage::Operand;

const fs::path kTypesGolden = fs::path(RBC_SOURCE_DIR) / "tests/golden/types";

std::string text_of_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

struct Judged {
  std::string type;            // of the whole, if nothing is said of it
  std::vector<rbc::Diagnostic> said;
};

// Judges each expression, on a line of its own: `x0 = …`.
std::vector<Judged> judged(const std::vector<std::string>& expressions, const std::string& world = kOperandWorld) {
  std::string text = world;
  const auto first = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (std::size_t i = 0; i < expressions.size(); ++i) text += fmt::format("    x{} = {}\n", i, expressions[i]);
  rbc::OverlaySources sources;
  sources.put("operators.runbook", text);
  rbc::Settings settings;
  rbc::front::Checker checker(sources, rbc::catalogue(), settings);
  const auto file = checker.load("operators.runbook");
  REQUIRE(file);
  checker.check_all();
  checker.finish();
  std::vector<Judged> all(expressions.size());
  const rbc::Tree& tree = *checker.facts.trees[*file];
  for (const rbc::Diagnostic& one : checker.diagnostics) {
    const std::uint32_t line = tree.source().line_at(one.primary.span.begin);
    if (one.code == "W0215" || one.severity == rbc::Severity::Warning) continue;
    if (line < first) FAIL("of the world: " << one.message);
    all[line - first].said.push_back(one);
  }
  for (const rbc::NodeId bind : tree.find(rbc::Kind::Bind)) {
    const std::uint32_t line = tree.source().line_at(tree[bind].begin);
    if (line < first) continue;
    const rbc::NodeId value = tree.expression(bind);
    if (!value) continue;
    if (const auto type = checker.facts.types.find({*file, value}); type != checker.facts.types.end()) all[line - first].type = rbc::spell(type->second);
  }
  return all;
}

void held_against(const std::string& name, const std::string& seen) {
  const fs::path path = kTypesGolden / name;
  if (std::getenv("RBC_GOLDEN_WRITE")) std::ofstream(path, std::ios::binary) << seen;
  CHECK(seen == text_of_file(path));
}

}  // namespace

TEST_CASE("every operator between every two types is accepted as something, or refused once") {
  std::vector<std::string> expressions;
  for (const std::string_view op : kBinary)
    for (const Operand& left : kOperands)
      for (const Operand& right : kOperands) expressions.push_back(fmt::format("{} {} ({})", left.said, op, right.said));
  const std::vector<Judged> all = judged(expressions);
  std::string seen;
  std::size_t at = 0;
  for (const std::string_view op : kBinary) {
    seen += fmt::format("{:<10}", op);
    for (const Operand& right : kOperands) seen += fmt::format(" {:<8}", right.name);
    seen += '\n';
    for (const Operand& left : kOperands) {
      seen += fmt::format("{:<10}", left.name);
      for (std::size_t right = 0; right < std::size(kOperands); ++right, ++at) {
        INFO(expressions[at]);
        for (const rbc::Diagnostic& one : all[at].said) UNSCOPED_INFO(one.code << " " << one.message << " / " << one.help);
        CHECK(all[at].said.size() <= 1);
        if (!all[at].said.empty()) CHECK(!all[at].said[0].help.empty());
        std::string cell = all[at].said.empty() ? all[at].type : all[at].said[0].code == "E0301" ? "." : all[at].said[0].code;
        for (const auto& [spelled, name] : {std::pair{"list of text", "texts"}, std::pair{"list of int", "ints"}, std::pair{"list of json", "jsons"}, std::pair{"one of first, second", "option"}})
          if (cell == spelled) cell = name;
        if (cell.starts_with("rows of")) cell = "rows";
        if (cell.starts_with("{")) cell = "record";
        seen += fmt::format(" {:<8}", cell);
      }
      seen.erase(seen.find_last_not_of(' ') + 1);
      seen += '\n';
    }
    seen += '\n';
  }
  held_against("operators.txt", seen);
}

// tests/golden/types/lines.txt: the errors, or `fine`, then lines of a step; lines-head.txt is what stands above them.
TEST_CASE("lines get the errors that stand above them, and no others") {
  const std::string head = text_of_file(kTypesGolden / "lines-head.txt"), all = text_of_file(kTypesGolden / "lines.txt");
  std::size_t cases = 0;
  for (std::size_t at = 0; at < all.size(); ++cases) {
    const std::size_t end = std::min(all.find("\n---\n", at), all.size());
    std::istringstream lines(all.substr(at, end - at));
    at = end + 5;
    std::string wanted, text = head, seen, said;
    std::getline(lines, wanted);
    for (std::string line; std::getline(lines, line);) text += "    " + line + "\n";
    rbc::OverlaySources sources;
    sources.put("lines.runbook", text);
    for (const rbc::Diagnostic& one : rbc::check_project(sources, {"lines.runbook"}, rbc::catalogue()).diagnostics) {
      if (one.severity != rbc::Severity::Error) continue;
      seen += (seen.empty() ? "" : " ") + one.code;
      said += rbc::render_pretty(one);
    }
    INFO(text.substr(head.size()) << said);
    CHECK((seen.empty() ? "fine" : seen) == wanted);
  }
  CHECK(cases > 100);
}

TEST_CASE("what is said to a resource answers what the table of the standard library says, and a field that is near one is told") {
  std::vector<std::string> lines, said;
  std::istringstream golden(text_of_file(kTypesGolden / "records.txt"));
  for (std::string line; std::getline(golden, line);) {
    lines.push_back(line.substr(0, line.find("  =>")));
    if (line[0] != '#') said.push_back(lines.back());
  }
  REQUIRE(said.size() > 60);
  std::string text = "postgres db\npgbouncer pool\nredis cache\nhttp api\nprometheus prom\ncompose stack\nhost box\n  reads uptime\ncommand tool\n  runs kubectl\ncontact ann\n\nrunbook T-1: Answers\n  severity low\n  goal up\n"
                     "  escalation until resolved\n    after 5m  page ann\n  check up: Up\n    api> GET /health\n  step one: One\n    check up\n";
  for (std::size_t i = 0; i < said.size(); ++i) text += fmt::format("    x{} = {}\n", i, said[i]);
  rbc::OverlaySources sources;
  const auto types_of = [&](const std::string& program, std::vector<rbc::Diagnostic>& errors) {
    sources.put("answers.runbook", program);
    rbc::Settings settings;
    rbc::front::Checker checker(sources, rbc::catalogue(), settings);
    REQUIRE(checker.load("answers.runbook"));
    checker.check_all();
    checker.finish();
    std::map<std::string, rbc::Type> types;
    for (const rbc::Symbol& one : checker.facts.symbols)
      if (one.kind == rbc::SymbolKind::value) types.emplace(one.name, one.type);
    for (rbc::Diagnostic& one : checker.diagnostics)
      if (one.severity == rbc::Severity::Error) {
        one.primary.source = nullptr;
        errors.push_back(one);
      }
    return types;
  };
  std::vector<rbc::Diagnostic> errors;
  const auto types = types_of(text, errors);
  for (const rbc::Diagnostic& one : errors) UNSCOPED_INFO(one.code << " " << one.message);
  CHECK(errors.empty());
  std::string seen, misspelt = text;
  std::size_t next = 0, wrong = 0;
  for (const std::string& line : lines) {
    if (line[0] == '#') {
      seen += line + "\n";
      continue;
    }
    const std::string name = fmt::format("x{}", next++);
    const rbc::Type& type = types.at(name);
    // What every answer has stands in the specification once.
    std::string spelled = rbc::spell(type);
    if (type.is(rbc::TypeTag::record)) {
      std::string fields;
      for (const auto& [field, of] : type->fields)
        if (field != "ok" && field != "took" && field != "at") fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", field, rbc::spell(of));
      spelled = fmt::format("{}{{{}}}", type->name.empty() ? "" : type->name + " ", fields);
      for (const auto& [field, of] : type->fields) {
        if (field.size() < 4) continue;
        misspelt += fmt::format("    show {}.{}\n", name, field.substr(0, 1) + field.substr(2, 1) + field.substr(1, 1) + field.substr(3));
        wrong += field[1] != field[2];
        break;
      }
    }
    seen += fmt::format("{}  => {}\n", line, spelled);
  }
  held_against("records.txt", seen);
  std::vector<rbc::Diagnostic> told;
  types_of(misspelt, told);
  CHECK(told.size() == wrong);
  for (const rbc::Diagnostic& one : told) {
    INFO(one.message << " " << one.help);
    CHECK(one.code == "E0201");
    CHECK(one.help.starts_with("Did you mean `."));
  }
}
