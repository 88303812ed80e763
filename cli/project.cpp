#include "cli/project.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/config.hpp"
#include "cli/snapshot.hpp"
#include "stdlib/world.hpp"

namespace rbc::cli {

namespace fs = std::filesystem;

namespace {

bool hidden_or_built(const fs::path& folder) {
  std::string name = folder.filename().string();
  return (name.size() > 1 && name[0] == '.') || name == "node_modules" || name == "build";
}

void gather(const fs::path& folder, std::vector<std::string>& files) {
  std::error_code trouble;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, trouble), end;
  for (; it != end && !trouble; it.increment(trouble)) {
    if (it->is_directory(trouble) && hidden_or_built(it->path())) it.disable_recursion_pending();
    else if (it->path().extension() == ".runbook" && it->is_regular_file(trouble)) files.push_back(shown_path(it->path()));
  }
}

}  // namespace

bool same_id(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Project find_project(const std::vector<std::string>& levels, bool snapshots) {
  Project project;
  std::error_code trouble;
  fs::path here = fs::current_path(trouble);
  if (trouble) return project.problem = "the working directory cannot be read.", project;
  Config config;
  Levels said;
  for (const std::string& each : levels)
    if (project.problem = read_level(each, said); !project.problem.empty()) return project;
  fs::path root = here;
  for (fs::path up = here; ; up = up.parent_path()) {
    if (fs::is_regular_file(up / "rbc.toml", trouble)) {
      root = up;
      project.problem = read_config(up / "rbc.toml", config);
      if (!project.problem.empty()) return project;
      break;
    }
    if (up == up.parent_path()) break;
  }
  project.settings.budgets = config.budgets;
  project.settings.level = level_of(config, said, root);
  project.settings.now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  project.root = root.string();
  project.state = (root / ".rbc").string();
  project.schemas = (root / config.schema).string();
  if (snapshots) project.problem = read_snapshots(project.schemas, project.snapshots);
  if (!project.problem.empty()) return project;
  for (const auto& [resource, schema] : project.snapshots) project.settings.schemas[resource] = schema.get();
  if (config.folders.empty()) config.folders.push_back(root);
  for (const fs::path& folder : config.folders) gather(folder, project.files);
  std::sort(project.files.begin(), project.files.end());
  project.files.erase(std::unique(project.files.begin(), project.files.end()), project.files.end());
  return project;
}

std::vector<std::string> expand(const std::vector<std::string>& paths, std::string& problem) {
  std::vector<std::string> files;
  std::error_code trouble;
  for (const std::string& path : paths) {
    if (fs::is_directory(path, trouble)) {
      size_t before = files.size();
      gather(path, files);
      if (files.size() == before) return problem = fmt::format("there is no runbook in {}.", path), files;
    } else {
      files.push_back(fs::path(path).lexically_normal().string());
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

namespace {

// Finds ids by parsing alone, so that a mistake in one file does not hide the others.
const RunbookEntry* by_id(const Index& index, const std::string& id) {
  for (const RunbookEntry& entry : index.runbooks)
    if (same_id(entry.id, id)) return &entry;
  return nullptr;
}

}  // namespace

Chosen choose_runbook(Sources& sources, const Project& project, const std::string& id, outline::Outline* outline) {
  Chosen chosen;
  if (!project.problem.empty()) return chosen.code = refuse(kUsage, project.problem), chosen;
  if (project.files.empty()) {
    chosen.code = refuse(kUsage, fmt::format("there is no runbook below {}.", project.root));
    return chosen;
  }
  chosen.index = index_project(sources, project.files);
  const RunbookEntry* entry = by_id(chosen.index, id);
  if (!entry) {
    std::vector<std::string> ids;
    for (const RunbookEntry& each : chosen.index.runbooks) ids.push_back(each.id);
    std::string all;
    if (ids.size() <= 12)
      for (const std::string& each : ids) all += (all.empty() ? " This project has " : ", ") + each;
    std::string near = suggestion(id, ids);
    chosen.code = refuse(kUsage, fmt::format("no runbook `{}` here.{}", id, !near.empty() ? near : all.empty() ? "" : all + "."));
    return chosen;
  }
  RunbookCompiler compiler(sources, catalogue(), project.settings);
  Chosen one = choose_entry(compiler, *entry, outline);
  one.index = std::move(chosen.index);
  return one;
}

Chosen choose_entry(RunbookCompiler& compiler, const RunbookEntry& entry, outline::Outline* outline) {
  Chosen chosen;
  Compiled compiled = compiler.compile(entry.path, entry.id, outline);
  size_t errors = 0;
  for (const Diagnostic& d : compiled.diagnostics) {
    if (d.severity != Severity::Error) continue;
    if (errors++ < 10) fmt::print(stderr, "{}\n", render_pretty(d, colours(2)));
  }
  if (!compiled.program) {
    chosen.code = refuse(kUsage, fmt::format("{} does not compile: {} error{}. Nothing was started.", entry.id, errors, errors == 1 ? "" : "s"));
    return chosen;
  }
  chosen.program = std::move(compiled.program);
  return chosen;
}

std::string choose_environment(const Program& program, const std::string& asked, int& code) {
  std::vector<std::string> names;
  for (const Environment& e : program.environments) names.push_back(e.name);
  if (asked.empty()) {
    if (names.size() == 1) return names[0];
    std::string all;
    for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
    code = refuse(kUsage, names.empty() ? "no environment is declared: add `env NAME` with a line for each resource."
                                        : fmt::format("which environment? Say `--env` with one of: {}.", all));
    return {};
  }
  if (std::find(names.begin(), names.end(), asked) != names.end()) return asked;
  code = refuse(kUsage, fmt::format("no environment `{}` here.{}", asked, suggestion(asked, names)));
  return {};
}

std::vector<std::pair<std::string, std::string>> collect_inputs(const Program& program, const std::vector<std::string>& input_flags,
                                                                const std::vector<std::pair<std::string, std::string>>& extra, int& code) {
  std::vector<std::pair<std::string, std::string>> inputs;
  std::vector<std::string> known;
  for (const InputInfo& input : program.runbook.inputs) known.push_back(input.name);
  for (const std::string& flag : input_flags) {
    size_t eq = flag.find('=');
    if (eq == std::string::npos) return code = refuse(kUsage, fmt::format("`--input {}` has no `=`. It is written `--input NAME=VALUE`.", flag)), inputs;
    inputs.emplace_back(flag.substr(0, eq), flag.substr(eq + 1));
  }
  inputs.insert(inputs.end(), extra.begin(), extra.end());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string& name = inputs[i].first;
    if (std::find(known.begin(), known.end(), name) == known.end())
      return code = refuse(kUsage, fmt::format("`{}` is neither a flag nor an input of {}.{}", name, program.runbook.id, suggestion(name, known))), inputs;
    for (size_t j = 0; j < i; ++j)
      if (inputs[j].first == name) return code = refuse(kUsage, fmt::format("the input `{}` is given twice.", name)), inputs;
  }
  return inputs;
}

}  // namespace rbc::cli
