// What the Postgres module asks of its backend: statements in, columns and cells as text out. No libpq type is seen here.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vm/model/catalogue.hpp"
#include "vm/model/value.hpp"

struct uv_loop_s;

namespace rbc {

// Where a database is. `settings` are libpq's keywords (host, port, user, password, dbname …), never a URL, so that nothing in a value is parsed.
struct PgPlace {
  std::vector<std::pair<std::string, std::string>> settings;
  bool pooler = false;           // pgbouncer's own console: simple protocol only, no session settings
};

struct PgJob {
  std::uint64_t id = 0;
  PgPlace place;
  std::string sql;
  std::vector<std::optional<std::string>> parameters;   // $1, $2 …, as text
  std::vector<std::string> relations;                   // of a look: what it reaches that is not PostgreSQL's own, to be judged first (postgres_judging.hpp)
  bool changes = false;
  bool describe = false;                                // only prepared: its columns, or what is wrong with it and where
  Micros limit = 0;
};

struct PgColumn {
  std::string name;
  std::uint32_t type = 0;        // pg_type's oid
};

struct PgAnswer {
  Way way = Way::answer;
  std::string reason;
  std::string sqlstate;          // of what the server refused; empty if it was no server's refusal
  std::string hint;              // the server's own, with it
  std::uint32_t position = 0;    // of that, characters of the statement from 1; 0: nowhere
  bool in_doubt = false;         // of a change: the statement had been sent
  std::vector<PgColumn> columns; // empty if the statement answers with no rows
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::int64_t affected = 0;
};

// Lives on the loop's thread. Each connection owns a thread of its own, so that a server that hangs delays nobody else.
class PostgresBackend {
 public:
  virtual ~PostgresBackend() = default;
  // Opens the kept connection. Calls back when it is open or cannot be.
  virtual void open(const PgPlace& place, Micros limit, std::function<void()> opened) = 0;
  // Answers once, later, unless cancelled. The caller keeps the limit: it cancels.
  virtual void ask(PgJob job, std::function<void(PgAnswer)> answered) = 0;
  virtual void cancel(std::uint64_t id) = 0;
};

// The way an SQLSTATE is (language.md 3.4).
inline Way pg_way(const std::string& sqlstate) {
  if (sqlstate.starts_with("28") || sqlstate == "3D000") return Way::blindness;
  if (sqlstate == "57P01" || sqlstate.starts_with("08")) return Way::silence;
  return Way::refusal;
}

}  // namespace rbc

extern "C" rbc::PostgresBackend* rbc_postgres_backend(uv_loop_s* loop);
