#include "vm/bytecode/assemble.hpp"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>

namespace rbc {

namespace {

constexpr std::uint32_t kUnplaced = UINT32_MAX;

// Our own bug, and one that would become a wrong program: it stops optimised builds too.
void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "rbc: the assembler was misused (%s); please report this.\n", what);
  std::abort();
}

}  // namespace

std::uint32_t Assembler::here() const { return static_cast<std::uint32_t>(program_.code.size()); }

Assembler::Label Assembler::label() {
  places_.push_back(kUnplaced);
  return {static_cast<std::uint32_t>(places_.size() - 1)};
}

void Assembler::place(Label label) {
  must(label.id < places_.size() && places_[label.id] == kUnplaced, "a label is placed once");
  places_[label.id] = here();
}

std::uint32_t Assembler::emit(Op op, std::initializer_list<std::uint32_t> operands) {
  must(operands.size() + 1 == info(op).width, "an instruction has the operands of its row");
  std::uint32_t pc = here();
  program_.code.push_back(static_cast<std::uint32_t>(op));
  program_.code.insert(program_.code.end(), operands.begin(), operands.end());
  return pc;
}

std::uint32_t Assembler::emit_to(Op op, Label target, std::initializer_list<std::uint32_t> others, unsigned at) {
  must(target.id < places_.size(), "a label is made before it is used");
  must(others.size() + 2 == info(op).width && at < info(op).width - 1, "an instruction has the operands of its row");
  std::uint32_t pc = here();
  program_.code.push_back(static_cast<std::uint32_t>(op));
  auto next = others.begin();
  for (unsigned i = 0; i + 1 < info(op).width; ++i) {
    if (i == at) {
      patches_.push_back({here(), target.id});
      program_.code.push_back(kUnplaced);
    } else {
      program_.code.push_back(*next++);
    }
  }
  return pc;
}

std::uint32_t Assembler::constant(const Value& value) {
  auto found = std::find(program_.constants.begin(), program_.constants.end(), value);
  if (found == program_.constants.end()) found = program_.constants.insert(found, value);
  return static_cast<std::uint32_t>(found - program_.constants.begin());
}

std::uint32_t Assembler::name(std::string_view field) {
  auto found = std::find(program_.names.begin(), program_.names.end(), field);
  if (found == program_.names.end()) found = program_.names.insert(found, std::string(field));
  return static_cast<std::uint32_t>(found - program_.names.begin());
}

std::uint32_t Assembler::type(const Type& type) {
  auto found = std::find(program_.types.begin(), program_.types.end(), type);
  if (found == program_.types.end()) found = program_.types.insert(found, type);
  return static_cast<std::uint32_t>(found - program_.types.begin());
}

void Assembler::at(std::uint32_t site) {
  if (!program_.lines.empty() && program_.lines.back().site == site) return;
  if (!program_.lines.empty() && program_.lines.back().pc == here()) program_.lines.back().site = site;
  else program_.lines.push_back({here(), site});
}

void Assembler::finish() {
  for (const auto& patch : patches_) {
    must(places_[patch.label] != kUnplaced, "every label is placed");
    program_.code[patch.word] = places_[patch.label];
  }
  patches_.clear();
}

}  // namespace rbc
