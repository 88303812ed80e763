// Tests, beside the runbook that they test: their values become pure functions of its program, their names its rows.
#include <algorithm>
#include <cassert>

#include "compiler/emit_code.hpp"

namespace rbc::emission {

using testing::Act;
using testing::Action;
using testing::Expect;
using testing::Given;
using testing::Instant;
using testing::LookUse;
using testing::Point;
using testing::Reply;
using testing::TestCase;

namespace {

Colour colour_of(Word word) {
  switch (word) {
    case Word::Amber: return Colour::amber;
    case Word::Red: return Colour::red;
    case Word::Blind: return Colour::blind;
    default: return Colour::green;
  }
}

Micros micros_of(std::string_view text) {
  const auto length = duration_of(text);
  return length ? std::chrono::microseconds(*length).count() : 0;
}

template <class Rows>
std::uint32_t index_of(const Rows& rows, const std::string& name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  return found == rows.end() ? 0 : static_cast<std::uint32_t>(found - rows.begin());
}

}  // namespace

std::uint32_t Emitter::test_value(const TestFacts& test, NodeRef value, bool holds) {
  const std::uint32_t function = new_function("test", FunctionKind::expression);
  write(function, std::max(runbook_->locals, test.locals), [this, value, holds] {
    here(value);
    if (holds) condition(value);
    else expression(value);
    op(Op::RETURN);
  });
  return function;
}

std::vector<std::uint32_t> Emitter::test_templates(const TestFacts& test, NodeRef line) {
  std::vector<std::uint32_t> rows;
  const auto found = test.spoken.find(line);
  if (found != test.spoken.end())
    for (NodeRef said : found->second) rows.push_back(spoken(said));
  return rows;
}

// A goal is all of its checks.
std::vector<std::uint32_t> Emitter::test_checks(SymbolId id) {
  const Symbol& symbol = facts_.symbol(id);
  if (symbol.kind == SymbolKind::check) return {check(symbol.index)};
  std::vector<std::uint32_t> all_of_it;
  if (symbol.kind == SymbolKind::goal && facts_.runbooks[symbol.index].goal)
    for (const Mention& mention : mentions(facts_.runbooks[symbol.index].goal)) {
      const auto rows = test_checks(mention.symbol);
      all_of_it.insert(all_of_it.end(), rows.begin(), rows.end());
    }
  return all_of_it;
}

testing::Spoken Emitter::test_spoken(const TestFacts& test, NodeRef utterance) {
  testing::Spoken spoken;
  const NodeRef speaker = child(utterance, Kind::Speaker);
  const auto names = names_of(speaker);
  spoken.resource = facts_.symbol(test.named.at(child(speaker, Kind::Name))).index;
  spoken.path.assign(names.begin() + 1, names.end());
  spoken.form = word(speaker) == Word::Dollar ? '$' : '>';
  if (const NodeRef given = child(speaker, Kind::SpeakerArgs))
    for (NodeRef argument : expressions_of(given))
      spoken.arguments.push_back(kind(argument) == Kind::Text ? text_of(argument).substr(1, text_of(argument).size() - 2) : text_of(argument));
  spoken.words = testing::squeezed(capture(tree(utterance), utterance.node).text);
  return spoken;
}

Action Emitter::test_action(const TestFacts& test, NodeRef line) {
  Action action;
  if (const NodeRef said = child(line, Kind::Utterance)) {
    action.said = test_spoken(test, said);
    action.shown = testing::squeezed(text_of(said));
  } else {
    action.shown = text_of(child(line, Kind::Name));
    action.templates = test_templates(test, line);
  }
  return action;
}

std::vector<Reply> Emitter::test_replies(const TestFacts& test, NodeRef replies) {
  std::vector<Reply> sequence(1);
  for (NodeRef line : all(replies, Kind::Reply)) {
    Reply& reply = sequence.back();
    const auto number = [&] { return int_of(text_of(child(line, Kind::Int))).value_or(0); };
    const auto words = [&] {
      // A blank before the text belongs to the line, as a title's does.
      std::string text = capture(tree(line), line.node).text;
      return text.starts_with(' ') ? text.substr(1) : text;
    };
    switch (word(line)) {
      case Word::Then: sequence.emplace_back(); break;
      case Word::Row: {
        reply.as = Reply::As::rows;
        auto& row = reply.rows.emplace_back();
        for (NodeRef cell : all(line, Kind::Cell)) row.emplace_back(tree(cell).field_name(nth(cell, 0).node), test_value(test, expression_of(cell)));
        break;
      }
      case Word::Value:
        reply.as = Reply::As::value;
        reply.value = test_value(test, expression_of(line));
        break;
      case Word::Status:
        reply.as = Reply::As::response;
        reply.number = number();
        break;
      case Word::Body:
        if (reply.as != Reply::As::response) reply.as = Reply::As::response, reply.number = 200;
        reply.text = words();
        break;
      case Word::Prints:
        reply.as = Reply::As::output;
        reply.text = words();
        break;
      case Word::Exits:
        reply.as = Reply::As::output;
        reply.number = number();
        break;
      case Word::Takes: reply.takes = micros_of(text_of(child(line, Kind::Duration))); break;
      case Word::Rows: reply.as = Reply::As::rows; break;
      case Word::Answer: reply.way = Way::silence; break;
      case Word::Refuses:
      case Word::Unasked:
        reply.way = word(line) == Word::Refuses ? Way::refusal : Way::blindness;
        reply.reason = plain(child(line, Kind::Title));
        break;
      default: assert(false && "not an answer"); break;
    }
  }
  return sequence;
}

Given Emitter::test_given(const TestFacts& test, NodeRef line) {
  Given given;
  given.site = site(line);
  const NodeRef ref = child(line, Kind::Ref);
  const auto of_check = [&](SymbolId id) {
    given.of = Given::Of::check;
    given.checks = test_checks(id);
    if (const NodeRef args = child(ref, Kind::Args))
      for (NodeRef argument : expressions_of(args)) given.arguments.push_back(test_value(test, argument));
  };
  switch (kind(line)) {
    case Kind::GivenOthers: given.turns.push_back({colour_of(word(child(line, Kind::Colour))), 1}); break;
    case Kind::GivenTurns:
      of_check(test.named.at(ref));
      for (NodeRef turn : all(line, Kind::Turn)) {
        const NodeRef times = child(turn, Kind::Int);
        given.turns.push_back({colour_of(word(child(turn, Kind::Colour))), times ? int_of(text_of(times)).value_or(1) : 1});
      }
      if (const NodeRef until = child(line, Kind::GivenUntil)) given.until = test_action(test, until);
      break;
    case Kind::GivenUtterance:
      given.of = Given::Of::utterance;
      given.said = test_spoken(test, child(line, Kind::Utterance));
      given.templates = test_templates(test, line);
      break;
    default:
      given.templates = test_templates(test, line);
      if (!given.templates.empty()) {
        given.of = Given::Of::name;
      } else if (const Symbol& symbol = facts_.symbol(test.named.at(line)); symbol.kind == SymbolKind::resource) {
        given.of = Given::Of::resource;
        given.resource = symbol.index;
      } else {
        of_check(test.named.at(line));
      }
      break;
  }
  if (const NodeRef replies = child(line, Kind::Replies)) given.replies = test_replies(test, replies);
  return given;
}

Act Emitter::test_act(const TestFacts& test, NodeRef line) {
  Act act;
  act.site = site(line);
  const NodeRef name = child(line, Kind::Name);
  if (name) act.name = text_of(name);
  switch (kind(line)) {
    case Kind::OperatorTicks: act.what = Act::What::ticks; break;
    case Kind::OperatorDecides: act.what = word(line) == Word::Approves ? Act::What::approves : Act::What::refuses; break;
    case Kind::OperatorAnswers: {
      const NodeRef arg = child(line, Kind::Arg);
      act.what = Act::What::answers;
      act.name = text_of(child(arg, Kind::Name));
      act.value = test_value(test, expression_of(arg));
      break;
    }
    case Kind::OperatorJudges:
      act.what = Act::What::judges;
      act.check = test_checks(test.named.at(child(line, Kind::Ref))).front();
      act.colour = colour_of(word(child(line, Kind::Colour)));
      break;
    case Kind::OperatorSkips: act.what = Act::What::skips; break;
    case Kind::OperatorAborts: act.what = Act::What::aborts; break;
    case Kind::Acknowledge: act.what = Act::What::acknowledge; break;
    default: act.what = Act::What::crash; break;
  }
  return act;
}

Expect Emitter::test_expect(const TestFacts& test, NodeRef line) {
  Expect expect;
  expect.site = site(line);
  if (const NodeRef name = child(line, Kind::Name)) expect.name = text_of(name);
  if (flag(line, Word::Once)) expect.times = 1;
  else if (const NodeRef times = child(line, Kind::Int)) expect.times = int_of(text_of(times)).value_or(1);
  switch (kind(line)) {
    case Kind::ExpectNobody: expect.what = Expect::What::nobody; break;
    case Kind::ExpectOutcome:
      expect.what = Expect::What::outcome;
      expect.word = spelling(word(line));
      break;
    case Kind::ExpectStep:
      expect.what = Expect::What::step;
      expect.word = spelling(word(line));
      expect.index = index_of(program_.runbook.steps, expect.name);
      break;
    case Kind::ExpectCause:
      expect.what = Expect::What::cause;
      expect.word = spelling(word(line));
      expect.index = index_of(program_.runbook.causes, expect.name);
      break;
    case Kind::ExpectDid:
      expect.what = Expect::What::did;
      expect.negated = flag(line, Word::Never);
      expect.action = test_action(test, line);
      break;
    case Kind::ExpectNotified:
      expect.what = word(line) == Word::Paged ? Expect::What::paged : Expect::What::told;
      expect.negated = flag(line, Word::Not);
      expect.index = facts_.symbol(test.named.at(child(line, Kind::Name))).index;
      break;
    default: {
      const NodeRef condition_node = expression_of(line);
      expect.function = test_value(test, condition_node, true);
      std::vector<NodeRef> left{condition_node};
      while (!left.empty()) {
        const NodeRef at = left.back();
        left.pop_back();
        switch (kind(at)) {
          case Kind::And:
          case Kind::Or:
          case Kind::Not:
            for (NodeRef part : expressions_of(at)) left.push_back(part);
            break;
          case Kind::Compare:
          case Kind::Verdict: {
            const NodeRef part = nth(at, 0);
            expect.parts.emplace_back(text_of(part), test_value(test, part));
            break;
          }
          case Kind::Var: expect.parts.emplace_back(text_of(at), test_value(test, at)); break;
          default: break;
        }
      }
      std::reverse(expect.parts.begin(), expect.parts.end());
      break;
    }
  }
  return expect;
}

void Emitter::test_lines(const TestFacts& test, NodeRef owner, TestCase& into, Instant& instant) {
  for (NodeRef line : all(owner)) {
    switch (kind(line)) {
      case Kind::GivenOthers:
      case Kind::GivenUtterance:
      case Kind::GivenRef:
      case Kind::GivenTurns: instant.lines.emplace_back(test_given(test, line)); break;
      case Kind::OperatorTicks:
      case Kind::OperatorDecides:
      case Kind::OperatorAnswers:
      case Kind::OperatorJudges:
      case Kind::OperatorSkips:
      case Kind::OperatorAborts:
      case Kind::Acknowledge:
      case Kind::Crash: instant.lines.emplace_back(test_act(test, line)); break;
      case Kind::ExpectNobody:
      case Kind::ExpectOutcome:
      case Kind::ExpectStep:
      case Kind::ExpectCause:
      case Kind::ExpectDid:
      case Kind::ExpectNotified:
      case Kind::ExpectThat: instant.expects.push_back(test_expect(test, line)); break;
      case Kind::At: {
        Instant later;
        later.at = micros_of(text_of(child(line, Kind::Duration)));
        test_lines(test, line, into, later);
        into.instants.push_back(std::move(later));
        break;
      }
      default: break;
    }
  }
}

TestCase Emitter::test_case(const TestFacts& test) {
  TestCase made;
  made.name = text_of(child(test.test, Kind::Name));
  made.title = plain(child(test.test, Kind::Title));
  made.site = site(test.test);
  made.interactive = word(test.run) == Word::Interactive;
  if (const NodeRef in = child(test.run, Kind::RunIn)) made.environment = text_of(child(in, Kind::Name));
  if (const NodeRef allowing = child(test.run, Kind::Allowing)) made.allowing = names_of(allowing);
  for (NodeRef argument : all(test.run, Kind::Arg)) made.inputs.emplace_back(text_of(child(argument, Kind::Name)), test_value(test, expression_of(argument)));
  test_lines(test, test.test, made, made.start);
  return made;
}

// Which answers are read by more than a `show`, so that a test must give them, and by which line first.
std::vector<LookUse> Emitter::look_uses() {
  std::vector<LookUse> uses(program_.templates.size());
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> shown(facts_.trees.size());   // spans of `show` lines, by file
  for (std::uint32_t file = 0; file < facts_.trees.size(); ++file)
    for (const Node& node : facts_.trees[file]->nodes)
      if (node.kind == Kind::Show) shown[file].emplace_back(node.begin, node.end);
  const auto counts = [&](NodeRef at) {
    const Node& node = tree(at)[at.node];
    return std::none_of(shown[at.file].begin(), shown[at.file].end(), [&](const auto& span) { return span.first <= node.begin && node.end <= span.second; });
  };
  std::map<SymbolId, NodeRef> read;                                  // the first line that reads a name
  std::map<std::pair<std::uint32_t, NodeId>, NodeRef> above;         // and that reads `.x` of an utterance
  for (const auto& [at, use] : facts_.uses) {
    if (!counts(at)) continue;
    if (use.as == Use::As::symbol && (kind(at) == Kind::Var || kind(at) == Kind::Apply)) read.emplace(use.symbol, at);
    if (use.as == Use::As::answer) above.emplace(std::pair(use.utterance.file, use.utterance.node), at);
  }
  for (const auto& [at, hole] : facts_.holes)
    if (hole.use.as == Use::As::symbol && counts(at)) read.emplace(hole.use.symbol, at);

  const auto mark = [&](std::uint32_t tmpl, NodeRef reader) {
    if (uses[tmpl].reader == LookUse::kNoCheck) uses[tmpl].reader = static_cast<std::int32_t>(site(reader));
  };
  for (std::uint32_t file = 0; file < facts_.trees.size(); ++file) {
    std::vector<std::pair<NodeId, std::int32_t>> left{{0, LookUse::kNoCheck}};    // a node, and the check that it stands in
    while (!left.empty()) {
      auto [node, of] = left.back();
      left.pop_back();
      const NodeRef at{file, node};
      if (kind(at) == Kind::CheckDef)
        if (const auto declared = facts_.declares.find(at); declared != facts_.declares.end()) {
          const auto row = checks_.find(facts_.symbol(declared->second).index);
          of = row == checks_.end() ? LookUse::kNoCheck : static_cast<std::int32_t>(row->second);
        }
      if (kind(at) == Kind::Named || kind(at) == Kind::Bind || kind(at) == Kind::Probe || kind(at) == Kind::Do) {
        NodeRef holder = at;
        for (const Kind inner : {Kind::Do, Kind::Probe})
          if (kind(at) != inner && child(at, inner)) holder = child(at, inner);
        const NodeRef said = child(holder, Kind::Utterance);
        const auto facts = said ? facts_.utterances.find(said) : facts_.utterances.end();
        const auto row = facts == facts_.utterances.end() ? templates_.end() : templates_.find(facts->second.tmpl);
        if (row != templates_.end()) {
          LookUse& use = uses[row->second];
          if (of != LookUse::kNoCheck) {
            use.check = of;
            if (use.name.empty()) use.name = program_.checks[static_cast<std::size_t>(of)].name;
            mark(row->second, at);
          }
          if (const auto x = above.find({said.file, said.node}); x != above.end()) mark(row->second, x->second);
          if (kind(at) == Kind::Named || kind(at) == Kind::Bind) {
            use.name = text_of(child(at, Kind::Name));
            // What is caught when it does not come is waited for.
            if (child(at, Kind::Otherwise)) mark(row->second, at);
            if (const auto declared = facts_.declares.find(at); declared != facts_.declares.end())
              if (const auto x = read.find(declared->second); x != read.end()) mark(row->second, x->second);
          }
        }
      }
      for (NodeId next : tree(at).children(node)) left.emplace_back(next, of);
    }
  }
  return uses;
}

std::vector<Point> Emitter::reachable() {
  std::vector<Point> points;
  for (const Reached& each : points_) points.push_back({each.what, each.pc, site(each.at)});
  return points;
}

}  // namespace rbc::emission
