// UTF-8 as values hold it, one character at a time; and which characters nobody sees.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>

namespace rbc {

// One character at `at`: its bytes, and its number; 0 bytes where the text is no UTF-8.
inline std::pair<std::size_t, std::uint32_t> character(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  unsigned b = byte(0);
  if (b < 0x80) return {1, b};
  if (b >= 0xc2 && b < 0xe0 && tail(1)) return {2, (b & 31) << 6 | (byte(1) & 63)};
  if (b >= 0xe0 && b < 0xf0 && tail(1) && tail(2)) {
    std::uint32_t c = (b & 15) << 12 | (byte(1) & 63) << 6 | (byte(2) & 63);
    if (c >= 0x800 && (c < 0xd800 || c > 0xdfff)) return {3, c};
  }
  if (b >= 0xf0 && b < 0xf5 && tail(1) && tail(2) && tail(3)) {
    std::uint32_t c = (b & 7) << 18 | (byte(1) & 63) << 12 | (byte(2) & 63) << 6 | (byte(3) & 63);
    if (c >= 0x10000 && c <= 0x10ffff) return {4, c};
  }
  return {0, 0};
}

// Controls, directions, what has no width, and separators of lines.
inline bool hidden(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

inline bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto width = character(text, at).first;
    if (width == 0) return false;
    at += width;
  }
  return true;
}

}  // namespace rbc
