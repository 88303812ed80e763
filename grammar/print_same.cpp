// Whether two trees say the same; what the formatter may change counts as the same.
#include <algorithm>
#include <utility>

#include "grammar/print.hpp"
#include "grammar/print_words.hpp"

namespace rbc {

namespace printing {

namespace {

class Comparison {
 public:
  Comparison(const Tree& a, const Tree& b) : a_(a), b_(b) {}

  bool same() {
    open_.push_back({a_.root(), b_.root(), Kind::File});
    while (!open_.empty()) {
      const Pair pair = open_.back();
      open_.pop_back();
      if (!same_node(pair)) return false;
    }
    return true;
  }

 private:
  struct Pair {
    NodeId a, b;
    Kind owner;
  };

  bool same_node(const Pair& pair) {
    const Kind kind = a_.kind(pair.a);
    if (kind != b_.kind(pair.b) || a_.word(pair.a) != b_.word(pair.b)) return false;
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
    case Kind::Percent:
    case Kind::Number:
    case Kind::Int:
    case Kind::Hole:
    case Kind::Text:
    case Kind::Prose: return a_.text(pair.a) == b_.text(pair.b);
    case Kind::Duration: return spoken_duration(a_.text(pair.a)) == spoken_duration(b_.text(pair.b));
    case Kind::Size: return spoken_size(a_.text(pair.a)) == spoken_size(b_.text(pair.b));
    case Kind::Rate: return rate_of(a_.text(pair.a)) == rate_of(b_.text(pair.b));
    case Kind::Title: return title(a_.text(pair.a), pair.owner) == title(b_.text(pair.b), pair.owner);
    case Kind::Raw: return same_raw(pair);
    case Kind::CheckDef: return same_children(rules_in_order(a_, pair.a), rules_in_order(b_, pair.b), kind);
    default: return same_children(a_.children(pair.a), b_.children(pair.b), kind);
    }
  }

  template <typename Children> bool same_children(const Children& a, const Children& b, Kind owner) {
    auto at = b.begin();
    for (NodeId child : a) {
      if (at == b.end()) return false;
      open_.push_back({child, *at, owner});
      ++at;
    }
    return at == b.end();
  }

  static std::string_view title(std::string_view text, Kind owner) {
    text = without_blanks_after(text);
    switch (stop_of(owner)) {
    case Stop::None: return without_stop(text);
    case Stop::Wanted:
      if (text.ends_with('.') && wants_stop(text.substr(0, text.size() - 1))) text.remove_suffix(1);
      return text;
    case Stop::AsWritten: return text;
    }
    return text;
  }

  bool same_raw(const Pair& pair) const {
    const NodeId a = a_.first(pair.a), b = b_.first(pair.b);
    if (a && b && !a_.next(a) && !b_.next(b) && !a_.first(a) && !b_.first(b)) // most are one line without a hole
      return said(a_.text(a), pair.owner) == said(b_.text(b), pair.owner);
    const Captured one = capture(a_, pair.a), other = capture(b_, pair.b);
    if (one.holes.size() != other.holes.size()) return false;
    for (size_t i = 0; i < one.holes.size(); ++i)
      if (one.holes[i].begin != other.holes[i].begin || one.holes[i].path != other.holes[i].path ||
          one.holes[i].optional != other.holes[i].optional)
        return false;
    if (one.text.find('\n') != std::string::npos || other.text.find('\n') != std::string::npos) return one.text == other.text;
    return said(one.text, pair.owner) == said(other.text, pair.owner);
  }

  static std::string_view said(std::string_view line, Kind owner) {
    if (owner == Kind::Reply || owner == Kind::Message) return line.substr(0, line.size() - line.ends_with('\r'));
    return owner == Kind::Note ? without_blanks_after(line) : said_without_blanks_after(line);
  }

  static std::vector<NodeId> rules_in_order(const Tree& tree, NodeId check) {
    std::vector<NodeId> lines;
    for (NodeId child : tree.children(check)) lines.push_back(child);
    auto is_rule = [&](NodeId node) { return tree.kind(node) == Kind::Rule; };
    for (auto begin = lines.begin(); begin != lines.end();) {
      begin = std::find_if(begin, lines.end(), is_rule);
      auto end = std::find_if_not(begin, lines.end(), is_rule);
      std::stable_sort(begin, end, [&](NodeId a, NodeId b) { return rank_of(tree.word(a)) < rank_of(tree.word(b)); });
      begin = end;
    }
    return lines;
  }

  const Tree& a_;
  const Tree& b_;
  std::vector<Pair> open_;
};

} // namespace

} // namespace printing

bool same_meaning(const Tree& a, const Tree& b) { return printing::Comparison(a, b).same(); }

} // namespace rbc
