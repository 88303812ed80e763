// Programs written by hand, and a world with a clock of its own to run them in.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vm/bytecode/assemble.hpp"
#include "vm/bytecode/image.hpp"
#include "vm/exec/machine.hpp"

namespace kit {

using namespace rbc;

// Builds a program function by function. Its resource 0 is a postgres `db`, a subject; 1 a host `box`, an observer; 2 a contact `lead`;
// 3 an optional `spare` that is not bound.
struct Book {
  Program p;
  Assembler a{p};

  Book() {
    p.files = {"book.runbook"};
    site("runbook");
    auto resource = [this](ResourceKind kind, std::string name, bool optional = false) {
      Resource r;
      r.kind = kind;
      r.name = std::move(name);
      r.optional = optional;
      p.resources.push_back(std::move(r));
    };
    resource(ResourceKind::postgres, "db");
    resource(ResourceKind::host, "box");
    resource(ResourceKind::contact, "lead");
    resource(ResourceKind::redis, "spare", true);
    p.runbook.id = "RB-00";
    p.runbook.title = "The book";
  }
  std::uint32_t site(std::string text) {
    p.sites.push_back({0, static_cast<std::uint32_t>(p.sites.size() + 1), 1, std::move(text)});
    return static_cast<std::uint32_t>(p.sites.size() - 1);
  }
  std::uint32_t slot(std::string name) {
    p.runbook.slots.push_back(std::move(name));
    return static_cast<std::uint32_t>(p.runbook.slots.size() - 1);
  }
  // `words` with `<>` for each hole.
  std::uint32_t say(std::string words, std::uint32_t resource = 0, Effect effect = Effect::looks, bool repeatable = false) {
    Template t;
    t.resource = resource;
    t.row = "row";
    t.effect = effect;
    t.repeatable = repeatable;
    t.limit = effect == Effect::looks ? 10 * kSecond : 2 * kMinute;
    t.shown.emplace_back();
    for (std::size_t at = 0; at < words.size();) {
      if (words.compare(at, 2, "<>") == 0) {
        Piece piece;
        piece.as = Piece::As::hole;
        piece.hole = t.holes++;
        t.pieces.push_back(piece);
        t.shown_holes.push_back(piece.hole);
        t.secret_holes.push_back(false);
        t.hole_names.push_back("hole" + std::to_string(piece.hole));
        t.shown.emplace_back();
        at += 2;
      } else {
        t.shown.back() += words[at++];
      }
    }
    t.site = site(words);
    p.templates.push_back(std::move(t));
    return static_cast<std::uint32_t>(p.templates.size() - 1);
  }
  std::uint32_t function(std::string name, FunctionKind kind, std::uint32_t parameters, std::uint32_t locals, const std::function<void()>& write) {
    Function f;
    f.name = std::move(name);
    f.kind = kind;
    f.parameters = parameters;
    f.locals = locals;
    f.begin = a.here();
    a.at(0);
    write();
    f.end = a.here();
    p.functions.push_back(std::move(f));
    return static_cast<std::uint32_t>(p.functions.size() - 1);
  }
  std::uint32_t expression(const std::function<void()>& write, std::uint32_t locals = 0) {
    return function("expression", FunctionKind::expression, 0, locals, [&] {
      write();
      a.emit(Op::RETURN);
    });
  }
  std::uint32_t check(std::string name, const std::function<void()>& write, std::uint32_t parameters = 0, std::vector<std::uint32_t> resources = {0}) {
    CheckInfo info;
    info.name = name;
    info.resources = std::move(resources);
    info.function = function(name, FunctionKind::check, parameters, parameters + 2, [&] {
      write();
      constant(Value());
      a.emit(Op::RETURN);
    });
    p.checks.push_back(std::move(info));
    return static_cast<std::uint32_t>(p.checks.size() - 1);
  }
  // A check whose only look decides it by `.ok`.
  std::uint32_t plain_check(std::string name, std::uint32_t resource = 0) {
    auto t = say(name, resource);
    return check(name, [&] {
      a.emit(Op::ASK, {t, 0});
      a.emit(Op::ANSWERED, {resource == 0 ? 1u : 0u, 0});
      a.emit(Op::OK_RULE);
    }, 0, {resource});
  }
  std::uint32_t notice(NoticeInfo::What what) {
    p.notices.push_back({what, {2}, 0});
    return static_cast<std::uint32_t>(p.notices.size() - 1);
  }
  std::uint32_t rung(std::string words, NoticeInfo::What what = NoticeInfo::What::page) {
    auto n = notice(what);
    return function("rung", FunctionKind::rung, 0, 0, [&] {
      text(words);
      a.emit(Op::NOTIFY, {n});
      constant(Value());
      a.emit(Op::RETURN);
    });
  }
  std::int32_t length(Micros micros) {
    return static_cast<std::int32_t>(expression([&] { constant(Value::duration(micros)); }));
  }
  void constant(const Value& v) { a.emit(Op::CONST, {a.constant(v)}); }
  void text(const std::string& words) { constant(Value::text(words)); }
  void span(Micros micros) { constant(Value::duration(micros)); }
  void field(Op op, const std::string& name) { a.emit(op, {a.name(name)}); }
  // A statement around code, with a site of its own.
  void line(std::string words, const std::function<void()>& write) {
    auto s = site(std::move(words));
    auto index = p.statements.size();
    p.statements.push_back({a.here(), 0, s});
    a.at(s);
    write();
    p.statements[index].end = a.here();
  }
  void step(std::string name, const std::function<void()>& write) {
    auto n = static_cast<std::uint32_t>(p.runbook.steps.size());
    p.runbook.steps.push_back({name, {name, kNone}, a.here(), 0, 0});
    a.emit(Op::STEP, {n});
    write();
    a.emit(Op::LEAVE, {n});
    p.runbook.steps[n].end = a.here();
  }
  void main(const std::function<void()>& write) {
    p.runbook.main = function("main", FunctionKind::main, 0, 8, [&] {
      write();
      text("done");
      a.emit(Op::END, {0});
    });
  }
  std::shared_ptr<const Program> done() {
    a.finish();
    return std::make_shared<const Program>(p);
  }
};

struct Reply {
  Way way = Way::answer;
  Value value = Value::record({}, {});
  std::string reason;
  Micros takes = 0;
  bool in_doubt = false;
};
inline Reply good(std::vector<std::pair<std::string, Value>> fields = {}, Micros takes = 0) {
  std::vector<std::string> names;
  std::vector<Value> items;
  for (auto& [name, value] : fields) {
    names.push_back(name);
    items.push_back(value);
  }
  return {Way::answer, Value::record(names, items).answered(true, takes, 0), {}, takes, false};
}
inline Reply bad(Micros takes = 0) { return {Way::answer, Value::record({}, {}).answered(false, takes, 0), {}, takes, false}; }
inline Reply silent(std::string reason = "connection refused") { return {Way::silence, {}, std::move(reason), 0, false}; }

// Runs a machine in virtual time. Looks and changes are answered by what they say; people by `people`, or not at all.
class World {
 public:
  explicit World(std::shared_ptr<const Program> program, Start start = {}) : program_(program), start_(std::move(start)) {
    problems = verify(*program);
    if (start_.bound.empty()) start_.bound = {true, true, true, false};
    start_.when = {0, kZero};
    if (start_.zero == 0) start_.zero = kZero;
    if (problems.empty()) machine = std::make_unique<Machine>(program, start_, [this](const Trace& t) { traces.push_back(t); });
  }
  static constexpr Micros kZero = 1'700'000'000 * kSecond;

  std::function<Reply(const Request&)> answers = [](const Request&) { return good(); };
  std::function<std::optional<Completion>(const Request&)> people = [](const Request&) { return std::nullopt; };
  std::function<bool(const Request&)> reaches = [](const Request&) { return true; };      // asked of pages that the outcome waits for
  std::unique_ptr<Machine> machine;
  std::vector<std::string> problems;
  std::vector<Request> asked;
  std::vector<Trace> traces;
  std::vector<std::pair<Micros, std::string>> told;     // when, what
  std::vector<std::string> did, looked;
  std::vector<std::function<void(Machine&)>> journal;   // what was delivered, in order
  std::size_t busiest = 0;
  Micros clock = 0;

  void begin() {
    machine->begin();
    collect();
  }
  void later(Micros at, Event event) { due_.push_back({at, 0, next_++, {}, event, {}}); }
  // Until nothing is pending, or the clock reaches `until`.
  void run(Micros until = 7 * kDay) {
    while (!machine->crashed()) {
      auto first = due_.end();
      for (auto at = due_.begin(); at != due_.end(); ++at)
        if (first == due_.end() || std::tie(at->at, at->rank, at->order) < std::tie(first->at, first->rank, first->order)) first = at;
      if (first == due_.end() || first->at > until) break;
      auto due = *first;
      due_.erase(first);
      clock = std::max(clock, due.at);
      Moment now{clock, kZero + clock};
      if (due.event) {
        auto event = *due.event;
        event.when = now;
        deliver([event](Machine& m) { m.happen(event); });
      } else if (machine->awaits(due.completion.key)) {
        auto completion = due.completion;
        completion.when = now;
        deliver([completion](Machine& m) { m.complete(completion); });
      }
      collect();
    }
  }
  void all() {
    begin();
    run();
  }
  std::string ending() const {
    if (!machine->outcome()) return machine->crashed() ? "crashed: " + machine->fault() : "open";
    return std::string(spell(*machine->outcome())) + ": " + machine->outcome_reason();
  }
  std::vector<std::string> traced(Trace::What what) const {
    std::vector<std::string> all;
    for (const auto& t : traces)
      if (t.what == what) all.push_back(t.text.empty() ? t.title : t.text);
    return all;
  }
  std::optional<Value> global(std::string_view name) const { return machine->global(name); }

 private:
  struct Due {
    Micros at;
    int rank;      // at one instant: events, then the steps, then the timers
    std::uint64_t order;
    Completion completion;
    std::optional<Event> event;
    Key timer;
  };
  void deliver(std::function<void(Machine&)> what) {
    journal.push_back(what);
    what(*machine);
  }
  void answer_at(Micros at, Completion completion) { due_.push_back({at, 1, next_++, std::move(completion), {}, {}}); }
  void collect() {
    for (auto& r : machine->take()) {
      asked.push_back(r);
      Completion c;
      c.key = r.key;
      switch (r.exit) {
        case Exit::ask: case Exit::act: {
          (r.exit == Exit::ask ? looked : did).push_back(r.said);
          auto reply = answers(r);
          c.way = reply.way;
          c.value = reply.value;
          c.reason = reply.reason;
          c.in_doubt = reply.in_doubt;
          Micros end = clock + std::min(reply.takes, r.limit);
          if (reply.takes > r.limit) c.way = Way::silence, c.reason = "timed out", c.in_doubt = r.exit == Exit::act;
          if (r.exit == Exit::ask && r.cut != 0 && r.cut < end) {
            c.cut = true;
            end = std::max(r.cut, clock);
          }
          answer_at(end, c);
          break;
        }
        case Exit::sleep: {
          c.cut = r.cut != 0 && r.cut < r.due;
          answer_at(c.cut ? r.cut : r.due, c);
          break;
        }
        case Exit::human:
          if (auto reply = people(r)) {
            reply->key = r.key;
            answer_at(clock, *reply);
          } else if (r.limit > 0) {
            c.reply = Completion::Reply::timed_out;
            answer_at(clock + r.limit, c);
          } else if (r.cut != 0) {
            c.cut = true;
            answer_at(r.cut, c);
          }
          break;
        case Exit::notify:
          told.emplace_back(clock, r.said);
          if (!machine->awaits(r.key)) break;
          if (!reaches(r)) {
            Event lost;
            lost.what = Event::What::undeliverable, lost.key = r.key, lost.who = "nobody answers";
            c.way = Way::refusal;
            answer_at(clock, c);
            later(clock, lost);
          } else {
            answer_at(clock, c);
          }
          break;
        case Exit::arm: {
          Event e;
          e.what = Event::What::rung;
          e.ladder = r.index;
          e.rung = r.rung;
          due_.push_back({r.due - kZero, 2 + static_cast<int>(r.index * 100 + r.rung), next_++, {}, e, r.key});
          break;
        }
        case Exit::cancel:
          std::erase_if(due_, [&](const Due& d) { return d.event && d.event->what == Event::What::rung && d.event->ladder == r.index && d.event->rung == r.rung; });
          break;
        case Exit::end: break;
      }
    }
    std::size_t looks = 0;
    for (const auto& d : due_)
      if (!d.event && machine->awaits(d.completion.key)) ++looks;
    busiest = std::max(busiest, looks);
  }

  std::shared_ptr<const Program> program_;
  Start start_;
  std::vector<Due> due_;
  std::uint64_t next_ = 0;
};

inline Start interactive() {
  Start s;
  s.mode = Mode::interactive;
  return s;
}
inline Completion replies(Completion::Reply reply, Value value = {}) {
  Completion c;
  c.reply = reply;
  c.value = std::move(value);
  c.who = "ann";
  return c;
}

}  // namespace kit
