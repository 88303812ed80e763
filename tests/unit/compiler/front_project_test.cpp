// Projects of several files, and what a compiled program carries of templates and environments.
#include <catch2/catch.hpp>

#include <algorithm>
#include <tuple>

#include "compiler/compile.hpp"
#include "stdlib/world.hpp"
#include "vm/bytecode/image.hpp"

namespace {

const std::string kWorldFile = R"(http api
postgres db
contact ann
secret password from env DB_PASSWORD
check up: It answers
  api> GET /health
env here
  api = http://localhost:1
  db  = postgres://u:<password>@localhost:<A-1.port>/d
  ann = log
)";

std::string book(const std::string& id, const std::string& more, const std::string& steps = "") {
  return "use world\nrunbook " + id + ": A book\n  severity low\n  goal up\n" + more + "  escalation until resolved\n    after 5m page ann\n  step one\n    check up\n" + steps;
}

std::vector<std::string> codes(const std::vector<rbc::Diagnostic>& diagnostics) {
  std::vector<std::string> all;
  for (const rbc::Diagnostic& one : diagnostics) all.push_back(one.code);
  return all;
}

}  // namespace

TEST_CASE("one alert belongs to one runbook of a project, and the other file is named") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile);
  sources.put("a.runbook", book("A-1", "  input port as int = 5432\n  alert Full critical\n"));
  sources.put("b.runbook", book("B-1", "  alert Full critical\n"));
  const auto checked = rbc::check_project(sources, {"world.runbook", "a.runbook", "b.runbook"}, rbc::catalogue());
  REQUIRE(codes(checked.diagnostics) == std::vector<std::string>{"E0203"});
  CHECK(checked.diagnostics[0].primary.source->path() == "b.runbook");
  CHECK(checked.diagnostics[0].message.find("a.runbook:6") != std::string::npos);
  CHECK_FALSE(checked.ok());
  CHECK(checked.index.runbooks.size() == 2);
  CHECK(checked.index.environments == std::vector<std::string>{"here"});
  CHECK(checked.index.checks.size() == 1);
}

TEST_CASE("a file that is not used is named once, with all that is wanted of it") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile);
  sources.put("a.runbook", book("A-1", "  input port as int = 1\n", "    rows = db> select pid from pg_locks\n    show rows\n    db> select 1\n    check nobody-knows\n").substr(std::string("use world\n").size()));
  const auto checked = rbc::check_project(sources, {"world.runbook", "a.runbook"}, rbc::catalogue());
  std::vector<rbc::Diagnostic> errors;
  for (const rbc::Diagnostic& one : checked.diagnostics)
    if (one.severity == rbc::Severity::Error) errors.push_back(one);
  REQUIRE(codes(errors) == std::vector<std::string>{"E0201", "E0201"});
  CHECK(errors[0].message == "No check `up` here.");
  CHECK(errors[0].help == "It is declared in world.runbook. Write `use world` at the top of this file.");
  CHECK(errors[0].notes == std::vector<std::string>{"It stands on line 8 as well.", "So is `ann`.", "So is `db`."});
  CHECK(errors[1].message == "No check `nobody-knows` here.");
}

TEST_CASE("lines that came to stand in another block are told of where that began") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile);
  // The goal and the step's second line lost their indentation.
  std::string text = book("A-1", "  input port as int = 1\n", "    poll until up every 5s for 1m\n");
  text.replace(text.find("  goal up"), 9, "goal up");
  sources.put("a.runbook", text);
  const auto checked = rbc::check_project(sources, {"world.runbook", "a.runbook"}, rbc::catalogue());
  CHECK(std::count_if(checked.diagnostics.begin(), checked.diagnostics.end(), [](const rbc::Diagnostic& one) { return one.severity == rbc::Severity::Error && one.primary.source->path() == "a.runbook"; }) == 1);
}

TEST_CASE("runbooks compiled one after another are what each is alone") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile + "  input A-1.port = 15432\n");
  sources.put("a.runbook", book("A-1", "  input port as int = 5432\n") + book("A-2", "", "    show nobody\n").substr(10) + book("A-3", "").substr(10));
  sources.put("b.runbook", book("B-1", "", "    waiting = api> GET /queue\n") + book("B-2", "").substr(10));
  const rbc::Settings settings;
  rbc::RunbookCompiler compiler(sources, rbc::catalogue(), settings);
  for (const auto& [path, id, right] : {std::tuple("b.runbook", "B-1", true), std::tuple("b.runbook", "B-2", true), std::tuple("a.runbook", "A-1", false), std::tuple("a.runbook", "A-3", false),
                                        std::tuple("b.runbook", "B-1", true)}) {
    INFO(id);
    const auto alone = rbc::compile_runbook(sources, path, id, rbc::catalogue());
    const auto together = compiler.compile(path, id);
    REQUIRE(alone.program.has_value() == right);
    REQUIRE(together.program.has_value() == right);
    if (right) CHECK(rbc::save(*together.program) == rbc::save(*alone.program));
    else CHECK(codes(together.diagnostics) == codes(alone.diagnostics));
  }
  CHECK_FALSE(compiler.compile("b.runbook", "B-3").program);
  CHECK_FALSE(compiler.compile("none.runbook", "B-1").program);
}

TEST_CASE("an environment that all runbooks see is judged once, and told once") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile + "  input A-1.port = 15432\n");
  sources.put("more.runbook", "use world\nenv here\n  api = http://localhost:2\n");
  std::vector<std::string> paths{"world.runbook", "more.runbook"};
  for (const std::string id : {"A-1", "B-1", "C-1"}) {
    paths.push_back(id + ".runbook");
    sources.put(paths.back(), "use more\n" + book(id, id == "A-1" ? "  input port as int = 5432\n" : ""));
  }
  const auto checked = rbc::check_project(sources, paths, rbc::catalogue());
  const auto all = codes(checked.diagnostics);
  CHECK(std::count(all.begin(), all.end(), "E0209") == 1);
}

TEST_CASE("an environment's address has this runbook's inputs as slots, and another's as text") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile + "  input A-1.port = 15432\n");
  sources.put("a.runbook", book("A-1", "  input first = 1s\n  input port as int = 5432\n"));
  sources.put("b.runbook", book("B-1", ""));
  const auto a = rbc::compile_runbook(sources, "a.runbook", "a-1", rbc::catalogue());
  INFO((a.diagnostics.empty() ? "" : rbc::render_pretty(a.diagnostics[0])));
  REQUIRE(a.program);
  const auto address = [](const rbc::Program& program) {
    const rbc::Environment& env = program.environments.at(0);
    for (const rbc::Binding& one : env.bindings)
      if (program.resources.at(one.resource).name == "db") return one.address;
    return std::vector<rbc::BindingPiece>{};
  };
  const auto pieces = address(*a.program);
  REQUIRE(pieces.size() == 5);
  CHECK(pieces[0].text == "postgres://u:");
  CHECK(pieces[1].as == rbc::BindingPiece::As::secret);
  CHECK(pieces[3].as == rbc::BindingPiece::As::input);
  CHECK(a.program->runbook.slots.at(pieces[3].index) == "port");
  const auto b = rbc::compile_runbook(sources, "b.runbook", "B-1", rbc::catalogue());
  REQUIRE(b.program);
  const auto literal = address(*b.program);
  REQUIRE(literal.size() == 3);
  CHECK(literal[2].text == "@localhost:15432/d");
}

TEST_CASE("a template carries its holes where its language takes them") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile);
  sources.put("a.runbook", book("A-1", "  input port as int = 5432\n  input idle = 5m\n  input name = \"x\"\n",
                                "    db> select now() - <idle> as since, <port> as port\n"
                                "    api> GET /a/<name>?b=<port>&c=<name>\n"
                                "    local$ grep -q <name> \"/tmp/<name>.log\"\n"));
  const auto compiled = rbc::compile_runbook(sources, "a.runbook", "A-1", rbc::catalogue());
  INFO((compiled.diagnostics.empty() ? "" : rbc::render_pretty(compiled.diagnostics[0])));
  REQUIRE(compiled.program);
  const auto find = [&](rbc::Language language, std::uint32_t holes) -> const rbc::Template& {
    for (const rbc::Template& one : compiled.program->templates)
      if (one.language == language && one.holes == holes) return one;
    FAIL("no such template");
    return compiled.program->templates[0];
  };
  const rbc::Template& sql = find(rbc::Language::sql, 2);
  REQUIRE(sql.pieces.size() == 3);
  CHECK(sql.pieces[0].text == "select pg_catalog.now() - ($1::interval) as since, ($2::bigint) as port");
  CHECK(sql.one_row);
  REQUIRE(sql.answer.field("since"));
  CHECK(sql.shown == std::vector<std::string>{"select now() - ", " as since, ", " as port"});
  const rbc::Template& http = find(rbc::Language::http, 3);
  CHECK(std::count_if(http.pieces.begin(), http.pieces.end(), [](const rbc::Piece& p) { return p.as == rbc::Piece::As::query; }) == 2);
  const rbc::Template& shell = find(rbc::Language::shell, 2);
  CHECK(shell.pieces.at(0).text == "grep -q \"${RB0}\" \"/tmp/${RB1}.log\"");
  CHECK(shell.exit_answers == 1);
  CHECK(shell.effect == rbc::Effect::looks);
}

TEST_CASE("what is not there gives no program") {
  rbc::OverlaySources sources;
  sources.put("world.runbook", kWorldFile);
  sources.put("a.runbook", book("A-1", "  input port as int = 5432\n"));
  CHECK_FALSE(rbc::compile_runbook(sources, "a.runbook", "A-2", rbc::catalogue()).program);
  CHECK_FALSE(rbc::compile_runbook(sources, "none.runbook", "A-1", rbc::catalogue()).program);
}

TEST_CASE("a program with any line missing gets messages or compiles, and never falls over") {
  rbc::DiskSources disk;
  const std::string folder = std::string(RBC_SOURCE_DIR) + "/tests/lang/";
  const rbc::Source* whole = disk.load(folder + "service-down.runbook");
  REQUIRE(whole);
  const std::string text(whole->text());
  unsigned compiled = 0;
  for (std::uint32_t line = 1; line < whole->line_count(); ++line) {
    std::string without = text;
    without.erase(whole->line_begin(line), whole->line_begin(line + 1) - whole->line_begin(line));
    rbc::OverlaySources sources(&disk);
    sources.put(folder + "service-down.runbook", without);
    const auto result = rbc::compile_runbook(sources, folder + "service-down.runbook", "SD-01", rbc::catalogue());
    const bool errors = std::any_of(result.diagnostics.begin(), result.diagnostics.end(), [](const rbc::Diagnostic& d) { return d.severity == rbc::Severity::Error; });
    for (const rbc::Diagnostic& one : result.diagnostics) {
      CHECK_FALSE(one.message.empty());
      CHECK(one.primary.span.begin <= one.primary.span.end);
      CHECK(one.primary.span.end <= one.primary.source->size());
    }
    if (!errors) CHECK(result.program.has_value() == (without.find("runbook SD-01") != std::string::npos));
    compiled += result.program.has_value();
  }
  CHECK(compiled > 20);
}
