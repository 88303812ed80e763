#include "compiler/causes.hpp"
#include "compiler/emit_code.hpp"

namespace rbc::emission {

namespace {
constexpr std::uint32_t kReadDry = 12, kReadHeadless = 13;
constexpr Micros kLongestPause = 10 * kMinute;   // between retries that double (language.md 4.12)
constexpr std::int64_t kUsualRounds = 20;        // of a `for each` that does not say `at most`

std::int64_t int_in(const Tree& tree, NodeId node) { return int_of(tree.text(node)).value_or(0); }
}  // namespace

// Names that a round bound are not there in the next until it binds them.
void Emitter::forget(NodeRef block) {
  std::vector<NodeRef> open = {block};
  while (!open.empty()) {
    const NodeRef at = open.back();
    open.pop_back();
    if (kind(at) == Kind::CheckDef) continue;
    if (auto name = facts_.declares.find(at); name != facts_.declares.end()) {
      const Symbol& symbol = facts_.symbol(name->second);
      if (symbol.storage != Storage::none && symbol.kind == SymbolKind::value) {
        constant(nothing_here(symbol.name + " was not bound in this round"));
        store(symbol);
      }
    }
    for (NodeRef inner : all(at)) open.push_back(inner);
  }
}

void Emitter::for_each(NodeRef at) {
  const NodeRef most = child(at, Kind::AtMost), tolerating = child(at, Kind::Tolerating), body = child(at, Kind::Block);
  const Symbol& item = facts_.symbol(facts_.declares.at(at));
  const bool all_may_fail = tolerating && word(tolerating) == Word::All;
  const NodeRef tolerated = tolerating ? child(tolerating, Kind::Int) : NodeRef{};
  // Only who asks for the items that failed catches a round's failure; else the operator is asked at the line.
  const bool catches = tolerating || child(at, Kind::Otherwise);
  guarded(at, [&] {
    const NodeRef source = expression_of(at);
    const std::uint32_t list = temporary(), index = temporary(), left = temporary();
    expression(source);
    std::int64_t cap = most ? int_in(tree(most), nth(most, 0).node) : kUsualRounds;
    if (!most && kind(source) == Kind::List) cap = static_cast<std::int64_t>(expressions_of(source).size());
    op(Op::CAP, {static_cast<std::uint32_t>(cap)});
    set(list);
    set(index, Value::integer(0));
    set(left, Value::list({}));
    const Label again = code_.label(), done = code_.label(), next = code_.label(), failed = code_.label();
    code_.place(again);
    get(index);
    get(list);
    op(Op::LENGTH);
    op(Op::LESS);
    jump(Op::JUMP_FALSE, done);
    forget(body);
    get(list);
    get(index);
    op(Op::ITEM);
    store(item);
    if (catches) jump(Op::TRY, failed);
    block(body);
    here(at);
    if (catches) {
      op(Op::END_TRY);
      jump(Op::JUMP, next);
      code_.place(failed);
      get(left);
      load(item);
      op(Op::APPEND);
      set(left);
      if (!all_may_fail) {
        const Label tolerable = code_.label();
        get(left);
        op(Op::LENGTH);
        constant(Value::integer(tolerated ? int_in(tree(tolerated), tolerated.node) : 0));
        op(Op::LESS_EQUAL);
        jump(Op::JUMP_TRUE, tolerable);
        get(left);
        op(Op::FAILURE, {0});
        op(Op::FAIL_ITEMS);
        code_.place(tolerable);
      }
      op(Op::HANDLED);
    }
    code_.place(next);
    get(index);
    constant(Value::integer(1));
    op(Op::ADD);
    set(index);
    jump(Op::JUMP, again);
    code_.place(done);
  });
}

void Emitter::retry(NodeRef at) {
  const NodeRef body = child(at, Kind::Block), times = nth(at, 0), pause_node = nth(at, 1);
  guarded(at, [&] {
    const std::uint32_t left = temporary(), pause = temporary();
    set(left, Value::integer(int_in(tree(times), times.node)));
    length(pause_node);
    set(pause);
    const Label again = code_.label(), failed = code_.label(), done = code_.label(), give_up = code_.label();
    code_.place(again);
    forget(body);
    jump(Op::TRY, failed);
    block(body);
    here(at);
    op(Op::END_TRY);
    jump(Op::JUMP, done);
    code_.place(failed);
    get(left);
    constant(Value::integer(0));
    op(Op::EQUAL);
    jump(Op::JUMP_TRUE, give_up);
    op(Op::HANDLED);
    get(left);
    constant(Value::integer(1));
    op(Op::SUBTRACT);
    set(left);
    get(pause);
    op(Op::SLEEP);
    if (flag(at, Word::Doubling)) {
      const Label longest = code_.label(), set_it = code_.label();
      get(pause);
      get(pause);
      op(Op::ADD);
      constant(Value::duration(kLongestPause));
      op(Op::LESS_EQUAL);
      jump(Op::JUMP_FALSE, longest);
      get(pause);
      get(pause);
      op(Op::ADD);
      jump(Op::JUMP, set_it);
      code_.place(longest);
      constant(Value::duration(kLongestPause));
      code_.place(set_it);
      set(pause);
    }
    jump(Op::JUMP, again);
    code_.place(give_up);
    op(Op::RETHROW);
    code_.place(done);
  });
}

void Emitter::repeat(NodeRef at) {
  const NodeRef body = child(at, Kind::Block), times = nth(at, 0), until = nth(at, 1);
  guarded(at, [&] {
    const std::uint32_t left = temporary();
    const std::int64_t rounds = int_in(tree(times), times.node);
    set(left, Value::integer(rounds));
    const Label again = code_.label(), done = code_.label();
    code_.place(again);
    forget(body);
    block(body);
    here(at);
    condition(until);
    jump(Op::JUMP_TRUE, done);
    get(left);
    constant(Value::integer(1));
    op(Op::SUBTRACT);
    op(Op::DUP);
    set(left);
    constant(Value::integer(0));
    op(Op::EQUAL);
    jump(Op::JUMP_FALSE, again);
    fail(fmt::format("`{}` did not hold after {} rounds", text_of(until), rounds));
    code_.place(done);
  });
}

void Emitter::within(NodeRef at) {
  guarded(at, [&] {
    length(nth(child(at, Kind::Limit), 0));
    op(Op::WITHIN);
    block(child(at, Kind::Block));
    here(at);
    op(Op::END_WITHIN);
  });
}

void Emitter::require(NodeRef at) {
  const NodeRef refs = child(at, Kind::Refs);
  guarded(at, [&] {
    const Label passes = code_.label();
    group({refs});
    op(Op::PASSES);
    jump(Op::JUMP_TRUE, passes);
    op(Op::RUN, {kReadDry});
    jump(Op::JUMP_TRUE, passes);
    fail(fmt::format("{} does not pass", text_of(refs)));
    code_.place(passes);
  });
}

Emitter::Cadence Emitter::cadence(NodeRef at) const {
  const NodeRef node = child(at, Kind::Cadence);
  return {nth(node, 0), nth(node, 1)};
}

// Looks until the group is as wanted; goes to `failed` when the next look would come too late, and to `pretended` in a dry run, which looks once.
void Emitter::poll_loop(const std::vector<NodeRef>& refs, const Until& until, const Cadence& cadence, Label failed, Label pretended) {
  const std::uint32_t start = temporary(), streak = temporary(), since = temporary();
  op(Op::NOW);
  set(start);
  if (until.streak > 1 || until.held) set(streak, Value::integer(0));
  const Label again = code_.label(), done = code_.label(), sleep = code_.label(), other = code_.label();
  code_.place(again);
  group(refs);
  if (until.colour) op(Op::IS_COLOUR, {static_cast<std::uint32_t>(*until.colour)});
  else op(Op::PASSES);
  if (until.streak > 1) {
    jump(Op::JUMP_FALSE, other);
    get(streak);
    constant(Value::integer(1));
    op(Op::ADD);
    op(Op::DUP);
    set(streak);
    constant(Value::integer(until.streak));
    op(Op::EQUAL);
    jump(Op::JUMP_TRUE, done);
    jump(Op::JUMP, sleep);
  } else if (until.held) {
    const Label going_on = code_.label();
    jump(Op::JUMP_FALSE, other);
    get(streak);
    constant(Value::integer(0));
    op(Op::EQUAL);
    jump(Op::JUMP_FALSE, going_on);
    op(Op::NOW);
    set(since);
    set(streak, Value::integer(1));
    code_.place(going_on);
    length(until.held);
    op(Op::NOW);
    get(since);
    op(Op::SUBTRACT);
    op(Op::LESS_EQUAL);
    jump(Op::JUMP_TRUE, done);
    jump(Op::JUMP, sleep);
  } else {
    jump(Op::JUMP_TRUE, done);
  }
  code_.place(other);
  if (until.streak > 1 || until.held) set(streak, Value::integer(0));
  code_.place(sleep);
  op(Op::RUN, {kReadDry});
  jump(Op::JUMP_TRUE, pretended);
  op(Op::NOW);
  length(cadence.every);
  op(Op::ADD);
  get(start);
  length(cadence.during);
  op(Op::ADD);
  op(Op::LESS_EQUAL);
  jump(Op::JUMP_FALSE, failed);
  length(cadence.every);
  op(Op::SLEEP);
  jump(Op::JUMP, again);
  code_.place(done);
}

void Emitter::poll(NodeRef at) {
  const NodeRef refs = child(at, Kind::Refs);
  Until until;
  std::string wanted = "pass";
  if (const NodeRef colour = child(at, Kind::Colour)) {
    const Word which = word(colour);
    until.colour = which == Word::Green ? Colour::green : which == Word::Amber ? Colour::amber : which == Word::Red ? Colour::red : Colour::blind;
    wanted = fmt::format("become {}", spell(*until.colour));
  }
  if (const NodeRef streak = child(at, Kind::Streak)) until.streak = int_in(tree(streak), nth(streak, 0).node);
  if (const NodeRef held = child(at, Kind::Held)) until.held = nth(held, 0);
  const Cadence times = cadence(at);
  guarded(at, [&] {
    const Label failed = code_.label(), after = code_.label();
    poll_loop({refs}, until, times, failed, after);
    jump(Op::JUMP, after);
    code_.place(failed);
    fail(fmt::format("{} did not {} within {}", text_of(refs), wanted, text_of(times.during)));
    code_.place(after);
  });
}

void Emitter::watch(NodeRef at) {
  const NodeRef refs = child(at, Kind::Refs), tolerating = child(at, Kind::Tolerating);
  const std::int64_t tolerated = tolerating && child(tolerating, Kind::Int) ? int_in(tree(tolerating), child(tolerating, Kind::Int).node) : 0;
  const Cadence times = cadence(at);
  guarded(at, [&] {
    const std::uint32_t due = temporary(), last = temporary(), failing = temporary();
    op(Op::NOW);
    op(Op::DUP);
    set(due);
    length(times.during);
    op(Op::ADD);
    set(last);
    set(failing, Value::integer(0));
    const Label again = code_.label(), passed = code_.label(), next = code_.label(), skip = code_.label(), done = code_.label();
    code_.place(again);
    group({refs});
    op(Op::PASSES);
    jump(Op::JUMP_TRUE, passed);
    op(Op::RUN, {kReadDry});
    jump(Op::JUMP_TRUE, done);
    const Label too_many = code_.label();
    get(failing);
    constant(Value::integer(1));
    op(Op::ADD);
    op(Op::DUP);
    set(failing);
    constant(Value::integer(tolerated));
    op(Op::LESS_EQUAL);
    jump(Op::JUMP_TRUE, next);
    jump(Op::JUMP, too_many);
    code_.place(too_many);
    fail(tolerated == 0 ? fmt::format("{} does not pass", text_of(refs))
                        : fmt::format("{} failed {} times in a row", text_of(refs), tolerated + 1));
    code_.place(passed);
    set(failing, Value::integer(0));
    op(Op::RUN, {kReadDry});
    jump(Op::JUMP_TRUE, done);
    code_.place(next);
    // A round that took longer than its time skips those it missed.
    code_.place(skip);
    get(due);
    length(times.every);
    op(Op::ADD);
    set(due);
    get(due);
    op(Op::NOW);
    op(Op::LESS);
    jump(Op::JUMP_TRUE, skip);
    get(due);
    get(last);
    op(Op::LESS_EQUAL);
    jump(Op::JUMP_FALSE, done);
    get(due);
    op(Op::NOW);
    op(Op::SUBTRACT);
    op(Op::SLEEP);
    jump(Op::JUMP, again);
    code_.place(done);
  });
}

void Emitter::diagnose(NodeRef at) {
  const NodeRef refs = child(at, Kind::Refs);
  const Cadence times = cadence(at);
  guarded(at, [&] {
    const std::uint32_t last = temporary();   // the cause whose lines ran last
    const Label passes = code_.label(), after = code_.label();
    set(last, Value::integer(-1));
    group({refs});
    op(Op::PASSES);
    jump(Op::JUMP_TRUE, passes);
    std::vector<std::uint32_t> indices;
    for (NodeRef cause : all(at, Kind::Cause)) {
      here(cause);
      const auto index = static_cast<std::uint32_t>(program_.runbook.causes.size());
      indices.push_back(index);
      CauseInfo info;
      info.name = text_of(child(cause, Kind::Name));
      info.site = site(cause);
      program_.runbook.causes.push_back(info);
      std::vector<NodeRef> before, symptoms, body;
      for (NodeRef part : all(cause)) {
        if (kind(part) == Kind::Name || kind(part) == Kind::Title) continue;
        if (kind(part) == Kind::Symptom) symptoms.push_back(part);
        else if (symptoms.empty() && looked_at_for_symptoms(facts_, cause, part)) continue;
        else (symptoms.empty() ? before : body).push_back(part);
      }
      info.only_items = true;
      for (NodeRef part : body) info.only_items = info.only_items && (kind(part) == Kind::Item || kind(part) == Kind::Note);
      info.title = title(cause, 0, runbook_->locals);
      program_.runbook.causes[index] = info;

      const Label next = code_.label(), holds = code_.label();
      Seen seen;
      add(refs, seen);
      if (auto named = facts_.symptoms.find(cause); named != facts_.symptoms.end())
        for (const CheckMention& mention : named->second) add(Mention{mention.symbol, mention.node}, seen);
      op(Op::GROUP);
      op(Op::POP);
      // Notes after the first symptom belong to the lines; those above it are shown with the looks.
      for (NodeRef part : before) {
        if (kind(part) == Kind::Named) {
          recorded(part, [&] { bind(part); });
        } else {
          lines({part});
        }
      }
      here(cause);
      verdict(refs);
      op(Op::PASSES);
      jump(Op::JUMP_TRUE, passes);
      for (NodeRef symptom : symptoms) {
        here(symptom);
        const Label blind = code_.label(), beyond = code_.label();
        jump(Op::ATTEMPT, blind);
        condition(expression_of(symptom));
        op(Op::NEED);
        op(Op::END_TRY);
        jump(Op::JUMP_TRUE, holds);
        jump(Op::JUMP, beyond);
        code_.place(blind);
        op(Op::POP);
        code_.place(beyond);
      }
      here(cause);
      op(Op::TRIED, {index, 0});
      jump(Op::JUMP, next);

      code_.place(holds);
      const Label failed = code_.label(), look_again = code_.label(), no_help = code_.label();
      point(testing::Point::What::cause, cause);
      op(Op::CAUSE, {index});
      jump(Op::TRY, failed);
      lines(body);
      here(cause);
      op(Op::END_TRY);
      if (info.only_items) {
        // Headless nobody does them: they stand in the report, and the next cause is next.
        op(Op::RUN, {kReadHeadless});
        jump(Op::JUMP_TRUE, no_help);
      }
      set(last, Value::integer(index));
      jump(Op::JUMP, look_again);
      code_.place(failed);
      set(last, Value::integer(index));
      op(Op::TRIED, {index, 1});
      op(Op::HANDLED);
      jump(Op::JUMP, next);
      code_.place(look_again);
      poll_loop({refs}, {}, times, no_help, no_help);
      jump(Op::JUMP, passes);
      code_.place(no_help);
      op(Op::TRIED, {index, 2});
      code_.place(next);
    }
    here(at);
    op(Op::RUN, {kReadDry});
    jump(Op::JUMP_TRUE, after);
    fail(fmt::format("no cause is left, and {} does not pass", text_of(refs)));
    code_.place(passes);
    for (std::uint32_t index : indices) {
      const Label other = code_.label();
      get(last);
      constant(Value::integer(index));
      op(Op::EQUAL);
      jump(Op::JUMP_FALSE, other);
      op(Op::TRIED, {index, 3});
      code_.place(other);
    }
    code_.place(after);
  });
}

}  // namespace rbc::emission
