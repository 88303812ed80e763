#include "grammar/embedded/shell.hpp"

namespace rbc::embedded {

Parsed<Script> parse_shell(std::string_view, const std::vector<HoleRef>&) { return {}; }

bool dangerous_variable(std::string_view) { return false; }

}  // namespace rbc::embedded
