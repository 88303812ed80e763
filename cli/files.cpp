#include "cli/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "grammar/limits.hpp"

namespace rbc::cli {

namespace fs = std::filesystem;

std::optional<std::string> read_whole(const std::string& path) {
  // Opening a pipe would wait for a writer; reading one that has none does not.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  ::fcntl(file, F_SETFL, 0);
  std::string text;
  char piece[65536];
  ssize_t got = 0;
  while (text.size() <= kMostFileBytes && ((got = ::read(file, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR)))
    if (got > 0) text.append(piece, static_cast<std::size_t>(got));
  ::close(file);
  if (got < 0 || text.size() > kMostFileBytes) return std::nullopt;
  return text;
}

std::string why_unreadable(const std::string& path) {
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0) return fmt::format("cannot read {}: {}.", path.empty() ? "``" : path, std::strerror(errno));
  if (S_ISDIR(there.st_mode)) return fmt::format("cannot read {}: it is a folder.", path);
  if (!S_ISREG(there.st_mode)) return fmt::format("cannot read {}: it is no regular file.", path);
  if (static_cast<std::uintmax_t>(there.st_size) > kMostFileBytes)
    return fmt::format("{} has {} MiB, and a file of rbc has at most {}. Split it: `use` brings the parts together.", path, there.st_size >> 20, kMostFileBytes >> 20);
  return ::access(path.c_str(), R_OK) != 0 ? fmt::format("cannot read {}: {}.", path, std::strerror(errno)) : fmt::format("cannot read {}: it is no plain file.", path);
}

namespace {

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(file, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string cannot(const std::string& path) { return fmt::format("cannot write {}: {}.", path, std::strerror(errno)); }

// While this lives, what a person sends to end the program waits.
class Undisturbed {
 public:
  Undisturbed() {
    sigset_t endings;
    sigemptyset(&endings);
    for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&endings, each);
    pthread_sigmask(SIG_BLOCK, &endings, &before_);
  }
  ~Undisturbed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

std::string write_whole(const std::string& path, std::string_view text) {
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) return fmt::format("cannot write {}: it is a folder.", path);
  if (exists && !S_ISREG(there.st_mode)) {
    // A pipe that nobody reads is refused instead of waited for.
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (file >= 0) ::fcntl(file, F_SETFL, 0);
    const bool written = file >= 0 && write_all(file, text);
    const std::string problem = written ? std::string() : cannot(path);
    if (file >= 0) ::close(file);
    return problem;
  }
  std::error_code ignored;
  std::string target = path;
  if (exists) {
    if (const fs::path real = fs::canonical(path, ignored); !real.empty()) target = real.string();
    if (::access(target.c_str(), W_OK) != 0) return cannot(path);
  }
  const Undisturbed until_the_end;
  std::string beside = target + ".XXXXXX";
  const int file = ::mkstemp(beside.data());
  if (file < 0) return cannot(path);
  mode_t mode = 0666;
  if (exists) {
    mode = there.st_mode & 07777;
    // The owner stays if we may say so; if not, the file is ours, and the mode is what matters.
    if (::fchown(file, there.st_uid, there.st_gid) != 0) errno = 0;
  } else {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    mode &= ~mask;
  }
  const bool done = write_all(file, text) && ::fchmod(file, mode) == 0 && ::fsync(file) == 0;
  std::string problem = done ? std::string() : cannot(path);
  ::close(file);
  if (done && ::rename(beside.c_str(), target.c_str()) != 0) problem = cannot(path);
  if (!problem.empty()) ::unlink(beside.c_str());
  return problem;
}

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

struct Step {
  char mark;               // ' ', '-' or '+'
  std::string_view line;
  std::size_t before, after;   // how many lines of each text stand above it
};

// The shortest way from one text to the other by its longest common lines; a stretch of more than four million pairs is replaced as one.
std::vector<Step> steps(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::size_t head = 0, tail = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const std::size_t n = a.size() - head - tail, m = b.size() - head - tail;
  std::vector<Step> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({' ', a[i], i, i});
  std::size_t i = 0, j = 0;
  if (n * m <= 4'000'000) {
    std::vector<std::uint32_t> common((n + 1) * (m + 1));
    const auto cell = [&](std::size_t x, std::size_t y) -> std::uint32_t& { return common[x * (m + 1) + y]; };
    for (std::size_t x = n; x-- > 0;)
      for (std::size_t y = m; y-- > 0;) cell(x, y) = a[head + x] == b[head + y] ? cell(x + 1, y + 1) + 1 : std::max(cell(x + 1, y), cell(x, y + 1));
    while (i < n && j < m) {
      if (a[head + i] == b[head + j]) out.push_back({' ', a[head + i], head + i, head + j}), ++i, ++j;
      else if (cell(i + 1, j) >= cell(i, j + 1)) out.push_back({'-', a[head + i], head + i, head + j}), ++i;
      else out.push_back({'+', b[head + j], head + i, head + j}), ++j;
    }
  }
  for (; i < n; ++i) out.push_back({'-', a[head + i], head + i, head + j});
  for (; j < m; ++j) out.push_back({'+', b[head + j], head + i, head + j});
  for (std::size_t k = 0; k < tail; ++k) out.push_back({' ', a[a.size() - tail + k], head + n + k, head + m + k});
  return out;
}

}  // namespace

std::string unified_diff(const std::string& path, std::string_view before, std::string_view after) {
  if (before == after) return {};
  constexpr std::size_t kAround = 3;
  const std::vector<Step> all = steps(lines_of(before), lines_of(after));
  std::string out = fmt::format("--- {0}\n+++ {0}\n", path);
  for (std::size_t at = 0; at < all.size();) {
    if (all[at].mark == ' ') {
      ++at;
      continue;
    }
    // A hunk goes on while its changes are near each other.
    const std::size_t from = at > kAround ? at - kAround : 0;
    std::size_t last = at;
    for (std::size_t k = at; k < all.size() && k <= last + 2 * kAround; ++k)
      if (all[k].mark != ' ') last = k;
    const std::size_t to = std::min(all.size(), last + 1 + kAround);
    std::size_t removed = 0, added = 0;
    std::string body;
    for (std::size_t k = from; k < to; ++k) {
      removed += all[k].mark != '+' ? 1 : 0;
      added += all[k].mark != '-' ? 1 : 0;
      body += all[k].mark;
      body += all[k].line;
      if (!all[k].line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    out += fmt::format("@@ -{},{} +{},{} @@\n{}", all[from].before + (removed ? 1 : 0), removed, all[from].after + (added ? 1 : 0), added, body);
    at = to;
  }
  return out;
}

}  // namespace rbc::cli
