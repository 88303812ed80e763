#include "run/testing/rehearse.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "run/narrate.hpp"
#include "run/replay.hpp"
#include "run/session.hpp"
#include "run/testing/judge.hpp"
#include "run/testing/people.hpp"
#include "run/testing/world.hpp"
#include "vm/bytecode/image.hpp"
#include "vm/model/literal.hpp"

namespace rbc::testing {
namespace {

constexpr Micros kPatience = 7 * kDay;       // no run is waited for longer than a run may take

class Stage {
 public:
  Stage(const Prepared& prepared, const TestSuite& suite, const TestCase& test)
      : prepared_(prepared), program_(*prepared.program), suite_(suite), test_(test), world_(program_, suite, test, clock_), people_(program_, test), store_(open_memory()) {
    rehearsal_.verdict = [this](const Rehearsal::Look& look) { return world_.verdict(look); };
    world_.value = people_.value = [this](std::uint32_t function) { return value(function); };
    people_.check_of = [this](const std::string& fiber) { return world_.check_of(fiber); };
    world_.ungiven = [this](const Begun& said) { ungiven(said); };
    world_.unexpected = [this](const Begun& done) { unexpected(done); };
    row_.id = "test", row_.runbook = program_.runbook.id, row_.title = program_.runbook.title, row_.state = "open";
    row_.operator_name = "operator", row_.mode = test.interactive ? "interactive" : "headless";
    row_.image_hash = prepared.hash;
    store_->on_ready([this] { woken_ = true; });
  }

  Rehearsed run() {
    for (const auto& line : test_.start.lines)
      if (const Given* given = std::get_if<Given>(&line)) world_.give(*given);
    if (begin()) {
      for (const auto& line : test_.start.lines)
        if (const Act* each = std::get_if<Act>(&line)) act(*each);
      for (const Instant& instant : test_.instants) play(instant);
      go(std::max(clock_.passed(), kPatience));
      for (const Act* act : people_.unused())
        report({{}, act->site, kNone, clock_.passed(), "", "nothing asked for it", {}});
      judge(test_.start.expects);
    }
    Rehearsed done;
    done.findings = std::move(findings_);
    done.reached = std::move(rehearsal_.reached);
    tell(done.story);
    if (session_) done.outcome = session_->machine().outcome();
    done.took = clock_.passed();
    return done;
  }

 private:
  // ── the run ──

  bool begin() {
    StartRecord record;
    Start& start = record.start;
    start.mode = test_.interactive ? Mode::interactive : Mode::headless;
    start.may_change = true;
    start.allow = test_.allowing;
    start.environment = test_.environment;
    start.operator_name = row_.operator_name;
    start.zero = clock_.wall();
    start.bound.assign(program_.resources.size(), true);
    for (const Environment& environment : program_.environments) {
      if (environment.name != test_.environment) continue;
      for (std::uint32_t i = 0; i < program_.resources.size(); ++i)
        if (program_.resources[i].optional)
          start.bound[i] = std::any_of(environment.bindings.begin(), environment.bindings.end(), [&](const Binding& binding) { return binding.resource == i; });
    }
    if (!inputs(start)) return false;
    row_.environment = test_.environment;
    row_.started = clock_.wall();
    record.image_hash = row_.image_hash;
    std::uint64_t fence = 0;
    std::string problem = store_->create(row_, prepared_.image);
    if (problem.empty()) problem = store_->hold(row_.id, fence);
    if (!problem.empty()) {
      report({{}, test_.site, kNone, 0, "", problem, {}});
      return false;
    }
    make(fence);
    session_->begin(record);
    return true;
  }

  // As a run resolves them: what is given, else the environment's, else the default, which may read earlier ones.
  bool inputs(Start& start) {
    Machine blank(prepared_.program, Start{}, {});
    std::vector<InputGiven> given;
    std::vector<std::pair<std::string, Value>> exact;
    for (const auto& [name, function] : test_.inputs) {
      const Value value = blank.evaluate(function);
      exact.emplace_back(name, value);
      const bool words = value.tag() == Tag::text || value.tag() == Tag::option || value.tag() == Tag::url;
      given.push_back({name, words ? value.text() : value.tag() == Tag::list ? prose(value) : literal(value)});
    }
    InputsResolved resolved = resolve_inputs(program_, test_.environment, given);
    for (const std::string& problem : resolved.problems) report({{}, test_.site, kNone, 0, "", problem, {}});
    if (!resolved.problems.empty()) return false;
    start.inputs = std::move(resolved.values);
    for (std::size_t i = 0; i < program_.runbook.inputs.size() && i < start.inputs.size(); ++i)
      for (const auto& [name, value] : exact)
        if (program_.runbook.inputs[i].name == name && value.tag() != Tag::integer) start.inputs[i] = value;
    return true;
  }

  void make(std::uint64_t fence) {
    SessionSetup setup;
    setup.program = prepared_.program, setup.row = row_, setup.fence = fence;
    setup.store = store_.get(), setup.world = &world_, setup.prompter = &people_, setup.clock = &clock_;
    setup.rehearsal = &rehearsal_;
    setup.wake = [this] { woken_ = true; };
    session_ = std::make_unique<Session>(std::move(setup));
    people_.attach(*session_);
  }

  // Lets it go until it is over, nothing is due, or the clock shows `until`.
  void go(Micros until) {
    while (!broken_) {
      // What is written leads to what is said, which may be written again, until it is quiet.
      do {
        woken_ = false;
        session_->settle();
        store_->poll();
      } while (woken_);
      if (!session_->problem().empty()) {
        report({{}, test_.site, kNone, clock_.passed(), "", session_->problem(), {}});
        broken_ = true;
        return;
      }
      if (session_->over()) return;
      if (world_.deliver() || session_->fire()) continue;
      const Micros own = session_->next_due(), other = world_.next_due();
      const Micros next = own == 0 ? other : other == 0 ? own : std::min(own, other);
      if (next == 0 || next - VirtualClock::kBoot > until) return;
      clock_.advance_to(next - VirtualClock::kBoot);
    }
  }

  // What is due before the instant; its lines; the steps and the timers of that instant; then what is expected.
  void play(const Instant& instant) {
    if (instant.at > clock_.passed()) {
      go(instant.at - 1);
      clock_.advance_to(instant.at);
    }
    for (const auto& line : instant.lines) {
      if (const Given* given = std::get_if<Given>(&line)) world_.give(*given);
      if (const Act* each = std::get_if<Act>(&line)) act(*each);
    }
    go(instant.at);
    judge(instant.expects);
  }

  void act(const Act& act) {
    const bool people = act.what == Act::What::ticks || act.what == Act::What::approves || act.what == Act::What::refuses || act.what == Act::What::answers || act.what == Act::What::judges;
    if (people) return people_.act(act);
    if (session_->over() || broken_) {
      // After the end an acknowledgement finds nobody who waits for it, and there is nothing left to crash.
      if (act.what == Act::What::skips || act.what == Act::What::aborts) report({{}, act.site, kNone, clock_.passed(), "", "the run is over", {}});
      return;
    }
    switch (act.what) {
      case Act::What::acknowledge: session_->acknowledge(act.name); break;
      case Act::What::aborts: session_->abort(); break;
      case Act::What::skips: skip(act); break;
      case Act::What::crash: crash(); break;
      default: break;
    }
  }

  void skip(const Act& act) {
    // What happened up to now is what the operator sees.
    go(clock_.passed());
    const std::int32_t step = session_->machine().step();
    const std::string now = step == kNone ? std::string() : program_.runbook.steps[static_cast<std::size_t>(step)].name;
    if (session_->over() || now != act.name) {
      report({{}, act.site, kNone, clock_.passed(), "", session_->over() ? std::string("the run is over") : now.empty() ? std::string("no step has begun") : fmt::format("the run stands in `{}`", now), {}});
      return;
    }
    session_->skip_step();
  }

  // The process dies, and another takes the run up at once from what the journal holds.
  void crash() {
    world_.forget();
    people_.detach();
    session_->silence();
    store_->poll();
    session_.reset();
    store_->release(row_.id);
    std::uint64_t fence = 0;
    std::string problem = store_->hold(row_.id, fence);
    row_ = *store_->find(row_.id);
    Replayed replayed;
    if (problem.empty()) {
      replayed = replay(*store_, row_, [this, alive = live_](const Trace& trace) { people_.trace(trace, !*alive); }, &rehearsal_);
      problem = replayed.problem;
    }
    make(fence);
    if (problem.empty()) {
      *live_ = true;
      session_->resume(std::move(replayed));
      live_ = std::make_shared<bool>(false);
      return;
    }
    report({{}, test_.site, kNone, clock_.passed(), "", problem, {}});
    broken_ = true;
  }

  // ── what is not as the test says ──

  Value value(std::uint32_t function) const { return session_->machine().evaluate(function); }

  void report(Finding finding) {
    if (finding.expected.empty()) finding.expected = program_.sites[finding.site].text;
    findings_.push_back(std::move(finding));
  }

  void judge(const std::vector<Expect>& expects) {
    const Judge judged(program_, world_, people_, session_->machine(), suite_, rehearsal_);
    for (const Expect& expect : expects)
      if (std::string seen = judged.seen_instead(expect); !seen.empty()) report({{}, expect.site, kNone, clock_.passed(), "", std::move(seen), {}});
  }

  std::string place_of(std::uint32_t site) const {
    const std::string& file = program_.files[program_.sites[site].file];
    return fmt::format("{}:{}", file.substr(file.rfind('/') + 1), program_.sites[site].line);
  }

  void ungiven(const Begun& said) {
    const LookUse& use = suite_.looks[said.what];
    const Template& what = program_.templates[said.what];
    const std::string name = use.name.empty() ? shown(program_, said) : use.name;
    const std::string check = use.check == LookUse::kNoCheck ? std::string() : program_.checks[static_cast<std::size_t>(use.check)].name;
    std::string give = fmt::format("Add `given {}` and beneath it {}.", name, form_of(what.answer));
    if (!check.empty()) give = check == name ? fmt::format("Add `given {} is green`, or beneath `given {}` what its look is answered.", check, name) : fmt::format("Add `given {} is green`, or `given {}` and beneath it {}.", check, name, form_of(what.answer));
    told({"E0801", test_.site, static_cast<std::int32_t>(what.site), clock_.passed(), "",
          fmt::format("The test does not say what `{}` answers, and {} uses it.", name, place_of(static_cast<std::uint32_t>(use.reader))), std::move(give)});
  }

  // Once, however often the run comes by.
  void told(Finding finding) {
    const bool known = std::any_of(findings_.begin(), findings_.end(), [&](const Finding& each) { return each.code == finding.code && each.place == finding.place && each.seen == finding.seen; });
    if (!known) report(std::move(finding));
  }

  static std::string form_of(const Type& type) {
    if (type.is(TypeTag::record) && type->name == "output") return "`prints …`";
    if (type.is(TypeTag::record) && type->name == "response") return "`status 200`";
    if (type.is(TypeTag::record) && type->fields.size() == 1 && type.field("value")) return "`value …`";
    std::string columns;
    if (type.is(TypeTag::record) || type.is(TypeTag::rows))
      for (std::size_t i = 0; i < type->fields.size() && i < 3; ++i) columns += fmt::format("{}{} = …", i ? ", " : "", type->fields[i].first);
    return columns.empty() ? "its answer" : fmt::format("`row {}`", columns);
  }

  void unexpected(const Begun& done) {
    const Template& what = program_.templates[done.what];
    const std::string& bound = suite_.looks[done.what].name;
    const std::string name = bound.empty() ? shown(program_, done) : bound;
    told({"E0803", test_.site, static_cast<std::int32_t>(what.site), clock_.passed(), "", fmt::format("Nobody expected `{}` ({}).", name, place_of(what.site)),
          fmt::format("Give it an answer, or expect it: `expect did {}`.", name)});
  }

  void tell(std::vector<std::string>& story) const {
    Narrator narrator(program_);
    for (const Trace& trace : people_.traces)
      for (const Narrated& line : narrator.tell(trace)) {
        std::string text;
        for (const Stretch& stretch : line) text += stretch.text;
        story.push_back(fmt::format("{:>9}  {}", literal(Value::duration(trace.when.alive)), text));
      }
  }

  const Prepared& prepared_;
  const Program& program_;
  const TestSuite& suite_;
  const TestCase& test_;
  VirtualClock clock_;
  TestWorld world_;
  TestPeople people_;
  std::unique_ptr<Store> store_;
  Rehearsal rehearsal_;
  RunRow row_;
  std::unique_ptr<Session> session_;
  std::shared_ptr<bool> live_ = std::make_shared<bool>(false);
  std::vector<Finding> findings_;
  bool broken_ = false, woken_ = false;
};

}  // namespace

Prepared prepare(Program program) {
  Prepared prepared;
  prepared.image = save(program);
  prepared.hash = content_hash(program);
  prepared.program = std::make_shared<const Program>(std::move(program));
  return prepared;
}

Rehearsed rehearse(const Prepared& prepared, const TestSuite& suite, const TestCase& test) { return Stage(prepared, suite, test).run(); }

}  // namespace rbc::testing
