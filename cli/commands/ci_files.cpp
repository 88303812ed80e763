#include "cli/commands/ci_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/files.hpp"

namespace rbc::cli {

namespace {

// Made by the build from .github/workflows/runbooks.yml, .gitlab/runbooks.gitlab-ci.yml and .pre-commit-hooks.yaml.
constexpr std::string_view kGithub =
#include "cli/ci_files/ci_github.inc"
    ;
constexpr std::string_view kGitlab =
#include "cli/ci_files/ci_gitlab.inc"
    ;
constexpr std::string_view kHooks =
#include "cli/ci_files/ci_hooks.inc"
    ;

struct CiFile {
  std::string path, text, next;
};

// The hooks as a project's own, which needs no other repository.
std::string pre_commit_config() {
  std::string out = "# Before each commit: `pre-commit install` once. The hooks call the `rbc` that is installed.\nrepos:\n  - repo: local\n    hooks:\n";
  std::string_view rest = kHooks;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += fmt::format("      {}\n", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

CiFile file_of(const std::string& system) {
  const std::string variable = "Set the variable RBC_PACKAGE there to the address of rbc's Debian package.";
  if (system == "github") return {".github/workflows/runbooks.yml", std::string(kGithub), variable};
  if (system == "gitlab")
    return {".gitlab/runbooks.gitlab-ci.yml", std::string(kGitlab), "Take it in, in .gitlab-ci.yml: `include: {local: .gitlab/runbooks.gitlab-ci.yml}`.\n" + variable};
  return {".pre-commit-config.yaml", pre_commit_config(), "Once in each clone: `pre-commit install`."};
}

}  // namespace

const std::vector<std::string>& ci_systems() {
  static const std::vector<std::string> names{"github", "gitlab", "pre-commit"};
  return names;
}

int write_ci(const std::filesystem::path& folder, const std::string& system) {
  const auto& known = ci_systems();
  if (std::find(known.begin(), known.end(), system) == known.end())
    return refuse(kUsage, fmt::format("`--ci` takes {}, not `{}`.{}", fmt::join(known, ", "), system, suggestion(system, known)));
  const CiFile file = file_of(system);
  const std::filesystem::path path = (folder / file.path).lexically_normal();
  std::error_code trouble;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, trouble))) return refuse(kUsage, fmt::format("{} is there already, and `rbc init` overwrites nothing.", path.string()));
  std::filesystem::create_directories(path.parent_path().empty() ? "." : path.parent_path(), trouble);
  if (trouble) return refuse(kBroken, fmt::format("cannot make the folder {}: {}.", path.parent_path().string(), trouble.message()));
  if (const std::string problem = write_whole(path.string(), file.text); !problem.empty()) return refuse(kBroken, problem);
  fmt::print("Wrote {}.\n{}\n", path.string(), file.next);
  return kOk;
}

}  // namespace rbc::cli
