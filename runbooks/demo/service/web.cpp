#include "runbooks/demo/service/web.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

namespace rbc::demo {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestRequest = 8 * 1024;
constexpr int kAtOnce = 64;

struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
};

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

// What Prometheus collects. The buckets are the ones that the runbooks' percentile is computed from.
class Metrics {
 public:
  void count(int status, double seconds) {
    const std::lock_guard lock(mutex_);
    ++requests_[status];
    for (std::size_t i = 0; i < kBuckets.size(); ++i) {
      if (seconds <= kBuckets[i]) ++buckets_[i];
    }
    sum_ += seconds;
    ++total_;
  }

  std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string out = "# TYPE http_requests_total counter\n";
    for (const auto& [status, n] : requests_) {
      out += fmt::format("http_requests_total{{status=\"{}\"}} {}\n", status, n);
    }
    out += "# TYPE http_request_duration_seconds histogram\n";
    for (std::size_t i = 0; i < kBuckets.size(); ++i) {
      out += fmt::format("http_request_duration_seconds_bucket{{le=\"{}\"}} {}\n", kBuckets[i], buckets_[i]);
    }
    out += fmt::format("http_request_duration_seconds_bucket{{le=\"+Inf\"}} {0}\nhttp_request_duration_seconds_sum {1}\n"
                       "http_request_duration_seconds_count {0}\n",
                       total_, sum_);
    return out;
  }

 private:
  static constexpr std::array<double, 7> kBuckets{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5};
  mutable std::mutex mutex_;
  std::map<int, std::uint64_t> requests_{{200, 0}, {500, 0}};
  std::array<std::uint64_t, kBuckets.size()> buckets_{};
  double sum_ = 0;
  std::uint64_t total_ = 0;
};

// A new connection for every question, as a pool that has none left would need one. It reads the table that the service
// lives on, so a lock that nobody lets go of is seen here too.
Reply health() {
  try {
    pqxx::connection database("connect_timeout=2 application_name=backend options='-c statement_timeout=1000'");
    pqxx::nontransaction look(database);
    look.exec("select 1 from (select count(*) from orders) as seen");
    return {200, "application/json", "{\"status\":\"healthy\"}\n"};
  } catch (const std::exception& error) {
    std::string_view why = error.what();
    while (!why.empty() && why.back() == '\n') why.remove_suffix(1);
    return {500, "application/json", fmt::format("{{\"status\":\"unhealthy\",\"error\":{}}}\n", json_text(why))};
  }
}

Reply answer(std::string_view request, Metrics& metrics) {
  const auto line = request.substr(0, request.find("\r\n"));
  const auto method = line.substr(0, line.find(' '));
  auto path = method.size() < line.size() ? line.substr(method.size() + 1) : std::string_view{};
  path = path.substr(0, path.find_first_of(" ?"));
  if (method != "GET" && method != "HEAD") return {405, "text/plain", "GET and HEAD only\n"};
  if (path == "/metrics") return {200, "text/plain; version=0.0.4", metrics.text()};
  if (path != "/health") return {404, "text/plain", "there is /health and /metrics\n"};
  const auto before = Clock::now();
  auto reply = health();
  metrics.count(reply.status, std::chrono::duration<double>(Clock::now() - before).count());
  return reply;
}

void talk(int socket, Metrics& metrics) {
  const timeval patience{5, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::string request;
  std::array<char, 2048> part{};
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < kLongestRequest) {
    const auto n = recv(socket, part.data(), part.size(), 0);
    if (n <= 0) break;
    request.append(part.data(), static_cast<std::size_t>(n));
  }
  const auto reply = answer(request, metrics);
  auto out = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", reply.status,
                         reply.status == 200 ? "OK" : reply.status == 500 ? "Internal Server Error" : "Refused", reply.type,
                         reply.body.size());
  if (request.rfind("HEAD", 0) != 0) out += reply.body;
  for (std::string_view rest = out; !rest.empty();) {
    const auto n = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  close(socket);
}

}  // namespace

int serve(const std::string& address, std::uint16_t port) {
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(port);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (listener >= 0) setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (listener < 0 || inet_pton(AF_INET, address.c_str(), &here.sin_addr) != 1 ||
      bind(listener, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 || listen(listener, kAtOnce) != 0) {
    fmt::print(stderr, "demo-backend: cannot listen on {}:{}: {}\n", address, port, std::strerror(errno));
    return 1;
  }
  fmt::print("demo-backend: listening on {}:{}\n", address, port);
  std::fflush(stdout);

  Metrics metrics;
  std::atomic<int> open = 0;
  while (true) {
    const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    if (open >= kAtOnce) {
      close(socket);
      continue;
    }
    ++open;
    std::thread([socket, &metrics, &open] {
      talk(socket, metrics);
      --open;
    }).detach();
  }
}

}  // namespace rbc::demo
