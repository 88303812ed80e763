// Tests of runbooks: that the runbook has what they name, that answers fit what is asked, and that what they expect can happen.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checker.hpp"
#include "compiler/testing.hpp"
#include "grammar/suggest.hpp"
#include "vm/bytecode/test_case.hpp"

namespace rbc::front {

namespace {

using testing::squeezed;

// Whether `said` can be what a template says once its holes are filled.
bool could_say(const Template& what, std::string_view said) {
  std::vector<std::string> parts;
  for (const std::string& part : what.shown) parts.push_back(part);
  if (parts.size() <= 1) return squeezed(parts.empty() ? std::string() : parts[0]) == said;
  // A mark that no utterance holds keeps the blanks around a hole apart while they are squeezed.
  std::string marked;
  for (std::size_t i = 0; i < parts.size(); ++i) marked += (i ? "\x01" : "") + parts[i];
  marked = squeezed(marked);
  std::size_t at = 0, from = 0;
  for (bool first = true;; first = false) {
    const auto end = marked.find('\x01', from);
    const std::string_view part = std::string_view(marked).substr(from, end == std::string::npos ? std::string::npos : end - from);
    if (end == std::string::npos) return said.size() >= at + part.size() && said.substr(said.size() - part.size()) == part;
    const auto found = first ? (said.substr(0, part.size()) == part ? 0 : std::string_view::npos) : said.find(part, at);
    if (found == std::string_view::npos) return false;
    at = found + part.size();
    from = end + 1;
  }
}

std::string near_help(std::string_view name, const std::vector<std::string>& names, std::string_view before = {}, std::string_view after = {}) {
  const std::string near = did_you_mean(name, std::vector<std::string_view>(names.begin(), names.end()));
  return near.empty() ? std::string() : fmt::format("Did you mean `{}{}{}`?", before, near, after);
}

}  // namespace

// ── what the run has ──

void Checker::gather(Testing& test, NodeRef body) {
  if (!test.bodies.insert(body).second) return;
  const Tree& there = facts.tree(body);
  std::vector<NodeId> left{body.node};
  while (!left.empty()) {
    const NodeId node = left.back();
    left.pop_back();
    const NodeRef at{body.file, node};
    switch (there.kind(node)) {
      case Kind::Step:
        if (body == test.runbook->def) test.steps.emplace_back(there.name(node));
        break;
      case Kind::Cause: test.causes.emplace_back(there.name(node)); break;
      case Kind::Utterance: test.utterances.push_back(at); break;
      case Kind::Notify:
      case Kind::Escalate:
        for (NodeId name : there.all(node, Kind::Name)) (there.kind(node) == Kind::Escalate || there.word(node) == Word::Page ? test.paged : test.told).insert(std::string(there.text(name)));
        break;
      case Kind::Approve:
      case Kind::Caution:
        if (const NodeId voters = there.child(node, Kind::Voters))
          for (NodeId name : there.all(voters, Kind::Name)) test.told.insert(std::string(there.text(name)));
        break;
      case Kind::Ref:
      case Kind::Var:
      case Kind::Apply:
      case Kind::Call:
        if (const auto use = facts.uses.find(at); use != facts.uses.end() && use->second.symbol != kNoSymbol) {
          const Symbol& symbol = facts.symbols[use->second.symbol];
          if (symbol.kind == SymbolKind::check || symbol.kind == SymbolKind::procedure || symbol.kind == SymbolKind::runbook) {
            if (symbol.kind == SymbolKind::check) test.names[symbol.name].push_back(use->second.symbol);
            gather(test, symbol.declared);
          }
        }
        break;
      default: break;
    }
    if (const auto declared = facts.declares.find(at); declared != facts.declares.end() && declared->second < facts.symbols.size()) {
      const Symbol& symbol = facts.symbols[declared->second];
      switch (symbol.kind) {
        case SymbolKind::input:
        case SymbolKind::value:
        case SymbolKind::check: test.names[symbol.name].push_back(declared->second); break;
        default: break;
      }
    }
    for (NodeId child : there.children(node)) left.push_back(child);
  }
}

void Checker::check_tests(std::uint32_t file) {
  file_ = file;
  std::map<std::string, NodeId> names;
  for (NodeId node : tree().all(tree().root(), Kind::Test)) {
    const NodeId name = tree().child(node, Kind::Name);
    if (!name) continue;
    const auto [there, fresh] = names.emplace(text(name), name);
    if (!fresh) error("E0207", name, fmt::format("`{}` is already a test here ({}).", text(name), where(ref(there->second))), "Call this one something else.");
    check_test(node);
  }
}

void Checker::check_test(NodeId node) {
  const auto runs = tree().all(node, Kind::TestRun);
  const bool broken = tree().child(node, Kind::Error) != 0;
  if (runs.empty()) {
    if (!broken) error("E0805", tree().child(node, Kind::Name), fmt::format("`test {}` runs nothing.", tree().name(node)), "Begin it with `run RUNBOOK headless`.");
    return;
  }
  for (NodeId line : tree().children(node)) {
    const Kind kind = tree().kind(line);
    if (kind == Kind::Name || kind == Kind::Title || kind == Kind::Note) continue;
    if (kind != Kind::TestRun && !broken) error("E0805", runs[0], "`run` comes before everything else of its test.");
    break;
  }
  if (runs.size() > 1) error("E0805", runs[1], "A test runs one runbook, once.", "Write a second test.").with({&tree().source(), tree().span(runs[0]), "the first"});
  at_ = {};
  at_.scope = &files[file_].visible;
  const NodeId name = tree().child(runs[0], Kind::Name);
  if (!name) return;
  const SymbolId id = find(at_.scope, text(name));
  const RunbookFacts* named = id != kNoSymbol && facts.symbols[id].kind == SymbolKind::runbook ? &facts.runbooks[facts.symbols[id].index] : runbook_named(text(name));
  if (!named) {
    if (is_lost(text(name))) return;
    std::vector<std::string> ids;
    for (const RunbookFacts& r : facts.runbooks) ids.push_back(r.id);
    const std::string near = near_help(text(name), ids);
    error("E0201", name, fmt::format("No runbook `{}` here.", text(name)), near.empty() ? std::string("Say `use FILE` at the top, with the file that it stands in.") : near);
    return;
  }
  TestFacts found;
  found.test = ref(node), found.run = ref(runs[0]);
  found.runbook = static_cast<std::uint32_t>(named - facts.runbooks.data());
  Testing test;
  test.runbook = named;
  test.found = &found;
  test.headless = tree().word(runs[0]) == Word::Headless;
  gather(test, named->def);
  test.names["goal"].push_back(named->goal_symbol);
  // Names resolve where the runbook is declared; in it, whichever block they stand in.
  Scope scope{&files[named->def.file].visible, {}};
  for (const auto& [spelled, symbols] : test.names) {
    if (find(&scope, spelled) != kNoSymbol) continue;
    // What a check, a procedure or a called runbook binds for itself has no value here.
    const auto seen = std::find_if(symbols.begin(), symbols.end(), [&](SymbolId id) {
      const Symbol& symbol = facts.symbols[id];
      if (symbol.kind != SymbolKind::value && symbol.kind != SymbolKind::input) return true;
      const Node& def = facts.tree(named->def)[named->def.node];
      return symbol.storage == Storage::global && symbol.declared.file == named->def.file && facts.tree(symbol.declared)[symbol.declared.node].begin >= def.begin &&
             facts.tree(symbol.declared)[symbol.declared.node].end <= def.end;
    });
    if (seen != symbols.end()) scope.names.emplace(spelled, *seen);
  }
  std::uint32_t locals = named->locals;
  at_.scope = &scope;
  at_.symptom = true;              // what is missing at that instant does not hold, and is no mistake
  frame_ = {&locals, nullptr};
  narrowed_.clear();
  test_run(test, runs[0]);
  test_lines(test, node, 0);
  at_ = {};
  found.locals = locals;
  tests.push_back(std::move(found));
}

void Checker::test_run(const Testing& test, NodeId node) {
  const RunbookFacts& r = *test.runbook;
  if (const NodeId in = tree().child(node, Kind::RunIn)) {
    const NodeId env = tree().child(in, Kind::Name);
    std::vector<std::string> names;
    for (const Environment& one : r.environments) names.push_back(one.name);
    if (env && std::find(names.begin(), names.end(), text(env)) == names.end()) error("E0201", env, fmt::format("{} sees no environment `{}`.", r.id, text(env)), near_help(text(env), names));
  }
  if (const NodeId allowing = tree().child(node, Kind::Allowing))
    for (NodeId step : tree().all(allowing, Kind::Name)) test_step(test, step, test.steps, "step");
  std::set<std::string> given;
  for (NodeId arg : tree().all(node, Kind::Arg)) {
    const NodeId key = tree().child(arg, Kind::Name), value = tree().expression(arg);
    const auto input = std::find_if(r.inputs.begin(), r.inputs.end(), [&](SymbolId one) { return facts.symbols[one].name == text(key); });
    if (input == r.inputs.end()) {
      std::vector<std::string> names;
      for (SymbolId one : r.inputs) names.push_back(facts.symbols[one].name);
      error("E0201", key, fmt::format("{} has no input `{}`.", r.id, text(key)), near_help(text(key), names));
      continue;
    }
    if (!given.insert(text(key)).second) error("E0209", key, fmt::format("`{}` is given twice.", text(key)), "Keep one.");
    argument(value, facts.symbols[*input].type, text(key));
  }
  // As a run does: the arguments, then the environment, then the default.
  if (const NodeId in = tree().child(node, Kind::RunIn))
    for (const Environment& one : r.environments)
      if (one.name == text(tree().child(in, Kind::Name)))
        for (const auto& set : one.inputs) given.insert(set.input);
  std::string unsaid, with;
  for (SymbolId one : r.inputs) {
    const Symbol& input = facts.symbols[one];
    if (given.contains(input.name) || input.type.is_optional() || facts.tree(input.declared).child(input.declared.node, Kind::Default)) continue;
    unsaid += fmt::format("{}`{}`", unsaid.empty() ? "" : ", ", input.name);
    with += fmt::format("{}{} = …", with.empty() ? "" : ", ", input.name);
  }
  if (!unsaid.empty()) error("E0201", node, fmt::format("{} needs {}, and the test does not say it.", r.id, unsaid), fmt::format("Write `with {}` at the end of the line.", with));
}

void Checker::test_step(const Testing& test, NodeId name, const std::vector<std::string>& known, std::string_view what) {
  if (std::find(known.begin(), known.end(), text(name)) != known.end()) return;
  error("E0201", name, fmt::format("{} has no {} `{}`.", test.runbook->id, what, text(name)), near_help(text(name), known));
}

// ── the lines ──

void Checker::test_lines(const Testing& test, NodeId node, Micros from) {
  Micros now = from;
  for (NodeId line : tree().children(node)) {
    switch (tree().kind(line)) {
      case Kind::Note: prose(line); break;
      case Kind::At: {
        const NodeId length = tree().child(line, Kind::Duration);
        const auto when = length ? duration_of(tree().text(length)) : std::nullopt;
        if (!when) {
          if (length) error("E0308", length, fmt::format("`{}` does not fit, or has its units out of order.", text(length)), "Write units from large to small, each once: `1h30m`.");
        } else if (*when > std::chrono::hours(366 * 24)) {
          error("E0308", length, fmt::format("`at {}` is over a year, and no run takes so long.", text(length)), "A run ends within 7 days; its ladders within 90.");
        } else {
          if (micros(*when) < now) error("E0802", length, fmt::format("The clock only runs forward: `at {}` comes after a later moment.", text(length)), "Put the lines in the order of their times.");
          now = std::max(now, micros(*when));
        }
        test_lines(test, line, now);
        break;
      }
      default: test_line(test, line); break;
    }
  }
}

void Checker::test_line(const Testing& test, NodeId line) {
  const Kind what = tree().kind(line);
  if (test.headless && (what == Kind::OperatorTicks || what == Kind::OperatorAnswers || what == Kind::OperatorJudges || what == Kind::OperatorSkips)) {
    error("E0804", line, fmt::format("{} runs headless in this test, and asks nobody.", test.runbook->id), "Say `interactive` in its first line, or leave this out.");
    return;
  }
  switch (what) {
    case Kind::GivenTurns: {
      const NodeId given = tree().child(line, Kind::Ref);
      test_check(test, given);
      const NodeId until = tree().child(line, Kind::GivenUntil);
      if (until) test_action(test, until, false);
      break;
    }
    case Kind::GivenUtterance: {
      const NodeId said = tree().child(line, Kind::Utterance);
      auto found = test_utterance(test, said, true);
      if (!found.empty()) test_replies(test, tree().child(line, Kind::Replies), found.front(), text(tree().child(said, Kind::Speaker)));
      test.found->spoken[ref(line)] = std::move(found);
      break;
    }
    case Kind::GivenRef: test_given(test, line); break;
    case Kind::OperatorAnswers: test_answer(test, tree().child(line, Kind::Arg)); break;
    case Kind::OperatorDecides:
    case Kind::Acknowledge:
      if (const NodeId name = tree().child(line, Kind::Name)) test.found->named[ref(name)] = resource_named(name, true);
      break;
    case Kind::OperatorJudges: {
      const SymbolId id = test_check(test, tree().child(line, Kind::Ref));
      if (id == kNoSymbol) break;
      if (facts.symbols[id].kind != SymbolKind::check) {
        error("E0806", tree().child(line, Kind::Ref), "The goal is several checks, and a person judges one.", "Name that one.");
        break;
      }
      const NodeRef def = facts.checks[facts.symbols[id].index].def;
      if (!facts.tree(def).child(def.node, Kind::Judge))
        error("E0806", tree().child(line, Kind::Ref), fmt::format("`{}` is not judged by a person.", facts.symbols[id].name), fmt::format("Say `given {} is …`.", facts.symbols[id].name));
      break;
    }
    case Kind::OperatorSkips: test_step(test, tree().child(line, Kind::Name), test.steps, "step"); break;
    case Kind::ExpectStep: test_step(test, tree().child(line, Kind::Name), test.steps, "step"); break;
    case Kind::ExpectCause: test_step(test, tree().child(line, Kind::Name), test.causes, "cause"); break;
    case Kind::ExpectDid: test_action(test, line, tree().flag(line, Word::Never)); break;
    case Kind::ExpectNotified: {
      const NodeId name = tree().child(line, Kind::Name);
      const SymbolId id = resource_named(name, true);
      if (id == kNoSymbol) break;
      test.found->named[ref(name)] = id;
      const bool paged = tree().word(line) == Word::Paged;
      if (paged) wakes(name);
      const std::string spelled = text(name);
      const bool some = paged ? test.paged.contains(spelled) : test.told.contains(spelled) || test.paged.contains(spelled);
      if (!some && !tree().flag(line, Word::Not) && (!paged || facts.resources[facts.symbols[id].index].kind == ResourceKind::contact))
        error("E0804", name, fmt::format("This can never hold: nothing in {} {} `{}`.", test.runbook->id, paged ? "pages" : "tells", spelled),
              paged && test.told.contains(spelled) ? fmt::format("It is told: `expect {} told`.", spelled) : std::string());
      break;
    }
    case Kind::ExpectThat:
      if (test_reads(test, tree().expression(line))) condition(tree().expression(line));
      break;
    default: break;
  }
}

// Whether what an expectation reads has a value outside of where it is bound.
bool Checker::test_reads(const Testing& test, NodeId expression) {
  std::vector<NodeId> names = tree().find(Kind::Var, expression);
  if (tree().kind(expression) == Kind::Var) names.push_back(expression);
  bool good = true;
  for (NodeId name : names) {
    const auto there = test.names.find(text(name));
    if (there == test.names.end() || find(at_.scope, text(name)) != kNoSymbol) continue;
    const NodeRef declared = facts.symbols[there->second.front()].declared;
    const auto check = std::find_if(facts.checks.begin(), facts.checks.end(), [&](const CheckFacts& one) {
      return one.def.file == declared.file && facts.tree(one.def)[one.def.node].begin < facts.tree(declared)[declared.node].begin &&
             facts.tree(declared)[declared.node].end <= facts.tree(one.def)[one.def.node].end;
    });
    const std::string holder = check == facts.checks.end() ? fmt::format("what {} calls", test.runbook->id) : fmt::format("the check `{}`", facts.symbols[check->symbol].name);
    error("E0201", name, fmt::format("`{}` lives inside {}, and nothing outside can read it.", text(name), holder),
          check == facts.checks.end() ? std::string() : fmt::format("Expect its verdict: `expect {} is green`.", facts.symbols[check->symbol].name));
    good = false;
  }
  return good;
}

// A check of the run, with its arguments; without any it means all of them.
SymbolId Checker::test_check(const Testing& test, NodeId given) {
  if (!given) return kNoSymbol;
  const NodeId name = tree().child(given, Kind::Name);
  const std::string spelled = text(name);
  const SymbolId id = find(at_.scope, spelled);
  const bool check = id != kNoSymbol && (facts.symbols[id].kind == SymbolKind::check || facts.symbols[id].kind == SymbolKind::goal);
  if (check && test.names.contains(spelled)) {
    if (tree().child(given, Kind::Args)) mention(name, tree().child(given, Kind::Args), given);
    test.found->named[ref(given)] = id;
    return id;
  }
  std::vector<std::string> names;
  for (const auto& [one, symbols] : test.names)
    if (const SymbolKind kind = facts.symbols[symbols.front()].kind; kind == SymbolKind::check || kind == SymbolKind::goal) names.push_back(one);
  error("E0201", name, check ? fmt::format("{} never looks at `{}`.", test.runbook->id, spelled) : fmt::format("{} has no check `{}`.", test.runbook->id, spelled), near_help(spelled, names));
  return kNoSymbol;
}

// What a name of the run is bound to: the utterances of its looks and actions.
std::vector<NodeRef> Checker::spoken_under(const Testing& test, std::string_view name) const {
  std::vector<NodeRef> found;
  const auto there = test.names.find(std::string(name));
  if (there == test.names.end()) return found;
  for (SymbolId id : there->second) {
    const NodeRef declared = facts.symbols[id].declared;
    if (facts.symbols[id].kind != SymbolKind::value || !declared) continue;
    const Tree& of = facts.tree(declared);
    NodeId holder = of.child(declared.node, Kind::Do);
    if (!holder) holder = of.child(declared.node, Kind::Probe);
    if (const NodeId said = holder ? of.child(holder, Kind::Utterance) : 0) found.push_back({declared.file, said});
  }
  return found;
}

// `given NAME`: a name of the run, a check by its look, or a resource.
void Checker::test_given(const Testing& test, NodeId line) {
  const NodeId given = tree().child(line, Kind::Ref), replies = tree().child(line, Kind::Replies);
  const NodeId name = given ? tree().child(given, Kind::Name) : 0;
  if (!name) return;
  const std::string spelled = text(name);
  if (auto said = spoken_under(test, spelled); !said.empty()) {
    test_replies(test, replies, said.front(), spelled);
    test.found->spoken[ref(line)] = std::move(said);
    return;
  }
  const SymbolId id = find(at_.scope, spelled);
  test.found->named[ref(line)] = id;
  if (const Resource* resource = resource_of(id); resource && resource->kind != ResourceKind::contact && resource->kind != ResourceKind::channel) {
    for (NodeRef said : test.utterances)
      if (const auto found = facts.utterances.find(said); found != facts.utterances.end() && facts.templates[found->second.tmpl].resource == facts.symbols[id].index)
        return test_replies(test, replies, {}, spelled);
    error("E0804", name, fmt::format("{} never speaks to `{}`.", test.runbook->id, spelled), "Nothing would be given by this.");
    return;
  }
  if (id != kNoSymbol && facts.symbols[id].kind == SymbolKind::check && test.names.contains(spelled)) {
    if (tree().child(given, Kind::Args)) mention(name, tree().child(given, Kind::Args), given);
    const NodeRef def = facts.checks[facts.symbols[id].index].def;
    const auto looks = facts.tree(def).find(Kind::Utterance, def.node);
    if (looks.size() > 1) error("E0806", name, fmt::format("`{}` has {} looks, so it is not clear which one answers this.", spelled, looks.size()), "Give each by its utterance.");
    else if (looks.empty()) error("E0806", name, fmt::format("`{}` has no look of its own.", spelled), fmt::format("Say `given {} is green`.", spelled));
    else test_replies(test, replies, {def.file, looks[0]}, spelled);
    return;
  }
  std::vector<std::string> names;
  for (const auto& [one, symbols] : test.names)
    if (facts.symbols[symbols.front()].kind == SymbolKind::check || !spoken_under(test, one).empty()) names.push_back(one);
  for (std::string_view candidate : candidates(at_.scope))
    if (const Resource* one = resource_of(find(at_.scope, candidate)); one && one->kind != ResourceKind::contact && one->kind != ResourceKind::channel) names.emplace_back(candidate);
  error("E0201", name, test.names.contains(spelled) ? fmt::format("`{}` is no look or action of {}.", spelled, test.runbook->id) : fmt::format("{} has no look, action or check `{}`.", test.runbook->id, spelled),
        near_help(spelled, names));
}

// `until …`, `expect did …`: an utterance, or the name of an action.
void Checker::test_action(const Testing& test, NodeId line, bool never) {
  if (const NodeId said = tree().child(line, Kind::Utterance)) {
    test.found->spoken[ref(line)] = test_utterance(test, said, !never);
    return;
  }
  const NodeId name = tree().child(line, Kind::Name);
  if (!name) return;
  const auto there = test.names.find(text(name));
  if (there == test.names.end()) {
    std::vector<std::string> names;
    for (const auto& [one, symbols] : test.names)
      if (const NodeRef declared = facts.symbols[symbols.front()].declared; declared && facts.tree(declared).child(declared.node, Kind::Do)) names.push_back(one);
    error("E0201", name, fmt::format("{} has no action `{}`.", test.runbook->id, text(name)), near_help(text(name), names));
    return;
  }
  const bool acts = std::any_of(there->second.begin(), there->second.end(), [&](SymbolId id) {
    const NodeRef declared = facts.symbols[id].declared;
    return declared && facts.tree(declared).child(declared.node, Kind::Do);
  });
  auto& spoken = test.found->spoken[ref(line)] = spoken_under(test, text(name));
  if (acts && spoken.empty()) {
    error("E0804", name, fmt::format("`{}` is what a call leaves, and says nothing itself.", text(name)), "Name one of the actions of what is called, or write its utterance.");
    return;
  }
  if (!acts) error("E0804", name, fmt::format("`{}` is no action, so it is never done.", text(name)), "What is done stands behind `do`: `x = do …`.");
}

// The lines of the run that can say this.
std::vector<NodeRef> Checker::test_utterance(const Testing& test, NodeId said, bool must) {
  const NodeId speaker = said ? tree().child(said, Kind::Speaker) : 0;
  const auto names = speaker ? tree().all(speaker, Kind::Name) : std::vector<NodeId>{};
  if (names.empty()) return {};
  const SymbolId id = resource_named(names[0], false);
  if (id == kNoSymbol) return {};
  test.found->named[ref(names[0])] = id;
  if (const NodeId args = tree().child(speaker, Kind::SpeakerArgs))
    for (NodeId argument : tree().children(args))
      if (tree().kind(argument) == Kind::Var) {
        error("E0804", argument, fmt::format("A test says to which one: `{}` is a name of the run.", text(argument)), fmt::format("Write the value, as in `{}(\"…\")`, or leave the brackets out for all of them.", text(names[0])));
        return {};
      }
  const std::string words = squeezed(capture(tree(), said).text);
  const char form = tree().word(speaker) == Word::Dollar ? '$' : '>';
  std::vector<std::string> others;
  std::vector<NodeRef> lines;
  for (NodeRef one : test.utterances) {
    const auto found = facts.utterances.find(one);
    if (found == facts.utterances.end()) {
      // A line that does not type was told; what it would have said cannot be known.
      must = false;
      continue;
    }
    const Template& what = facts.templates[found->second.tmpl];
    if (what.resource != facts.symbols[id].index || what.form != form || what.path.size() + 1 != names.size()) continue;
    bool same = true;
    for (std::size_t i = 1; i < names.size(); ++i) same &= what.path[i - 1] == text(names[i]);
    if (!same) continue;
    if (could_say(what, words) || squeezed(capture(facts.tree(one), one.node).text) == words) lines.push_back(one);
    else others.push_back(squeezed(what.shown.size() == 1 ? what.shown[0] : capture(facts.tree(one), one.node).text));
  }
  if (!must && lines.empty()) test_words(said, id);
  if (must && lines.empty()) {
    std::string near = did_you_mean(words, std::vector<std::string_view>(others.begin(), others.end()));
    if (near.empty() && others.size() == 1) near = others[0];
    error("E0804", said, fmt::format("No line of {} says this to `{}`.", test.runbook->id, text(names[0])), near.empty() ? std::string() : fmt::format("Did you mean `{}{} {}`?", text(names[0]), form, near));
  }
  return lines;
}

// What a run must never say is said nowhere in it, so it is read here as its resource reads it: with a slip in it, it would always hold.
void Checker::test_words(NodeId said, SymbolId resource) {
  // Without arguments all of a resource are meant.
  if (!facts.resources[facts.symbols[resource].index].parameters.empty() && !tree().child(tree().child(said, Kind::Speaker), Kind::SpeakerArgs)) return;
  const std::size_t before = diagnostics.size();
  const Context outside = at_;
  at_.caution = true;
  proof_ = true;
  utterance(said, true, true, 0);
  proof_ = false;
  at_ = outside;
  // That it changes or destroys something is what the test is about.
  const auto slip = [](const Diagnostic& one) {
    return (one.code.starts_with("E07") && one.code != "E0706" && one.code != "E0707") || (one.code == "E0201" && (one.message.find(" knows no `") != std::string::npos || one.message.find(" has no shell") != std::string::npos));
  };
  const auto from = diagnostics.begin() + static_cast<std::ptrdiff_t>(before);
  diagnostics.erase(std::remove_if(from, diagnostics.end(), [&](const Diagnostic& one) { return !slip(one); }), diagnostics.end());
}

// ── answers ──

void Checker::test_answer(const Testing& test, NodeId arg) {
  const NodeId key = arg ? tree().child(arg, Kind::Name) : 0;
  if (!key) return;
  const auto question = [&](SymbolId id) {
    const NodeRef declared = facts.symbols[id].declared;
    if (!declared) return false;
    const Kind kind = facts.tree(declared).kind(declared.node);
    return kind == Kind::Ask || kind == Kind::Choose;
  };
  const auto there = test.names.find(text(key));
  if (there != test.names.end())
    for (SymbolId id : there->second)
      if (question(id)) return argument(tree().expression(arg), facts.symbols[id].type, text(key));
  std::vector<std::string> names;
  for (const auto& [one, symbols] : test.names)
    if (question(symbols.front())) names.push_back(one);
  error("E0201", key, fmt::format("{} asks no question `{}`.", test.runbook->id, text(key)), near_help(text(key), names));
}

// `said`: what is answered, or nothing where it may be several things.
void Checker::test_replies(const Testing& test, NodeId replies, NodeRef said, std::string_view shown) {
  (void)test;
  if (!replies) return;
  Type answer;
  bool open = true;
  if (const auto found = said ? facts.utterances.find(said) : facts.utterances.end(); found != facts.utterances.end()) {
    answer = answer_type(facts.templates[found->second.tmpl].answer);
    open = open_answers_.contains(said) || (answer.is(TypeTag::rows) && answer->open);
  }
  const bool known = answer.is(TypeTag::record) || answer.is(TypeTag::rows);
  const bool output = answer.is(TypeTag::record) && answer->name == "output", response = answer.is(TypeTag::record) && answer->name == "response";
  const auto misfit = [&](NodeId reply, std::string_view word, std::string_view instead) {
    error("E0806", Span{tree()[reply].begin, tree()[reply].begin + static_cast<std::uint32_t>(word.size())}, fmt::format("`{}` answers with {}, and `{}` is none of it.", shown, output ? "what a command prints" : response ? "a response" : "values", word),
          fmt::format("Say {}.", instead));
  };
  const std::string_view instead = output ? "`prints …` or `exits N`" : response ? "`status N` or `body …`" : "`row name = value, …`, `no rows` or `value …`";
  for (NodeId reply : tree().all(replies, Kind::Reply)) {
    const Word word = tree().word(reply);
    switch (word) {
      case Word::Status:
      case Word::Body:
        if (known && !response) misfit(reply, spelling(word), instead);
        break;
      case Word::Exits:
      case Word::Prints:
        if (known && !output) misfit(reply, spelling(word), instead);
        break;
      case Word::Value: {
        const NodeId value = tree().expression(reply);
        const Type* field = known ? answer.field("value") : nullptr;
        if (known && !field && !open) misfit(reply, "value", instead);
        else test_cell(value, field ? field->present() : Type(), "value");
        break;
      }
      case Word::Row:
        if (output || response) {
          misfit(reply, "row", instead);
          break;
        }
        for (NodeId cell : tree().all(reply, Kind::Cell)) {
          const NodeId column = tree().first(cell);
          const std::string name = tree().field_name(column);
          const Type* field = known ? answer.field(name) : nullptr;
          if (known && !field && !open) {
            std::vector<std::string> names;
            for (const auto& [one, type] : answer->fields) names.push_back(one);
            std::string help = near_help(name, names);
            if (help.empty() && !names.empty() && names.size() <= 8) help = fmt::format("It answers `{}`.", fmt::join(names, "`, `"));
            error("E0201", column, fmt::format("`{}` answers no column `{}`.", shown, name), std::move(help));
          }
          test_cell(tree().expression(cell), field ? field->present() : Type(), name);
        }
        break;
      default: break;
    }
    prose_child(reply, Kind::Title);
  }
}

void Checker::test_cell(NodeId value, const Type& wanted, std::string_view name) {
  const Type is = expression(value, wanted.is(TypeTag::error) ? nullptr : &wanted);
  if (is.is(TypeTag::error) || wanted.is(TypeTag::error) || wanted.is(TypeTag::json) || fits(is, wanted)) return;
  if (is.is(TypeTag::text) && (wanted.is(TypeTag::one_of) || wanted.is(TypeTag::url) || wanted.is(TypeTag::instant))) return;
  error("E0301", value, fmt::format("`{}` is {}, and this is {}.", name, spell(wanted), spell(is)));
}

}  // namespace rbc::front
