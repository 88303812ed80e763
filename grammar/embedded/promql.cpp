#include "grammar/embedded/promql.hpp"

namespace rbc::embedded {

Parsed<Prom> parse_promql(std::string_view, const std::vector<HoleRef>&) { return {}; }

}  // namespace rbc::embedded
