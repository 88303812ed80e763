#include "compiler/outline/wrap.hpp"

#include "grammar/utf8.hpp"

namespace rbc::outline {

namespace {

bool combines(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x591 && c <= 0x5BD) || (c >= 0x64B && c <= 0x65F) || (c >= 0x200B && c <= 0x200D) || (c >= 0x20D0 && c <= 0x20F0) ||
         (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF) || (c >= 0xE0100 && c <= 0xE01EF);
}

bool wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

}  // namespace

double columns(char32_t c) { return combines(c) ? 0 : wide(c) ? 2 : 1; }

// Between Arial and DejaVu Sans, nearer to the wider one.
double ems(char32_t c) {
  if (combines(c)) return 0;
  if (wide(c)) return c >= 0x1F000 && c < 0x20000 ? 1.3 : 1.02;
  if (c > 0x2100 && c < 0x2E80) return 0.9;
  if (c >= 0x590) return 0.68;
  if (c == ' ') return 0.32;
  if (c < 0x80 && std::string_view("ijl.,:;'|!I()[]/").find(static_cast<char>(c)) != std::string_view::npos) return 0.38;
  if (c == 'f' || c == 't' || c == 'r' || c == '-') return 0.42;
  if (c == 'm' || c == 'M' || c == 'W' || c == '@' || c == '%') return 0.98;
  if (c == 'w') return 0.82;
  if (c >= 'A' && c <= 'Z') return 0.74;
  return 0.62;
}

double mono_ems(char32_t c) { return combines(c) ? 0 : wide(c) ? 1.24 : 0.62; }

double measured(std::string_view text, Measure measure) {
  double sum = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8 one = decode_utf8(text, at);
    sum += measure(one.code);
    at += one.length;
  }
  return sum;
}

std::vector<std::string> wrapped(std::string_view text, double width, Measure measure, std::size_t most_lines) {
  std::vector<std::string> lines;
  std::size_t begin = 0, blank = std::string_view::npos;
  double used = 0, used_to_blank = 0;
  const auto finish = [&](std::size_t end) {
    std::string_view line = text.substr(begin, end - begin);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    lines.emplace_back(line);
  };
  for (std::size_t at = 0; at < text.size();) {
    const Utf8 one = decode_utf8(text, at);
    const double step = measure(one.code);
    if (one.code == ' ' && at > begin) blank = at, used_to_blank = used + step;
    if (used + step > width && at > begin && step > 0 && one.code != ' ') {
      if (blank != std::string_view::npos) {
        finish(blank);
        begin = blank + 1;
        used -= used_to_blank;
      } else {
        finish(at);
        begin = at;
        used = 0;
      }
      blank = std::string_view::npos;
    }
    used += step;
    at += one.length;
  }
  finish(text.size());
  if (lines.size() > most_lines) {
    lines.resize(most_lines);
    std::string& last = lines.back();
    while (!last.empty() && measured(last, measure) + measure(U'…') > width) {
      std::size_t cut = last.size() - 1;
      while (cut > 0 && (static_cast<unsigned char>(last[cut]) & 0xC0) == 0x80) --cut;
      last.resize(cut);
    }
    last += "…";
  }
  return lines;
}

}  // namespace rbc::outline
