// What a server is asked before the first look: whether anything that the look reaches may change something.
#pragma once
#include <string>
#include <vector>

namespace rbc {

// The same parameter as below: a row if all of it is plain, so that there is nothing to follow. No row says nothing.
const char* pg_plain_query();

// One parameter, a text[] of what the look reaches: a quoted relation name, or `type "x"`, `operator =`, `function "f"`, `field x`.
// Answers at most one row with one column, a sentence's beginning: "the view v calls f()".
const std::string& pg_judging_query();

std::string pg_text_array(const std::vector<std::string>& texts);

}  // namespace rbc
