// One line of the language as its words: what the formatter writes between its indentation and its comment.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "grammar/ast.hpp"

namespace rbc::printing {

// Where a line's cells end, in bytes from its beginning; 0 where it has none. The formatter pads there.
struct Cuts {
  uint32_t first = 0, second = 0;
};

class HeaderWriter {
 public:
  explicit HeaderWriter(const Tree& tree) : tree_(tree), file_(tree.source().text()) {}

  // Appends to `out` what stands of a node in the line that ends at `line_end`, from `begin` on.
  Cuts write(NodeId node, uint32_t begin, uint32_t line_end, std::string& out);

 private:
  struct Frame {
    NodeId node, child; // what is written, and which of its children is next
    uint32_t at;        // up to where it is written
  };

  void descend(uint32_t line_end);
  void leaf(NodeId node, NodeId owner);
  void title(NodeId node, Kind owner);
  void rate(NodeId node);
  void gap(NodeId owner, uint32_t from, uint32_t to);
  void sign(NodeId owner, uint32_t at, uint32_t length);
  void note(NodeId node, uint32_t line_end);
  void item(NodeId node, uint32_t line_end);
  void before_child(NodeId owner, NodeId child);
  void after_child(NodeId owner, NodeId child);
  void put(std::string_view token, bool to_left = false, bool to_right = false);
  uint32_t written() const { return static_cast<uint32_t>(out_->size()) - begin_; }

  const Tree& tree_;
  std::string_view file_;
  std::string* out_ = nullptr;
  uint32_t begin_ = 0;
  bool joined_ = true;     // no blank before the next token
  bool after_url_ = false; // which would swallow what follows it without a blank
  Cuts cuts_;
  std::vector<Frame> open_; // expressions may be long to the left: no recursion
};

} // namespace rbc::printing
