// Holds what happened in a test against what it expects.
#pragma once
#include <string>

#include "run/testing/people.hpp"
#include "run/testing/world.hpp"

namespace rbc::testing {

class Judge {
 public:
  Judge(const Program& program, const TestWorld& world, const TestPeople& people, const Machine& machine, const TestSuite& suite, const Rehearsal& rehearsal)
      : program_(program), world_(world), people_(people), machine_(machine), suite_(suite), rehearsal_(rehearsal) {}

  // What was seen instead of what is expected; empty if it is as expected.
  std::string seen_instead(const Expect& expect) const;

 private:
  std::string step(const Expect& expect) const;
  std::string cause(const Expect& expect) const;
  std::string did(const Expect& expect) const;
  std::string notified(const Expect& expect) const;
  std::string holds(const Expect& expect) const;

  const Program& program_;
  const TestWorld& world_;
  const TestPeople& people_;
  const Machine& machine_;
  const TestSuite& suite_;
  const Rehearsal& rehearsal_;
};

}  // namespace rbc::testing
