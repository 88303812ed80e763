// Writes code word by word, with labels that are placed later; one check per instruction that the operands fit its row of opcodes.def.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "vm/bytecode/opcode.hpp"
#include "vm/bytecode/program.hpp"

namespace rbc {

class Assembler {
 public:
  explicit Assembler(Program& program) : program_(program) {}
  struct Label { std::uint32_t id; };
  std::uint32_t here() const;
  Label label();                                   // not yet placed
  void place(Label label);                         // here
  std::uint32_t emit(Op op, std::initializer_list<std::uint32_t> operands = {});   // answers its pc
  // For an instruction whose operand at `at` (from 0) is a label.
  std::uint32_t emit_to(Op op, Label target, std::initializer_list<std::uint32_t> others = {}, unsigned at = 0);
  std::uint32_t constant(const Value& value);      // one entry an equal value
  std::uint32_t name(std::string_view field);
  std::uint32_t type(const Type& type);
  void at(std::uint32_t site);                     // what follows belongs to this site
  void finish();                                   // every label placed and patched, or an assertion

 private:
  Program& program_;
  std::vector<std::uint32_t> places_;
  struct Patch { std::uint32_t word, label; };
  std::vector<Patch> patches_;
};

}  // namespace rbc
