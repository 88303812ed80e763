// Real servers for live tests: each on a loopback address of its own, in a temporary folder, gone when the test is.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "stdlib/world.hpp"

struct uv_loop_s;

namespace rbc::live {

// A loopback address that no other test has, held by a lock on a file.
class LoopbackAddress {
 public:
  LoopbackAddress();
  ~LoopbackAddress();
  LoopbackAddress(const LoopbackAddress&) = delete;
  LoopbackAddress& operator=(const LoopbackAddress&) = delete;
  const std::string& text() const { return text_; }

 private:
  int lock_ = -1;
  std::string text_;
};

// A temporary folder, removed with all that is in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A program that dies with this one. `plain_user`: not as root, if we are root.
class Server {
 public:
  Server(std::vector<std::string> words, std::string log, bool plain_user = false);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  void stop(int signal);
  bool running();
  int wait();                     // its exit code

 private:
  int pid_ = -1;
  int exit_ = -1;
};

// Tries until `answers` says yes; fails the test after half a minute, or when the server has ended.
void until_ready(Server& server, const std::function<bool()>& answers, const std::string& log);
bool connects(const std::string& address, int port);

class Postgres {
 public:
  explicit Postgres(int max_connections = 20);
  ~Postgres() { server_->stop(2); }              // SIGINT: ends whoever is still connected
  // a superuser `postgres` and a role `app`, both with the password "correct horse"
  std::string url(const std::string& user = "app", const std::string& password = "correct%20horse", const std::string& database = "postgres") const;
  const std::string& address() const { return address_.text(); }
  std::string data() const { return folder_.path() + "/data"; }

 private:
  LoopbackAddress address_;
  Folder folder_;
  std::unique_ptr<Server> server_;
};

class Redis {
 public:
  explicit Redis(const std::string& password = {});
  std::string url(const std::string& password = {}) const;
  Server& server() { return *server_; }

 private:
  LoopbackAddress address_;
  Folder folder_;
  std::unique_ptr<Server> server_;
};

class Prometheus {
 public:
  Prometheus();
  std::string url() const { return "http://" + address_.text() + ":9090"; }

 private:
  LoopbackAddress address_;
  Folder folder_;
  std::unique_ptr<Server> server_;
};

// Answers every connection with what `answer` makes of the first bytes, and hangs up. For states that a real server is not in for long.
class Scripted {
 public:
  explicit Scripted(std::function<std::string(const std::string&)> answer);
  ~Scripted();
  const std::string& address() const { return address_.text(); }
  int port() const { return port_; }
  std::string http() const { return "http://" + address() + ":" + std::to_string(port_); }

 private:
  void serve();
  LoopbackAddress address_;
  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// A socket that listens and whose backlog is full: connecting to it never ends.
class BlackHole {
 public:
  BlackHole();
  ~BlackHole();
  const std::string& address() const { return address_.text(); }
  int port() const { return port_; }

 private:
  LoopbackAddress address_;
  int listener_ = -1, port_ = 0;
  std::vector<int> fillers_;
};

// A world with resources bound to addresses, and a loop to wait in.
class Desk {
 public:
  Desk();
  ~Desk();
  std::uint32_t bind(ResourceKind kind, std::string name, std::string address);
  World& world();                                             // made at the first call
  uv_loop_s* loop() { return loop_.get(); }
  void secret(std::string value) { secrets_.push_back(std::move(value)); }

  const Template& sql(std::uint32_t resource, std::string text, Effect effect = Effect::looks, bool one_row = false, std::vector<std::string> relations = {});
  const Template& words(std::uint32_t resource, std::string row, std::vector<std::string> words, Effect effect = Effect::looks);
  const Template& http(std::uint32_t resource, std::string method, std::string path, Effect effect = Effect::looks);
  const Template& text(std::uint32_t resource, std::string row, Language language, std::string text, Effect effect = Effect::looks);

  // Asks, and begins; `answers` fills up while the loop runs.
  std::shared_ptr<std::vector<Answer>> begin(const Template& what, Micros limit = 5 * kSecond, std::vector<Value> holes = {});
  Answer ask(const Template& what, Micros limit = 5 * kSecond, std::vector<Value> holes = {});
  void run_until(const std::function<bool()>& done);           // which only reads what the loop changes
  void eventually(const std::function<bool()>& done);          // which may ask

 private:
  std::unique_ptr<uv_loop_s> loop_;
  Program program_;
  std::vector<Address> addresses_;
  std::vector<std::string> secrets_;
  std::vector<std::unique_ptr<Template>> templates_;
  std::unique_ptr<World> world_;
  std::uint64_t last_id_ = 0;
};

}  // namespace rbc::live
