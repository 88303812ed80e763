// How much of a file is read: what is larger is no runbook that anybody reads.
#pragma once
#include <cstddef>

namespace rbc {

// Bytes. Two million lines; the compiler needs about ten times as much memory.
inline constexpr std::size_t kMostFileBytes = std::size_t{64} << 20;

} // namespace rbc
