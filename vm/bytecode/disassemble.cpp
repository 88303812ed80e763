#include <fmt/format.h>

#include "vm/bytecode/image.hpp"
#include "vm/bytecode/opcode.hpp"

namespace rbc {

namespace {

constexpr std::string_view kBuiltinNames[] = {
#define BUILTIN(id, name, receiver, arguments, result) #id,
#include "vm/model/builtins.def"
#undef BUILTIN
};

template <class T, class Name> std::string named(const std::vector<T>& table, std::uint32_t i, Name name) {
  return i < table.size() ? visible(name(table[i])) : fmt::format("#{}?", i);
}

std::string_view kind_words(FunctionKind kind) {
  switch (kind) {
    case FunctionKind::main: return "main";
    case FunctionKind::check: return "check";
    case FunctionKind::procedure: return "procedure";
    case FunctionKind::expression: return "expression";
    case FunctionKind::rung: return "rung";
    case FunctionKind::afterwards: return "afterwards";
    case FunctionKind::called: return "runbook";
  }
  return "";
}

std::string shown_template(const Template& t) {
  std::string text;
  for (std::size_t i = 0; i < t.shown.size(); ++i) {
    text += t.shown[i];
    if (i < t.shown_holes.size() && t.shown_holes[i] < t.hole_names.size()) text += "<" + t.hole_names[t.shown_holes[i]] + ">";
  }
  return text;
}

std::string operand_words(const Program& p, Op op, char letter, std::uint32_t x) {
  switch (letter) {
    case 'k': return named(p.constants, x, [](const Value& v) { return literal(v); });
    case 's':
      if (op == Op::GLOBAL || op == Op::SET_GLOBAL) return named(p.runbook.slots, x, [](const std::string& s) { return s; });
      return fmt::format("${}", x);
    case 'p': return fmt::format("->{}", x);
    case 'f': return named(p.functions, x, [](const Function& f) { return f.name; });
    case 't': return x < p.templates.size() ? fmt::format("{}{} {}", named(p.resources, p.templates[x].resource, [](const Resource& r) { return r.name; }), p.templates[x].form,
                                                          visible(shown_template(p.templates[x]))) : fmt::format("#{}?", x);
    case 'c': return named(p.checks, x, [](const CheckInfo& c) { return c.name; });
    case 'h': return named(p.humans, x, [](const HumanInfo& h) { return h.name.empty() ? std::string("question") : h.name; });
    case 'm': return fmt::format("notice#{}", x);
    case 'd': return "." + named(p.names, x, [](const std::string& s) { return s; });
    case 'y': return named(p.types, x, [](const Type& t) { return spell(t); });
    case 'b': return x < std::size(kBuiltinNames) ? std::string(kBuiltinNames[x]) : fmt::format("#{}?", x);
    case 'n':
      if (op == Op::STEP || op == Op::LEAVE) return named(p.runbook.steps, x, [](const StepInfo& s) { return s.name; });
      if (op == Op::CAUSE || op == Op::TRIED) return named(p.runbook.causes, x, [](const CauseInfo& c) { return c.name; });
      if (op == Op::RUNBOOK) return named(p.runbook.called, x, [](const CalledRunbook& r) { return r.id; });
      if (op == Op::PRESENT) return named(p.resources, x, [](const Resource& r) { return r.name; });
      return fmt::format("{}", x);
    default: return fmt::format("{}", x);
  }
}

}  // namespace

std::string disassemble(const Program& p) {
  std::string out = fmt::format("runbook {}: {}\n", visible(p.runbook.id), visible(p.runbook.title));
  for (const auto& function : p.functions) {
    out += fmt::format("\n{} {} ({} parameters, {} locals)\n", kind_words(function.kind), visible(function.name), function.parameters, function.locals);
    std::size_t line = 0;
    for (std::uint32_t pc = function.begin; pc < function.end && pc < p.code.size();) {
      while (line < p.lines.size() && p.lines[line].pc < pc) ++line;
      if (line < p.lines.size() && p.lines[line].pc == pc && p.lines[line].site < p.sites.size()) {
        const auto& site = p.sites[p.lines[line].site];
        out += fmt::format("  ; {}:{}  {}\n", named(p.files, site.file, [](const std::string& f) { return f; }), site.line, visible(site.text));
      }
      auto op = static_cast<Op>(p.code[pc]);
      if (p.code[pc] >= static_cast<std::uint32_t>(Op::kCount) || function.end - pc < info(op).width || p.code.size() - pc < info(op).width) {
        out += fmt::format("  {:>5}  ?{}\n", pc, p.code[pc]);
        break;
      }
      std::string words;
      unsigned at = 1;
      for (char letter : info(op).operands) {
        if (letter == ' ') continue;
        words += (words.empty() ? "" : ", ") + operand_words(p, op, letter, p.code[pc + at++]);
      }
      out += words.empty() ? fmt::format("  {:>5}  {}\n", pc, info(op).name) : fmt::format("  {:>5}  {:<13} {}\n", pc, info(op).name, words);
      pc += info(op).width;
    }
  }
  return out;
}

}  // namespace rbc
