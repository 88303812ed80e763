#include "tests/unit/run/fake.hpp"

#include "vm/bytecode/image.hpp"

namespace rbc::fake {

std::uint32_t Lines::say(const std::string& words, Effect effect, bool repeatable, Micros limit) {
  Template t;
  t.resource = kWeb, t.row = effect == Effect::looks ? "http.look" : "http.change", t.language = Language::http;
  t.effect = effect, t.repeatable = repeatable, t.limit = limit, t.shown = {words};
  t.pieces = {{Piece::As::method, Escape::none, false, 0, ""}, {Piece::As::literal, Escape::none, false, 0, words}};
  t.answer = Type::record({{"status", Type(TypeTag::integer)}});
  p_.templates.push_back(t);
  return static_cast<std::uint32_t>(p_.templates.size() - 1);
}

void Lines::line(const std::function<void()>& write) {
  const std::uint32_t begin = a.here();
  write();
  p_.statements.push_back({begin, a.here(), 0});
}

void Lines::page(std::uint32_t whom, const std::string& words, NoticeInfo::What what) {
  p_.notices.push_back({what, {whom}, 0});
  line([&] { push(Value::text(words)), a.emit(Op::NOTIFY, {static_cast<std::uint32_t>(p_.notices.size() - 1)}); });
}

void Lines::escalate(std::uint32_t whom, const std::string& words) {
  p_.notices.push_back({NoticeInfo::What::escalate, {whom}, 0});
  line([&] {
    push(Value::text(words)), a.emit(Op::NOTIFY, {static_cast<std::uint32_t>(p_.notices.size() - 1)});
    push(Value::text("it is beyond us")), a.emit(Op::END, {1});
  });
}

void Lines::human(HumanInfo info, const std::string& title, const std::vector<Value>& values) {
  info.step = 0;
  p_.humans.push_back(std::move(info));
  line([&] {
    push(Value::text(title));
    for (const Value& value : values) push(value);
    a.emit(Op::HUMAN, {static_cast<std::uint32_t>(p_.humans.size() - 1), static_cast<std::uint32_t>(values.size() + 1)});
    a.emit(Op::POP);
  });
}

void Lines::within(Micros limit, const std::function<void()>& block) {
  push(Value::duration(limit));
  a.emit(Op::WITHIN);
  block();
  a.emit(Op::END_WITHIN);
}

void Lines::otherwise(const std::function<void()>& block, const std::function<void()>& handler) {
  const auto failed = a.label(), on = a.label();
  a.emit_to(Op::TRY, failed);
  block();
  a.emit(Op::END_TRY);
  a.emit_to(Op::JUMP, on);
  a.place(failed);
  handler();
  a.emit(Op::HANDLED);
  a.place(on);
}

std::shared_ptr<const Program> program(const std::function<void(Lines&)>& step, const std::vector<RungOf>& rungs) {
  auto made = std::make_shared<Program>();
  Program& p = *made;
  p.files = {"rb-t.runbook"};
  p.sites = {{0, 1, 1, "line"}};
  p.resources.resize(3);
  p.resources[kWeb].kind = ResourceKind::http, p.resources[kWeb].name = "web";
  p.resources[kDba].kind = ResourceKind::contact, p.resources[kDba].name = "dba";
  p.resources[kLead].kind = ResourceKind::contact, p.resources[kLead].name = "lead";
  Environment env;
  env.name = "here";
  for (std::uint32_t i = 0; i < p.resources.size(); ++i) {
    p.resources[i].used = true;
    env.bindings.push_back({i, {{BindingPiece::As::literal, i == kWeb ? "http://127.0.0.1" : "log", 0}}, kNone});
  }
  p.environments = {env};
  p.runbook.id = "RB-T", p.runbook.title = "A test";
  p.runbook.steps = {{"fix", {"Fix it", kNone}, 0, 0, 0}};
  Lines lines(p);
  Assembler& a = lines.a;
  a.at(0);
  a.emit(Op::STEP, {0});
  step(lines);
  p.runbook.steps[0].end = a.emit(Op::LEAVE, {0});
  lines.push(Value::text("all is well"));
  a.emit(Op::END, {0});
  const auto function = [&](std::string name, FunctionKind kind, std::uint32_t begin) {
    Function f;
    f.name = std::move(name), f.kind = kind, f.begin = begin, f.end = a.here();
    p.functions.push_back(f);
    return static_cast<std::uint32_t>(p.functions.size() - 1);
  };
  p.runbook.main = function("main", FunctionKind::main, 0);
  if (!rungs.empty()) p.runbook.ladders.resize(1), p.runbook.ladders[0].until_acknowledged = true;
  for (const RungOf& rung : rungs) {
    std::uint32_t begin = a.here();
    lines.push(Value::duration(rung.after));
    a.emit(Op::RETURN);
    Rung made_rung;
    made_rung.length = static_cast<std::int32_t>(function("length", FunctionKind::expression, begin));
    begin = a.here();
    p.notices.push_back({NoticeInfo::What::page, {rung.whom}, 0});
    lines.push(Value::text(rung.words));
    a.emit(Op::NOTIFY, {static_cast<std::uint32_t>(p.notices.size() - 1)});
    lines.push(Value());
    a.emit(Op::RETURN);
    made_rung.body = function("rung", FunctionKind::rung, begin);
    made_rung.trigger = rung.every ? Rung::Trigger::every : Rung::Trigger::after;
    made_rung.pages = true;
    p.runbook.ladders[0].rungs.push_back(made_rung);
  }
  a.finish();
  for (const std::string& problem : verify(p)) throw std::logic_error("the test's program: " + problem);
  return made;
}

std::string words(const Said& said) { return said.what->shown.front(); }

Answer FakeWorld::good() {
  Answer answer;
  answer.value = Value::record({"status", "ok", "took", "at"}, {Value::integer(200), Value::boolean(true), Value::duration(1), Value::instant(0)});
  return answer;
}

void FakeWorld::ask(Said said, std::function<void(Answer)> answered) {
  const std::string text = words(said);
  did.push_back((said.what->effect == Effect::looks ? "look " : "do ") + text);
  Reply reply = script(text);
  if (reply.never) return;
  waiting_.push_back({clock_.boot() + reply.takes, order_++, said.id, text, [answered, answer = reply.answer] { answered(answer); }});
}

void FakeWorld::cancel(std::uint64_t id) {
  std::erase_if(waiting_, [&](const Waiting& w) { return w.id == id; });
}

void FakeWorld::notify(Notice notice, std::function<void(std::string)> delivered) {
  const std::string name = notice.resource == kDba ? "dba" : "lead";
  did.push_back((notice.page ? "page " : "tell ") + name + ": " + notice.text);
  if (swallowed.count(notice.resource) > 0) return;
  const auto why = unreachable.find(notice.resource);
  const std::string problem = why == unreachable.end() ? "" : why->second;
  waiting_.push_back({clock_.boot(), order_++, notice.id, notice.text, [delivered, problem] { delivered(problem); }});
}

bool FakeWorld::deliver() {
  const auto first = std::min_element(waiting_.begin(), waiting_.end(),
                                      [](const Waiting& a, const Waiting& b) { return std::pair(a.due, a.order) < std::pair(b.due, b.order); });
  if (first == waiting_.end() || first->due > clock_.boot()) return false;
  const auto answer = std::move(first->answer);
  waiting_.erase(first);
  answer();
  return true;
}

Micros FakeWorld::next_due() const {
  Micros due = 0;
  for (const Waiting& w : waiting_) due = due == 0 ? w.due : std::min(due, w.due);
  return due;
}

void FakePeople::ask(const Request& request, std::function<void(Completion)> answered) {
  asked.push_back(request);
  auto answer = script ? script(request) : headless_answer(control_->program(), request, {});
  if (answer) answered(std::move(*answer));
}

VirtualRun::VirtualRun(std::shared_ptr<const Program> program, Store* store) : program_(std::move(program)), own_(store ? nullptr : open_memory()), store_(store ? store : own_.get()) {
  row_.id = "rb-t-000001", row_.runbook = "RB-T", row_.title = "A test", row_.state = "open", row_.operator_name = "ops", row_.mode = "headless";
  row_.image_hash = content_hash(*program_);
  start.operator_name = "ops";
  start.bound.assign(program_->resources.size(), true);
}

VirtualRun::~VirtualRun() = default;

void VirtualRun::make(std::uint64_t fence) {
  SessionSetup setup;
  setup.program = program_, setup.row = row_, setup.fence = fence;
  setup.store = store_, setup.world = &world, setup.prompter = &people, setup.clock = &clock;
  session_ = std::make_unique<Session>(std::move(setup));
  people.attach(*session_);
}

void VirtualRun::begin() {
  row_.started = clock.wall();
  if (!store_->create(row_, save(*program_)).empty()) throw std::logic_error("the run is there already");
  std::uint64_t fence = 0;
  store_->hold(row_.id, fence);
  make(fence);
  StartRecord record;
  record.start = start;
  record.start.zero = clock.wall();
  record.image_hash = row_.image_hash;
  session_->begin(record);
}

void VirtualRun::go(Micros until) {
  for (;;) {
    session_->collect_mail();
    // What is written leads to what is said, which may be written again: a few turns and it is quiet.
    for (int i = 0; i < 4; ++i) {
      session_->settle();
      store_->poll();
    }
    if (session_->over()) return;
    if (world.deliver()) continue;
    if (session_->fire()) continue;
    const Micros own = session_->next_due(), other = world.next_due();
    const Micros next = own == 0 ? other : other == 0 ? own : std::min(own, other);
    if (next == 0 || session_->now().alive + (next - clock.boot()) > until) return;
    clock.advance_to(next);
  }
}

void VirtualRun::crash() {
  world.forget();
  session_->silence();
  store_->poll();
  session_.reset();
  store_->release(row_.id);
}

std::string VirtualRun::resume(Micros later) {
  clock.advance_to(clock.boot() + later);
  std::uint64_t fence = 0;
  if (std::string problem = store_->hold(row_.id, fence); !problem.empty()) return problem;
  row_ = *store_->find(row_.id);
  const auto live = std::make_shared<bool>(false);
  Replayed replayed = replay(*store_, row_, [this, live](const Trace& trace) { people.trace(trace, !*live); });
  *live = true;
  if (!replayed.problem.empty()) return replayed.problem;
  make(fence);
  session_->resume(std::move(replayed));
  return {};
}

void VirtualRun::post(const std::string& what, const std::string& who, const std::string& body) {
  Store::Mail mail;
  mail.run = row_.id, mail.what = what, mail.who = who, mail.body = body, mail.at = clock.wall();
  store_->post(mail);
}

std::vector<std::string> VirtualRun::pages() const {
  std::vector<std::string> all;
  for (const std::string& line : world.did)
    if (line.compare(0, 5, "page ") == 0) all.push_back(line.substr(5));
  return all;
}

std::optional<Outcome> VirtualRun::outcome() const { return session_->machine().outcome(); }

}  // namespace rbc::fake
