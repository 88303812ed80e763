#include "compiler/effects.hpp"

namespace rbc::effects {

Effect of_sql(const embedded::SqlStatement&) { return {}; }
Effect of_pgbouncer(const embedded::Words&) { return {}; }
Effect of_redis(const embedded::Words&) { return {}; }
Effect of_http(const embedded::Http&, const Patterns&) { return {}; }
Effect of_promql(const embedded::Prom&) { return {}; }
Effect of_compose(const embedded::Words&) { return {}; }
Effect of_host(const embedded::Words&) { return {}; }
Effect of_command(std::string_view, const embedded::Words&, const Patterns&) { return {}; }
Effect of_shell(const embedded::Script&, const Patterns&, const std::vector<std::string>&) { return {}; }
std::optional<embedded::Problem> check_pattern(std::string_view, std::string_view, bool) { return {}; }
bool pattern_matches(std::string_view, const std::vector<std::string>&, const std::vector<bool>&) { return false; }

}  // namespace rbc::effects
