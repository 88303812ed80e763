// The pure operators and methods of values: an answer, or the reason why there is none.
#pragma once
#include <span>
#include <string>

#include "vm/model/type.hpp"
#include "vm/model/value.hpp"

namespace rbc::exec {

struct Computed {
  bool good = false;
  Value value;
  std::string reason;    // if not good
};
inline Computed got(Value value) { return {true, std::move(value), {}}; }
inline Computed no(std::string reason) { return {false, {}, std::move(reason)}; }

Computed add(const Value& a, const Value& b);
Computed subtract(const Value& a, const Value& b);
Computed multiply(const Value& a, const Value& b);
Computed divide(const Value& a, const Value& b);
Computed portion(const Value& a, const Value& b);
Computed negate(const Value& a);
Computed equal(const Value& a, const Value& b);
Computed less(const Value& a, const Value& b, bool or_equal);
Computed contains(const Value& a, const Value& b);
Computed matches(const Value& a, const std::string& pattern);
Computed holds(const Value& list, const Value& a);
Computed cast(const Value& a, const Type& type);
Computed reading(const Value& a, unsigned how);
// With `must`, what is not there or null is a failure; without, a missing value.
Computed field(const Value& a, const std::string& name, bool must);
Computed builtin(unsigned id, const Value& receiver, std::span<const Value> arguments);

// The elements of a list, of rows, of a json array, of an answer that is one of these; null if it is none.
const std::vector<Value>* elements(const Value& a);
// Whether an answer says that all is well: `.ok` is not no.
bool answer_ok(const Value& answer);
// `status 500`, `exit 1`, `not ok`.
std::string not_ok_words(const Value& answer);
// Whether the whole text matches.
bool full_match(const std::string& text, const std::string& pattern);

}  // namespace rbc::exec
