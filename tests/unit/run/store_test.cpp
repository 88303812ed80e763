// Both stores through one set of tests, and what only a file can suffer: garbage, changes from outside, a full disk, a dead holder.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <SQLiteCpp/SQLiteCpp.h>
#include <catch2/catch.hpp>

#include "run/store/store.hpp"

using namespace rbc;

namespace {

struct Folder {
  std::string path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rbc-store-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file() const { return path + "/journal.db"; }
};

RunRow row(const std::string& id) {
  RunRow r;
  r.id = id, r.runbook = "RB-02", r.environment = "demo", r.title = "Postgres", r.state = "open", r.started = 5, r.image_hash = "cafe";
  r.operator_name = "ops", r.mode = "headless";
  return r;
}

Entry entry(std::uint64_t fence, std::uint32_t site, Phase phase, std::string body = {}) {
  Entry e;
  e.fence = fence, e.phase = phase, e.key = {"0", site, 1}, e.when = {10, 20}, e.print = "print", e.body = std::move(body);
  return e;
}

// Waits for the answer to one batch.
std::string append(Store& store, Batch batch) {
  std::mutex mutex;
  std::condition_variable came;
  bool ready = false, done = false;
  std::string problem;
  store.on_ready([&] {
    std::lock_guard lock(mutex);
    ready = true;
    came.notify_one();
  });
  store.append(std::move(batch), [&](std::string p) { done = true, problem = std::move(p); });
  while (!done) {
    {
      std::unique_lock lock(mutex);
      came.wait(lock, [&] { return ready; });
      ready = false;
    }
    store.poll();
  }
  store.on_ready({});
  return problem;
}

Batch batch(const std::string& run, std::uint64_t expected, std::vector<Entry> entries, bool sync = true) {
  Batch b;
  b.run = run, b.expected_seq = expected, b.entries = std::move(entries), b.sync = sync;
  return b;
}

void contract(Store& store) {
  REQUIRE(store.create(row("rb-02-aaaaaa"), "image bytes").empty());
  CHECK_FALSE(store.create(row("rb-02-aaaaaa"), "image bytes").empty());
  std::uint64_t fence = 0;
  REQUIRE(store.hold("rb-02-aaaaaa", fence).empty());
  CHECK(fence == 1);
  std::uint64_t other = 0;
  CHECK_FALSE(store.hold("rb-02-aaaaaa", other).empty());

  const std::string large(10'000, 'x');
  Batch first = batch("rb-02-aaaaaa", 0, {entry(1, 3, Phase::begun), entry(1, 3, Phase::ended, large)});
  first.armed = {{0, 1, 900}, {0, 2, 100}};
  REQUIRE(append(store, first).empty());
  CHECK(store.deadlines().size() == 2);
  CHECK(store.deadlines()[0].second.due == 100);

  CHECK(append(store, batch("rb-02-aaaaaa", 0, {entry(1, 4, Phase::begun)})).find("moved on") != std::string::npos);
  CHECK(append(store, batch("rb-02-aaaaaa", 2, {entry(0, 4, Phase::begun)})).find("other hands") != std::string::npos);
  CHECK(append(store, batch("nobody", 0, {entry(1, 4, Phase::begun)})).find("no run") != std::string::npos);

  const Store::Read read = store.read("rb-02-aaaaaa");
  CHECK(read.problem.empty());
  REQUIRE(read.entries.size() == 2);
  CHECK(read.entries[1].seq == 2);
  CHECK(read.entries[1].body == large);
  CHECK(read.entries[1].previous == read.entries[0].hash);
  CHECK(read.entries[0].key == Key{"0", 3, 1});
  CHECK(read.entries[0].when.wall == 20);
  CHECK(store.image("cafe") == "image bytes");

  CHECK(store.find("last")->id == "rb-02-aaaaaa");
  CHECK(store.find("rb-02-a")->last_seq == 2);
  REQUIRE(store.create(row("rb-02-abbbbb"), "image bytes").empty());
  CHECK_FALSE(store.find("rb-02-a"));
  CHECK_FALSE(store.find("rb-03"));
  CHECK(store.runs().size() == 2);

  Store::Mail mail;
  mail.run = "rb-02-aaaaaa", mail.what = "acknowledge", mail.who = "dba", mail.at = 7;
  REQUIRE(store.post(mail).empty());
  REQUIRE(store.collect("rb-02-aaaaaa", 0).size() == 1);
  CHECK(store.collect("rb-02-aaaaaa", 0)[0].who == "dba");
  CHECK(store.collect("rb-02-aaaaaa", store.collect("rb-02-aaaaaa", 0)[0].id).empty());

  store.release("rb-02-aaaaaa");
  REQUIRE(store.hold("rb-02-aaaaaa", fence).empty());
  CHECK(fence == 2);
  CHECK_FALSE(append(store, batch("rb-02-aaaaaa", 2, {entry(1, 5, Phase::begun)})).empty());
  Batch last = batch("rb-02-aaaaaa", 2, {entry(2, 5, Phase::begun)});
  last.row = row("rb-02-aaaaaa");
  last.row->state = "ended", last.row->outcome = "resolved", last.row->ended = 99;
  REQUIRE(append(store, last).empty());
  CHECK(store.find("rb-02-aaaaaa")->outcome == "resolved");
  CHECK(store.deadlines().empty());
  store.release("rb-02-aaaaaa");
  CHECK(store.hold("rb-02-aaaaaa", fence).find("ended") != std::string::npos);
}

std::unique_ptr<Store> open_file(const std::string& path) {
  std::string problem;
  auto store = open_sqlite(path, problem);
  INFO(problem);
  REQUIRE(store);
  return store;
}

std::string refusal(const std::string& path) {
  std::string problem;
  CHECK_FALSE(open_sqlite(path, problem));
  CHECK_FALSE(problem.empty());
  CHECK(problem.find('\n') == std::string::npos);
  return problem;
}

}  // namespace

TEST_CASE("a store keeps one contract") {
  SECTION("memory") { contract(*open_memory()); }
  SECTION("sqlite") {
    Folder folder;
    contract(*open_file(folder.file()));
  }
}

TEST_CASE("a journal is there again after it was closed, for its owner only") {
  Folder folder;
  {
    auto store = open_file(folder.file());
    REQUIRE(store->create(row("r-1"), "image").empty());
    std::uint64_t fence = 0;
    REQUIRE(store->hold("r-1", fence).empty());
    REQUIRE(append(*store, batch("r-1", 0, {entry(1, 3, Phase::begun)}, false)).empty());
  }
  struct stat info{};
  REQUIRE(stat(folder.file().c_str(), &info) == 0);
  CHECK((info.st_mode & 0077) == 0);
  CHECK(open_file(folder.file())->read("r-1").entries.size() == 1);
}

TEST_CASE("many batches of several runs keep their order, each its own chain") {
  Folder folder;
  auto store = open_file(folder.file());
  std::uint64_t fence = 0;
  for (const char* id : {"a-1", "b-1"}) {
    REQUIRE(store->create(row(id), "image").empty());
    REQUIRE(store->hold(id, fence).empty());
  }
  std::vector<std::string> problems;
  for (std::uint32_t i = 0; i < 400; ++i)
    store->append(batch(i % 2 == 0 ? "a-1" : "b-1", i / 2, {entry(1, i, Phase::begun)}, i % 50 == 0), [&](std::string p) { problems.push_back(p); });
  CHECK(append(*store, batch("a-1", 200, {entry(1, 1000, Phase::begun)})).empty());
  CHECK(problems.size() == 400);
  CHECK(std::all_of(problems.begin(), problems.end(), [](const std::string& p) { return p.empty(); }));
  CHECK(store->read("a-1").problem.empty());
  CHECK(store->read("a-1").entries.size() == 201);
  CHECK(store->read("b-1").entries.back().key.site == 399);
}

TEST_CASE("what is no journal is refused in one sentence") {
  Folder folder;
  SECTION("garbage") {
    std::ofstream(folder.file()) << std::string(5000, 'z');
    CHECK(refusal(folder.file()).find("not a journal of rbc") != std::string::npos);
  }
  SECTION("another program's database") {
    SQLite::Database(folder.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (a)");
    CHECK(refusal(folder.file()).find("not a journal of rbc") != std::string::npos);
  }
  SECTION("a newer one") {
    open_file(folder.file());
    SQLite::Database(folder.file(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version=9");
    CHECK(refusal(folder.file()).find("newer rbc") != std::string::npos);
  }
  SECTION("a folder that is not there") { refusal(folder.path + "/none/journal.db"); }
  SECTION("a folder in its place") {
    std::filesystem::create_directory(folder.file());
    refusal(folder.file());
  }
}

TEST_CASE("a changed, a cut and a damaged journal show") {
  Folder folder;
  {
    auto store = open_file(folder.file());
    REQUIRE(store->create(row("r-1"), "image").empty());
    std::uint64_t fence = 0;
    REQUIRE(store->hold("r-1", fence).empty());
    for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(append(*store, batch("r-1", i, {entry(1, i, Phase::begun, "body")})).empty());
  }
  const auto change = [&](const char* sql) { SQLite::Database(folder.file(), SQLite::OPEN_READWRITE).exec(sql); };
  SECTION("a body") {
    change("UPDATE entry SET body = x'00' WHERE seq = 3");
    CHECK(open_file(folder.file())->read("r-1").problem.find("entry 3 does not fit") != std::string::npos);
  }
  SECTION("an entry taken out") {
    change("DELETE FROM entry WHERE seq = 3");
    CHECK(open_file(folder.file())->read("r-1").problem.find("gap") != std::string::npos);
  }
  SECTION("the end taken off") {
    change("DELETE FROM entry WHERE seq = 5");
    CHECK(open_file(folder.file())->read("r-1").problem.find("was cut") != std::string::npos);
  }
  SECTION("bytes of the file overwritten") {
    change("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto size = std::filesystem::file_size(folder.file());
    std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    const std::string noise(size - 4096, '\x5a');
    file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
    file.close();
    std::string problem;
    if (auto store = open_sqlite(folder.file(), problem)) problem = store->read("r-1").problem;
    CHECK_FALSE(problem.empty());
  }
}

TEST_CASE("a journal that cannot grow says so, and what was written stays") {
  Folder folder;
  open_file(folder.file())->create(row("r-1"), "image");
  int pipes[2];
  REQUIRE(pipe(pipes) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    std::string problem;
    auto store = open_sqlite(folder.file(), problem);
    std::uint64_t fence = 0;
    if (store) problem = store->hold("r-1", fence);
    if (store) problem += append(*store, batch("r-1", 0, {entry(fence, 0, Phase::begun)}));
    const rlimit limit{256 * 1024, 256 * 1024};
    setrlimit(RLIMIT_FSIZE, &limit);
    if (store) problem += append(*store, batch("r-1", 1, {entry(fence, 1, Phase::begun, std::string(4'000'000, 'x'))}));
    if (write(pipes[1], problem.data(), problem.size()) < 0) _exit(9);
    _exit(0);
  }
  close(pipes[1]);
  std::string said(4096, '\0');
  const ssize_t got = ::read(pipes[0], said.data(), said.size());
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  close(pipes[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  INFO(said);
  CHECK((said.find("a limit on file sizes refuses") != std::string::npos || said.find("disk is full") != std::string::npos));
  CHECK(open_file(folder.file())->read("r-1").entries.size() == 1);
}

TEST_CASE("a run whose holder died is free, one whose holder lives is not") {
  Folder folder;
  open_file(folder.file())->create(row("r-1"), "image");
  int pipes[2];
  REQUIRE(pipe(pipes) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string problem;
    auto store = open_sqlite(folder.file(), problem);
    std::uint64_t fence = 0;
    if (store) problem = store->hold("r-1", fence);
    const char answer = problem.empty() ? 'y' : 'n';
    if (write(pipes[1], &answer, 1) != 1) _exit(9);
    for (;;) pause();
  }
  char answer = 0;
  REQUIRE(::read(pipes[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  auto store = open_file(folder.file());
  std::uint64_t fence = 0;
  CHECK(store->hold("r-1", fence).find("still lives") != std::string::npos);
  CHECK(is_held(*store->find("r-1")));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK_FALSE(is_held(*store->find("r-1")));
  CHECK(store->hold("r-1", fence).empty());
  CHECK(fence == 2);
  close(pipes[0]), close(pipes[1]);
}

TEST_CASE("a project's journal lies in a folder of its own") {
  Folder folder;
  std::string problem;
  const std::string path = journal_path(folder.path, problem);
  CHECK(problem.empty());
  CHECK(path == folder.path + "/.rbc/journal.db");
  struct stat info{};
  REQUIRE(stat((folder.path + "/.rbc").c_str(), &info) == 0);
  CHECK((info.st_mode & 0077) == 0);
  journal_path(folder.path + "/none", problem);
  CHECK_FALSE(problem.empty());
}
