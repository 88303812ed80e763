// `rbc look`: checks without a run. Their runbook's program gets another main, which looks at them as one group.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <set>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/session.hpp"
#include "run/headless.hpp"
#include "run/narrate.hpp"
#include "stdlib/world.hpp"
#include "vm/bytecode/assemble.hpp"
#include "vm/bytecode/image.hpp"

namespace rbc::cli {

namespace {

struct Seen {
  std::string runbook, check, title;
  Value verdict, measured;
  Micros took = 0;
};

class Onlooker final : public Prompter {
 public:
  explicit Onlooker(std::vector<Seen>& seen) : seen_(seen) {}
  void attach(Control& control) override { control_ = &control; inner_.attach(control); }
  void detach() override { control_ = nullptr; inner_.detach(); }
  void ask(const Request& request, std::function<void(Completion)> answered) override { inner_.ask(request, std::move(answered)); }
  void withdraw(const Key& key) override { inner_.withdraw(key); }
  void trace(const Trace& trace, bool) override {
    if (trace.what != Trace::What::check_ended || !control_) return;
    const Program& program = control_->program();
    if (trace.index < program.checks.size()) seen_.push_back({program.runbook.id, program.checks[trace.index].name, trace.title, trace.value, trace.measured, trace.took});
  }

 private:
  std::vector<Seen>& seen_;
  HeadlessPrompter inner_;
  Control* control_ = nullptr;
};

// The program with a main that looks at `checks`, and without whatever else a run does.
Program only_looking(Program program, const std::vector<std::uint32_t>& checks) {
  Function main;
  main.name = "look";
  main.kind = FunctionKind::main;
  Assembler assembler(program);
  main.begin = assembler.here();
  for (std::uint32_t check : checks) assembler.emit(Op::CHECK, {check, 0});
  assembler.emit(Op::GROUP);
  assembler.emit(Op::POP);
  std::uint32_t words = assembler.constant(Value::text("looked"));
  assembler.emit(Op::CONST, {words});
  assembler.emit(Op::END, {0});
  main.end = assembler.here();
  assembler.finish();
  program.functions.push_back(main);
  Runbook& book = program.runbook;
  // What was main would still be proved: only its first words stay, as a function that nobody calls.
  Function& before = program.functions[book.main];
  std::uint32_t nothing = assembler.constant(Value());
  std::uint32_t stub[] = {static_cast<std::uint32_t>(Op::CONST), nothing, static_cast<std::uint32_t>(Op::RETURN)};
  std::copy(std::begin(stub), std::end(stub), program.code.begin() + before.begin);
  before.end = before.begin + 3;
  before.kind = FunctionKind::expression;
  book.steps.clear();
  for (HumanInfo& human : program.humans) human.step = kNone;   // whose steps are gone
  program.statements.clear();
  book.main = static_cast<std::uint32_t>(program.functions.size() - 1);
  book.afterwards = kNone;
  book.ladders.clear();
  return program;
}

std::string lowered_id(std::string id) {
  for (char& c : id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return id;
}

// `name` or `RB-02.name`.
bool wanted(const std::vector<std::string>& words, const std::string& runbook, const std::string& check) {
  if (words.empty()) return true;
  for (const std::string& word : words) {
    size_t dot = word.find('.');
    if (dot == std::string::npos ? word == check : same_id(word.substr(0, dot), runbook) && word.substr(dot + 1) == check) return true;
  }
  return false;
}

// The runbooks that see a check which is wanted.
std::set<std::string> runbooks_asked(const Index& index, const std::vector<std::string>& words) {
  std::map<std::string, std::vector<const CheckEntry*>> by_runbook;   // in lower case; those of a file's top under ""
  for (const CheckEntry& check : index.checks) by_runbook[lowered_id(check.runbook)].push_back(&check);
  std::set<std::string> asked;
  for (const RunbookEntry& entry : index.runbooks)
    for (const std::string& key : {std::string(), lowered_id(entry.id)}) {
      const auto& checks = by_runbook[key];
      if (std::any_of(checks.begin(), checks.end(), [&](const CheckEntry* check) { return wanted(words, entry.id, check->name); })) asked.insert(entry.id);
    }
  return asked;
}

}  // namespace

int look(const Given& given) {
  Project project = find_project();
  if (!project.problem.empty()) return refuse(kUsage, project.problem);
  DiskSources sources;
  Index index = index_project(sources, project.files);
  std::vector<std::string> names;
  for (const CheckEntry& check : index.checks) names.push_back(check.name);
  for (const std::string& word : given.words) {
    bool found = false;
    for (const CheckEntry& check : index.checks) found = found || wanted({word}, check.runbook, check.name);
    if (!found) return refuse(kUsage, fmt::format("no check `{}` here.{}", word, suggestion(word, names)));
  }
  std::vector<Seen> seen;
  int code = kOk;
  size_t looked_at = 0;
  const std::set<std::string> asked = runbooks_asked(index, given.words);
  RunbookCompiler compiler(sources, catalogue(), project.settings);
  for (const RunbookEntry& entry : index.runbooks) {
    if (asked.count(entry.id) == 0) continue;
    Chosen chosen = choose_entry(compiler, entry);
    if (!chosen.program) {
      code = chosen.code;
      continue;
    }
    std::vector<std::uint32_t> checks;
    for (std::uint32_t i = 0; i < chosen.program->checks.size(); ++i) {
      const CheckInfo& check = chosen.program->checks[i];
      if (!wanted(given.words, entry.id, check.name) || check.name == "goal") continue;
      if (chosen.program->functions[check.function].parameters > 0) {
        if (!given.words.empty()) fmt::print(stderr, "rbc: {}.{} takes arguments, so it cannot be looked at alone.\n", entry.id, check.name);
        continue;
      }
      checks.push_back(i);
    }
    if (checks.empty()) continue;
    RunRequest request;
    request.environment = choose_environment(*chosen.program, given.get("env"), code);
    if (request.environment.empty()) return code;
    std::vector<std::pair<std::string, std::string>> extra = given.extra;
    for (auto& [name, text] : collect_inputs(*chosen.program, given.all("input"), extra, code)) request.inputs.push_back({name, text});
    if (code == kUsage) return code;
    Program program = only_looking(std::move(*chosen.program), checks);
    std::vector<std::string> faults = verify(program);
    if (!faults.empty()) return refuse(kBroken, fmt::format("this is a mistake in rbc itself, please report it: {}", faults[0]));
    request.image = save(program);
    request.program = std::make_shared<const Program>(std::move(program));
    request.project = project.root;
    request.operator_name = user_name();
    std::string problem;
    std::unique_ptr<Store> store = open_sqlite(":memory:", problem);   // a look is no run: nothing is kept
    if (!store) return refuse(kBroken, problem);
    Onlooker onlooker(seen);
    RunResult result = begin_run(request, *store, onlooker);
    for (const std::string& sentence : result.problems) code = refuse(result.exit_code, visible(sentence, false));
    looked_at += checks.size();
  }
  bool colour = colours(1), all_pass = true;
  std::size_t widest = 0;
  for (const Seen& each : seen) widest = std::max(widest, each.runbook.size() + 1 + each.check.size());
  for (const Seen& each : seen) {
    Colour verdict = each.verdict.colour();
    all_pass = all_pass && (verdict == Colour::green || verdict == Colour::amber);
    std::string why = visible(each.verdict.text(), false);
    if (why.empty() && each.measured.tag() != Tag::nothing) why = prose(each.measured);
    if (given.has("json")) {
      fmt::print("{{\"runbook\":{},\"check\":{},\"verdict\":\"{}\",\"why\":{},\"milliseconds\":{:.3f}}}\n", to_json_text(Value::text(each.runbook)),
                 to_json_text(Value::text(each.check)), spell(verdict), to_json_text(Value::text(why)), static_cast<double>(each.took) / 1000.0);
      continue;
    }
    Ink colour_of = verdict == Colour::green ? Ink::green : verdict == Colour::amber ? Ink::amber : verdict == Colour::red ? Ink::red : Ink::blind;
    fmt::print("{}  {:<{}}  {:>8}  {}{}\n", ink({{colour_of, fmt::format("{:<5}", spell(verdict))}}, colour), each.runbook + "." + each.check, widest,
               short_time(each.took), visible(each.title, false), why.empty() ? "" : ": " + why);
  }
  if (code) return code;
  if (looked_at == 0) return refuse(kUsage, "there is no check to look at.");
  return all_pass && seen.size() >= looked_at ? kOk : kFindings;
}

}  // namespace rbc::cli
