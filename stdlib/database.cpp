#include "stdlib/database.hpp"

#include <uv.h>

#include <fmt/format.h>

#include "stdlib/backends/load.hpp"
#include "stdlib/modules/network.hpp"

namespace rbc {

Database::Database(std::string address) : address_(std::move(address)), loop_(std::make_unique<uv_loop_s>()) { uv_loop_init(loop_.get()); }

Database::~Database() {
  backend_.reset();
  uv_run(loop_.get(), UV_RUN_DEFAULT);
  uv_loop_close(loop_.get());
}

PgAnswer Database::send(PgJob job) {
  PgAnswer answer;
  answer.way = Way::blindness;
  answer.reason = postgres_place(parse_url(address_), false, job.place);
  if (!answer.reason.empty()) return answer;
  if (!backend_) backend_.reset(static_cast<PostgresBackend*>(open_backend("postgres", "rbc_postgres_backend", loop_.get(), answer.reason)));
  if (!backend_) return answer;
  job.id = ++last_;
  struct Late {
    uv_timer_t timer{};
    bool passed = false, closed = false;
  } late;
  uv_timer_init(loop_.get(), &late.timer);
  late.timer.data = &late;
  uv_timer_start(&late.timer, [](uv_timer_t* timer) { static_cast<Late*>(timer->data)->passed = true; }, static_cast<std::uint64_t>(job.limit / 1000) + 1, 0);
  bool answered = false;
  const Micros limit = job.limit;
  backend_->ask(std::move(job), [&](PgAnswer got) {
    answer = std::move(got);
    answered = true;
  });
  while (!answered && !late.passed) uv_run(loop_.get(), UV_RUN_ONCE);
  if (!answered) {
    backend_->cancel(last_);
    answer.way = Way::silence;
    answer.reason = fmt::format("no answer within {}", prose(Value::duration(limit)));
  }
  uv_close(reinterpret_cast<uv_handle_t*>(&late.timer), [](uv_handle_t* handle) { static_cast<Late*>(handle->data)->closed = true; });
  while (!late.closed) uv_run(loop_.get(), UV_RUN_ONCE);
  return answer;
}

PgAnswer Database::ask(const std::string& sql, Micros limit) {
  PgJob job;
  job.sql = sql;
  job.limit = limit;
  return send(std::move(job));
}

PgAnswer Database::describe(const std::string& sql, Micros limit) {
  PgJob job;
  job.sql = sql;
  job.limit = limit;
  job.describe = true;
  return send(std::move(job));
}

}  // namespace rbc
