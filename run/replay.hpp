// A run from its journal: the image executed again over what was recorded. Timelines are this with a watcher; resuming goes on from it.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "run/journal.hpp"
#include "run/store/store.hpp"

namespace rbc {

struct Replayed {
  std::unique_ptr<Machine> machine;             // null with a problem
  std::shared_ptr<const Program> program;
  Start start;
  bool yes = false;                             // was it begun with `--yes`
  std::string problem;                          // one sentence; empty if the journal fits
  std::map<Key, Request> open;                  // asked, not answered
  std::map<Key, Entry> begun;                   // of those: their beginnings on record
  std::map<std::pair<std::uint32_t, std::uint32_t>, Request> armed;   // by ladder and rung
  std::map<Key, std::vector<Vote>> votes;       // of open approvals
  std::map<Key, Child> children;                // of open changes: what they began on this machine
  std::vector<std::string> remarks;             // sentences about taking it up again, for the journal and for people
  std::uint64_t mail = 0;                       // the last letter that was read
  Moment last;                                  // of the last entry
};

// Executes the run `row` as far as its journal goes. `watcher` sees every trace; `rehearsal` is a test's.
Replayed replay(Store& store, const RunRow& row, Machine::Watcher watcher, Rehearsal* rehearsal = nullptr);

}  // namespace rbc
