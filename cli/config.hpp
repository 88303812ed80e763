// rbc.toml: what a project says of itself. Whatever this version does not know is a mistake, with a suggestion.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "compiler/settings.hpp"

namespace rbc::cli {

using Levels = std::map<std::string, Level>;                 // by code

struct Config {
  struct Override {
    std::vector<std::string> paths;                          // patterns, from the project's folder: `legacy/**`
    Levels levels;
  };
  std::vector<std::filesystem::path> folders;                // where runbooks are; empty: the project's folder
  std::filesystem::path schema = "schema";                   // the folder of the snapshots, from the project's folder
  std::map<std::string, std::int64_t> budgets;               // by severity, microseconds
  Levels levels;
  std::vector<Override> overrides;                           // the later wins
};

// Reads it, or answers one sentence that names the file and, where there is one, the line. "" if all is well.
std::string read_config(const std::filesystem::path& file, Config& config);

// `CODE=off|warning|error`, of `--level`. Answers one sentence, or "".
std::string read_level(const std::string& text, Levels& levels);

// How grave a code is in a file: the command line over the nearest path over the project. `root` is the project's folder; paths of
// files are relative to the working folder.
decltype(Settings::level) level_of(const Config& config, const Levels& command_line, const std::filesystem::path& root);

// Whether a path matches a pattern: `*` and `?` stay within a folder, `**` goes through folders.
bool matches_pattern(std::string_view pattern, std::string_view path);

// A path as it is shown: relative to the working folder, unless that goes far up.
std::string shown_path(const std::filesystem::path& path);

// A key of rbc.toml, as its manual page tells it.
struct ProjectKey {
  std::string_view name, says, example;
};
const std::vector<ProjectKey>& project_keys();

}  // namespace rbc::cli
