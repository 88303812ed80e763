// Where runs are kept: an append-only journal a run, their programs, their deadlines, and an inbox for what people do from outside.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vm/exec/machine.hpp"

namespace rbc {

enum class Phase : std::uint8_t { begun, ended, event, start, resume, gap };

// One entry. Found again by (fiber, site, occurrence, phase), never by seq; `print` is SHA-256 of what was asked.
struct Entry {
  std::uint64_t seq = 0;          // from 1 without gap; given by the store
  std::uint64_t fence = 0;        // the writer's fencing number; an older one than the run's is refused
  Phase phase = Phase::begun;
  Exit exit = Exit::ask;
  Key key;
  Moment when;
  std::string print;
  std::string body;               // canonical CBOR; over 4 KiB it lives in a table by content, here it is whole again
  std::string previous, hash;     // hash = SHA-256("rbc1" ‖ previous ‖ canonical CBOR of all fields above)
};

struct Deadline { std::uint32_t ladder = 0, rung = 0; Micros due = 0; };

struct RunRow {
  std::string id, runbook, environment, inputs_print;
  std::string title;
  std::string state;              // open, ended
  std::string outcome, reason;    // of an ended run
  std::string operator_name, mode;
  Micros started = 0, ended = 0;
  std::string image_hash;
  std::uint64_t fence = 0, last_seq = 0;
  std::string head;               // hash of the last entry
  std::int64_t holder_pid = 0;    // of the process that holds it, with its start time; 0: none
  std::uint64_t holder_started = 0;
};

// Whether the process that holds this run still lives. One that is open and not held was left, or its process died.
bool is_held(const RunRow& row);
// When a process of this machine began, of which boot: ids come again, this does not. 0: it does not live.
std::uint64_t process_started(std::int64_t pid);

struct Batch {
  std::string run;
  std::uint64_t expected_seq = 0;         // the run's last seq before this batch; another is refused
  std::vector<Entry> entries;
  std::vector<Deadline> armed;            // written in the same transaction
  std::vector<Deadline> disarmed;
  std::optional<RunRow> row;              // the run's row after it (state, outcome, head are kept by the store itself)
  bool sync = false;                      // on disk before `done` is called
};

// Problem: one sentence for a person; empty if it went well.
using Done = std::function<void(std::string problem)>;

class Store {
 public:
  virtual ~Store() = default;
  // Asynchronous: `done` is called later, on the thread that calls poll(); batches of one run are written in order.
  virtual void append(Batch batch, Done done) = 0;
  // Called when there is something for poll(), from any thread (wakes the loop).
  virtual void on_ready(std::function<void()> wake) = 0;
  virtual void poll() = 0;

  // Synchronous, for the beginning and the end of commands.
  virtual std::string create(const RunRow& row, const std::string& image) = 0;      // problem or empty
  virtual std::vector<RunRow> runs() = 0;                                           // newest first
  virtual std::optional<RunRow> find(const std::string& id_or_prefix) = 0;          // "last" too; nothing if none or several
  virtual std::string image(const std::string& hash) = 0;
  struct Read { std::vector<Entry> entries; std::string problem; };                 // problem: a broken chain, a gap, garbage
  virtual Read read(const std::string& run) = 0;
  virtual std::vector<std::pair<std::string, Deadline>> deadlines() = 0;            // of all open runs, by due
  // Takes the run for this process if nobody alive holds it; raises the fence. Problem or empty.
  virtual std::string hold(const std::string& run, std::uint64_t& fence) = 0;
  virtual void release(const std::string& run) = 0;
  // What people did from another process: acknowledge, answer, cancel.
  struct Mail { std::uint64_t id = 0; std::string run, what, who, body; Micros at = 0; };
  virtual std::string post(const Mail& mail) = 0;
  virtual std::vector<Mail> collect(const std::string& run, std::uint64_t after) = 0;
};

// Keeps nothing after the process: for looks that are no run, and for tests.
std::unique_ptr<Store> open_memory();
// Opens or makes the database; problem in `problem` and null if it cannot. `:memory:` is open_memory().
std::unique_ptr<Store> open_sqlite(const std::string& path, std::string& problem);
// Where a project's journal is by default: `PROJECT/.rbc/journal.db`. Makes the folder, for its owner only.
std::string journal_path(const std::string& project, std::string& problem);

}  // namespace rbc
