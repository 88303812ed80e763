#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

namespace command_detail {

enum class Trait : uint8_t { plain, repeats, slow, answers, alone, one };
struct Row {
  std::string_view pattern;
  Level level;
  std::string_view flags;
  std::string_view what;
  Trait trait;
};
constexpr Row kRows[] = {
#define RBC_COMMAND(pattern, level, flags, what, trait) {pattern, Level::level, flags, what, Trait::trait},
#include "compiler/effects/commands.def"
#undef RBC_COMMAND
};

struct Endless {
  std::string_view pattern;
  std::string_view flags;
  std::string_view unless;
  std::string_view instead;
};
constexpr Endless kEndless[] = {
#define RBC_ENDLESS(pattern, flags, unless, instead) {pattern, flags, unless, instead},
#include "compiler/effects/endless.def"
#undef RBC_ENDLESS
};

// Options before the subcommand: those that take a value, then those that do not.
struct Globals {
  std::string_view tool;
  std::string_view with_value;
  std::string_view bare;
};
constexpr Globals kGlobals[] = {
    {"docker", "-H --host --context --log-level -l", "-D --debug"},
    {"docker compose", "-f --file -p --project-name --profile --env-file --project-directory --progress", "--ansi"},
    {"kubectl", "-n --namespace --context --kubeconfig --cluster --user --request-timeout", ""},
    {"helm", "-n --namespace --kube-context", ""},
    {"git", "-C", "--no-pager -P"},
    {"aws", "--output --region --profile --endpoint-url --query", "--no-cli-pager --no-paginate"},
    {"gcloud", "--project --format --account", "--quiet -q"},
    {"gh", "-R --repo", ""},
    {"systemctl", "-H --host -n --lines", "--user --system --no-pager -q --quiet --no-legend"},
    {"redis-cli", "-h -p -n -a -s --user", "--tls --no-auth-warning"},
    {"ip", "", "-s -4 -6 -br -j -o -d"},
    {"pm2", "", "-s --silent"},
    {"openssl", "", ""},
    {"service", "", ""},
    {"terraform", "", ""},
};

bool listed(std::string_view list, std::string_view flag) {
  for (const auto& f : split(list))
    if (f == flag) return true;
  return false;
}

std::string bare_name(const std::string& word) {
  for (const std::string_view dir : {"/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/"})
    if (word.starts_with(dir) && word.find('/', dir.size()) == std::string::npos) return word.substr(dir.size());
  return word;
}

// Without the options that stand before a subcommand, so that `git -C /srv log` is `git log`.
std::vector<Arg> core_of(std::vector<Arg> words) {
  words[0].text = bare_name(words[0].text);
  std::string tool = words[0].text;
  size_t at = 1;
  for (int round = 0; round < 2; ++round) {
    const Globals* g = nullptr;
    for (const auto& row : kGlobals)
      if (row.tool == tool) g = &row;
    if (!g) break;
    while (at < words.size() && words[at].known && words[at].text.starts_with('-')) {
      const std::string& f = words[at].text;
      const size_t equals = f.find('=');
      if (equals != std::string::npos && listed(g->with_value, f.substr(0, equals))) words.erase(words.begin() + static_cast<long>(at));
      else if (listed(g->bare, f)) words.erase(words.begin() + static_cast<long>(at));
      else if (listed(g->with_value, f) && at + 1 < words.size()) words.erase(words.begin() + static_cast<long>(at), words.begin() + static_cast<long>(at) + 2);
      else return words;
    }
    if (tool != "docker" || at >= words.size() || words[at].text != "compose") break;
    tool = "docker compose";
    at = 2;
  }
  if (words[0].text == "docker-compose") {
    words[0].text = "docker";
    Arg compose = words[0];
    compose.text = "compose";
    words.insert(words.begin() + 1, compose);
  }
  return words;
}

bool has_subcommands(std::string_view tool) {
  for (const auto& g : kGlobals)
    if (g.tool == tool) return true;
  return false;
}

// Whether `word` is, or holds among its letters, the flag `flag`; a long flag may be cut short.
bool is_flag(std::string_view word, std::string_view flag) {
  if (word.size() < 2 || word[0] != '-') return false;
  if (flag.starts_with("--")) {
    const auto name = word.substr(0, word.find('='));
    return name == flag || (name.starts_with("--") && name.size() >= 4 && flag.starts_with(name));
  }
  if (flag.size() > 2) return word.substr(0, word.find('=')) == flag;
  if (word[1] == '-') return false;
  if (word[1] == 'o' && flag != "-o") return false;  // `-owide`: the rest is its value
  return word.find(flag[1], 1) != std::string_view::npos;
}

bool any_flag(const std::vector<Arg>& words, std::string_view flags) {
  for (const auto& f : split(flags))
    for (size_t i = 1; i < words.size(); ++i) {
      if (words[i].text == "--") break;
      if (is_flag(words[i].text, f)) return true;
    }
  return false;
}

// Only the listed flags: letters of `-abc`, `-word`, `--word`.
bool flag_allowed(std::string_view word, std::string_view flags) {
  const auto list = split(flags);
  const auto name = word.substr(0, word.find('='));
  if (word.starts_with("--")) return std::find(list.begin(), list.end(), name) != list.end();
  if (word.size() > 2 && std::find(list.begin(), list.end(), name) != list.end()) return true;
  for (const char c : word.substr(1)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter) {
      if (c == '/' ) return false;
      continue;
    }
    bool found = false;
    for (const auto& f : list) found = found || (!f.starts_with("--") && f.find(c, 1) != std::string::npos && (f.size() == 2 || &f == &list[0]));
    if (!found) return false;
  }
  return true;
}

// The word that keeps a row from fitting, or null when the flags are all right.
const Arg* objection(const Row& row, const std::vector<Arg>& words, size_t from) {
  const std::string& tool = words[0].text;
  size_t plain = 0;
  for (size_t i = from; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (w.text == "--" && w.known) {
      plain += words.size() - i - 1;
      break;
    }
    // `test -v 'a[$(…)]'` runs what is in the brackets, in shells that know `-v`.
    if ((tool == "test" || tool == "[") && w.text == "-v") return &w;
    if (row.flags != "*") {
      if (w.may_be_flag) return &w;
      if (w.text.size() > 1 && w.text[0] == '-') {
        if (tool == "curl" && (w.text == "-X" || w.text == "-o" || w.text == "--request" || w.text == "--output") && i + 1 < words.size()) {
          const std::string& value = words[i + 1].text;
          if (value != "GET" && value != "HEAD" && value != "OPTIONS" && value != "/dev/null") return &w;
          ++i;
          continue;
        }
        if (row.flags.starts_with('!')) {
          for (const auto& f : split(row.flags.substr(1)))
            if (is_flag(w.text, f)) return &w;
        } else if (!flag_allowed(w.text, row.flags)) {
          return &w;
        }
        continue;
      }
    }
    if (w.text.starts_with('-') && w.text.size() > 1) continue;
    ++plain;
    if (tool == "date" && !w.text.starts_with('+') && !(i > 1 && (words[i - 1].text == "-d" || words[i - 1].text == "-r" || words[i - 1].text == "--date" || words[i - 1].text == "--reference"))) return &w;
    if (row.trait == Trait::alone || (row.trait == Trait::one && plain > 1)) return &w;
  }
  return nullptr;
}

void set_culprit(Effect& e, const std::vector<Arg>& words, size_t count) {
  e.culprit.clear();
  for (size_t i = 0; i < count && i < words.size(); ++i) e.culprit += (i ? " " : "") + shown(words[i].text);
  e.begin = words[0].begin;
  e.end = std::max(words[std::min(count, words.size()) - 1].end, words[0].end);
}

Effect unknown(const std::vector<Arg>& words, const Arg* flag) {
  Effect e;
  e.level = Level::changes;
  e.known = false;
  const size_t count = has_subcommands(words[0].text) && words.size() > 1 && words[1].known && !words[1].text.starts_with('-') ? (words[1].text == "compose" && words.size() > 2 ? 3 : 2) : 1;
  set_culprit(e, words, count);
  if (flag) {
    e.culprit += " " + shown(flag->text);
    e.begin = flag->begin;
    e.end = flag->end;
  }
  e.sentence = fmt::format("nothing says that `{}` only looks", e.culprit);
  settle_limit(e, false);
  return e;
}

// What a table row alone does not say: flags that destroy.
void destroyers(Effect& e, const std::vector<Arg>& w) {
  const std::string& c = w[0].text;
  const auto destroy = [&](std::string culprit, std::string_view what) {
    e.level = Level::destroys;
    e.sentence = fmt::format("`{}` {}", culprit, what);
    e.culprit = std::move(culprit);
    e.repeatable = false;
    e.known = true;
  };
  const auto sub = [&](size_t i, std::string_view word) { return w.size() > i && w[i].text == word; };
  if (c == "rm" && any_flag(w, "-r -R --recursive")) destroy("rm -r", "deletes whole directories");
  if ((c == "kill" || c == "pkill" || c == "killall") && (any_flag(w, "-9 -KILL -SIGKILL") || (any_flag(w, "-s --signal -n") && std::any_of(w.begin(), w.end(), [](const Arg& a) { return a.text == "KILL" || a.text == "SIGKILL" || a.text == "9" || a.text == "kill"; }))))
    destroy(c + " -9", "ends a process without letting it save its work");
  if (c == "docker" && sub(1, "compose") && (sub(2, "down") || sub(2, "rm")) && any_flag(w, "-v --volumes")) destroy("docker compose " + w[2].text + " -v", "deletes the volumes and what they hold");
  if (c == "docker" && sub(1, "rm") && any_flag(w, "-v --volumes")) destroy("docker rm -v", "deletes the volumes and what they hold");
  if (c == "git" && sub(1, "reset") && any_flag(w, "--hard")) destroy("git reset --hard", "throws changes away");
}

// sudo, env, timeout and nice are transparent: how many words they are, 0 when there is no command behind them, -1 when they are not understood.
int transparent(const std::vector<Arg>& w, bool& dangerous) {
  const std::string c = bare_name(w[0].text);
  size_t i = 1;
  const auto flag = [&](std::string_view with_value, std::string_view bare) {
    while (i < w.size() && w[i].text.starts_with('-')) {
      if (listed(bare, w[i].text)) ++i;
      else if (listed(with_value, w[i].text)) i += 2;
      else return false;
    }
    return true;
  };
  if (c == "sudo") {
    if (!flag("-u -g --user --group", "-n -E -H --non-interactive --")) return -1;
  } else if (c == "env") {
    if (!flag("-u --unset", "-i --ignore-environment")) return -1;
    while (i < w.size() && w[i].text.find('=') != std::string::npos && w[i].text[0] != '=') {
      if (!w[i].known && w[i].may_be_flag) return -1;
      if (embedded::dangerous_variable(w[i].text.substr(0, w[i].text.find('=')))) dangerous = true;
      ++i;
    }
    if (i >= w.size()) return 0;
  } else if (c == "timeout") {
    if (!flag("-k -s --kill-after --signal", "--preserve-status --foreground -v")) return -1;
    ++i;
  } else if (c == "nice") {
    if (!flag("-n --adjustment", "")) return -1;
  } else {
    return 0;
  }
  return i < w.size() ? static_cast<int>(i) : -1;
}

// Holes in what is parsed a second time.
void parsed_again(Effect& e, const std::vector<Arg>& w) {
  const std::string c = bare_name(w[0].text);
  const auto take = [&](size_t from, size_t to, const std::string& by) {
    for (size_t i = from; i < to && i < w.size(); ++i)
      for (const uint32_t h : w[i].holes) e.parsed_again.push_back({h, w[i].begin, w[i].end, by});
  };
  const auto shell = [](std::string_view s) { return s == "sh" || s == "bash" || s == "dash" || s == "zsh" || s == "ksh" || s == "ash"; };
  if (shell(c)) {
    for (size_t i = 1; i + 1 < w.size(); ++i)
      if (is_flag(w[i].text, "-c")) return take(i + 1, i + 2, c);
  } else if (c == "ssh" || c == "eval" || c == "xargs" || c == "su") {
    take(1, w.size(), c);
  } else if (c == "psql") {
    for (size_t i = 1; i + 1 < w.size(); ++i)
      if (w[i].text == "-c" || w[i].text == "--command") take(i + 1, i + 2, "psql -c");
    for (size_t i = 1; i < w.size(); ++i)
      if (w[i].text.starts_with("--command=")) take(i, i + 1, "psql -c");
  } else if (c == "awk" || c == "gawk" || c == "mawk" || c == "sed" || c == "jq") {
    for (size_t i = 1; i < w.size(); ++i) {
      if (w[i].text.starts_with('-') && w[i].known) continue;
      return take(i, i + 1, c);
    }
  } else if (c == "kubectl" || c == "docker" || c == "docker-compose") {
    for (size_t i = 1; i + 2 < w.size(); ++i)
      if (shell(bare_name(w[i].text)) && is_flag(w[i + 1].text, "-c")) take(i + 2, i + 3, w[i].text);
  }
}

}  // namespace command_detail

std::string shown(std::string_view word) { return word.size() > 60 ? std::string(word.substr(0, 57)) + "…" : std::string(word); }

void settle_limit(Effect& e, bool slow) { e.limit_seconds = e.level <= Level::looks ? 10 : slow ? 900 : 120; }

void join(Effect& into, Effect&& one) {
  for (auto& p : one.problems) into.problems.push_back(std::move(p));
  for (auto& p : one.parsed_again) into.parsed_again.push_back(std::move(p));
  const bool changing = one.level > Level::looks, before = into.level > Level::looks;
  const bool repeatable = changing && before ? into.repeatable && one.repeatable : changing ? one.repeatable : into.repeatable;
  const int64_t limit = std::max(into.limit_seconds, one.limit_seconds);
  if (one.level > into.level || (one.level == into.level && changing && into.known && !one.known)) {
    into.level = one.level;
    into.begin = one.begin;
    into.end = one.end;
    into.culprit = std::move(one.culprit);
    into.sentence = std::move(one.sentence);
    into.known = one.known;
  }
  into.repeatable = repeatable;
  into.limit_seconds = limit;
}

Effect judge_command(const std::vector<Arg>& given, const Patterns& patterns, size_t vouched_from) {
  using namespace command_detail;
  Effect e;
  parsed_again(e, given);
  bool dangerous = false;
  const int skip = transparent(given, dangerous);
  if (skip > 0) {
    Effect inner = judge_command({given.begin() + skip, given.end()}, patterns, 0);
    if (dangerous && inner.level < Level::changes) inner = unknown(given, nullptr);
    for (auto& p : e.parsed_again) inner.parsed_again.push_back(p);
    return inner;
  }
  const auto with = [&](Effect&& other) {
    for (auto& p : e.parsed_again) other.parsed_again.push_back(p);
    for (auto& p : e.problems) other.problems.push_back(p);
    return std::move(other);
  };
  const auto words = core_of(given);
  std::vector<std::string> texts;
  std::vector<bool> known;
  for (const auto& w : words) {
    texts.push_back(w.text);
    known.push_back(w.known);
  }
  for (const auto& row : kEndless) {
    if (!pattern_matches(row.pattern, texts, known)) continue;
    if ((!row.flags.empty() && !any_flag(words, row.flags)) || (!row.unless.empty() && any_flag(words, row.unless))) continue;
    const std::string flag = row.flags.empty() ? std::string() : " " + split(row.flags)[0];
    e.problems.push_back({"E0708", fmt::format("`{}{}` never ends by itself.", row.pattern, flag), words[0].begin, words[0].end, std::string(row.instead)});
    break;
  }
  if ((texts[0] == "env" || texts[0] == "printenv") && texts.size() == 1)
    e.problems.push_back({"W0503", fmt::format("`{}` prints every variable into the journal.", texts[0]), words[0].begin, words[0].end, "Test for one instead: `test -n \"$NAME\"`."});

  // What the resource says goes before the tables. It speaks of the words as they are said, without what `runs` puts before them.
  std::vector<std::string> said;
  std::vector<bool> said_known;
  for (size_t i = vouched_from; i < given.size(); ++i) {
    said.push_back(given[i].text);
    said_known.push_back(given[i].known);
  }
  const auto says = [&](const std::vector<std::string>& list) {
    for (const auto& p : list) {
      if (vouched_from == 0 && (p.empty() || split(p)[0].find('*') != std::string::npos)) continue;
      if (pattern_matches(p, said, said_known)) return true;
    }
    return false;
  };
  const bool repeats = says(patterns.repeats);
  const size_t shown_words = std::min<size_t>(words.size(), vouched_from > 0 || has_subcommands(texts[0]) ? 3 : 1);
  for (const bool destroying : {true, false})
    if (says(destroying ? patterns.destroys : patterns.changes)) {
      e.level = destroying ? Level::destroys : Level::changes;
      set_culprit(e, words, shown_words);
      e.sentence = fmt::format("the resource says that `{}` {}", e.culprit, destroying ? "destroys" : "changes");
      e.repeatable = repeats;
      settle_limit(e, false);
      return e;
    }
  if (says(patterns.reads)) {
    e.level = Level::looks;
    return e;
  }
  if (!words[0].known) return with(unknown(words, nullptr));

  const Row* best = nullptr;
  size_t best_words = 0, best_stars = 0;
  for (const auto& row : kRows) {
    if (!pattern_matches(row.pattern, texts, known)) continue;
    const size_t count = split(row.pattern).size();
    const auto stars = static_cast<size_t>(std::count(row.pattern.begin(), row.pattern.end(), '*'));
    if (best && (count < best_words || (count == best_words && stars >= best_stars))) continue;
    best = &row;
    best_words = count;
    best_stars = stars;
  }
  if (!best) {
    Effect u = unknown(words, nullptr);
    destroyers(u, words);
    u.repeatable = repeats;
    return with(std::move(u));
  }
  if (best->level == Level::looks) {
    const Arg* flag = objection(*best, words, best_words);
    if (flag) {
      Effect u = unknown(words, flag);
      u.repeatable = repeats;
      return with(std::move(u));
    }
    return e;
  }
  e.level = best->level;
  set_culprit(e, words, best_words);
  e.sentence = fmt::format("`{}` {}", e.culprit, best->what);
  e.repeatable = best->trait == Trait::repeats;
  destroyers(e, words);
  e.repeatable = e.repeatable || repeats;
  settle_limit(e, best->trait == Trait::slow);
  return e;
}

// Exit code 1 of these is an answer.
bool answers_by_exit(const std::vector<Arg>& given) {
  using namespace command_detail;
  bool dangerous = false;
  const int skip = transparent(given, dangerous);
  if (skip > 0) return answers_by_exit({given.begin() + skip, given.end()});
  if (!given[0].known) return false;
  const std::string c = bare_name(given[0].text);
  if (c == "jq") return any_flag(given, "-e --exit-status");
  for (const auto& row : kRows)
    if (row.trait == Trait::answers && row.pattern == c) return c != "pidof";
  return false;
}

}  // namespace rbc::effects::detail
