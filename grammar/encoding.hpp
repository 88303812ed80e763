// What is checked of a file's bytes before its grammar: byte-order mark, line ends, characters that nobody can see.
#pragma once
#include <string>
#include <vector>

#include "grammar/diagnostic.hpp"

namespace rbc::parsing {

struct Encoding {
  uint32_t begin = 0;               // after a byte-order mark
  bool unreadable = false;          // no text at all, or one in another encoding: told in one problem, and not to be parsed
  std::string mended;               // the text with `\r` of CRLF, and all but the first side of a merge, made blanks; empty if it is the file's
  std::vector<Diagnostic> problems; // E0123 (one a line, at most 100), E0101 for merge marks, W0124; in file order
};
Encoding check_encoding(const Source& source);

} // namespace rbc::parsing
