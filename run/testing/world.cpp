#include "run/testing/world.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "run/testing/answers.hpp"

namespace rbc::testing {
namespace {

// `RUN/FIBER/SITE/OCCURRENCE`, as key_text writes it; the fiber has slashes of its own.
std::string fiber_of(const std::string& key) {
  const auto from = key.find('/');
  const auto to = key.rfind('/', key.rfind('/') - 1);
  return key.substr(from + 1, to - from - 1);
}

}  // namespace

std::string shown(const Program& program, const Begun& begun, std::size_t most) {
  const Template& what = program.templates[begun.what];
  std::string arguments;
  for (const std::string& each : begun.arguments) arguments += fmt::format("{}\"{}\"", arguments.empty() ? "" : ", ", each);
  std::string words = program.resources[what.resource].name + (arguments.empty() ? "" : "(" + arguments + ")");
  for (const std::string& part : what.path) words += "." + part;
  words += fmt::format("{} {}", what.form, begun.said);
  if (words.size() <= most) return words;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0) == 0x80) --end;      // never within a character
  return words.substr(0, end) + "…";
}

TestWorld::TestWorld(const Program& program, const TestSuite& suite, const TestCase& test, VirtualClock& clock)
    : program_(program), suite_(suite), test_(test), clock_(clock), lines_of_(program.checks.size()) {
  for (std::uint32_t i = 0; i < suite.looks.size(); ++i)
    if (suite.looks[i].check != LookUse::kNoCheck) lines_of_[static_cast<std::size_t>(suite.looks[i].check)].push_back(i);
  const auto read = [&](const Instant& instant) {
    for (const auto& line : instant.lines) {
      if (const Given* given = std::get_if<Given>(&line); given && given->until) expected_.push_back(&*given->until);
      if (const Act* act = std::get_if<Act>(&line); act && act->what == Act::What::crash) crashes_ = true;
    }
    for (const Expect& expect : instant.expects)
      if (expect.what == Expect::What::did && !expect.negated) expected_.push_back(&expect.action);
  };
  read(test.start);
  for (const Instant& instant : test.instants) read(instant);
}

void TestWorld::give(const Given& given) { givens_.push_back({&given, begun.size(), {}}); }

// ── what is said ──

Begun TestWorld::filled(const Said& said) const {
  const Template& what = *said.what;
  Begun begun;
  begun.what = static_cast<std::uint32_t>(&what - program_.templates.data());
  begun.at = clock_.passed();
  begun.said = begun.written = what.shown.empty() ? "" : what.shown[0];
  for (std::size_t i = 0; i < what.shown_holes.size(); ++i) {
    const std::uint32_t hole = what.shown_holes[i];
    const std::string name = "<" + what.hole_names[hole] + ">";
    begun.written += name + what.shown[i + 1];
    const Value& value = said.holes[hole];
    const bool secret = what.secret_holes[hole] || value.tag() == Tag::secret;
    begun.said += (secret ? name : value.is_missing() ? std::string() : prose(value)) + what.shown[i + 1];
  }
  begun.said = squeezed(begun.said), begun.written = squeezed(begun.written);
  for (const Value& argument : said.arguments) begun.arguments.push_back(prose(argument));
  return begun;
}

bool TestWorld::says(const Spoken& spoken, const Begun& said) const {
  const Template& what = program_.templates[said.what];
  if (what.resource != spoken.resource || what.form != spoken.form || what.path != spoken.path) return false;
  if (!spoken.arguments.empty() && spoken.arguments != said.arguments) return false;
  return spoken.words == said.said || spoken.words == said.written;
}

bool TestWorld::matches(const Begun& done, const Action& action) const {
  if (action.said) return says(*action.said, done);
  return std::find(action.templates.begin(), action.templates.end(), done.what) != action.templates.end();
}

std::size_t TestWorld::count(const Action& action) const {
  return static_cast<std::size_t>(std::count_if(begun.begin(), begun.end(), [&](const Begun& each) { return matches(each, action); }));
}

bool TestWorld::expected(const Begun& said) const {
  return std::any_of(expected_.begin(), expected_.end(), [&](const Action* action) { return matches(said, *action); });
}

// ── which line of the test answers ──

bool TestWorld::of_check(const Active& active, const Looking& looking) const {
  const Given& given = *active.given;
  if (std::find(given.checks.begin(), given.checks.end(), looking.check) == given.checks.end()) return false;
  if (given.arguments.empty()) return true;
  if (given.arguments.size() != looking.arguments.size()) return false;
  for (std::size_t i = 0; i < given.arguments.size(); ++i)
    if (!(value(given.arguments[i]) == looking.arguments[i])) return false;
  return true;
}

TestWorld::Active* TestWorld::nearest(const Begun& said, const Looking* looking) {
  Active* best = nullptr;
  for (Active& active : givens_) {
    const Given& given = *active.given;
    bool fits = false;
    switch (given.of) {
      case Given::Of::utterance: fits = says(*given.said, said); break;
      case Given::Of::name: fits = std::find(given.templates.begin(), given.templates.end(), said.what) != given.templates.end(); break;
      case Given::Of::check: fits = given.turns.empty() && looking != nullptr && of_check(active, *looking); break;
      case Given::Of::resource: fits = given.resource == program_.templates[said.what].resource; break;
      case Given::Of::others: break;
    }
    if (fits && (!best || given.of >= best->given->of)) best = &active;
  }
  return best;
}

// The verdict that is nearer to a check than any answer to its looks. `by_line`: what is said is known, and nothing answers it by its words
// or its name; else a line that could answer one of its looks so goes before.
TestWorld::Active* TestWorld::verdict_for(const Looking& looking, bool by_line) {
  Active* best = nullptr;
  const auto& lines = lines_of_[looking.check];
  for (Active& active : givens_) {
    const Given& given = *active.given;
    bool fits = false;
    switch (given.of) {
      case Given::Of::utterance:
      case Given::Of::name:
        fits = !by_line && std::any_of(given.templates.begin(), given.templates.end(), [&](std::uint32_t line) { return std::find(lines.begin(), lines.end(), line) != lines.end(); });
        break;
      case Given::Of::check: fits = of_check(active, looking); break;
      case Given::Of::resource: fits = std::any_of(lines.begin(), lines.end(), [&](std::uint32_t line) { return program_.templates[line].resource == given.resource; }); break;
      case Given::Of::others: fits = true; break;
    }
    if (fits && (!best || given.of >= best->given->of)) best = &active;
  }
  return best && !best->given->turns.empty() ? best : nullptr;
}

Value TestWorld::take_turn(Active& active, const Looking& looking) {
  const Given& given = *active.given;
  const std::string reason = "as the test gives it";
  if (given.until)
    for (std::size_t i = active.since; i < begun.size(); ++i)
      if (matches(begun[i], *given.until)) return Value::verdict(Colour::green);
  std::int64_t& taken = active.taken[fmt::format("{}:{}", looking.check, encode(Value::list(looking.arguments)))];
  std::int64_t before = 0;
  for (std::size_t i = 0; i < given.turns.size(); ++i) {
    before += given.turns[i].times;
    if (taken >= before && i + 1 < given.turns.size()) continue;
    ++taken;
    return Value::verdict(given.turns[i].colour, given.turns[i].colour == Colour::green ? std::string() : reason);
  }
  return Value::verdict(Colour::green);
}

std::optional<Value> TestWorld::verdict(const Rehearsal::Look& look) {
  const std::string key = crashes_ ? fmt::format("{} {}", look.fiber, look.what) : std::string();
  if (crashes_)
    if (const auto known = known_.find(key); known != known_.end()) {
      if (!known->second) looking_.try_emplace(look.fiber, Looking{look.check, look.arguments, false});
      return known->second;
    }
  std::optional<Value> found;
  Looking& looking = look.what == kNone ? (looking_[look.fiber] = Looking{look.check, look.arguments, false}) : looking_[look.fiber];
  if (look.what == kNone) {
    if (Active* given = verdict_for(looking, false)) found = take_turn(*given, looking);
  } else if (!looking.answered) {
    Begun said;
    said.what = static_cast<std::uint32_t>(look.what), said.said = squeezed(look.said);
    const Template& what = program_.templates[said.what];
    for (std::uint32_t i = 0; i < what.arguments && i < look.values.size(); ++i) said.arguments.push_back(prose(look.values[i]));
    for (std::size_t i = 0; i < what.shown.size(); ++i) said.written += what.shown[i] + (i < what.shown_holes.size() ? "<" + what.hole_names[what.shown_holes[i]] + ">" : "");
    said.written = squeezed(said.written);
    const Active* answers = nearest(said, &looking);
    if (!answers || answers->given->of < Given::Of::name)
      if (Active* given = verdict_for(looking, true)) found = take_turn(*given, looking);
  }
  if (crashes_) known_[key] = found;
  if (found) looking_.erase(look.fiber);
  return found;
}

std::optional<std::uint32_t> TestWorld::check_of(const std::string& fiber) const {
  const auto found = looking_.find(fiber);
  return found == looking_.end() ? std::nullopt : std::optional(found->second.check);
}

const Reply* TestWorld::take_reply(Active& active) {
  const auto& replies = active.given->replies;
  if (replies.empty()) return nullptr;
  std::int64_t& taken = active.taken[{}];
  return &replies[static_cast<std::size_t>(std::min<std::int64_t>(taken++, static_cast<std::int64_t>(replies.size()) - 1))];
}

// ── the world ──

void TestWorld::ask(Said said, std::function<void(Answer)> answered) {
  const Template& what = *said.what;
  Begun now = filled(said);
  const auto looking = looking_.find(fiber_of(said.key));
  Looking* check = looking == looking_.end() ? nullptr : &looking->second;
  Active* given = nearest(now, check);
  const bool changes = what.effect >= Effect::changes;
  Answer answer;
  if (changes) {
    if (!given && !expected(now)) unexpected(now);
    begun.push_back(now);
    answer = answer_of(what, given ? take_reply(*given) : nullptr, value, clock_.wall());
  } else if (given) {
    answer = answer_of(what, take_reply(*given), value, clock_.wall());
    if (check) check->answered = true;
  } else if (program_.resources[what.resource].kind == ResourceKind::clock) {
    answer.value = Value::record({"value"}, {Value::instant(clock_.wall())}).answered(true, 0, clock_.wall());
  } else {
    if (suite_.looks[now.what].reader != LookUse::kNoCheck) ungiven(now);
    answer.way = Way::blindness;
    answer.reason = "not given";
  }
  Micros takes = answer.took;
  if (said.limit != 0 && takes > said.limit) {
    takes = said.limit;
    answer = {};
    answer.way = Way::silence, answer.took = takes, answer.in_doubt = changes;
    answer.reason = fmt::format("no answer within {}", prose(Value::duration(said.limit)));
  }
  waiting_.push_back({clock_.boot() + takes, order_++, said.id, [answered = std::move(answered), answer = std::move(answer)] { answered(answer); }});
}

void TestWorld::cancel(std::uint64_t id) {
  std::erase_if(waiting_, [&](const Waiting& each) { return each.id == id; });
}

void TestWorld::notify(Notice notice, std::function<void(std::string)> delivered) {
  sent.push_back({notice.resource, notice.page, notice.text, clock_.passed()});
  waiting_.push_back({clock_.boot(), order_++, notice.id, [delivered = std::move(delivered)] { delivered({}); }});
}

bool TestWorld::deliver() {
  const auto first = std::min_element(waiting_.begin(), waiting_.end(), [](const Waiting& a, const Waiting& b) { return std::pair(a.due, a.order) < std::pair(b.due, b.order); });
  if (first == waiting_.end() || first->due > clock_.boot()) return false;
  const auto answer = std::move(first->answer);
  waiting_.erase(first);
  answer();
  return true;
}

Micros TestWorld::next_due() const {
  Micros due = 0;
  for (const Waiting& each : waiting_) due = due == 0 ? each.due : std::min(due, each.due);
  return due;
}

}  // namespace rbc::testing
