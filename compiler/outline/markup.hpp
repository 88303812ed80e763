// Text made harmless for XML and HTML.
#pragma once
#include <string>
#include <string_view>

namespace rbc::outline {

// For text and quoted attributes.
std::string escaped(std::string_view text);

}  // namespace rbc::outline
