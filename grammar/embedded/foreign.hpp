// What people write in PromQL and in requests who come from other tools: an error at such a place is told with what to write instead.
#pragma once
#include "grammar/embedded/embedded.hpp"

namespace rbc::embedded {

void foreign_promql(std::string_view text, std::vector<Problem>& problems);
void foreign_http(std::string_view text, std::vector<Problem>& problems);

}  // namespace rbc::embedded
