#include "grammar/embedded/words.hpp"

#include "grammar/embedded/reader.hpp"

namespace rbc::embedded {

namespace words_detail {

class WordsReader : Reader {
 public:
  WordsReader(std::string_view text, const std::vector<HoleRef>& holes, Parsed<Words>& out) : Reader(text, holes, out.problems), out_(out.value) {}

  void run() {
    if (!fits()) return;
    blanks();
    bool assigns = true;
    while (!at_end() && !failed()) {
      const uint32_t begin = at_;
      if (assigns) {
        if (const uint32_t name_end = assignment_name()) {
          Assign a;
          a.name = std::string(text_.substr(begin, name_end - begin));
          a.begin = begin;
          at_ = name_end + 1;
          a.value = word(true);
          if (failed()) return;
          a.end = at_;
          out_.assigns.push_back(std::move(a));
          blanks();
          continue;
        }
      }
      assigns = false;
      Word w = word(false);
      if (failed()) return;
      if (!w.quoted && w.text == "--") dashes_ = true;
      out_.words.push_back(std::move(w));
      blanks();
    }
    if (out_.words.empty() && !failed()) fail("E0708", "There is nothing to say here.", 0, size());
    for (auto& u : out_.uses)
      if (!out_.words.empty() && out_.words[0].known) u.command = out_.words[0].text;
  }

 private:
  void blanks() {
    while (!at_end()) {
      if (peek() == ' ' || peek() == '\n') ++at_;
      else if (peek() == '\\' && peek(1) == '\n') at_ += 2;
      else return;
    }
  }

  // `NAME=` here: the offset of its `=`, else 0.
  uint32_t assignment_name() const {
    uint32_t i = at_;
    const auto name = [](char c, bool first) { return (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9'); };
    while (i < size() && name(text_[i], i == at_)) ++i;
    return i > at_ && i < size() && text_[i] == '=' ? i : 0;
  }

  Word word(bool assignment) {
    Word w;
    w.begin = at_;
    const auto group = assignment ? -1 : static_cast<int32_t>(out_.words.size());
    const size_t first_use = out_.uses.size();
    while (!at_end() && !failed()) {
      if (const HoleRef* h = hole()) {
        add_hole(w, *h, assignment, group);
        continue;
      }
      const char c = peek();
      if (c == ' ' || c == '\n' || (c == '\\' && peek(1) == '\n')) break;
      if (c == '"') double_quoted(w, assignment, group);
      else if (c == '\'') single_quoted(w, group);
      else literal(w, c, group), ++at_;
    }
    w.end = at_;
    const bool whole = w.pieces.size() == 1 && w.pieces[0].hole >= 0 && !w.quoted;
    if (whole && !assignment) w.pieces[0].escape = Escape::word;
    for (size_t i = first_use; i < out_.uses.size(); ++i) {
      out_.uses[i].whole = w.pieces.size() == 1;
      if (whole && !assignment) out_.uses[i].escape = Escape::word;
    }
    if (w.pieces.empty()) w.pieces.push_back({{}, -1, Escape::none, group, 0});
    return w;
  }

  void literal(Word& w, char c, int32_t group) {
    w.text += c;
    if (w.pieces.empty() || w.pieces.back().hole >= 0) w.pieces.push_back({{}, -1, Escape::none, group, 0});
    w.pieces.back().text += c;
  }

  void add_hole(Word& w, const HoleRef& h, bool assignment, int32_t group) {
    HoleUse use;
    use.index = h.index;
    use.place = assignment ? Place::assignment : Place::argument;
    use.begin = h.begin;
    use.end = h.end;
    use.starts = w.pieces.empty();
    use.after_dashes = dashes_;
    use.may_vanish = !assignment;
    out_.uses.push_back(use);
    w.pieces.push_back({{}, static_cast<int32_t>(h.index), Escape::none, group, 0});
    w.text += text_.substr(h.begin, h.end - h.begin);
    w.known = false;
    at_ = h.end;
  }

  void double_quoted(Word& w, bool assignment, int32_t group) {
    const uint32_t open = at_++;
    w.quoted = true;
    while (!failed()) {
      if (at_end()) return fail("E0708", "This quote is not closed.", open, open + 1);
      if (const HoleRef* h = hole()) {
        add_hole(w, *h, assignment, group);
      } else if (peek() == '"') {
        ++at_;
        return;
      } else if (peek() == '\\' && (peek(1) == '"' || peek(1) == '\\')) {
        literal(w, peek(1), group);
        at_ += 2;
      } else if (peek() == '\\' && peek(1) == '\n') {
        at_ += 2;
      } else {
        literal(w, peek(), group);
        ++at_;
      }
    }
  }

  void single_quoted(Word& w, int32_t group) {
    const uint32_t open = at_++;
    w.quoted = true;
    while (true) {
      if (at_end()) return fail("E0708", "This quote is not closed.", open, open + 1);
      if (const HoleRef* h = hole()) return fail("E0704", "A hole cannot stand in single quotes.", h->begin, h->end, "Use double quotes.");
      if (peek() == '\'') {
        ++at_;
        return;
      }
      literal(w, peek(), group);
      ++at_;
    }
  }

  Words& out_;
  bool dashes_ = false;
};

}  // namespace words_detail

Parsed<Words> parse_words(std::string_view text, const std::vector<HoleRef>& holes) {
  Parsed<Words> out;
  words_detail::WordsReader(text, holes, out).run();
  return out;
}

}  // namespace rbc::embedded
