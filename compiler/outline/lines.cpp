// Lines of a block, as people read them.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/outline/build.hpp"

namespace rbc::outline {

Effect graver(Effect a, Effect b) { return static_cast<Effect>(std::max(static_cast<int>(a), static_cast<int>(b))); }

namespace {

bool line_goes_on(const Line& line) {
  const auto branch = [&](BranchKind kind) { return std::find_if(line.branches.begin(), line.branches.end(), [&](const Branch& b) { return b.kind == kind; }); };
  const auto any = [&](auto fits) { return std::any_of(line.branches.begin(), line.branches.end(), [&](const Branch& b) { return fits(b.kind) && b.goes_on; }); };
  switch (line.kind) {
    case LineKind::escalate: case LineKind::end: case LineKind::fail: return false;
    case LineKind::when:
      return branch(BranchKind::no) == line.branches.end() || any([](BranchKind k) { return k == BranchKind::yes || k == BranchKind::no; });
    case LineKind::depending: return any([](BranchKind k) { return k == BranchKind::arm; });
    case LineKind::caution: case LineKind::within: return any([](BranchKind k) { return k == BranchKind::body || k == BranchKind::fails; });
    default: return true;
  }
}

std::string language(Language spoken, char sign) {
  switch (spoken) {
    case Language::sql: return "sql";
    case Language::words: return sign == '$' ? "sh" : "text";
    case Language::shell: return "sh";
    case Language::http: return "http";
    case Language::promql: return "promql";
  }
  return "text";
}

}  // namespace

bool goes_on(const std::vector<Line>& lines) { return std::all_of(lines.begin(), lines.end(), line_goes_on); }

std::vector<NodeRef> Builder::children(NodeRef node) const {
  std::vector<NodeRef> all;
  if (node)
    for (NodeId id : tree(node).children(node.node)) all.push_back({node.file, id});
  return all;
}

std::vector<Line> Builder::lines(const std::vector<NodeRef>& nodes) {
  std::vector<Line> out;
  for (NodeRef node : nodes) out.push_back(line(node));
  return out;
}

std::vector<Line> Builder::block(NodeRef parent) {
  return lines(children(child(parent, Kind::Block)));
}

void Builder::branch(NodeRef node, Kind which, BranchKind as, Line& line) {
  const NodeRef found = child(node, which);
  if (!found) return;
  Branch made;
  made.kind = as;
  if (which == Kind::Block) {
    made.lines = lines(children(found));
  } else {
    for (NodeRef note : children(found))
      if (kind(note) == Kind::Note) made.lines.push_back(this->line(note));
    for (Line& each : block(found)) made.lines.push_back(std::move(each));
  }
  made.goes_on = goes_on(made.lines);
  line.branches.push_back(std::move(made));
}

void Builder::otherwise(NodeRef node, Line& line) { branch(node, Kind::Otherwise, BranchKind::fails, line); }

std::string Builder::limit(NodeRef node) const {
  const NodeRef found = child(node, Kind::Limit);
  return found ? " within " + words_.length({found.file, tree(found).first(found.node)}) : "";
}

Spoken Builder::spoken(NodeRef utterance, Effect& effect) {
  Spoken said;
  const NodeRef speaker = child(utterance, Kind::Speaker);
  said.sign = word(speaker) == Word::Dollar ? '$' : '>';
  said.resource = tree(speaker).text(speaker.node);
  while (!said.resource.empty() && (said.resource.back() == '>' || said.resource.back() == '$' || said.resource.back() == ' ')) said.resource.pop_back();
  said.text = capture(tree(utterance), utterance.node).text;
  while (!said.text.empty() && (said.text.back() == '\n' || said.text.back() == ' ')) said.text.pop_back();
  const auto found = facts_.utterances.find(utterance);
  if (found == facts_.utterances.end()) return said;
  const Template& made = facts_.templates[found->second.tmpl];
  said.limit = made.limit;
  said.repeatable = made.repeatable;
  said.language = language(made.language, said.sign);
  effect = graver(effect, made.effect);
  return said;
}

Line Builder::line(NodeRef node) {
  Line made;
  made.number = number(node);
  fill(node, made);
  return made;
}

void Builder::fill(NodeRef node, Line& line) {
  switch (kind(node)) {
    case Kind::Note: line.kind = LineKind::note, line.words = words_.text(node); break;
    case Kind::Item: item(node, line); break;
    case Kind::CheckDef: check(node, line); break;
    case Kind::CheckUse: line.kind = LineKind::checks, line.effect = Effect::looks, line.words = "Look at " + words_.refs(child(node, Kind::Refs)); break;
    case Kind::Do: act(node, line); break;
    case Kind::Probe: look(node, line); break;
    case Kind::Bind: case Kind::Named: bind(node, line); break;
    case Kind::Show: line.kind = LineKind::show, line.words = "Read " + words_.value(expression(node)); break;
    case Kind::Require: case Kind::Poll: case Kind::Watch: case Kind::Wait: patience(node, line); break;
    case Kind::When: when(node, line); break;
    case Kind::Depending: depending(node, line); break;
    case Kind::ForEach: case Kind::Retry: case Kind::Repeat: case Kind::Within: loop(node, line); break;
    case Kind::Diagnose: diagnose(node, line); break;
    case Kind::Ask: case Kind::Choose: question(node, line); break;
    case Kind::Confirm: case Kind::Approve: case Kind::Caution: gate(node, line); break;
    case Kind::Notify: case Kind::Escalate: notify(node, line); break;
    case Kind::End:
      line.kind = LineKind::end;
      line.words = fmt::format("End: {}{}{}", spelling(word(node)), child(node, Kind::Title) ? ". " : "", title(node));
      break;
    case Kind::Fail: line.kind = LineKind::fail, line.words = "This fails: " + title(node); break;
    default: line.kind = LineKind::note, line.words = std::string(tree(node).text(node.node)); break;
  }
}

void Builder::look(NodeRef node, Line& line) {
  line.kind = LineKind::look;
  line.effect = Effect::looks;
  line.spoken.push_back(spoken(child(node, Kind::Utterance), line.effect));
  line.words = "Look at " + code(line.spoken.back().resource) + limit(node);
}

void Builder::act(NodeRef node, Line& line) {
  if (const NodeRef utterance = child(node, Kind::Utterance)) {
    line.kind = LineKind::act;
    line.effect = Effect::changes;
    line.spoken.push_back(spoken(utterance, line.effect));
    line.words = "Do this on " + code(line.spoken.back().resource) + limit(node);
    if (tree(node).flag(node.node, Word::Repeatable)) line.details.push_back("may be done twice");
  } else if (const NodeRef call = child(node, Kind::Call)) {
    line.kind = LineKind::call;
    line.effect = Effect::changes;
    line.name = name(call);
    line.words = "Do " + code(line.name) + limit(node);
    if (const Symbol* meant = words_.symbol(child(call, Kind::Name)); meant && meant->kind == SymbolKind::procedure) {
      const NodeRef def = facts_.procedures[meant->index].def;
      if (const std::string called = title(def); !called.empty()) line.words = fmt::format("Do “{}”{}", called, limit(node));
      if (const auto found = facts_.destroys.find(def); found != facts_.destroys.end() && found->second) line.effect = Effect::destroys;
    }
    if (const Symbol* meant = words_.symbol(child(call, Kind::Name)); meant && meant->kind == SymbolKind::runbook)
      line.words = fmt::format("Run {}: {}{}", facts_.runbooks[meant->index].id, facts_.runbooks[meant->index].title, limit(node));
    for (NodeId arg : tree(call).all(call.node, Kind::Arg))
      line.details.push_back(fmt::format("{} = {}", code(tree(call).name(arg)), words_.value({call.file, tree(call).expression(arg)})));
  }
  line.headless = "goes; in a protected environment only with " + code("--may change");
  otherwise(node, line);
  branch(node, Kind::Leaving, BranchKind::leaving, line);
  branch(node, Kind::Undo, BranchKind::undo, line);
}

void Builder::bind(NodeRef node, Line& line) {
  line.name = name(node);
  if (const NodeRef done = child(node, Kind::Do)) {
    act(done, line);
    const auto called = line.kind == LineKind::call ? line.name : std::string();
    line.name = called.empty() ? name(node) : called;
  } else if (const NodeRef probe = child(node, Kind::Probe)) {
    look(probe, line);
  } else {
    line.kind = LineKind::value;
    if (const NodeRef pick = child(node, Kind::Pick)) {
      const auto parts = children(pick);
      line.words = parts.size() == 3 ? fmt::format("{} is {} if {}, else {}", code(line.name), words_.value(parts[0]), words_.condition(parts[1]), words_.value(parts[2])) : "";
    } else {
      line.words = fmt::format("{} is {}", code(line.name), words_.value(expression(node)));
    }
  }
  if (line.kind == LineKind::look || line.kind == LineKind::act) line.words += fmt::format(", and keep the answer as {}", code(name(node)));
  otherwise(node, line);
}

void Builder::rule(NodeRef node, Line& line) {
  const NodeRef when = child(node, Kind::RuleWhen);
  line.details.push_back(fmt::format("{} {} {}", spelling(word(node)), spelling(word(when)), words_.condition(expression(when))));
}

void Builder::silence(NodeRef def, Line& line) {
  bool rules = false;
  for (NodeRef part : children(def)) rules = rules || kind(part) == Kind::Rule || kind(part) == Kind::Judge || kind(part) == Kind::CheckUse;
  for (NodeId probe : tree(def).find(Kind::Utterance, def.node)) {
    const auto found = facts_.utterances.find({def.file, probe});
    if (found == facts_.utterances.end() || (!found->second.ok_rule && rules)) continue;
    const Template& said = facts_.templates[found->second.tmpl];
    if (said.language == Language::http) line.details.push_back("red unless the status is 2xx");
    else if (said.language == Language::shell || facts_.resources[said.resource].kind == ResourceKind::command) line.details.push_back("red unless it exits with 0");
    else if (!rules) line.details.push_back("green if it answers");
    return;
  }
}

void Builder::check(NodeRef def, Line& line) {
  line.kind = LineKind::check;
  line.effect = Effect::looks;
  line.name = name(def);
  line.words = title(def).empty() ? code(line.name) : title(def);
  for (NodeRef part : children(def)) {
    switch (kind(part)) {
      case Kind::Note: line.notes.push_back(words_.text(part)); break;
      case Kind::Probe: line.spoken.push_back(spoken(child(part, Kind::Utterance), line.effect)); break;
      case Kind::Named:
        if (const NodeRef probe = child(part, Kind::Probe)) line.spoken.push_back(spoken(child(probe, Kind::Utterance), line.effect));
        else line.details.push_back(fmt::format("{} is {}", code(name(part)), words_.value(expression(part))));
        break;
      case Kind::CheckUse: line.details.push_back("looks at " + words_.refs(child(part, Kind::Refs))); break;
      case Kind::Rule: rule(part, line); break;
      case Kind::Silence: line.details.push_back(fmt::format("no answer is {}", spelling(word(part)))); break;
      case Kind::Judge: judge(part, line); break;
      default: break;
    }
  }
  silence(def, line);
}

void Builder::judge(NodeRef node, Line& line) {
  line.details.push_back("a person judges: " + title(node));
  const NodeRef colour = child(node, Kind::Colour);
  line.headless = colour ? fmt::format("is {}", tree(colour).text(colour.node)) : "is blind: nobody judges";
  answered_by(node, line);
}

void Builder::patience(NodeRef node, Line& line) {
  line.effect = Effect::looks;
  const std::string what = words_.refs(child(node, Kind::Refs));
  std::string every, until;
  if (const auto lengths = children(child(node, Kind::Cadence)); lengths.size() == 2) every = words_.length(lengths[0]), until = words_.length(lengths[1]);
  if (kind(node) == Kind::Wait) {
    line.kind = LineKind::wait, line.effect = Effect::pure;
    line.words = "Wait " + words_.length({node.file, tree(node).first(node.node)});
  } else if (kind(node) == Kind::Require) {
    line.kind = LineKind::require;
    line.words = "Go on only if this passes: " + what;
  } else if (kind(node) == Kind::Poll) {
    line.kind = LineKind::poll;
    const NodeRef colour = child(node, Kind::Colour), streak = child(node, Kind::Streak), held = child(node, Kind::Held);
    line.words = fmt::format("Wait until {} {}", what, colour ? fmt::format("is {}", tree(colour).text(colour.node)) : "passes");
    if (streak) line.words += fmt::format(", {} times in a row", tree(streak).text(tree(streak).first(streak.node)));
    if (held) line.words += fmt::format(", and stays so for {}", words_.length({held.file, tree(held).first(held.node)}));
    line.words += fmt::format(": look every {}, for at most {}", every, until);
  } else {
    line.kind = LineKind::watch;
    line.words = fmt::format("Watch {} for {}: look every {}", what, until, every);
    if (const NodeRef tolerating = child(node, Kind::Tolerating))
      line.words += fmt::format(", tolerate {} bad {} in a row", tree(tolerating).text(tree(tolerating).first(tolerating.node)),
                                tree(tolerating).text(tree(tolerating).first(tolerating.node)) == "1" ? "look" : "looks");
  }
  otherwise(node, line);
}

void Builder::when(NodeRef node, Line& line) {
  line.kind = LineKind::when;
  line.words = "If " + words_.condition(expression(node));
  Branch yes;
  yes.kind = BranchKind::yes;
  yes.words = words_.condition(expression(node));
  yes.lines = block(node);
  yes.goes_on = goes_on(yes.lines);
  line.branches.push_back(std::move(yes));
  for (NodeId other : tree(node).all(node.node, Kind::ElseWhen)) {
    Branch next;
    next.kind = BranchKind::yes;
    next.words = words_.condition(expression({node.file, other}));
    next.lines = block({node.file, other});
    next.goes_on = goes_on(next.lines);
    line.branches.push_back(std::move(next));
  }
  branch(node, Kind::Otherwise, BranchKind::no, line);
}

void Builder::depending(NodeRef node, Line& line) {
  line.kind = LineKind::depending;
  line.words = "It depends on " + words_.value(expression(node));
  for (NodeId id : tree(node).all(node.node, Kind::Arm)) {
    const NodeRef arm{node.file, id};
    Branch made;
    made.kind = BranchKind::arm;
    std::vector<std::string> cases;
    for (NodeRef part : children(arm))
      if (kind(part) != Kind::Block) cases.emplace_back(tree(part).text(part.node));
    made.words = word(arm) == Word::Anything ? "anything else" : listed(cases, "or");
    made.lines = block(arm);
    made.goes_on = goes_on(made.lines);
    line.branches.push_back(std::move(made));
  }
}

void Builder::loop(NodeRef node, Line& line) {
  const NodeId first = tree(node).first(node.node);
  if (kind(node) == Kind::ForEach) {
    line.kind = LineKind::each;
    line.words = fmt::format("For each {} of {}", code(name(node)), words_.value(expression(node)));
    if (const NodeRef most = child(node, Kind::AtMost)) line.details.push_back(fmt::format("at most {}", tree(most).text(tree(most).first(most.node))));
    if (const NodeRef tolerating = child(node, Kind::Tolerating))
      line.details.push_back(word(tolerating) == Word::All ? "failures are collected" : fmt::format("{} may fail", tree(tolerating).text(tree(tolerating).first(tolerating.node))));
  } else if (kind(node) == Kind::Retry) {
    line.kind = LineKind::retry;
    line.words = fmt::format("If it fails, try again up to {} times, {} apart{}", tree(node).text(first), words_.length({node.file, tree(node).next(first)}),
                             tree(node).flag(node.node, Word::Doubling) ? ", twice as long each time" : "");
  } else if (kind(node) == Kind::Repeat) {
    line.kind = LineKind::repeat;
    line.words = fmt::format("Repeat up to {} times, until {}", tree(node).text(first), words_.condition(expression(node)));
  } else {
    line.kind = LineKind::within;
    line.words = "Do all of this" + limit(node);
  }
  branch(node, Kind::Block, BranchKind::body, line);
  otherwise(node, line);
}

void Builder::diagnose(NodeRef node, Line& line) {
  line.kind = LineKind::diagnose;
  const NodeRef cadence = child(node, Kind::Cadence);
  const auto lengths = children(cadence);
  line.words = fmt::format("Try these causes in order, until {} passes", words_.refs(child(node, Kind::Refs)));
  if (lengths.size() == 2) line.details.push_back(fmt::format("after each fix, look every {} for up to {}", words_.length(lengths[0]), words_.length(lengths[1])));
  for (NodeId id : tree(node).all(node.node, Kind::Cause)) line.branches.push_back(cause({node.file, id}));
  otherwise(node, line);
}

Branch Builder::cause(NodeRef node) {
  Branch made;
  made.kind = BranchKind::cause;
  made.name = name(node);
  made.words = title(node).empty() ? made.name : title(node);
  bool judged = false;
  for (NodeRef part : children(node)) {
    switch (kind(part)) {
      case Kind::Name: case Kind::Title: break;
      case Kind::Symptom: made.reasons.push_back(words_.condition(expression(part))), judged = true; break;
      default: (judged ? made.lines : made.evidence).push_back(line(part)); break;
    }
  }
  made.goes_on = goes_on(made.lines);
  return made;
}

}  // namespace rbc::outline
