// What a project, and the moment, say about how its runbooks are to be judged. Everything is optional.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "grammar/diagnostic.hpp"

namespace rbc {

struct AlertRule;                                 // of a rule file (compiler/lint/alert_rules.hpp)
struct Schema;                                    // what a database holds, as a project has it written down (grammar/embedded/schema.hpp)

// An SQL statement as its database is sent it, holes as `$n` with their types.
struct SqlSent {
  std::string resource;                           // its name
  const Source* source = nullptr;
  std::string text;
  std::vector<std::uint32_t> places;              // of each byte of the text, and of its end: the byte in the source
  std::vector<std::string> types;                 // of the answer's columns, as PostgreSQL names them; empty where it is not known
  std::vector<std::uint32_t> column_places;       // of each, the byte in the source
};

enum class Level : std::uint8_t { off, warning, error };

struct Settings {
  bool whole_project = false;                     // every file of the project is there: a runbook that is not found does not exist
  std::optional<std::int64_t> now;                // microseconds since 1970: what `reviewed` is held against (W0901)
  std::map<std::string, std::int64_t> budgets;    // severity → the longest that a headless run may take, microseconds (E0605)
  // How grave a code is in a file: the command line over rbc.toml; nothing: as the table of diagnostics says. Errors stay errors.
  std::function<std::optional<Level>(const std::string& path, const std::string& code)> level;
  const std::vector<AlertRule>* alerts = nullptr; // rules that runbooks are held against (W0920 to W0925); owned by the caller
  std::map<std::string, const Schema*> schemas;   // name of a `postgres` resource → its snapshot; owned by the caller
  std::function<void(const SqlSent&)> sent;       // is told of every SQL statement without a mistake, if anybody wants to hear; may be told twice
  std::vector<Diagnostic> outside;                // what other tools have found; allowed, turned down and ordered like the compiler's own
  bool shellcheck = false;                        // whether ShellCheck was asked: an `allow` of its numbers can only then be unused
};

}  // namespace rbc
