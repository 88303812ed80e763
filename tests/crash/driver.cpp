// One process of the crash tests: `driver FOLDER begin|resume` runs a small program against a scripted world that writes down what reaches
// it, and kills itself at a journal write: RBC_TEST_KILL_AT=n with RBC_TEST_KILL_WHEN=before|after it is on disk.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "tests/unit/run/fake.hpp"
#include "tests/unit/run/loop_world.hpp"
#include "vm/bytecode/image.hpp"

using namespace rbc;
using fake::kDba;
using fake::kLead;

namespace {

class KillingStore final : public Store {
 public:
  KillingStore(std::unique_ptr<Store> inner, int at, bool after) : inner_(std::move(inner)), at_(at), after_(after) {}
  void append(Batch batch, Done done) override {
    if (++count_ != at_) return inner_->append(std::move(batch), std::move(done));
    if (!after_) die();
    bool written = false;
    inner_->append(std::move(batch), [&](const std::string&) { written = true; });
    while (!written) {
      inner_->poll();
      std::this_thread::yield();
    }
    die();
  }
  void on_ready(std::function<void()> wake) override { inner_->on_ready(std::move(wake)); }
  void poll() override { inner_->poll(); }
  std::string create(const RunRow& row, const std::string& image) override { return inner_->create(row, image); }
  std::vector<RunRow> runs() override { return inner_->runs(); }
  std::optional<RunRow> find(const std::string& id) override { return inner_->find(id); }
  std::string image(const std::string& hash) override { return inner_->image(hash); }
  Read read(const std::string& run) override { return inner_->read(run); }
  std::vector<std::pair<std::string, Deadline>> deadlines() override { return inner_->deadlines(); }
  std::string hold(const std::string& run, std::uint64_t& fence) override { return inner_->hold(run, fence); }
  void release(const std::string& run) override { inner_->release(run); }
  std::string post(const Mail& mail) override { return inner_->post(mail); }
  std::vector<Mail> collect(const std::string& run, std::uint64_t after) override { return inner_->collect(run, after); }

 private:
  [[noreturn]] static void die() {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  std::unique_ptr<Store> inner_;
  int at_, count_ = 0;
  bool after_;
};

std::shared_ptr<const Program> small_program() {
  return fake::program(
      [](fake::Lines& l) {
        l.ask(l.look("GET /one"));
        l.act(l.change("POST /once", false));
        l.sleep(20'000);
        l.page(kDba, "now");
        l.act(l.change("POST /again", true));
        l.ask(l.look("GET /two"));
        l.page(kLead, "quietly", NoticeInfo::What::tell);
        HumanInfo item;
        l.human(item, "Look at it");
        l.act(l.change("POST /last", false));
      },
      {{10'000, kLead, "ten", false}});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = argv[1];
  const char* at = std::getenv("RBC_TEST_KILL_AT");
  const char* when = std::getenv("RBC_TEST_KILL_WHEN");
  std::string problem;
  auto inner = open_sqlite(folder + "/journal.db", problem);
  if (!inner) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    return 3;
  }
  KillingStore store(std::move(inner), at != nullptr ? std::atoi(at) : 0, when != nullptr && std::string(when) == "after");
  const int did = open((folder + "/did").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  RunSeams seams;
  seams.world = [&](WorldSetup setup) {
    return std::make_unique<fake::LoopWorld>(
        setup.loop, [](const std::string&) { return fake::LoopWorld::Reply{fake::FakeWorld::good(), 2, false}; },
        [&](const std::string& line) {
          const std::string text = line + "\n";
          if (write(did, text.data(), text.size()) < 0) std::abort();
        });
  };
  HeadlessPrompter people;
  RunResult result;
  if (std::string(argv[2]) == "begin") {
    RunRequest request;
    request.program = small_program();
    request.image = save(*request.program);
    request.project = folder;
    request.operator_name = "ops";
    result = begin_run(request, store, people, seams);
  } else {
    ResumeRequest request;
    request.run = "last", request.project = folder, request.operator_name = "ops";
    result = resume_run(request, store, people, seams);
  }
  for (const std::string& sentence : result.problems) std::fprintf(stderr, "%s\n", sentence.c_str());
  return result.exit_code;
}
