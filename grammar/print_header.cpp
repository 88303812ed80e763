#include "grammar/print_header.hpp"

#include <algorithm>

#include "grammar/print_words.hpp"
#include "grammar/state.hpp"

namespace rbc::printing {

namespace {

// Nodes that are written as one piece.
bool is_piece(Kind kind) {
  switch (kind) {
  case Kind::Name:
  case Kind::Field:
  case Kind::Var:
  case Kind::Bare:
  case Kind::Module:
  case Kind::ItemMark:
  case Kind::Regex:
  case Kind::Url:
  case Kind::Instant:
  case Kind::Duration:
  case Kind::Size:
  case Kind::Percent:
  case Kind::Rate:
  case Kind::Number:
  case Kind::Int:
  case Kind::Text:
  case Kind::Title:
  case Kind::Prose:
  case Kind::Segment: return true;
  default: return false;
  }
}

// `optional postgres db` and `host member(name as text)` would push a table's other lines too far right.
bool is_row_of_resources(const Tree& tree, NodeId resource) {
  return !tree.child(resource, Kind::Flag) && !tree.child(resource, Kind::Param);
}

} // namespace

Cuts HeaderWriter::write(NodeId node, uint32_t begin, uint32_t line_end, std::string& out) {
  out_ = &out;
  begin_ = static_cast<uint32_t>(out.size());
  joined_ = true;
  after_url_ = false;
  cuts_ = {};
  open_.clear();
  if (tree_.kind(node) == Kind::Note)
    note(node, line_end);
  else if (tree_.kind(node) == Kind::Item)
    item(node, line_end);
  else {
    NodeId child = tree_.first(node);
    while (child && tree_[child].begin < begin) child = tree_.next(child); // notes above an `otherwise`
    open_.push_back({node, child, begin});
    descend(line_end);
  }
  return cuts_;
}

void HeaderWriter::descend(uint32_t line_end) {
  while (!open_.empty()) {
    Frame& top = open_.back();
    const NodeId owner = top.node, child = top.child;
    if (child && tree_[child].begin <= line_end) {
      gap(owner, top.at, tree_[child].begin);
      top.at = std::max(top.at, tree_[child].end);
      top.child = tree_.next(child);
      before_child(owner, child);
      if (is_piece(tree_.kind(child))) {
        leaf(child, owner);
        after_child(owner, child);
      } else {
        open_.push_back({child, tree_.first(child), tree_[child].begin});
      }
      continue;
    }
    gap(owner, top.at, std::min(tree_[owner].end, line_end));
    open_.pop_back();
    if (!open_.empty()) after_child(open_.back().node, owner);
  }
}

void HeaderWriter::put(std::string_view token, bool to_left, bool to_right) {
  if (token.empty()) return;
  const bool swallowed = after_url_ && token != "," && token != ")" && token != ":";
  if (!joined_ && (!to_left || swallowed)) *out_ += ' ';
  *out_ += token;
  joined_ = to_right;
  after_url_ = false;
}

void HeaderWriter::leaf(NodeId node, NodeId owner) {
  const std::string_view text = tree_.text(node);
  switch (tree_.kind(node)) {
  case Kind::Duration: return put(spoken_duration(text));
  case Kind::Size: return put(spoken_size(text));
  case Kind::Rate: return rate(node);
  case Kind::Title: return title(node, tree_.kind(owner));
  case Kind::Segment:
    // Only what is said to a resource in one line has no use for blanks at its end.
    if (tree_.next(node) || tree_.kind(open_[open_.size() - 2].node) == Kind::Reply)
      return put(text.substr(0, text.size() - text.ends_with('\r')));
    return put(said_without_blanks_after(text));
  case Kind::Url: return put(text), void(after_url_ = true);
  default: return put(text);
  }
}

void HeaderWriter::title(NodeId node, Kind owner) {
  std::string_view text = without_blanks_after(tree_.text(node));
  switch (stop_of(owner)) {
  case Stop::None: return put(without_stop(text));
  case Stop::Wanted:
    put(text);
    if (wants_stop(text)) *out_ += '.';
    return;
  case Stop::AsWritten: return put(text);
  }
}

void HeaderWriter::rate(NodeId node) {
  std::string_view text = tree_.text(node);
  put(text.substr(0, text.find_first_not_of("0123456789_.")));
  put(spelling(Word::Per));
  put(spelling(tree_.word(node)));
}

void HeaderWriter::gap(NodeId owner, uint32_t from, uint32_t to) {
  for (uint32_t at = from; at < to;) {
    const char c = file_[at];
    if (c == '#' || c == '\n') return; // what follows is no part of the line
    if (c == ' ' || c == '\r') {
      ++at;
      continue;
    }
    uint32_t end = std::min(parsing::name_end(file_, at), to);
    if (end > at) {
      put(file_.substr(at, end - at));
    } else {
      end = at + 1;
      if ((c == '<' || c == '>') && end < to && file_[end] == '=') ++end;
      sign(owner, at, end - at);
    }
    at = end;
  }
}

void HeaderWriter::sign(NodeId owner, uint32_t at, uint32_t length) {
  const std::string_view token = file_.substr(at, length);
  const Kind kind = tree_.kind(owner);
  switch (token[0]) {
  case ',':
  case ':':
  case ')':
  case '?': return put(token, true);
  case ']': return put(token, true);
  case '[': return put(token, false, true);
  case '(': return put(token, kind != Kind::Group, true);
  case '.': return put(token, kind != Kind::Above, true);
  case '>':
  case '$': return put(token, kind == Kind::Speaker);
  case '-': {
    // `-3`, but `- x`: a name behind a minus would be one word with it.
    const char next = kind == Kind::Negative ? file_[tree_[tree_.first(owner)].begin] : ' ';
    return put(token, false, next == '.' || next == '(' || (next >= '0' && next <= '9'));
  }
  default: return put(token);
  }
}

void HeaderWriter::note(NodeId node, uint32_t line_end) {
  put(">");
  NodeId raw = tree_.child(node, Kind::Raw);
  NodeId said = raw ? tree_.first(raw) : 0;
  if (said && tree_[said].begin <= line_end) put(without_blanks_after(tree_.text(said)));
}

void HeaderWriter::item(NodeId node, uint32_t line_end) {
  NodeId mark = tree_.child(node, Kind::ItemMark), prose = tree_.child(node, Kind::Prose);
  put("[", false, true);
  put(mark ? tree_.text(mark) : " ", true, true);
  put("]", true);
  if (prose && tree_[prose].begin <= line_end) put(without_blanks_after(tree_.text(prose)));
}

void HeaderWriter::before_child(NodeId owner, NodeId child) {
  const Kind what = tree_.kind(child);
  if (tree_.kind(owner) == Kind::Resource && is_row_of_resources(tree_, owner)) {
    if (what == Kind::Name) cuts_.first = written();
    if (what == Kind::Title) cuts_.second = written();
  }
}

void HeaderWriter::after_child(NodeId owner, NodeId child) {
  const Kind what = tree_.kind(child);
  switch (tree_.kind(owner)) {
  case Kind::Binding:
  case Kind::EnvInput:
    if (what == Kind::Name) cuts_.first = written();
    return;
  case Kind::At:
    if (what == Kind::Duration) cuts_.first = written();
    return;
  case Kind::Rung:
    if (what == Kind::Trigger && tree_.word(child) != Word::When && !tree_.child(child, Kind::While)) cuts_.first = written();
    return;
  default: return;
  }
}

} // namespace rbc::printing
