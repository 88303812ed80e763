// Runs one test: its runbook on a virtual clock, in a world and with people that do as the test says, and judges what came of it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "vm/bytecode/program.hpp"
#include "vm/bytecode/test_case.hpp"
#include "vm/exec/machine.hpp"

namespace rbc::testing {

// A runbook ready to be tested, made once for all its tests.
struct Prepared {
  std::shared_ptr<const Program> program;
  std::string image, hash;
};
Prepared prepare(Program program);

// One thing that is not as the test says.
struct Finding {
  std::string code;                   // E0801, E0803; empty: an expectation does not hold
  std::uint32_t site = 0;             // in the test
  std::int32_t place = kNone;         // site in the runbook, if that is what it is about
  Micros at = 0;
  std::string expected, seen, help;
};

struct Rehearsed {
  std::vector<Finding> findings;      // none: the test passes
  std::vector<bool> reached;          // as Rehearsal has it
  std::vector<std::string> story;     // what happened, a line each with its time, as a run's screen tells it
  std::optional<Outcome> outcome;
  Micros took = 0;                    // on the virtual clock
};

Rehearsed rehearse(const Prepared& prepared, const TestSuite& suite, const TestCase& test);

}  // namespace rbc::testing
