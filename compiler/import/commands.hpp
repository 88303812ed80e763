// The command lines of a document as what a runbook says to its resources: which resource, which words, and what they do.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rbc::import {

// Names of one file: kebab-case, no word of the language, none twice where both are seen.
class Names {
 public:
  // `words` as a name of the whole file, of the runbook at hand, or of one of its steps; it is taken from now on.
  std::string take(std::string_view words, std::string_view otherwise);
  std::string take_here(std::string_view words, std::string_view otherwise);
  std::string take_step(std::string_view words);
  void next_runbook();

 private:
  std::string first_free(std::string_view words, std::string_view otherwise, std::initializer_list<const std::set<std::string>*> taken) const;

  std::set<std::string> taken_{"run", "failure", "goal", "local", "clock"}, ever_, here_, steps_;
};
// `Check the Status (5 min)` as `check-the-status-5-min`, at most six words; "" if nothing of it can be a name.
std::string kebab(std::string_view words);

// A stretch of a code block: a command with its following lines, a comment, or something that is no command.
struct Stretch {
  enum class Kind : unsigned char { command, comment, other };
  Kind kind = Kind::other;
  unsigned line = 0, last = 0;     // from 1, in the document
  std::string text;
  std::string remark;              // the comment at the end of a command's line
};
// `shell`: the fence says that it is; else only what begins like a known command is one.
std::vector<Stretch> read_code(const std::vector<std::string>& lines, unsigned first, bool shell);

// Whether a text begins like a command line: a known tool, a path of a script, an assignment before one.
bool looks_like_command(std::string_view text);

struct Resource {
  std::string kind, name, title, runs, binding;
};

struct Saying {
  enum class Kind : unsigned char { look, change, destroy, wait, by_hand };
  Kind kind = Kind::by_hand;
  std::string prompt;              // `db>`, `stack.web$`
  std::string text;                // several lines where the command has them
  std::string instead;             // the same for the shell of `box`, if `prompt` is another
  std::string loss;                // of what destroys: one sentence
  std::string health;              // of a GET that asks for health: words for the name of a check
  std::vector<std::string> marks;  // what a person must decide
};

// Turns commands into sayings and collects the resources that they need.
class Commands {
 public:
  explicit Commands(Names& names) : names_(names) {}

  // Placeholders of a document's commands become holes: `<pod>`, `{{ pod }}`, `$POD`, `YOUR_POD`, `[POD]`. `set_here`: variables that the
  // block sets itself.
  std::string with_holes(std::string_view command, const std::set<std::string>& set_here = {});
  // Inputs that placeholders made: name → words of the document.
  const std::map<std::string, std::string>& inputs() const { return inputs_; }

  std::vector<Saying> say(const Stretch& command);
  // Statement by statement. `binding`: the database's address; "": the one that was spoken to last.
  std::vector<Saying> say_sql(std::string_view written, const std::string& binding = {}, const std::string& database = {});
  Saying say_promql(std::string_view query);
  // The same for the shell of `box`.
  Saying say_shell(const std::string& text);

  const std::vector<Resource>& resources() const { return resources_; }
  const std::set<std::string>& secrets() const { return secrets_; }   // names of environment variables

 private:
  Resource& resource(std::string_view kind, const std::string& key, std::string_view name, std::string_view binding, std::string_view title);
  std::string database_at(const std::string& binding, const std::string& database);
  void judge(Saying& saying, std::string_view kind, const std::string& runs = {});

  friend class Simple;
  Names& names_;
  std::vector<Resource> resources_;
  std::map<std::string, std::size_t> by_key_;
  std::map<std::string, std::string> inputs_;
  std::set<std::string> secrets_;
  std::string last_database_;
};

}  // namespace rbc::import
