#include "tests/live/support/servers.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace rbc::live {

namespace {

std::string contents(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

const passwd* plain_account() {
  if (::getuid() != 0) return nullptr;
  const passwd* found = ::getpwnam("postgres");
  return found ? found : ::getpwnam("nobody");
}

sockaddr_in socket_address(const std::string& address, int port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  return where;
}

int listen_on(const std::string& address, int backlog, int& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where = socket_address(address, 0);
  socklen_t size = sizeof where;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&where), size) != 0 || ::listen(fd, backlog) != 0) throw std::runtime_error("cannot listen");
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size);
  port = ntohs(where.sin_port);
  return fd;
}

}  // namespace

LoopbackAddress::LoopbackAddress() {
  for (int n = 0; n < 60000; ++n) {
    const std::string text = fmt::format("127.{}.{}.1", 90 + n / 250, 1 + n % 250);
    const int fd = ::open(fmt::format("/tmp/rbc-live-{}.lock", text).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      lock_ = fd;
      text_ = text;
      return;
    }
    if (fd >= 0) ::close(fd);
  }
  throw std::runtime_error("no loopback address is free");
}
LoopbackAddress::~LoopbackAddress() {
  if (lock_ >= 0) ::close(lock_);
}

Folder::Folder() {
  char path[] = "/tmp/rbc-live-XXXXXX";
  if (!::mkdtemp(path)) throw std::runtime_error("no temporary folder");
  path_ = path;
  if (const passwd* account = plain_account()) {
    if (::chown(path, account->pw_uid, account->pw_gid) != 0) throw std::runtime_error("chown failed");
  }
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Server::Server(std::vector<std::string> words, std::string log, bool plain_user) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const passwd* account = plain_user ? plain_account() : nullptr;
  const uid_t user = account ? account->pw_uid : 0;
  const gid_t group = account ? account->pw_gid : 0;
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::setsid();
  for (int number : {SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGABRT}) ::signal(number, SIG_DFL);   // Catch's handlers are not the child's
  const int none = ::open("/dev/null", O_RDONLY);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::dup2(none, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (account && (::setgid(group) != 0 || ::setuid(user) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);   // after the change of user, which clears it
  if (::chdir("/tmp") == 0) ::execvp(argv[0], argv.data());
  ::_exit(127);
}
bool Server::running() {
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    pid_ = -1;
  }
  return pid_ > 0;
}
int Server::wait() {
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, 0) == pid_) {
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    pid_ = -1;
  }
  return exit_;
}
void Server::stop(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  wait();
}
Server::~Server() { stop(SIGTERM); }

void until_ready(Server& server, const std::function<bool()>& answers, const std::string& log) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!answers()) {
    if (!server.running() || std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the server does not start:\n" + contents(log));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

bool connects(const std::string& address, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in where = socket_address(address, port);
  const bool yes = ::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  ::close(fd);
  return yes;
}

Postgres::Postgres(int max_connections) {
  const std::string bin = "/usr/lib/postgresql/15/bin/", data = folder_.path() + "/data", log = folder_.path() + "/log", word = folder_.path() + "/word";
  std::ofstream(word) << "correct horse\n";
  ::chmod(word.c_str(), 0644);
  Server init({bin + "initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", word, "--no-sync", "-E", "UTF8", "--locale", "C"}, log, true);
  if (init.wait() != 0) throw std::runtime_error("initdb failed:\n" + contents(log));
  {
    // A role that is no superuser, made before the server listens to anybody.
    std::ofstream(folder_.path() + "/role.sql") << "create role app login password 'correct horse';\ncreate table t(n int);\ngrant all on t to app;\ngrant pg_signal_backend to app;\n";
    Server role({"sh", "-c", fmt::format("{}postgres --single -D {} postgres < {}/role.sql", bin, data, folder_.path())}, log, true);
    if (role.wait() != 0) throw std::runtime_error("the first session failed:\n" + contents(log));
  }
  server_ = std::make_unique<Server>(std::vector<std::string>{bin + "postgres", "-D", data, "-c", "listen_addresses=" + address_.text(), "-c", "port=5432", "-c",
                                                              "unix_socket_directories=" + folder_.path(), "-c", fmt::format("max_connections={}", max_connections),
                                                              "-c", "superuser_reserved_connections=1", "-c", "max_wal_senders=0", "-c", "fsync=off", "-c",
                                                              "shared_buffers=8MB", "-c", "autovacuum=off"},
                                     log, true);
  until_ready(*server_, [&] { return contents(log).find("ready to accept connections") != std::string::npos; }, log);
}
std::string Postgres::url(const std::string& user, const std::string& password, const std::string& database) const {
  return fmt::format("postgres://{}:{}@{}:5432/{}", user, password, address_.text(), database);
}

Redis::Redis(const std::string& password) {
  const std::string log = folder_.path() + "/log";
  std::vector<std::string> words = {"redis-server", "--bind", address_.text(), "--port", "6379", "--save", "", "--dir", folder_.path()};
  if (!password.empty()) words.insert(words.end(), {"--requirepass", password});
  server_ = std::make_unique<Server>(words, log, true);
  until_ready(*server_, [&] { return connects(address_.text(), 6379); }, log);
}
std::string Redis::url(const std::string& password) const {
  return "redis://" + (password.empty() ? std::string() : ":" + password + "@") + address_.text() + ":6379";
}

Prometheus::Prometheus() {
  const std::string log = folder_.path() + "/log", settings = folder_.path() + "/prometheus.yml";
  std::ofstream(settings) << "global:\n  scrape_interval: 1h\n";
  server_ = std::make_unique<Server>(std::vector<std::string>{"prometheus", "--config.file=" + settings, "--storage.tsdb.path=" + folder_.path() + "/data",
                                                              "--web.listen-address=" + address_.text() + ":9090"}, log, true);
  until_ready(*server_, [&] { return contents(log).find("Server is ready") != std::string::npos; }, log);
}

Scripted::Scripted(std::function<std::string(const std::string&)> answer) : answer_(std::move(answer)) {
  listener_ = listen_on(address_.text(), 64, port_);
  thread_ = std::thread([this] { serve(); });
}
Scripted::~Scripted() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}
void Scripted::serve() {
  while (!stop_) {
    pollfd wait = {listener_, POLLIN, 0};
    if (::poll(&wait, 1, 20) <= 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    char buffer[65536];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    std::string answer = answer_(std::string(buffer, got > 0 ? static_cast<std::size_t>(got) : 0));
    for (std::string_view rest = answer; !rest.empty();) {
      const ssize_t sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::close(fd);
  }
}

BlackHole::BlackHole() {
  listener_ = listen_on(address_.text(), 0, port_);
  const sockaddr_in where = socket_address(address_.text(), port_);
  // A backlog of zero still takes one or two; those that no longer get through are what makes the hole black.
  for (int i = 0; i < 4; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    [[maybe_unused]] const int started = ::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where);
    fillers_.push_back(fd);
  }
}
BlackHole::~BlackHole() {
  for (int fd : fillers_) ::close(fd);
  ::close(listener_);
}

Desk::Desk() : loop_(std::make_unique<uv_loop_s>()) { uv_loop_init(loop_.get()); }
Desk::~Desk() {
  world_.reset();
  uv_run(loop_.get(), UV_RUN_DEFAULT);
  if (uv_loop_close(loop_.get()) != 0) std::fprintf(stderr, "the world left something open in its loop\n");
}
std::uint32_t Desk::bind(ResourceKind kind, std::string name, std::string address) {
  Resource resource;
  resource.kind = kind;
  resource.name = std::move(name);
  resource.used = true;
  program_.resources.push_back(std::move(resource));
  const auto index = static_cast<std::uint32_t>(program_.resources.size() - 1);
  if (!address.empty()) addresses_.push_back({index, address, address, kNone});
  return index;
}
World& Desk::world() {
  if (!world_) {
    WorldSetup setup;
    setup.loop = loop_.get();
    setup.program = &program_;
    setup.addresses = addresses_;
    setup.secrets = secrets_;
    setup.project = "/tmp";
    world_ = make_world(std::move(setup));
  }
  return *world_;
}
const Template& Desk::text(std::uint32_t resource, std::string row, Language language, std::string text, Effect effect) {
  auto& made = templates_.emplace_back(std::make_unique<Template>());
  made->resource = resource;
  made->row = std::move(row);
  made->language = language;
  made->effect = effect;
  made->limit = 10 * kSecond;
  Piece piece;
  piece.text = std::move(text);
  made->pieces.push_back(std::move(piece));
  return *made;
}
const Template& Desk::sql(std::uint32_t resource, std::string statement, Effect effect, bool one_row, std::vector<std::string> relations) {
  const Template& made = text(resource, effect == Effect::looks ? "postgres.look" : "postgres.change", Language::sql, std::move(statement), effect);
  templates_.back()->one_row = one_row;
  templates_.back()->relations = std::move(relations);
  return made;
}
const Template& Desk::words(std::uint32_t resource, std::string row, std::vector<std::string> words, Effect effect) {
  const Template& made = text(resource, std::move(row), Language::words, {}, effect);
  auto& pieces = templates_.back()->pieces;
  pieces.clear();
  for (std::string& word : words) {
    Piece piece;
    piece.as = Piece::As::word;
    pieces.push_back(piece);
    piece.as = Piece::As::literal;
    piece.text = std::move(word);
    pieces.push_back(piece);
  }
  return made;
}
const Template& Desk::http(std::uint32_t resource, std::string method, std::string path, Effect effect) {
  const Template& made = text(resource, effect == Effect::looks ? "http.look" : "http.change", Language::http, {}, effect);
  auto& pieces = templates_.back()->pieces;
  pieces.assign(2, {});
  pieces[0].as = Piece::As::method;
  pieces[0].text = std::move(method);
  pieces[1].as = Piece::As::path;
  pieces[1].text = std::move(path);
  return made;
}
std::shared_ptr<std::vector<Answer>> Desk::begin(const Template& what, Micros limit, std::vector<Value> holes) {
  auto answers = std::make_shared<std::vector<Answer>>();
  Said said;
  said.id = ++last_id_;
  said.what = &what;
  said.holes = std::move(holes);
  said.limit = limit;
  world().ask(std::move(said), [answers](Answer answer) { answers->push_back(std::move(answer)); });
  if (!answers->empty()) throw std::runtime_error("answered from inside ask()");
  return answers;
}
void Desk::run_until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("no answer within a minute");
    if (uv_run(loop_.get(), UV_RUN_ONCE) == 0 && !done()) throw std::runtime_error("nothing is left to wait for");
  }
}
void Desk::eventually(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("it does not come true");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}
Answer Desk::ask(const Template& what, Micros limit, std::vector<Value> holes) {
  const auto answers = begin(what, limit, std::move(holes));
  run_until([&] { return !answers->empty(); });
  return answers->front();
}

}  // namespace rbc::live
