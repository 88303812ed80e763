#include "cli/shellcheck.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "grammar/ast.hpp"
#include "grammar/embedded/shell.hpp"
#include "grammar/parse.hpp"

namespace rbc::cli {

namespace {

constexpr std::chrono::seconds kLongest{5};
constexpr rlim_t kMemory = rlim_t{4} << 30;       // address space; the Haskell runtime reserves far more than it uses
constexpr std::size_t kMostOutput = 16u << 20;
// What our own wrapping makes pointless: a missing shebang, variables set elsewhere, `cd` without `|| exit` (lines stop at the first that fails),
// constants (they are holes), files that are not here.
constexpr const char* kExcluded = "SC2148,SC2154,SC2034,SC2164,SC2050,SC2157,SC2194,SC1090,SC1091,SC2088,SC1010,SC1083,SC2012";

struct Snippet {
  const Source* source;
  Captured captured;
  std::string marked;
};

// Holes become what is no longer or shorter: a quoted variable where it fits, which is what a run puts there.
std::string marked(const std::string& text, const embedded::Script& script) {
  std::string out = text;
  for (const embedded::HoleUse& use : script.uses) {
    const std::size_t size = use.end - use.begin;
    const bool quoted = use.escape == embedded::Escape::shell_quoted;
    std::string mark(size, 'h');
    if (quoted) mark = "$" + std::string(size - 1, 'h');
    else if (size >= 4) mark = "\"$" + std::string(size - 3, 'h') + "\"";
    out.replace(use.begin, size, mark);
  }
  return out;
}

std::vector<Snippet> snippets(Sources& sources, const std::vector<std::string>& files) {
  std::vector<Snippet> out;
  for (const std::string& file : files) {
    const Source* source = sources.load(file);
    if (!source) continue;
    Sink sink(1);
    const Tree tree = parse(*source, sink);
    for (const NodeId node : tree.find(Kind::Utterance, tree.root())) {
      const NodeId speaker = tree.child(node, Kind::Speaker);
      if (!speaker || tree.word(speaker) != Word::Dollar) continue;
      Captured captured = capture(tree, node);
      std::vector<embedded::HoleRef> holes;
      for (const auto& hole : captured.holes) holes.push_back({hole.begin, hole.end, static_cast<std::uint32_t>(holes.size()), hole.optional});
      const auto parsed = embedded::parse_shell(captured.text, holes);
      if (!parsed.ok()) continue;
      std::string text = marked(captured.text, parsed.value);
      out.push_back({source, std::move(captured), std::move(text)});
    }
  }
  return out;
}

// A folder of its own, gone with this object.
class Folder {
 public:
  Folder() {
    const char* base = std::getenv("TMPDIR");
    std::string name = std::string(base && *base ? base : "/tmp") + "/rbc-shellcheck-XXXXXX";
    if (::mkdtemp(name.data())) path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

[[noreturn]] void become(const std::vector<std::string>& words, const std::string& folder, int out) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit memory{kMemory, kMemory}, none{0, 0};
  ::setrlimit(RLIMIT_AS, &memory);
  ::setrlimit(RLIMIT_CORE, &none);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, 0);
  ::dup2(out, 1);
  ::dup2(nothing, 2);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  if (::chdir(folder.c_str()) == 0) ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

// What it prints; nothing when it is not there. `late` when it was ended.
std::string output_of(const std::vector<std::string>& words, const std::string& folder, bool& late) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) become(words, folder, ends[1]);
  ::close(ends[1]);
  std::string text;
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (child > 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd one{ends[0], POLLIN, 0};
    const int ready = left > 0 ? ::poll(&one, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || text.size() > kMostOutput) {
      late = true;
      ::kill(child, SIGKILL);
      break;
    }
    char buffer[65536];
    const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  if (child > 0)
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return text;
}

// The byte of line `line`, column `column` (characters, both from 1).
std::uint32_t offset_of(const std::string& text, std::size_t line, std::size_t column) {
  std::size_t at = 0;
  for (; line > 1 && at < text.size(); --line) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  for (; column > 1 && at < text.size() && text[at] != '\n'; --column) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return static_cast<std::uint32_t>(at);
}

void read_findings(const std::string& text, const std::vector<Snippet>& all, ShellFindings& found) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.contains("comments") || !json["comments"].is_array()) return;
  found.ran = true;
  for (const auto& one : json["comments"]) {
    const std::size_t number = std::strtoul(one.value("file", "0").c_str(), nullptr, 10);
    if (number == 0 || number > all.size()) continue;
    const Snippet& snippet = all[number - 1];
    const std::uint32_t begin = offset_of(snippet.marked, one.value("line", 1u), one.value("column", 1u));
    const std::uint32_t end = std::max(begin + 1, offset_of(snippet.marked, one.value("endLine", 1u), one.value("endColumn", 1u)));
    const std::string code = fmt::format("SC{:04}", one.value("code", 0));
    Diagnostic said(code, *snippet.source, snippet.captured.file_span(begin, end), one.value("message", ""), fmt::format("`rbc explain {}` says where to read more.", code));
    said.severity = Severity::Warning;
    said.origin = "shellcheck";
    found.diagnostics.push_back(std::move(said));
  }
}

}  // namespace

ShellFindings shellcheck(Sources& sources, const std::vector<std::string>& files) {
  ShellFindings found;
  const std::vector<Snippet> all = snippets(sources, files);
  if (all.empty()) return found;
  const Folder folder;
  if (folder.path().empty()) return found;
  std::vector<std::string> words{"shellcheck", "--format=json1", "--norc", "--shell=sh", "--severity=info", std::string("--exclude=") + kExcluded, "--"};
  for (std::size_t i = 0; i < all.size(); ++i) {
    words.push_back(fmt::format("{}.sh", i + 1));
    std::ofstream(folder.path() + "/" + words.back(), std::ios::binary) << all[i].marked << '\n';
  }
  bool late = false;
  const std::string text = output_of(words, folder.path(), late);
  if (late) found.problem = fmt::format("ShellCheck was ended after {} seconds; its findings are not in this report.", kLongest.count());
  else read_findings(text, all, found);
  return found;
}

}  // namespace rbc::cli
