// A host, looked at through the kernel: no shell, and nothing of an utterance in an argument of a program that could be found by it.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "stdlib/modules/machine.hpp"

namespace rbc {
namespace host_module {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return std::move(all).str();
}

Reply failed(std::string_view what) { return Reply::none(Way::refusal, fmt::format("{}: {}", what, std::strerror(errno))); }

std::int64_t whole_number(const std::string& text) {
  std::int64_t n = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? n : -1;
}

Value share(double part, double whole) { return whole > 0 ? Value::percent(part / whole) : Value::percent(0); }

Reply disk(const std::string& path) {
  struct statvfs seen{};
  if (::statvfs(path.c_str(), &seen) != 0) return failed(path);
  const auto unit = static_cast<double>(seen.f_frsize);
  const double used = static_cast<double>(seen.f_blocks - seen.f_bfree), free = static_cast<double>(seen.f_bavail);
  Fields fields;   // as df: what is reserved for root counts as neither used nor free
  fields.put("used", share(used, used + free)).put("free", Value::size(static_cast<std::int64_t>(free * unit)));
  fields.put("total", Value::size(static_cast<std::int64_t>(static_cast<double>(seen.f_blocks) * unit)));
  fields.put("inodes", share(static_cast<double>(seen.f_files - seen.f_ffree), static_cast<double>(seen.f_files)));
  return Reply::answer(fields.record());
}

Reply memory() {
  const std::string all = read_file("/proc/meminfo");
  auto kib = [&](const char* name) {
    const auto at = all.find(std::string(name) + ":");
    return at == std::string::npos ? 0.0 : std::strtod(all.c_str() + at + std::strlen(name) + 1, nullptr);
  };
  const double total = kib("MemTotal"), free = kib("MemAvailable"), swap = kib("SwapTotal");
  if (total <= 0) return Reply::none(Way::refusal, "/proc/meminfo cannot be read");
  Fields fields;
  fields.put("used", share(total - free, total)).put("free", Value::size(static_cast<std::int64_t>(free * 1024)));
  fields.put("total", Value::size(static_cast<std::int64_t>(total * 1024))).put("swap", share(swap - kib("SwapFree"), swap));
  return Reply::answer(fields.record());
}

Reply cpu() {
  auto read = [](double& busy, double& all) {
    std::istringstream line(read_file("/proc/stat"));
    std::string name;
    line >> name;
    double value = 0;
    busy = all = 0;
    for (int i = 0; i < 8 && line >> value; ++i) {
      all += value;
      if (i != 3 && i != 4) busy += value;   // idle, and waiting for disks
    }
  };
  double busy_before = 0, all_before = 0, busy = 0, all = 0;
  read(busy_before, all_before);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  read(busy, all);
  return Reply::answer(Fields().put("used", share(busy - busy_before, all - all_before)).put("cores", Value::integer(::sysconf(_SC_NPROCESSORS_ONLN))).record());
}

Reply load() {
  double averages[3] = {};
  if (::getloadavg(averages, 3) != 3) return Reply::none(Way::refusal, "the load averages cannot be read");
  Fields fields;
  fields.put("one", Value::number(averages[0])).put("five", Value::number(averages[1])).put("fifteen", Value::number(averages[2]));
  return Reply::answer(fields.record());
}

std::vector<pid_t> processes() {
  std::vector<pid_t> all;
  if (DIR* folder = ::opendir("/proc")) {
    while (const dirent* entry = ::readdir(folder)) {
      if (const std::int64_t pid = whole_number(entry->d_name); pid > 0) all.push_back(static_cast<pid_t>(pid));
    }
    ::closedir(folder);
  }
  return all;
}

std::string command_line(pid_t pid) {
  std::string line = read_file(fmt::format("/proc/{}/cmdline", pid));
  while (line.ends_with('\0')) line.pop_back();
  std::replace(line.begin(), line.end(), '\0', ' ');
  return line;
}

// The fields of /proc/PID/stat after the name, which may hold blanks and brackets itself. The first is the state.
std::vector<std::string> stat_fields(pid_t pid) {
  const std::string text = read_file(fmt::format("/proc/{}/stat", pid));
  const auto end = text.rfind(')');
  std::vector<std::string> fields;
  if (end == std::string::npos) return fields;
  std::istringstream rest(text.substr(end + 1));
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

Reply process(const std::string& text) {
  const pid_t own_session = ::getsid(0);
  std::vector<Value> pids;
  std::int64_t pages = 0;
  for (const pid_t pid : processes()) {
    // Our own session holds whoever started us with the words in an argument: finding that would be finding the question.
    if (::getsid(pid) == own_session || command_line(pid).find(text) == std::string::npos) continue;
    const auto fields = stat_fields(pid);
    if (fields.size() < 22 || fields[0] == "Z") continue;
    pids.push_back(Value::integer(pid));
    pages += std::max<std::int64_t>(whole_number(fields[21]), 0);
  }
  const auto count = static_cast<std::int64_t>(pids.size());
  Fields fields;
  fields.put("count", Value::integer(count)).put("pids", Value::list(std::move(pids))).put("memory", Value::size(pages * ::sysconf(_SC_PAGESIZE)));
  return Reply::answer(fields.record(), count > 0);
}

Reply port(const std::string& text) {
  const std::int64_t number = whole_number(text);
  if (number < 1 || number > 65535) return Reply::none(Way::refusal, fmt::format("`{}` is no port", visible(text)));
  std::set<std::string> inodes;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::istringstream lines(read_file(table));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      std::string slot, local, remote, state, skip, inode;
      words >> slot >> local >> remote >> state;
      for (int i = 0; i < 5; ++i) words >> skip;
      words >> inode;
      const auto colon = local.rfind(':');
      if (state != "0A" || colon == std::string::npos) continue;   // 0A: listens
      if (std::stol(local.substr(colon + 1), nullptr, 16) == number) inodes.insert("socket:[" + inode + "]");
    }
  }
  Value pid = Value::missing("nothing listens"), name = pid;
  if (!inodes.empty()) pid = name = Value::missing("whose it is may not be seen");
  for (const pid_t candidate : inodes.empty() ? std::vector<pid_t>() : processes()) {
    const std::string folder = fmt::format("/proc/{}/fd", candidate);
    DIR* open = ::opendir(folder.c_str());
    if (!open) continue;
    bool found = false;
    while (const dirent* entry = found ? nullptr : ::readdir(open)) {
      char target[64];
      const ssize_t length = ::readlinkat(::dirfd(open), entry->d_name, target, sizeof target);
      found = length > 0 && inodes.count(std::string(target, static_cast<std::size_t>(length))) > 0;
    }
    ::closedir(open);
    if (!found) continue;
    pid = Value::integer(candidate);
    name = Value::text(command_line(candidate));
    break;
  }
  return Reply::answer(Fields().put("open", Value::boolean(!inodes.empty())).put("pid", pid).put("process", name).record(), !inodes.empty());
}

Reply file(const std::string& path) {
  struct stat seen{};
  if (::stat(path.c_str(), &seen) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return failed(path);
    const Value none = Value::missing("there is no such file");
    return Reply::answer(Fields().put("exists", Value::boolean(false)).put("size", none).put("changed", none).record(), false);
  }
  Fields fields;
  fields.put("exists", Value::boolean(true)).put("size", Value::size(seen.st_size));
  fields.put("changed", Value::instant(static_cast<std::int64_t>(seen.st_mtim.tv_sec) * kSecond + seen.st_mtim.tv_nsec / 1000));
  return Reply::answer(fields.record());
}

Reply tcp(const std::string& address, Micros limit) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return Reply::none(Way::blindness, fmt::format("`{}` is not HOST:PORT", visible(address)));
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found)) {
    return Reply::none(Way::blindness, fmt::format("the name `{}` does not resolve: {}", visible(host), ::gai_strerror(error)));
  }
  Reply reply = Reply::none(Way::silence, "no address");
  for (const addrinfo* at = found; at && reply.way != Way::answer; at = at->ai_next) {
    const int fd = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    int error = ::connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      pollfd wait = {fd, POLLOUT, 0};
      socklen_t size = sizeof error;
      if (::poll(&wait, 1, static_cast<int>(limit / 1000)) <= 0) error = ETIMEDOUT;
      else ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    ::close(fd);
    reply = error ? Reply::none(Way::silence, std::strerror(error)) : Reply::answer(Fields().record());
  }
  ::freeaddrinfo(found);
  return reply;
}

Reply dns(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (error && error != EAI_NONAME && error != EAI_NODATA) return Reply::none(Way::silence, ::gai_strerror(error));
  std::vector<Value> addresses;
  for (const addrinfo* at = error ? nullptr : found; at; at = at->ai_next) {
    char text[INET6_ADDRSTRLEN + 32];
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) addresses.push_back(Value::text(text));
  }
  if (!error) ::freeaddrinfo(found);
  const bool some = !addresses.empty();
  Fields fields;
  fields.put("addresses", Value::list(std::move(addresses))).put("ttl", Value::missing("the system's resolver does not say"));
  return Reply::answer(fields.record(), some);
}

}  // namespace host_module

bool is_direct_host_look(const std::string& row) {
  for (const char* known : {"host.disk", "host.memory", "host.cpu", "host.load", "host.process", "host.port", "host.file", "host.tcp", "host.dns"}) {
    if (row == known) return true;
  }
  return false;
}

Reply host_look(const std::string& row, const std::vector<std::string>& words, Micros limit) {
  using namespace host_module;
  const std::string argument = words.size() > 1 ? words[1] : std::string();
  if (row == "host.disk") return disk(argument);
  if (row == "host.memory") return memory();
  if (row == "host.cpu") return cpu();
  if (row == "host.load") return load();
  if (row == "host.process") return process(argument);
  if (row == "host.port") return port(argument);
  if (row == "host.file") return file(argument);
  if (row == "host.tcp") return tcp(argument, limit);
  return dns(argument);
}

std::string unfit_service(const std::string& row, const std::vector<std::string>& words) {
  if (row == "host.ping" || words.size() < 2) return {};
  const std::string& name = words[1];
  if (name.empty()) return "a service has a name";
  if (name.find_first_of("*?[") != std::string::npos) return fmt::format("`{}` is a pattern, and a service is called by its name", prose(Value::text(name)));
  if (name.find('/') != std::string::npos) return fmt::format("`{}` is a path, and a service is called by its name", prose(Value::text(name)));
  // What these do is not what the line says: the machine itself goes down, or all that runs beneath.
  for (const char* kind : {".target", ".slice", ".scope"})
    if (name.ends_with(kind)) return fmt::format("`{}` is no service", prose(Value::text(name)));
  return {};
}

Command host_command(const std::string& row, const std::vector<std::string>& words, const std::string& folder) {
  const std::string argument = words.size() > 1 ? words[1] : std::string();
  Command command;
  command.folder = folder;
  if (row == "host.service") command.words = {"systemctl", "show", "--no-pager", "--property=LoadState,ActiveState", "--", argument};
  else if (row == "host.ping") command.words = {"ping", "-n", "-c", "3", "-i", "0.3", "-w", "5", "--", argument};
  else command.words = {"systemctl", words.empty() ? std::string() : words[0], "--", argument};
  return command;
}

Reply decode_host(const Finished& done, const Template& what) {
  if (what.row == "host.service") {
    const Reply reply = decode_output(done, what);
    if (reply.way != Way::answer) return reply;
    if (done.out.find("LoadState=not-found") != std::string::npos) return Reply::none(Way::refusal, "there is no such service");
    const auto at = done.out.find("ActiveState=");
    std::string state = at == std::string::npos ? std::string() : done.out.substr(at + 12, done.out.find('\n', at) - at - 12);
    if (state.empty()) return Reply::none(Way::refusal, "systemctl does not say its state");
    if (state == "reloading") state = "active";
    else if (state == "deactivating") state = "inactive";
    return Reply::answer(Fields().put("state", Value::option(state)).record(), state == "active");
  }
  if (what.row == "host.ping") {
    // ping exits with 1 when nothing came back, and still says how much was lost.
    const auto at = done.out.find("% packet loss");
    const auto start = at == std::string::npos ? at : done.out.find_last_of(" ,", at - 1);
    if (!done.problem.empty() || start == std::string::npos) return decode_output(done, what);
    const double lost = std::strtod(done.out.c_str() + start + 1, nullptr);
    return Reply::answer(Fields().put("loss", Value::percent(lost / 100)).record(), lost < 100);
  }
  return decode_output(done, what);
}

Reply host_kill(const std::vector<std::string>& words) {
  const bool hard = words.size() > 2 && words[1] == "-9";
  const std::int64_t pid = words.size() < 2 ? -1 : host_module::whole_number(words.back());
  if (pid < 2 || pid > 4'194'304) return Reply::none(Way::refusal, "a process is named by its number, and 0, 1 and negative ones are refused");
  if (pid == ::getpid()) return Reply::none(Way::refusal, "that is this run itself");
  if (::kill(static_cast<pid_t>(pid), hard ? SIGKILL : SIGTERM) != 0) return host_module::failed(fmt::format("process {}", pid));
  return Reply::answer(Fields().record());
}

}  // namespace rbc
