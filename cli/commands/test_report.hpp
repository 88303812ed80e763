// What tests came to: for a terminal, as JSON, as JUnit's XML.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "run/testing/rehearse.hpp"

namespace rbc::cli {

struct TestDone {
  const testing::Prepared* prepared = nullptr;
  const testing::TestCase* test = nullptr;
  testing::Rehearsed result;
  double seconds = 0;              // by the real clock

  const Program& program() const { return *prepared->program; }
  const Site& site(std::uint32_t index) const { return program().sites[index]; }
  const std::string& file(std::uint32_t index) const { return program().files[site(index).file]; }
  bool passed() const { return result.findings.empty(); }
};

// One test as lines: whether it passed, and of one that failed each finding with the line, the expected and the seen; `story`: and what happened.
std::string test_lines(const TestDone& done, bool colour, bool story);
std::string test_json(const TestDone& done);                     // one line
std::string test_github(const TestDone& done);                   // GitHub's workflow commands, one a finding
std::string test_junit(const std::vector<TestDone>& done);

// What the tests of one runbook reached.
struct Reached {
  std::string runbook;
  std::size_t reached = 0, all = 0;
  struct Missed { std::string_view what; std::string file; std::uint32_t line = 0; std::string text; };
  std::vector<Missed> missed;      // by line
  double percent() const { return all == 0 ? 100 : 100.0 * static_cast<double>(reached) / static_cast<double>(all); }
};
Reached reached_of(const Program& program, const testing::TestSuite& suite, const std::vector<bool>& reached);
std::string coverage_lines(const Reached& reached);

}  // namespace rbc::cli
