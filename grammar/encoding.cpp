#include "grammar/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "grammar/utf8.hpp"

namespace rbc::parsing {

namespace {

// What a file is that is no UTF-8 text at all; nothing for one that has an odd byte here and there.
std::string_view no_text(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "This file is UTF-16.";
  constexpr size_t kLooked = 1024; // bytes; what is no text shows it at its start
  const std::string_view start = text.substr(0, kLooked);
  size_t odd = 0, nuls = 0;
  for (size_t at = 0; at < start.size();) {
    const Utf8 one = decode_utf8(text, at);
    nuls += one.code == 0;
    odd += !one.valid || (one.code < 0x20 && one.code != '\n' && one.code != '\r' && one.code != '\t') || one.code == 0x7F;
    at += one.length;
  }
  if (nuls * 3 > start.size()) return "This file is UTF-16.";
  return odd >= 8 && odd * 10 > start.size() ? "This file is no text." : std::string_view();
}

// Lines that a merge left: all but the first side is made blank, so that what follows is read as it was meant.
void check_merge(const Source& source, Encoding& result) {
  std::string_view text = source.text();
  const auto marks = [&](size_t line, char c) { return text.substr(line, 7) == std::string(7, c) && (line + 7 >= text.size() || text[line + 7] == ' ' || text[line + 7] == '\n' || text[line + 7] == '\r'); };
  enum { kOutside, kFirst, kOthers } side = kOutside;
  for (size_t line = 0; line < text.size();) {
    const size_t newline = std::min(text.find('\n', line), text.size());
    bool blank = side == kOthers;
    if (side == kOutside && marks(line, '<')) {
      Diagnostic problem("E0101", source, {static_cast<uint32_t>(line), static_cast<uint32_t>(newline)}, "Two versions of this file were merged here, and nobody has chosen between them.",
                         "Keep the lines of one, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`.");
      result.problems.push_back(std::move(problem));
      side = kFirst, blank = true;
    } else if (side != kOutside && (marks(line, '=') || marks(line, '|'))) {
      side = kOthers, blank = true;
    } else if (side != kOutside && marks(line, '>')) {
      side = kOutside, blank = true;
    }
    if (blank) {
      if (result.mended.empty()) result.mended.assign(text);
      std::fill(result.mended.begin() + static_cast<std::ptrdiff_t>(line), result.mended.begin() + static_cast<std::ptrdiff_t>(newline), ' ');
    }
    line = newline + 1;
  }
}

// The first place from `at` on, or up to seven before it, where something else may stand than printable ASCII and line feeds. Eight bytes at a
// time, as a number: most of a file is passed by here.
size_t plain_end(std::string_view text, size_t at) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = kOnes * 0x80;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t each;
    std::memcpy(&each, text.data() + at, 8);
    if (each & kHigh) break;
    const uint64_t printable = each + kOnes * 0x60, other_than_lf = (each ^ kOnes * '\n') + kOnes * 0x7F, other_than_del = (each ^ kOnes * 0x7F) + kOnes * 0x7F;
    if (((printable | ~other_than_lf) & other_than_del & kHigh) != kHigh) break;
  }
  return at;
}

// The character that an odd byte is in Latin-1, as UTF-8.
std::string as_latin1(unsigned char byte) {
  return {static_cast<char>(0xC0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3F))};
}

} // namespace

Encoding check_encoding(const Source& source) {
  constexpr size_t kMaxProblems = 100;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  Encoding result;
  std::string_view text = source.text();
  if (const std::string_view what = no_text(text); !what.empty()) {
    result.unreadable = true;
    result.problems.push_back(Diagnostic("E0123", source, {0, 0}, std::string(what), what.find("UTF-16") != std::string_view::npos ? "Save it as UTF-8." : "A runbook is a text in UTF-8."));
    return result;
  }
  if (text.starts_with(kMark)) result.begin = 3;
  while (text.substr(result.begin).starts_with(kMark) && result.begin) {
    Diagnostic problem("E0123", source, {result.begin, result.begin + 3}, "A second byte-order mark stands here; nobody can see it.", "Delete it.");
    problem.fix({"Delete the character", {{&source, {result.begin, result.begin + 3}, ""}}, true});
    if (result.problems.empty()) result.problems.push_back(std::move(problem));
    result.begin += 3;
  }
  size_t crlf = 0;
  uint32_t bad_line_end = 0;
  for (uint32_t i = result.begin; i < text.size();) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if ((c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t') {
      i = std::max(i + 1, static_cast<uint32_t>(plain_end(text, i)));
      continue;
    }
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++crlf, ++i;
      continue;
    }
    Utf8 at = decode_utf8(text, i);
    if ((!at.valid || is_invisible(at.code)) && i >= bad_line_end && result.problems.size() < kMaxProblems) {
      std::string what =
          !at.valid         ? fmt::format("The byte 0x{:02X} is no UTF-8.", c)
          : at.code == 0    ? std::string("A NUL stands here; nobody can see it.")
          : at.code == '\r' ? std::string("A carriage return stands here without a line feed; nobody can see it.")
          : at.code < 0x20 || (at.code >= 0x7F && at.code < 0xA0)
              ? fmt::format("The control character U+{:04X} stands here; nobody can see it.", static_cast<uint32_t>(at.code))
              : fmt::format("The bidirectional character U+{:04X} stands here; nobody can see it.",
                            static_cast<uint32_t>(at.code));
      const std::string latin = !at.valid && c >= 0xA0 ? as_latin1(c) : std::string();
      Diagnostic problem("E0123", source, {i, i + at.length}, what,
                         !latin.empty()      ? fmt::format("In Latin-1 it is `{}`: save the file as UTF-8.", latin)
                         : at.code == '\r' ? "End every line in LF."
                                             : "Delete it.");
      problem.fix({latin.empty() ? "Delete the character" : fmt::format("Write `{}` in UTF-8", latin), {{&source, {i, i + at.length}, latin}}, false});
      result.problems.push_back(std::move(problem));
      size_t newline = text.find('\n', i);
      bad_line_end = static_cast<uint32_t>(newline == std::string_view::npos ? text.size() : newline);
    }
    i += at.length;
  }
  check_merge(source, result);
  if (crlf == 0) return result;
  Fix fix{"End every line in LF", {}, true};
  for (size_t at = text.find("\r\n"); at != std::string_view::npos; at = text.find("\r\n", at + 2))
    fix.edits.push_back({&source, {static_cast<uint32_t>(at), static_cast<uint32_t>(at + 1)}, ""});
  if (crlf == static_cast<size_t>(std::count(text.begin() + result.begin, text.end(), '\n'))) {
    if (result.mended.empty()) result.mended.assign(text);
    for (size_t at = result.mended.find("\r\n"); at != std::string::npos; at = result.mended.find("\r\n", at + 2))
      result.mended[at] = ' ';
    uint32_t first = static_cast<uint32_t>(text.find("\r\n"));
    result.problems.push_back(
        Diagnostic("W0124", source, {first, first + 1}, "Lines end in CR LF; the formatter writes LF.", "Save it with LF."));
    result.problems.back().fix(std::move(fix));
  } else {
    uint32_t first = static_cast<uint32_t>(text.find("\r\n"));
    result.problems.push_back(Diagnostic("E0123", source, {first, first + 1},
                                         "A carriage return stands here, but not at the end of every line.",
                                         "End every line in LF."));
    result.problems.back().fix(std::move(fix));
    if (result.mended.empty()) result.mended.assign(text);
    for (size_t at = result.mended.find("\r\n"); at != std::string::npos; at = result.mended.find("\r\n", at + 2))
      result.mended[at] = ' ';
  }
  return result;
}

} // namespace rbc::parsing
