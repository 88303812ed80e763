// What `rbc init --ci` writes: the files of this project that check runbooks in CI, as they stand in its repository.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace rbc::cli {

const std::vector<std::string>& ci_systems();   // github, gitlab, pre-commit

// Writes the files of one system below a folder, and says which; overwrites nothing. Answers an exit code.
int write_ci(const std::filesystem::path& folder, const std::string& system);

}  // namespace rbc::cli
