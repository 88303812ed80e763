#include "run/session.hpp"

#include <utility>

namespace rbc {
namespace session {

constexpr Micros kGuard = 10 * kSecond;             // past its own limit, an answer is given up after this
constexpr Micros kDelivery = 2 * kMinute;           // of one notification, to all its contacts

bool gated(Exit exit) { return exit == Exit::act || exit == Exit::human || exit == Exit::notify || exit == Exit::end; }

bool says(Exit exit) { return exit == Exit::ask || exit == Exit::act; }

// Every text of an answer as a secret, once `learn` knows it. What is neither a text nor a number is left out: it may hold the text again.
Value as_secret(const Value& value, const std::function<void(const std::string&)>& learn) {
  const auto items = [&] {
    std::vector<Value> kept;
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      const bool beside = value.tag() == Tag::record && value.names()[i] == "err";   // what a command says about it
      kept.push_back(beside ? value.items()[i] : as_secret(value.items()[i], learn));
    }
    return kept;
  };
  switch (value.tag()) {
    case Tag::record: return Value::record(value.names(), items());
    case Tag::rows: {
      const Value rows = Value::rows(value.names(), items());
      const Value* beside = value.beside();
      return beside ? rows.answered(beside->field("ok")->as_bool(), beside->field("took")->as_int(), beside->field("at")->as_int()) : rows;
    }
    case Tag::text: case Tag::url: break;
    case Tag::json:
      if (value.json_kind() == JsonKind::text) break;
      return Value::missing("it came with a secret, and is not kept");
    case Tag::list: return Value::missing("it came with a secret, and is not kept");
    case Tag::nothing: case Tag::missing: case Tag::boolean: case Tag::integer: case Tag::number: case Tag::percent: case Tag::duration:
    case Tag::size: case Tag::rate: case Tag::instant: case Tag::option: case Tag::secret: case Tag::verdict:
      return value;
  }
  if (value.text().size() < Scrubber::kShortest)
    return Value::missing(fmt::format("it is shorter than {} bytes, so it could not be scrubbed from what comes back", Scrubber::kShortest));
  learn(value.text());
  return Value::secret(value.text());
}

}  // namespace session

Session::Session(SessionSetup setup) : setup_(std::move(setup)) {
  for (const std::string& secret : setup_.secrets) scrubber_.learn(secret);
  take_up({0, setup_.clock->wall()});      // so that a screen has the time before the run has begun
}
Session::~Session() = default;

void Session::take_up(Moment from) {
  base_ = from;
  base_boot_ = setup_.clock->boot();
  clock_offset_ = setup_.clock->wall() - base_boot_;
  last_ = from;
}

Moment Session::now() const {
  const Micros passed = setup_.clock->boot() - base_boot_;
  return {std::max(base_.alive + passed, last_.alive), std::max(base_.wall + passed, last_.wall)};
}

Micros Session::wall_of(Micros alive) const { return base_.wall + (alive - base_.alive); }

void Session::begin(const StartRecord& record) {
  take_up({0, setup_.clock->wall()});
  Entry entry;
  entry.phase = Phase::start, entry.when = base_, entry.body = start_body(record);
  this->record(Phase::start, Exit::ask, {}, {}, entry.body, false);
  const auto kept = start_of(entry);       // what a resume will see, and nothing else
  dry_ = kept->start.dry;
  allow_ = kept->start.allow;
  Start start = kept->start;
  start.run_id = setup_.row.id;
  machine_ = std::make_unique<Machine>(setup_.program, std::move(start), [this](const Trace& trace) { setup_.prompter->trace(trace, false); }, setup_.rehearsal);
  machine_->begin();
}

void Session::resume(Replayed replayed) {
  machine_ = std::move(replayed.machine);
  dry_ = replayed.start.dry;
  allow_ = replayed.start.allow;
  const Micros wall = setup_.clock->wall();
  seq_ = setup_.row.last_seq;
  last_mail_ = replayed.mail;
  armed_ = std::move(replayed.armed);
  take_up({replayed.last.alive, std::max(wall, replayed.last.wall)});
  record(Phase::resume, Exit::ask, {}, {}, remark_body(fmt::format("resumed by {}", setup_.row.operator_name), base_.wall - replayed.last.wall), false);
  if (wall < replayed.last.wall) {
    const std::string sentence = "the system's clock is behind the journal; the run's time goes on from the journal's last entry";
    record(Phase::gap, Exit::ask, {}, {}, remark_body(sentence, wall - replayed.last.wall), false);
    setup_.prompter->remark(sentence);
  }
  for (const std::string& sentence : replayed.remarks) {
    record(Phase::gap, Exit::ask, {}, {}, remark_body(sentence, 0), false);
    setup_.prompter->remark(sentence);
  }
  for (auto& [key, request] : replayed.open) {
    if (request.exit != Exit::notify && request.exit != Exit::end && !machine_->awaits(key)) continue;
    const auto begun = replayed.begun.find(key);
    if (begun == replayed.begun.end()) {
      serve(std::move(request));
      continue;
    }
    serve_again(std::move(request), begun->second);
    if (const auto votes = replayed.votes.find(key); votes != replayed.votes.end()) pending_[key].votes = votes->second;
  }
}

void Session::serve(Request request) {
  if (left_) return;                       // not begun: the next process is asked again
  const Key key = request.key;
  const bool gated = session::gated(request.exit);
  record(Phase::begun, request.exit, key, print_of(*setup_.program, request), {}, gated);
  if (request.exit == Exit::arm || request.exit == Exit::cancel) {
    const Deadline deadline{request.index, request.rung, request.due};
    if (request.exit == Exit::arm) {
      armed_[{request.index, request.rung}] = request;
      batch_.armed.push_back(deadline);
    } else {
      armed_.erase({request.index, request.rung});
      batch_.disarmed.push_back(deadline);
      std::erase_if(batch_.armed, [&](const Deadline& d) { return d.ladder == deadline.ladder && d.rung == deadline.rung; });
    }
    if (!machine_->awaits(key)) return;
    Arrival arrival;
    arrival.what = Arrival::What::reply, arrival.key = key, arrival.reply.key = key;
    pending_[key] = {std::move(request), now(), true, true, 0, {}, {}, 0};
    arrivals_.push_back(std::move(arrival));
    return;
  }
  const bool look = request.exit == Exit::ask;
  pending_[key] = {std::move(request), now(), true, false, 0, {}, {}, 0};
  if (gated) gated_.push_back(key);
  if (look) perform(key);
}

void Session::serve_again(Request request, const Entry& begun) {
  const Key key = request.key;
  const Exit exit = request.exit;
  pending_[key] = {std::move(request), begun.when, true, false, 0, {}, {}, 0};
  if (exit == Exit::act) {
    Arrival arrival;
    arrival.what = Arrival::What::reply, arrival.key = key, arrival.reply.key = key;
    arrival.reply.way = Way::silence, arrival.reply.in_doubt = true;
    arrival.reply.reason = "the run was stopped while this was under way, so it is in doubt whether it happened";
    pending_[key].performing = true;
    arrivals_.push_back(std::move(arrival));
    return;
  }
  perform(key);
}

void Session::perform(const Key& key) {
  const auto found = pending_.find(key);
  if (found == pending_.end() || found->second.performing || left_) return;
  Pending& pending = found->second;
  switch (pending.request.exit) {
    case Exit::ask: case Exit::act: say(pending); break;
    case Exit::human: show(pending); break;
    case Exit::notify: notify(pending); break;
    case Exit::end: {
      Arrival arrival;
      arrival.what = Arrival::What::reply, arrival.key = key, arrival.reply.key = key;
      arrive(std::move(arrival));
      break;
    }
    case Exit::sleep: case Exit::arm: case Exit::cancel: return;
  }
}

void Session::say(Pending& pending) {
  pending.performing = true;
  const Request& request = pending.request;
  const Key key = request.key;
  if (dry_ && request.exit == Exit::act) {
    Arrival arrival;
    arrival.what = Arrival::What::reply, arrival.key = key, arrival.reply.key = key;
    arrival.reply.value = Value::missing("not run: this is a dry run");
    return arrive(std::move(arrival));
  }
  const Template& what = setup_.program->templates.at(request.index);
  Said said;
  said.id = pending.id = next_id_++;
  said.what = &what;
  const auto split = request.values.begin() + std::min<std::ptrdiff_t>(what.arguments, static_cast<std::ptrdiff_t>(request.values.size()));
  said.arguments.assign(request.values.begin(), split);
  said.holes.assign(split, request.values.end());
  // A declared secret travels by its number: its text is put in at the last moment, and nowhere else.
  for (Value& hole : said.holes) {
    const Value* number = hole.tag() == Tag::record && hole.names().size() == 1 ? hole.field("secret") : nullptr;
    if (number != nullptr && number->tag() == Tag::integer && static_cast<std::size_t>(number->as_int()) < setup_.secrets.size())
      hole = Value::secret(setup_.secrets[static_cast<std::size_t>(number->as_int())]);
  }
  // One that came up before the run was resumed is known to nobody.
  for (std::size_t i = 0; i < said.holes.size(); ++i) {
    if (said.holes[i].tag() != Tag::secret || !said.holes[i].text().empty()) continue;
    Arrival arrival;
    arrival.what = Arrival::What::answer, arrival.key = key, arrival.id = said.id, arrival.answer.way = Way::blindness;
    arrival.answer.reason = fmt::format("the secret `{}` lived in memory only, and is gone since the run was resumed", what.hole_names.at(i));
    return arrive(std::move(arrival));
  }
  said.limit = request.limit != 0 ? request.limit : what.limit;
  said.key = key_text(setup_.row.id, key);
  pending.guard = now().alive + said.limit + session::kGuard;
  if (request.exit == Exit::act) {
    said.began = [this, key](std::int64_t pid) {
      // One that is over already leaves nothing to end.
      const Child child{pid, process_started(pid)};
      if (over_ || closing_ || child.started == 0 || pending_.count(key) == 0) return;
      record(Phase::event, Exit::act, key, {}, child_body(child), true);
      if (setup_.wake) setup_.wake();
    };
  }
  setup_.world->ask(std::move(said), [this, key, id = pending.id](Answer answer) {
    Arrival arrival;
    arrival.what = Arrival::What::answer, arrival.key = key, arrival.id = id, arrival.answer = std::move(answer);
    arrive(std::move(arrival));
  });
}

void Session::show(Pending& pending) {
  pending.performing = true;
  const Key key = pending.request.key;
  if (setup_.yes && pending.request.question == Request::Question::gate) {
    Arrival arrival;
    arrival.what = Arrival::What::reply, arrival.key = key, arrival.reply.key = key, arrival.reply.reply = Completion::Reply::yes;
    return arrive(std::move(arrival));
  }
  setup_.prompter->ask(pending.request, [this, key](Completion reply) {
    Arrival arrival;
    arrival.what = Arrival::What::reply, arrival.key = key, arrival.reply = std::move(reply);
    arrival.reply.key = key;
    arrive(std::move(arrival));
  });
}

void Session::notify(Pending& pending) {
  pending.performing = true;
  const Request& request = pending.request;
  const NoticeInfo& info = setup_.program->notices.at(request.index);
  const bool page = info.what != NoticeInfo::What::tell;
  const bool again = !page && pending.begun.wall < base_.wall;     // told before the crash, perhaps: at most once
  pending.guard = now().alive + session::kDelivery + session::kGuard;
  pending.id = next_id_++;
  const Key key = request.key;
  const auto receive = [this, key](std::uint32_t resource, std::string problem) {
    Arrival arrival;
    arrival.what = Arrival::What::receipt, arrival.key = key, arrival.receipt = {resource, std::move(problem)};
    arrive(std::move(arrival));
  };
  if (info.to.empty()) receive(0, "nobody is named");
  for (const std::uint32_t resource : info.to) {
    if (dry_ || again) {
      receive(resource, dry_ ? "" : "the run was stopped while this was being told; it is not told twice");
      continue;
    }
    World::Notice notice;
    notice.id = next_id_++;
    notice.resource = resource, notice.page = page, notice.text = scrubber_.scrub(request.said), notice.run = setup_.row.id;
    notice.key = key_text(setup_.row.id, key);
    setup_.world->notify(std::move(notice), [receive, resource](std::string problem) { receive(resource, std::move(problem)); });
  }
}

void Session::arrive(Arrival arrival) {
  if (over_) return;
  arrivals_.push_back(std::move(arrival));
  if (setup_.wake) setup_.wake();
}

void Session::settle() {
  if (!machine_ || over_) return;
  watch_clock();
  for (;;) {
    for (Request& request : machine_->take()) serve(std::move(request));
    if (arrivals_.empty() || !problem_.empty()) break;
    Arrival arrival = std::move(arrivals_.front());
    arrivals_.pop_front();
    handle(arrival);
    drop_unwanted();
  }
  flush();
  wind_up();
}

void Session::handle(Arrival& arrival) {
  switch (arrival.what) {
    case Arrival::What::answer: return answered(arrival);
    case Arrival::What::reply: return replied(std::move(arrival.reply), 0);
    case Arrival::What::receipt: return received(arrival);
    case Arrival::What::event: return happen(std::move(arrival.event), 0);
  }
}

// An answer as the journal and the screen may have it: clean of every known secret, and of the one that it is itself.
Value Session::kept_secret(const Request& request, const Value& answer) {
  if (!session::says(request.exit) || !setup_.program->templates.at(request.index).secret) return scrubber_.scrub(answer);
  const Value kept = session::as_secret(answer, [this](const std::string& text) {
    scrubber_.learn(text);
    setup_.world->learn(text);
  });
  return scrubber_.scrub(kept);
}

void Session::answered(const Arrival& arrival) {
  const auto found = pending_.find(arrival.key);
  if (found == pending_.end() || found->second.id != arrival.id) return;
  Completion completion;
  completion.key = arrival.key;
  completion.way = arrival.answer.way;
  completion.value = kept_secret(found->second.request, arrival.answer.value);
  completion.reason = scrubber_.scrub(arrival.answer.reason);
  completion.in_doubt = arrival.answer.in_doubt;
  complete(std::move(completion));
}

void Session::replied(Completion reply, std::uint64_t mail, const std::string& user) {
  const auto found = pending_.find(reply.key);
  if (found == pending_.end()) {
    if (mail != 0) record(Phase::gap, Exit::human, {}, {}, remark_body("an answer came for a question that is no longer open", 0, mail), false);
    return;
  }
  Pending& pending = found->second;
  if (pending.request.exit != Exit::human) return complete(std::move(reply));
  const bool answers = reply.reply == Completion::Reply::yes || reply.reply == Completion::Reply::no;
  if (approval(pending.request) && answers && !dry_) return vote(pending, {reply.who, reply.reply == Completion::Reply::yes, mail, {}, user});
  if (reply.who.empty()) reply.who = setup_.row.operator_name;
  if (mail != 0) {
    std::string sentence = fmt::format("answered from outside by {}", reply.who);
    if (!user.empty() && user != reply.who) sentence += fmt::format(", says {}", user);
    const auto* by = pending.request.question == Request::Question::line ? &setup_.program->humans.at(pending.request.index).by : nullptr;
    const bool counts = by == nullptr || by->empty() || std::find(by->begin(), by->end(), reply.who) != by->end();
    if (!counts) sentence += fmt::format(", who is not one of those who may answer: {}", fmt::join(*by, ", "));
    record(Phase::gap, Exit::human, {}, {}, remark_body(sentence, 0, mail), false);
    setup_.prompter->remark(sentence);
    if (!counts) return;
    setup_.prompter->withdraw(reply.key);
  }
  complete(std::move(reply));
}

bool Session::approval(const Request& request) const {
  if (request.question != Request::Question::line || request.index >= setup_.program->humans.size()) return false;
  const HumanInfo& info = setup_.program->humans[request.index];
  return info.kind == HumanKind::approve || (info.kind == HumanKind::caution && info.approved);
}

void Session::vote(Pending& pending, Vote vote) {
  const HumanInfo& info = setup_.program->humans.at(pending.request.index);
  const auto counted = [](const Vote& v) { return v.refused.empty(); };
  if (vote.who.empty()) vote.refused = "an approval needs the name of a contact";
  else if (!info.by.empty() && std::find(info.by.begin(), info.by.end(), vote.who) == info.by.end())
    vote.refused = fmt::format("{} is not one of those who may answer: {}", vote.who, fmt::join(info.by, ", "));
  else if (vote.who == setup_.row.operator_name) vote.refused = fmt::format("{} started this run and cannot approve it", vote.who);
  else if (std::any_of(pending.votes.begin(), pending.votes.end(), [&](const Vote& v) { return counted(v) && v.who == vote.who; }))
    vote.refused = fmt::format("{} has answered already", vote.who);
  record(Phase::event, Exit::human, pending.request.key, {}, vote_body(vote), false);
  pending.votes.push_back(vote);
  if (!vote.refused.empty()) setup_.prompter->remark(vote.refused);
  else if (!vote.user.empty() && vote.user != vote.who) setup_.prompter->remark(fmt::format("{} answers as {}", vote.user, vote.who));
  const auto yes = std::count_if(pending.votes.begin(), pending.votes.end(), [&](const Vote& v) { return counted(v) && v.yes; });
  const bool refused = counted(vote) && !vote.yes;
  if (!refused && yes < static_cast<std::ptrdiff_t>(info.needed)) {
    if (vote.mail == 0) show(pending);     // the screen has given its one answer, and the question is still open
    return;
  }
  Completion completion;
  completion.key = pending.request.key;
  completion.reply = refused ? Completion::Reply::no : Completion::Reply::yes;
  for (const Vote& v : pending.votes)
    if (counted(v) && v.yes == vote.yes) completion.who += (completion.who.empty() ? "" : ", ") + v.who;
  if (vote.mail != 0) setup_.prompter->withdraw(completion.key);
  complete(std::move(completion));
}

void Session::received(const Arrival& arrival) {
  const auto found = pending_.find(arrival.key);
  if (found == pending_.end() || found->second.request.exit != Exit::notify) return;
  Pending& pending = found->second;
  const NoticeInfo& info = setup_.program->notices.at(pending.request.index);
  const bool page = info.what != NoticeInfo::What::tell;
  Receipt receipt{arrival.receipt.resource, scrubber_.scrub(arrival.receipt.problem)};
  setup_.prompter->delivered({arrival.key, pending.request.index, receipt.resource, page, pending.request.said, receipt.problem});
  pending.receipts.push_back(std::move(receipt));
  if (pending.receipts.size() < info.to.size()) return;
  const std::vector<Receipt> receipts = std::move(pending.receipts);
  record(Phase::ended, Exit::notify, arrival.key, {}, receipts_body(receipts), false);
  pending_.erase(found);
  if (machine_->awaits(arrival.key)) {
    Completion done;
    done.key = arrival.key, done.when = last_;
    done.way = reached(receipts) ? Way::answer : Way::refusal;
    machine_->complete(done);
  }
  if (!page || reached(receipts)) return;
  Event event;
  event.what = Event::What::undeliverable, event.key = arrival.key;
  for (const Receipt& r : receipts) {
    const auto& all = setup_.program->resources;
    event.who += (event.who.empty() ? "" : "; ") + (r.resource < all.size() ? all[r.resource].name + ": " : "") + r.problem;
  }
  if (!machine_->ended()) happen(std::move(event), 0);
}

void Session::complete(Completion completion) {
  const auto found = pending_.find(completion.key);
  if (found == pending_.end()) return;
  const Exit exit = found->second.request.exit;
  const bool got_secret = session::says(exit) && setup_.program->templates.at(found->second.request.index).secret;
  pending_.erase(found);
  if (!machine_->awaits(completion.key)) return;
  // Journal first: the machine gets what the record decodes to, now and on every replay.
  Entry entry;
  entry.key = completion.key, entry.body = completion_body(completion);
  record(Phase::ended, exit, completion.key, {}, entry.body, false);
  entry.when = last_;
  if (auto kept = completion_of(entry)) {
    // But for a secret, which is in no record.
    if (got_secret) kept->value = std::move(completion.value);
    machine_->complete(*kept);
  } else stop(fmt::format("an answer to {} could not be written down", key_text(setup_.row.id, completion.key)));
}

void Session::happen(Event event, std::uint64_t mail) {
  if (event.what == Event::What::rung) {
    armed_.erase({event.ladder, event.rung});
    batch_.disarmed.push_back({event.ladder, event.rung, 0});
    std::erase_if(batch_.armed, [&](const Deadline& d) { return d.ladder == event.ladder && d.rung == event.rung; });
  }
  record(Phase::event, event.what == Event::What::rung ? Exit::arm : Exit::notify, event.key, {}, event_body(event, mail), false);
  event.when = last_;
  machine_->happen(event);
}

// What a step that was left or a run that ended asked, and nobody waits for any more.
void Session::drop_unwanted() {
  for (auto at = pending_.begin(); at != pending_.end();) {
    const Exit exit = at->second.request.exit;
    if ((exit != Exit::ask && exit != Exit::human && exit != Exit::sleep) || machine_->awaits(at->first)) {
      ++at;
      continue;
    }
    if (exit == Exit::ask && at->second.performing) setup_.world->cancel(at->second.id);
    if (exit == Exit::human && at->second.performing) setup_.prompter->withdraw(at->first);
    at = pending_.erase(at);
  }
}

void Session::record(Phase phase, Exit exit, const Key& key, std::string print, std::string body, bool sync) {
  Entry entry;
  entry.fence = setup_.fence, entry.phase = phase, entry.exit = exit, entry.key = key;
  entry.when = last_ = now();
  entry.print = std::move(print), entry.body = std::move(body);
  batch_.entries.push_back(std::move(entry));
  batch_.sync = batch_.sync || sync;
}

void Session::flush() {
  if (!problem_.empty() || (batch_.entries.empty() && !batch_.row && !batch_.sync)) return;
  batch_.run = setup_.row.id;
  batch_.expected_seq = seq_;
  seq_ += batch_.entries.size();
  ++writing_;
  setup_.store->append(std::exchange(batch_, {}), [this, gated = std::exchange(gated_, {})](const std::string& problem) { written(gated, problem); });
}

void Session::written(const std::vector<Key>& gated, const std::string& problem) {
  --writing_;
  if (!problem.empty()) stop(problem);
  if (problem_.empty())
    for (const Key& key : gated) perform(key);
  if (closing_ && writing_ == 0) over_ = true;
}

bool Session::changing() const {
  return std::any_of(pending_.begin(), pending_.end(), [](const auto& p) { return p.second.request.exit == Exit::act && p.second.performing; });
}

void Session::wind_up() {
  if (closing_) return;
  if (machine_->crashed() && problem_.empty())
    return stop(fmt::format("run {} met a mistake of rbc itself, please report it: {}", setup_.row.id, machine_->fault()));
  if (left_ && (!changing() || now().alive >= leave_by_)) return close();
  if (!machine_->ended()) return;
  // Pages that are still on their way are waited for; each has its own limit.
  const auto on_its_way = [](const auto& p) { return p.second.request.exit == Exit::notify || p.second.request.exit == Exit::end || p.second.request.exit == Exit::act; };
  if (std::any_of(pending_.begin(), pending_.end(), on_its_way)) return;
  RunRow row = setup_.row;
  row.state = "ended";
  row.outcome = machine_->outcome() ? std::string(spell(*machine_->outcome())) : std::string("failed");
  row.reason = machine_->outcome_reason();
  row.ended = now().wall;
  batch_.row = row;
  close();
}

void Session::close() {
  for (auto& [key, pending] : pending_) {
    if (!pending.performing) continue;
    if (pending.request.exit == Exit::ask || pending.request.exit == Exit::act) setup_.world->cancel(pending.id);
    if (pending.request.exit == Exit::human) setup_.prompter->withdraw(key);
  }
  closing_ = true;
  batch_.sync = true;
  flush();
  if (writing_ == 0) over_ = true;
}

void Session::stop(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
  if (!closing_) close();
  batch_ = {};
  if (writing_ == 0) over_ = true;
}

}  // namespace rbc
