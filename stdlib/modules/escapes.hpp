// A value as the languages write it: what it is between their quotes, and nothing else.
#pragma once
#include <string>
#include <string_view>

#include "vm/model/value.hpp"

namespace rbc {

// A value as one plain word: integers bare, numbers as their shortest form. Secrets too: the caller knows where it goes.
std::string plain(const Value& value);
// Everything but letters, digits and `-._~`.
std::string percent_encoded(std::string_view text);
std::string percent_decoded(std::string_view text);
// The inside of a JSON string.
std::string json_escaped(std::string_view text);
// Whether all that it holds is UTF-8.
bool whole_text(const Value& value);
// As PostgreSQL reads a parameter, and as it stands in a statement that takes none.
std::string sql_text(const Value& value);
std::string sql_quoted(const std::string& text, char quote);
// A pattern of RE2 that matches just this.
std::string regex_quoted(std::string_view text);
// Between either kind of quotes of PromQL.
std::string label_escaped(std::string_view text);

}  // namespace rbc
