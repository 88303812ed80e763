// Runs a command to its end and prints how long it took and what it held at most: `SECONDS MEBIBYTES`. Its own few pages are the least that
// the kernel's peak can start from; a script's process would lend its own size to the child. Without a command: the start of a program.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 2) return 0;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, 2, 1);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (const int trouble = posix_spawnp(&child, argv[1], &files, nullptr, argv + 1, environ); trouble != 0) return std::perror(argv[1]), 127;
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::fprintf(stderr, "%.6f %.3f\n", took, static_cast<double>(usage.ru_maxrss) / 1024);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
