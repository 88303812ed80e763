// The project around the working directory: its files, its runbooks, its state.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.hpp"

namespace rbc::cli {

struct Project {
  std::string root;                      // the folder with rbc.toml, else the working directory
  std::string state;                     // root/.rbc
  std::vector<std::string> files;        // every *.runbook below the root, sorted; relative to the working directory where that is shorter
  std::string schemas;                   // the folder of the snapshots: root/schema, or as rbc.toml says
  std::map<std::string, std::shared_ptr<const Schema>> snapshots;   // by resource; settings.schemas points into it
  Settings settings;                     // what rbc.toml says of how runbooks are judged, and the time of day
  std::string problem;                   // one sentence; empty if the project can be read
};
// `levels`: those of the command line, `CODE=off|warning|error` each, over the project's own.
// Without `snapshots` those of databases are not read: nothing about them can then be wrong.
Project find_project(const std::vector<std::string>& levels = {}, bool snapshots = true);

// Files named by a person: a folder means every runbook below it. Problem: the first that cannot be read.
std::vector<std::string> expand(const std::vector<std::string>& paths, std::string& problem);

// One runbook compiled, or its diagnostics printed to stderr and the exit code to end with.
struct Chosen {
  std::optional<Program> program;
  Index index;
  int code = 0;
};
// `outline`, if given, is filled together with the program.
Chosen choose_runbook(Sources& sources, const Project& project, const std::string& id, outline::Outline* outline = nullptr);

// The same of a line of an index: for many of them, one after another.
Chosen choose_entry(RunbookCompiler& compiler, const RunbookEntry& entry, outline::Outline* outline = nullptr);

// `--env`, or the only environment there is. Refuses with a sentence: empty name, code set.
std::string choose_environment(const Program& program, const std::string& asked, int& code);

// `--input a=b` and `--a b`, each held against the inputs that are declared. Refuses with a sentence: code set.
std::vector<std::pair<std::string, std::string>> collect_inputs(const Program& program, const std::vector<std::string>& input_flags,
                                                                const std::vector<std::pair<std::string, std::string>>& extra, int& code);

// The same id, without regard to case.
bool same_id(std::string_view a, std::string_view b);

}  // namespace rbc::cli
