#include "compiler/effects.hpp"

#include "compiler/effects/detail.hpp"

namespace rbc::effects {

namespace effects_detail {

using detail::Arg;

struct RedisRow {
  std::string_view command, sub;
  Level level;
  std::string_view what;
  bool repeatable;
};
constexpr RedisRow kRedis[] = {
#define RBC_REDIS(command, sub, level, what, repeatable) {command, sub, Level::level, what, repeatable},
#define RBC_REDIS_REFUSED(command, sub, why)
#include "compiler/effects/redis.def"
#undef RBC_REDIS
#undef RBC_REDIS_REFUSED
};
struct RedisRefused {
  std::string_view command, sub, why;
};
constexpr RedisRefused kRedisRefused[] = {
#define RBC_REDIS(command, sub, level, what, repeatable)
#define RBC_REDIS_REFUSED(command, sub, why) {command, sub, why},
#include "compiler/effects/redis.def"
#undef RBC_REDIS
#undef RBC_REDIS_REFUSED
};

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

void mark(Effect& e, Level level, std::string culprit, std::string_view what, uint32_t begin, uint32_t end) {
  if (level <= e.level) return;
  e.level = level;
  e.sentence = fmt::format("`{}` {}", culprit, what);
  e.culprit = std::move(culprit);
  e.begin = begin;
  e.end = end;
}

void unknown(Effect& e, std::string culprit, uint32_t begin, uint32_t end) {
  e.level = Level::changes;
  e.known = false;
  e.sentence = fmt::format("nothing says that `{}` only looks", culprit);
  e.culprit = std::move(culprit);
  e.begin = begin;
  e.end = end;
}

std::vector<Arg> args_of(const embedded::Words& words) {
  std::vector<Arg> out;
  for (const auto& w : words.words) {
    Arg a{w.text, w.begin, w.end, w.known, false, {}};
    for (const auto& p : w.pieces)
      if (p.hole >= 0) a.holes.push_back(static_cast<uint32_t>(p.hole));
    out.push_back(std::move(a));
  }
  return out;
}

bool has_word(const embedded::Words& words, std::initializer_list<std::string_view> flags, size_t from = 1) {
  for (size_t i = from; i < words.words.size(); ++i)
    for (const auto f : flags) {
      const std::string& t = words.words[i].text;
      if (t == f) return true;
      if (f.size() == 2 && f[0] == '-' && t.size() > 2 && t[0] == '-' && t[1] != '-' && t.find(f[1]) != std::string::npos) return true;
    }
  return false;
}

}  // namespace effects_detail

using effects_detail::args_of;
using effects_detail::Arg;
using effects_detail::has_word;
using effects_detail::kRedis;
using effects_detail::kRedisRefused;
using effects_detail::lower;
using effects_detail::mark;
using effects_detail::unknown;

Effect of_sql(const embedded::SqlStatement& s) {
  Effect e;
  e.level = s.effect.level == embedded::SqlLevel::destroys ? Level::destroys : s.effect.level == embedded::SqlLevel::changes ? Level::changes : Level::looks;
  e.begin = s.effect.begin;
  e.end = s.effect.end;
  e.culprit = s.effect.culprit;
  e.sentence = s.effect.sentence;
  e.near = s.effect.near;
  e.known = s.effect.known;
  e.repeatable = s.effect.repeatable;
  detail::settle_limit(e, s.effect.slow);
  return e;
}

Effect of_pgbouncer(const embedded::Words& words) {
  Effect e;
  if (words.words.empty()) return e;
  const auto& first = words.words[0];
  const std::string verb = lower(first.text);
  if (verb == "show" && first.known) return e;
  struct Row {
    std::string_view verb, what;
    bool repeatable;
  };
  static constexpr Row kRows[] = {{"pause", "holds new queries back", true}, {"resume", "lets queries go on", true},        {"reload", "reads the configuration again", true},
                                  {"reconnect", "renews server connections", true}, {"kill", "drops every connection", false}, {"suspend", "holds everything back", true},
                                  {"disable", "refuses new clients", true}, {"enable", "takes new clients again", true},    {"shutdown", "stops the pooler", false}};
  for (const auto& r : kRows)
    if (first.known && r.verb == verb) {
      mark(e, Level::changes, verb, r.what, first.begin, first.end);
      e.repeatable = r.repeatable;
    }
  if (e.level == Level::looks) unknown(e, verb, first.begin, first.end);
  detail::settle_limit(e, false);
  return e;
}

Effect of_redis(const embedded::Words& words) {
  Effect e;
  if (words.words.empty()) return e;
  const auto& w = words.words;
  const std::string command = lower(w[0].text), sub = w.size() > 1 && w[1].known ? lower(w[1].text) : std::string();
  if (!w[0].known) {
    unknown(e, w[0].text, w[0].begin, w[0].end);
    e.problems.push_back({"E0704", "A hole cannot be the command itself.", w[0].begin, w[0].end, {}});
    return e;
  }
  for (const auto& r : kRedisRefused)
    if (r.command == command && (r.sub.empty() || r.sub == sub)) {
      e.level = Level::changes;
      e.culprit = r.sub.empty() ? command : command + " " + sub;
      e.sentence = fmt::format("`{}` is never said: {}", e.culprit, r.why);
      e.begin = w[0].begin;
      e.end = r.sub.empty() ? w[0].end : w[1].end;
      e.problems.push_back({"E0709", fmt::format("`{}` is not said in a runbook: {}.", e.culprit, r.why), e.begin, e.end, {}});
      return e;
    }
  if (command == "xread" || command == "xreadgroup")
    for (const auto& x : w)
      if (lower(x.text) == "block") e.problems.push_back({"E0709", "`block` is not said in a runbook: it blocks.", x.begin, x.end, "Use `poll`."});
  bool found = false;
  for (const auto& r : kRedis) {
    if (r.command != command || (!r.sub.empty() && r.sub != sub)) continue;
    found = true;
    mark(e, r.level, r.sub.empty() ? command : command + " " + sub, r.what, w[0].begin, r.sub.empty() ? w[0].end : w[1].end);
    e.repeatable = r.level > Level::looks && r.repeatable;
  }
  if (!found) unknown(e, w.size() > 1 && (command == "client" || command == "config" || command == "cluster" || command == "acl") ? command + " " + sub : command, w[0].begin, w[0].end);
  if (command == "acl" && sub == "log")
    for (size_t i = 2; i < w.size(); ++i)
      if (!w[i].known || lower(w[i].text) == "reset") mark(e, Level::changes, "acl log reset", "empties the log of who was refused", w[i].begin, w[i].end);
  if (command == "config" && sub == "set")
    for (size_t i = 2; i < w.size(); i += 2) {
      const std::string p = lower(w[i].text);
      if (p == "dir" || p == "dbfilename" || p == "save" || !w[i].known) mark(e, Level::destroys, "config set " + p, "changes where, or whether, data is kept", w[i].begin, w[i].end);
    }
  if (command == "restore" && has_word(words, {"REPLACE", "replace", "Replace"}, 3)) {
    e.level = Level::looks;
    e.known = true;
    mark(e, Level::destroys, "restore replace", "writes over a key", w[0].begin, w[0].end);
  }
  if (command == "set")
    for (size_t i = 3; i < w.size(); ++i)
      if (const std::string o = lower(w[i].text); o == "get" || o == "nx" || o == "xx") e.repeatable = false;
  detail::settle_limit(e, false);
  return e;
}

Effect of_http(const embedded::Http& r, const Patterns& patterns) {
  Effect e;
  if (r.method != "GET" && r.method != "HEAD" && r.method != "OPTIONS") {
    const std::string what = r.method == "POST" ? "adds or changes something there" : r.method == "DELETE" ? "deletes what is there" : "changes what is there";
    mark(e, Level::changes, r.method, what, 0, r.method_end);
    e.repeatable = r.method == "PUT" || r.method == "DELETE";
  }
  const auto says = [&](const std::vector<std::string>& list) {
    for (const auto& p : list) {
      const auto parts = detail::split(p);
      if (parts.size() != 2 || parts[0] != r.method || parts[1].empty() || parts[1][0] != '/') continue;
      std::vector<std::string> segments;
      for (size_t i = 1; i <= parts[1].size();) {
        const size_t end = std::min(parts[1].find('/', i), parts[1].size());
        segments.push_back(parts[1].substr(i, end - i));
        i = end + 1;
      }
      if (detail::path_matches(segments, 0, r.segments, 0)) return true;
    }
    return false;
  };
  const auto said = [&](Level level, std::string_view what) {
    e.level = Level::looks;
    const std::string culprit = r.method + " " + r.path;
    mark(e, level, culprit, what, 0, r.path_end);
    e.sentence = fmt::format("the resource says that `{}` {}", culprit, what);
    e.repeatable = false;
  };
  if (says(patterns.destroys)) said(Level::destroys, "destroys");
  else if (says(patterns.changes)) said(Level::changes, "changes");
  else if (says(patterns.reads)) e = Effect{};
  if (e.level > Level::looks && says(patterns.repeats)) e.repeatable = true;
  detail::settle_limit(e, false);
  return e;
}

Effect of_promql(const embedded::Prom&) { return {}; }

Effect of_compose(const embedded::Words& words) {
  Effect e;
  if (words.words.empty()) return e;
  const auto& first = words.words[0];
  struct Row {
    std::string_view verb;
    Level level;
    std::string_view what;
    bool repeatable, slow;
  };
  static constexpr Row kRows[] = {
      {"ps", Level::looks, "", true, false},      {"logs", Level::looks, "", true, false},    {"stats", Level::looks, "", true, false}, {"images", Level::looks, "", true, false},
      {"config", Level::looks, "", true, false},  {"port", Level::looks, "", true, false},    {"version", Level::looks, "", true, false}, {"ls", Level::looks, "", true, false},
      {"top", Level::looks, "", true, false},     {"up", Level::changes, "starts containers, anew where their settings changed", true, false},
      {"start", Level::changes, "starts a container", true, false}, {"restart", Level::changes, "restarts a container", true, false}, {"stop", Level::changes, "stops a container", false, false},
      {"down", Level::changes, "stops and removes the containers", false, false}, {"pull", Level::changes, "fetches images", false, true}, {"build", Level::changes, "builds images", false, true},
      {"scale", Level::changes, "changes the number of containers", false, false}, {"kill", Level::changes, "kills a container", false, false}, {"rm", Level::changes, "removes stopped containers", false, false},
      {"create", Level::changes, "makes containers", false, false}, {"pause", Level::changes, "holds a container", false, false}, {"unpause", Level::changes, "lets a container go on", false, false},
      {"run", Level::changes, "runs a command in a new container", false, false}, {"exec", Level::changes, "runs a command in a container", false, false}, {"push", Level::changes, "sends images away", false, true},
      {"cp", Level::changes, "copies files", false, false}};
  bool slow = false, found = false;
  for (const auto& r : kRows) {
    if (!first.known || r.verb != first.text) continue;
    found = true;
    slow = r.slow;
    mark(e, r.level, "docker compose " + first.text, r.what, first.begin, first.end);
    e.repeatable = r.level > Level::looks && r.repeatable;
  }
  if (!found) unknown(e, "docker compose " + first.text, first.begin, first.end);
  const auto flag_at = [&](std::initializer_list<std::string_view> flags) -> const embedded::Word& {
    for (const auto& w : words.words)
      for (const auto f : flags)
        if (w.text == f) return w;
    return first;
  };
  if ((first.text == "down" || first.text == "rm") && has_word(words, {"-v", "--volumes"})) {
    const auto& at = flag_at({"-v", "--volumes"});
    mark(e, Level::destroys, "docker compose " + first.text + " -v", "deletes the volumes and what they hold", at.begin, at.end);
    e.repeatable = false;
  }
  if (first.text == "up" && has_word(words, {"-V", "--renew-anon-volumes"})) {
    const auto& at = flag_at({"-V", "--renew-anon-volumes"});
    mark(e, Level::destroys, "docker compose up -V", "throws anonymous volumes away", at.begin, at.end);
    e.repeatable = false;
  }
  if (first.text == "config" && has_word(words, {"-o", "--output"})) mark(e, Level::changes, "docker compose config -o", "writes a file", first.begin, first.end);
  if (first.text == "logs" && has_word(words, {"-f", "--follow"})) e.problems.push_back({"E0708", "`logs -f` never ends by itself.", first.begin, first.end, "Write `logs --tail 100`."});
  if (first.text == "events" || first.text == "attach" || first.text == "watch") e.problems.push_back({"E0708", fmt::format("`{}` never ends by itself.", first.text), first.begin, first.end, "Use `poll` or `watch`."});
  if (first.text == "up" && !has_word(words, {"-d", "--detach", "--wait", "--no-start"})) e.problems.push_back({"E0708", "`up` stays until its containers end.", first.begin, first.end, "Write `up -d`."});
  for (const auto& a : words.assigns)
    if (embedded::dangerous_variable(a.name)) mark(e, Level::changes, a.name, "may make the command another one", a.begin, a.end);
  detail::settle_limit(e, slow);
  return e;
}

Effect of_host(const embedded::Words& words) {
  Effect e;
  if (words.words.empty()) return e;
  const auto& first = words.words[0];
  for (const std::string_view look : {"disk", "memory", "cpu", "load", "process", "port", "service", "file", "tcp", "ping", "dns", "tls"})
    if (first.known && first.text == look) return e;
  struct Row {
    std::string_view verb, what;
  };
  static constexpr Row kRows[] = {{"start", "starts a service"}, {"stop", "stops a service"}, {"restart", "restarts a service"}, {"reload", "reloads a service"}, {"kill", "ends a process"}};
  for (const auto& r : kRows)
    if (first.known && first.text == r.verb) mark(e, Level::changes, first.text, r.what, first.begin, first.end);
  if (e.level == Level::looks) unknown(e, first.text, first.begin, first.end);
  e.repeatable = first.text == "start" || first.text == "restart" || first.text == "reload";
  if (first.text == "kill" && has_word(words, {"-9", "-KILL", "-SIGKILL"})) mark(e, Level::destroys, "kill -9", "ends a process without letting it save its work", first.begin, words.words.size() > 1 ? words.words[1].end : first.end);
  detail::settle_limit(e, false);
  return e;
}

Effect of_command(std::string_view runs, const embedded::Words& words, const Patterns& patterns) {
  std::vector<Arg> all;
  for (const auto& w : detail::split(runs)) all.push_back({w, 0, 0, true, false, {}});
  const size_t before = all.size();
  for (auto& a : args_of(words)) all.push_back(std::move(a));
  if (all.empty()) return {};
  for (size_t i = 0; i < before && !words.words.empty(); ++i) all[i].begin = all[i].end = words.words[0].begin;
  Effect e = detail::judge_command(all, {patterns, before, false, 0});
  for (const auto& a : words.assigns)
    if (embedded::dangerous_variable(a.name)) mark(e, Level::changes, a.name, "may make the command another one", a.begin, a.end);
  e.exit_one_answers = detail::answers_by_exit(all);
  return e;
}

Effect of_shell(const embedded::Script& script, const Patterns& patterns, const std::vector<std::string>& exported_secrets) {
  return detail::of_script(script, {patterns, 0, false, 0}, exported_secrets);
}

namespace effects_detail {

// Commands behind which nothing of what is piped into them comes out as it was.
bool swallows(const embedded::ShellCommand& c) {
  if (c.words.empty() || !c.words[0].known) return false;
  const std::string& tool = c.words[0].text;
  for (const std::string_view one : {"wc", "jq", "md5sum", "sha1sum", "sha256sum", "cmp", "cksum"})
    if (tool == one) return true;
  if (tool == "grep" || tool == "egrep")
    for (const auto& w : c.words)
      for (const std::string_view flag : {"-q", "-c", "--quiet", "--count"})
        if (detail::is_flag(w.text, flag)) return true;
  return false;
}

// Whether what the command prints is not what the journal gets.
bool unseen(const embedded::Script& script, const embedded::ShellCommand& c) {
  if (c.substituted) return true;
  for (const auto& r : c.redirects)
    if ((r.op == ">" || r.op == ">>") && r.fd != 2) return true;
  for (const auto& later : script.commands)
    if (later.pipeline == c.pipeline && later.stage > c.stage && swallows(later)) return true;
  return false;
}

Effect of_redirects(const embedded::ShellCommand& c) {
  Effect all;
  for (const auto& r : c.redirects) {
    if (r.op == "<" || r.op == "<&" || r.op == ">&") continue;
    if (r.target.known && (r.target.text == "/dev/null" || r.target.text == "/dev/stderr" || r.target.text == "/dev/stdout")) continue;
    Effect write;
    mark(write, Level::changes, r.op, r.target.known ? fmt::format("writes the file `{}`", r.target.text) : std::string("writes a file"), r.begin, r.end);
    detail::settle_limit(write, false);
    detail::join(all, std::move(write));
  }
  for (const auto& a : c.assigns)
    if (embedded::dangerous_variable(a.name)) {
      Effect change;
      mark(change, Level::changes, a.name, "may make the command another one", a.begin, a.end);
      detail::settle_limit(change, false);
      detail::join(all, std::move(change));
    }
  return all;
}

void warn_of_arguments(Effect& e, const embedded::ShellCommand& c, const std::vector<std::string>& exported_secrets) {
  static constexpr std::string_view kBuiltins[] = {"test", "[", "printf", "echo", "true", "false", ":"};
  if (c.words[0].known && std::find(std::begin(kBuiltins), std::end(kBuiltins), c.words[0].text) != std::end(kBuiltins)) return;
  for (const auto& w : c.words)
    for (const auto& v : w.vars)
      if (std::find(exported_secrets.begin(), exported_secrets.end(), v.name) != exported_secrets.end())
        e.problems.push_back({"E0501", fmt::format("`{}` is a secret, and arguments are visible to everyone on the host (`ps`), `${}` as well.", v.name, v.name), v.begin, v.end,
                              "Use an `http` resource, or put it in the command's environment before its name."});
}

}  // namespace effects_detail

namespace detail {

Effect of_script(const embedded::Script& script, const Scene& scene, const std::vector<std::string>& exported_secrets) {
  Effect e;
  const embedded::ShellCommand* last = nullptr;
  std::string said;
  std::vector<ParsedAgain> filled;
  for (const auto& c : script.commands) {
    if (c.words.empty()) continue;
    std::vector<Arg> words;
    for (const auto& w : c.words) {
      Arg a{w.text, w.begin, w.end, w.known && !(w.glob && &w == &c.words[0] && w.text != "["), false, w.holes};
      // A value of a hole never begins with `-`; what a variable, a substitution or a pattern becomes nobody knows.
      a.may_be_flag = w.starts_unknown && (w.holes.empty() || !w.text.starts_with('<'));
      words.push_back(std::move(a));
    }
    bool fed = scene.fed || c.stage > 0;
    for (const auto& r : c.redirects) fed = fed || r.op == "<";
    // The words of an `echo` are what the next stage is told.
    if (c.stage == 0) said.clear(), filled.clear();
    Effect one = judge_command(words, {scene.patterns, 0, fed, scene.depth, said, scene.ends});
    const Arg* listener = nullptr;
    for (const Arg& w : words)
      if (!said.empty() && asks_only(bare_name(w.text), said)) listener = &w;
    // What is filled in there is taken apart by whoever listens.
    if (listener && one.level <= Level::looks)
      for (ParsedAgain& hole : filled) hole.by = bare_name(listener->text), one.parsed_again.push_back(std::move(hole));
    said.clear(), filled.clear();
    const bool prints = words[0].known && (bare_name(words[0].text) == "echo" || bare_name(words[0].text) == "printf") && c.redirects.empty();
    for (size_t i = 1; prints && i < words.size(); ++i) {
      if (i == 1 && (words[i].text == "-e" || words[i].text == "-n" || words[i].text == "-ne")) continue;
      if (!words[i].known && words[i].holes.empty()) {
        said.clear();
        break;
      }
      for (const uint32_t hole : words[i].holes) filled.push_back({hole, words[i].begin, words[i].end, {}});
      said += (said.empty() ? "" : " ") + words[i].text;
    }
    if (effects_detail::unseen(script, c))
      std::erase_if(one.problems, [](const embedded::Problem& p) { return p.code == "W0503"; });
    join(one, effects_detail::of_redirects(c));
    effects_detail::warn_of_arguments(one, c, exported_secrets);
    join(e, std::move(one));
    if (!c.substituted && c.last) last = &c;
  }
  if (last) {
    std::vector<Arg> words;
    for (const auto& w : last->words) words.push_back({w.text, w.begin, w.end, w.known, false, {}});
    e.exit_one_answers = answers_by_exit(words);
  }
  return e;
}

}  // namespace detail

}  // namespace rbc::effects
