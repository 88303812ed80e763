// `rbc schema pull`: what the databases of a project hold, written down for `rbc check` to know.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/config.hpp"
#include "cli/databases.hpp"
#include "cli/files.hpp"
#include "cli/snapshot.hpp"

namespace rbc::cli {

namespace {

std::string counted(std::size_t n, std::string_view one, std::string_view many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

// Pulls one, and says what is in it or what has changed. Answers one sentence when it cannot.
std::string pull(const BoundDatabase& from, const std::string& environment, const std::filesystem::path& folder) {
  Database database(from.address);
  Schema now;
  if (const std::string problem = pull_schema(database, now); !problem.empty()) return fmt::format("`{}` of env {} ({}) cannot be read: {}.", from.resource, environment, from.shown, problem);
  const std::filesystem::path file = snapshot_file(folder, from.resource);
  const std::string text = print_schema(now, from.resource), shown = shown_path(file);
  const auto was = read_whole(file.string());
  if (was && *was == text) return fmt::print("{}: as it was.\n", shown), "";
  if (const std::string problem = write_whole(file.string(), text); !problem.empty()) return problem;
  fmt::print("{}: PostgreSQL {}, {}, {}, {}.\n", shown, now.server, counted(now.relations.size(), "table or view", "tables and views"), counted(now.types.size(), "type", "types"),
             counted(now.functions.size(), "function", "functions"));
  Schema before;
  if (was && parse_schema(*was, before).empty())
    for (const std::string& each : schema_differences(before, now)) fmt::print("  {}.\n", each);
  return {};
}

}  // namespace

int schema(const Given& given) {
  if (given.words[0] != "pull") return refuse(kUsage, fmt::format("`rbc schema {}` is nothing.{} It is written `rbc schema pull --env E`.", given.words[0], suggestion(given.words[0], {"pull"})));
  const Project project = find_project({}, false);
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  DiskSources sources;
  const Databases databases = find_databases(sources, project, given.get("env"), {given.words.begin() + 1, given.words.end()});
  if (!databases.problem.empty()) return refuse(kUsage, databases.problem);
  for (const std::string& each : databases.left_out) fmt::print(stderr, "rbc: {}\n", each);
  std::error_code trouble;
  std::filesystem::create_directories(project.schemas, trouble);
  if (trouble) return refuse(kBroken, fmt::format("the folder {} cannot be made: {}.", shown_path(project.schemas), trouble.message()));
  int code = databases.broken ? kBroken : kOk;
  for (const BoundDatabase& each : databases.all)
    if (const std::string problem = pull(each, databases.environment, project.schemas); !problem.empty()) code = refuse(kBroken, problem);
  return code;
}

}  // namespace rbc::cli
