// Reading UTF-8 strictly, and which characters nobody can see.
#pragma once
#include <cstdint>
#include <string_view>

namespace rbc {

struct Utf8 {
  char32_t code;   // the byte itself when invalid
  uint32_t length; // in bytes; 1 when invalid
  bool valid;      // shortest form, no surrogate, at most U+10FFFF
};

inline Utf8 decode_utf8(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(at);
  Utf8 bad{first, 1, false};
  if (first < 0x80) return {first, 1, true};
  uint32_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return bad;
  char32_t code = first & (length == 2 ? 0x1Fu : length == 3 ? 0x0Fu : 0x07u);
  for (uint32_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return bad;
    code = code << 6 | (byte(at + i) & 0x3Fu);
  }
  if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10FFFF)) ||
      (code >= 0xD800 && code < 0xE000))
    return bad;
  return {code, length, true};
}

// Control characters other than tab and line feed, and bidirectional controls.
inline bool is_invisible(char32_t code) {
  return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

} // namespace rbc
