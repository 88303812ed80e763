// The part of a session that has to do with time and with what comes from outside the steps: dues, letters, the operator's keys.
#include "run/session.hpp"

#include <utility>

namespace rbc {

bool Session::earliest(Due& due) const {
  bool any = false;
  const auto offer = [&](const Due& candidate) {
    if (!any || candidate < due) due = candidate;
    any = true;
  };
  if (!mail_.empty()) offer({mail_.front().at, Due::Class::mail, Due::What::mail, 0, 0, {}});
  for (const auto& [key, p] : pending_) {
    const Request& r = p.request;
    const auto steps = [&, &key = key](Due::What what, Micros wall) { offer({wall, Due::Class::steps, what, 0, 0, key}); };
    if (r.exit == Exit::sleep) steps(Due::What::sleep, wall_of(r.due));
    if (r.cut != 0 && r.exit != Exit::act && (r.exit != Exit::sleep || r.cut < r.due)) steps(Due::What::cut, wall_of(r.cut));
    if (r.exit == Exit::human && r.limit != 0)
      steps(Due::What::limit, approval(r) ? p.begun.wall + r.limit : wall_of(p.begun.alive + r.limit));
    if (p.guard != 0) steps(Due::What::guard, wall_of(p.guard));
  }
  if (left_ && changing()) offer({wall_of(leave_by_), Due::Class::rung, Due::What::guard, 0, 0, {}});
  if (!left_)
    for (const auto& [rung, request] : armed_) offer({request.due, Due::Class::rung, Due::What::rung, rung.first, rung.second, request.key});
  return any;
}

Micros Session::next_due() const {
  Due due;
  if (over_ || closing_ || !machine_ || !earliest(due)) return 0;
  return std::max<Micros>(base_boot_ + (due.at - base_.wall), 1);
}

bool Session::fire() {
  Due due;
  if (over_ || closing_ || !machine_ || !earliest(due) || due.at > now().wall) return false;
  switch (due.what) {
    case Due::What::mail: {
      const Store::Mail mail = std::move(mail_.front());
      mail_.pop_front();
      letter(mail);
      break;
    }
    case Due::What::sleep: {
      Completion woken;
      woken.key = due.key;
      complete(std::move(woken));
      break;
    }
    case Due::What::cut: cut(due.key); break;
    case Due::What::limit: {
      setup_.prompter->withdraw(due.key);
      Completion late;
      late.key = due.key, late.reply = Completion::Reply::timed_out, late.reason = "nobody answered in time";
      complete(std::move(late));
      break;
    }
    case Due::What::guard: given_up(due.key); break;
    case Due::What::rung: {
      Event event;
      event.what = Event::What::rung, event.ladder = due.ladder, event.rung = due.rung;
      happen(std::move(event), 0);
      break;
    }
  }
  drop_unwanted();
  return true;
}

void Session::cut(const Key& key) {
  const Pending& pending = pending_.at(key);
  if (pending.request.exit == Exit::ask && pending.performing) setup_.world->cancel(pending.id);
  if (pending.request.exit == Exit::human && pending.performing) setup_.prompter->withdraw(key);
  Completion ended;
  ended.key = key, ended.cut = true;
  ended.way = Way::silence, ended.reply = Completion::Reply::timed_out;
  ended.reason = "the time for this block has passed";
  complete(std::move(ended));
}

// The world did not keep its own limit.
void Session::given_up(const Key& key) {
  const auto found = pending_.find(key);
  if (found == pending_.end()) return;
  Pending& pending = found->second;
  if (pending.request.exit == Exit::notify) {
    pending.guard = 0;
    const auto& to = setup_.program->notices.at(pending.request.index).to;
    const std::vector<Receipt> known = pending.receipts;
    for (const std::uint32_t resource : to) {
      if (std::any_of(known.begin(), known.end(), [&](const Receipt& r) { return r.resource == resource; })) continue;
      Arrival arrival;
      arrival.what = Arrival::What::receipt, arrival.key = key, arrival.receipt = {resource, "it was not delivered within 2 minutes"};
      arrivals_.push_back(std::move(arrival));
    }
    return;
  }
  setup_.world->cancel(pending.id);
  Completion silent;
  silent.key = key, silent.way = Way::silence, silent.in_doubt = pending.request.exit == Exit::act;
  silent.reason = "no answer within its limit";
  complete(std::move(silent));
}

void Session::collect_mail() {
  if (over_ || !machine_) return;
  for (Store::Mail& mail : setup_.store->collect(setup_.row.id, last_mail_)) {
    last_mail_ = mail.id;
    mail_.push_back(std::move(mail));
  }
}

void Session::letter(const Store::Mail& mail) {
  Event event;
  event.who = mail.who;
  if (mail.what == "acknowledge") {
    event.what = Event::What::acknowledge;
    return happen(std::move(event), mail.id);
  }
  if (mail.what == "cancel") {
    event.what = Event::What::abort;
    return happen(std::move(event), mail.id);
  }
  if (auto reply = mail.what == "answer" ? read_answer_letter(mail.body) : std::nullopt) {
    const std::string user = std::exchange(reply->who, mail.who);
    return replied(std::move(*reply), mail.id, user);
  }
  record(Phase::gap, Exit::human, {}, {}, remark_body("a letter came that cannot be read", 0, mail.id), false);
}

// A moved system clock moves no timer: a run counts from where it was taken up, by the clock that only goes forward.
void Session::watch_clock() {
  constexpr Micros kMoved = 2 * kSecond;
  const Micros offset = setup_.clock->wall() - setup_.clock->boot();
  const Micros moved = offset - clock_offset_;
  if (moved < kMoved && moved > -kMoved) return;
  clock_offset_ = offset;
  const std::string sentence = fmt::format("the system's clock was moved {} by {}; no timer of this run moves", moved > 0 ? "forward" : "back",
                                           prose(Value::duration(moved > 0 ? moved : -moved)));
  record(Phase::gap, Exit::ask, {}, {}, remark_body(sentence, moved), false);
  setup_.prompter->remark(sentence);
}

LiveRun Session::live() const {
  LiveRun live;
  live.now = now();
  if (!machine_) return live;
  live.step = machine_->step();
  live.ladders = machine_->ladders();
  for (const auto& [key, p] : pending_) {
    if (p.request.exit == Exit::sleep) {
      live.sleeping.push_back(key);
      if (live.wakes == 0 || p.request.due < live.wakes) live.wakes = p.request.due;
    }
    if ((p.request.exit == Exit::ask || p.request.exit == Exit::act) && p.performing) ++live.looking;
  }
  return live;
}

void Session::acknowledge(const std::string& who) {
  Arrival arrival;
  arrival.event.what = Event::What::acknowledge, arrival.event.who = who;
  arrive(std::move(arrival));
}

void Session::escalate() {
  Arrival arrival;
  arrival.event.what = Event::What::escalate, arrival.event.who = setup_.row.operator_name;
  arrive(std::move(arrival));
}

void Session::abort() {
  Arrival arrival;
  arrival.event.what = Event::What::abort, arrival.event.who = setup_.row.operator_name;
  arrive(std::move(arrival));
}

void Session::skip_step() {
  Arrival arrival;
  arrival.event.what = Event::What::skip_step, arrival.event.who = setup_.row.operator_name;
  arrive(std::move(arrival));
}

void Session::leave() {
  leave_by_ = left_ ? 0 : now().alive + 10 * kSecond;     // asked twice: at once
  left_ = true;
  if (setup_.wake) setup_.wake();
}

void Session::interrupt() {
  if (setup_.interrupt) setup_.interrupt();
}

}  // namespace rbc
