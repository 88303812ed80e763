// Writing a file whole or not at all, and showing what would change in one.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace rbc::cli {

// The whole file, or nothing if it cannot be read or is larger than a file of rbc may be. A named pipe that nobody writes to is empty.
std::optional<std::string> read_whole(const std::string& path);

// Why `Sources::load` had nothing to give: one sentence that names the file.
std::string why_unreadable(const std::string& path);

// Writes beside the file, then takes its place: whoever reads sees the old text or the new one. Permissions stay; through a symbolic
// link its target is written; what is no regular file (a pipe, /dev/stdout) is written directly. Ctrl-C waits until nothing lies beside
// the file any more. Answers one sentence, or "".
std::string write_whole(const std::string& path, std::string_view text);

// A unified diff with three lines around each change; "" if the texts are the same.
std::string unified_diff(const std::string& path, std::string_view before, std::string_view after);

}  // namespace rbc::cli
