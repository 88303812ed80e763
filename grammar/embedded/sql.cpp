#include "grammar/embedded/sql.hpp"

namespace rbc::embedded {

Parsed<SqlStatement> parse_sql(std::string_view, const std::vector<HoleRef>&, const SqlHints&) { return {}; }

}  // namespace rbc::embedded
