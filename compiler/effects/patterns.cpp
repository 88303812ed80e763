#include "compiler/effects/detail.hpp"

namespace rbc::effects {

namespace detail {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    const size_t end = std::min(text.find_first_of(" \n", i), text.size());
    if (end > i) out.emplace_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

// `*` inside a pattern's word stands for any characters.
bool part_matches(std::string_view pattern, std::string_view word) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == word;
  if (word.substr(0, star) != pattern.substr(0, star)) return false;
  const auto rest = pattern.substr(star + 1);
  for (size_t i = star; i <= word.size(); ++i)
    if (part_matches(rest, word.substr(i))) return true;
  return false;
}

bool placeholder(std::string_view p) { return p.size() > 2 && p.front() == '<' && p.back() == '>'; }

bool prefix_matches(const std::vector<std::string>& pattern, size_t p, const std::vector<std::string>& words, const std::vector<bool>& known, size_t w) {
  if (p == pattern.size()) return true;
  if (pattern[p] == "**") {
    for (size_t i = w; i <= words.size(); ++i)
      if (prefix_matches(pattern, p + 1, words, known, i)) return true;
    return false;
  }
  if (w >= words.size()) return false;
  const bool any = pattern[p] == "*" || placeholder(pattern[p]);
  if (!any && (!known[w] || !part_matches(pattern[p], words[w]))) return false;
  return prefix_matches(pattern, p + 1, words, known, w + 1);
}

// `/a/<any>/**` and a path, segment by segment.
bool path_matches(const std::vector<std::string>& pattern, size_t p, const std::vector<embedded::HttpSegment>& path, size_t s) {
  if (p == pattern.size()) return s == path.size();
  if (pattern[p] == "**") {
    for (size_t i = s; i <= path.size(); ++i)
      if (path_matches(pattern, p + 1, path, i)) return true;
    return false;
  }
  if (s == path.size()) return false;
  const bool any = pattern[p] == "*" || placeholder(pattern[p]);
  const bool fits = any || (pattern[p].empty() && path[s].text.empty()) || (path[s].known && part_matches(pattern[p], path[s].text));
  return fits && path_matches(pattern, p + 1, path, s + 1);
}

}  // namespace detail

bool pattern_matches(std::string_view pattern, const std::vector<std::string>& words, const std::vector<bool>& known) {
  const auto parts = detail::split(pattern);
  return !parts.empty() && detail::prefix_matches(parts, 0, words, known, 0);
}

std::optional<embedded::Problem> check_pattern(std::string_view verb, std::string_view pattern, bool http) {
  const auto words = detail::split(pattern);
  const auto size = static_cast<uint32_t>(pattern.size());
  const std::string said(verb);
  if (words.empty()) return embedded::Problem{"E0408", fmt::format("`{}` of what?", said), 0, size, {}};
  if (words[0].starts_with(":")) return embedded::Problem{"E0408", fmt::format("No colon here: `{} {}`.", said, pattern.substr(pattern.find_first_not_of(": "))), 0, 1, {}};
  if (http) {
    static constexpr std::string_view kMethods[] = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"};
    if (words.size() != 2 || std::find(std::begin(kMethods), std::end(kMethods), words[0]) == std::end(kMethods) || words[1][0] != '/')
      return embedded::Problem{"E0408", fmt::format("On an `http` resource `{}` is followed by a method and a path, as in `{} POST /login`.", said, said), 0, size, {}};
    if (const auto query = pattern.find('?'); query != std::string_view::npos)
      return embedded::Problem{"E0408", "The path is compared alone; with a query this fits nothing.", static_cast<uint32_t>(query), size, "Leave the query out."};
    return std::nullopt;
  }
  for (const auto& w : words)
    if (!detail::placeholder(w) && (w == "|" || w == "||" || w == "&&" || w == ";" || w == ">" || w == ">>" || w == "<" || w.ends_with(';')))
      return embedded::Problem{"E0408", fmt::format("`{}` speaks of one simple command; each of a line is judged alone.", verb), 0, size, {}};
  if (verb != "reads") return std::nullopt;
  // What runs, or talks to, whatever it is given.
  static constexpr std::string_view kOpen[] = {"sh",      "bash",    "dash",   "zsh",    "ksh",     "ash",      "fish",    "csh",     "tcsh",    "pwsh",   "powershell", "busybox", "eval",   "exec",   "command", "source",  ".",        "env",     "sudo",   "doas",    "su",
                                               "nice",    "ionice",  "timeout", "nohup", "time",    "stdbuf",   "setsid",  "runuser", "gosu",    "su-exec", "chroot",    "unshare", "nsenter", "flock", "script",  "strace",  "watch",    "xargs",   "parallel", "find",   "awk",
                                               "gawk",    "mawk",    "nawk",   "sed",    "ed",      "vi",       "vim",     "python",  "python2", "python3", "perl",      "ruby",    "irb",    "node",   "nodejs",  "deno",    "bun",      "npx",     "bunx",   "tsx",     "ts-node",
                                               "php",     "lua",     "luajit", "tclsh",  "expect",  "Rscript",  "julia",   "groovy",  "jshell",  "osascript", "gdb",     "curl",    "wget",   "socat",  "nc",      "ncat",    "netcat",   "telnet",  "ssh",    "rsh",     "docker",
                                               "podman",  "nerdctl", "psql",   "mysql",  "mariadb", "sqlite3",  "mongosh", "mongo",   "redis-cli", "cqlsh", "clickhouse-client", "sqlcmd", "make"};
  std::string_view first = words[0];
  if (const size_t slash = first.rfind('/'); slash != std::string_view::npos && !first.starts_with("./")) first = first.substr(slash + 1);
  if (std::find(std::begin(kOpen), std::end(kOpen), first) != std::end(kOpen))
    return embedded::Problem{"E0408", fmt::format("`reads {}` would vouch for anything. Name the script.", words[0]), 0, static_cast<uint32_t>(words[0].size()), {}};
  for (const auto& w : words)
    if (w.find_first_of("|&;<>()$`\"'") != std::string::npos && !detail::placeholder(w))
      return embedded::Problem{"E0408", "`reads` vouches for one simple command, word for word.", 0, size, {}};
  bool all = true;
  for (const auto& w : words) all = all && (w == "*" || w == "**");
  if (all) return embedded::Problem{"E0408", fmt::format("`reads {}` would vouch for anything. Name the command.", pattern), 0, size, {}};
  return std::nullopt;
}

}  // namespace rbc::effects
