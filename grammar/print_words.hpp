// How the formatter puts what stands inside a line: literals as an author would say them, titles, sentences.
#pragma once
#include <string>
#include <string_view>

#include "grammar/ast.hpp"

namespace rbc::printing {

std::string spoken_duration(std::string_view written); // `90s` is `1m30s`; as written where it is out of range
std::string spoken_size(std::string_view written);     // `1024MiB` is `1GiB`; as written where that would need a fraction

// What the full stop at the end of a title means, by whose title it is.
enum class Stop : uint8_t { None, Wanted, AsWritten };
Stop stop_of(Kind owner);
std::string_view without_stop(std::string_view title); // as written where the stop belongs to its last word
bool wants_stop(std::string_view sentence);

std::string_view without_blanks_after(std::string_view text);
// The same for what is said in one line: a blank behind a backslash stays.
std::string_view said_without_blanks_after(std::string_view text);

// In what order rules stand beneath their look.
int rank_of(Word colour);

} // namespace rbc::printing
