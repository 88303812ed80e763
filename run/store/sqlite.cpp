// The store of one machine: SQLite, written by one thread of its own that commits whatever has come in together.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>

#include "run/store/entry.hpp"
#include "vm/bytecode/image.hpp"

namespace rbc {
namespace sqlite_store {

constexpr int kVersion = 1;                     // of the tables below
constexpr int kApplication = 0x72626331;        // "rbc1", in the file's header
constexpr int kBusyMillis = 5000;
constexpr std::size_t kInline = 4096;           // larger bodies lie in `content`, once
constexpr std::size_t kGroup = 512;             // batches in one commit

constexpr const char* kSchema = R"(
CREATE TABLE run (
  id TEXT PRIMARY KEY, runbook TEXT NOT NULL, environment TEXT NOT NULL, inputs_print TEXT NOT NULL, title TEXT NOT NULL,
  state TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, operator TEXT NOT NULL, mode TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER NOT NULL, image TEXT NOT NULL, fence INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  head BLOB NOT NULL, holder_pid INTEGER NOT NULL, holder_started INTEGER NOT NULL) STRICT;
CREATE TABLE entry (
  run TEXT NOT NULL, seq INTEGER NOT NULL, fence INTEGER NOT NULL, phase INTEGER NOT NULL, exit INTEGER NOT NULL,
  fiber TEXT NOT NULL, site INTEGER NOT NULL, occurrence INTEGER NOT NULL, alive INTEGER NOT NULL, wall INTEGER NOT NULL,
  print BLOB NOT NULL, body BLOB, content BLOB, previous BLOB NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX once ON entry (run, fiber, site, occurrence, phase) WHERE phase < 2 AND exit NOT IN (5, 6);
CREATE TABLE content (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE image (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE deadline (
  run TEXT NOT NULL, ladder INTEGER NOT NULL, rung INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (run, ladder, rung)) STRICT;
CREATE TABLE mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL, body BLOB NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX inbox ON mail (run, id);
)";

constexpr const char* kRow =
    "SELECT id, runbook, environment, inputs_print, title, state, outcome, reason, operator, mode, started, ended, image, fence, last_seq, "
    "head, holder_pid, holder_started FROM run ";

std::string explain(const std::string& path, int code, const std::string& what) {
  switch (code & 0xff) {
    case SQLITE_FULL: return fmt::format("the disk is full: {} cannot grow", path);
    case SQLITE_CORRUPT: return fmt::format("the journal {} is damaged: {}", path, what);
    case SQLITE_NOTADB: return fmt::format("{} is not a journal of rbc", path);
    case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_CANTOPEN: case SQLITE_AUTH:
      return fmt::format("the journal {} cannot be opened for writing", path);
    case SQLITE_BUSY: case SQLITE_LOCKED: return fmt::format("another process has kept the journal {} locked for {} seconds", path, kBusyMillis / 1000);
    case SQLITE_IOERR: return fmt::format("the journal {} cannot be read or written: {}", path, what);
    default: return fmt::format("the journal {} does not work: {}", path, what);
  }
}

using Blob = std::string;
void bind_blob(SQLite::Statement& s, int at, const Blob& bytes) { s.bind(at, bytes.data() == nullptr ? "" : bytes.data(), static_cast<int>(bytes.size())); }
void bind_int(SQLite::Statement& s, int at, std::uint64_t n) { s.bind(at, static_cast<std::int64_t>(n)); }
Blob blob(const SQLite::Column& column) {
  const auto* bytes = static_cast<const char*>(column.getBlob());
  return bytes == nullptr ? Blob{} : Blob(bytes, static_cast<std::size_t>(column.getBytes()));
}
std::uint64_t number(const SQLite::Column& column) { return static_cast<std::uint64_t>(column.getInt64()); }

RunRow row_of(SQLite::Statement& s) {
  RunRow row;
  row.id = s.getColumn(0).getString(), row.runbook = s.getColumn(1).getString(), row.environment = s.getColumn(2).getString();
  row.inputs_print = s.getColumn(3).getString(), row.title = s.getColumn(4).getString(), row.state = s.getColumn(5).getString();
  row.outcome = s.getColumn(6).getString(), row.reason = s.getColumn(7).getString(), row.operator_name = s.getColumn(8).getString();
  row.mode = s.getColumn(9).getString(), row.started = s.getColumn(10).getInt64(), row.ended = s.getColumn(11).getInt64();
  row.image_hash = s.getColumn(12).getString(), row.fence = number(s.getColumn(13)), row.last_seq = number(s.getColumn(14));
  row.head = blob(s.getColumn(15)), row.holder_pid = s.getColumn(16).getInt64(), row.holder_started = number(s.getColumn(17));
  return row;
}

void prepare_connection(SQLite::Database& db) {
  db.exec("PRAGMA journal_mode=WAL");
  db.exec("PRAGMA synchronous=FULL");
  db.exec("PRAGMA foreign_keys=ON");
}

// One run's place in the chain, as the writer knows it from its last commit.
struct Place { std::uint64_t seq = 0, fence = 0; Blob head; };

// The thread that writes. Its connection is used by nobody else.
class Writer {
 public:
  explicit Writer(std::string path) : path_(std::move(path)), thread_([this] { work(); }) {}
  ~Writer() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    filled_.notify_one();
    thread_.join();
  }
  void append(Batch batch, Done done) {
    {
      std::lock_guard lock(mutex_);
      queue_.push_back({std::move(batch), std::move(done), {}});
    }
    filled_.notify_one();
  }
  void on_ready(std::function<void()> wake) {
    std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  void poll() {
    std::vector<std::pair<Done, std::string>> ready;
    {
      std::lock_guard lock(mutex_);
      ready.swap(ready_);
    }
    for (auto& [done, problem] : ready)
      if (done) done(std::move(problem));
  }

 private:
  struct Job { Batch batch; Done done; std::string problem; };

  void work() {
    std::unique_ptr<SQLite::Database> db;
    for (;;) {
      std::vector<Job> jobs;
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return stop_ || !queue_.empty(); });
        if (queue_.empty()) return;
        while (!queue_.empty() && jobs.size() < kGroup) {
          jobs.push_back(std::move(queue_.front()));
          queue_.pop_front();
        }
      }
      write(db, jobs);
      std::lock_guard lock(mutex_);
      for (Job& job : jobs) ready_.emplace_back(std::move(job.done), std::move(job.problem));
      if (wake_) wake_();
    }
  }

  void write(std::unique_ptr<SQLite::Database>& db, std::vector<Job>& jobs) {
    try {
      struct stat now{};
      const bool there = ::stat(path_.c_str(), &now) == 0;
      if (!db && there) {
        db = std::make_unique<SQLite::Database>(path_, SQLite::OPEN_READWRITE, kBusyMillis);
        prepare_connection(*db);
        file_ = {now.st_dev, now.st_ino};
      }
      // SQLite goes on writing into a file that nobody can open again; then nothing may be begun on the strength of it.
      if (!there || std::pair(now.st_dev, now.st_ino) != file_) {
        for (Job& job : jobs) job.problem = fmt::format("{} was removed or replaced while the run was writing it", path_);
        return;
      }
      const bool sync = std::any_of(jobs.begin(), jobs.end(), [](const Job& job) { return job.batch.sync; });
      // NORMAL does not sync on commit; what it leaves in the log reaches the disk with the next FULL commit, in order.
      db->exec(sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
      db->exec("BEGIN IMMEDIATE");
      try {
        std::map<std::string, Place> places;
        for (Job& job : jobs) job.problem = write(*db, job.batch, places);
        db->exec("COMMIT");
      } catch (...) {
        if (sqlite3_get_autocommit(db->getHandle()) == 0) db->exec("ROLLBACK");
        throw;
      }
    } catch (const SQLite::Exception& e) {
      const bool refused = e.getExtendedErrorCode() == SQLITE_IOERR_WRITE;
      const std::string problem = refused ? fmt::format("the journal {} cannot be written: the disk, a quota or a limit on file sizes refuses it", path_)
                                          : explain(path_, e.getErrorCode(), e.what());
      for (Job& job : jobs) job.problem = problem;
    } catch (const std::exception& e) {
      for (Job& job : jobs) job.problem = explain(path_, SQLITE_ERROR, e.what());
    }
  }

  // Problem or empty; with a problem nothing of this batch was written.
  std::string write(SQLite::Database& db, const Batch& batch, std::map<std::string, Place>& places) {
    auto known = places.find(batch.run);
    if (known == places.end()) {
      SQLite::Statement find(db, "SELECT last_seq, fence, head FROM run WHERE id = ?");
      find.bind(1, batch.run);
      if (!find.executeStep()) return fmt::format("there is no run {} in the journal", batch.run);
      known = places.emplace(batch.run, Place{number(find.getColumn(0)), number(find.getColumn(1)), blob(find.getColumn(2))}).first;
    }
    Place& place = known->second;
    if (batch.expected_seq != place.seq)
      return fmt::format("the journal of {} has moved on: entry {} was written by somebody else", batch.run, place.seq);
    for (const Entry& entry : batch.entries)
      if (entry.fence != place.fence) return fmt::format("run {} is in other hands now (fencing number {}, ours {})", batch.run, place.fence, entry.fence);
    if (place.head.empty()) place.head = chain_root(batch.run);
    if (!batch.entries.empty()) insert(db, batch, place);
    deadlines(db, batch);
    update(db, batch, place);
    return {};
  }

  static void insert(SQLite::Database& db, const Batch& batch, Place& place) {
    SQLite::Statement insert(db, "INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    SQLite::Statement content(db, "INSERT OR IGNORE INTO content VALUES (?,?)");
    for (Entry entry : batch.entries) {
      entry.seq = ++place.seq;
      entry.previous = place.head;
      entry.hash = entry_hash(entry);
      insert.bind(1, batch.run);
      bind_int(insert, 2, entry.seq), bind_int(insert, 3, entry.fence);
      insert.bind(4, static_cast<int>(entry.phase)), insert.bind(5, static_cast<int>(entry.exit));
      insert.bind(6, entry.key.fiber), bind_int(insert, 7, entry.key.site), bind_int(insert, 8, entry.key.occurrence);
      insert.bind(9, entry.when.alive), insert.bind(10, entry.when.wall);
      bind_blob(insert, 11, entry.print);
      if (entry.body.size() > kInline) {
        const Blob name = sha256(entry.body);
        bind_blob(content, 1, name), bind_blob(content, 2, entry.body);
        content.exec();
        content.reset();
        insert.bind(12);
        bind_blob(insert, 13, name);
      } else {
        bind_blob(insert, 12, entry.body);
        insert.bind(13);
      }
      bind_blob(insert, 14, entry.previous), bind_blob(insert, 15, entry.hash);
      insert.exec();
      insert.reset();
      place.head = entry.hash;
    }
  }

  static void deadlines(SQLite::Database& db, const Batch& batch) {
    for (const Deadline& d : batch.disarmed) {
      SQLite::Statement s(db, "DELETE FROM deadline WHERE run = ? AND ladder = ? AND rung = ?");
      s.bind(1, batch.run), bind_int(s, 2, d.ladder), bind_int(s, 3, d.rung);
      s.exec();
    }
    for (const Deadline& d : batch.armed) {
      SQLite::Statement s(db, "INSERT OR REPLACE INTO deadline VALUES (?,?,?,?)");
      s.bind(1, batch.run), bind_int(s, 2, d.ladder), bind_int(s, 3, d.rung), s.bind(4, d.due);
      s.exec();
    }
  }

  static void update(SQLite::Database& db, const Batch& batch, const Place& place) {
    SQLite::Statement head(db, "UPDATE run SET last_seq = ?, head = ? WHERE id = ?");
    bind_int(head, 1, place.seq), bind_blob(head, 2, place.head), head.bind(3, batch.run);
    head.exec();
    if (!batch.row) return;
    SQLite::Statement row(db, "UPDATE run SET state = ?, outcome = ?, reason = ?, ended = ? WHERE id = ?");
    row.bind(1, batch.row->state), row.bind(2, batch.row->outcome), row.bind(3, batch.row->reason), row.bind(4, batch.row->ended);
    row.bind(5, batch.run);
    row.exec();
    if (batch.row->state != "ended") return;
    SQLite::Statement clear(db, "DELETE FROM deadline WHERE run = ?");
    clear.bind(1, batch.run);
    clear.exec();
  }

  const std::string path_;
  std::pair<dev_t, ino_t> file_{};   // what was opened; of the writer's thread
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Job> queue_;
  std::vector<std::pair<Done, std::string>> ready_;
  std::function<void()> wake_;
  bool stop_ = false;
  std::thread thread_;                       // last: it uses all above
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, std::unique_ptr<SQLite::Database> db) : path_(std::move(path)), db_(std::move(db)), writer_(path_) {}

  void append(Batch batch, Done done) override { writer_.append(std::move(batch), std::move(done)); }
  void on_ready(std::function<void()> wake) override { writer_.on_ready(std::move(wake)); }
  void poll() override { writer_.poll(); }

  std::string create(const RunRow& row, const std::string& image) override {
    return change([&] {
      SQLite::Statement keep(*db_, "INSERT OR IGNORE INTO image VALUES (?,?)");
      keep.bind(1, row.image_hash), bind_blob(keep, 2, image);
      keep.exec();
      SQLite::Statement s(*db_, "INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,0,0,?,0,0)");
      s.bind(1, row.id), s.bind(2, row.runbook), s.bind(3, row.environment), s.bind(4, row.inputs_print), s.bind(5, row.title);
      s.bind(6, row.state), s.bind(7, row.outcome), s.bind(8, row.reason), s.bind(9, row.operator_name), s.bind(10, row.mode);
      s.bind(11, row.started), s.bind(12, row.ended), s.bind(13, row.image_hash), bind_blob(s, 14, chain_root(row.id));
      s.exec();
      return std::string();
    });
  }

  std::vector<RunRow> runs() override {
    std::vector<RunRow> rows;
    ask([&] {
      SQLite::Statement s(*db_, std::string(kRow) + "ORDER BY started DESC, rowid DESC");
      while (s.executeStep()) rows.push_back(row_of(s));
    });
    return rows;
  }

  std::optional<RunRow> find(const std::string& wanted) override {
    std::vector<RunRow> rows;
    ask([&] {
      if (wanted == "last") {
        SQLite::Statement s(*db_, std::string(kRow) + "ORDER BY started DESC, rowid DESC LIMIT 1");
        while (s.executeStep()) rows.push_back(row_of(s));
        return;
      }
      SQLite::Statement exact(*db_, std::string(kRow) + "WHERE id = ?");
      exact.bind(1, wanted);
      while (exact.executeStep()) rows.push_back(row_of(exact));
      if (!rows.empty() || wanted.empty()) return;
      SQLite::Statement prefix(*db_, std::string(kRow) + "WHERE lower(substr(id, 1, ?)) = lower(?) LIMIT 2");
      bind_int(prefix, 1, wanted.size()), prefix.bind(2, wanted);
      while (prefix.executeStep()) rows.push_back(row_of(prefix));
    });
    if (rows.size() != 1) return std::nullopt;
    return rows.front();
  }

  std::string image(const std::string& hash) override {
    std::string bytes;
    ask([&] {
      SQLite::Statement s(*db_, "SELECT bytes FROM image WHERE hash = ?");
      s.bind(1, hash);
      if (s.executeStep()) bytes = blob(s.getColumn(0));
    });
    return bytes;
  }

  Read read(const std::string& run) override {
    Read result;
    const auto row = find(run);
    if (!row) {
      result.problem = fmt::format("there is no run {} in {}", run, path_);
      return result;
    }
    const std::string problem = ask([&] {
      SQLite::Statement s(*db_,
                          "SELECT seq, fence, phase, exit, fiber, site, occurrence, alive, wall, print, coalesce(body, bytes), previous, "
                          "entry.hash FROM entry LEFT JOIN content ON content.hash = entry.content WHERE run = ? AND seq <= ? ORDER BY seq");
      s.bind(1, row->id), bind_int(s, 2, row->last_seq);
      while (s.executeStep()) {
        Entry e;
        e.seq = number(s.getColumn(0)), e.fence = number(s.getColumn(1));
        e.phase = static_cast<Phase>(s.getColumn(2).getInt()), e.exit = static_cast<Exit>(s.getColumn(3).getInt());
        e.key = {s.getColumn(4).getString(), static_cast<std::uint32_t>(number(s.getColumn(5))), static_cast<std::uint32_t>(number(s.getColumn(6)))};
        e.when = {s.getColumn(7).getInt64(), s.getColumn(8).getInt64()};
        e.print = blob(s.getColumn(9)), e.body = blob(s.getColumn(10)), e.previous = blob(s.getColumn(11)), e.hash = blob(s.getColumn(12));
        result.entries.push_back(std::move(e));
      }
    });
    result.problem = problem.empty() ? check_chain(*row, result.entries) : problem;
    return result;
  }

  std::vector<std::pair<std::string, Deadline>> deadlines() override {
    std::vector<std::pair<std::string, Deadline>> all;
    ask([&] {
      SQLite::Statement s(*db_, "SELECT run, ladder, rung, due FROM deadline JOIN run ON run.id = deadline.run WHERE state = 'open' "
                                "ORDER BY due, run, ladder, rung");
      while (s.executeStep())
        all.push_back({s.getColumn(0).getString(), {static_cast<std::uint32_t>(number(s.getColumn(1))),
                                                    static_cast<std::uint32_t>(number(s.getColumn(2))), s.getColumn(3).getInt64()}});
    });
    return all;
  }

  std::string hold(const std::string& run, std::uint64_t& fence) override {
    return change([&]() -> std::string {
      SQLite::Statement s(*db_, std::string(kRow) + "WHERE id = ?");
      s.bind(1, run);
      if (!s.executeStep()) return fmt::format("there is no run {} in {}", run, path_);
      const RunRow row = row_of(s);
      if (row.state == "ended") return fmt::format("run {} has ended: {}", run, row.outcome);
      if (is_held(row))
        return fmt::format("run {} is in the hands of process {}, which still lives", run, row.holder_pid);
      fence = row.fence + 1;
      SQLite::Statement take(*db_, "UPDATE run SET fence = ?, holder_pid = ?, holder_started = ? WHERE id = ?");
      bind_int(take, 1, fence), take.bind(2, static_cast<std::int64_t>(getpid())), bind_int(take, 3, process_started(getpid())), take.bind(4, run);
      take.exec();
      return {};
    });
  }

  void release(const std::string& run) override {
    change([&] {
      SQLite::Statement s(*db_, "UPDATE run SET holder_pid = 0, holder_started = 0 WHERE id = ? AND holder_pid = ?");
      s.bind(1, run), s.bind(2, static_cast<std::int64_t>(getpid()));
      s.exec();
      return std::string();
    });
  }

  std::string post(const Mail& mail) override {
    return change([&] {
      SQLite::Statement s(*db_, "INSERT INTO mail (run, what, who, body, at) VALUES (?,?,?,?,?)");
      s.bind(1, mail.run), s.bind(2, mail.what), s.bind(3, mail.who), bind_blob(s, 4, mail.body), s.bind(5, mail.at);
      s.exec();
      return std::string();
    });
  }

  std::vector<Mail> collect(const std::string& run, std::uint64_t after) override {
    std::vector<Mail> mails;
    ask([&] {
      SQLite::Statement s(*db_, "SELECT id, run, what, who, body, at FROM mail WHERE run = ? AND id > ? ORDER BY id");
      s.bind(1, run), bind_int(s, 2, after);
      while (s.executeStep()) {
        mails.push_back({number(s.getColumn(0)), s.getColumn(1).getString(), s.getColumn(2).getString(), s.getColumn(3).getString(),
                         blob(s.getColumn(4)), s.getColumn(5).getInt64()});
      }
    });
    return mails;
  }

 private:
  std::string ask(const std::function<void()>& work) {
    std::lock_guard lock(mutex_);
    try {
      work();
      return {};
    } catch (const SQLite::Exception& e) {
      return explain(path_, e.getErrorCode(), e.what());
    } catch (const std::exception& e) {
      return explain(path_, SQLITE_ERROR, e.what());
    }
  }
  std::string change(const std::function<std::string()>& work) {
    std::string refused;
    const std::string problem = ask([&] {
      db_->exec("BEGIN IMMEDIATE");
      try {
        refused = work();
        db_->exec(refused.empty() ? "COMMIT" : "ROLLBACK");
      } catch (...) {
        if (sqlite3_get_autocommit(db_->getHandle()) == 0) db_->exec("ROLLBACK");
        throw;
      }
    });
    return problem.empty() ? refused : problem;
  }

  const std::string path_;
  std::mutex mutex_;
  std::unique_ptr<SQLite::Database> db_;
  Writer writer_;
};

// Problem or empty. Makes the tables in a new file, refuses another program's and a newer one's.
std::string check_tables(SQLite::Database& db, const std::string& path) {
  const int application = db.execAndGet("PRAGMA application_id").getInt();
  const int version = db.execAndGet("PRAGMA user_version").getInt();
  const int tables = db.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  if (tables != 0 && application != kApplication) return fmt::format("{} is a database, but not a journal of rbc", path);
  if (version > kVersion) return fmt::format("{} was made by a newer rbc (journal version {}; this one knows {})", path, version, kVersion);
  if (tables != 0) return {};
  db.exec("BEGIN IMMEDIATE");
  if (db.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0) {      // nobody was faster
    db.exec(kSchema);
    db.exec(fmt::format("PRAGMA application_id={}", kApplication));
    db.exec(fmt::format("PRAGMA user_version={}", kVersion));
  }
  db.exec("COMMIT");
  return {};
}

}  // namespace sqlite_store

// A process is named by its id and its start, since ids come again; the boot is part of it, since starts do too.
std::uint64_t process_started(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return 0;
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22 && fields >> field; ++i) {
    if (i == 3 && (field == "Z" || field == "X")) return 0;   // dead, not yet collected by its parent
  }
  std::uint64_t ticks = std::strtoull(field.c_str(), nullptr, 10);
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(boot, id);
  std::uint64_t mixed = 1469598103934665603ULL;
  for (const char c : id) mixed = (mixed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  mixed ^= ticks;
  return mixed == 0 ? 1 : mixed;
}

bool is_held(const RunRow& row) { return row.holder_pid != 0 && process_started(row.holder_pid) == row.holder_started; }

std::unique_ptr<Store> open_sqlite(const std::string& path, std::string& problem) {
  problem.clear();
  if (path == ":memory:") return open_memory();
  // The file is made here, and not by SQLite, so that nobody but its owner can read it from its first moment.
  // An existing one is left alone: closing it here would drop this process' locks on it.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno != EEXIST) {
    problem = fmt::format("the journal {} cannot be made: {}", path, std::strerror(errno));
    return nullptr;
  }
  if (fd >= 0) close(fd);
  try {
    auto db = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, sqlite_store::kBusyMillis);
    sqlite_store::prepare_connection(*db);
    problem = sqlite_store::check_tables(*db, path);
    if (!problem.empty()) return nullptr;
    return std::make_unique<sqlite_store::SqliteStore>(path, std::move(db));
  } catch (const SQLite::Exception& e) {
    problem = sqlite_store::explain(path, e.getErrorCode(), e.what());
  } catch (const std::exception& e) {
    problem = sqlite_store::explain(path, SQLITE_ERROR, e.what());
  }
  return nullptr;
}

std::string journal_path(const std::string& project, std::string& problem) {
  problem.clear();
  const std::string folder = project + "/.rbc";
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) problem = fmt::format("the folder {} cannot be made: {}", folder, std::strerror(errno));
  return folder + "/journal.db";
}

}  // namespace rbc
