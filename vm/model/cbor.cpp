#include "vm/model/cbor.hpp"

#include <bit>
#include <cmath>
#include <optional>

namespace rbc::cbor {

namespace {

double from_half(std::uint16_t half) {
  int exponent = (half >> 10) & 31;
  int fraction = half & 1023;
  double size = exponent == 0    ? std::ldexp(fraction, -24)
                : exponent == 31 ? (fraction ? std::nan("") : INFINITY)
                                 : std::ldexp(fraction + 1024, exponent - 25);
  return half & 0x8000 ? -size : size;
}

std::optional<std::uint16_t> to_half(double d) {
  std::uint64_t bits = std::bit_cast<std::uint64_t>(d);
  auto sign = static_cast<std::uint16_t>((bits >> 48) & 0x8000);
  int exponent = static_cast<int>((bits >> 52) & 2047) - 1023;
  std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  std::uint16_t half = 0;
  if (exponent == 1024) {
    half = 0x7c00;
  } else if (exponent >= -14 && exponent <= 15) {
    half = static_cast<std::uint16_t>(((exponent + 15) << 10) | static_cast<int>(fraction >> 42));
  } else if (exponent < -14 && exponent >= -24) {
    half = static_cast<std::uint16_t>(((fraction | (std::uint64_t{1} << 52)) >> 42) >> (-14 - exponent));
  } else if (d != 0) {
    return std::nullopt;
  }
  half = static_cast<std::uint16_t>(half | sign);
  if (std::bit_cast<std::uint64_t>(from_half(half)) != bits) return std::nullopt;
  return half;
}

}  // namespace

void Writer::head(unsigned major, std::uint64_t n) {
  auto first = static_cast<unsigned char>(major << 5);
  unsigned width = n < 24 ? 0 : n <= 0xff ? 1 : n <= 0xffff ? 2 : n <= 0xffffffff ? 4 : 8;
  if (width == 0) {
    out_.push_back(static_cast<char>(first | n));
    return;
  }
  unsigned code = width == 1 ? 24 : width == 2 ? 25 : width == 4 ? 26 : 27;
  out_.push_back(static_cast<char>(first | code));
  for (unsigned i = width; i-- > 0;) out_.push_back(static_cast<char>(n >> (8 * i)));
}

void Writer::integer(std::int64_t n) {
  if (n >= 0) head(0, static_cast<std::uint64_t>(n));
  else head(1, ~static_cast<std::uint64_t>(n));
}

void Writer::bytes(std::string_view b) {
  head(2, b.size());
  out_.append(b);
}

void Writer::number(double d) {
  auto put = [this](unsigned char code, std::uint64_t bits, unsigned width) {
    out_.push_back(static_cast<char>(code));
    for (unsigned i = width; i-- > 0;) out_.push_back(static_cast<char>(bits >> (8 * i)));
  };
  if (std::isnan(d)) return put(0xf9, 0x7e00, 2);
  if (auto half = to_half(d)) return put(0xf9, *half, 2);
  auto single = static_cast<float>(d);
  if (static_cast<double>(single) == d) return put(0xfa, std::bit_cast<std::uint32_t>(single), 4);
  put(0xfb, std::bit_cast<std::uint64_t>(d), 8);
}

bool Reader::head(unsigned major, std::uint64_t& n) {
  n = 0;
  if (!good_ || at_ >= in_.size()) return good_ = false;
  auto first = static_cast<unsigned char>(in_[at_]);
  unsigned code = first & 31;
  if (first >> 5 != major || code > 27) return good_ = false;
  ++at_;
  if (code < 24) {
    n = code;
    return true;
  }
  unsigned width = 1u << (code - 24);
  if (left() < width) return good_ = false;
  for (unsigned i = 0; i < width; ++i) n = n << 8 | static_cast<unsigned char>(in_[at_++]);
  // Only the shortest form of a number is canonical.
  std::uint64_t least = width == 1 ? 24 : std::uint64_t{1} << (4 * width);
  if (n < least) return good_ = false;
  return true;
}

std::uint64_t Reader::uint() {
  std::uint64_t n = 0;
  head(0, n);
  return good_ ? n : 0;
}

std::uint64_t Reader::uint_up_to(std::uint64_t most) {
  std::uint64_t n = uint();
  if (n > most) good_ = false;
  return good_ ? n : 0;
}

std::int64_t Reader::integer() {
  std::uint64_t n = 0;
  if (!good_ || at_ >= in_.size()) {
    good_ = false;
    return 0;
  }
  bool negative = static_cast<unsigned char>(in_[at_]) >> 5 == 1;
  if (!head(negative ? 1 : 0, n)) return 0;
  if (n > static_cast<std::uint64_t>(INT64_MAX)) {
    good_ = false;
    return 0;
  }
  return negative ? static_cast<std::int64_t>(~n) : static_cast<std::int64_t>(n);
}

bool Reader::boolean() {
  if (!good_ || at_ >= in_.size() || (in_[at_] != '\xf4' && in_[at_] != '\xf5')) return good_ = false;
  return in_[at_++] == '\xf5';
}

double Reader::number() {
  if (!good_ || at_ >= in_.size()) {
    good_ = false;
    return 0;
  }
  auto code = static_cast<unsigned char>(in_[at_]);
  unsigned width = code == 0xf9 ? 2 : code == 0xfa ? 4 : code == 0xfb ? 8 : 0;
  if (width == 0 || left() < width + 1) {
    good_ = false;
    return 0;
  }
  ++at_;
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < width; ++i) bits = bits << 8 | static_cast<unsigned char>(in_[at_++]);
  if (width == 2) return from_half(static_cast<std::uint16_t>(bits));
  if (width == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  return std::bit_cast<double>(bits);
}

std::string_view Reader::bytes() {
  std::uint64_t n = 0;
  if (!head(2, n)) return {};
  if (n > left()) {
    good_ = false;
    return {};
  }
  auto found = in_.substr(at_, n);
  at_ += n;
  return found;
}

std::uint64_t Reader::array() {
  std::uint64_t n = 0;
  if (!head(4, n)) return 0;
  if (n > left()) good_ = false;
  return good_ ? n : 0;
}

}  // namespace rbc::cbor
