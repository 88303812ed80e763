// Programs of awk and sed, read only as far as needed to say that they read and print, and do nothing else.
#include <cctype>

#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

namespace programs_detail {

bool letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// A cursor over an awk program; a question that cannot be answered is answered with no.
class Awk {
 public:
  explicit Awk(std::string_view text) : text_(text) {}

  bool only_reads() {
    // Whatever the rest is taken for, these words are nowhere in it.
    for (const std::string_view word : {"system", "getline", "@", "fflush", "close"})
      if (text_.find(word) != std::string_view::npos) return false;
    while (at_ < text_.size())
      if (!step()) return false;
    return depth_ == 0;
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  bool quoted(char end) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') return false;
      if (text_[at_] == '\\') ++at_;
      else if (text_[at_] == end) return ++at_, operand_ = true, true;
    }
    return false;
  }

  // Behind `)`, a slash divides; but then no quote may hide behind a second one.
  bool slash() {
    if (!operand_) return quoted('/');
    if (after_parenthesis_) {
      const size_t end = std::min(text_.find_first_of(";}\n", at_), text_.size());
      const auto line = text_.substr(at_ + 1, end - at_ - 1);
      if (line.find('/') != std::string_view::npos && text_.find('"', at_) != std::string_view::npos) return false;
    }
    ++at_;
    operand_ = false;
    return true;
  }

  bool step() {
    const char c = peek();
    if (c == ' ' || c == '\t') return ++at_, true;
    if (c == '/' ) {
      const bool ok = slash();
      after_parenthesis_ = false;
      return ok;
    }
    after_parenthesis_ = c == ')';
    if (c == '"') return quoted('"');
    if (c == '#') return false;
    if (letter(c) || c == '.') {
      const size_t begin = at_;
      while (letter(peek()) || peek() == '.') ++at_;
      const auto word = text_.substr(begin, at_ - begin);
      operand_ = word != "print" && word != "printf" && word != "return" && word != "in";
      return true;
    }
    if (c == '|') {
      if (peek(1) != '|') return false;
      at_ += 2;
      operand_ = false;
      return true;
    }
    if (c == '{') ++depth_;
    if (c == '}' && --depth_ < 0) return false;
    if (c == '(') ++parentheses_;
    if (c == ')') --parentheses_;
    // Inside an action, `>` outside parentheses writes a file.
    if (c == '>' && depth_ > 0 && parentheses_ == 0) return false;
    if (c == '>' && peek(1) == '>') return false;
    operand_ = c == ')' || c == ']' || c == '$';
    ++at_;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0, parentheses_ = 0;
  bool operand_ = false, after_parenthesis_ = false;
};

class Sed {
 public:
  explicit Sed(std::string_view text) : text_(text) {}

  bool only_reads() {
    int depth = 0;
    while (true) {
      while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == ';' || text_[at_] == '\n')) ++at_;
      if (at_ >= text_.size()) return depth == 0;
      if (!addresses()) return false;
      const char c = peek();
      ++at_;
      switch (c) {
        case '{': ++depth; continue;
        case '}':
          if (--depth < 0) return false;
          continue;
        case 'p': case 'd': case '=': case 'n': case 'N': case 'g': case 'G': case 'h': case 'H': case 'x': case 'D': case 'P': case 'l': break;
        case 'q': case 'Q':
          while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == ' ')) ++at_;
          break;
        case 's':
          if (!delimited(2)) return false;
          while (at_ < text_.size() && std::string_view("gpiIM0123456789").find(text_[at_]) != std::string_view::npos) ++at_;
          break;
        case 'y':
          if (!delimited(2)) return false;
          break;
        default: return false;
      }
      while (at_ < text_.size() && text_[at_] == ' ') ++at_;
      if (at_ < text_.size() && text_[at_] != ';' && text_[at_] != '\n' && text_[at_] != '}') return false;
    }
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // From the delimiter at the cursor over `parts` parts, each ended by it.
  bool delimited(int parts) {
    const char end = peek();
    if (end == '\0' || end == '\n' || end == '\\' || letter(end) || end == ' ') return false;
    ++at_;
    for (; parts > 0; --parts) {
      bool set = false;
      for (;; ++at_) {
        if (at_ >= text_.size() || (text_[at_] == '\n' && parts == 2)) return false;
        if (text_[at_] == '\\') ++at_;
        else if (text_[at_] == '[' && parts == 2) set = true;
        else if (text_[at_] == ']') set = false;
        else if (text_[at_] == end) {
          if (set) return false;  // seds differ on whether this ends it
          break;
        }
      }
      ++at_;
    }
    return true;
  }

  bool address() {
    const char c = peek();
    if (c == '$') return ++at_, true;
    if (c == '/') return delimited(1);
    const size_t begin = at_;
    if (c == '+') ++at_;
    while (std::isdigit(static_cast<unsigned char>(peek())) || (at_ > begin && peek() == '~')) ++at_;
    return at_ > begin;
  }

  bool addresses() {
    const char c = peek();
    if (c == '$' || c == '/' || std::isdigit(static_cast<unsigned char>(c))) {
      if (!address()) return false;
      if (peek() == ',') {
        ++at_;
        if (!address()) return false;
      }
    }
    while (peek() == ' ' || peek() == '!') ++at_;
    return at_ < text_.size();
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace programs_detail

bool awk_only_reads(std::string_view program) { return programs_detail::Awk(program).only_reads(); }
bool sed_only_reads(std::string_view script) { return programs_detail::Sed(script).only_reads(); }

}  // namespace rbc::effects::detail
