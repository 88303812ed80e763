// The terminals of the grammar: words, signs, blanks, line ends, and the four column rules over one stack of columns.
#pragma once
#include <algorithm>
#include <cstring>

#include <tao/pegtl.hpp>

#include "grammar/state.hpp"

namespace rbc::parsing {

namespace pegtl = tao::pegtl;

using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*>;

// Spelling of a word as text and as it is quoted in "Expected …".
struct Spelling {
  std::string_view text;
  const char* quoted;
};
inline constexpr Spelling kSpellings[] = {
    {"", ""},
#define RBC_WORD(id, spelling, reserved) {spelling, "`" spelling "`"},
#define RBC_SIGN(id, spelling) {spelling, "`" spelling "`"},
#include "grammar/keywords.def"
};

inline bool is_idc(const char* at, const char* end) {
  auto name_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return at < end && (name_char(*at) || (*at == '-' && at + 1 < end && name_char(at[1])));
}

// A rule without parts; `consumes` for pegtl::analyze.
struct terminal {
  using subs_t = pegtl::type_list<>;
};

// _ : blanks
struct blanks : terminal {
  using rule_t = blanks;
  static bool match(Input& in, State&) {
    const char* at = in.current();
    while (at < in.end() && *at == ' ') ++at;
    in.iterator() = at;
    return true;
  }
};

// 'word' : a keyword, not followed by a name character, then blanks.
template <Word W> struct kw : terminal {
  using rule_t = kw;
  static bool match(Input& in, State& st) {
    constexpr Spelling kWord = kSpellings[static_cast<size_t>(W)];
    const char* at = in.current();
    if (in.size() < kWord.text.size() || std::memcmp(at, kWord.text.data(), kWord.text.size()) != 0 ||
        is_idc(at + kWord.text.size(), in.end())) {
      st.want(st.offset(at), kWord.quoted);
      return false;
    }
    in.iterator() = at + kWord.text.size();
    st.last_end = st.offset(in.current());
    return blanks::match(in, st);
  }
};

// The same, and the open node's word is this one.
template <Word W> struct kw_word : terminal {
  using rule_t = kw_word;
  static bool match(Input& in, State& st) {
    if (!kw<W>::match(in, st)) return false;
    st.word(W);
    return true;
  }
};

// "sym" : a sign, then blanks.
template <Word W> struct sign : terminal {
  using rule_t = sign;
  static bool match(Input& in, State& st) {
    constexpr Spelling kSign = kSpellings[static_cast<size_t>(W)];
    const char* at = in.current();
    if (in.size() < kSign.text.size() || std::memcmp(at, kSign.text.data(), kSign.text.size()) != 0) {
      st.want(st.offset(at), kSign.quoted);
      return false;
    }
    in.iterator() = at + kSign.text.size();
    st.last_end = st.offset(in.current());
    return blanks::match(in, st);
  }
};
template <Word W> struct sign_word : terminal {
  using rule_t = sign_word;
  static bool match(Input& in, State& st) {
    if (!sign<W>::match(in, st)) return false;
    st.word(W);
    return true;
  }
};

// NAME, without blanks after it.
struct name_chars : terminal {
  using rule_t = name_chars;
  static bool match(Input& in, State& st) {
    uint32_t at = st.offset(in.current()), end = name_end(st.text, at);
    if (end == at) return false;
    in.iterator() = in.current() + (end - at);
    st.last_end = end;
    return true;
  }
};
// The same, if it is not reserved.
struct free_name_chars : terminal {
  using rule_t = free_name_chars;
  static bool match(Input& in, State& st) {
    uint32_t at = st.offset(in.current()), end = name_end(st.text, at);
    if (end == at || is_reserved(st.text.substr(at, end - at))) return false;
    in.iterator() = in.current() + (end - at);
    st.last_end = end;
    return true;
  }
};
struct reserved_name : terminal {
  using rule_t = reserved_name;
  static bool match(Input& in, State& st) {
    uint32_t at = st.offset(in.current()), end = name_end(st.text, at);
    return end != at && is_reserved(st.text.substr(at, end - at));
  }
};

// One or more characters up to the end of the line that are neither `<` nor `\`.
struct plain_text : terminal {
  using rule_t = plain_text;
  static bool match(Input& in, State& st) {
    const char* at = in.current();
    while (at < in.end() && *at != '\n' && *at != '<' && *at != '\\') ++at;
    if (at == in.current()) return false;
    in.iterator() = at;
    st.last_end = st.offset(at);
    return true;
  }
};

// NL : the end of a line, or of the file.
struct newline : terminal {
  using rule_t = newline;
  static bool match(Input& in, State&) {
    if (in.empty()) return true;
    if (*in.current() != '\n') return false;
    in.iterator() = in.current() + 1;
    return true;
  }
};

// A line of blanks (and tabs) only, with its end.
struct blank_line : terminal {
  using rule_t = blank_line;
  static bool match(Input& in, State& st) {
    const char* at = in.current();
    while (at < in.end() && (*at == ' ' || *at == '\t')) ++at;
    if (at == in.end() || *at != '\n') return false;
    uint32_t begin = st.offset(in.current());
    in.iterator() = at + 1;
    auto& trivia = st.tree().trivia;
    if (!trivia.empty() && trivia.back().kind == Trivia::Kind::BlankLines && trivia.back().end == begin)
      trivia.back().end = st.offset(at + 1);
    else if (st.at_line_start(begin))
      trivia.push_back({Trivia::Kind::BlankLines, begin, st.offset(at + 1)});
    return true;
  }
};

// The same inside embedded text, to which it belongs.
struct text_blank_line : terminal {
  using rule_t = text_blank_line;
  static bool match(Input& in, State&) {
    const char* at = in.current();
    while (at < in.end() && (*at == ' ' || *at == '\t')) ++at;
    if (at == in.end() || *at != '\n') return false;
    in.iterator() = at + 1;
    return true;
  }
};

// Skip : blank and comment lines; to the end of the file when nothing else follows.
struct skip : terminal {
  using rule_t = skip;
  static bool match(Input& in, State& st) {
    while (!in.empty()) {
      if (blank_line::match(in, st)) continue;
      const char* at = in.current();
      while (at < in.end() && (*at == ' ' || *at == '\t')) ++at;
      if (at == in.end()) {
        in.iterator() = at;
        break;
      }
      if (*at != '#' || (at > in.current() && at[-1] == '\t')) break;
      comment(in, st, at);
    }
    return true;
  }
  static void comment(Input& in, State& st, const char* at) {
    const char* end = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(in.end() - at)));
    const char* stop = end ? end : in.end();
    const char* trimmed = stop;
    while (trimmed > at && (trimmed[-1] == ' ')) --trimmed;
    st.tree().trivia.push_back({Trivia::Kind::Comment, st.offset(at), st.offset(trimmed)});
    in.iterator() = end ? end + 1 : stop;
  }
};

// EOL : blanks, perhaps a comment, the end of the line, and what is blank after it.
struct eol : terminal {
  using rule_t = eol;
  static bool match(Input& in, State& st) {
    const char* start = in.current();
    blanks::match(in, st);
    if (!in.empty() && *in.current() == '#') {
      skip::comment(in, st, in.current());
    } else if (!newline::match(in, st)) {
      st.want(st.offset(in.current()), "the end of the line");
      in.iterator() = start;
      return false;
    }
    return skip::match(in, st);
  }
};

struct end_of_file : terminal {
  using rule_t = end_of_file;
  static bool match(Input& in, State&) { return in.empty(); }
};

// ── columns ──────────────────────────────────────────────────────────────────

// The column of the line that begins here, and where its text begins. `line` is false when no line begins here, or nothing is
// on it.
struct LineStart {
  bool line;
  uint32_t column;
  const char* text;
};
inline LineStart line_start(Input& in, State& st) {
  const char* at = in.current();
  if (in.empty() || !st.at_line_start(st.offset(at))) return {false, 0, at};
  while (at < in.end() && *at == ' ') ++at;
  return {at < in.end(), static_cast<uint32_t>(at - in.current()), at};
}
inline void refuse_tab(const LineStart& start, State& st) {
  if (start.line && *start.text == '\t') st.raise("E0122", st.offset(start.text));
}

// ALIGN : the line is exactly at the top column.
struct align : terminal {
  using rule_t = align;
  static bool match(Input& in, State& st) {
    LineStart start = line_start(in, st);
    refuse_tab(start, st);
    if (!start.line || start.column != st.columns.back()) return false;
    in.iterator() = start.text;
    return true;
  }
};

// DEEPER : the line is deeper than the top column; it is text of the line above.
struct deeper : terminal {
  using rule_t = deeper;
  static bool match(Input& in, State& st) {
    LineStart start = line_start(in, st);
    if (!start.line || start.column <= st.columns.back()) {
      refuse_tab(start, st);
      return false;
    }
    in.iterator() = start.text;
    return true;
  }
};

// Nesting, counted where rules can hold themselves.
class Deeper {
 public:
  Deeper(State& st, uint32_t at) : st_(st) {
    if (st.depth >= kMaxNestingLevels) st.raise("E0117", at);
    ++st.depth;
  }
  ~Deeper() { --st_.depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  State& st_;
};

// INDENT … DEDENT : a deeper line begins a block; its column is popped however the block ends.
template <typename... Rules> struct indented {
  using rule_t = indented;
  using subs_t = pegtl::type_list<Rules...>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, State& st) {
    LineStart start = line_start(in, st);
    refuse_tab(start, st);
    if (!start.line || start.column <= st.columns.back()) {
      st.want(st.offset(start.text), "an indented block");
      return false;
    }
    Deeper deeper(st, st.offset(start.text));
    struct Pop {
      State& st;
      size_t size;
      ~Pop() { st.columns.resize(size); }
    } pop{st, st.columns.size()};
    st.columns.push_back(start.column);
    const char* before = in.current();
    in.iterator() = start.text;
    if ((Control<Rules>::template match<A, pegtl::rewind_mode::active, Action, Control>(in, st) && ...)) return true;
    in.iterator() = before;
    return false;
  }
};

// One line (with what stands beneath it) after which the parser can go on: an error in it is reported, and what it spoilt is
// skipped. With `Must`, a line that does not match is an error as well.
template <typename Rule, bool Must = false> struct line {
  using rule_t = line;
  using subs_t = pegtl::type_list<Rule>;
  template <pegtl::apply_mode A, pegtl::rewind_mode, template <typename...> class Action, template <typename...> class Control>
  static bool match(Input& in, State& st) {
    const Mark mark = st.mark();
    const size_t open = st.open_count(), columns = st.columns.size();
    const uint32_t depth = st.depth, quiet = st.quiet, weak = st.weak, named_at = st.named_at, begin = st.offset(in.current());
    try {
      if (Control<Rule>::template match<A, pegtl::rewind_mode::required, Action, Control>(in, st)) return true;
      if (!Must) return false;
      st.raise("E0100", std::max(st.far(), begin));
    } catch (const SyntaxError& error) {
      if (quiet) throw; // only looking ahead: the error belongs to who looks
      st.report(error);
      st.leave_open(open);
      st.columns.resize(columns);
      st.depth = depth, st.quiet = quiet, st.weak = weak, st.named_at = named_at;
      st.rollback(mark);
      in.iterator() = st.text.data() + st.resynchronise(begin, error.at, st.columns.back());
      return true;
    }
  }
};

// (ALIGN Rule)* DEDENT : the further lines of a block. Lines that fit no block are reported, and taken as this block's.
template <typename Rule> struct rest {
  using rule_t = rest;
  using subs_t = pegtl::type_list<Rule>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, State& st) {
    for (;;) {
      LineStart start = line_start(in, st);
      if (!start.line) {
        if (in.empty()) return true;
        st.raise("E0100", std::max(st.far(), st.offset(in.current())));
      }
      uint32_t at = st.offset(start.text), top = st.columns.back();
      if (*start.text == '\t') {
        st.report({"E0122", at});
        in.iterator() = st.text.data() + st.resynchronise(at, at, top);
        continue;
      }
      if (start.column > top) {
        st.report({"E0120", at});
        in.iterator() = st.text.data() + st.resynchronise(at, at, top);
        continue;
      }
      struct Restore {
        State& st;
        size_t size;
        ~Restore() { st.columns.resize(size); }
      } restore{st, st.columns.size()};
      if (start.column < top) {
        if (std::find(st.columns.begin(), st.columns.end() - 1, start.column) != st.columns.end() - 1) return true;
        if (st.columns[st.columns.size() - 2] > start.column) return true;
        st.report({"E0121", at});
        st.columns.push_back(start.column);
      }
      in.iterator() = start.text;
      (void)line<Rule, true>::template match<A, M, Action, Control>(in, st);
    }
  }
};

// INDENT Rule (ALIGN Rule)* DEDENT; with `Maybe`, a first line that does not match is no error.
template <typename Rule, bool Maybe = false> struct lines : indented<line<Rule, !Maybe>, rest<Rule>> {};

} // namespace rbc::parsing
