#include "run/preflight.hpp"

namespace rbc {
namespace before {

template <class List>
std::string names(const List& list) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : ", ") + item.name;
  return text;
}

const Environment* environment(const Program& program, const std::string& wanted, std::vector<std::string>& problems) {
  const auto& all = program.environments;
  if (wanted.empty()) {
    if (all.size() == 1) return &all.front();
    if (!all.empty()) problems.push_back(fmt::format("say where {} runs: --env {}", program.runbook.id, names(all)));
    return nullptr;
  }
  for (const Environment& env : all)
    if (env.name == wanted) return &env;
  problems.push_back(all.empty() ? fmt::format("`{}` is no environment: this project declares none", wanted)
                                 : fmt::format("`{}` is no environment of this project; there is {}", wanted, names(all)));
  return nullptr;
}

void steps(const Program& program, const RunRequest& request, std::vector<std::string>& problems) {
  const auto& all = program.runbook.steps;
  const auto check = [&](const std::string& step, const char* flag) {
    if (step.empty() || std::any_of(all.begin(), all.end(), [&](const StepInfo& s) { return s.name == step; })) return;
    problems.push_back(fmt::format("{} has no step `{}` for {}; its steps are {}", program.runbook.id, step, flag, names(all)));
  };
  check(request.from, "--from");
  check(request.until, "--until");
  for (const std::string& step : request.allow) check(step, "--allow");
}

// What this program can come to hand over: secrets that stand in its code, and those of the addresses and exports of whatever it speaks to.
struct Reached {
  std::vector<bool> resources, secrets;
};

Reached reached(const Program& program, const Environment* environment) {
  Reached found{std::vector<bool>(program.resources.size()), std::vector<bool>(program.secrets.size())};
  const auto secret = [&](std::int64_t index) {
    if (index >= 0 && static_cast<std::size_t>(index) < found.secrets.size()) found.secrets[static_cast<std::size_t>(index)] = true;
  };
  for (std::size_t i = 0; i < program.resources.size(); ++i) {
    found.resources[i] = program.resources[i].used;
    if (!program.resources[i].used) continue;
    for (const Resource::Export& exported : program.resources[i].exports) secret(exported.secret);
  }
  if (environment != nullptr) {
    // A host that something is reached through is reached too; of hosts there is no chain.
    for (const Binding& binding : environment->bindings)
      if (binding.via != kNone && binding.resource < found.resources.size() && found.resources[binding.resource] && static_cast<std::size_t>(binding.via) < found.resources.size())
        found.resources[static_cast<std::size_t>(binding.via)] = true;
    for (const Binding& binding : environment->bindings)
      if (binding.resource < found.resources.size() && found.resources[binding.resource])
        for (const BindingPiece& piece : binding.address)
          if (piece.as == BindingPiece::As::secret) secret(piece.index);
  }
  // In the code a secret stands as `{secret: number}`.
  for (const Value& constant : program.constants)
    if (constant.tag() == Tag::record && constant.names().size() == 1)
      if (const Value* number = constant.field("secret"); number != nullptr && number->tag() == Tag::integer) secret(number->as_int());
  return found;
}

// Binds what the environment names, and says what is missing.
void bind(const Program& program, const std::vector<bool>& reached, Preflight& result) {
  result.bound.assign(program.resources.size(), false);
  std::vector<Value> slots(program.runbook.slots.size(), Value::missing("not bound yet"));
  for (std::size_t i = 0; i < program.runbook.inputs.size() && i < result.inputs.size(); ++i)
    if (program.runbook.inputs[i].slot < slots.size()) slots[program.runbook.inputs[i].slot] = result.inputs[i];
  if (result.environment != nullptr) {
    for (const Binding& binding : result.environment->bindings) {
      Filled filled = fill_binding(program, binding, slots, result.secrets);
      if (binding.resource < result.bound.size()) result.bound[binding.resource] = true;
      // Nothing is said to it in this run, so nothing of it has to be there.
      if (!filled.problem.empty() && binding.resource < reached.size() && !reached[binding.resource]) continue;
      if (!filled.problem.empty()) result.problems.push_back(std::move(filled.problem));
      else result.addresses.push_back(std::move(filled.address));
    }
  }
  for (std::size_t i = 0; i < program.resources.size(); ++i) {
    const Resource& resource = program.resources[i];
    if (result.bound[i]) continue;
    // Always there: the clock, and the machine that this runs on.
    if (resource.kind == ResourceKind::clock || (resource.kind == ResourceKind::host && resource.name == "local")) {
      result.bound[i] = true;
      result.addresses.push_back({static_cast<std::uint32_t>(i), "localhost", "localhost", kNone});
    } else if (resource.used && !resource.optional) {
      result.problems.push_back(result.environment != nullptr
                                    ? fmt::format("`{}` ({}) is not bound in env {}", resource.name, resource.title, result.environment->name)
                                    : fmt::format("`{}` ({}) is not bound: no environment was chosen", resource.name, resource.title));
    }
  }
}

}  // namespace before

Preflight preflight(const RunRequest& request) {
  Preflight result;
  const Program& program = *request.program;
  result.environment = before::environment(program, request.environment, result.problems);
  before::steps(program, request, result.problems);
  if (!result.problems.empty()) return result;
  InputsResolved inputs = resolve_inputs(program, result.environment != nullptr ? result.environment->name : "", request.inputs);
  result.problems = std::move(inputs.problems);
  result.inputs = std::move(inputs.values);
  const before::Reached reached = before::reached(program, result.environment);
  SecretsRead secrets = read_secrets(program, request.project, reached.secrets);
  for (std::string& problem : secrets.problems) result.problems.push_back(std::move(problem));
  result.secrets = std::move(secrets.values);
  if (result.problems.empty()) before::bind(program, reached.resources, result);
  return result;
}

Preflight preflight_again(const Program& program, const Start& start, const std::string& project) {
  Preflight result;
  result.environment = start.environment.empty() ? nullptr : before::environment(program, start.environment, result.problems);
  result.inputs = start.inputs;
  const before::Reached reached = before::reached(program, result.environment);
  SecretsRead secrets = read_secrets(program, project, reached.secrets);
  for (std::string& problem : secrets.problems) result.problems.push_back(std::move(problem));
  result.secrets = std::move(secrets.values);
  if (result.problems.empty()) before::bind(program, reached.resources, result);
  return result;
}

}  // namespace rbc
