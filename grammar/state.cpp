#include "grammar/state.hpp"

namespace rbc::parsing {

namespace {
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }
} // namespace

uint32_t name_end(std::string_view text, uint32_t at) {
  uint32_t i = at, size = static_cast<uint32_t>(text.size());
  if (i >= size || !is_letter(text[i])) return at;
  while (i < size && (is_name_char(text[i]) || (text[i] == '-' && i + 1 < size && is_name_char(text[i + 1])))) ++i;
  return i;
}

void State::forget_nodes(const Mark& mark) {
  tree_.nodes.resize(mark.nodes);
  Open& open = open_.back();
  open.last = mark.last;
  open.before_last = mark.before_last;
  // The last child may since have been adopted by a node that is gone now: link it anew.
  if (open.before_last)
    tree_.nodes[open.before_last].next_sibling = open.last;
  else
    tree_.nodes[open.node].first_child = open.last;
  if (open.last) tree_.nodes[open.last].next_sibling = 0;
}

void State::open(Kind kind, uint32_t begin) {
  tree_.nodes.push_back(Node{kind, Word::None, begin, begin, 0, 0});
  open_.push_back({static_cast<NodeId>(tree_.nodes.size() - 1), 0, 0});
}

void State::adopt(Kind kind) {
  Open& parent = open_.back();
  NodeId child = parent.last;
  open(kind, tree_.nodes[child].begin);
  open_.back().last = child;
  tree_.nodes[open_.back().node].first_child = child;
}

void State::unadopt() {
  NodeId child = tree_.nodes[open_.back().node].first_child;
  tree_.nodes[child].next_sibling = 0;
  tree_.nodes.resize(open_.back().node);
  open_.pop_back();
}

void State::close() {
  NodeId id = open_.back().node;
  open_.pop_back();
  Node& node = tree_.nodes[id];
  if (last_end > node.begin)
    node.end = last_end;
  else if (!node.first_child)
    node.begin = node.end = last_end; // nothing there: it stands right behind what is before it
  Open& parent = open_.back();
  if (node.first_child && node.first_child == parent.last) {
    // The node took the parent's last child as its own: it stands in that child's place.
    if (parent.before_last)
      tree_.nodes[parent.before_last].next_sibling = id;
    else
      tree_.nodes[parent.node].first_child = id;
    parent.last = id;
    return;
  }
  if (parent.last)
    tree_.nodes[parent.last].next_sibling = id;
  else
    tree_.nodes[parent.node].first_child = id;
  parent.before_last = parent.last;
  parent.last = id;
}

void State::abandon(const Mark& mark) {
  open_.pop_back();
  rollback(mark);
}

void State::leaf(Kind kind, uint32_t begin, uint32_t end) {
  open(kind, begin);
  last_end = end;
  close();
}

void State::begin_file() { open(Kind::File, 0); }

void State::end_file() {
  tree_.nodes[0].end = static_cast<uint32_t>(text.size());
  open_.clear();
}

uint32_t State::resynchronise(uint32_t begin, uint32_t from, uint32_t column) {
  uint32_t size = static_cast<uint32_t>(text.size()), line = from;
  // The line of `from` itself counts when `from` is its first character and it is not the broken line.
  while (line > begin && line > 0 && text[line - 1] == ' ') --line;
  if (line <= begin || !at_line_start(line)) {
    size_t newline = text.find('\n', from);
    line = newline == std::string_view::npos ? size : static_cast<uint32_t>(newline + 1);
  }
  while (line < size) {
    uint32_t at = line;
    while (at < size && text[at] == ' ') ++at;
    uint32_t depth = at - line;
    while (at < size && text[at] == '\t') ++at;
    if (at >= size) {
      line = size;
      break;
    }
    if (text[at] != '\n' && text[at] != '#' && text[at] != ' ' && depth <= column) break;
    size_t newline = text.find('\n', at);
    line = newline == std::string_view::npos ? size : static_cast<uint32_t>(newline + 1);
  }
  uint32_t end = line;
  while (end > begin && (text[end - 1] == '\n' || text[end - 1] == ' ')) --end;
  collect_lost_names(begin, end);
  leaf(Kind::Error, begin, end);
  resumed_ = source_.line_at(std::min(line, size));
  return line;
}

void State::collect_lost_names(uint32_t begin, uint32_t end) {
  // `word name …` and `name = …`: whatever a broken line may have declared.
  static constexpr std::string_view kDeclaring[] = {"input",    "step",      "check",   "cause",   "ask",        "choose",
                                                    "message",  "procedure", "runbook", "test",    "secret",     "env",
                                                    "postgres", "pgbouncer", "redis",   "http",    "prometheus", "compose",
                                                    "host",     "command",   "contact", "channel", "for each",   "optional"};
  constexpr size_t kMaxLost = 10000;
  // The broken line itself may have declared any of its words before the title: which is which, nobody knows.
  uint32_t at = begin;
  const uint32_t first_end = static_cast<uint32_t>(std::min<size_t>(text.find('\n', begin), end));
  for (size_t words = 0; at < first_end && words < 4 && text[at] != '=' && text[at] != ':' && text[at] != '>' && text[at] != '$';) {
    const uint32_t word = name_end(text, at);
    if (word > at) {
      const std::string_view name = text.substr(at, word - at);
      if (tree_.lost_names.size() < kMaxLost) tree_.lost_names.emplace_back(name);
      ++words;
      // What such a line would have brought is not known at all.
      if (name == "use") tree_.lost_use = true;
    }
    at = std::max(word, at + 1);
  }
  for (uint32_t line = begin; line < end && tree_.lost_names.size() < kMaxLost;) {
    uint32_t at = line;
    while (at < end && text[at] == ' ') ++at;
    uint32_t word = name_end(text, at), next = word;
    while (next < end && text[next] == ' ') ++next;
    std::string_view first = text.substr(at, word - at);
    if (next < end && text[next] == '=' && word > at) {
      tree_.lost_names.emplace_back(first);
    } else if (uint32_t second = name_end(text, next); second > next && second <= end && word > at) {
      for (std::string_view declaring : kDeclaring)
        if (first == declaring || (first == "for" && declaring == "for each")) {
          if (first == "for" || first == "optional") {
            next = second;
            while (next < end && text[next] == ' ') ++next;
            second = name_end(text, next);
          }
          if (second > next) tree_.lost_names.emplace_back(text.substr(next, second - next));
          break;
        }
    }
    size_t newline = text.find('\n', at);
    line = newline == std::string_view::npos ? end : static_cast<uint32_t>(newline + 1);
  }
}

} // namespace rbc::parsing
