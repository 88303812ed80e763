#include "vm/bytecode/flow.hpp"

#include <fmt/format.h>

#include "vm/bytecode/opcode.hpp"

namespace rbc {

namespace {

// Counts the values of one side of a stack picture; `x*n` stands for as many as the operand `n` says.
std::uint32_t picture_count(std::string_view side, std::uint32_t n) {
  std::uint32_t count = 0;
  while (!side.empty()) {
    auto end = side.find(' ');
    auto word = side.substr(0, end);
    if (!word.empty()) count += word.size() > 2 && word.substr(word.size() - 2) == "*n" ? n : 1;
    if (end == std::string_view::npos) break;
    side.remove_prefix(end + 1);
  }
  return count;
}

class FlowFinder {
 public:
  explicit FlowFinder(const Program& program) : program_(program) { out_.states.resize(program.code.size()); }

  Flow find() {
    for (const auto& function : program_.functions) {
      if (!boundaries(function)) continue;
      FlowState first;
      first.height = 0;
      reach(function, function.begin, first, function.begin);
      follow(function);
      skipped_statements(function);
    }
    return std::move(out_);
  }

 private:
  template <class... T> void problem(std::uint32_t pc, fmt::format_string<T...> words, T&&... rest) {
    if (out_.problems.size() < 50) out_.problems.push_back(fmt::format("at {}: {}", pc, fmt::format(words, std::forward<T>(rest)...)));
  }

  void follow(const Function& function) {
    while (!work_.empty()) {
      auto pc = work_.back();
      work_.pop_back();
      step(function, pc);
    }
  }

  // What stands after a line that always fails is reached when that line is skipped. Where nothing proves it sound, it stays unreached,
  // and the line cannot be skipped.
  void skipped_statements(const Function& function) {
    for (const auto& statement : program_.statements) {
      if (statement.begin < function.begin || statement.begin >= function.end || statement.end >= function.end || statement.end <= statement.begin) continue;
      FlowState first = out_.states[statement.begin];
      if (!first.reached() || out_.states[statement.end].reached() || !starts_[statement.end]) continue;
      Flow before = out_;
      reach(function, statement.end, std::move(first), statement.begin);
      follow(function);
      if (out_.problems.size() != before.problems.size()) {
        out_ = std::move(before);
        work_.clear();
      }
    }
  }

  bool boundaries(const Function& function) {
    starts_.assign(program_.code.size(), false);
    for (std::uint32_t pc = function.begin; pc < function.end;) {
      if (program_.code[pc] >= static_cast<std::uint32_t>(Op::kCount)) {
        problem(pc, "{} is no instruction", program_.code[pc]);
        return false;
      }
      unsigned width = info(static_cast<Op>(program_.code[pc])).width;
      if (function.end - pc < width) {
        problem(pc, "the operands of {} are cut short", info(static_cast<Op>(program_.code[pc])).name);
        return false;
      }
      starts_[pc] = true;
      pc += width;
    }
    return true;
  }

  void reach(const Function& function, std::uint32_t to, FlowState state, std::uint32_t from) {
    if (to == function.end) return problem(from, "`{}` runs off its end", function.name);
    if (to < function.begin || to > function.end || !starts_[to]) return problem(from, "{} is no instruction of `{}`", to, function.name);
    auto& known = out_.states[to];
    if (!known.reached()) {
      known = std::move(state);
      work_.push_back(to);
    } else if (known.height != state.height) {
      problem(to, "reached with {} values and with {}", known.height, state.height);
    } else if (!(known == state)) {
      problem(to, "reached inside different handlers or limits (`{}` and `{}`; {} and {} failures)", std::string(known.scopes.begin(), known.scopes.end()),
              std::string(state.scopes.begin(), state.scopes.end()), known.failures, state.failures);
    }
  }

  void step(const Function& function, std::uint32_t pc) {
    auto op = static_cast<Op>(program_.code[pc]);
    const auto* operand = &program_.code[pc] + 1;
    std::uint32_t next = pc + info(op).width;
    FlowState state = out_.states[pc];
    auto effect = stack_effect(program_, pc);
    if (static_cast<std::uint32_t>(state.height) < effect.takes) {
      return problem(pc, "{} takes {} values, and there are {}", info(op).name, effect.takes, state.height);
    }
    FlowState after = state;
    after.height += static_cast<std::int32_t>(effect.leaves) - static_cast<std::int32_t>(effect.takes);
    auto close = [&](std::string_view kinds) {
      if (after.scopes.empty() || kinds.find(after.scopes.back()) == std::string_view::npos) {
        problem(pc, "{} closes nothing that is open", info(op).name);
        return false;
      }
      after.scopes.pop_back();
      return true;
    };
    switch (op) {
      case Op::RETURN: case Op::FAIL: case Op::FAIL_ITEMS: case Op::END: return;
      case Op::RETHROW:
        if (state.failures == 0) problem(pc, "RETHROW stands in no handler");
        return;
      case Op::JUMP: return reach(function, operand[0], after, pc);
      case Op::JUMP_FALSE: case Op::JUMP_TRUE: case Op::JUMP_MISSING: reach(function, operand[0], after, pc); break;
      case Op::JUMP_PRESENT: {
        FlowState kept = after;
        kept.height = state.height;
        reach(function, operand[0], kept, pc);
        break;
      }
      case Op::GATE: {
        FlowState skipped = after;
        skipped.height = state.height - static_cast<std::int32_t>(operand[1]) + 1;
        reach(function, operand[2], skipped, pc);
        break;
      }
      case Op::TRY: {
        FlowState handler = state;
        ++handler.failures;
        reach(function, operand[0], handler, pc);
        after.scopes.push_back('t');
        break;
      }
      case Op::ATTEMPT: {
        FlowState handler = state;
        ++handler.height;
        reach(function, operand[0], handler, pc);
        after.scopes.push_back('a');
        break;
      }
      case Op::END_TRY:
        if (!close("ta")) return;
        break;
      case Op::WITHIN: after.scopes.push_back('w'); break;
      case Op::END_WITHIN:
        if (!close("w")) return;
        break;
      case Op::FAILURE:
        if (state.failures == 0) return problem(pc, "FAILURE stands in no handler");
        break;
      case Op::HANDLED:
        if (state.failures == 0) return problem(pc, "HANDLED stands in no handler");
        --after.failures;
        break;
      case Op::DEFER: {
        FlowState block;
        block.height = 0;
        reach(function, operand[1], block, pc);
        break;
      }
      case Op::CONST: case Op::GLOBAL: case Op::SET_GLOBAL: case Op::LOCAL: case Op::SET_LOCAL: case Op::POP: case Op::DUP: case Op::IS_MISSING:
      case Op::MISSING: case Op::NEED: case Op::NOT: case Op::NEGATE: case Op::ADD: case Op::SUBTRACT: case Op::MULTIPLY: case Op::DIVIDE:
      case Op::PORTION: case Op::EQUAL: case Op::LESS: case Op::LESS_EQUAL: case Op::CONTAINS: case Op::MATCHES: case Op::IN: case Op::LIST:
      case Op::CAST: case Op::READING: case Op::FIELD: case Op::FIELD_OPT: case Op::CALL_BUILTIN: case Op::TEXT: case Op::WHERE: case Op::APPEND:
      case Op::LENGTH: case Op::ITEM: case Op::CAP: case Op::VERDICT: case Op::WORST: case Op::WORST_OF: case Op::PASSES: case Op::IS_COLOUR:
      case Op::LIMIT: case Op::ASK: case Op::DO: case Op::SHOW: case Op::NOTE: case Op::CHECK: case Op::GROUP: case Op::ANSWERED: case Op::OK_RULE:
      case Op::MEASURE: case Op::AGAINST: case Op::RULE: case Op::JOIN: case Op::SLEEP: case Op::NOW: case Op::HUMAN: case Op::NOTIFY: case Op::STEP: case Op::LEAVE:
      case Op::CAUSE: case Op::TRIED: case Op::CALL: case Op::RUNBOOK: case Op::RUN: case Op::PRESENT: case Op::kCount: break;
    }
    reach(function, next, std::move(after), pc);
  }

  const Program& program_;
  Flow out_;
  std::vector<bool> starts_;
  std::vector<std::uint32_t> work_;
};

}  // namespace

StackEffect stack_effect(const Program& program, std::uint32_t pc) {
  auto op = static_cast<Op>(program.code[pc]);
  const auto& row = info(op);
  if (op == Op::JUMP_PRESENT) return {1, 0};
  std::uint32_t n = 0, at = 1;
  for (char letter : row.operands) {
    if (letter == ' ') continue;
    if (letter == 'n') n = program.code[pc + at];
    ++at;
  }
  if (op == Op::GATE) return {n, n};
  auto middle = row.stack.find("--");
  auto right = row.stack.substr(middle + 2);
  return {picture_count(row.stack.substr(0, middle), n), picture_count(right.substr(0, right.find('|')), n)};
}

bool skippable(const Program& program, const Flow& flow, const Statement& statement) {
  if (statement.begin >= flow.states.size() || statement.end >= flow.states.size()) return false;
  // The last statement of a function ends where the next function begins.
  for (const auto& function : program.functions)
    if (function.begin == statement.end && statement.end > statement.begin) return false;
  const auto& first = flow.states[statement.begin];
  return first.reached() && flow.states[statement.end] == first;
}

Flow flow(const Program& program) { return FlowFinder(program).find(); }

}  // namespace rbc
