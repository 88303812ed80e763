#include "grammar/embedded/foreign.hpp"

#include <algorithm>

namespace rbc::embedded {

namespace foreign_detail {

namespace {

struct ForeignPiece {
  std::string_view pattern, message, help;
};

constexpr ForeignPiece kPromPieces[] = {
#define RBC_FOREIGN(pattern, message, help) {pattern, message, help},
#include "grammar/embedded/promql_foreign.def"
};
constexpr ForeignPiece kHttpPieces[] = {
#include "grammar/embedded/http_foreign.def"
#undef RBC_FOREIGN
};

constexpr size_t kLookAround = 200;  // bytes before and behind the place where the reader stopped

struct Found {
  size_t begin = 0, end = 0;
  std::vector<std::string_view> names;
};

class PieceFinder {
 public:
  PieceFinder(std::string_view text, size_t place, bool lines) : text_(text.substr(0, place + kLookAround)), place_(place), lines_(lines) {}

  bool find(std::string_view pattern, Found& found) const {
    if (pattern.starts_with('^')) return fits(pattern.substr(1), 0, found);
    for (size_t begin = place_ < kLookAround ? 0 : place_ - kLookAround; begin <= place_; ++begin)
      if (fits(pattern, begin, found) && found.end > place_) return true;
    return false;
  }

 private:
  static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
  static bool digit_of(char c) { return c >= '0' && c <= '9'; }
  static bool in_a_name(char c) { return letter(c) || digit_of(c); }
  bool blank_at(size_t at) const { return at < text_.size() && (text_[at] == ' ' || (!lines_ && text_[at] == '\n')); }

  bool fits(std::string_view pattern, size_t at, Found& found) const {
    found = {at, at, {}};
    if (at > 0 && at < text_.size() && in_a_name(text_[at]) && in_a_name(text_[at - 1])) return false;
    for (const char p : pattern) {
      const size_t before = at;
      if (p == '^') {
        if (at != place_) return false;
        found.begin = at;
      } else if (p == ' ' || p == '\t') {
        while (blank_at(at)) ++at;
        if (p == '\t' && at == before) return false;
      } else if (p == '@') {
        if (at >= text_.size() || !letter(text_[at])) return false;
        while (at < text_.size() && (in_a_name(text_[at]) || (lines_ && text_[at] == '-'))) ++at;
        found.names.push_back(text_.substr(before, at - before));
      } else if (p == '#') {
        while (at < text_.size() && (digit_of(text_[at]) || (at > before && text_[at] == '.'))) ++at;
        if (at == before) return false;
        found.names.push_back(text_.substr(before, at - before));
      } else {
        if (at >= text_.size()) return false;
        const char c = text_[at] >= 'A' && text_[at] <= 'Z' && p >= 'a' && p <= 'z' ? static_cast<char>(text_[at] + 32) : text_[at];
        if (c != p) return false;
        ++at;
      }
    }
    found.end = at;
    return pattern.empty() || !in_a_name(pattern.back()) || at >= text_.size() || !in_a_name(text_[at]);
  }

  std::string_view text_;
  size_t place_;
  bool lines_;
};

// `%1` and `%2` are the names and numbers that were met.
std::string with_names(std::string_view sentence, const std::vector<std::string_view>& names) {
  std::string out;
  for (size_t i = 0; i < sentence.size(); ++i) {
    const size_t which = sentence[i] == '%' && i + 1 < sentence.size() ? static_cast<size_t>(sentence[i + 1] - '1') : names.size();
    if (which >= names.size()) {
      out += sentence[i];
      continue;
    }
    out += names[which];
    ++i;
  }
  return out;
}

// `lines`: a line is a thing of its own, and a name may have a `-`.
void foreign_piece(const ForeignPiece* begin, const ForeignPiece* end, std::string_view text, bool lines, std::vector<Problem>& problems) {
  const auto error = std::find_if(problems.begin(), problems.end(), [](const Problem& one) { return one.code == "E0708"; });
  if (error == problems.end() || (lines && text.substr(0, error->begin).find("\n\n") != std::string_view::npos)) return;  // a body is no request
  const PieceFinder finder(text, error->begin, lines);
  Found found;
  const ForeignPiece* row = std::find_if(begin, end, [&](const ForeignPiece& one) { return finder.find(one.pattern, found); });
  if (row == end) return;
  while (found.begin + 1 < found.end && (text[found.begin] == ' ' || text[found.begin] == '\n')) ++found.begin;
  error->message = with_names(row->message, found.names);
  error->help = with_names(row->help, found.names);
  error->begin = static_cast<uint32_t>(found.begin);
  error->end = static_cast<uint32_t>(found.end);
}

}  // namespace

}  // namespace foreign_detail

void foreign_promql(std::string_view text, std::vector<Problem>& problems) {
  foreign_detail::foreign_piece(std::begin(foreign_detail::kPromPieces), std::end(foreign_detail::kPromPieces), text, false, problems);
}

void foreign_http(std::string_view text, std::vector<Problem>& problems) {
  foreign_detail::foreign_piece(std::begin(foreign_detail::kHttpPieces), std::end(foreign_detail::kHttpPieces), text, true, problems);
}

}  // namespace rbc::embedded
