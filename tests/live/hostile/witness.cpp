// A program that writes down what it was started with: its words, and of its environment what begins with HOSTILE_. Netstrings, a record a call.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

extern char** environ;

int main(int argc, char** argv) {
  std::vector<std::string> all(argv + 1, argv + argc);
  for (char** setting = environ; *setting != nullptr; ++setting)
    if (std::strncmp(*setting, "HOSTILE_", 8) == 0) all.emplace_back(*setting);
  std::string record = std::to_string(all.size()) + ";";
  for (const std::string& one : all) record += std::to_string(one.size()) + ":" + one;
  const int out = ::open("witnessed", O_WRONLY | O_CREAT | O_APPEND, 0666);
  const bool written = out >= 0 && ::write(out, record.data(), record.size()) == static_cast<ssize_t>(record.size());
  return written && ::close(out) == 0 ? 0 : 1;
}
