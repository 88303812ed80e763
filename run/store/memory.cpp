// The store that keeps nothing: the same rules as the others, in plain containers.
#include <mutex>

#include "run/store/entry.hpp"

namespace rbc {
namespace memory_store {

struct Kept {
  RunRow row;
  bool held = false;
  std::vector<Entry> entries;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Micros> deadlines;
};

class MemoryStore final : public Store {
 public:
  void append(Batch batch, Done done) override {
    std::function<void()> wake;
    {
      std::lock_guard lock(mutex_);
      std::string problem = write(batch);
      ready_.emplace_back(std::move(done), std::move(problem));
      wake = wake_;
    }
    if (wake) wake();
  }
  void on_ready(std::function<void()> wake) override {
    std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  void poll() override {
    std::vector<std::pair<Done, std::string>> ready;
    {
      std::lock_guard lock(mutex_);
      ready.swap(ready_);
    }
    for (auto& [done, problem] : ready)
      if (done) done(std::move(problem));
  }

  std::string create(const RunRow& row, const std::string& image) override {
    std::lock_guard lock(mutex_);
    if (find_run(row.id) != nullptr) return fmt::format("there is a run {} already", row.id);
    images_[row.image_hash] = image;
    runs_.push_back({row, false, {}, {}});
    RunRow& kept = runs_.back().row;
    kept.fence = kept.last_seq = 0;
    kept.head = chain_root(row.id);
    return {};
  }
  std::vector<RunRow> runs() override {
    std::lock_guard lock(mutex_);
    std::vector<RunRow> rows;
    for (auto at = runs_.rbegin(); at != runs_.rend(); ++at) rows.push_back(at->row);
    return rows;
  }
  std::optional<RunRow> find(const std::string& wanted) override {
    std::lock_guard lock(mutex_);
    if (wanted == "last") return runs_.empty() ? std::nullopt : std::optional(runs_.back().row);
    if (const Kept* exact = find_run(wanted)) return exact->row;
    const Kept* only = nullptr;
    for (const Kept& run : runs_) {
      if (wanted.empty() || run.row.id.compare(0, wanted.size(), wanted) != 0) continue;
      if (only != nullptr) return std::nullopt;
      only = &run;
    }
    return only == nullptr ? std::nullopt : std::optional(only->row);
  }
  std::string image(const std::string& hash) override {
    std::lock_guard lock(mutex_);
    const auto found = images_.find(hash);
    return found == images_.end() ? std::string() : found->second;
  }
  Read read(const std::string& id) override {
    std::lock_guard lock(mutex_);
    const Kept* run = find_run(id);
    if (run == nullptr) return {{}, fmt::format("there is no run {}", id)};
    return {run->entries, check_chain(run->row, run->entries)};
  }
  std::vector<std::pair<std::string, Deadline>> deadlines() override {
    std::lock_guard lock(mutex_);
    std::vector<std::pair<std::string, Deadline>> all;
    for (const Kept& run : runs_)
      if (run.row.state == "open")
        for (const auto& [rung, due] : run.deadlines) all.push_back({run.row.id, {rung.first, rung.second, due}});
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    return all;
  }
  std::string hold(const std::string& id, std::uint64_t& fence) override {
    std::lock_guard lock(mutex_);
    Kept* run = find_run(id);
    if (run == nullptr) return fmt::format("there is no run {}", id);
    if (run->row.state == "ended") return fmt::format("run {} has ended: {}", id, run->row.outcome);
    if (run->held) return fmt::format("run {} is in other hands", id);
    run->held = true;
    fence = ++run->row.fence;
    return {};
  }
  void release(const std::string& id) override {
    std::lock_guard lock(mutex_);
    if (Kept* run = find_run(id)) run->held = false;
  }
  std::string post(const Mail& mail) override {
    std::lock_guard lock(mutex_);
    mail_.push_back(mail);
    mail_.back().id = mail_.size();
    return {};
  }
  std::vector<Mail> collect(const std::string& run, std::uint64_t after) override {
    std::lock_guard lock(mutex_);
    std::vector<Mail> mails;
    for (const Mail& mail : mail_)
      if (mail.run == run && mail.id > after) mails.push_back(mail);
    return mails;
  }

 private:
  Kept* find_run(const std::string& id) {
    for (Kept& run : runs_)
      if (run.row.id == id) return &run;
    return nullptr;
  }
  std::string write(const Batch& batch) {
    Kept* run = find_run(batch.run);
    if (run == nullptr) return fmt::format("there is no run {}", batch.run);
    RunRow& row = run->row;
    if (batch.expected_seq != row.last_seq) return fmt::format("the journal of {} has moved on: entry {} was written by somebody else", row.id, row.last_seq);
    for (const Entry& entry : batch.entries)
      if (entry.fence != row.fence) return fmt::format("run {} is in other hands now (fencing number {}, ours {})", row.id, row.fence, entry.fence);
    for (Entry entry : batch.entries) {
      entry.seq = ++row.last_seq;
      entry.previous = row.head;
      row.head = entry.hash = entry_hash(entry);
      run->entries.push_back(std::move(entry));
    }
    for (const Deadline& d : batch.disarmed) run->deadlines.erase({d.ladder, d.rung});
    for (const Deadline& d : batch.armed) run->deadlines[{d.ladder, d.rung}] = d.due;
    if (!batch.row) return {};
    row.state = batch.row->state, row.outcome = batch.row->outcome, row.reason = batch.row->reason, row.ended = batch.row->ended;
    if (row.state == "ended") run->deadlines.clear();
    return {};
  }

  std::mutex mutex_;
  std::vector<std::pair<Done, std::string>> ready_;
  std::function<void()> wake_;
  std::deque<Kept> runs_;
  std::map<std::string, std::string> images_;
  std::vector<Mail> mail_;
};

}  // namespace memory_store

std::unique_ptr<Store> open_memory() { return std::make_unique<memory_store::MemoryStore>(); }

}  // namespace rbc
