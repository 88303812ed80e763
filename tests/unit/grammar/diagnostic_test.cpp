#include <catch2/catch.hpp>

#include "grammar/diagnostic.hpp"
#include "grammar/examples.hpp"
#include "tests/unit/grammar/parsed.hpp"

using namespace rbc;

TEST_CASE("the pretty form is the specification's") {
  std::string text;
  for (int i = 1; i < 94; ++i) text += "\n";
  text += "        stack> stop backend\n";
  Source source("rb-01.runbook", text);
  uint32_t at = source.line_begin(94) + 8;
  Diagnostic diagnostic("E0401", source, {at, at + 19}, "This line changes something, and does not say so.",
                        "`docker compose stop` stops a container. Lines that change the world start with `do`:");
  diagnostic.fix({"start with `do`", {{&source, {at, at}, "do "}}, true});
  CHECK(render_pretty(diagnostic) == "E0401  rb-01.runbook:94:9   This line changes something, and does not say so.\n"
                                     "\n"
                                     "    94 |         stack> stop backend\n"
                                     "       |         ^^^^^^^^^^^^^^^^^^^\n"
                                     "  `docker compose stop` stops a container. Lines that change the world start with `do`:\n"
                                     "\n"
                                     "    94 |         do stack> stop backend\n");
  CHECK(render_short(diagnostic) == "rb-01.runbook:94:9: error[E0401]: This line changes something, and does not say so.");
  CHECK(render_pretty(diagnostic, true).find("\x1b[1;31mE0401\x1b[0m") == 0);
}

TEST_CASE("secondary places, notes and origin are shown") {
  Source source("a.runbook", "input log = 1\nlog = box$ ls\n"), other("b.runbook", "x\n");
  Diagnostic diagnostic("E0207", source, {14, 17}, "`log` is already a name here.");
  diagnostic.with({&source, {6, 9}, "first here"}).with({&other, {0, 1}, ""}).note("Names do not change.");
  diagnostic.origin = "postgres";
  CHECK(render_pretty(diagnostic) == "E0207  a.runbook:2:1   `log` is already a name here.\n\n"
                                     "     2 | log = box$ ls\n       | ^^^\n"
                                     "     1 | input log = 1\n       |       --- first here\n"
                                     "  b.runbook:\n     1 | x\n       | -\n"
                                     "  Names do not change.\n  (postgres)\n");
}

TEST_CASE("nothing from a file reaches the terminal raw") {
  std::string text = "x \x1b[31m \xE2\x80\xAE \xFF \x07 y";
  CHECK(visible_source(text) == "x <U+001B>[31m <U+202E> <0xFF> <U+0007> y");
  Source source("evil\x1b.runbook", text);
  Diagnostic diagnostic("E0101", source, {0, 1}, "No declaration begins with `\x1b`.");
  for (const std::string& shown : {render_pretty(diagnostic), render_short(diagnostic), render_json(diagnostic)}) {
    CHECK(shown.find('\x1b') == std::string::npos);
    CHECK(shown.find("\xE2\x80\xAE") == std::string::npos);
  }
}

TEST_CASE("a caret after the end of a line, of the file, and in a long line") {
  Source source("a.runbook", "wait\n" + std::string(1000, 'x') + "HERE" + std::string(1000, 'y'));
  CHECK(render_pretty(Diagnostic("E0100", source, {4, 4}, "M.")) ==
        "E0100  a.runbook:1:5   M.\n\n     1 | wait\n       |     ^\n");
  std::string shown = render_pretty(Diagnostic("E0100", source, {1005, 1009}, "M."));
  CHECK(shown.find("xxxHERE") != std::string::npos);
  CHECK(shown.size() < 500);
  render_pretty(Diagnostic("E0100", source, {source.size(), source.size()}, "M."));
}

TEST_CASE("JSON has everything, escaped") {
  Source source("a \"b\".runbook", "wait\t5s\n");
  Diagnostic diagnostic("E0122", source, {4, 5}, "A tab.", "Use \\ blanks.");
  diagnostic.fix({"t", {{&source, {4, 5}, " "}}, true});
  CHECK(
      render_json(diagnostic) ==
      R"({"code":"E0122","severity":"error","message":"A tab.","path":"a \"b\".runbook","line":1,"column":5,"end_line":1,"end_column":6,"label":"",)"
      R"("secondary":[],"notes":[],"help":"Use \\ blanks.","fixes":[{"title":"t","safe":true,"edits":[{"path":"a \"b\".runbook","line":1,"column":5,)"
      R"("end_line":1,"end_column":6,"text":" "}]}],"source":"rbc","fingerprint":")" +
          diagnostic.fingerprint() + "\"}");
}

TEST_CASE("a fingerprint does not move with its line") {
  Source before("x/a.runbook", "wait -5s\n"), after("y/a.runbook", "# new\n\n  wait -5s\n"), other("x/a.runbook", "wait -6s\n");
  CHECK(Diagnostic("E0116", before, {5, 8}, "").fingerprint() == Diagnostic("E0116", after, {14, 17}, "").fingerprint());
  CHECK(Diagnostic("E0116", before, {5, 8}, "").fingerprint() != Diagnostic("E0116", other, {5, 8}, "").fingerprint());
}

TEST_CASE("a sink keeps as many errors as it is told, and counts the rest") {
  Source source("a.runbook", "");
  Sink sink(2);
  for (int i = 0; i < 5; ++i) sink.add(Diagnostic("E0100", source, {0, 0}, "M."));
  sink.add(Diagnostic("W0124", source, {0, 0}, "W."));
  CHECK(sink.all().size() == 3);
  CHECK(sink.errors() == 5);
  CHECK(sink.dropped() == 3);
  CHECK(sink.warnings() == 1);
  CHECK(sink.has("W0124"));
  CHECK_FALSE(sink.ok());
}

TEST_CASE("every diagnostic is documented, once, in order") {
  const auto& all = all_diagnostics();
  for (size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].code);
    CHECK(find_diagnostic(all[i].code) == &all[i]);
    CHECK_FALSE(all[i].message.empty());
    CHECK(all[i].explanation.size() > 40);
    CHECK(all[i].failing.empty() == all[i].mended.empty());
    if (i > 0) CHECK(all[i - 1].code.substr(1) < all[i].code.substr(1));
  }
  CHECK(find_diagnostic("E9999") == nullptr);
}

TEST_CASE("examples: of the parser's codes the failing one gets its code; every mended one parses") {
  for (const DiagnosticInfo& info : all_diagnostics()) {
    INFO(info.code);
    int number = std::stoi(std::string(info.code.substr(1)));
    bool ours = (number >= 100 && number < 200) || number == 705;
    if (ours && !info.failing.empty()) {
      rbc::testing::Parsed failing{whole_files(info.frame, info.failing)[0].text};
      INFO(failing.shown());
      CHECK(failing.first_code() == info.code);
    }
    if (!ours && number != 205 && number != 402) {
      rbc::testing::Parsed failing{whole_files(info.frame, info.failing)[0].text};
      INFO(failing.shown());
      CHECK(failing.sink.all().empty()); // what later passes refuse is well-formed
    }
    rbc::testing::Parsed mended{whole_files(info.frame, info.mended)[0].text};
    INFO(mended.shown());
    CHECK(mended.sink.all().empty());
  }
}

TEST_CASE("a caret stands under what is meant, however wide the characters before it are") {
  auto second_line = [](const std::string& line, std::string_view what) {
    Source source("a.runbook", line);
    uint32_t at = static_cast<uint32_t>(line.find(what));
    std::string shown = render_pretty(Diagnostic("E0201", source, {at, at + static_cast<uint32_t>(what.size())}, "M."));
    size_t caret = shown.find('^');
    return shown.substr(shown.rfind('\n', caret) + 1);
  };
  const std::string gutter = "       | ";
  CHECK(second_line("ab x", "x") == gutter + "   ^\n");
  CHECK(second_line("漢字 x", "x") == gutter + "     ^\n");      // two columns each
  CHECK(second_line("e\xCC\x81 x", "x") == gutter + "  ^\n");    // a combining acute
  CHECK(second_line("\t x", "x") == gutter + "     ^\n");        // a tab is shown as four blanks
  CHECK(second_line("🔥 x", "x") == gutter + "   ^\n");
  CHECK(second_line("ｘ 漢字", "漢字") == gutter + "   ^^^^\n");
  CHECK(second_line("\x1b x", "x") == gutter + "         ^\n");   // shown as <U+001B>
}

TEST_CASE("a word of a megabyte is quoted by its beginning") {
  const Source source("a.runbook", "step x\n");
  const std::string word(1'000'000, 'x');
  const Diagnostic diagnostic("E0101", source, {0, 4}, "No declaration begins with `" + word + "`. Did you mean `step`?", "Write `" + word + "` and `this`.");
  CHECK(diagnostic.message == "No declaration begins with `" + std::string(99, 'x') + "…`. Did you mean `step`?");
  CHECK(diagnostic.help == "Write `" + std::string(99, 'x') + "…` and `this`.");
  const std::string open = "It is `" + word;
  CHECK(Diagnostic("E0101", source, {0, 4}, open).message == open);
}
