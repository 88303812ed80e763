#include <array>

#include <fmt/format.h>

#include "vm/bytecode/flow.hpp"
#include "vm/bytecode/image.hpp"
#include "vm/bytecode/opcode.hpp"

namespace rbc {

namespace {

constexpr std::uint32_t kMostOperands = 100'000;      // of a list written out, and of slots
constexpr std::uint32_t kMostWords = 16u << 20;

struct BuiltinRow { std::uint32_t arguments; };
constexpr std::uint32_t argument_count(std::string_view list) {
  if (list.empty()) return 0;
  std::uint32_t count = 1;
  for (char c : list) count += c == ',' ? 1 : 0;
  return count;
}
constexpr BuiltinRow kBuiltinRows[] = {
#define BUILTIN(id, name, receiver, arguments, result) {argument_count(arguments)},
#include "vm/model/builtins.def"
#undef BUILTIN
};

// How many meanings an enumerated operand has, by instruction and operand.
std::uint32_t meanings(Op op, unsigned operand) {
  switch (op) {
    case Op::READING: return 6;
    case Op::IS_COLOUR: case Op::RULE: case Op::TRIED: case Op::END: return 4;
    case Op::ANSWERED: return operand == 0 ? 2 : 3;
    case Op::FAILURE: return 3;
    case Op::DEFER: return 2;
    case Op::RUN: return 14;
    default: return 0;
  }
}

// What may stand only where the world may be touched.
bool touches_world(Op op) {
  switch (op) {
    case Op::ASK: case Op::GATE: case Op::DO: case Op::CHECK: case Op::GROUP: case Op::SLEEP: case Op::HUMAN: case Op::NOTIFY: case Op::STEP:
    case Op::LEAVE: case Op::CAUSE: case Op::TRIED: case Op::DEFER: case Op::END: case Op::SET_GLOBAL: case Op::CALL: case Op::RUNBOOK:
      return true;
    default: return false;
  }
}

class Verifier {
 public:
  explicit Verifier(const Program& program) : p_(program) {}

  std::vector<std::string> run() {
    if (p_.version != kImageVersion) say("the program is of version {}", p_.version);
    if (p_.code.size() > kMostWords) say("the program is too long");
    tables();
    runbook();
    if (problems_.empty()) functions();
    if (problems_.empty()) code();
    if (problems_.empty()) calls();
    if (problems_.empty()) {
      auto flowed = flow(p_);
      problems_ = std::move(flowed.problems);
      if (problems_.empty()) statements(flowed);
    }
    return std::move(problems_);
  }

 private:
  template <class... T> void say(fmt::format_string<T...> words, T&&... rest) {
    if (problems_.size() < 50) problems_.push_back(fmt::format(words, std::forward<T>(rest)...));
  }
  template <class T> bool index(std::uint32_t i, const std::vector<T>& table, std::string_view what) {
    if (i < table.size()) return true;
    say("{} {} of {}", what, i, table.size());
    return false;
  }
  template <class T> void maybe(std::int32_t i, const std::vector<T>& table, std::string_view what) {
    if (i == kNone) return;
    if (i < 0) say("{} {}", what, i);
    else index(static_cast<std::uint32_t>(i), table, what);
  }
  void site(std::uint32_t i) { index(i, p_.sites, "site"); }
  // Rungs' conditions and lengths are pure as well; what a rung's body may do is looked at where it stands.
  static bool quiet(const Function& function) { return function.kind == FunctionKind::expression || function.kind == FunctionKind::rung; }
  // A pure function that is given `parameters` values.
  void pure(std::int32_t i, std::uint32_t parameters, std::string_view what) {
    maybe(i, p_.functions, what);
    if (i < 0 || static_cast<std::size_t>(i) >= p_.functions.size()) return;
    const auto& function = p_.functions[static_cast<std::size_t>(i)];
    if (!quiet(function)) say("{} `{}` is no pure function", what, function.name);
    if (function.parameters != parameters) say("{} `{}` takes {} parameters, not {}", what, function.name, function.parameters, parameters);
  }

  void tables() {
    for (const auto& x : p_.sites) index(x.file, p_.files, "file");
    for (const auto& x : p_.lines) site(x.site);
    for (std::size_t i = 1; i < p_.lines.size(); ++i)
      if (p_.lines[i].pc <= p_.lines[i - 1].pc) say("the lines do not ascend");
    for (const auto& x : p_.templates) check_template(x);
    for (const auto& x : p_.resources)
      for (const auto& y : x.exports) maybe(y.secret, p_.secrets, "secret");
    for (const auto& x : p_.environments) environment(x);
    for (const auto& x : p_.checks) {
      for (auto r : x.resources) index(r, p_.resources, "resource");
      if (!index(x.function, p_.functions, "function")) continue;
      const auto& function = p_.functions[x.function];
      if (function.kind != FunctionKind::check) say("`{}` is no check", function.name);
      pure(x.title.function, function.parameters, "title");
    }
    for (const auto& x : p_.humans) {
      site(x.site);
      maybe(x.step, p_.runbook.steps, "step");
      maybe(x.ladder, p_.runbook.ladders, "ladder");
    }
    for (const auto& x : p_.notices) {
      site(x.site);
      for (auto r : x.to) index(r, p_.resources, "resource");
    }
  }

  void check_template(const Template& x) {
    site(x.site);
    if (!index(x.resource, p_.resources, "resource")) return;
    if (p_.resources[x.resource].parameters.size() != x.arguments) say("template `{}` gives its resource {} arguments", x.row, x.arguments);
    if (x.limit <= 0) say("template `{}` has no limit", x.row);
    if (x.holes > kMostOperands) say("template `{}` has too many holes", x.row);
    if (x.secret_holes.size() != x.holes || x.hole_names.size() != x.holes) say("template `{}` does not name its holes", x.row);
    if (x.shown.size() != x.shown_holes.size() + 1) say("template `{}` cannot be shown", x.row);
    for (auto hole : x.shown_holes)
      if (hole >= x.holes) say("template `{}` shows hole {} of {}", x.row, hole, x.holes);
    for (const auto& piece : x.pieces)
      if (piece.as == Piece::As::hole && piece.hole >= x.holes) say("template `{}` says hole {} of {}", x.row, piece.hole, x.holes);
  }

  void environment(const Environment& x) {
    for (const auto& binding : x.bindings) {
      if (!index(binding.resource, p_.resources, "resource")) continue;
      maybe(binding.via, p_.resources, "resource");
      for (const auto& piece : binding.address) {
        switch (piece.as) {
          case BindingPiece::As::literal: break;
          case BindingPiece::As::secret: index(piece.index, p_.secrets, "secret"); break;
          case BindingPiece::As::input: index(piece.index, p_.runbook.slots, "slot"); break;
          case BindingPiece::As::parameter: index(piece.index, p_.resources[binding.resource].parameters, "parameter"); break;
        }
      }
    }
    for (const auto& input : x.inputs) pure(input.function, 0, "an environment's input");
  }

  void runbook() {
    const auto& x = p_.runbook;
    for (const auto& input : x.inputs) {
      index(input.slot, x.slots, "slot");
      pure(input.preset, 0, "default");
    }
    if (x.slots.size() > kMostOperands) say("too many slots");
    if (index(x.main, p_.functions, "function") && (p_.functions[x.main].kind != FunctionKind::main || p_.functions[x.main].parameters != 0)) say("main is no main function");
    entry(x.afterwards, FunctionKind::afterwards, "afterwards");
    pure(x.goal_verdict, 0, "goal");
    for (const auto& called : x.called) {
      entry(called.afterwards, FunctionKind::afterwards, "afterwards");
      if (index(called.function, p_.functions, "function") && p_.functions[called.function].kind != FunctionKind::called) say("`{}` is no runbook", called.id);
      if (called.first_slot > x.slots.size() || called.slots > x.slots.size() - called.first_slot) say("the names of `{}` lie outside the slots", called.id);
    }
    for (const auto& ladder : x.ladders) {
      if (ladder.of == Ladder::Of::called) index(ladder.called, x.called, "runbook");
      for (const auto& rung : ladder.rungs) {
        site(rung.site);
        bool timed = rung.trigger != Rung::Trigger::when;
        if (timed == (rung.length == kNone)) say("a timed rung has a length, and only a timed one");
        if (!timed && rung.condition == kNone) say("a `when` rung has a condition");
        pure(rung.length, 0, "length");
        pure(rung.condition, 0, "condition");
        if (rung.body > INT32_MAX) say("rung body {}", rung.body);
        else entry(static_cast<std::int32_t>(rung.body), FunctionKind::rung, "rung");
      }
    }
    for (const auto& step : x.steps) {
      site(step.site);
      pure(step.title.function, 0, "title");
    }
    for (const auto& cause : x.causes) {
      site(cause.site);
      pure(cause.title.function, 0, "title");
    }
  }

  void entry(std::int32_t i, FunctionKind kind, std::string_view what) {
    maybe(i, p_.functions, what);
    if (i < 0 || static_cast<std::size_t>(i) >= p_.functions.size()) return;
    const auto& function = p_.functions[static_cast<std::size_t>(i)];
    if (function.kind != kind || function.parameters != 0) say("{} `{}` is a function of another kind", what, function.name);
  }

  void functions() {
    for (std::size_t i = 0; i < p_.functions.size(); ++i) {
      const auto& x = p_.functions[i];
      if (x.begin >= x.end || x.end > p_.code.size()) say("`{}` lies outside the code", x.name);
      if (x.parameters > x.locals || x.locals > kMostOperands) say("`{}` has {} parameters among {} locals", x.name, x.parameters, x.locals);
      if (x.exported.size() > x.locals) say("`{}` exports more names than it has", x.name);
      if (i > 0 && x.begin < p_.functions[i - 1].end) say("`{}` overlaps the function before it", x.name);
    }
    if (problems_.empty()) {
      const auto& main = p_.functions[p_.runbook.main];
      for (const auto& step : p_.runbook.steps)
        if (step.begin < main.begin || step.begin > step.end || step.end >= main.end) say("step `{}` lies outside main", step.name);
    }
  }

  void code() {
    for (const auto& function : p_.functions) {
      for (std::uint32_t pc = function.begin; pc < function.end;) {
        if (p_.code[pc] >= static_cast<std::uint32_t>(Op::kCount)) return say("at {}: {} is no instruction", pc, p_.code[pc]);
        auto op = static_cast<Op>(p_.code[pc]);
        if (function.end - pc < info(op).width) return say("at {}: {} is cut short", pc, info(op).name);
        auto before = problems_.size();
        instruction(function, op, pc);
        for (auto i = before; i < problems_.size(); ++i) problems_[i] = fmt::format("at {}: {}: {}", pc, info(op).name, problems_[i]);
        pc += info(op).width;
      }
    }
  }

  void instruction(const Function& function, Op op, std::uint32_t pc) {
    const auto* operand = &p_.code[pc] + 1;
    unsigned at = 0;
    for (char letter : info(op).operands) {
      if (letter == ' ') continue;
      std::uint32_t x = operand[at];
      switch (letter) {
        case 'k': index(x, p_.constants, "constant"); break;
        case 's': slot(function, op, x); break;
        case 'p': break;       // flow() follows jumps
        case 'n': number(op, x, at); break;
        case 'f': index(x, p_.functions, "function"); break;
        case 't': index(x, p_.templates, "template"); break;
        case 'c': index(x, p_.checks, "check"); break;
        case 'h': index(x, p_.humans, "human row"); break;
        case 'm': index(x, p_.notices, "notice"); break;
        case 'd': index(x, p_.names, "name"); break;
        case 'y': index(x, p_.types, "type"); break;
        case 'b':
          if (x >= std::size(kBuiltinRows)) say("method {}", x);
          else if (operand[1] != kBuiltinRows[x].arguments) say("method {} takes {} arguments", x, kBuiltinRows[x].arguments);
          break;
        case 'e':
          if (x >= meanings(op, at)) say("meaning {}", x);
          break;
        default: say("operand letter {}", letter);
      }
      ++at;
    }
    bool calls_pure = op == Op::CALL && operand[0] < p_.functions.size() && quiet(p_.functions[operand[0]]);
    if (function.kind == FunctionKind::expression && touches_world(op) && !calls_pure) say("a pure function touches nothing");
    if (function.kind == FunctionKind::rung && touches_world(op) && op != Op::NOTIFY && !calls_pure) say("a rung can only notify");
    bool check_only = op == Op::ANSWERED || op == Op::OK_RULE || op == Op::MEASURE || op == Op::AGAINST || op == Op::RULE || op == Op::JOIN;
    if (check_only && function.kind != FunctionKind::check) say("stands outside a check");
    if (function.kind == FunctionKind::check && (op == Op::DO || op == Op::GATE || op == Op::DEFER || op == Op::STEP || op == Op::LEAVE || op == Op::END || op == Op::SET_GLOBAL)) {
      say("a check may only look");
    }
    if ((op == Op::STEP || op == Op::LEAVE) && function.kind != FunctionKind::main) say("steps stand in main");
    if (problems_.empty()) arity(op, operand);
  }

  void arity(Op op, const std::uint32_t* operand) {
    auto same = [this](std::uint32_t given, std::size_t wanted) {
      if (given != wanted) say("{} values for {}", given, wanted);
    };
    switch (op) {
      case Op::ASK: case Op::DO: case Op::GATE: {
        const auto& what = p_.templates[operand[0]];
        same(operand[1], std::size_t{what.arguments} + what.holes);
        if (op == Op::ASK && what.effect > Effect::looks) say("a look that {}", spell(what.effect));
        break;
      }
      case Op::CHECK: case Op::VERDICT: same(operand[1], p_.functions[p_.checks[operand[0]].function].parameters); break;
      case Op::CALL:
        same(operand[1], p_.functions[operand[0]].parameters);
        if (p_.functions[operand[0]].kind != FunctionKind::procedure && !quiet(p_.functions[operand[0]])) say("`{}` cannot be called", p_.functions[operand[0]].name);
        break;
      case Op::RUNBOOK: same(operand[1], p_.functions[p_.runbook.called[operand[0]].function].parameters); break;
      case Op::WHERE:
        if (!quiet(p_.functions[operand[0]])) say("`{}` is no pure function", p_.functions[operand[0]].name);
        break;
      case Op::HUMAN: {
        const auto& row = p_.humans[operand[0]];
        same(operand[1], 1u + (row.has_default ? 1 : 0) + (row.has_limit ? 1 : 0));
        break;
      }
      case Op::TEXT: {
        const auto& words = p_.constants[operand[0]];
        bool texts = words.tag() == Tag::list;
        for (const auto& word : words.items()) texts = texts && word.tag() == Tag::text;
        if (!texts) say("constant {} is no list of texts", operand[0]);
        else same(operand[1], words.items().size() - 1);
        break;
      }
      case Op::MATCHES: case Op::SHOW: case Op::RULE:
        if (p_.constants[operand[op == Op::RULE ? 1 : 0]].tag() != Tag::text) say("its constant is no text");
        break;
      default: break;
    }
  }

  void slot(const Function& function, Op op, std::uint32_t x) {
    if (op == Op::GLOBAL || op == Op::SET_GLOBAL) index(x, p_.runbook.slots, "slot");
    else if (op == Op::WHERE ? x >= kMostOperands : x >= function.locals) say("slot {} of {}", x, function.locals);
  }

  void number(Op op, std::uint32_t x, unsigned at) {
    if (op == Op::STEP || op == Op::LEAVE) index(x, p_.runbook.steps, "step");
    else if (op == Op::RUNBOOK && at == 0) index(x, p_.runbook.called, "runbook");
    else if (op == Op::CAUSE || op == Op::TRIED) index(x, p_.runbook.causes, "cause");
    else if (op == Op::PRESENT) index(x, p_.resources, "resource");
    else if (op != Op::CAP && x > kMostOperands) say("{} values", x);
  }

  // Nothing recurses: neither calls, nor pure functions over lists, nor checks within checks.
  void calls() {
    std::vector<char> colour(p_.functions.size(), 0);
    for (std::uint32_t i = 0; i < p_.functions.size(); ++i) walk(i, colour, 0);
  }
  void walk(std::uint32_t i, std::vector<char>& colour, unsigned depth) {
    if (colour[i] == 2 || !problems_.empty()) return;
    if (colour[i] == 1 || depth > 200) return say("`{}` calls itself, or calls go too deep", p_.functions[i].name);
    colour[i] = 1;
    for (std::uint32_t pc = p_.functions[i].begin; pc < p_.functions[i].end;) {
      auto op = static_cast<Op>(p_.code[pc]);
      if (op == Op::CALL || op == Op::WHERE) walk(p_.code[pc + 1], colour, depth + 1);
      if (op == Op::RUNBOOK) walk(p_.runbook.called[p_.code[pc + 1]].function, colour, depth + 1);
      if (op == Op::CHECK) walk(p_.checks[p_.code[pc + 1]].function, colour, depth + 1);
      pc += info(op).width;
    }
    colour[i] = 2;
  }

  // Where a statement does not leave the stack as it was, it cannot be skipped; that is no mistake.
  void statements(const Flow& flowed) {
    std::uint32_t last = 0;
    for (const auto& x : p_.statements) {
      site(x.site);
      if (x.begin < last) say("the statements do not ascend");
      last = x.begin;
      const Function* home = nullptr;
      for (const auto& function : p_.functions)
        if (function.begin <= x.begin && x.begin < function.end) home = &function;
      if (!home || x.end < x.begin || x.end > home->end) {
        say("a statement from {} to {} lies outside its function", x.begin, x.end);
        continue;
      }
    }
    for (const auto& step : p_.runbook.steps) {
      const auto& first = flowed.states[step.begin];
      if (first.reached() && (first.height != 0 || !first.scopes.empty() || first.failures != 0)) say("step `{}` does not begin on an empty stack", step.name);
    }
  }

  const Program& p_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> verify(const Program& program) { return Verifier(program).run(); }

}  // namespace rbc
