// What a test gives as an answer, as the answer that the real thing would have come back with.
#pragma once
#include <functional>

#include "stdlib/world.hpp"
#include "vm/bytecode/test_case.hpp"

namespace rbc::testing {

// `value` computes a pure function of the program. Without a reply: an answer that says nothing but that it went well.
Answer answer_of(const Template& what, const Reply* given, const std::function<Value(std::uint32_t)>& value, Micros now);

}  // namespace rbc::testing
