// Two texts as a unified diff.
#pragma once
#include <string>
#include <string_view>

namespace rbc::cli {

// With three lines around each change, as `patch` reads it; empty if the texts are equal. Texts that differ in more than a few
// thousand places are shown as one change.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after, bool colour);

}  // namespace rbc::cli
