#include "vm/bytecode/opcode.hpp"

#include <array>

namespace rbc {

namespace {

constexpr unsigned operand_words(std::string_view operands) {
  unsigned count = 0;
  for (char c : operands) count += c != ' ' ? 1 : 0;
  return count;
}

constexpr std::array<OpInfo, static_cast<std::size_t>(Op::kCount)> kOps{{
#define OP(name, operands, stack, what) {#name, operands, stack, what, 1 + operand_words(operands)},
#include "vm/bytecode/opcodes.def"
#undef OP
}};

}  // namespace

const OpInfo& info(Op op) { return kOps[static_cast<std::size_t>(op)]; }

std::optional<Op> op_named(std::string_view name) {
  for (std::size_t i = 0; i < kOps.size(); ++i)
    if (kOps[i].name == name) return static_cast<Op>(i);
  return std::nullopt;
}

}  // namespace rbc
