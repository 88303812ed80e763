// The seam to everything outside: what a run's requests are said to. The real world runs on one libuv loop; tests put a fake here.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vm/bytecode/program.hpp"
#include "vm/model/value.hpp"

struct uv_loop_s;

namespace rbc {

const Catalogue& catalogue();

struct Said {
  std::uint64_t id = 0;                 // the caller's; for cancel
  const Template* what = nullptr;       // owned by the program, which outlives the world
  std::vector<Value> arguments;         // of the resource
  std::vector<Value> holes;
  Micros limit = 0;                     // covers name resolution, connecting, asking, reading, decoding
  std::string key;                      // for a change: stable over a resume
  // Called when a process of this machine is begun for it, which leads a group of its own; from inside ask() or later. May be empty.
  std::function<void(std::int64_t pid)> began;
};

struct Answer {
  Way way = Way::answer;
  Value value;                          // a record as the row's type says, with ok, took, at
  std::string reason;                   // one line, secrets scrubbed, control characters kept (visible() is for whoever shows it)
  Micros took = 0;
  bool in_doubt = false;                // of a change: a byte may have left
};

// What a resource is bound to, holes filled. Secrets inside are never shown or logged.
struct Address {
  std::uint32_t resource = 0;
  std::string text;                     // with secrets in place
  std::string shown;                    // with secrets by name
  std::int32_t via = kNone;
};

// Known secrets' bytes and their base64, hex, percent, JSON forms, replaced by `•••` in whatever comes back.
class Scrubber {
 public:
  static constexpr std::size_t kShortest = 6;   // bytes; shorter ones would scrub half of an answer
  void learn(std::string_view secret);
  std::string scrub(std::string_view text) const;
  Value scrub(const Value& value) const;
 private:
  std::vector<std::string> forms_;      // longest first
};

class World {
 public:
  virtual ~World() = default;
  // Opens what must be open before the first look: each Postgres resource's kept connection. Never fails: what cannot be reached now is
  // found by its look. Calls back once, within `limit`.
  virtual void open(Micros limit, std::function<void()> opened) = 0;
  // Answers exactly once, never from inside ask(), unless cancelled.
  virtual void ask(Said said, std::function<void(Answer)> answered) = 0;
  // Ends it as far as that can be done (cancel_query, TERM then KILL to the process group); the callback is not called.
  virtual void cancel(std::uint64_t id) = 0;
  // Delivers words to a contact or channel. `delivered` gets an empty text, or why not.
  struct Notice { std::uint64_t id = 0; std::uint32_t resource = 0; bool page = false; std::string text; std::string run; std::string key; };
  virtual void notify(Notice notice, std::function<void(std::string)> delivered) = 0;
  // A secret that came up in the run: from here on it is scrubbed from what comes back.
  virtual void learn(std::string_view) {}
};

struct WorldSetup {
  uv_loop_s* loop = nullptr;            // not owned; outlives the world
  const Program* program = nullptr;     // not owned; outlives the world
  std::vector<Address> addresses;       // bound resources only
  std::vector<std::string> secrets;     // values, one a program secret; empty if unread
  std::string project;                  // the folder that relative paths and commands start from
};
// The real one. Backends are opened at the first look.
std::unique_ptr<World> make_world(WorldSetup setup);

// Fills a binding; `inputs` by slot. Problem: one sentence, empty if filled.
struct Filled { Address address; std::string problem; };
Filled fill_binding(const Program& program, const Binding& binding, const std::vector<Value>& slots, const std::vector<std::string>& secrets);
// Reads the secrets that are `needed`, one flag a program secret. Problems: sentences. A secret under 6 bytes is a problem. The others are read
// where that costs nothing, so that they are scrubbed too, but no command runs for them, and nothing of theirs is a problem.
struct SecretsRead { std::vector<std::string> values; std::vector<std::string> problems; };
SecretsRead read_secrets(const Program& program, const std::string& project, const std::vector<bool>& needed);

}  // namespace rbc
