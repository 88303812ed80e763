#include "run/replay.hpp"

#include "vm/bytecode/image.hpp"

namespace rbc {
namespace {

class Replayer {
 public:
  explicit Replayer(Replayed& into) : r_(into) {}

  // One sentence if the journal does not fit.
  std::string run(const RunRow& row, const std::vector<Entry>& entries, Machine::Watcher watcher, Rehearsal* rehearsal) {
    r_.start.run_id = row.id;
    r_.machine = std::make_unique<Machine>(r_.program, r_.start, std::move(watcher), rehearsal);
    r_.last = entries.front().when;
    r_.machine->begin();
    absorb();
    for (std::size_t i = 1; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      if (!feed(entry))
        return fmt::format("the journal does not fit this program: entry {} of {} is about something that was not asked", entry.seq, row.id);
      r_.last = entry.when;
      absorb();
    }
    return {};
  }

 private:
  void absorb() {
    for (Request& request : r_.machine->take()) {
      const std::pair rung{request.index, request.rung};
      if (request.exit == Exit::cancel) r_.armed.erase(rung);
      if (request.exit == Exit::arm) r_.armed[rung] = request;
      else if (request.exit != Exit::cancel || r_.machine->awaits(request.key)) r_.open[request.key] = std::move(request);
    }
  }

  bool feed(const Entry& entry) {
    switch (entry.phase) {
      case Phase::begun: return begin(entry);
      case Phase::ended: return end(entry);
      case Phase::event: return happen(entry);
      case Phase::start: return false;
        case Phase::resume: case Phase::gap: {
        const auto remark = remark_of(entry);
        if (remark) r_.mail = std::max(r_.mail, remark->mail);
        return remark.has_value();
      }
    }
    return false;
  }

  bool begin(const Entry& entry) {
    if (entry.exit == Exit::arm || entry.exit == Exit::cancel) return true;
    const auto asked = r_.open.find(entry.key);
    if (asked == r_.open.end() || asked->second.exit != entry.exit || print_of(*r_.program, asked->second) != entry.print) return false;
    r_.begun[entry.key] = entry;
    return true;
  }

  bool end(const Entry& entry) {
    const auto asked = r_.open.find(entry.key);
    if (asked == r_.open.end() || asked->second.exit != entry.exit) return false;
    r_.open.erase(asked);
    r_.begun.erase(entry.key);
    r_.votes.erase(entry.key);
    r_.children.erase(entry.key);
    if (entry.exit == Exit::notify) {
      if (!r_.machine->awaits(entry.key)) return true;
      Completion done;
      const auto receipts = receipts_of(entry);
      if (!receipts) return false;
      done.key = entry.key, done.when = entry.when;
      done.way = reached(*receipts) ? Way::answer : Way::refusal;
      r_.machine->complete(done);
      return true;
    }
    const auto completion = completion_of(entry);
    if (!completion || !r_.machine->awaits(entry.key)) return false;
    r_.machine->complete(*completion);
    return true;
  }

  bool happen(const Entry& entry) {
    if (entry.exit == Exit::human) {
      const auto vote = vote_of(entry);
      if (!vote) return false;
      r_.votes[entry.key].push_back(*vote);
      r_.mail = std::max(r_.mail, vote->mail);
      return true;
    }
    if (entry.exit == Exit::act) {
      const auto child = child_of(entry);
      if (!child || r_.open.count(entry.key) == 0) return false;
      r_.children[entry.key] = *child;
      return true;
    }
    const auto recorded = event_of(entry);
    if (!recorded) return false;
    r_.mail = std::max(r_.mail, recorded->mail);
    if (recorded->event.what == Event::What::rung) r_.armed.erase({recorded->event.ladder, recorded->event.rung});
    r_.machine->happen(recorded->event);
    return true;
  }

  Replayed& r_;
};

}  // namespace

Replayed replay(Store& store, const RunRow& row, Machine::Watcher watcher, Rehearsal* rehearsal) {
  Replayed result;
  const Store::Read read = store.read(row.id);
  result.problem = read.problem;
  if (!result.problem.empty()) return result;
  const auto start = read.entries.empty() ? std::nullopt : start_of(read.entries.front());
  if (!start || read.entries.front().phase != Phase::start) {
    result.problem = fmt::format("run {} was never begun: its journal has no start", row.id);
    return result;
  }
  result.start = start->start;
  result.yes = start->yes;
  Loaded loaded = load(store.image(row.image_hash));
  if (!loaded.program) {
    result.problem = fmt::format("the program of run {} cannot be run by this rbc: {}", row.id, loaded.problem);
    return result;
  }
  result.program = std::make_shared<const Program>(std::move(*loaded.program));
  result.problem = Replayer(result).run(row, read.entries, std::move(watcher), rehearsal);
  if (result.problem.empty() && result.machine->crashed())
    result.problem = fmt::format("run {} cannot go on: {}", row.id, result.machine->fault());
  if (!result.problem.empty()) result.machine.reset();
  return result;
}

}  // namespace rbc
