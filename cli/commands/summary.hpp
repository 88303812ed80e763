// A report in Markdown for the page of a CI job: each runbook with its findings and how long it can take.
#pragma once
#include <string>
#include <vector>

#include "cli/commands/test_report.hpp"
#include "cli/commands/times.hpp"

namespace rbc::cli {

// `budgets`: by severity, microseconds (rbc.toml).
std::string summary(const Report& report, const Index& index, const std::vector<RunbookTimes>& times, const std::map<std::string, std::int64_t>& budgets);

// The same of tests: each runbook with how many pass and how much of it they reach, and what failed.
std::string summary_of_tests(const std::vector<TestDone>& done, const std::vector<Reached>& reached);

// Adds it to the end of the file, which other steps of the job may have begun. Answers one sentence, or "".
std::string append(const std::string& path, const std::string& text);

}  // namespace rbc::cli
