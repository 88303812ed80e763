// The tree of one file: flat nodes with exact byte spans into the file, the comments beside them, and what leaves mean.
#pragma once
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/source.hpp"

namespace rbc {

// A word or sign of the language (keywords.def).
enum class Word : uint8_t {
  None,
#define RBC_WORD(id, spelling, reserved) id,
#define RBC_SIGN(id, spelling) id,
#include "grammar/keywords.def"
};
std::string_view spelling(Word word);    // "" for None
bool is_reserved(std::string_view name); // may not be used as a name (E0108)
std::optional<Word> word_of(std::string_view spelling);

// What a node is; kinds.def says which children each kind has, in which order.
enum class Kind : uint8_t {
#define RBC_KIND(id, children) id,
#include "grammar/kinds.def"
};
std::string_view name_of(Kind kind);
bool is_expression(Kind kind); // And … Apply, and the literals
bool is_statement(Kind kind);  // what may be a line of a Block

// The index of a node in its tree. 0 is the File, which is nobody's child, so 0 stands for "none".
using NodeId = uint32_t;

// One construct. Byte span [begin, end) in the file, without the blanks or comments after it.
struct Node {
  Kind kind = Kind::Error;
  Word word = Word::None;
  uint32_t begin = 0;
  uint32_t end = 0;
  NodeId first_child = 0;
  NodeId next_sibling = 0;
};

// A comment (from `#` to the end of its line) or a run of blank lines: what the tree leaves out.
struct Trivia {
  enum class Kind : uint8_t { Comment, BlankLines } kind;
  uint32_t begin;
  uint32_t end;
};

// Immutable once parsed. Refers to its Source, which must outlive it.
class Tree {
 public:
  // The children of a node, in order: `for (NodeId child : tree.children(id))`.
  class Children {
   public:
    class Iterator {
     public:
      using iterator_category = std::forward_iterator_tag;
      using value_type = NodeId;
      using difference_type = std::ptrdiff_t;
      using pointer = const NodeId*;
      using reference = NodeId;
      Iterator() = default;
      Iterator(const Tree* tree, NodeId id) : tree_(tree), id_(id) {}
      NodeId operator*() const { return id_; }
      Iterator& operator++() { return id_ = tree_->node(id_).next_sibling, *this; }
      Iterator operator++(int) {
        auto before = *this;
        return ++*this, before;
      }
      bool operator==(const Iterator& other) const { return id_ == other.id_; }

     private:
      const Tree* tree_ = nullptr;
      NodeId id_ = 0;
    };
    Children(const Tree* tree, NodeId first) : tree_(tree), first_(first) {}
    Iterator begin() const { return {tree_, first_}; }
    Iterator end() const { return {tree_, 0}; }
    bool empty() const { return first_ == 0; }

   private:
    const Tree* tree_;
    NodeId first_;
  };

  explicit Tree(const Source& source) : source_(&source) {}

  const Source& source() const { return *source_; }
  NodeId root() const { return 0; }
  const Node& node(NodeId id) const { return nodes[id]; }
  const Node& operator[](NodeId id) const { return nodes[id]; }
  Kind kind(NodeId id) const { return nodes[id].kind; }
  Word word(NodeId id) const { return nodes[id].word; }
  Span span(NodeId id) const { return {nodes[id].begin, nodes[id].end}; }
  // The bytes of the file under a node. A file with CRLF has its `\r` in them.
  std::string_view text(NodeId id) const { return source_->text().substr(nodes[id].begin, nodes[id].end - nodes[id].begin); }

  Children children(NodeId id) const { return {this, nodes[id].first_child}; }
  NodeId first(NodeId id) const { return nodes[id].first_child; } // 0 if it has none
  NodeId next(NodeId id) const { return nodes[id].next_sibling; } // 0 if it is the last
  NodeId child(NodeId id, Kind kind) const;                       // the first child of that kind, or 0
  NodeId nth(NodeId id, size_t index) const;                      // the child at an index from 0, or 0
  NodeId expression(NodeId id) const;                             // the first child that is an expression, or 0
  std::vector<NodeId> all(NodeId id, Kind kind) const;            // all children of that kind
  std::vector<NodeId> find(Kind kind, NodeId under = 0) const;    // all descendants of that kind, in file order
  std::vector<NodeId> walk(Kind kind, NodeId under) const;        // the same, child by child
  bool flag(NodeId id, Word word) const;                          // has a Flag child with that word
  std::string_view name(NodeId id) const;                         // the text of its first Name child, or ""
  std::string field_name(NodeId field) const;                     // of a Field or Name: the name, or the text inside its quotes
  size_t size() const { return nodes.size(); }

  std::vector<Node> nodes;
  std::vector<Trivia> trivia;          // in file order
  std::vector<std::string> lost_names; // names that skipped (broken) lines seem to declare: never report those as unknown
  bool lost_use = false;               // a broken line was a `use`: any name may be missing because of it

 private:
  const Source* source_;
};

// For tests and `rbc dump`: one node a line, indented, as `Kind word 'text'`.
std::string dump(const Tree& tree, NodeId under = 0);

// ── what leaves mean; nullopt: out of range, or units out of order (E0308) ──
std::optional<std::chrono::milliseconds> duration_of(std::string_view text); // "1h30m", units descending, each once
std::optional<uint64_t> size_of(std::string_view text);                      // "512MiB" in bytes
std::optional<double> percent_of(std::string_view text);                     // "5%" is 5
std::optional<double> rate_of(std::string_view text);                        // "10 per minute", per second
struct NumberValue {
  bool whole;
  int64_t integer; // when whole
  double number;   // always
};
std::optional<NumberValue> number_of(std::string_view text); // "1_000", "3.5"
std::optional<int64_t> int_of(std::string_view text);
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> instant_of(std::string_view text);
struct RegexValue {
  std::string pattern; // as RE2 wants it: `\/` is `/`
  std::string flags;   // of "ims", as written
};
RegexValue regex_of(std::string_view text);

// Words with values between them. `hole` is 0 for a stretch of plain text (escapes decoded), else a Hole node and `text` is
// empty.
struct TextPiece {
  std::string text;
  NodeId hole = 0;
};
std::vector<TextPiece> pieces(const Tree& tree, NodeId text_title_prose_or_segment);

// The path of a Hole: `<pool.used?>` is {"pool", "used"}.
std::vector<std::string> hole_path(const Tree& tree, NodeId hole);

// Embedded text as its own parser reads it: lines joined with `\n`, the common indentation removed, `\<` become `<`, holes
// still as
// `<name>` (only those in `holes` are holes).
struct Captured {
  struct Hole {
    uint32_t begin;                // in `text`, of the `<`
    uint32_t end;                  // in `text`, after the `>`
    std::vector<std::string> path; // at least one name
    bool optional;
    NodeId node;
  };
  struct Mapping {
    uint32_t text_offset;
    uint32_t file_offset;
  };
  std::string text;
  std::vector<Mapping> map;    // ascending; each entry holds up to the next one
  std::vector<Hole> holes;     // ascending
  uint32_t begin = 0, end = 0; // of the whole in the file
  uint32_t file_offset(uint32_t text_offset) const;
  Span file_span(uint32_t text_begin, uint32_t text_end) const;
};

// Of an Utterance, Raw, Reply, Message, Note, Pattern or Binding node (or one that holds an Utterance): its Raw as text.
Captured capture(const Tree& tree, NodeId node);

} // namespace rbc
