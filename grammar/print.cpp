#include "grammar/print.hpp"

#include <algorithm>
#include <cstring>

#include "grammar/print_header.hpp"
#include "grammar/print_words.hpp"

namespace rbc {

namespace printing {

namespace {

constexpr uint32_t kBlanksALevel = 2;

// The tables whose lines are aligned. Meta lines need no looking around: the longest word is known.
enum class Table : uint8_t { None, Meta, Systems, People, Bindings, Inputs, Rungs, Times };

// What stands between a line and its sibling above.
enum class Gap : uint8_t { AsWritten, One, None };

// One line of the print; its text lies in Layout::text_.
struct Line {
  uint32_t begin = 0, end = 0;                 // in text_
  uint32_t comment_begin = 0, comment_end = 0; // in the file: the comment behind it
  uint32_t depth = 0;
  uint32_t blanks = 0; // further indentation: of embedded text
  Cuts cuts;
  uint32_t first_padding = 0, second_padding = 0;
  Table table = Table::None;
  bool own_comment = false;
  bool blank_above = false;
  uint8_t rank = 0; // of a rule
};

Table table_of(const Tree& tree, NodeId node) {
  switch (tree.kind(node)) {
  case Kind::Severity:
  case Kind::Alert:
  case Kind::Target:
  case Kind::Reviewed:
  case Kind::Goal:
  case Kind::See:
  case Kind::Service:
  case Kind::Owner:
  case Kind::Needs: return Table::Meta;
  case Kind::Resource:
    return tree.word(node) == Word::Contact || tree.word(node) == Word::Channel ? Table::People : Table::Systems;
  case Kind::Binding: return Table::Bindings;
  case Kind::EnvInput: return Table::Inputs;
  case Kind::Rung: return Table::Rungs;
  case Kind::At: return Table::Times;
  default: return Table::None;
  }
}

// Siblings of one sort stand together; 0 is a sort that never does.
int sort_of(Kind parent, Kind kind) {
  if (parent == Kind::File) return kind == Kind::Use ? 1 : kind == Kind::Secret ? 2 : kind == Kind::Resource ? 3 : 0;
  switch (kind) {
  case Kind::Input: return 2;
  case Kind::Escalation: return 3;
  case Kind::CheckDef: return 4;
  case Kind::Message:
  case Kind::Step:
  case Kind::Afterwards: return 0;
  default: return 1;
  }
}

Gap gap_between(Kind parent, Kind above, Kind kind) {
  switch (parent) {
  case Kind::CheckDef: return Gap::None;
  case Kind::Diagnose: return Gap::One;
  case Kind::Runbook:
    if (above == Kind::Note || kind == Kind::Note) return Gap::AsWritten;
    [[fallthrough]];
  case Kind::File: {
    int sort = sort_of(parent, kind);
    return sort != 0 && sort == sort_of(parent, above) ? Gap::AsWritten : Gap::One;
  }
  default: return Gap::AsWritten;
  }
}

class Layout {
 public:
  explicit Layout(const Tree& tree) : tree_(tree), file_(tree.source().text()), header_(tree) {}

  std::string print() {
    text_.reserve(file_.size() + file_.size() / 4);
    lines_.reserve(tree_.source().line_count());
    lines_of(tree_.root(), 0);
    take_comments(static_cast<uint32_t>(file_.size()) + 1, 0);
    align();
    return assemble();
  }

 private:
  // ── lines from the tree ──
  void lines_of(NodeId parent, uint32_t depth) {
    Kind above = Kind::File;
    for (NodeId child : tree_.children(parent)) {
      sibling(parent, child, above, depth);
      above = tree_.kind(child);
    }
  }

  void sibling(NodeId parent, NodeId node, Kind above, uint32_t depth) {
    const bool first = above == Kind::File;
    const Kind within = tree_.kind(parent);
    const Kind kind = tree_.kind(node);
    if (first) return line(node, depth, within == Kind::Diagnose ? Gap::AsWritten : Gap::None, true);
    line(node, depth, gap_between(within, above, kind), false);
  }

  // A line, and all that stands beneath it.
  void line(NodeId node, uint32_t depth, Gap gap, bool first) {
    uint32_t begin = tree_[node].begin;
    NodeId child = tree_.first(node);
    if (tree_.kind(node) == Kind::Otherwise) {
      for (; tree_.kind(child) == Kind::Note; child = tree_.next(child)) {
        line(child, depth, Gap::AsWritten, false);
        begin = std::min(line_end(tree_[child].begin) + 1, static_cast<uint32_t>(file_.size()));
      }
    }
    // `given` and `expect` stand before their nodes.
    begin = text_from(line_begin(begin));
    const uint32_t end = line_end(begin);
    const size_t from = lines_.size();
    take_comments(begin, depth);
    Line& added = lines_.emplace_back();
    added.depth = depth;
    added.begin = size();
    added.cuts = header_.write(node, begin, end, text_);
    added.end = size();
    added.table = table_of(tree_, node);
    if (added.table == Table::Meta) {
      size_t word = text_.find(' ', added.begin);
      added.cuts.first = static_cast<uint32_t>(std::min<size_t>(word, added.end)) - added.begin;
    }
    if (tree_.kind(node) == Kind::Rule) added.rank = static_cast<uint8_t>(1 + rank_of(tree_.word(node)));
    added.blank_above = std::exchange(blank_, false);
    take_comment_behind(added, begin, end);
    space(from, gap, first);
    columns_.push_back({begin - line_begin(begin), depth});
    beneath(node, child, depth, end);
  }

  // What of a node stands in later lines than its first.
  void beneath(NodeId node, NodeId child, uint32_t depth, uint32_t end) {
    const size_t from = lines_.size();
    Kind above = Kind::File;
    for (; child; child = tree_.next(child)) {
      const Kind kind = tree_.kind(child);
      if (kind == Kind::Raw) {
        embedded(child, depth + 1, end);
      } else if (tree_[child].begin <= end) {
        // What ends with the line has nothing in later ones: an expression may be deeper than the stack.
        if (tree_[child].end > end && tree_.first(child)) beneath(child, tree_.first(child), depth, end);
      } else if (kind == Kind::Block || kind == Kind::Beneath || kind == Kind::Replies) {
        lines_of(child, depth + 1);
      } else if (kind == Kind::Otherwise || kind == Kind::ElseWhen || kind == Kind::Leaving || kind == Kind::Undo) {
        line(child, depth, Gap::AsWritten, false);
      } else {
        sibling(node, child, above, depth + 1);
        above = kind;
      }
    }
    if (tree_.kind(node) == Kind::CheckDef) sort_rules(from);
  }

  // The lines of embedded text after the first: their common indentation goes, the rest stays.
  void embedded(NodeId raw, uint32_t depth, uint32_t end) {
    NodeId segment = tree_.first(raw);
    uint32_t common = UINT32_MAX, above = 0;
    if (segment && tree_[segment].begin <= end) above = tree_[segment].end, segment = tree_.next(segment);
    if (!segment) return;
    if (!above) {
      take_comments(tree_[segment].begin, depth); // a message's text may have comments above it
      blank_ = false;
    }
    for (NodeId each = segment; each; each = tree_.next(each))
      common = std::min(common, tree_[each].begin - line_begin(tree_[each].begin));
    for (; segment; segment = tree_.next(segment)) {
      const uint32_t begin = tree_[segment].begin, start = line_begin(begin);
      // Blank lines within it are its own.
      for (auto breaks = above ? std::count(file_.begin() + above, file_.begin() + start, '\n') : 1; breaks > 1; --breaks)
        lines_.emplace_back().begin = size(), lines_.back().end = size();
      std::string_view said = tree_.text(segment);
      above = tree_[segment].end;
      if (said.ends_with('\r')) said.remove_suffix(1);
      Line& added = lines_.emplace_back();
      added.depth = depth;
      added.blanks = begin - start - common;
      added.begin = size();
      text_ += said;
      added.end = size();
    }
  }

  // ── comments and blank lines ──

  // Own-line comments before `until`, where a line of that depth follows, become lines.
  void take_comments(uint32_t until, uint32_t depth) {
    const std::vector<Trivia>& trivia = tree_.trivia;
    for (; trivia_ < trivia.size() && trivia[trivia_].begin < until; ++trivia_) {
      const Trivia& each = trivia[trivia_];
      if (each.kind == Trivia::Kind::BlankLines) {
        blank_ = true;
        continue;
      }
      Line& added = lines_.emplace_back();
      added.own_comment = true;
      added.begin = size();
      text_ += file_.substr(each.begin, each.end - each.begin);
      added.end = size();
      added.depth = depth_of_comment(each.begin - line_begin(each.begin), depth);
      added.blank_above = std::exchange(blank_, false);
    }
    while (!columns_.empty() && columns_.back().depth >= depth) columns_.pop_back();
  }

  // A comment as deep as a block that the next line closes belongs to that block.
  uint32_t depth_of_comment(uint32_t column, uint32_t next) const {
    for (auto open = columns_.rbegin(); open != columns_.rend() && open->depth > next; ++open)
      if (open->column <= column) return open->depth;
    return next;
  }

  void take_comment_behind(Line& line, uint32_t begin, uint32_t end) {
    if (trivia_ >= tree_.trivia.size()) return;
    const Trivia& next = tree_.trivia[trivia_];
    if (next.kind != Trivia::Kind::Comment || next.begin < begin || next.begin > end) return;
    line.comment_begin = next.begin;
    line.comment_end = next.end;
    ++trivia_;
  }

  // Blank lines above the last line and its comments, which are the lines since `from`.
  void space(size_t from, Gap gap, bool first) {
    if (gap == Gap::None) {
      const size_t to = first ? from + 1 : lines_.size();
      for (size_t i = from; i < to; ++i) lines_[i].blank_above = false;
    } else if (gap == Gap::One) {
      size_t top = lines_.size() - 1;
      while (top > from && !lines_[top].blank_above && lines_[top - 1].depth == lines_.back().depth) --top;
      lines_[top].blank_above = true;
    }
  }

  // ── rules by colour ──

  // A rule moves only over rules of the same look, never over a comment on a line of its own, nor from beneath one.
  void sort_rules(size_t from) {
    for (size_t begin = from; begin < lines_.size(); ++begin) {
      if (!lines_[begin].rank || lines_[begin - 1].own_comment) continue;
      size_t end = begin;
      while (end < lines_.size() && lines_[end].rank) ++end;
      std::stable_sort(lines_.begin() + static_cast<std::ptrdiff_t>(begin), lines_.begin() + static_cast<std::ptrdiff_t>(end),
                       [](const Line& a, const Line& b) { return a.rank < b.rank; });
      begin = end - 1;
    }
  }

  // ── tables ──
  void align() {
    size_t begin = 0;
    Table open = Table::None;
    uint32_t depth = 0;
    for (size_t i = 0; i <= lines_.size(); ++i) {
      const bool over = i == lines_.size() || lines_[i].blank_above || lines_[i].depth < depth ||
                        (lines_[i].table != Table::None && (lines_[i].table != open || lines_[i].depth != depth));
      if (!over) continue;
      pad(open, depth, begin, i);
      if (i == lines_.size()) return;
      begin = i;
      open = lines_[i].table;
      depth = lines_[i].depth;
    }
  }

  void pad(Table table, uint32_t depth, size_t from, size_t to) {
    if (table == Table::None) return;
    uint32_t widest = 0, widest_name = 0, rows = 0;
    auto each_row = [&](auto&& act) {
      for (size_t i = from; i < to; ++i) {
        Line& line = lines_[i];
        if (line.table == table && line.depth == depth && line.cuts.first > 0 && line.cuts.first < line.end - line.begin) act(line);
      }
    };
    each_row([&](Line& line) {
      ++rows;
      widest = std::max(widest, line.cuts.first);
      if (line.cuts.second) widest_name = std::max(widest_name, line.cuts.second - line.cuts.first);
    });
    // One blank follows a cell anyway; columns that stand for themselves take two.
    uint32_t column = widest;
    if (table == Table::Meta) column = kMetaColumn;
    else if (table == Table::Rungs || table == Table::Times || (rows > 1 && (table == Table::Systems || table == Table::People)))
      column = widest + 1;
    each_row([&](Line& line) {
      line.first_padding = column - line.cuts.first;
      if (line.cuts.second) line.second_padding = widest_name - (line.cuts.second - line.cuts.first);
    });
  }

  // ── the text ──
  std::string assemble() const {
    std::string out;
    out.reserve(text_.size() + lines_.size() * 8);
    for (const Line& line : lines_) {
      if (line.blank_above && !out.empty()) out += '\n';
      if (line.end > line.begin) {
        out.append(line.depth * kBlanksALevel + line.blanks, ' ');
        std::string_view said = std::string_view(text_).substr(line.begin, line.end - line.begin);
        if (line.first_padding) {
          out += said.substr(0, line.cuts.first);
          out.append(line.first_padding, ' ');
          said.remove_prefix(line.cuts.first);
        }
        if (line.second_padding) {
          const uint32_t cell = line.cuts.second - (line.first_padding ? line.cuts.first : 0);
          out += said.substr(0, cell);
          out.append(line.second_padding, ' ');
          said.remove_prefix(cell);
        }
        out += said;
        if (line.comment_end) {
          out += "  ";
          out += file_.substr(line.comment_begin, line.comment_end - line.comment_begin);
        }
      }
      out += '\n';
    }
    return out;
  }

  // ── places ──
  uint32_t size() const { return static_cast<uint32_t>(text_.size()); }
  uint32_t line_begin(uint32_t at) const {
    while (at > 0 && file_[at - 1] != '\n') --at;
    return at == 0 && file_.starts_with("\xEF\xBB\xBF") ? 3 : at;
  }
  uint32_t line_end(uint32_t at) const {
    const void* found = at < file_.size() ? std::memchr(file_.data() + at, '\n', file_.size() - at) : nullptr;
    return found ? static_cast<uint32_t>(static_cast<const char*>(found) - file_.data()) : static_cast<uint32_t>(file_.size());
  }
  // Where the text of the next line begins that says something.
  uint32_t text_from(uint32_t at) const {
    while (at < file_.size()) {
      const char c = file_[at];
      if (c == '#')
        at = line_end(at);
      else if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
        ++at;
      else
        break;
    }
    return at;
  }

  struct Column {
    uint32_t column, depth;
  };

  static constexpr uint32_t kMetaColumn = 9; // behind `severity` and `reviewed` stand two blanks

  const Tree& tree_;
  std::string_view file_;
  HeaderWriter header_;
  std::string text_;
  std::vector<Line> lines_;
  std::vector<Column> columns_; // of the last line and of the blocks around it, as written
  size_t trivia_ = 0;           // the next one to take
  bool blank_ = false;          // blank lines stand above what comes next
};

} // namespace

} // namespace printing

std::string formatted(const Tree& tree) { return printing::Layout(tree).print(); }

std::vector<std::string_view> comments(const Tree& tree) {
  std::vector<std::string_view> all;
  for (const Trivia& each : tree.trivia)
    if (each.kind == Trivia::Kind::Comment) all.push_back(tree.source().text().substr(each.begin, each.end - each.begin));
  return all;
}

} // namespace rbc
