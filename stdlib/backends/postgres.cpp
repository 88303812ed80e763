// The only file that sees libpqxx. libpq is used beneath it where libpqxx 6.4 has no word for it: connecting within a limit of less than
// two seconds and giving up at once, the SQLSTATE of a failed connect, noticing that an idle connection has died, and the result of a
// statement in whose middle the session was ended.
#include "stdlib/backends/postgres.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <set>
#include <pqxx/pqxx>
#include <thread>

#include "stdlib/backends/port.hpp"
#include "stdlib/backends/postgres_judging.hpp"

namespace rbc {
namespace postgres_backend {

using Steady = std::chrono::steady_clock;
using Deadline = Steady::time_point;
using namespace std::chrono_literals;

constexpr auto kGrace = 1s;                 // a cancelled statement has this long before its connection is cut
constexpr std::size_t kMostRows = 10'000;
constexpr std::size_t kMostBytes = std::size_t{8} << 20;   // of all values; the journal keeps what is read

// Why there is no connection.
struct NoConnection {
  Way way;
  std::string sqlstate;
  std::string reason;
};

int milliseconds_left(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
}

std::string first_line(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\n");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  return std::string(text.substr(0, text.find('\n')));
}

// libpq says a failed connect's SQLSTATE only in its verbose message: `…FATAL:  28P01: password authentication failed…`, where the
// first word may be translated.
NoConnection sorted(const std::string& message, bool needs_password) {
  for (auto at = message.find(":  "); at != std::string::npos; at = message.find(":  ", at + 1)) {
    const std::string_view rest = std::string_view(message).substr(at + 3);
    const bool code = rest.size() > 7 && rest.substr(5, 2) == ": " && std::all_of(rest.begin(), rest.begin() + 5, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    });
    if (!code) continue;
    const std::string state(rest.substr(0, 5));
    return {pg_way(state), state, fmt::format("{} ({})", first_line(rest.substr(7)), state)};
  }
  if (needs_password) return {Way::blindness, {}, "the server wants a password, and there is none in the address"};
  return {Way::silence, {}, first_line(message)};
}

// What one attempt to connect needs to know. libpqxx hands a policy one string only, so this travels beside it, on the session's thread.
struct Attempt {
  std::vector<std::pair<std::string, std::string>> settings;
  Deadline deadline;
  int wake = -1;
  PGconn* made = nullptr;
};
thread_local Attempt* attempt_now = nullptr;

class PatientConnect : public pqxx::connectionpolicy {
 public:
  explicit PatientConnect(const std::string& options) : pqxx::connectionpolicy(options) {}
  handle do_startconnect(handle known) override {
    if (known) return known;   // libpqxx asks again to finish what was started
    // libpqxx would open a lost connection again behind our back; only connect() may.
    if (!attempt_now) throw NoConnection{Way::silence, {}, "the connection was lost"};
    Attempt& attempt = *attempt_now;
    std::vector<const char*> names, values;
    for (const auto& [name, value] : attempt.settings) {
      names.push_back(name.c_str());
      values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* made = PQconnectStartParams(names.data(), values.data(), 0);
    if (!made) throw NoConnection{Way::blindness, {}, "out of memory"};
    PQsetErrorVerbosity(made, PQERRORS_VERBOSE);
    PostgresPollingStatusType state = PQstatus(made) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
      pollfd fds[2] = {{PQsocket(made), static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0}, {attempt.wake, POLLIN, 0}};
      const int ready = ::poll(fds, 2, milliseconds_left(attempt.deadline));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0 || fds[1].revents) {
        PQfinish(made);
        throw NoConnection{Way::silence, {}, "it does not take the connection"};
      }
      state = PQconnectPoll(made);
    }
    if (state == PGRES_POLLING_FAILED) {
      NoConnection why = sorted(PQerrorMessage(made), PQconnectionNeedsPassword(made) != 0);
      PQfinish(made);
      throw why;
    }
    attempt.made = made;
    return made;
  }
};
using Connection = pqxx::basic_connection_base<PatientConnect>;

struct Task {
  PgJob job;
  Deadline deadline;
  bool only_open = false;
  bool shared = false;         // a change on the looks' connection, since no second could be had
};

class Desk;

// One connection and its thread. Everything above the line is shared under the mutex; what is below belongs to the thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(PgPlace place, bool changes, std::shared_ptr<Port> port, std::shared_ptr<Desk> desk)
      : place_(std::move(place)), changes_(changes), port_(std::move(port)), desk_(std::move(desk)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Session() { ::close(wake_); }
  void start() {
    std::thread([self = shared_from_this()] { self->work(); }).detach();
  }
  void give(Task task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }
  bool connected() const { return connected_; }
  void cancel(std::uint64_t id);
  // Gives the thread a moment to hang up politely; one that is stuck in a resolver is left behind with what it owns.
  void close() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    interrupt(current_ != 0);
    changed_.notify_all();
    changed_.wait_for(lock, 500ms, [&] { return gone_; });
  }

 private:
  void work();
  PgAnswer run(Task& task);
  void connect(Deadline deadline, Micros limit);
  bool alive();
  void drop();
  PgAnswer say(Task& task);
  void take(const PgJob& job, PgAnswer& answer);
  bool only_looks(const PgJob& job, PgAnswer& answer);
  void interrupt(bool statement);

  const PgPlace place_;
  const bool changes_;
  const std::shared_ptr<Port> port_;
  const std::shared_ptr<Desk> desk_;
  const int wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::uint64_t current_ = 0;
  int cancelling_ = 0;
  bool closing_ = false, gone_ = false;
  std::shared_ptr<PGcancel> canceller_;
  int socket_ = -1;
  std::atomic<bool> connected_ = false;

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<pqxx::quiet_errorhandler> quiet_;   // notices are not printed; goes before the connection
  PGconn* raw_ = nullptr;
  std::set<std::string> judged_;    // what this connection found to call nothing that may change something
  std::int64_t server_limit_ = 0;   // the session's statement_timeout, milliseconds
};

// Who waits for what; on the loop's thread.
class Desk {
 public:
  struct Waiting {
    std::function<void(PgAnswer)> answered;
    std::function<void()> opened;
    std::shared_ptr<Session> session, fallback;
    Task again;                // a change, in case it must go over the fallback
  };
  std::map<std::uint64_t, Waiting> waiting;
  std::shared_ptr<Port> port;
  void done(std::uint64_t id, PgAnswer answer, bool no_connection) {
    const auto found = waiting.find(id);
    if (found == waiting.end()) return;
    Waiting& who = found->second;
    if (no_connection && who.fallback && who.fallback->connected()) {
      who.session = std::exchange(who.fallback, nullptr);
      who.again.shared = true;
      return who.session->give(std::move(who.again));
    }
    const Waiting last = std::move(who);
    waiting.erase(found);
    if (waiting.empty()) port->keep_loop(false);
    if (last.opened) last.opened();
    if (last.answered) last.answered(std::move(answer));
  }
};

void Session::interrupt(bool statement) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  if (!statement || !canceller_) return;
  // PQcancel connects, and waits for it: against a server that hangs that is long, so nobody waits for it here.
  ++cancelling_;
  std::thread([self = shared_from_this(), canceller = canceller_] {
    char why[256];
    PQcancel(canceller.get(), why, sizeof why);
    const std::lock_guard lock(self->mutex_);
    --self->cancelling_;
    self->changed_.notify_all();
  }).detach();
}

void Session::cancel(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tasks_, [&](const Task& task) { return task.job.id == id; });
  if (current_ != id) return;
  interrupt(true);
  std::thread([self = shared_from_this(), id] {
    std::unique_lock waiting(self->mutex_);
    const bool ended = self->changed_.wait_for(waiting, kGrace, [&] { return self->current_ != id; });
    // The thread closes the socket under this mutex, so the number is still this connection's.
    if (!ended && self->socket_ >= 0) ::shutdown(self->socket_, SHUT_RDWR);
  }).detach();
}

void Session::work() {
  while (true) {
    Task task;
    bool late_cancel = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closing_ || !tasks_.empty(); });
      // A cancel still on its way would hit the next statement.
      late_cancel = !changed_.wait_for(lock, kGrace, [&] { return cancelling_ == 0; });
      if (closing_) break;
      if (tasks_.empty()) continue;
      task = std::move(tasks_.front());
      tasks_.pop_front();
      current_ = task.job.id;
      std::uint64_t ignored = 0;
      [[maybe_unused]] const auto drained = ::read(wake_, &ignored, sizeof ignored);
    }
    bool no_connection = false;
    PgAnswer answer;
    try {
      if (late_cancel || !alive()) {
        drop();
        // A second connection is a convenience: it does not get all of the time.
        const Deadline deadline = changes_ ? std::min(task.deadline, Steady::now() + 10s) : task.deadline;
        connect(deadline, task.job.limit);
      }
      if (!task.only_open) answer = say(task);
    } catch (const NoConnection& why) {
      no_connection = true;
      answer.way = why.way;
      answer.reason = why.reason;
    } catch (const std::exception& other) {
      no_connection = true;
      answer.way = Way::silence;
      answer.reason = first_line(other.what());
    }
    {
      const std::lock_guard lock(mutex_);
      current_ = 0;
      changed_.notify_all();
    }
    port_->post([desk = desk_, id = task.job.id, answer = std::move(answer), no_connection]() mutable {
      desk->done(id, std::move(answer), no_connection);
    });
  }
  drop();
  const std::lock_guard lock(mutex_);
  gone_ = true;
  changed_.notify_all();
}

// An idle connection that the server has ended looks open until it is read from.
bool Session::alive() {
  if (!connection_) return false;
  // Its last words may come a moment before the end itself, so whoever says something unasked gets a few milliseconds.
  for (int wait = 0; PQstatus(raw_) == CONNECTION_OK; wait = 5) {
    pollfd socket = {PQsocket(raw_), POLLIN, 0};
    if (::poll(&socket, 1, wait) <= 0) break;
    PQconsumeInput(raw_);
  }
  return PQstatus(raw_) == CONNECTION_OK && connection_->is_open();
}

void Session::drop() {
  const std::lock_guard lock(mutex_);
  connected_ = false;
  socket_ = -1;
  raw_ = nullptr;
  canceller_.reset();
  quiet_.reset();
  connection_.reset();
  judged_.clear();
}

// The addresses of a name, so that a name that does not resolve is told from a server that does not answer.
void resolve(std::vector<std::pair<std::string, std::string>>& settings) {
  const auto host = std::find_if(settings.begin(), settings.end(), [](const auto& s) { return s.first == "host"; });
  if (host == settings.end() || host->second.empty() || host->second[0] == '/' || host->second.find(',') != std::string::npos) return;
  const std::string name = host->second;
  unsigned char bytes[16];
  if (::inet_pton(AF_INET, name.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, name.c_str(), bytes) == 1) return;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (failed) throw NoConnection{Way::blindness, {}, fmt::format("the name `{}` does not resolve: {}", name, ::gai_strerror(failed))};
  std::string hosts, addresses;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    char text[INET6_ADDRSTRLEN + 32];
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) continue;
    hosts += (hosts.empty() ? "" : ",") + name;
    addresses += (addresses.empty() ? "" : ",") + std::string(text);
  }
  ::freeaddrinfo(found);
  host->second = hosts;
  settings.emplace_back("hostaddr", addresses);
}

void Session::connect(Deadline deadline, Micros limit) {
  Attempt attempt;
  attempt.settings = place_.settings;
  attempt.deadline = deadline;
  attempt.wake = wake_;
  resolve(attempt.settings);
  const std::int64_t milliseconds = std::max<std::int64_t>(limit / 1000, 1);
  auto set = [&](std::string name, std::string value) { attempt.settings.emplace_back(std::move(name), std::move(value)); };
  set("application_name", "rbc");
  set("client_encoding", "UTF8");
  set("gssencmode", "disable");
  set("connect_timeout", std::to_string(std::max<std::int64_t>(2, (milliseconds + 999) / 1000)));
  set("tcp_user_timeout", std::to_string(milliseconds));
  // The server's own limit is the belt behind our cancelling, so it is a little longer than ours.
  server_limit_ = milliseconds + 500;
  std::vector<std::pair<std::string, std::string>> session = {
      {"statement_timeout", std::to_string(server_limit_)}, {"lock_timeout", "2000"}, {"intervalstyle", "iso_8601"}, {"datestyle", "ISO"},
      {"timezone", "UTC"}, {"jit", "off"}, {"bytea_output", "hex"}, {"extra_float_digits", "1"}, {"idle_in_transaction_session_timeout", "60000"}};
  if (!changes_) {
    session.emplace_back("default_transaction_read_only", "on");
    session.emplace_back("constraint_exclusion", "off");   // the checks of a table are worked out while planning, with the functions that they call
    session.emplace_back("search_path", "pg_catalog,\"$user\",public");
  }
  std::string options;
  for (const auto& [name, value] : session) options += fmt::format("{}-c {}={}", options.empty() ? "" : " ", name, value);
  if (!place_.pooler) set("options", options);
  bool say_settings = false;
  auto open = [&] {
    attempt_now = &attempt;
    connection_ = std::make_unique<Connection>(std::string());
    attempt_now = nullptr;
  };
  try {
    open();
  } catch (const NoConnection& why) {
    // A pooler in between may refuse options at the start; then they are said afterwards.
    if (place_.pooler || !why.sqlstate.starts_with("08P")) throw;
    attempt.settings.pop_back();
    open();
    say_settings = true;
  }
  quiet_ = std::make_unique<pqxx::quiet_errorhandler>(*connection_);
  raw_ = attempt.made;
  if (say_settings) {
    std::string all;
    for (const auto& [name, value] : session) all += fmt::format("set {} = {};", name, name == "search_path" ? value : "'" + value + "'");
    pqxx::nontransaction(*connection_).exec(all);
  }
  const std::lock_guard lock(mutex_);
  canceller_.reset(PQgetCancel(raw_), PQfreeCancel);
  socket_ = PQsocket(raw_);
  connected_ = true;
}

// Through libpq: when a session is ended in mid-statement, libpqxx 6.4 loses the result, and with it the SQLSTATE that says so.
void Session::take(const PgJob& job, PgAnswer& answer) {
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::vector<const char*> values;
  for (const auto& parameter : job.parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  using Result = std::unique_ptr<PGresult, Clear>;
  // One statement by the extended protocol: with `default_transaction_read_only` a look is one read-only transaction in one round trip.
  Result result(job.describe    ? PQprepare(raw_, "", job.sql.c_str(), 0, nullptr)
                : place_.pooler ? PQexec(raw_, job.sql.c_str())
                                : PQexecParams(raw_, job.sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0));
  if (job.describe && PQresultStatus(result.get()) == PGRES_COMMAND_OK) result.reset(PQdescribePrepared(raw_, ""));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    const char* words = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
    const NoConnection why = state ? NoConnection{pg_way(state), state, fmt::format("{} ({})", first_line(words ? words : ""), state)}
                                   : sorted(PQerrorMessage(raw_), false);
    const bool refused = why.sqlstate.empty() && PQstatus(raw_) == CONNECTION_OK;
    answer.way = refused ? Way::refusal : why.way;
    answer.reason = why.reason;
    answer.sqlstate = why.sqlstate;
    if (const char* hint = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_HINT)) answer.hint = first_line(hint);
    if (const char* at = PQresultErrorField(result.get(), PG_DIAG_STATEMENT_POSITION)) answer.position = static_cast<std::uint32_t>(std::strtoul(at, nullptr, 10));
    return;
  }
  answer.affected = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  const int columns = PQnfields(result.get()), rows = PQntuples(result.get());
  if (static_cast<std::size_t>(rows) > kMostRows) {
    answer.way = Way::blindness;
    answer.reason = fmt::format("the answer has {} rows; at most {} are read, so add a `limit`", rows, kMostRows);
    return;
  }
  std::size_t bytes = 0;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) bytes += static_cast<std::size_t>(PQgetlength(result.get(), r, c));
  }
  if (bytes > kMostBytes) {
    answer.way = Way::blindness;
    answer.reason = fmt::format("the answer has {} MiB; at most {} are read, so ask for less, as `left(…, 200)` does", bytes >> 20, kMostBytes >> 20);
    return;
  }
  for (int c = 0; c < columns; ++c) answer.columns.push_back({PQfname(result.get(), c), PQftype(result.get(), c)});
  for (int r = 0; r < rows; ++r) {
    auto& cells = answer.rows.emplace_back();
    for (int c = 0; c < columns; ++c) {
      if (PQgetisnull(result.get(), r, c)) cells.emplace_back();
      else cells.emplace_back(std::string(PQgetvalue(result.get(), r, c), static_cast<std::size_t>(PQgetlength(result.get(), r, c))));
    }
  }
}

bool Session::only_looks(const PgJob& job, PgAnswer& answer) {
  // Casts between PostgreSQL's own types that somebody has added need no name in the statement: a connection is judged at least once.
  std::vector<std::string> fresh = {std::string()};
  fresh.insert(fresh.end(), job.relations.begin(), job.relations.end());
  std::erase_if(fresh, [&](const std::string& name) { return judged_.contains(name); });
  if (fresh.empty() || job.changes || place_.pooler) return true;
  // What is judged hangs together: a field means a function only where the relation has no such column.
  PgJob judging;
  judging.parameters = {pg_text_array(job.relations)};
  PgAnswer plain, found;
  judging.sql = pg_plain_query();
  take(judging, plain);
  if (plain.way == Way::answer && plain.rows.empty()) {
    judging.sql = pg_judging_query();
    take(judging, found);
  } else {
    found.way = plain.way;
    found.reason = std::move(plain.reason);
  }
  if (found.way != Way::answer) {
    answer = std::move(found);
    return false;
  }
  if (!found.rows.empty()) {
    answer.way = Way::blindness;
    answer.reason = fmt::format("{}, which may change something, so it was not looked at", found.rows[0][0].value_or(""));
    return false;
  }
  judged_.insert(fresh.begin(), fresh.end());
  return true;
}

PgAnswer Session::say(Task& task) {
  PgAnswer answer;
  bool sent = false;
  try {
    const std::int64_t wanted = task.job.limit / 1000 + 500;
    pqxx::nontransaction transaction(*connection_);
    if (!place_.pooler && wanted > server_limit_) {
      transaction.exec(fmt::format("set statement_timeout = {}", wanted));
      server_limit_ = wanted;
    }
    if (task.shared) transaction.exec("set default_transaction_read_only = off; reset search_path");
    sent = true;
    if (only_looks(task.job, answer)) take(task.job, answer);
  } catch (const std::exception& error) {
    const NoConnection why = sorted(connection_->is_open() ? error.what() : PQerrorMessage(raw_), false);
    answer.way = why.sqlstate.empty() && connection_->is_open() ? Way::refusal : why.way;
    answer.reason = why.reason.empty() ? first_line(error.what()) : why.reason;
  }
  answer.in_doubt = answer.way == Way::silence && sent;
  if (task.shared && connection_->is_open()) {
    try {
      pqxx::nontransaction(*connection_).exec("set default_transaction_read_only = on; set search_path = pg_catalog,\"$user\",public");
    } catch (const std::exception&) {
      drop();   // a connection for looks that may write is worse than none
    }
  }
  return answer;
}

class Threads final : public PostgresBackend {
 public:
  explicit Threads(uv_loop_s* loop) : port_(Port::open(loop)), desk_(std::make_shared<Desk>()) { desk_->port = port_; }
  ~Threads() override {
    for (auto& [key, session] : sessions_) session->close();
    desk_->waiting.clear();
    port_->close();
  }
  void open(const PgPlace& place, Micros limit, std::function<void()> opened) override {
    Task task;
    task.job.id = kOwn | ++opens_;
    task.job.limit = limit;
    task.deadline = Steady::now() + std::chrono::microseconds(limit);
    task.only_open = true;
    const auto session = session_for(place, false);
    wait(task.job.id, {{}, std::move(opened), session, nullptr, {}});
    session->give(std::move(task));
  }
  void ask(PgJob job, std::function<void(PgAnswer)> answered) override {
    Task task;
    task.deadline = Steady::now() + std::chrono::microseconds(job.limit);
    task.job = std::move(job);
    const auto session = session_for(task.job.place, task.job.changes);
    Desk::Waiting who{std::move(answered), {}, session, nullptr, {}};
    if (task.job.changes) {
      who.fallback = session_for(task.job.place, false);
      who.again = task;
    }
    wait(task.job.id, std::move(who));
    session->give(std::move(task));
  }
  void cancel(std::uint64_t id) override {
    const auto found = desk_->waiting.find(id);
    if (found == desk_->waiting.end()) return;
    const auto session = found->second.session;
    desk_->waiting.erase(found);
    if (desk_->waiting.empty()) port_->keep_loop(false);
    session->cancel(id);
  }

 private:
  static constexpr std::uint64_t kOwn = std::uint64_t{1} << 63;   // ids of our own, apart from the caller's
  void wait(std::uint64_t id, Desk::Waiting who) {
    desk_->waiting.emplace(id, std::move(who));
    port_->keep_loop(true);
  }
  std::shared_ptr<Session> session_for(const PgPlace& place, bool changes) {
    std::string key(changes ? "c" : "l");
    for (const auto& [name, value] : place.settings) key += '\0' + name + '\0' + value;
    auto& session = sessions_[key];
    if (!session) {
      session = std::make_shared<Session>(place, changes, port_, desk_);
      session->start();
    }
    return session;
  }
  std::shared_ptr<Port> port_;
  std::shared_ptr<Desk> desk_;
  std::map<std::string, std::shared_ptr<Session>> sessions_;
  std::uint64_t opens_ = 0;
};

}  // namespace postgres_backend
}  // namespace rbc

extern "C" rbc::PostgresBackend* rbc_postgres_backend(uv_loop_s* loop) { return new rbc::postgres_backend::Threads(loop); }
