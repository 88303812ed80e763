// Drives one session on a libuv loop of its own: answers, the journal's thread, timers, signals and letters all wake it there.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "run/preflight.hpp"
#include "run/session.hpp"

namespace rbc {

struct Driven {
  std::string problem;                  // why it could not go on; empty if it ended or was left
  std::optional<Outcome> outcome;
  std::string reason;
};

struct DriveSetup {
  std::shared_ptr<const Program> program;
  std::string project;
  Preflight ready;
  RunRow row;
  std::uint64_t fence = 0;
  bool yes = false;
};

// `first` begins or resumes the session; called once, when the world is open. A problem that it answers ends the drive.
Driven drive(DriveSetup setup, Store& store, Prompter& prompter, const RunSeams& seams, const std::function<std::string(Session&)>& first);

}  // namespace rbc
