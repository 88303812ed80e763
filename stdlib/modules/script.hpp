// A runbook's script as any POSIX sh runs it: lines joined with `&&`, and a pipeline that fails with any of its stages.
#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace rbc {

// `text` is what grammar/language.md's Shell accepts: simple commands, no groups, no here-documents, no comments.
// A pipeline ends with its last stage's exit code, or, when an earlier stage failed, with that stage's (125 instead of 1, which the last stage may
// mean as an answer) and a sentence on stderr. An earlier stage that ends because a later one has read enough (SIGPIPE) has not failed.
std::string script_for_sh(std::string_view text);

// Where the word begins and ends that holds the byte `wanted`; quotes and what stands in them belong to it. In `$(…)` it is the word in there.
std::pair<std::size_t, std::size_t> shell_word_around(std::string_view text, std::size_t wanted);

}  // namespace rbc
