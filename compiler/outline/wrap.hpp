// Breaking words into lines of a width, and how wide a character is, in columns of a terminal or in a drawing.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace rbc::outline {

using Measure = double (*)(char32_t);
double columns(char32_t c);                 // 0, 1 or 2
double ems(char32_t c);                     // of a proportional face, on the wide side: what fits by this fits in the usual faces
double mono_ems(char32_t c);

double measured(std::string_view text, Measure measure);
// At blanks where there are any, else between characters; never inside one, nor before what combines with it. At least one line; more
// than `most_lines` end in `…`.
std::vector<std::string> wrapped(std::string_view text, double width, Measure measure, std::size_t most_lines = 10000);

}  // namespace rbc::outline
