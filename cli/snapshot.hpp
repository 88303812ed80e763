// What a project's databases hold, as files that are committed: `schema/RESOURCE.schema`, read by every command and written by `schema pull`.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "grammar/embedded/schema.hpp"
#include "stdlib/database.hpp"

namespace rbc::cli {

using Snapshots = std::map<std::string, std::shared_ptr<const Schema>>;   // by the resource's name

std::filesystem::path snapshot_file(const std::filesystem::path& folder, const std::string& resource);

// Reads all of a folder. A folder that is not there holds none. Answers one sentence about the first that is damaged, or "".
std::string read_snapshots(const std::filesystem::path& folder, Snapshots& snapshots);

// Asks the server. Everything is in an order of its own, not the server's, so that the same database makes the same text. Answers one
// sentence's end ("no answer within 5 seconds"), or "".
std::string pull_schema(Database& database, Schema& schema);

}  // namespace rbc::cli
