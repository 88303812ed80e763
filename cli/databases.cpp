#include "cli/databases.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "stdlib/world.hpp"
#include "vm/exec/machine.hpp"

namespace rbc::cli {

namespace {

std::string choose(const Index& index, const std::string& asked, std::string& problem) {
  const auto& names = index.environments;
  if (names.empty()) problem = "no environment is declared: add `env NAME` with a line for each resource.";
  else if (asked.empty() && names.size() > 1) problem = fmt::format("which environment? Say `--env` with one of: {}.", fmt::join(names, ", "));
  else if (!asked.empty() && std::find(names.begin(), names.end(), asked) == names.end()) problem = fmt::format("no environment `{}` here.{}", asked, suggestion(asked, names));
  else return asked.empty() ? names[0] : asked;
  return {};
}

class Finder {
 public:
  Finder(Databases& found, const std::string& root, const std::vector<std::string>& wanted) : found_(found), root_(root), wanted_(wanted) {}

  void add(const Program& program) {
    const auto environment = std::find_if(program.environments.begin(), program.environments.end(), [&](const auto& e) { return e.name == found_.environment; });
    for (const Resource& resource : program.resources)
      if (resource.kind == ResourceKind::postgres) known_.insert(resource.name);
    if (environment == program.environments.end()) return;
    const InputsResolved inputs = resolve_inputs(program, environment->name, {});
    std::vector<Value> slots(program.runbook.slots.size(), Value::missing("not given"));
    for (std::size_t i = 0; i < program.runbook.inputs.size() && i < inputs.values.size(); ++i)
      if (program.runbook.inputs[i].slot < slots.size()) slots[program.runbook.inputs[i].slot] = inputs.values[i];
    std::vector<bool> needed(program.secrets.size());
    for (const Binding& binding : environment->bindings)
      if (wants(program.resources[binding.resource]))
        for (const BindingPiece& piece : binding.address)
          if (piece.as == BindingPiece::As::secret && piece.index < needed.size()) needed[piece.index] = true;
    const SecretsRead secrets = read_secrets(program, root_, needed);
    for (const Binding& binding : environment->bindings) add(program, binding, slots, secrets);
  }

  void finish() {
    for (auto& [name, each] : bound_) found_.all.push_back(std::move(each));
    for (auto& [name, sentence] : left_out_)
      if (std::none_of(found_.all.begin(), found_.all.end(), [&name = name](const auto& each) { return each.resource == name; })) found_.left_out.push_back(sentence);
    for (const std::string& each : wanted_) {
      if (!found_.problem.empty()) return;
      if (!known_.contains(each))
        found_.problem = fmt::format("there is no `postgres` resource `{}`.{}", each, suggestion(each, {known_.begin(), known_.end()}));
      else if (left_out_.contains(each) && !bound_.contains(each)) found_.problem = left_out_[each];
      else if (!bound_.contains(each)) found_.problem = fmt::format("`{}` is not bound in env {}.", each, found_.environment);
    }
    if (found_.problem.empty() && found_.all.empty() && found_.left_out.empty())
      found_.problem = known_.empty() ? "no runbook here speaks to a `postgres` resource." : fmt::format("no `postgres` resource is bound in env {}.", found_.environment);
  }

 private:
  bool wants(const Resource& resource) const {
    return resource.kind == ResourceKind::postgres && (wanted_.empty() || std::find(wanted_.begin(), wanted_.end(), resource.name) != wanted_.end());
  }
  void add(const Program& program, const Binding& binding, const std::vector<Value>& slots, const SecretsRead& secrets) {
    const Resource& resource = program.resources[binding.resource];
    if (!wants(resource)) return;
    if (!resource.parameters.empty()) return leave_out(resource.name, fmt::format("`{}` takes arguments, so it is no one database.", resource.name));
    if (binding.via != kNone) return leave_out(resource.name, fmt::format("`{}` is reached through another machine, which this version does not do.", resource.name));
    Filled filled = fill_binding(program, binding, slots, secrets.values);
    found_.broken = found_.broken || !filled.problem.empty();
    if (!filled.problem.empty()) return leave_out(resource.name, fmt::format("`{}`: {}", resource.name, secrets.problems.empty() ? filled.problem : secrets.problems[0]));
    const auto [at, fresh] = bound_.try_emplace(resource.name, BoundDatabase{resource.name, filled.address.text, filled.address.shown});
    if (fresh || at->second.shown == filled.address.shown || !found_.problem.empty()) return;
    found_.problem = fmt::format("`{}` is {} in one runbook and {} in another: give the two databases two names.", resource.name, at->second.shown, filled.address.shown);
  }
  void leave_out(const std::string& name, std::string sentence) { left_out_.try_emplace(name, std::move(sentence)); }

  Databases& found_;
  const std::string& root_;
  const std::vector<std::string>& wanted_;
  std::map<std::string, BoundDatabase> bound_;
  std::map<std::string, std::string> left_out_;
  std::set<std::string> known_;
};

}  // namespace

Databases find_databases(Sources& sources, const Project& project, const std::string& asked, const std::vector<std::string>& wanted) {
  Databases found;
  const Index index = index_project(sources, project.files);
  found.environment = choose(index, asked, found.problem);
  if (!found.problem.empty()) return found;
  Settings settings = project.settings;
  settings.schemas.clear();
  Finder finder(found, project.root, wanted);
  bool any = false;
  RunbookCompiler compiler(sources, catalogue(), settings);
  for (const RunbookEntry& entry : index.runbooks) {
    const Compiled compiled = compiler.compile(entry.path, entry.id);
    if (!compiled.program) continue;
    any = true;
    finder.add(*compiled.program);
  }
  if (!any) {
    found.problem = index.runbooks.empty() ? fmt::format("there is no runbook below {}.", project.root) : "no runbook here compiles: `rbc check` says why.";
    return found;
  }
  finder.finish();
  return found;
}

}  // namespace rbc::cli
