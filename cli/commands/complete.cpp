// What the shells' completion scripts call: `rbc __complete WORD…`, the last word being completed. One candidate a line; never an error.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/project.hpp"
#include "grammar/diagnostic.hpp"
#include "grammar/render/report.hpp"
#include "run/store/store.hpp"
#include "stdlib/world.hpp"

namespace rbc::cli {

namespace {

using Candidates = std::vector<std::string>;

// What has been named so far on the line.
struct LineSoFar {
  const Command* command = nullptr;
  std::string runbook;                       // the first positional of a command that takes one
};

Candidates candidates_of(Of of, const LineSoFar& line) {
  Candidates out;
  if (of == Of::format) return format_names();
  if (of == Of::shell) return {"bash", "zsh", "fish"};
  if (of == Of::code) {
    for (const DiagnosticInfo& info : all_diagnostics()) out.emplace_back(info.code);
    return out;
  }
  if (of == Of::nothing || of == Of::text || of == Of::file) return out;
  Project project = find_project();
  if (!project.problem.empty()) return out;
  if (of == Of::run) {
    std::error_code ignored;
    std::string problem, path = project.state + "/runs.db";
    if (!std::filesystem::exists(path, ignored)) return out;
    if (auto store = open_sqlite(path, problem))
      for (const RunRow& row : store->runs()) out.push_back(row.id);
    return out;
  }
  DiskSources sources;
  Index index = index_project(sources, project.files);
  if (of == Of::runbook) {
    for (const RunbookEntry& entry : index.runbooks) {
      std::string id = entry.id;
      for (char& c : id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      out.push_back(id);
    }
  } else if (of == Of::environment) {
    out = index.environments;
  } else if (of == Of::check) {
    for (const CheckEntry& check : index.checks) out.push_back(check.name);
  } else if (of == Of::step) {
    for (const RunbookEntry& entry : index.runbooks)
      if (same_id(entry.id, line.runbook)) {
        Compiled compiled = compile_runbook(sources, entry.path, entry.id, catalogue(), project.settings);
        if (compiled.program)
          for (const StepInfo& step : compiled.program->runbook.steps) out.push_back(step.name);
      }
  }
  return out;
}

Candidates inputs_of(const std::string& runbook) {
  Candidates out;
  Project project = find_project();
  DiskSources sources;
  Index index = index_project(sources, project.files);
  for (const RunbookEntry& entry : index.runbooks)
    if (same_id(entry.id, runbook)) {
      Compiled compiled = compile_runbook(sources, entry.path, entry.id, catalogue(), project.settings);
      if (compiled.program)
        for (const InputInfo& input : compiled.program->runbook.inputs) out.push_back(input.name);
    }
  return out;
}

}  // namespace

int complete(const Given& given) {
  const std::vector<std::string>& words = given.words;
  std::string current = words.empty() ? "" : words.back();
  Candidates out;
  LineSoFar line;
  if (words.size() <= 1) {
    for (const Command& c : commands())
      if (!c.summary.empty()) out.emplace_back(c.name);
  } else if ((line.command = find_command(words[0]))) {
    const Flag* waiting = nullptr;           // the flag whose value is being written
    std::string waiting_name;
    for (size_t i = 1; i + 1 < words.size(); ++i) {
      const std::string& word = words[i];
      if (waiting) {
        waiting = nullptr;
        continue;
      }
      if (word.rfind("--", 0) == 0) {
        for (const Flag& f : line.command->flags)
          if (word.substr(2) == f.name && !f.value.empty()) waiting = &f;
      } else if (line.runbook.empty()) {
        line.runbook = word;
      }
    }
    if (waiting && waiting->name == "input") {
      for (const std::string& name : inputs_of(line.runbook)) out.push_back(name + "=");
    } else if (waiting && waiting->name == "may") {
      out = {"change"};
    } else if (waiting && waiting->of == Of::format && waiting->value.find('|') != std::string_view::npos) {
      for (std::string_view rest = waiting->value; !rest.empty();) {
        const size_t end = std::min(rest.find('|'), rest.size());
        out.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    } else if (waiting) {
      out = candidates_of(waiting->of, line);
    } else if (current.rfind('-', 0) == 0) {
      for (const Flag& f : line.command->flags) out.push_back(fmt::format("--{}", f.name));
      out.emplace_back("--help");
      if (line.command->takes_inputs && !line.runbook.empty())
        for (const std::string& name : inputs_of(line.runbook)) out.push_back("--" + name);
    } else if (line.command->name == "help") {
      for (const Command& c : commands())
        if (!c.summary.empty()) out.emplace_back(c.name);
    } else if (line.command->name == "dump") {
      out = {"unsupported"};
    } else {
      out = candidates_of(line.command->of, line);
      if (line.command->of == Of::run && line.command->name != "runs") out.insert(out.begin(), "last");
    }
  }
  for (const std::string& each : out)
    if (each.compare(0, current.size(), current) == 0) fmt::print("{}\n", each);
  return kOk;
}

}  // namespace rbc::cli
