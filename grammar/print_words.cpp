#include "grammar/print_words.hpp"

#include <algorithm>
#include <array>

#include "grammar/utf8.hpp"

namespace rbc::printing {

namespace {

struct Unit {
  std::string_view name;
  int64_t milliseconds;
};
constexpr std::array<Unit, 6> kUnits{
    {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr size_t kHours = 2, kMilliseconds = 5;
constexpr int64_t kMinute = 60'000, kSecond = 1000;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The unit of the first number of a duration.
size_t first_unit(std::string_view written) {
  written.remove_prefix(std::min(written.find_first_not_of("0123456789"), written.size()));
  if (written.starts_with("ms")) return kMilliseconds;
  for (size_t i = 0; i < kUnits.size(); ++i)
    if (written.starts_with(kUnits[i].name)) return i;
  return kMilliseconds;
}

} // namespace

std::string spoken_duration(std::string_view written) {
  auto value = duration_of(written);
  if (!value) return std::string(written);
  int64_t left = value->count();
  if (left == 0) return "0s";
  if (left < kMinute && left % kSecond != 0) return std::to_string(left) + "ms";
  std::string said;
  // 48h and 90d stay: people say days and weeks only when they mean them.
  for (size_t i = std::min(first_unit(written), kHours); i < kUnits.size(); ++i) {
    if (left < kUnits[i].milliseconds) continue;
    said += std::to_string(left / kUnits[i].milliseconds);
    said += kUnits[i].name;
    left %= kUnits[i].milliseconds;
  }
  return said;
}

std::string spoken_size(std::string_view written) {
  auto value = size_of(written);
  size_t unit = written.find_first_of("KMGT");
  if (!value || *value == 0 || unit == std::string_view::npos) return std::string(written);
  constexpr std::string_view kPrefixes = "KMGT";
  const uint64_t base = written[unit + 1] == 'i' ? 1024 : 1000;
  size_t power = kPrefixes.find(written[unit]);
  uint64_t one = 1;
  for (size_t i = 0; i <= power; ++i) one *= base;
  if (*value % one != 0) return std::string(written);
  uint64_t count = *value / one;
  if (count % base != 0) return std::string(written);
  while (power + 1 < kPrefixes.size() && count % base == 0) count /= base, ++power;
  return std::to_string(count) + kPrefixes[power] + std::string(written.substr(unit + 1));
}

Stop stop_of(Kind owner) {
  switch (owner) {
  case Kind::Notify:
  case Kind::Escalate:
  case Kind::Caution: return Stop::Wanted;
  case Kind::Resource:
  case Kind::Env:
  case Kind::Message:
  case Kind::Procedure:
  case Kind::Runbook:
  case Kind::Step:
  case Kind::CheckDef:
  case Kind::Cause:
  case Kind::Input:
  case Kind::Option:
  case Kind::Test: return Stop::None;
  default: return Stop::AsWritten;
  }
}

std::string_view without_stop(std::string_view title) {
  if (title.size() < 2 || title.back() != '.') return title;
  std::string_view rest = title.substr(0, title.size() - 1);
  // An ellipsis, a path, a version, an abbreviation.
  std::string_view word = rest.substr(rest.find_last_of(' ') + 1);
  constexpr std::string_view kShortened[] = {"", "etc", "approx", "incl", "Inc", "Ltd", "Co"};
  if (std::find(std::begin(kShortened), std::end(kShortened), word) != std::end(kShortened)) return title;
  return word.find('.') == std::string_view::npos ? rest : title;
}

bool wants_stop(std::string_view sentence) {
  if (sentence.empty()) return false;
  std::string_view word = sentence.substr(sentence.find_last_of(' ') + 1);
  if (word.find("://") != std::string_view::npos) return false; // a link with a full stop leads elsewhere
  std::string_view closed = sentence;
  while (!closed.empty() && std::string_view(")\"'`").find(closed.back()) != std::string_view::npos) closed.remove_suffix(1);
  if (closed.empty() || std::string_view(".!?:;,").find(closed.back()) != std::string_view::npos) return false;
  const unsigned char last = static_cast<unsigned char>(sentence.back());
  if (last < 0x80)
    return is_letter_or_digit(sentence.back()) || std::string_view(")\"'`%>").find(sentence.back()) != std::string_view::npos;
  size_t at = sentence.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(sentence[at]) & 0xC0) == 0x80) --at;
  const char32_t code = decode_utf8(sentence, at).code;
  return (code >= 0xC0 && code < 0x250) || (code >= 0x370 && code < 0x530); // a Latin, Greek or Cyrillic letter
}

std::string_view without_blanks_after(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view said_without_blanks_after(std::string_view text) {
  std::string_view bare = without_blanks_after(text);
  if (bare.size() < text.size() && !bare.empty() && bare.back() == '\\' && text[bare.size()] == ' ')
    return text.substr(0, bare.size() + 1);
  return bare;
}

int rank_of(Word colour) { return colour == Word::Amber ? 0 : colour == Word::Red ? 1 : 2; }

} // namespace rbc::printing
