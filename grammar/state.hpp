// What the parser carries along: open columns, the growing tree, how far it got and what it wanted there.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "grammar/ast.hpp"
#include "grammar/diagnostic.hpp"
#include "grammar/parse.hpp"

namespace rbc::parsing {

struct Advice;

// Thrown where a line is broken; caught around each line, never leaves parse().
struct SyntaxError {
  const char* code;
  uint32_t at;
};

// Thrown in the first pass instead of a report: what was wanted at the mistake is found out by the second.
struct NotHasty {};

// Where the tree can be rolled back to when an alternative does not match.
struct Mark {
  uint32_t nodes, trivia;
  NodeId last, before_last;
  uint32_t last_end;
};

class State {
 public:
  State(const Source& source, std::string_view text, Tree& tree, Sink& sink, bool hasty)
      : text(text), hasty(hasty), source_(source), tree_(tree), sink_(sink) {}

  const std::string_view text;      // what is parsed: the source's text, with `\r` of CRLF as blanks
  std::vector<uint32_t> columns{0}; // the columns of open blocks
  uint32_t last_end = 0;            // end of the last token, before blanks and comments
  uint32_t depth = 0;               // nesting of blocks and expressions
  uint32_t quiet = 0, weak = 0;     // inside a lookahead; inside something optional
  const bool hasty;                 // the first pass: nothing is wanted, and it ends at the first mistake
  uint32_t named_at = UINT32_MAX;   // where a named rule began: there its name is wanted, not its parts

  uint32_t offset(const char* at) const { return static_cast<uint32_t>(at - text.data()); }
  bool at_line_start(uint32_t at) const { return at == 0 || text[at - 1] == '\n' || at == first_; }
  void starts_at(uint32_t first) { first_ = first; }
  Tree& tree() { return tree_; }

  // ── the tree ──
  Mark mark() const {
    return {static_cast<uint32_t>(tree_.nodes.size()), static_cast<uint32_t>(tree_.trivia.size()), open_.back().last,
            open_.back().before_last, last_end};
  }
  void rollback(const Mark& mark) {
    if (tree_.nodes.size() != mark.nodes) forget_nodes(mark);
    if (tree_.trivia.size() != mark.trivia) tree_.trivia.resize(mark.trivia);
    last_end = mark.last_end;
  }
  void open(Kind kind, uint32_t begin);
  void adopt(Kind kind); // opens a node whose first child is the last one closed
  void close();
  void unadopt();                 // undoes adopt() when what follows does not match
  void abandon(const Mark& mark); // undoes open()
  void word(Word word) { tree_.nodes[open_.back().node].word = word; }
  size_t open_count() const { return open_.size(); }
  void leave_open(size_t count) { open_.resize(count); }
  NodeId last_child() const { return open_.back().last; }
  Kind open_kind() const { return tree_.nodes[open_.back().node].kind; }
  Word open_word() const { return tree_.nodes[open_.back().node].word; }
  uint32_t open_begin() const { return tree_.nodes[open_.back().node].begin; }
  void leaf(Kind kind, uint32_t begin, uint32_t end);
  void begin_file();
  void end_file();

  // ── what was wanted ──
  void want(uint32_t at, const char* what) {
    if (hasty || quiet || at < far_ || at == named_at) return;
    if (at > far_) far_ = at, wanted_.clear();
    if (wanted_.size() < kMaxWanted) wanted_.push_back({what, weak > 0});
  }
  uint32_t far() const { return far_; }
  [[noreturn]] void raise(const char* code, uint32_t at) const { throw SyntaxError{code, at}; }

  // ── what is broken ──
  void report(const SyntaxError& error);
  // Whether the file is of another kind altogether; then that is reported, and the tree stays empty.
  bool is_foreign();
  // Skips to the next line, after `from`, at `column` or less; leaves an Error node from `begin`; answers where to go on.
  uint32_t resynchronise(uint32_t begin, uint32_t from, uint32_t column);
  void add(Diagnostic diagnostic); // at most one error a line

 private:
  struct Open {
    NodeId node, last, before_last;
  };
  struct Wanted {
    const char* what;
    bool weak;
  };
  static constexpr size_t kMaxWanted = 64;

  void forget_nodes(const Mark& mark);
  void collect_lost_names(uint32_t begin, uint32_t end);
  std::string expectation(uint32_t at, Advice& advice) const;
  std::string_view word_at(uint32_t at) const;
  std::string_view line_opener(NodeId node) const;
  uint32_t line_begin(uint32_t at) const;
  std::string_view line_around(uint32_t at) const;
  uint32_t lookalikes_end(uint32_t at) const;
  Diagnostic explain(const SyntaxError& error) const;
  bool follows(const SyntaxError& error);

  const Source& source_;
  Tree& tree_;
  Sink& sink_;
  std::vector<Open> open_;
  uint32_t first_ = 0;
  uint32_t far_ = 0;
  bool flat_ = false; // the last error was a missing block
  uint32_t foreign_blocks_ = 0;          // opened on broken lines by a `{`, a fence or a `then`
  std::set<std::pair<uint32_t, uint32_t>> astray_;    // E0121: the line of the declaration, the column
  std::set<std::pair<uint32_t, bool>> misplaced_;     // where a block begins whose lines belong elsewhere
  bool strange_ = false;                              // the last error was a line that begins with nothing known,
  std::string strange_help_;                          // and this was said of it
  uint32_t resumed_ = 0;                              // the line with which the parser went on after an error
  std::vector<Wanted> wanted_;
  std::unordered_set<uint32_t> error_lines_;
};

// The end of the name that begins at `at`, or `at` if none does.
uint32_t name_end(std::string_view text, uint32_t at);

} // namespace rbc::parsing
