// What happens in a run as lines for people: the same words on the operator's screen, in a headless log and in a timeline.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "run/run.hpp"

namespace rbc {

enum class Ink : std::uint8_t { plain, bold, dim, green, amber, red, blind };

struct Stretch { Ink ink = Ink::plain; std::string text; };
// One line, without its time and its newline; already made visible.
using Narrated = std::vector<Stretch>;

// Turns traces into lines; keeps only what it needs to leave out repetition (a poll that sees the same colours again).
class Narrator {
 public:
  explicit Narrator(const Program& program) : program_(program) {}
  // None, one or several lines.
  std::vector<Narrated> tell(const Trace& trace);
  std::vector<Narrated> tell(const Delivery& delivery) const;

 private:
  const Program& program_;
  std::vector<std::string> last_verdicts_;   // by check: what its last line said
  std::string asked_;                        // the last question's words
  bool next_cause_ = false;                  // a cause's lines failed and it was said that the next is tried
  std::uint32_t sleeping_at_ = UINT32_MAX;   // the site whose waiting was said
};

// With SGR codes if `colour`; else the text alone.
std::string ink(const Narrated& line, bool colour);
// `03:12:07` in UTC.
std::string clock_time(Micros wall);
// `12 ms`, `1.4 s`, `5m`, as a screen has room for.
std::string short_time(Micros micros);
// At most `width` characters wide, with `…` where something is left out. Counts code points.
std::string clip(std::string_view text, std::size_t width);
std::size_t width_of(std::string_view text);

}  // namespace rbc
