// What the parsers of embedded languages share: holes in, pieces and problems out. Every position is a byte offset into the captured text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rbc::embedded {

inline constexpr uint32_t kMaxUtterance = 64 * 1024;  // bytes (E0117)
inline constexpr uint32_t kMaxNesting = 200;          // levels (E0117)

// A true hole of the captured text; `text[begin, end)` is the whole `<name>`. `index` is the caller's own number for it.
struct HoleRef {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t index = 0;
  bool optional = false;  // written `<name?>`
};

// A diagnostic about the utterance; `code` is a row of diagnostics.def, `help` may be empty.
struct Problem {
  std::string code;
  std::string message;
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string help;
  std::string instead = {};  // what may stand from `begin` to the end of what is said, where that is sure; a blank: nothing
};

// How the value of a hole is written where it stands.
enum class Escape : uint8_t {
  none,            // as it is: a part of an argument word
  word,            // a whole argument word: a list becomes 0 to n words
  shell_word,      // stands alone as a shell word: `"${RBn}"`, a list becomes 0 to n of them
  shell_bare,      // in a shell word, outside double quotes: `"${RBn}"`
  shell_quoted,    // inside double quotes: `${RBn}`
  segment,         // a percent-encoded path segment, or a part of one; the segment must not become empty, `.` or `..`
  query,           // a percent-encoded query key or value
  header,          // a header's value: no CR, LF or NUL
  json_value,      // a JSON value
  json_text,       // the inside of a JSON string
  form,            // an x-www-form-urlencoded key or value
  label,           // the inside of a quoted PromQL label value
  pattern,         // the same, after `=~` or `!~`: the regular expression is quoted first
  prom_text,       // the inside of any other quoted PromQL text
  number,          // a PromQL number
  duration,        // a PromQL duration, as in 90s or 1500ms
  sql_param,       // `($n::type)`, where n is `param`
  sql_identifier,  // quoted by the client as an identifier (utility statements)
  sql_literal,     // quoted by the client as a literal (utility statements)
};

// A stretch of what is sent: literal text when `hole` is negative, else the value of hole number `hole` (HoleRef::index).
// Pieces of one `group` (zero and up) vanish together, with the group's own separator, when an optional hole among them is missing.
struct Piece {
  std::string text;
  int32_t hole = -1;
  Escape escape = Escape::none;
  int32_t group = -1;
  uint32_t param = 0;  // SQL: n of `$n`, from 1
  bool operator==(const Piece&) const = default;
};
using Pieces = std::vector<Piece>;

// Where a hole stands, so that its type can be judged.
enum class Place : uint8_t {
  argument,      // in an argument of a command, quoted or not
  assignment,    // in the value of NAME=
  redirect,      // in the target of a redirection
  path,          // HTTP path
  query,         // HTTP query
  header,        // HTTP header
  json_value,
  json_text,
  form,
  label,         // PromQL label value
  pattern,       // PromQL label pattern
  prom_text,
  number,        // PromQL number
  duration,      // PromQL duration
  sql_value,     // a bind parameter
  sql_identifier,
  sql_literal,
};

struct HoleUse {
  uint32_t index = 0;
  Place place = Place::argument;
  Escape escape = Escape::none;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool whole = false;         // the hole is the whole word, value, segment or header value: a list may stand here (words, shell), a secret may (assignment)
  bool starts = false;        // its word begins with the hole: a value that begins with `-` is refused …
  bool after_dashes = false;  // … unless an earlier word is `--`
  bool may_vanish = false;    // `<name?>` is allowed here
  std::string command;        // the first word of the simple command it stands in, when known
};

template <class T>
struct Parsed {
  T value{};
  std::vector<Problem> problems;  // errors first met; warnings have a code that starts with `W`
  bool ok() const {
    for (const auto& p : problems)
      if (!p.code.starts_with('W')) return false;
    return true;
  }
};

// A word that is nearest to `word` among `known` (edit distance at most 2 and less than half its length), or empty.
std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace rbc::embedded
