// A report in Markdown for the page of a CI job: each runbook with its findings and how long it can take.
#pragma once
#include <string>
#include <vector>

#include "cli/commands/times.hpp"

namespace rbc::cli {

// `budgets`: by severity, microseconds (rbc.toml).
std::string summary(const Report& report, const Index& index, const std::vector<RunbookTimes>& times, const std::map<std::string, std::int64_t>& budgets);

// Adds it to the end of the file, which other steps of the job may have begun. Answers one sentence, or "".
std::string append(const std::string& path, const std::string& text);

}  // namespace rbc::cli
