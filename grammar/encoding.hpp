// What is checked of a file's bytes before its grammar: byte-order mark, line ends, characters that nobody can see.
#pragma once
#include <string>
#include <vector>

#include "grammar/diagnostic.hpp"

namespace rbc::parsing {

struct Encoding {
  uint32_t begin = 0;               // after a byte-order mark
  std::string without_cr;           // of a file with CRLF throughout: its text with each `\r` made a blank; else empty
  std::vector<Diagnostic> problems; // E0123 (one a line, at most 100), W0124; in file order
};
Encoding check_encoding(const Source& source);

} // namespace rbc::parsing
