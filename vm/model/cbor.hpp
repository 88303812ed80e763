// Canonical CBOR (RFC 8949 4.2.1), the part that values and programs need: whole numbers, doubles, booleans, bytes and arrays.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace rbc::cbor {

class Writer {
 public:
  void uint(std::uint64_t n) { head(0, n); }
  void integer(std::int64_t n);
  void boolean(bool b) { out_.push_back(b ? '\xf5' : '\xf4'); }
  void number(double d);                       // the shortest of half, single and double that keeps it
  void bytes(std::string_view b);
  void array(std::uint64_t count) { head(4, count); }
  std::string take() { return std::move(out_); }
  std::string& out() { return out_; }

 private:
  void head(unsigned major, std::uint64_t n);
  std::string out_;
};

// Reads what Writer wrote. The first thing that does not fit spoils it: from then on everything answers zero and `good()` is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}
  bool good() const { return good_; }
  bool at_end() const { return at_ == in_.size(); }
  void spoil() { good_ = false; }
  std::uint64_t uint();
  std::uint64_t uint_up_to(std::uint64_t most);
  std::int64_t integer();
  bool boolean();
  double number();
  std::string_view bytes();
  std::string text() { return std::string(bytes()); }
  std::uint64_t array();                       // its count; never more than the bytes that are left
  std::size_t left() const { return in_.size() - at_; }

 private:
  bool head(unsigned major, std::uint64_t& n);
  std::string_view in_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace rbc::cbor
