// Kills a run at every write of its journal and lets another process go on: nothing is done twice that may not be, nothing is lost.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "run/run.hpp"

using namespace rbc;

namespace {

struct Folder {
  std::string path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rbc-crash-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

// The wait status of one process of the driver.
int drive(const std::string& folder, const char* what, int kill_at, const char* when) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (kill_at != 0) {
      setenv("RBC_TEST_KILL_AT", std::to_string(kill_at).c_str(), 1);
      setenv("RBC_TEST_KILL_WHEN", when, 1);
    }
    const char* program = RBC_BINARY_DIR "/bin/rbc_crash_driver";
    execl(program, program, folder.c_str(), what, static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

std::map<std::string, int> done(const std::string& folder) {
  std::map<std::string, int> counts;
  std::ifstream file(folder + "/did");
  for (std::string line; std::getline(file, line);) ++counts[line];
  return counts;
}

RunRow last_run(const std::string& folder) {
  std::string problem;
  auto store = open_sqlite(folder + "/journal.db", problem);
  REQUIRE(store);
  const auto row = store->find("last");
  REQUIRE(row);
  INFO(store->read(row->id).problem);
  CHECK(store->read(row->id).problem.empty());
  return *row;
}

bool killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

void whole(const std::map<std::string, int>& counts) {
  for (const char* line : {"look GET /one", "do POST /once", "page now", "do POST /again", "look GET /two", "tell quietly", "do POST /last", "page ten"}) {
    INFO(line);
    CHECK(counts.count(line) == 1);
  }
}

}  // namespace

TEST_CASE("without a crash everything is done once") {
  Folder folder;
  const int status = drive(folder.path, "begin", 0, "");
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == kExitResolved);
  const auto counts = done(folder.path);
  whole(counts);
  for (const auto& [line, count] : counts) CHECK(count == 1);
}

TEST_CASE("a run that is killed at any write of its journal goes on to its end") {
  int kills = 0, doubts = 0;
  for (const char* when : {"before", "after"}) {
    for (int at = 1; at < 100; ++at) {
      Folder folder;
      const int first = drive(folder.path, "begin", at, when);
      if (!killed(first)) {
        REQUIRE(WIFEXITED(first));
        CHECK(WEXITSTATUS(first) == kExitResolved);
        break;
      }
      ++kills;
      INFO("killed " << when << " write " << at);
      if (at == 1 && std::string(when) == "before") continue;        // it had not begun: there is nothing to go on with
      const RunRow open = last_run(folder.path);
      const int second = open.state == "ended" ? 0 : drive(folder.path, "resume", 0, "");
      REQUIRE(WIFEXITED(second));
      const RunRow row = last_run(folder.path);
      CHECK(row.state == "ended");
      auto counts = done(folder.path);
      CHECK(counts["do POST /once"] <= 1);
      CHECK(counts["do POST /last"] <= 1);
      CHECK(counts["do POST /again"] <= 2);
      if (row.outcome == "aborted") {                                 // its first entry had not reached the disk
        CHECK(row.last_seq == 0);
        CHECK(counts["do POST /once"] + counts["page now"] + counts["page ten"] == 0);
        continue;
      }
      CHECK(counts["tell quietly"] <= 1);
      CHECK(counts["page ten"] >= 1);
      if (row.outcome == "resolved") {
        if (counts["tell quietly"] == 0) counts.erase("tell quietly"), counts["tell quietly"] = 1;   // at most once
        whole(counts);
      } else {
        // Only where a change that may not be repeated was begun and not heard of.
        ++doubts;
        CHECK(row.reason.find("doubt") != std::string::npos);
      }
    }
  }
  CHECK(kills >= 10);
  CHECK(doubts <= kills / 2);
}

TEST_CASE("a run that is killed again and again does nothing twice that may not be") {
  Folder folder;
  int status = drive(folder.path, "begin", 4, "after");
  for (int i = 0; i < 60 && killed(status); ++i) status = drive(folder.path, "resume", 4, "before");
  REQUIRE(WIFEXITED(status));
  CHECK(last_run(folder.path).state == "ended");
  auto counts = done(folder.path);
  CHECK(counts["do POST /once"] <= 1);
  CHECK(counts["do POST /last"] <= 1);
  CHECK(counts["tell quietly"] <= 1);
}

TEST_CASE("two processes cannot have one run") {
  Folder folder;
  REQUIRE(killed(drive(folder.path, "begin", 3, "after")));
  std::string problem;
  auto store = open_sqlite(folder.path + "/journal.db", problem);
  REQUIRE(store);
  std::uint64_t fence = 0;
  REQUIRE(store->hold(store->find("last")->id, fence).empty());
  const int status = drive(folder.path, "resume", 0, "");
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == kExitRefused);
}
