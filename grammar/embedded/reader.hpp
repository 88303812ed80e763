// The common base of the hand-written parsers: a cursor over the captured text that knows the holes and keeps the first error.
#pragma once
#include <algorithm>

#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded {

class Reader {
 protected:
  Reader(std::string_view text, const std::vector<HoleRef>& holes, std::vector<Problem>& problems) : text_(text), holes_(holes), problems_(problems) {}

  uint32_t size() const { return static_cast<uint32_t>(text_.size()); }
  bool at_end() const { return at_ >= text_.size(); }
  char peek(uint32_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool failed() const { return failed_; }

  // The hole that begins at the cursor, or null.
  const HoleRef* hole() const {
    while (next_ < holes_.size() && holes_[next_].begin < at_) ++next_;
    while (next_ > 0 && holes_[next_ - 1].begin >= at_) --next_;  // a parser may step back
    return next_ < holes_.size() && holes_[next_].begin == at_ ? &holes_[next_] : nullptr;
  }

  void fail(std::string code, std::string message, uint32_t begin, uint32_t end, std::string help = {}) {
    if (failed_) return;
    failed_ = true;
    end = std::min(end, size());  // what is missing at the end of the text has no character
    problems_.push_back({std::move(code), std::move(message), std::min(begin, end), end, std::move(help)});
  }

  bool fits() {
    if (text_.size() > kMaxUtterance) fail("E0117", "This is too long: at most 64 KiB an utterance.", 0, size());
    for (uint32_t i = 0; i < size() && !failed_; ++i)
      if (text_[i] == '\0') fail("E0123", "A control character stands here; nobody can see it.", i, i + 1);
    return !failed_;
  }

  std::string_view text_;
  const std::vector<HoleRef>& holes_;
  std::vector<Problem>& problems_;
  uint32_t at_ = 0;

 private:
  mutable size_t next_ = 0;
  bool failed_ = false;
};

}  // namespace rbc::embedded
