// Text in, verified program out, with everything that can be said about the text on the way. Pure: files come through Sources.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/settings.hpp"
#include "grammar/ast.hpp"
#include "grammar/diagnostic.hpp"
#include "grammar/source.hpp"
#include "vm/bytecode/program.hpp"
#include "vm/bytecode/test_case.hpp"
#include "vm/model/catalogue.hpp"

namespace rbc {

namespace outline { struct Outline; }             // the runbook as people read it (compiler/outline/outline.hpp)

// A runbook as a project lists it, found by parsing alone.
struct RunbookEntry {
  std::string id, title, path;
  unsigned line = 0;                              // from 1
  std::string severity;                           // as written; empty if there is none
  std::vector<AlertInfo> alerts;
};
// A check that `rbc look` can be given.
struct CheckEntry { std::string name, runbook, path; };

struct Index {
  std::vector<RunbookEntry> runbooks;
  std::vector<CheckEntry> checks;
  std::vector<std::string> environments;
};

struct Checked {
  Index index;
  std::vector<Diagnostic> diagnostics;            // stable order: path, place, code; one root error an expression
  std::vector<Suppressed> suppressed;             // what `# rbc: allow(…)` took out of them
  bool ok() const;                                // no errors
};

// The `alert` line of a runbook.
AlertInfo alert_of(const Tree& tree, NodeId node);

// Ids, checks and environments by parsing alone: a mistake in one file hides no other's.
Index index_project(Sources& sources, const std::vector<std::string>& paths);

// Parses, resolves, types, classifies and lints every file. `paths` are the project's files; what they `use` is loaded as needed.
Checked check_project(Sources& sources, const std::vector<std::string>& paths, const Catalogue& catalogue,
                      const Settings& settings = {});

struct Compiled {
  std::optional<Program> program;                 // only without errors; verified
  std::vector<Diagnostic> diagnostics;            // of the runbook's file and what it uses
};
// Compiles runbooks one after another: those of one file after a single check of it, with what it uses. Errors come with each
// answer, warnings with the first of a file.
class RunbookCompiler {
 public:
  RunbookCompiler(Sources& sources, const Catalogue& catalogue, const Settings& settings);
  ~RunbookCompiler();
  Compiled compile(const std::string& path, const std::string& id, outline::Outline* outline = nullptr);

 private:
  struct Current;
  Sources& sources_;
  const Catalogue& catalogue_;
  const Settings& settings_;
  std::unique_ptr<Current> current_;              // the file that was compiled from last
};

// Compiles the runbook `id` (any case) that stands in `path`; `outline`, if given, is filled together with the program.
Compiled compile_runbook(Sources& sources, const std::string& path, const std::string& id, const Catalogue& catalogue,
                         const Settings& settings = {}, outline::Outline* outline = nullptr);

// The tests that stand in `paths`, runbook by runbook: each with its program, verified.
struct Tested {
  Program program;
  testing::TestSuite suite;
};
struct CompiledTests {
  Index index;                                    // what else stands in the files
  std::vector<Tested> runbooks;                   // only without errors
  std::vector<Diagnostic> diagnostics;
};
CompiledTests compile_tests(Sources& sources, const std::vector<std::string>& paths, const Catalogue& catalogue, const Settings& settings = {});

// A line a construct that the grammar takes and the compiler does not yet; empty when the whole language is built.
std::vector<std::string> unsupported();

}  // namespace rbc
