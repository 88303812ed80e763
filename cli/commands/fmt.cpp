// rbc fmt: the one layout, written in place, listed or shown.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/files.hpp"
#include "cli/project.hpp"
#include "grammar/limits.hpp"
#include "grammar/parse.hpp"
#include "grammar/print.hpp"

namespace rbc::cli {

namespace {

// What is done with a file that is laid out otherwise.
struct Manner {
  bool check, diff, to_stdout;
  bool writes() const { return !check && !diff; }
};

// A diff as a terminal shows it: what goes is red, what comes is green, and a carriage return does not write over its line.
std::string painted(std::string_view diff) {
  std::string out;
  while (!diff.empty()) {
    const size_t end = std::min(diff.find('\n'), diff.size());
    std::string_view line = diff.substr(0, end);
    diff.remove_prefix(std::min(end + 1, diff.size()));
    const bool head = line.starts_with("--- ") || line.starts_with("+++ ");
    const std::string_view paint = head ? "\x1b[1m" : line.starts_with("@@") ? "\x1b[36m" : line.starts_with('-') ? "\x1b[31m" : line.starts_with('+') ? "\x1b[32m" : "";
    const bool cr = line.ends_with('\r');
    if (cr) line.remove_suffix(1);
    out += fmt::format("{}{}{}{}\n", paint, line, cr ? "^M" : "", paint.empty() ? "" : "\x1b[0m");
  }
  return out;
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
  if (manner.diff) {
    const std::string diff = unified_diff(source.path(), source.text(), text);
    fmt::print("{}", colours(1) ? painted(diff) : diff);
  }
  if (manner.writes())
    if (const std::string problem = write_whole(source.path(), text); !problem.empty()) return refuse(kBroken, problem + " It is as it was.");
  if (!manner.diff) fmt::print("{}\n", source.path());
  return manner.writes() ? kOk : kFindings;
}

int lay_out_file(const std::string& path, const Manner& manner) {
  DiskSources sources;
  const Source* source = sources.load(path);
  return source ? lay_out(*source, manner) : refuse(kBroken, why_unreadable(path));
}

// Standard input as far as a file may reach, and no further.
std::string piped() {
  std::string text;
  char piece[65536];
  for (std::size_t got = sizeof piece; got == sizeof piece && text.size() <= kMostFileBytes;) text.append(piece, got = std::fread(piece, 1, sizeof piece, stdin));
  return text;
}

}  // namespace

int format_files(const Given& given) {
  const Manner manner{given.has("check"), given.has("diff"), given.has("stdin")};
  if (given.has("stdin-filename") && !manner.to_stdout) return refuse(kUsage, "`--stdin-filename` names what `--stdin` reads; say both.");
  if (manner.to_stdout) {
    if (!given.words.empty()) return refuse(kUsage, fmt::format("`--stdin` reads one runbook from standard input; {} is one too many.", given.words[0]));
    std::string text = piped();
    if (std::ferror(stdin)) return refuse(kBroken, fmt::format("cannot read standard input: {}.", std::strerror(errno)));
    if (text.size() > kMostFileBytes) return refuse(kBroken, fmt::format("standard input has more than {} MiB.", kMostFileBytes >> 20));
    return lay_out(Source(given.get("stdin-filename", "<stdin>"), std::move(text)), manner);
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
