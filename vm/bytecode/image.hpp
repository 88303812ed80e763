// Programs as bytes and back, as text, and the proof that one is safe to run.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/bytecode/program.hpp"

namespace rbc {

// Canonical bytes: magic, version, content, SHA-256 of all before it. Equal programs have equal bytes.
std::string save(const Program& program);
struct Loaded { std::optional<Program> program; std::string problem; };   // problem: one sentence, empty if there is a program
// Refuses truncation, other versions than it can run, a wrong hash, and whatever verify() finds. Never reads past `bytes`.
Loaded load(std::string_view bytes);
// Hex SHA-256 of the image.
std::string content_hash(const Program& program);
// What is wrong with a program, in sentences; empty if it may run: every operand in range, every jump lands on an instruction of the same
// function, every path has one stack height at a place and never goes below zero, every function ends in RETURN, END or FAIL.
std::vector<std::string> verify(const Program& program);
// `rbc disasm`: functions, instructions with operands resolved to names, source lines between.
std::string disassemble(const Program& program);

std::string sha256_hex(std::string_view bytes);
std::string sha256(std::string_view bytes);          // 32 bytes

}  // namespace rbc
