// The lines of a runbook's step as they are made from a document's blocks: items, notes, conditions, checks and prompts.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/commands.hpp"
#include "compiler/import/import.hpp"
#include "compiler/import/markdown.hpp"

namespace rbc::import {

// One line of the draft, with what stands beneath it; `source` to `last` are lines of the document, 0 for none.
struct Node {
  unsigned indent = 0;               // in levels, from the step's name
  std::vector<std::string> lines;    // the first, and its following lines, relative to it
  unsigned source = 0, last = 0;
  std::vector<std::string> marks;
  std::string instead;               // what to say to the shell if this does not compile
  std::string said;                  // the command as the document has it; "" if this is none
  std::string check;                 // the check that it declares or uses
  unsigned worsened = 0;             // how often it had to be mended
};

struct Count {
  Tally headings, items, commands;
};

// The page's words as prose of a runbook: inline marks go, and a `<` that begins no input is escaped.
std::string prose(std::string_view text, const std::map<std::string, std::string>& inputs);

// A text that is shown as it is, holes and all.
std::string verbatim(std::string_view text);

// A command that could not be said, as an item with its text beneath.
std::vector<std::string> by_hand(const std::string& text);

bool is_command_line(std::string_view text);

// The lines of a prompt: in one, or beneath it.
std::vector<std::string> prompt_lines(const std::string& before, const std::string& text);

class Body {
 public:
  // `checks`: what the runbook's checks look at → their names.
  Body(Commands& commands, Names& names, std::map<std::string, std::string>& checks, Count& count) : commands_(commands), names_(names), checks_(checks), count_(count) {}

  void note(std::string_view text, unsigned line, std::vector<std::string> marks = {});
  void item(std::string_view text, unsigned depth, unsigned line);
  void code(const Block& block);
  // Lines that hold only under a condition; `line` is where the document says so.
  // `question`: what is asked, if not whether it is so. `depth`: of the items beneath.
  void condition(std::string_view label, unsigned line, std::string question = {}, unsigned depth = 0);
  void solve();                      // from here on lines stand under the condition that is open
  void end_condition();
  void row(const Block& block);
  // `escalate to CONTACT: words`, under the condition that is open.
  void escalate(const std::string& contact, std::string_view words);
  void inline_commands(std::string_view text, unsigned line);

  std::vector<Node> take();
  bool empty() const { return nodes_.empty(); }
  bool in_condition() const { return !conditions_.empty(); }

 private:
  struct Condition {
    std::size_t node = 0;
    std::string name, question;
    unsigned depth = 0;
    bool when = false, of_comment = false;
  };
  unsigned indent() const { return static_cast<unsigned>(conditions_.size()); }
  void open(std::string_view label, unsigned line, std::string question, unsigned depth, bool of_comment);
  void close();
  void end_comments();
  Node& add(unsigned indent, std::vector<std::string> lines, unsigned source, unsigned last);
  bool is_query(const std::vector<std::string>& lines);
  void command(const Stretch& stretch, std::vector<Stretch>& comments);
  void remarks(std::vector<Stretch>& comments, bool of_a_command);

  Commands& commands_;
  Names& names_;
  std::map<std::string, std::string>& checks_;
  Count& count_;
  std::vector<Node> nodes_;
  std::vector<Condition> conditions_;   // outermost first; those of comments are innermost
  unsigned block_begins_ = 0;        // the first line of the code at hand
  int item_depth_ = -1;              // of the item above; -1: the line above is none
};

}  // namespace rbc::import
