// The door: parse, resolve, type, emit, verify.
#include "compiler/compile.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "compiler/checker.hpp"
#include "compiler/emit.hpp"
#include "compiler/index.hpp"
#include "compiler/lint/lint.hpp"
#include "compiler/outline/outline.hpp"
#include "compiler/times.hpp"
#include "vm/bytecode/image.hpp"

namespace rbc {

namespace {

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

bool same_id(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

bool Checked::ok() const { return !has_errors(diagnostics); }

Checked check_project(Sources& sources, const std::vector<std::string>& paths, const Catalogue& catalogue, const Settings& settings) {
  Checked checked;
  front::Checker checker(sources, catalogue, settings);
  for (const std::string& path : paths)
    if (const auto file = checker.load(path)) add_to_index(checked.index, *checker.facts.trees[*file]);
  finish_index(checked.index);
  checker.check_all();
  times::judge(checker.facts, settings, checker.diagnostics);
  lint::run(checker.facts, settings, checker.diagnostics);
  checker.finish();
  checked.diagnostics = std::move(checker.diagnostics);
  checked.suppressed = std::move(checker.suppressed);
  return checked;
}

struct RunbookCompiler::Current {
  std::string path;
  front::Checker checker;
  std::optional<std::uint32_t> file;
};

RunbookCompiler::RunbookCompiler(Sources& sources, const Catalogue& catalogue, const Settings& settings) : sources_(sources), catalogue_(catalogue), settings_(settings) {}
RunbookCompiler::~RunbookCompiler() = default;

Compiled RunbookCompiler::compile(const std::string& path, const std::string& id, outline::Outline* outline) {
  Compiled compiled;
  if (!current_ || current_->path != path) {
    current_.reset(new Current{path, front::Checker(sources_, catalogue_, settings_), {}});
    front::Checker& checker = current_->checker;
    current_->file = checker.load(path);
    if (current_->file) {
      checker.check_all();
      times::judge(checker.facts, settings_, checker.diagnostics);
      checker.finish();
    }
  }
  front::Checker& checker = current_->checker;
  if (!current_->file) return compiled;
  if (has_errors(checker.diagnostics)) {
    compiled.diagnostics = checker.diagnostics;
    return compiled;
  }
  compiled.diagnostics = std::exchange(checker.diagnostics, {});
  for (std::uint32_t i = 0; i < checker.facts.runbooks.size(); ++i) {
    const RunbookFacts& runbook = checker.facts.runbooks[i];
    if (runbook.def.file != *current_->file || !same_id(runbook.id, id)) continue;
    checker.merge_environments(i, front::Checker::Merge::whole);
    checker.diagnostics.clear();   // of the environments: they were judged before
    Program program = emit(checker.facts, i, catalogue_);
    const auto faults = verify(program);
    if (!faults.empty()) {
      // Our own mistake, never the author's: what was emitted cannot be run, and must not be.
      assert(faults.empty() && "the compiler emitted a program that does not verify; please report this");
      const Tree& tree = *checker.facts.trees[*current_->file];
      compiled.diagnostics.emplace_back("E0099", tree.source(), tree.span(runbook.def.node), "This runbook cannot be compiled: " + faults.front());
      return compiled;
    }
    compiled.program = std::move(program);
    if (outline) *outline = outline::outline_of(checker.facts, i), outline->bounds = compiled.program->bounds;
    return compiled;
  }
  return compiled;
}

Compiled compile_runbook(Sources& sources, const std::string& path, const std::string& id, const Catalogue& catalogue,
                         const Settings& settings, outline::Outline* outline) {
  return RunbookCompiler(sources, catalogue, settings).compile(path, id, outline);
}

CompiledTests compile_tests(Sources& sources, const std::vector<std::string>& paths, const Catalogue& catalogue, const Settings& settings) {
  CompiledTests compiled;
  front::Checker checker(sources, catalogue, settings);
  for (const std::string& path : paths)
    if (const auto file = checker.load(path)) add_to_index(compiled.index, *checker.facts.trees[*file]);
  finish_index(compiled.index);
  checker.check_all();
  times::judge(checker.facts, settings, checker.diagnostics);
  checker.finish();
  compiled.diagnostics = std::move(checker.diagnostics);
  if (has_errors(compiled.diagnostics)) return compiled;
  std::vector<std::uint32_t> order;               // of the first test of each
  std::map<std::uint32_t, std::vector<const TestFacts*>> tests;
  for (const TestFacts& test : checker.tests) {
    if (tests[test.runbook].empty()) order.push_back(test.runbook);
    tests[test.runbook].push_back(&test);
  }
  for (const std::uint32_t runbook : order) {
    Tested tested;
    checker.merge_environments(runbook, front::Checker::Merge::whole);
    tested.program = emit_tested(checker.facts, runbook, tests[runbook], tested.suite);
    if (const auto faults = verify(tested.program); !faults.empty()) {
      assert(faults.empty() && "the compiler emitted a test that does not verify; please report this");
      const NodeRef def = checker.facts.runbooks[runbook].def;
      const Tree& tree = checker.facts.tree(def);
      compiled.diagnostics.emplace_back("E0099", tree.source(), tree.span(def.node), "The tests of this runbook cannot be compiled: " + faults.front());
      continue;
    }
    compiled.runbooks.push_back(std::move(tested));
  }
  return compiled;
}

std::vector<std::string> unsupported() { return {}; }

}  // namespace rbc
