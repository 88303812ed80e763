// What run, resume, look, runs and show share: the project's store and who is at the keyboard.
#pragma once
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/project.hpp"
#include "run/run.hpp"

namespace rbc::cli {

// Opens (or makes) the project's store, or refuses with a sentence (a project that cannot be read among them): null, code set.
std::unique_ptr<Store> open_store(const Project& project, int& code);
// The operating system's user.
std::string user_name();
// Whether a person can be asked: stdin and stdout are a terminal.
bool at_terminal();

// Whom a run speaks to, by flags and surroundings. Holds everything it is made of.
class Audience {
 public:
  struct Wishes {
    Mode mode = Mode::headless;
    bool yes = false, json = false, guarded = false;
    std::vector<std::string> allow;
    std::string environment;
  };
  explicit Audience(const Wishes& wishes);
  ~Audience();
  Prompter& prompter();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Prints why it was refused, or how it can go on; answers the exit code.
int conclude(const RunResult& result, bool json);

}  // namespace rbc::cli
