// What the Redis module asks of its backend: one command, one reply. No hiredis type is seen here.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vm/model/value.hpp"

struct uv_loop_s;

namespace rbc {

struct RedisPlace {
  std::string address;           // numeric
  int port = 6379;
  std::string user, password;    // password empty: no AUTH
  int database = 0;
  friend auto operator<=>(const RedisPlace&, const RedisPlace&) = default;
};

struct RedisReply {
  enum class Kind : std::uint8_t { nil, text, status, integer, array, error } kind = Kind::nil;
  std::string text;
  std::int64_t integer = 0;
  std::vector<RedisReply> items;
};

struct RedisAnswer {
  Way way = Way::answer;
  std::string reason;
  bool in_doubt = false;         // the command had been sent
  RedisReply reply;
};

// Lives on the loop's thread.
class RedisBackend {
 public:
  virtual ~RedisBackend() = default;
  // Answers once, later, unless cancelled. `repeatable`: may be sent again on a new connection if a kept one turns out to be dead.
  virtual void ask(std::uint64_t id, const RedisPlace& place, std::vector<std::string> words, bool repeatable,
                   std::function<void(RedisAnswer)> answered) = 0;
  virtual void cancel(std::uint64_t id) = 0;
};

}  // namespace rbc

extern "C" rbc::RedisBackend* rbc_redis_backend(uv_loop_s* loop);
