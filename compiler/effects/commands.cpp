// One command line: what the resource says of it, what the tables say, what it prints of secrets, and whether it ends.
#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

namespace command_detail {

// Files that hold secrets, by how they are called.
bool secret_file(std::string_view path) {
  const auto slash = path.rfind('/');
  const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (name.ends_with(".example") || name.ends_with(".sample") || name.ends_with(".template") || name.ends_with(".dist") || name.ends_with(".pub")) return false;
  for (const std::string_view one : {".env", ".env.*", "*.env", ".pgpass", ".netrc", ".my.cnf", ".htpasswd", "id_rsa", "id_ed25519", "id_ecdsa", "*.key", "privkey*.pem", "*-key.pem", "credentials", "shadow", "environ", "kubeconfig", "*.kubeconfig", ".vault-token", "*.p12", "*.pfx", "secrets.yml", "secrets.yaml", "secrets.json"})
    if (part_matches(one, name)) return name != "credentials" || path.find(".aws") != std::string_view::npos;
  return path.starts_with("/run/secrets/") || path.starts_with("/var/run/secrets/");
}

// Tools that print what a file holds, and the flags with which they do not.
constexpr std::pair<std::string_view, std::string_view> kPrinters[] = {
    {"cat", ""}, {"tac", ""}, {"nl", ""}, {"head", ""}, {"tail", ""}, {"less", ""}, {"more", ""}, {"strings", ""}, {"base64", ""}, {"od", ""}, {"xxd", ""}, {"hexdump", ""},
    {"cut", ""}, {"sort", ""}, {"sed", ""}, {"awk", ""}, {"zcat", ""}, {"source", ""}, {"grep", "-q -c -l -L --quiet --count --files-with-matches"}, {"egrep", "-q -c -l"}};

void warn_of_secrets(Effect& e, const Line& line) {
  for (const Known* known : known_of(line.tool())) {
    const Entry& row = *known->entry;
    if (row.section != Section::prints) continue;
    const size_t taken = fits(*known, line);
    if (taken == 0 || (row.most >= 0 && line.operands.size() > taken + static_cast<size_t>(row.most))) continue;
    if (!row.a.empty() && !any_flag(line, row.a)) {
      bool word = false;
      for (const size_t i : line.operands) word = word || (i > 0 && listed(row.a, line.words[i].text));
      if (!word) continue;
    }
    bool harmless = !row.b.empty() && any_flag(line, row.b);
    for (size_t i = 1; i < line.words.size(); ++i) harmless = harmless || (line.value[i] && listed(row.b, line.words[i].text));
    if (harmless) continue;
    const size_t last = line.operands[taken - 1];
    std::string said;
    for (size_t i = 0; i < taken; ++i) said += (i ? " " : "") + line.words[line.operands[i]].text;
    e.problems.push_back({"W0503", fmt::format("`{}` {} into the journal.", said, row.c), line.words[0].begin, std::max(line.words[0].end, line.words[last].end), std::string(row.d)});
    return;
  }
  for (const auto& [tool, unless] : kPrinters) {
    if (tool != line.tool() || (!unless.empty() && any_flag(line, unless))) continue;
    for (size_t i = 1; i < line.operands.size(); ++i) {
      const Arg& w = line.words[line.operands[i]];
      if (!w.known || !secret_file(w.text)) continue;
      e.problems.push_back({"W0503", fmt::format("`{} {}` prints what is secret into the journal.", tool, shown(w.text)), w.begin, w.end, "Test for it instead: `grep -q '^NAME=.' FILE`."});
      return;
    }
  }
}

// `docker run -it`, `kubectl run -it`: what runs in a container as if somebody sat there.
void warn_of_terminal(Effect& e, const Line& line) {
  static constexpr std::string_view kRuns[] = {"docker run", "podman run", "nerdctl run", "docker container run", "docker compose run", "kubectl run", "kubectl debug", "kubectl attach", "oc run", "oc debug", "ssh"};
  for (const auto said : kRuns) {
    const auto words = split(said);
    bool fit = line.operands.size() >= words.size();
    for (size_t i = 0; fit && i < words.size(); ++i) fit = line.words[line.operands[i]].known && line.words[line.operands[i]].text == words[i];
    if (!fit) continue;
    // Behind the image or the host stand the flags of another program.
    const size_t end = line.operands.size() > words.size() && said != "kubectl debug" && said != "oc debug" && !said.starts_with("kubectl run") && said != "oc run" ? line.operands[words.size()] : line.words.size();
    for (size_t i = 1; i < end; ++i) {
      const std::string& t = line.words[i].text;
      if (t == "--") return;
      if (line.value[i] || (t != "-it" && t != "-ti" && t != "-t" && t != "-tt" && t != "--tty")) continue;
      e.problems.push_back({"W0720", fmt::format("`{}` wants a terminal, and there is none.", t), line.words[i].begin, line.words[i].end, "Leave it out."});
      return;
    }
  }
}

void refuse_endless(Effect& e, const Line& line, const Scene& scene) {
  if (scene.ends) return;
  for (const Known* known : known_of(line.tool())) {
    const Entry& row = *known->entry;
    if (row.section != Section::endless) continue;
    const size_t taken = fits(*known, line);
    if (taken == 0) continue;
    const size_t from = line.operands[taken - 1] + 1;
    if ((!row.a.empty() && !any_flag(line, row.a, from)) || (!row.b.empty() && any_flag(line, row.b))) continue;
    // What is named behind it runs, and ends.
    if ((line.tool() == "sudo" || line.tool() == "doas") && line.operands.size() > 1) continue;
    // A pager that is fed prints and ends.
    if (scene.fed && (line.tool() == "less" || line.tool() == "more" || line.tool() == "most")) continue;
    std::string said;
    for (size_t i = 0; i < taken; ++i) said += (i ? " " : "") + line.words[line.operands[i]].text;
    if (!row.a.empty()) said += " " + split(row.a)[0];
    e.problems.push_back({"E0708", fmt::format("`{}` never ends by itself.", said), line.words[0].begin, std::max(line.words[0].end, line.words[line.operands[taken - 1]].end), std::string(row.c)});
    return;
  }
  // `vmstat 1`: an interval without a count.
  for (const std::string_view tool : {"vmstat", "iostat", "mpstat", "pidstat", "sar", "dstat", "ifstat"})
    if (line.tool() == tool) {
      size_t numbers = 0;
      for (size_t i = 1; i < line.operands.size(); ++i) numbers += line.words[line.operands[i]].text.find_first_not_of("0123456789") == std::string::npos;
      if (numbers == 1 || (numbers == 0 && tool == "dstat")) e.problems.push_back({"E0708", fmt::format("`{}{}` never ends by itself.", tool, numbers == 0 ? "" : " " + line.words[line.operands.back()].text), line.words[0].begin, line.words.back().end, fmt::format("Say how often: `{} 1 3`.", tool)});
    }
  if (line.tool() == "jstat" && line.operands.size() == 3)
    e.problems.push_back({"E0708", fmt::format("`jstat … {}` never ends by itself.", line.words[line.operands.back()].text), line.words[0].begin, line.words.back().end, "Say how often: `jstat -gcutil PID 1000 3`."});
}

// Of two rows of one shape: a look that says which words and flags it takes, when it takes these; else the one that does more.
bool closer(const Known& one, size_t taken, const Known& other, size_t other_taken, const Line& line) {
  const auto certain = [&](const Known& row, size_t words) {
    return row.entry->level == Level::looks && (row.entry->a != "*" || row.entry->most >= 0) && !objection(*row.entry, line, words);
  };
  const bool first = certain(one, taken), second = certain(other, other_taken);
  return first != second ? first : one.entry->level > other.entry->level;
}

const Known* best_row(const Line& line, size_t& taken) {
  const Known* best = nullptr;
  for (const Known* known : known_of(line.tool())) {
    if (known->entry->section != Section::row) continue;
    const size_t here = fits(*known, line);
    if (here == 0) continue;
    if (best) {
      if (known->words != best->words) {
        if (known->words < best->words) continue;
      } else if (known->stars != best->stars) {
        if (known->stars > best->stars) continue;
      } else if (!closer(*known, here, *best, taken, line)) {
        continue;
      }
    }
    best = known;
    taken = here;
  }
  return best;
}

std::string with_flag(const Known& row, const Line& line) {
  for (const Part& part : row.parts)
    if (part[0].starts_with('-'))
      for (size_t i = 1; i < line.words.size(); ++i)
        for (const auto flag : part)
          if (!line.value[i] && is_flag(line.words[i].text, flag)) return " " + std::string(part[0]);
  return {};
}

// `timeout 5s COMMAND`, with a time that is one.
bool ends_it(const std::vector<Arg>& given, size_t skip) {
  if (bare_name(given[0].text) != "timeout" || skip < 2) return false;
  const Arg& time = given[skip - 1];
  return time.known && !time.text.empty() && time.text.find_first_of("123456789") != std::string::npos && time.text.find_first_not_of("0123456789.smhd") == std::string::npos;
}

// `kill -9`, which no table of flags can say: the signal may be a value.
bool kills_hard(const Line& line) {
  if (line.tool() != "kill" && line.tool() != "pkill" && line.tool() != "killall") return false;
  if (any_flag(line, "-9 -KILL -SIGKILL")) return true;
  if (!any_flag(line, "-s --signal -n")) return false;
  for (const Arg& a : line.words)
    for (const std::string_view name : {"KILL", "SIGKILL", "9", "kill", "--signal=KILL", "--signal=9", "--signal=SIGKILL"})
      if (a.text == name) return true;
  return false;
}

Effect by_the_tables(const Line& line, bool repeats) {
  Effect e;
  size_t taken = 0;
  const Known* best = best_row(line, taken);
  const Arg* flag = best && best->entry->level == Level::looks ? objection(*best->entry, line, taken) : nullptr;
  if (flag) {
    // A row that fits less closely may still know what is done.
    const Known* change = nullptr;
    size_t change_taken = 0;
    for (const Known* known : known_of(line.tool())) {
      if (known->entry->section != Section::row || known->entry->level == Level::looks) continue;
      const size_t here = fits(*known, line);
      if (here > 0 && (!change || known->words > change->words)) change = known, change_taken = here;
    }
    if (!change) {
      Effect u = unknown(line, flag);
      u.repeatable = repeats;
      return u;
    }
    best = change;
    taken = change_taken;
  }
  if (!best) {
    Effect u = unknown(line, nullptr);
    u.repeatable = repeats;
    return u;
  }
  if (best->entry->level == Level::looks) return e;
  const bool hard = kills_hard(line);
  e.level = hard ? Level::destroys : best->entry->level;
  set_culprit(e, line, taken);
  e.culprit += hard ? " -9" : with_flag(*best, line);
  e.sentence = fmt::format("`{}` {}", e.culprit, hard ? std::string_view("ends a process without letting it save its work") : best->entry->b);
  e.repeatable = (best->entry->trait == Trait::repeats && !hard) || repeats;
  settle_limit(e, best->entry->trait == Trait::slow);
  return e;
}

// What the resource says goes before the tables. It speaks of the words as they are said, without what `runs` puts before them.
std::optional<Effect> by_the_resource(const std::vector<Arg>& given, const Line& line, const Scene& scene, bool& repeats) {
  std::vector<std::string> said;
  std::vector<bool> known;
  for (size_t i = scene.vouched_from; i < given.size(); ++i) {
    said.push_back(given[i].text);
    known.push_back(given[i].known);
  }
  const auto says = [&](const std::vector<std::string>& list) {
    for (const auto& p : list) {
      if (scene.vouched_from == 0 && (p.empty() || split(p)[0].find('*') != std::string::npos)) continue;
      if (pattern_matches(p, said, known)) return true;
    }
    return false;
  };
  repeats = says(scene.patterns.repeats);
  for (const bool destroying : {true, false}) {
    if (!says(destroying ? scene.patterns.destroys : scene.patterns.changes)) continue;
    Effect e;
    e.level = destroying ? Level::destroys : Level::changes;
    set_culprit(e, line, scene.vouched_from > 0 || has_subcommands(line.tool()) ? 3 : 1);
    e.sentence = fmt::format("the resource says that `{}` {}", e.culprit, destroying ? "destroys" : "changes");
    e.repeatable = repeats;
    settle_limit(e, false);
    return e;
  }
  if (says(scene.patterns.reads)) return Effect{};
  return std::nullopt;
}

}  // namespace command_detail

std::string shown(std::string_view word) { return word.size() > 60 ? std::string(word.substr(0, 57)) + "…" : std::string(word); }

void settle_limit(Effect& e, bool slow) { e.limit_seconds = e.level <= Level::looks ? 10 : slow ? 900 : 120; }

void again(Effect& e, ParsedAgain one) {
  for (const ParsedAgain& known : e.parsed_again)
    if (known.hole == one.hole) return;
  e.parsed_again.push_back(std::move(one));
}

void join(Effect& into, Effect&& one) {
  for (auto& p : one.problems) into.problems.push_back(std::move(p));
  for (auto& p : one.parsed_again) again(into, std::move(p));
  into.options.insert(into.options.end(), one.options.begin(), one.options.end());
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

bool has_subcommands(std::string_view tool) {
  for (const Known* known : known_of(tool))
    if (known->entry->section == Section::options) return true;
  return false;
}

void set_culprit(Effect& e, const Line& line, size_t operands) {
  const size_t count = std::min(std::max<size_t>(operands, 1), line.operands.size());
  e.culprit.clear();
  for (size_t i = 0; i < count; ++i) e.culprit += (i ? " " : "") + shown(line.words[line.operands[i]].text);
  e.begin = line.words[0].begin;
  e.end = std::max(line.words[line.operands[count - 1]].end, line.words[0].end);
}

Effect unknown(const Line& line, const Arg* flag) {
  Effect e;
  e.level = Level::changes;
  e.known = false;
  size_t count = 1;
  if (has_subcommands(line.tool()) && line.operands.size() > 1 && line.words[line.operands[1]].known) count = line.words[line.operands[1]].text == "compose" && line.operands.size() > 2 ? 3 : 2;
  set_culprit(e, line, count);
  if (flag) {
    if (flag != &line.words[line.operands[count - 1]]) e.culprit += " " + shown(flag->text);
    e.begin = flag->begin;
    e.end = flag->end;
  }
  e.sentence = fmt::format("nothing says that `{}` only looks", e.culprit);
  settle_limit(e, false);
  return e;
}

Effect judge_command(const std::vector<Arg>& given, const Scene& scene) {
  using namespace command_detail;
  Effect before;
  parsed_again(before, given);
  option_places(before, given, scene.depth);
  const auto with = [&](Effect&& other) {
    for (auto& p : before.parsed_again) again(other, std::move(p));
    other.options.insert(other.options.end(), before.options.begin(), before.options.end());
    for (auto& p : before.problems) other.problems.push_back(std::move(p));
    return std::move(other);
  };
  bool dangerous = false;
  const int skip = wrapped(given, dangerous);
  if (skip > 0 && scene.depth <= kMaxInner) {
    Effect inner = judge_command({given.begin() + skip, given.end()}, {scene.patterns, 0, scene.fed, scene.depth + 1, scene.says, scene.ends || ends_it(given, static_cast<size_t>(skip))});
    if (dangerous && inner.level < Level::changes) inner = unknown(take_apart(given), nullptr);
    return with(std::move(inner));
  }
  const Line line = take_apart(given);
  refuse_endless(before, line, scene);
  warn_of_secrets(before, line);
  warn_of_terminal(before, line);
  bool repeats = false;
  if (auto said = by_the_resource(given, line, scene, repeats)) return with(std::move(*said));
  if (!line.words[0].known || skip != 0) return with(unknown(line, nullptr));
  if (auto inner = judge_inner(given, line, scene)) {
    inner->repeatable = inner->repeatable || (repeats && inner->level > Level::looks);
    return with(std::move(*inner));
  }
  return with(by_the_tables(line, repeats));
}

// Exit code 1 of these is an answer.
bool answers_by_exit(const std::vector<Arg>& given) {
  bool dangerous = false;
  const int skip = wrapped(given, dangerous);
  if (skip > 0) return answers_by_exit({given.begin() + skip, given.end()});
  if (skip < 0 || !given[0].known) return false;
  const Line line = take_apart(given);
  if (line.tool() == "jq") return any_flag(line, "-e --exit-status");
  for (const Known* known : known_of(line.tool()))
    if (known->entry->trait == Trait::answers && fits(*known, line)) return line.tool() != "pidof";
  return false;
}

}  // namespace rbc::effects::detail
