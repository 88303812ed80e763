// Commands within commands: what a wrapper, a shell, another machine, a container, a client runs is judged as if it stood here, when all of it can be read.
#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

namespace inner_detail {

// Flags of what runs another command: those with a value, those without; and how many words stand before the command.
struct Wrapper {
  std::string_view tool, with_value, bare;
  size_t skips;
};
constexpr Wrapper kWrappers[] = {
    {"sudo", "-u -g --user --group -p --prompt", "-n -E -H --non-interactive -- --preserve-env", 0},
    {"doas", "-u", "-n", 0},
    {"env", "-u --unset -C --chdir", "-i --ignore-environment", 0},
    {"timeout", "-k -s --kill-after --signal", "--preserve-status --foreground -v --verbose", 1},
    {"nice", "-n --adjustment", "", 0},
    {"ionice", "-c -n --class --classdata", "-t --ignore", 0},
    {"time", "", "-p", 0},
    {"stdbuf", "-i -o -e --input --output --error", "-oL -eL -o0 -e0 -i0", 0},
    {"nohup", "", "", 0},
    {"setsid", "", "-w --wait", 0},
    {"runuser", "-u --user -g", "--", 0},
    {"gosu", "", "", 1},
    {"su-exec", "", "", 1},
    {"chroot", "", "", 1},
    {"envdir", "", "", 1},
};

// The same for what runs a command elsewhere: the words that say so, then its flags, then the name of where.
struct Elsewhere {
  std::string_view words, with_value, bare;
};
constexpr Elsewhere kElsewhere[] = {
    {"docker exec", "-u --user -w --workdir -e --env --env-file", "-i -t -it -ti --interactive --tty"},
    {"docker container exec", "-u --user -w --workdir -e --env", "-i -t -it -ti"},
    {"podman exec", "-u --user -w --workdir -e --env", "-i -t -it -ti --interactive --tty -l --latest"},
    {"nerdctl exec", "-u --user -w --workdir -e --env", "-i -t -it -ti"},
    {"docker compose exec", "-u --user -w --workdir -e --env --index", "-T --no-TTY -i --interactive -t -it -ti"},
    {"kubectl exec", "-c --container -n --namespace --context --kubeconfig --pod-running-timeout", "-i -t -it -ti --stdin --tty -q --quiet"},
    {"oc exec", "-c --container -n --namespace --context --kubeconfig", "-i -t -it -ti --stdin --tty -q"},
    {"oc rsh", "-c --container -n --namespace --shell --timeout", "-t -T --tty --no-tty"},
    {"crictl exec", "", "-i -t -it -ti -s --sync"},
};

std::string unquoted(const std::vector<Arg>& words, size_t from, bool& all_known) {
  std::string out;
  for (size_t i = from; i < words.size(); ++i) {
    all_known = all_known && words[i].known;
    out += (i > from ? " " : "") + words[i].text;
  }
  return out;
}

std::vector<Arg> rest(const std::vector<Arg>& words, size_t from) { return {words.begin() + static_cast<std::ptrdiff_t>(from), words.end()}; }

Scene within(const Scene& scene) { return {scene.patterns, 0, scene.fed, scene.depth + 1, {}, scene.ends}; }

embedded::Problem waits(const std::vector<Arg>& words, std::string what, std::string instead) {
  return {"E0708", fmt::format("`{}` without a command waits for somebody to type, and nobody is there.", what), words[0].begin, words[0].end, std::move(instead)};
}

// docker exec, kubectl exec …: the command behind the container's name.
std::optional<Effect> elsewhere(const Line& line, const Scene& scene) {
  for (const Elsewhere& row : kElsewhere) {
    const auto said = split(row.words);
    size_t at = 0;
    bool fit = line.operands.size() > said.size();
    for (size_t i = 0; fit && i < said.size(); ++i) {
      const Arg& w = line.words[line.operands[i]];
      fit = w.known && w.text == said[i] && !line.unsure[i];
      at = line.operands[i] + 1;
    }
    if (!fit) continue;
    bool terminal = false;
    size_t i = at;
    bool named = false;
    for (; i < line.words.size(); ++i) {
      const Arg& w = line.words[i];
      if (w.text == "--") {
        ++i;
        break;
      }
      if (w.text.starts_with('-') && w.text.size() > 1) {
        terminal = terminal || w.text == "--tty" || (w.text[1] != '-' && w.text.find('t') != std::string::npos && listed(row.bare, w.text));
        if (listed(row.bare, w.text) || (w.text.find('=') != std::string::npos && listed(row.with_value, w.text.substr(0, w.text.find('='))))) continue;
        if (!listed(row.with_value, w.text)) return unknown(line, &w);
        ++i;
        continue;
      }
      if (w.may_be_flag) return unknown(line, &w);
      if (named) break;
      named = true;
    }
    if (i >= line.words.size()) return unknown(line, nullptr);
    Effect inner = judge_command(rest(line.words, i), within(scene));
    if (terminal && scene.depth <= kMaxInner)
      for (size_t k = at; k < i; ++k)
        if (line.words[k].text == "--tty" || line.words[k].text == "-t" || line.words[k].text == "-it" || line.words[k].text == "-ti")
          inner.problems.push_back({"W0720", fmt::format("`{}` wants a terminal, and there is none.", line.words[k].text), line.words[k].begin, line.words[k].end, said[1] == "compose" ? "Write `docker compose exec -T`." : "Leave it out."});
    return inner;
  }
  return std::nullopt;
}

std::optional<Effect> shell(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (!w.known || !w.text.starts_with('-')) break;
    if (w.text.starts_with("--") || w.text.find_first_not_of("-celux") != std::string::npos) return unknown(line, &w);
    if (w.text.find('c') == std::string::npos) continue;
    if (i + 1 >= words.size()) break;
    if (!words[i + 1].known) return unknown(line, nullptr);
    return judge_script(words[i + 1].text, words[i + 1], within(scene));
  }
  Effect e = unknown(line, nullptr);
  if (words.size() == 1 && !scene.fed) e.problems.push_back(waits(words, line.tool(), "Write the commands as lines of their own."));
  return e;
}

std::optional<Effect> ssh(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  static constexpr std::string_view kValue = "-i -p -l -F -J -b -c -e -m -o", kBare = "-q -n -T -4 -6 -a -C -v -x -k";
  size_t i = 1;
  for (; i < words.size() && words[i].text.starts_with('-'); ++i) {
    const std::string& f = words[i].text;
    if (listed(kBare, f)) continue;
    if (f == "-F" || (!listed(kValue, f) && !f.starts_with("-o") && !f.starts_with("-p"))) return unknown(line, &words[i]);
    const std::string option = f == "-o" && i + 1 < words.size() ? words[i + 1].text : f.starts_with("-o") ? f.substr(2) : "";
    // These run a command on this side.
    for (const std::string_view runs : {"proxycommand", "localcommand", "permitlocal", "knownhostscommand", "match", "include"}) {
      std::string low = option;
      for (char& c : low) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      if (low.starts_with(runs)) return unknown(line, &words[i]);
    }
    if (listed(kValue, f)) ++i;
  }
  if (i >= words.size() || words[i].may_be_flag) return unknown(line, nullptr);
  ++i;  // the host
  if (i < words.size() && words[i].text == "--") ++i;
  if (i >= words.size()) {
    Effect e = unknown(line, nullptr);
    if (!scene.fed) e.problems.push_back(waits(words, "ssh", "Declare the machine: `host NAME`, bound to `ssh user@…`, and say `NAME$ …`."));
    return e;
  }
  bool known = true;
  const std::string script = unquoted(words, i, known);
  if (!known) return unknown(line, nullptr);
  Arg at = words[i];
  at.end = words.back().end;
  return judge_script(script, at, within(scene));
}

std::optional<Effect> xargs(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  std::string_view replaced;
  size_t i = 1;
  for (; i < words.size() && words[i].text.starts_with('-'); ++i) {
    const std::string& f = words[i].text;
    if (listed("-r -0 -t --no-run-if-empty --null", f) || (f.size() > 2 && (f.starts_with("-n") || f.starts_with("-L") || f.starts_with("-P")) && f[1] != '-')) continue;
    if (f.starts_with("-I")) {
      replaced = f.size() > 2 ? std::string_view(f).substr(2) : i + 1 < words.size() ? std::string_view(words[i + 1].text) : "";
      if (f.size() == 2) ++i;
      continue;
    }
    if (!listed("-n -L -P -s -d -a --arg-file --max-args --max-lines --max-procs --delimiter", f)) {
      if (f.find('=') != std::string::npos && listed("--max-args --max-lines --max-procs --delimiter --arg-file", f.substr(0, f.find('=')))) continue;
      return unknown(line, &words[i]);
    }
    ++i;
  }
  if (i >= words.size()) return Effect{};
  auto inner = rest(words, i);
  if (replaced.empty()) {
    Arg more;
    more.text = "…";
    more.begin = inner.back().begin;
    more.end = inner.back().end;
    more.known = false;
    more.may_be_flag = true;
    inner.push_back(more);
  } else {
    for (auto& w : inner)
      if (w.text.find(replaced) != std::string::npos) {
        w.may_be_flag = w.text.starts_with(replaced);
        w.known = false;
      }
  }
  return judge_command(inner, within(scene));
}

std::optional<Effect> find(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  Effect all;
  bool judged = false;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string& f = words[i].text;
    if (f == "-delete") {
      Effect e;
      e.level = Level::changes;
      e.culprit = "find -delete";
      e.sentence = "`find -delete` deletes what it finds";
      e.begin = words[i].begin;
      e.end = words[i].end;
      settle_limit(e, false);
      join(all, std::move(e));
      judged = true;
    }
    if (f == "-fprint" || f == "-fprint0" || f == "-fprintf" || f == "-fls" || words[i].may_be_flag) return unknown(line, &words[i]);
    if (f != "-exec" && f != "-execdir") continue;
    std::vector<Arg> inner;
    for (++i; i < words.size() && words[i].text != ";" && words[i].text != "+"; ++i) {
      inner.push_back(words[i]);
      if (inner.back().text.find("{}") == std::string::npos) continue;
      inner.back().known = false;
      inner.back().may_be_flag = true;
    }
    if (inner.empty()) return unknown(line, nullptr);
    join(all, judge_command(inner, within(scene)));
    judged = true;
  }
  return judged ? std::optional(std::move(all)) : std::nullopt;
}

void lift(Effect& e, const Arg& at) {
  e.begin = at.begin;
  e.end = at.end;
  for (auto& p : e.problems) {
    p.begin = at.begin;
    p.end = at.end;
  }
}

// `\dt` and its kind look; `\!`, `\copy`, `\o`, `\i` do not.
bool harmless_backslash(std::string_view said) {
  const auto word = said.substr(0, said.find(' '));
  if (said.find('\\', 1) != std::string_view::npos || said.find('|') != std::string_view::npos || said.find('`') != std::string_view::npos || said.find('\n') != std::string_view::npos) return false;
  return word == "\\l" || word == "\\l+" || word == "\\conninfo" || word == "\\encoding" || word == "\\sf" || word == "\\sv" || word == "\\z" || (word.starts_with("\\d") && word.find_first_not_of("\\dabcdefgilmnopPrstuvwxyTDEFACLRSX+") == std::string_view::npos);
}

std::optional<Effect> psql(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  static constexpr std::string_view kValue = "-h -p -U -d -v -P -F -R -T --host --port --username --dbname --set --variable --pset --field-separator --record-separator";
  static constexpr std::string_view kBare = "--no-psqlrc --quiet --tuples-only --no-align --csv --expanded --html --echo-queries --echo-errors --single-transaction --no-password --field-separator-zero --record-separator-zero -w";
  Effect all;
  bool judged = false;
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (w.may_be_flag && !w.known && w.text != "$DATABASE_URL" && !w.text.starts_with("$") && !w.text.starts_with("\"$")) return unknown(line, &w);
    if (!w.text.starts_with('-') || w.text.size() < 2) continue;
    const std::string name = w.text.substr(0, w.text.find('='));
    const bool letters = w.text[1] != '-';
    Arg sql = w;
    bool statement = false;
    if (w.text == "-c" || w.text == "--command" || (letters && w.text.size() > 2 && w.text.ends_with('c') && w.text.find_first_not_of("-XqtAxwc") == std::string::npos)) {
      if (++i >= words.size()) return unknown(line, &w);
      sql = words[i];
      statement = true;
    } else if (name == "--command") {
      sql.text = w.text.substr(10);
      statement = true;
    } else if (w.text == "-l" || w.text == "--list" || w.text == "--version" || w.text == "-V") {
      judged = true;
      continue;
    } else if (listed(kValue, w.text)) {
      ++i;
      continue;
    } else if (listed(kBare, w.text) || (!letters && listed(kValue, name)) || (letters && (w.text.find_first_not_of("-XqtAxwEeab1H") == std::string::npos || listed(kValue, w.text.substr(0, 2))))) {
      continue;
    } else {
      return unknown(line, &w);
    }
    if (!statement) continue;
    judged = true;
    if (!sql.known) return unknown(line, nullptr);
    if (sql.text.starts_with('\\')) {
      if (!harmless_backslash(sql.text)) return unknown(line, &sql);
      continue;
    }
    const auto parsed = embedded::parse_sql(sql.text, {});
    if (!parsed.ok()) {
      Effect e = unknown(line, nullptr);
      // Several statements are the one thing psql takes and a prompt does not.
      if (parsed.problems[0].code == "E0701") {
        e.problems.push_back(parsed.problems[0]);
        lift(e, sql);
      }
      return e;
    }
    Effect e = of_sql(parsed.value);
    lift(e, sql);
    join(all, std::move(e));
  }
  if (judged) return all;
  Effect e = unknown(line, nullptr);
  if (!scene.fed) e.problems.push_back(waits(words, "psql", "Write `psql -c \"select …\"`, or declare a `postgres` resource and say `db> select …`."));
  return e;
}

std::optional<Effect> redis_cli(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  static constexpr std::string_view kValue = "-h -p -n -a -u -s --user --pass --cacert --cert --key --sni", kBare = "--tls --no-auth-warning --raw --no-raw --csv --json -c -2 -3 --insecure";
  size_t i = 1;
  for (; i < words.size() && words[i].text.starts_with('-'); ++i) {
    const std::string& f = words[i].text;
    if (listed(kValue, f)) ++i;
    else if (f == "--cluster" && i + 2 < words.size() && words[i + 1].known && (words[i + 1].text == "check" || words[i + 1].text == "info")) {
      for (size_t k = i + 2; k < words.size(); ++k)
        if (words[k].text.starts_with("--cluster-f") || words[k].may_be_flag) return unknown(line, &words[k]);
      return Effect{};
    } else if (f == "--scan" || f == "--bigkeys" || f == "--memkeys" || f == "--hotkeys" || f == "--version" || f == "-v") return Effect{};
    else if (f == "--latency" || f == "--stat" || f == "--latency-history" || f == "--latency-dist" || f == "--replica" || f == "--slave") {
      Effect e;
      e.problems.push_back({"E0708", fmt::format("`redis-cli {}` never ends by itself.", f), words[i].begin, words[i].end, "Write `redis-cli info`."});
      return e;
    } else if (!listed(kBare, f)) return unknown(line, &words[i]);
  }
  if (i >= words.size()) {
    Effect e = unknown(line, nullptr);
    if (!scene.fed) e.problems.push_back(waits(words, "redis-cli", "Write `redis-cli ping`, or declare a `redis` resource and say `cache> ping`."));
    return e;
  }
  embedded::Words said;
  for (; i < words.size(); ++i) {
    embedded::Word w;
    w.text = words[i].text;
    w.begin = words[i].begin;
    w.end = words[i].end;
    w.known = words[i].known;
    said.words.push_back(std::move(w));
  }
  if (!said.words[0].known) return unknown(line, nullptr);
  Effect e = of_redis(said);
  if (e.level > Level::looks) e.culprit = "redis-cli " + e.culprit;
  return e;
}

// su - NAME -c SCRIPT
std::optional<Effect> su(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  bool named = false;
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (w.may_be_flag) return unknown(line, &w);
    if (w.text == "-" || w.text == "-l" || w.text == "--login") continue;
    if (w.text == "-c" || w.text == "--command") {
      if (i + 1 >= words.size() || !words[i + 1].known || i + 2 + (named ? 0U : 1U) < words.size()) return unknown(line, nullptr);
      return judge_script(words[i + 1].text, words[i + 1], within(scene));
    }
    if (w.text.starts_with('-') || named) return unknown(line, &w);
    named = true;
  }
  return unknown(line, nullptr);
}

void method_of(const std::string& method, bool& changes) { changes = method != "GET" && method != "HEAD" && method != "OPTIONS"; }

std::optional<Effect> curl(const std::vector<Arg>& words, const Line& line) {
  static constexpr std::string_view kValue = "-H --header -m --max-time --connect-timeout -A --user-agent -u --user -w --write-out -e --referer --retry --retry-delay --retry-max-time --resolve --connect-to --cacert --cert -E --key --capath --interface -x --proxy -b --cookie --url -r --range --max-redirs --unix-socket -y -Y --speed-time --speed-limit --limit-rate --proto --tlsv1.2 --ciphers --dns-servers --oauth2-bearer --cert-type --key-type --pass --noproxy -z --time-cond";
  static constexpr std::string_view kBare = "--silent --show-error --fail --fail-with-body --fail-early --include --head --location --verbose --insecure --get --compressed --no-progress-meter --http1.1 --http1.0 --http2 --http3 --ipv4 --ipv6 --globoff --no-buffer --tlsv1.2 --tlsv1.3 --retry-connrefused --retry-all-errors --path-as-is --raw --no-keepalive --tcp-nodelay --parallel --next --progress-bar --version --negotiate --basic --digest --ssl-reqd";
  static constexpr std::string_view kData = "-d --data --data-raw --data-binary --data-urlencode --data-ascii --json -F --form --form-string";
  bool data = false, get = false, writes = false, method_changes = false;
  const Arg* culprit = nullptr;
  std::string method;
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (w.may_be_flag) return unknown(line, &w);
    if (!w.text.starts_with('-') || w.text.size() < 2) continue;
    const bool letters = w.text[1] != '-';
    const auto equals = w.text.find('=');
    // The last of several letters may take a value, in the same word or the next.
    for (size_t k = letters ? 1 : 0; k < (letters ? w.text.size() : 1); ++k) {
      const std::string flag = letters ? std::string("-") + w.text[k] : w.text.substr(0, equals);
      const auto value = [&]() -> const Arg* {
        if (!letters || k + 1 == w.text.size()) return i + 1 < words.size() ? &words[++i] : nullptr;
        return nullptr;
      };
      const auto inline_value = [&] { return letters ? w.text.substr(k + 1) : std::string(); };
      if (flag == "-X" || flag == "--request") {
        std::string said = inline_value();
        const Arg* next = said.empty() ? value() : nullptr;
        if (next && !next->known) return unknown(line, next);
        method = said.empty() ? (next ? next->text : "") : said;
        if (!method.empty() && method[0] == '=') method.erase(0, 1);
        method_of(method, method_changes);
        if (method_changes) culprit = &w;
        break;
      }
      if (flag == "-o" || flag == "--output") {
        const std::string said = inline_value();
        const Arg* next = said.empty() ? value() : nullptr;
        const std::string target = next ? next->text : said;
        if (target != "/dev/null" && target != "-") {
          writes = true;
          culprit = &w;
        }
        break;
      }
      if (listed(kData, flag)) {
        data = true;
        if (!culprit) culprit = &w;
        if (inline_value().empty()) value();
        break;
      }
      if (flag == "-T" || flag == "--upload-file") {
        data = true;
        method = "PUT";
        culprit = &w;
        value();
        break;
      }
      if (flag == "-O" || flag == "--remote-name" || flag == "-J" || flag == "--remote-header-name" || flag == "-D" || flag == "--dump-header" || flag == "-c" || flag == "--cookie-jar" || flag == "--trace" || flag == "--output-dir") {
        writes = true;
        culprit = &w;
        if (flag == "-D" || flag == "-c" || flag == "--dump-header" || flag == "--cookie-jar" || flag == "--trace" || flag == "--output-dir") value();
        continue;
      }
      if (flag == "-G" || flag == "--get") {
        get = true;
        continue;
      }
      if (listed(kValue, flag)) {
        if (inline_value().empty()) value();
        break;
      }
      if (letters ? std::string_view("sSfiILvkNg46#0aZ").find(w.text[k]) == std::string_view::npos : !listed(kBare, flag)) return unknown(line, &w);
    }
  }
  Effect e;
  if (writes || method_changes || (data && !get)) {
    e.level = Level::changes;
    const std::string said = !method.empty() && method_changes ? method : data ? (method.empty() ? "POST" : method) : "";
    e.culprit = writes && !method_changes && !data ? fmt::format("curl {}", shown(culprit->text)) : said == "POST" && !method_changes ? "curl " + shown(culprit->text) : "curl -X " + shown(said);
    e.sentence = writes && !method_changes && !data ? fmt::format("`{}` writes a file", e.culprit) : fmt::format("`{}` {}", e.culprit, said == "DELETE" ? "deletes what is there" : said == "PUT" || said == "PATCH" ? "changes what is there" : "adds or changes something there");
    e.repeatable = method_changes && (method == "PUT" || method == "DELETE") && !writes;
    e.begin = culprit->begin;
    e.end = culprit->end;
    settle_limit(e, false);
  }
  return e;
}

std::optional<Effect> wget(const std::vector<Arg>& words, const Line& line) {
  bool out = false;
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (w.may_be_flag) return unknown(line, &w);
    if (w.text == "--spider" || w.text == "-qO-" || w.text == "-O-" || w.text == "-qO" || w.text == "-O") {
      if (w.text == "-O" || w.text == "-qO") {
        if (i + 1 >= words.size() || (words[i + 1].text != "-" && words[i + 1].text != "/dev/null")) return unknown(line, &w);
        ++i;
      }
      out = true;
      continue;
    }
    if (!w.text.starts_with('-')) continue;
    if (listed("-T -t --timeout --tries --header -U --user-agent", w.text)) ++i;
    else if (!listed("-q -nv -S --quiet --no-verbose --server-response --no-check-certificate -4 -6 --timeout --tries --header --user-agent", w.text.substr(0, w.text.find('=')))) return unknown(line, &w);
  }
  if (out) return Effect{};
  Effect e;
  e.level = Level::changes;
  e.culprit = "wget";
  e.sentence = "`wget` writes a file";
  e.begin = words[0].begin;
  e.end = words[0].end;
  settle_limit(e, false);
  return e;
}

// The program of a filter: the first operand, or what `-e` brings.
std::optional<Effect> filter(const std::vector<Arg>& words, const Line& line, std::string_view with_value, std::string_view bare, bool (*only_reads)(std::string_view)) {
  bool program = false;
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (!program && w.may_be_flag) return unknown(line, &w);
    if (w.known && w.text.starts_with('-') && w.text.size() > 1) {
      const std::string name = w.text.substr(0, w.text.find('='));
      if (w.text == "-e" || w.text == "--expression") {
        if (i + 1 >= words.size() || !words[i + 1].known || !only_reads(words[i + 1].text)) return unknown(line, &w);
        program = true;
        ++i;
      } else if (listed(with_value, w.text)) {
        ++i;
      } else if (w.text.size() > 2 && w.text[1] != '-' && listed(with_value, w.text.substr(0, 2))) {
        continue;
      } else if (!listed(bare, name) && !(w.text[1] != '-' && w.text.find_first_not_of("-nErsuz") == std::string::npos && listed(bare, "-n"))) {
        return unknown(line, &w);
      }
      continue;
    }
    if (program) continue;
    if (!w.known || !only_reads(w.text)) return unknown(line, nullptr);
    program = true;
  }
  return program ? std::optional<Effect>(Effect{}) : unknown(line, nullptr);
}

}  // namespace inner_detail

bool is_shell(std::string_view s) { return s == "sh" || s == "bash" || s == "dash" || s == "zsh" || s == "ksh" || s == "ash"; }

int wrapped(const std::vector<Arg>& w, bool& dangerous) {
  const std::string c = bare_name(w[0].text);
  const inner_detail::Wrapper* row = nullptr;
  for (const auto& one : inner_detail::kWrappers)
    if (one.tool == c) row = &one;
  if (!row || !w[0].known) return 0;
  size_t i = 1;
  while (i < w.size() && w[i].text.starts_with('-') && w[i].text.size() > 1) {
    const std::string& f = w[i].text;
    if (f == "--") {
      ++i;
      break;
    }
    if (listed(row->bare, f) || (f.find('=') != std::string::npos && listed(row->with_value, f.substr(0, f.find('=')))) || (c == "nice" && f.find_first_not_of("-0123456789") == std::string::npos)) ++i;
    else if (listed(row->with_value, f)) i += 2;
    else if (f.size() > 2 && f[1] != '-' && listed(row->with_value, f.substr(0, 2))) ++i;
    else return -1;
  }
  // What is put into a command's environment may make it another one.
  while ((c == "env" || c == "sudo") && i < w.size() && w[i].text.find('=') != std::string::npos && w[i].text[0] != '=') {
    if (!w[i].known && w[i].may_be_flag) return -1;
    if (embedded::dangerous_variable(w[i].text.substr(0, w[i].text.find('=')))) dangerous = true;
    ++i;
  }
  if (i >= w.size()) return c == "env" ? 0 : -1;
  i += row->skips;
  return i < w.size() ? static_cast<int>(i) : -1;
}

// Positions within a word that is quoted as a whole, or not at all, are exact; else the word is pointed at.
Effect judge_script(std::string_view script, const Arg& at, const Scene& scene) {
  const auto parsed = embedded::parse_shell(script, {});
  Effect e;
  if (!parsed.ok()) {
    e.level = Level::changes;
    e.known = false;
    e.culprit = shown(script);
    e.sentence = fmt::format("nothing says that `{}` only looks", e.culprit);
    settle_limit(e, false);
  } else {
    e = of_script(parsed.value, scene, {});
  }
  e.exit_one_answers = false;
  const uint32_t width = at.end - at.begin;
  const bool quoted = width == script.size() + 2, plain = width == script.size();
  const uint32_t shift = at.begin + (quoted ? 1 : 0);
  const auto move = [&](uint32_t& begin, uint32_t& end) {
    if (quoted || plain) begin += shift, end += shift;
    else begin = at.begin, end = at.end;
  };
  move(e.begin, e.end);
  for (auto& p : e.problems) move(p.begin, p.end);
  return e;
}

// Clients that parse what one of these flags brings; some of them their later operands as well.
struct ParsingClient {
  std::string_view tool, flags;
  bool operands;
};
constexpr ParsingClient kParsingClients[] = {{"psql", "-c --command", false}, {"mysql", "-e --execute", false}, {"mariadb", "-e --execute", false}, {"sqlite3", "-cmd", true}, {"duckdb", "-c -cmd", true}, {"mongosh", "--eval", false}, {"mongo", "--eval", false},
                                         {"cqlsh", "-e --execute", false}, {"sqlcmd", "-Q -q", false}, {"clickhouse-client", "-q --query", false}, {"influx", "-execute", false}, {"vtysh", "-c --command", false}, {"script", "-c --command", false},
                                         {"runuser", "-c --command", false}, {"gcloud", "--command", false}, {"expect", "-c", false}, {"parallel", "", true}};
const ParsingClient* client_of(std::string_view tool) {
  for (const auto& one : kParsingClients)
    if (one.tool == tool) return &one;
  return nullptr;
}

// Holes in what is parsed a second time.
void parsed_again(Effect& e, const std::vector<Arg>& w) {
  const std::string c = bare_name(w[0].text);
  const auto take = [&](size_t from, size_t to, const std::string& by) {
    for (size_t i = from; i < to && i < w.size(); ++i)
      for (const uint32_t h : w[i].holes) again(e, {h, w[i].begin, w[i].end, by});
  };
  // A shell with a script, wherever it stands: behind `nsenter`, `docker run IMAGE`, a tool that nobody here knows.
  for (size_t i = 1; i + 2 < w.size(); ++i) {
    if (!w[i].known || !is_shell(bare_name(w[i].text))) continue;
    for (size_t k = i + 1; k + 1 < w.size() && w[k].known && w[k].text.starts_with('-'); ++k)
      if (is_flag(w[k].text, "-c")) take(k + 1, k + 2, bare_name(w[i].text));
  }
  if (is_shell(c)) {
    for (size_t i = 1; i + 1 < w.size(); ++i)
      if (is_flag(w[i].text, "-c")) return take(i + 1, i + 2, c);
  } else if (c == "ssh" || c == "eval" || c == "xargs" || c == "su" || c == "watch") {
    take(1, w.size(), c);
  } else if (const auto* client = client_of(c)) {
    for (size_t i = 1; i < w.size(); ++i) {
      if (!w[i].text.starts_with('-') && !(client->operands && i > 1)) continue;
      const std::string& t = w[i].text;
      const bool letters = t.size() > 1 && t[0] == '-' && t[1] != '-' && client->flags[0] == '-' && client->flags[1] == t.back();
      if (!t.starts_with('-')) take(i, i + 1, c);
      else if (listed(client->flags, t) || letters) take(i + 1, i + 2, fmt::format("{} {}", c, t));
      else if (listed(client->flags, t.substr(0, t.find('=')))) take(i, i + 1, fmt::format("{} {}", c, t.substr(0, t.find('='))));
      else if (t[1] != '-' && listed(client->flags, t.substr(0, 2))) take(i, i + 1, fmt::format("{} {}", c, t.substr(0, 2)));
    }
  } else if (c == "awk" || c == "gawk" || c == "mawk" || c == "sed" || c == "jq" || c == "perl" || c == "yq") {
    for (size_t i = 1; i < w.size(); ++i) {
      if (w[i].text.starts_with('-') && w[i].known) {
        if ((w[i].text == "-e" || w[i].text == "--expression") && i + 1 < w.size()) take(i + 1, i + 2, c);
        // These bring a value that is not parsed; awk's own reads backslashes in it, and nothing more.
        if (w[i].text == "-v" || w[i].text == "-F") ++i;
        else if (c == "jq" && (w[i].text == "--arg" || w[i].text == "--argjson" || w[i].text == "--slurpfile" || w[i].text == "--rawfile")) i += 2;
        continue;
      }
      return take(i, i + 1, c);
    }
  } else if (c == "python" || c == "python3" || c == "node" || c == "ruby" || c == "php") {
    for (size_t i = 1; i + 1 < w.size(); ++i)
      if (w[i].text == "-c" || w[i].text == "-e" || w[i].text == "-r" || w[i].text == "-p") return take(i + 1, i + 2, c + " " + w[i].text);
  }
}

std::optional<Effect> judge_inner(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  using namespace inner_detail;
  if (scene.depth > kMaxInner) return unknown(line, nullptr);
  const std::string& c = line.tool();
  if (is_shell(c)) return shell(words, line, scene);
  if (c == "ssh") return ssh(words, line, scene);
  if (c == "xargs") return xargs(words, line, scene);
  if (c == "find") return find(words, line, scene);
  if (c == "psql") return psql(words, line, scene);
  if (c == "redis-cli" || c == "valkey-cli") return redis_cli(words, line, scene);
  if (c == "sqlite3") return sqlite_readonly(line);
  if (c == "su") return su(words, line, scene);
  if (c == "mysql" || c == "mariadb" || c == "cqlsh" || c == "mongosh" || c == "mongo") return database_client(words, line, scene);
  if (!scene.says.empty() && asks_only(c, scene.says)) return Effect{};
  if (c == "curl") return curl(words, line);
  if (c == "wget") return wget(words, line);
  if (c == "awk" || c == "gawk" || c == "mawk") return filter(words, line, "-F -v --field-separator --assign", "--field-separator --assign --posix", awk_only_reads);
  if (c == "sed") return filter(words, line, "", "-n -E -r -s -u -z --quiet --silent --regexp-extended --posix --separate --unbuffered", sed_only_reads);
  return elsewhere(line, scene);
}

}  // namespace rbc::effects::detail
