// What the HTTP module asks of its backend: one request, one response. No libcurl type is seen here.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "vm/model/catalogue.hpp"
#include "vm/model/value.hpp"

struct uv_loop_s;

namespace rbc {

struct HttpRequest {
  std::string method;
  std::string url;               // http or https, without user information
  std::string user, password;    // basic authentication, if the user is not empty
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool has_body = false;
  Micros limit = 0;
};

struct HttpAnswer {
  Way way = Way::answer;
  std::string reason;
  bool in_doubt = false;         // a byte of the request may have left
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;   // names in lower case
  std::string body;              // at most kKept bytes
  bool cut = false;              // there was more
};

inline constexpr std::size_t kHttpKept = std::size_t{1} << 20;
inline constexpr std::size_t kHttpCap = std::size_t{8} << 20;   // decoded; more is not read at all

// Lives on the loop's thread.
class HttpBackend {
 public:
  virtual ~HttpBackend() = default;
  // Answers once, later, unless cancelled. Follows at most three redirects of GET and HEAD, to the same scheme, host and port only.
  virtual void ask(std::uint64_t id, HttpRequest request, std::function<void(HttpAnswer)> answered) = 0;
  virtual void cancel(std::uint64_t id) = 0;
};

}  // namespace rbc

extern "C" rbc::HttpBackend* rbc_http_backend(uv_loop_s* loop);
