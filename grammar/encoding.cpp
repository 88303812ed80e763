#include "grammar/encoding.hpp"

#include <fmt/format.h>

#include "grammar/utf8.hpp"

namespace rbc::parsing {

Encoding check_encoding(const Source& source) {
  constexpr size_t kMaxProblems = 100;
  Encoding result;
  std::string_view text = source.text();
  if (text.starts_with("\xEF\xBB\xBF")) result.begin = 3;
  size_t crlf = 0, lf = 0;
  uint32_t bad_line_end = 0;
  for (uint32_t i = result.begin; i < text.size();) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '\n') ++lf;
    if ((c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t') {
      ++i;
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
      Diagnostic problem("E0123", source, {i, i + at.length}, what, "Delete it.");
      problem.fix({"Delete the character", {{&source, {i, i + at.length}, ""}}, false});
      result.problems.push_back(std::move(problem));
      size_t newline = text.find('\n', i);
      bad_line_end = static_cast<uint32_t>(newline == std::string_view::npos ? text.size() : newline);
    }
    i += at.length;
  }
  if (crlf == 0) return result;
  Fix fix{"End every line in LF", {}, true};
  for (size_t at = text.find("\r\n"); at != std::string_view::npos; at = text.find("\r\n", at + 2))
    fix.edits.push_back({&source, {static_cast<uint32_t>(at), static_cast<uint32_t>(at + 1)}, ""});
  if (crlf == lf) {
    result.without_cr.assign(text);
    for (size_t at = result.without_cr.find("\r\n"); at != std::string::npos; at = result.without_cr.find("\r\n", at + 2))
      result.without_cr[at] = ' ';
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
    result.without_cr.assign(text);
    for (size_t at = result.without_cr.find("\r\n"); at != std::string::npos; at = result.without_cr.find("\r\n", at + 2))
      result.without_cr[at] = ' ';
  }
  return result;
}

} // namespace rbc::parsing
