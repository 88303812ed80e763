#include "grammar/mends.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rbc::parsing {

std::vector<Fix> parenthesised(const Source& source, uint32_t begin, uint32_t second) {
  const std::string_view text = source.text();
  const uint32_t line_end = static_cast<uint32_t>(std::min<size_t>(text.find('\n', second), text.size()));
  if (begin >= second || text.substr(begin, line_end - begin).find_first_of("\n\"/(#") != std::string_view::npos) return {};
  const std::string_view before = text.substr(begin, second - begin), after = text.substr(second, line_end - second);
  uint32_t left_end = second, right_end = line_end;
  while (left_end > begin && text[left_end - 1] == ' ') --left_end;
  while (right_end > second && text[right_end - 1] == ' ') --right_end;
  const size_t conjunction = before.rfind(" and "), disjunction = before.rfind(" or ");
  size_t operand = 0;
  if (conjunction != std::string_view::npos) operand = conjunction + 5;
  if (disjunction != std::string_view::npos) operand = std::max(operand, disjunction + 4);
  if (operand == 0 || after.find(" and ") != std::string_view::npos || after.find(" or ") != std::string_view::npos) return {};
  const uint32_t middle = begin + static_cast<uint32_t>(operand);
  return {{"Put what stands before it in parentheses", {{&source, {begin, begin}, "("}, {&source, {left_end, left_end}, ")"}}, false},
          {"Put the last two in parentheses", {{&source, {middle, middle}, "("}, {&source, {right_end, right_end}, ")"}}, false}};
}

std::optional<Fix> compared_twice(const Source& source, uint32_t begin, uint32_t end) {
  const std::string_view all = source.text().substr(begin, end - begin);
  const size_t first = all.find_first_of("<>");
  if (first == std::string_view::npos) return {};
  const size_t from = all.find_first_not_of("<>= ", first);
  const size_t to = from == std::string_view::npos ? from : all.find_first_of(" <>=", from);
  if (to == std::string_view::npos || all.find_first_of("<>", to) == std::string_view::npos || all.find_first_not_of("<>= ", to) != std::string_view::npos)
    return {};
  const std::string_view middle = all.substr(from, to - from);
  if (middle.find_first_of("\"()[]/") != std::string_view::npos) return {};
  const uint32_t at = begin + static_cast<uint32_t>(to);
  return Fix{"Join two comparisons with `and`", {{&source, {at, at}, fmt::format(" and {}", middle)}}, true};
}

uint32_t columns_above(const Source& source, uint32_t at) {
  const uint32_t number = source.line_at(at), deep = at - source.line_begin(number);
  for (uint32_t above = number; above > 1;) {
    const std::string_view line = source.line(--above);
    const size_t first = line.find_first_not_of(' ');
    if (first != std::string_view::npos && first < deep) return static_cast<uint32_t>(first);
  }
  return 0;
}

} // namespace rbc::parsing
