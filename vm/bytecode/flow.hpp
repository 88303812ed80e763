// What every path through a function agrees on at each instruction: the proof behind verify(), and what a retried line is put back to.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vm/bytecode/program.hpp"

namespace rbc {

// The state in which an instruction begins. `height` counts the values on the frame's stack.
struct FlowState {
  std::int32_t height = kNone;          // kNone: no instruction begins here, or nothing gets here
  std::vector<char> scopes;             // 't' a TRY, 'a' an ATTEMPT, 'w' a WITHIN, outer first
  std::uint32_t failures = 0;           // how many failures are being handled
  bool reached() const { return height >= 0; }
  friend bool operator==(const FlowState&, const FlowState&) = default;
};

struct Flow {
  std::vector<FlowState> states;        // by word of the code
  std::vector<std::string> problems;    // sentences
};
// `program`'s functions must lie within its code; everything else about the code is what this finds out.
Flow flow(const Program& program);

// Whether a failed statement may be stepped over: its end is a place of the same state as its beginning.
bool skippable(const Program& program, const Flow& flow, const Statement& statement);

// How many values the instruction at `pc` takes and leaves where it falls through. The opcode and its operands must be there.
struct StackEffect { std::uint32_t takes = 0, leaves = 0; };
StackEffect stack_effect(const Program& program, std::uint32_t pc);

}  // namespace rbc
