// Programs that a test runs for themselves, and another for the instructions that they carry out.
#pragma once
#include <memory>
#include <vector>

#include "vm/bytecode/program.hpp"

namespace kit {
class World;
}

namespace scenes {

using kit::World;
using rbc::Program;
using Seen = std::vector<bool>;    // by opcode: carried out
void note_seen(Seen& seen, const World& world);

void pure_operators(Seen& seen);
void builtins(Seen& seen);
void looks_and_changes(Seen& seen);
void doubt_and_gates(Seen& seen);
void checks_and_groups(Seen& seen);
void group_widths(Seen& seen);
void polls(Seen& seen);
void retries_and_handlers(Seen& seen);
void limits(Seen& seen);
void calls_and_putting_back(Seen& seen);
void called_runbooks(Seen& seen);
void people(Seen& seen);
void failures_with_an_operator(Seen& seen);
void parts_of_a_run(Seen& seen);
void ladders(Seen& seen);
void causes(Seen& seen);

std::shared_ptr<const Program> polling();
std::shared_ptr<const Program> failing();
std::shared_ptr<const Program> climbing(bool acknowledged, bool fails = false);

}  // namespace scenes
