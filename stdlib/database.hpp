// One PostgreSQL database, asked and waited for: for commands that want to know what it holds, outside of any run.
#pragma once
#include <memory>
#include <string>

#include "stdlib/backends/postgres.hpp"

struct uv_loop_s;

namespace rbc {

// Everything that is said to it is a look: its session is read-only. Not for use inside a loop.
class Database {
 public:
  explicit Database(std::string address);   // `postgres://…`, secrets in place
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Waits at most `limit`. What is wrong with the address, or with the connection, is the answer's way and reason.
  PgAnswer ask(const std::string& sql, Micros limit);
  // The statement's columns and what the server says against it, without executing it.
  PgAnswer describe(const std::string& sql, Micros limit);

 private:
  PgAnswer send(PgJob job);
  std::string address_;
  std::unique_ptr<uv_loop_s> loop_;
  std::unique_ptr<PostgresBackend> backend_;
  std::uint64_t last_ = 0;
};

}  // namespace rbc
