#include "stdlib/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "stdlib/backends/load.hpp"
#include "stdlib/real_world.hpp"

namespace rbc {
namespace real_world {

Micros wall_now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<Micros>(now.tv_sec) * kSecond + now.tv_nsec / 1000;
}

std::uint64_t milliseconds(Micros limit) { return static_cast<std::uint64_t>(std::max<Micros>((limit + 999) / 1000, 1)); }

}  // namespace real_world

RealWorld::RealWorld(WorldSetup setup) : setup_(std::move(setup)), port_(Port::open(setup_.loop)), processes_(std::make_unique<Processes>(setup_.loop)) {
  for (const std::string& secret : setup_.secrets) scrubber_.learn(secret);
}

RealWorld::~RealWorld() {
  close_timer(opening_);
  for (auto& [serial, pending] : pending_) close_timer(pending.timer);
  for (auto& [serial, delivery] : deliveries_) close_timer(delivery.timer);
  pending_.clear();
  deliveries_.clear();
  http_.reset();
  redis_.reset();
  postgres_.reset();
  processes_.reset();
  port_->close();
}

RealWorld::Timer* RealWorld::new_timer(Serial serial) {
  auto* timer = new Timer;
  timer->handle.data = timer;
  timer->world = this;
  timer->serial = serial;
  uv_timer_init(setup_.loop, &timer->handle);
  return timer;
}

void RealWorld::arm(Timer* timer, std::uint64_t milliseconds, void (*passed)(RealWorld&, Serial)) {
  timer->passed = passed;
  uv_timer_start(&timer->handle, [](uv_timer_t* handle) {
    const auto* mine = static_cast<Timer*>(handle->data);
    mine->passed(*mine->world, mine->serial);
  }, milliseconds, 0);
}

void RealWorld::close_timer(Timer*& timer) {
  if (!timer) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&std::exchange(timer, nullptr)->handle), [](uv_handle_t* handle) { delete static_cast<Timer*>(handle->data); });
}

// What is posted must be heard, and what an errand's thread will post as well.
void RealWorld::keep_loop() { port_->keep_loop(posted_ > 0 || !pending_.empty()); }

void RealWorld::post(std::function<void()> work) {
  ++posted_;
  keep_loop();
  port_->post([this, work = std::move(work)] {
    --posted_;
    work();
    keep_loop();
  });
}

const Resource* RealWorld::resource(std::uint32_t index) const {
  return index < setup_.program->resources.size() ? &setup_.program->resources[index] : nullptr;
}
const Address* RealWorld::address(std::uint32_t index) const {
  for (const Address& known : setup_.addresses) {
    if (known.resource == index) return &known;
  }
  return nullptr;
}

bool RealWorld::local(std::int32_t host) const {
  if (host == kNone) return true;
  const Resource* which = resource(static_cast<std::uint32_t>(host));
  const Address* where = address(static_cast<std::uint32_t>(host));
  return where ? where->text == "localhost" || where->text == "local" : which && which->name == "local";
}

std::vector<std::pair<std::string, std::string>> RealWorld::exports(const Resource& which) const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Resource::Export& exported : which.exports) {
    const bool secret = exported.secret != kNone;
    const auto index = static_cast<std::size_t>(exported.secret);
    if (secret && index >= setup_.secrets.size()) continue;
    all.emplace_back(exported.name, secret ? setup_.secrets[index] : exported.value);
  }
  return all;
}

PostgresBackend* RealWorld::postgres(std::string& problem) {
  if (!postgres_) postgres_.reset(static_cast<PostgresBackend*>(open_backend("postgres", "rbc_postgres_backend", setup_.loop, problem)));
  return postgres_.get();
}
RedisBackend* RealWorld::redis(std::string& problem) {
  if (!redis_) redis_.reset(static_cast<RedisBackend*>(open_backend("redis", "rbc_redis_backend", setup_.loop, problem)));
  return redis_.get();
}
HttpBackend* RealWorld::http(std::string& problem) {
  if (!http_) http_.reset(static_cast<HttpBackend*>(open_backend("http", "rbc_http_backend", setup_.loop, problem)));
  return http_.get();
}

void RealWorld::open(Micros limit, std::function<void()> opened) {
  opened_ = std::move(opened);
  opening_left_ = 1;
  for (const Address& where : setup_.addresses) {
    const Resource* which = resource(where.resource);
    if (!which || which->kind != ResourceKind::postgres || !which->used || !which->parameters.empty() || !local(where.via)) continue;
    PgPlace place;
    std::string problem;
    if (!postgres_place(parse_url(where.text), false, place).empty()) continue;
    PostgresBackend* backend = postgres(problem);
    if (!backend) continue;
    ++opening_left_;
    backend->open(place, limit, [this] { one_opened(); });
  }
  opening_ = new_timer(0);
  arm(opening_, real_world::milliseconds(limit), [](RealWorld& world, Serial) { world.all_opened(); });
  post([this] { one_opened(); });
}

void RealWorld::one_opened() {
  if (opening_left_ > 0 && --opening_left_ == 0) all_opened();
}

void RealWorld::all_opened() {
  close_timer(opening_);
  if (const auto opened = std::exchange(opened_, nullptr)) opened();
}

void RealWorld::ask(Said said, std::function<void(Answer)> answered) {
  const Serial serial = ++last_serial_;
  Pending& pending = pending_[serial];
  pending.said = std::move(said);
  pending.answered = std::move(answered);
  pending.started = uv_hrtime();
  by_id_[pending.said.id] = serial;
  keep_loop();
  pending.timer = new_timer(serial);
  uv_update_time(setup_.loop);   // a long computation before this must not eat the limit
  const Micros limit = pending.said.limit > 0 ? pending.said.limit : pending.said.what->limit;
  pending.said.limit = limit;
  arm(pending.timer, real_world::milliseconds(limit), [](RealWorld& world, Serial late) { world.limit_passed(late); });
  Reply reply = start(serial, pending);
  if (reply.way != Way::answer || reply.value.tag() != Tag::nothing) {
    post([this, serial, reply = std::move(reply)]() mutable { finish(serial, std::move(reply)); });
  }
}

Reply RealWorld::start(Serial serial, Pending& pending) {
  const Template& what = *pending.said.what;
  if (what.row == "clock.now") return Reply::answer(Fields().put("value", Value::instant(real_world::wall_now())).record());
  const Resource* which = resource(what.resource);
  if (!which) return Reply::none(Way::blindness, "there is no such resource");
  const Address* where = address(what.resource);
  const bool here = which->kind == ResourceKind::host && which->name == "local";
  if (!where && !here) return Reply::none(Way::blindness, fmt::format("`{}` is not bound in this environment", which->name));
  Utterance said = render(what, pending.said.holes);
  if (!said.problem.empty()) return Reply::none(Way::blindness, said.problem);
  Placed placed;
  if (where) placed = place(*where, pending.said.arguments);
  else placed.text = "localhost";
  if (!placed.problem.empty()) return Reply::none(Way::blindness, placed.problem);
  if (where && !local(where->via)) {
    return Reply::none(Way::blindness, fmt::format("`{}` is reached through another host, and ssh hosts are not supported yet", which->name));
  }
  switch (which->kind) {
    case ResourceKind::postgres: case ResourceKind::pgbouncer: return start_postgres(serial, pending, said, placed.text);
    case ResourceKind::redis: return start_redis(serial, pending, said, placed.text);
    case ResourceKind::http: case ResourceKind::prometheus: return start_http(serial, pending, said, placed.text);
    case ResourceKind::compose: return start_compose(serial, pending, said, placed.text);
    case ResourceKind::host: return start_host(serial, pending, said, placed.text);
    case ResourceKind::command: return start_command(serial, pending, said, placed.text);
    case ResourceKind::contact: case ResourceKind::channel: case ResourceKind::clock: break;
  }
  return Reply::none(Way::blindness, fmt::format("`{}` is nothing to look at", which->name));
}

void RealWorld::finish(Serial serial, Reply reply) {
  const auto found = pending_.find(serial);
  if (found == pending_.end()) return;
  Pending pending = std::move(found->second);
  pending_.erase(found);
  if (const auto known = by_id_.find(pending.said.id); known != by_id_.end() && known->second == serial) by_id_.erase(known);
  close_timer(pending.timer);
  keep_loop();
  Answer answer;
  answer.took = static_cast<Micros>((uv_hrtime() - pending.started) / 1000);
  if (pending.late) {
    reply = Reply::none(Way::silence, fmt::format("no answer within {}", prose(Value::duration(pending.said.limit))), pending.said.what->effect >= Effect::changes);
  }
  answer.way = reply.way;
  answer.in_doubt = reply.in_doubt && pending.said.what->effect >= Effect::changes;
  answer.reason = scrubber_.scrub(reply.reason);
  std::replace(answer.reason.begin(), answer.reason.end(), '\n', ' ');
  if (reply.way == Way::answer) answer.value = scrubber_.scrub(reply.value).answered(reply.ok, answer.took, real_world::wall_now());
  pending.answered(std::move(answer));
}

void RealWorld::stop_backend(Serial serial, const Pending& pending, bool wait) {
  switch (pending.over) {
    case Pending::Over::nothing: break;
    case Pending::Over::postgres: if (postgres_) postgres_->cancel(serial); break;
    case Pending::Over::redis: if (redis_) redis_->cancel(serial); break;
    case Pending::Over::http: if (http_) http_->cancel(serial); break;
    case Pending::Over::process: processes_->end(serial, wait); break;
  }
}

void RealWorld::limit_passed(Serial serial) {
  const auto found = pending_.find(serial);
  if (found == pending_.end() || found->second.late) return;
  found->second.late = true;
  // A change that a program makes is over when the program is: until then two hands would be on the tools.
  const bool wait = found->second.over == Pending::Over::process && found->second.said.what->effect >= Effect::changes;
  stop_backend(serial, found->second, wait);
  if (!wait) finish(serial, {});
}

void RealWorld::cancel(std::uint64_t id) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return;
  const Serial serial = known->second;
  by_id_.erase(known);
  const auto found = pending_.find(serial);
  if (found == pending_.end()) return;
  stop_backend(serial, found->second, false);
  close_timer(found->second.timer);
  pending_.erase(found);
  keep_loop();
}

std::unique_ptr<World> make_world(WorldSetup setup) { return std::make_unique<RealWorld>(std::move(setup)); }

}  // namespace rbc
