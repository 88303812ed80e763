// rbc fmt: the one layout, written in place, listed or shown.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/diff.hpp"
#include "cli/project.hpp"
#include "grammar/parse.hpp"
#include "grammar/print.hpp"

namespace rbc::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;

// What is done with a file that is laid out otherwise.
struct Manner {
  bool check, diff, to_stdout;
  bool writes() const { return !check && !diff; }
};

std::string reason() { return std::strerror(errno); }

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Puts a new file in the old one's place, with its mode and owner; a link stays a link. Whoever reads meanwhile sees the one or
// the other, whole. Answers what went wrong, or nothing.
std::string replace_file(const std::string& path, std::string_view text) {
  std::error_code trouble;
  const std::string target = fs::canonical(path, trouble).string();
  if (trouble) return trouble.message();
  struct stat was{};
  if (::stat(target.c_str(), &was) != 0 || ::access(target.c_str(), W_OK) != 0) return reason();
  std::string beside = fmt::format("{}.XXXXXX", target);
  const int fd = ::mkostemp(beside.data(), O_CLOEXEC);
  if (fd < 0) return reason();
  std::string problem;
  // Only root may give files away: who cannot keeps the file as their own.
  [[maybe_unused]] const int given = ::fchown(fd, was.st_uid, was.st_gid);
  if (!write_all(fd, text) || ::fchmod(fd, was.st_mode & 07777) != 0 || ::fsync(fd) != 0) problem = reason();
  if (::close(fd) != 0 && problem.empty()) problem = reason();
  if (problem.empty() && ::rename(beside.c_str(), target.c_str()) != 0) problem = reason();
  if (!problem.empty()) ::unlink(beside.c_str());
  return problem;
}

// The layout is held against what it was made of, because a formatter that changes what a runbook does is worse than none.
bool says_the_same(const Tree& tree, const std::string& text) {
  const Source source("formatted", text);
  Sink sink;
  const Tree again = parse(source, sink);
  if (!sink.ok() || !same_meaning(tree, again)) return false;
  auto one = comments(tree), other = comments(again);
  std::sort(one.begin(), one.end());
  std::sort(other.begin(), other.end());
  return one == other;
}

int lay_out(const Source& source, const Manner& manner) {
  Sink sink(100);
  const Tree tree = parse(source, sink);
  if (!sink.ok()) {
    for (const Diagnostic& d : sink.all())
      if (d.severity == Severity::Error) fmt::print(stderr, "{}\n", isatty(2) ? render_pretty(d, colours(2)) : render_short(d));
    return refuse(kFindings, fmt::format("{} cannot be laid out before it can be read{}.", source.path(), manner.to_stdout ? "" : "; it is as it was"));
  }
  const std::string text = formatted(tree);
  if (text != source.text() && !says_the_same(tree, text))
    return refuse(kBroken, fmt::format("this is a mistake in rbc itself, please report it: {} would not say the same any more. It is as it was.", source.path()));
  if (manner.to_stdout && manner.writes()) return fmt::print("{}", text), kOk;
  if (text == source.text()) return kOk;
  if (manner.diff) fmt::print("{}", unified_diff(source.path(), source.text(), text, colours(1)));
  if (manner.writes()) {
    const std::string problem = replace_file(source.path(), text);
    if (!problem.empty()) return refuse(kBroken, fmt::format("cannot write {}: {}. It is as it was.", source.path(), problem));
  }
  if (!manner.diff) fmt::print("{}\n", source.path());
  return manner.writes() ? kOk : kFindings;
}

int lay_out_file(const std::string& path, const Manner& manner) {
  std::error_code trouble;
  if (!fs::is_regular_file(path, trouble))
    return refuse(kBroken, fs::exists(path, trouble) ? fmt::format("{} is no regular file; `rbc fmt --stdin` reads what is piped.", path)
                                                     : fmt::format("cannot read {}: {}.", path, std::strerror(ENOENT)));
  if (fs::file_size(path, trouble) > kMostBytes) return refuse(kBroken, fmt::format("{} is larger than 1 GiB.", path));
  DiskSources sources;
  const Source* source = sources.load(path);
  return source ? lay_out(*source, manner) : refuse(kBroken, fmt::format("cannot read {}.", path));
}

}  // namespace

int format_files(const Given& given) {
  const Manner manner{given.has("check"), given.has("diff"), given.has("stdin")};
  if (given.has("stdin-filename") && !manner.to_stdout) return refuse(kUsage, "`--stdin-filename` names what `--stdin` reads; say both.");
  if (manner.to_stdout) {
    if (!given.words.empty()) return refuse(kUsage, fmt::format("`--stdin` reads one runbook from standard input; {} is one too many.", given.words[0]));
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    if (text.size() > kMostBytes) return refuse(kBroken, "standard input is larger than 1 GiB.");
    return lay_out(Source(given.get("stdin-filename", "<stdin>"), text), manner);
  }
  std::vector<std::string> files;
  std::string problem;
  if (given.words.empty()) {
    const Project project = find_project();
    if (!project.problem.empty()) return refuse(kUsage, project.problem);
    files = project.files;
    if (files.empty()) return refuse(kUsage, fmt::format("there is no runbook below {}.", project.root));
  } else {
    files = expand(given.words, problem);
    if (!problem.empty()) return refuse(kUsage, problem);
  }
  int code = kOk;
  for (const std::string& file : files) code = std::max(code, lay_out_file(file, manner));
  return code;
}

}  // namespace rbc::cli
