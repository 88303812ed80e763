#include "stdlib/modules/script.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <vector>

using namespace rbc;

namespace {

struct Ran {
  int exit = -1;
  std::string out;
};

// What `shell` prints and ends with; both streams, without the last line break.
Ran ran(const std::string& shell, std::string_view script) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const std::string text = script_for_sh(script);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(pipe[1], 1);
    ::dup2(pipe[1], 2);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::execl(shell.c_str(), shell.c_str(), "-c", text.c_str(), static_cast<char*>(nullptr));
    ::_exit(99);
  }
  ::close(pipe[1]);
  Ran done;
  char buffer[4096];
  for (ssize_t got; (got = ::read(pipe[0], buffer, sizeof buffer)) > 0;) done.out.append(buffer, static_cast<std::size_t>(got));
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status)) done.exit = WEXITSTATUS(status);
  while (done.out.ends_with('\n')) done.out.pop_back();
  return done;
}

std::vector<std::string> shells() {
  std::vector<std::string> all;
  for (const char* known : {"/bin/dash", "/bin/bash", "/bin/sh"})
    if (::access(known, X_OK) == 0) all.emplace_back(known);
  return all;
}

}  // namespace

TEST_CASE("a pipeline fails when any stage fails, in every shell") {
  for (const std::string& sh : shells()) {
    INFO(sh);
    CHECK(ran(sh, "echo a | cat").exit == 0);
    CHECK(ran(sh, "echo a | cat").out == "a");
    CHECK(ran(sh, "test -e /rbc-nothing | cat").exit == 125);
    CHECK(ran(sh, "test -e /rbc-nothing | cat").out == "stage 1 of the pipeline ended with exit code 1");
    CHECK(ran(sh, "sh -c 'echo some; exit 3' | cat").exit == 3);
    CHECK(ran(sh, "echo a | sh -c 'cat; exit 4' | cat").exit == 4);
    CHECK(ran(sh, "echo a | grep -q b").exit == 1);      // the last stage's own answer
    CHECK(ran(sh, "echo a | exit 6").exit == 6);
    CHECK(ran(sh, "rbc-no-such-program | cat").exit == 127);
    CHECK(ran(sh, "IFS=: ; echo a | cat").exit == 0);
  }
}

TEST_CASE("a stage that is not read to its end has not failed") {
  for (const std::string& sh : shells()) {
    INFO(sh);
    const Ran head = ran(sh, "yes | head -n 1");
    CHECK(head.exit == 0);
    CHECK(head.out == "y");
  }
}

TEST_CASE("what a stage leaves behind does not keep the pipeline waiting") {
  const Ran daemon = ran("/bin/sh", "sh -c 'sleep 20 >/dev/null 2>&1 & echo $!' | cat\necho after");
  CHECK(daemon.exit == 0);
  REQUIRE(daemon.out.find("\nafter") != std::string::npos);
  const pid_t left = static_cast<pid_t>(std::stoi(daemon.out));
  CHECK(::kill(left, SIGKILL) == 0);
}

TEST_CASE("lines are joined with and") {
  for (const std::string& sh : shells()) {
    INFO(sh);
    CHECK(ran(sh, "false\necho reached").out.empty());
    CHECK(ran(sh, "false && true\necho reached").out.empty());   // `set -e` lets this one pass
    CHECK(ran(sh, "false | cat\necho reached").out == "stage 1 of the pipeline ended with exit code 1");
    CHECK(ran(sh, "false || true\necho reached").out == "reached");
    CHECK(ran(sh, "false; echo reached").out == "reached");
    CHECK(ran(sh, "echo a |\n cat &&\n  echo b ||\n false\n").out == "a\nb");
    CHECK(ran(sh, "echo a \\\n b").out == "a b");
  }
}

TEST_CASE("quotes, substitutions and redirections stay what they are") {
  for (const std::string& sh : shells()) {
    INFO(sh);
    CHECK(ran(sh, "echo 'a | b\n&& c'").out == "a | b\n&& c");
    CHECK(ran(sh, "echo \"a | $(echo x | tr x y) ; \\\"\"").out == "a | y ; \"");
    CHECK(ran(sh, "echo a 1>&2 | cat").out == "a");
    CHECK(ran(sh, "A=$(false | cat) && echo reached").exit == 125);
    CHECK(ran(sh, "echo a\\|b | cat").out == "a|b");
    CHECK(ran(sh, "echo $(echo 'a)' | cat)").out == "a)");
  }
  CHECK(script_for_sh("df -h /") == "df -h /");
}
