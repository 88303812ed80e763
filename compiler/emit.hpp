// The compiler's last pass: checked facts in, a program out that verifies.
#pragma once
#include <cstdint>

#include "compiler/checked.hpp"
#include "compiler/test_facts.hpp"
#include "vm/bytecode/program.hpp"
#include "vm/bytecode/test_case.hpp"
#include "vm/model/catalogue.hpp"

namespace rbc {

// Emits the runbook facts.runbooks[runbook] with all that it uses, its time bounds included. The facts must be without errors.
Program emit(const Facts& facts, std::uint32_t runbook, const Catalogue& catalogue);
// The same, and what these tests of it say.
Program emit_tested(const Facts& facts, std::uint32_t runbook, const std::vector<const TestFacts*>& tests, testing::TestSuite& suite);

}  // namespace rbc
