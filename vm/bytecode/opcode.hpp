// Instructions as an enumeration with their operands; everything about one comes from opcodes.def.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace rbc {

enum class Op : std::uint32_t {
#define OP(name, operands, stack, what) name,
#include "vm/bytecode/opcodes.def"
#undef OP
  kCount
};

struct OpInfo {
  std::string_view name;
  std::string_view operands;   // a letter an operand, no blanks
  std::string_view stack;
  std::string_view what;
  unsigned width;              // words, the opcode's own included
};
const OpInfo& info(Op op);
std::optional<Op> op_named(std::string_view name);

}  // namespace rbc
