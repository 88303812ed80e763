// Command lines as sayings: which resource of the language each belongs to, and what our tables know of it.
#include "compiler/import/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/effects.hpp"
#include "compiler/import/markdown.hpp"

namespace rbc::import {

using embedded::HoleRef;
using embedded::ShellWord;

namespace {

// Holes as the grammar finds them: `<name>`, `<name.field>`, `<name?>`.
std::vector<HoleRef> holes_of(std::string_view text) {
  std::vector<HoleRef> holes;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (at > 0 && text[at - 1] == '\\') continue;
    if (at + 1 >= text.size() || !std::isalpha(static_cast<unsigned char>(text[at + 1]))) continue;
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.?", at + 1);
    if (end == std::string_view::npos || text[end] != '>') continue;
    holes.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(end + 1), static_cast<uint32_t>(holes.size()), text[end - 1] == '?'});
  }
  return holes;
}

// All lines moved left by what the least indented is indented by; a first line that stands behind a quote counts as not indented.
std::string without_common_indent(std::string_view text) {
  std::size_t common = std::string::npos;
  const std::size_t second = text.find('\n');
  for (std::size_t from = second == std::string_view::npos ? text.size() : second + 1; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    if (const auto first = text.substr(from, end - from).find_first_not_of(' '); first != std::string_view::npos) common = std::min(common, first);
    from = end + 1;
  }
  const bool starts_below = trimmed(text.substr(0, std::min(second, text.size()))).empty();
  if (common == std::string::npos || common == 0 || !starts_below) return std::string(text);
  std::string out;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    const std::string_view line = text.substr(from, end - from);
    out += std::string(line.substr(std::min(common, line.size()))) + (end < text.size() ? "\n" : "");
    from = end + 1;
  }
  return out;
}

std::string first_line(std::string_view text) { return std::string(trimmed(text.substr(0, text.find('\n')))); }

// A look that never ends, or wants a terminal, as one that does: words that go, and words that are put behind another.
struct Ending {
  std::string_view tool, words;      // `words`: those that must follow, in any place
  std::string_view drop, put;        // flags that go, with `|` between; what is put at the end
};
constexpr Ending kEndings[] = {
    {"docker", "stats", "", "--no-stream"},    {"docker-compose", "stats", "", "--no-stream"}, {"docker", "logs", "-f|--follow", "--tail=100"},
    {"docker-compose", "logs", "-f|--follow", "--tail=100"}, {"docker", "exec", "-it|-ti|-i|-t", ""}, {"kubectl", "exec", "-it|-ti|-i|-t", ""},
    {"kubectl", "logs", "-f|--follow", "--tail=100"}, {"kubectl", "get", "-w|--watch", ""}, {"journalctl", "", "-f|--follow", "--no-pager -n 100"},
    {"tail", "", "-f|-F", "-n 100"},           {"top", "", "", "-b -n 1"},                     {"ping", "", "", "-c 3"},
    {"pm2", "logs", "", "--nostream"},         {"vmstat", "", "", "1 3"},
};

bool listed(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto end = std::min(list.find('|'), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

// `script` again, with the endings of its commands; "" if nothing changes.
std::string ended(std::string_view text, const embedded::Script& script) {
  std::string out(text);
  bool changed = false;
  for (auto command = script.commands.rbegin(); command != script.commands.rend(); ++command) {
    std::size_t first = 0;
    while (first + 1 < command->words.size() && command->words[first].text == "sudo") ++first;
    const std::string& tool = command->words[first].text;
    const bool monit = tool == "pm2" && command->words.size() == first + 2 && command->words[first + 1].text == "monit";
    if (tool == "htop" || tool == "atop" || monit) {
      out.replace(command->words[first].begin, command->words[monit ? first + 1 : first].end - command->words[first].begin, monit ? "pm2 list" : "top -b -n 1");
      changed = true;
      continue;
    }
    for (const Ending& ending : kEndings) {
      const auto has = [&](std::string_view word) { return std::any_of(command->words.begin(), command->words.end(), [&](const ShellWord& w) { return w.text == word; }); };
      if (tool != ending.tool || (!ending.words.empty() && !has(ending.words))) continue;
      const bool drops = std::any_of(command->words.begin(), command->words.end(), [&](const ShellWord& w) { return listed(ending.drop, w.text); });
      if ((!ending.drop.empty() && !drops) || (!ending.put.empty() && has(ending.put.substr(0, ending.put.find(' '))))) continue;
      if (!ending.put.empty() && ending.tool != "tail") out.insert(command->words.back().end, fmt::format(" {}", ending.put));
      for (auto word = command->words.rbegin(); word != command->words.rend(); ++word) {
        if (!listed(ending.drop, word->text)) continue;
        const std::size_t from = word->begin > 0 && out[word->begin - 1] == ' ' ? word->begin - 1 : word->begin;
        out.erase(from, word->end - from);
      }
      if (ending.tool == "tail") out.insert(command->words[first].end, fmt::format(" {}", ending.put));
      changed = true;
      break;
    }
  }
  return changed ? out : std::string();
}

effects::Effect effect_of(std::string_view kind, const std::string& text, const std::string& runs, std::vector<embedded::Problem>& problems) {
  const auto holes = holes_of(text);
  const auto take = [&](auto parsed, auto judged) {
    problems = parsed.problems;
    effects::Effect effect = parsed.ok() ? judged(parsed.value) : effects::Effect{};
    problems.insert(problems.end(), effect.problems.begin(), effect.problems.end());
    return effect;
  };
  const effects::Patterns none;
  if (kind == "postgres") return take(embedded::parse_sql(text, holes), [](const auto& sql) { return effects::of_sql(sql); });
  if (kind == "http") return take(embedded::parse_http(text, holes), [&](const auto& http) { return effects::of_http(http, none); });
  if (kind == "prometheus") return take(embedded::parse_promql(text, holes), [](const auto& prom) { return effects::of_promql(prom); });
  if (kind == "host") return take(embedded::parse_shell(text, holes), [&](const auto& script) { return effects::of_shell(script, none); });
  return take(embedded::parse_words(text, holes), [&](const auto& words) {
    if (kind == "redis") return effects::of_redis(words);
    if (kind == "compose") return effects::of_compose(words);
    return effects::of_command(runs, words, none);
  });
}

const embedded::Problem* error_in(const std::vector<embedded::Problem>& problems) {
  for (const auto& problem : problems)
    if (!problem.code.starts_with('W')) return &problem;
  return nullptr;
}

}  // namespace

Resource& Commands::resource(std::string_view kind, const std::string& key, std::string_view name, std::string_view binding, std::string_view title) {
  const auto [at, added] = by_key_.emplace(fmt::format("{} {}", kind, key), resources_.size());
  if (added) resources_.push_back({std::string(kind), names_.take(name, kind), std::string(title), {}, std::string(binding)});
  return resources_[at->second];
}

void Commands::judge(Saying& saying, std::string_view kind, const std::string& runs) {
  std::vector<embedded::Problem> problems;
  const effects::Effect effect = effect_of(kind, saying.text, runs, problems);
  if (const auto* problem = error_in(problems)) {
    saying.kind = Saying::Kind::by_hand;
    saying.marks.push_back(fmt::format("{}{}{}", problem->message, problem->help.empty() ? "" : " ", problem->help));
    return;
  }
  switch (effect.level) {
    case effects::Level::pure:
    case effects::Level::looks: saying.kind = Saying::Kind::look; break;
    case effects::Level::tells:
    case effects::Level::changes: saying.kind = Saying::Kind::change; break;
    case effects::Level::destroys: saying.kind = Saying::Kind::destroy; break;
  }
  if (saying.kind == Saying::Kind::destroy) {
    saying.loss = (effect.sentence.empty() ? fmt::format("`{}` loses something", first_line(saying.text)) : effect.sentence) + ".";
    saying.marks.push_back("say what is lost here, and whether somebody must approve it");
  }
  if (saying.text.starts_with("export ") && saying.text.find_first_of(";&\n") == std::string::npos) saying.marks.push_back("what a line exports ends with that line; set it where the program is started");
  if (!effect.known && saying.kind == Saying::Kind::change)
    saying.marks.push_back(fmt::format("nothing says what `{}` does; if it only looks, vouch for it with a `reads` line at its resource, and take the `do` away", effect.culprit));
}

Saying Commands::say_shell(const std::string& text) {
  Saying saying;
  saying.text = text;
  const auto script = embedded::parse_shell(text, holes_of(text));
  if (script.ok())
    if (const std::string mended = ended(text, script.value); !mended.empty()) {
      std::vector<embedded::Problem> problems;
      effect_of("host", mended, {}, problems);
      if (!error_in(problems)) {
        saying.text = mended;
        saying.marks.push_back(fmt::format("the document says `{}`, which never ends or wants a terminal", first_line(text)));
      }
    }
  judge(saying, "host");
  if (saying.kind == Saying::Kind::by_hand && saying.text.find('\'') != std::string::npos && saying.text.find_first_of("\"$`\\") == std::string::npos) {
    Saying doubled = saying;   // a hole may stand in double quotes
    doubled.marks.clear();
    std::replace(doubled.text.begin(), doubled.text.end(), '\'', '"');
    judge(doubled, "host");
    if (doubled.kind != Saying::Kind::by_hand) saying = doubled;
  }
  if (saying.kind != Saying::Kind::by_hand) saying.prompt = resource("host", "", "box", "localhost", "Where the commands of this document run").name + "$";
  return saying;
}

std::vector<Saying> Commands::say_sql(std::string_view written, const std::string& binding, const std::string& database) {
  std::vector<Saying> out;
  const std::string sql = without_common_indent(written);
  std::string one;
  char quote = 0;
  const auto end = [&] {
    std::string text(trimmed(one));
    one.clear();
    while (text.starts_with('\n')) text = std::string(trimmed(text.substr(1)));
    while (text.ends_with('\n')) text = std::string(trimmed(text.substr(0, text.size() - 1)));
    if (text.empty()) return;
    Saying saying;
    saying.text = text;
    judge(saying, "postgres");
    if (saying.kind != Saying::Kind::by_hand)
      saying.prompt = database_at(binding, database) + ">";
    out.push_back(std::move(saying));
  };
  for (const char c : sql) {
    if (quote) quote = c == quote ? 0 : quote;
    else if (c == '\'' || c == '"') quote = c;
    if (c == ';' && !quote) end();
    else one += c;
  }
  end();
  return out;
}

// The name of the `postgres` resource at a binding; without one, of the database that was spoken to last.
std::string Commands::database_at(const std::string& binding, const std::string& database) {
  if (binding.empty() && !last_database_.empty()) return last_database_;
  const bool first = std::none_of(resources_.begin(), resources_.end(), [](const Resource& r) { return r.kind == "postgres"; });
  const std::string at = binding.empty() ? "postgres://localhost:5432/postgres" : binding;
  last_database_ = resource("postgres", at, first || database.empty() ? "db" : "db-" + database, at, database.empty() ? "The database" : fmt::format("The database {}", database)).name;
  return last_database_;
}

Saying Commands::say_promql(std::string_view query) {
  Saying saying;
  saying.text = query;
  judge(saying, "prometheus");
  if (saying.kind != Saying::Kind::by_hand) saying.prompt = resource("prometheus", "", "prom", "http://localhost:9090", "Prometheus").name + ">";
  return saying;
}

// One simple command that a resource of its own may understand better than a shell.
class Simple {
 public:
  Simple(Commands& all, const std::string& text, const std::vector<ShellWord>& words, const std::string& remark) : all_(all), text_(text), words_(words), remark_(remark) {}

  std::vector<Saying> say() {
    while (at_ + 1 < words_.size() && word(at_) == "sudo" && !word(at_ + 1).starts_with("-")) ++at_;
    if (word(at_) == "docker-compose" || (word(at_) == "docker" && word(at_ + 1) == "compose")) return compose();
    if (word(at_) == "docker" && word(at_ + 1) == "exec") {
      const std::size_t inner = after_options(at_ + 2) + 1;
      const std::string_view tool = word(inner);
      if (tool == "psql" || tool == "redis-cli") return at_ = inner, tool == "psql" ? psql() : redis();
      return {};
    }
    if (word(at_) == "psql") return psql();
    if (word(at_) == "redis-cli") return redis();
    if (word(at_) == "curl") return curl();
    if (word(at_) == "sleep") return wait();
    for (const std::string_view tool : {"kubectl", "helm", "aws", "gcloud", "gh", "terraform"})
      if (word(at_) == tool) return command(tool);
    return {};
  }

 private:
  std::string_view word(std::size_t at) const { return at < words_.size() ? std::string_view(words_[at].text) : std::string_view(); }
  std::size_t after_options(std::size_t at) const {
    while (word(at).starts_with("-")) at += word(at) == "-u" || word(at) == "-e" || word(at) == "-w" || word(at) == "--user" || word(at) == "--index" ? 2 : 1;
    return at;
  }
  // The words from one on, as written.
  std::string from(std::size_t at) const { return at < words_.size() ? text_.substr(words_[at].begin, words_.back().end - words_[at].begin) : std::string(); }
  // No shell would change these words: no variable, no pattern.
  bool literal_from(std::size_t at) const {
    for (; at < words_.size(); ++at)
      if (!words_[at].vars.empty() || words_[at].glob || text_.substr(words_[at].begin, words_[at].end - words_[at].begin).find('$') != std::string::npos) return false;
    return true;
  }

  std::vector<Saying> settled(Saying saying, std::string_view kind, const std::string& runs, const std::string& prompt) {
    all_.judge(saying, kind, runs);
    if (saying.kind == Saying::Kind::by_hand) return {};
    saying.prompt = prompt;
    saying.instead = text_;
    return {std::move(saying)};
  }

  std::vector<Saying> compose() {
    at_ += word(at_) == "docker" ? 2 : 1;
    std::string files;
    while (word(at_).starts_with("-")) {
      if (word(at_) == "-f" || word(at_) == "--file") files += (files.empty() ? "" : " ") + std::string(word(at_ + 1)), at_ += 2;
      else return {};
    }
    if (at_ >= words_.size() || files.find(' ') != std::string::npos || files.find('<') != std::string::npos) return {};
    if (word(at_) == "exec") {
      const std::size_t service = after_options(at_ + 1);
      const std::string_view tool = word(service + 1);
      if (tool == "psql" || tool == "redis-cli") return at_ = service + 1, tool == "psql" ? psql() : redis();
      if (service + 1 >= words_.size() || kebab(word(service)).size() != word(service).size()) return {};
      Saying saying;
      saying.text = from(service + 1);
      const std::string name = stack(files);
      return settled(std::move(saying), "host", {}, fmt::format("{}.{}$", name, word(service)));
    }
    if (!literal_from(at_)) return {};
    Saying saying;
    saying.text = from(at_);
    if (word(at_) == "stats") saying.text = word(at_ + 1).empty() || word(at_ + 1).starts_with("-") ? "stats" : fmt::format("stats {}", word(at_ + 1));
    if (word(at_) == "logs" && saying.text.find(" -f") != std::string::npos) {
      saying.text = fmt::format("logs --tail 100 {}", word(words_.size() - 1));
      saying.marks.push_back(fmt::format("the document says `{}`, which never ends", text_));
    }
    return settled(std::move(saying), "compose", {}, stack(files) + ">");
  }
  std::string stack(const std::string& files) { return all_.resource("compose", files, "stack", files.empty() ? "docker-compose.yml" : files, "The containers").name; }

  std::vector<Saying> psql() {
    const bool bare = at_ + 3 == words_.size();   // psql -c "…": the database that the machine means
    std::string user = "postgres", database, host = "localhost", port = "5432", sql, url;
    bool query = false;
    for (std::size_t i = at_ + 1; i < words_.size(); ++i) {
      const std::string_view flag = word(i);
      const auto value = [&](std::string& into) { into = std::string(word(++i)); };
      if (flag == "-U" || flag == "--username") value(user);
      else if (flag == "-d" || flag == "--dbname") value(database);
      else if (flag == "-h" || flag == "--host") value(host);
      else if (flag == "-p" || flag == "--port") value(port);
      else if (flag == "-c" || flag == "--command") value(sql), query = true;
      else if (flag.starts_with("-")) { if (flag.find_first_not_of("-AtqxX1w") != std::string_view::npos) return {}; }
      else if (flag.starts_with("postgres") || flag.starts_with("$")) url = flag;
      else if (database.empty()) database = flag;
      else return {};
    }
    for (const std::string* part : {&user, &database, &host, &port})
      if (part->find_first_of("<$") != std::string::npos) return {};
    if (!query) return {};
    if (database.empty()) database = user;
    std::string binding = fmt::format("postgres://{}@{}:{}/{}", user, host, port, database);
    if (url.starts_with("$")) {
      const std::string variable = url.substr(url.find_first_not_of("${"), url.find_last_not_of("}") + 1 - url.find_first_not_of("${"));
      all_.secrets_.insert(variable);
      binding = fmt::format("<{}>", kebab(variable));
    } else if (!url.empty()) {
      return {};
    }
    std::vector<Saying> out = all_.say_sql(sql, bare ? std::string() : binding, bare ? std::string() : database);
    for (Saying& saying : out) {
      if (saying.kind == Saying::Kind::by_hand) return {};
      if (out.size() == 1) saying.instead = text_;
    }
    return out;
  }

  std::vector<Saying> redis() {
    std::string host = "localhost", port = "6379";
    std::size_t i = at_ + 1;
    for (; word(i).starts_with("-"); ++i) {
      if (word(i) == "-h") host = word(++i);
      else if (word(i) == "-p") port = word(++i);
      else if (word(i) == "-a") ++i;
      else if (word(i) != "--no-auth-warning") return {};
    }
    if (i >= words_.size() || !literal_from(i) || (host + port).find_first_of("<$") != std::string::npos) return {};
    Saying saying;
    saying.text = from(i);
    return settled(std::move(saying), "redis", {},
                   all_.resource("redis", host + port, "cache", fmt::format("redis://{}:{}", host, port), "Redis").name + ">");
  }

  std::vector<Saying> command(std::string_view tool) {
    if (at_ + 1 >= words_.size() || !literal_from(at_)) return {};
    for (const std::string_view flag : {"-it", "-ti", "-i", "-t", "-f", "--follow", "-w", "--watch"})
      for (std::size_t i = at_; i < words_.size() && word(i) != "--"; ++i)
        if (word(i) == flag && (word(at_ + 1) == "exec" || word(at_ + 1) == "logs" || word(at_ + 1) == "get")) return {};   // the shell's way knows how to end it
    Saying saying;
    saying.text = from(at_ + 1);
    const std::string key(tool);
    Resource& made = all_.resource("command", key, tool, "local", "");
    made.runs = key;
    return settled(std::move(saying), "command", key, made.name + ">");
  }

  std::vector<Saying> wait() {
    const std::string_view length = word(at_ + 1);
    const auto unit = length.find_first_not_of("0123456789");
    if (words_.size() != at_ + 2 || unit == 0 || length.empty() || length.size() > 6) return {};
    if (unit != std::string_view::npos && (unit + 1 != length.size() || std::string_view("smh").find(length[unit]) == std::string_view::npos)) return {};
    Saying saying;
    saying.kind = Saying::Kind::wait;
    saying.text = unit == std::string_view::npos ? fmt::format("{}s", length) : std::string(length);
    return {std::move(saying)};
  }

  std::vector<Saying> curl();

  Commands& all_;
  const std::string& text_;
  const std::vector<ShellWord>& words_;
  const std::string& remark_;
  std::size_t at_ = 0;
};

std::vector<Saying> Simple::curl() {
  std::string method, url, headers, body;
  for (std::size_t i = at_ + 1; i < words_.size(); ++i) {
    const std::string_view flag = word(i);
    if (flag == "-X" || flag == "--request") method = word(++i);
    else if (flag == "-H" || flag == "--header") headers += fmt::format("{}\n", word(++i));
    else if (flag == "-d" || flag == "--data" || flag == "--data-raw" || flag == "--json") body = word(++i);
    else if (flag == "-I" || flag == "--head") method = "HEAD";
    else if (flag == "-w" || flag == "--write-out" || flag == "-o" || flag == "--output" || flag == "-m" || flag == "--max-time" || flag == "--connect-timeout") ++i;
    else if (flag.starts_with("--")) {
      if (flag != "--fail" && flag != "--silent" && flag != "--show-error" && flag != "--location" && flag != "--verbose" && flag != "--include") return {};
    } else if (flag.starts_with("-")) {
      if (flag.find_first_not_of("-fsSLvi") != std::string_view::npos) return {};
    } else if (url.empty()) url = flag;
    else return {};
  }
  if (url.find("://") == std::string::npos) url = "http://" + url;
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find_first_of("/?", host), url.size());
  const std::string origin = url.substr(0, path);
  if ((!url.starts_with("http://") && !url.starts_with("https://")) || origin.find_first_of("<$@") != std::string::npos || path == host || body.starts_with("@")) return {};
  if (headers.find('$') != std::string::npos || body.find('$') != std::string::npos) return {};
  if (method.empty()) method = body.empty() ? "GET" : "POST";
  std::string target = path < url.size() && url[path] == '/' ? url.substr(path) : "/" + url.substr(path);
  Saying saying;
  saying.text = fmt::format("{} {}", method, target);
  while (headers.ends_with('\n')) headers.pop_back();
  if (!headers.empty()) saying.text += "\n" + headers;
  if (!body.empty()) saying.text += "\n\n" + body;
  const std::string name = origin.substr(host, std::min(origin.find(':', host), origin.size()) - host);
  const bool here = name == "localhost" || name.starts_with("127.");
  const bool first = std::none_of(all_.resources_.begin(), all_.resources_.end(), [](const Resource& r) { return r.kind == "http"; });
  std::string called = name;
  for (const std::string_view front : {"www.", "api."})
    if (called.starts_with(front)) called.erase(0, front.size());
  called = called.substr(0, called.find('.'));
  if (here) called = first ? "api" : remark_.empty() || remark_.size() > 20 ? "api-" + origin.substr(std::min(origin.rfind(':') + 1, origin.size())) : remark_;
  for (const std::string_view word : {"health", "ready", "readiness", "live", "liveness", "ping"})
    if (lowered(target).find(word) != std::string::npos && method == "GET" && saying.health.empty()) saying.health = word;
  Resource& made = all_.resource("http", origin, called, origin, remark_.empty() || !here ? "" : remark_);
  if (!saying.health.empty()) {
    const std::string asked = target.substr(0, target.find('?'));
    saying.health = fmt::format("{} {}", made.name, asked.substr(asked.find_last_of('/', asked.size() - 2) + 1));
  }
  return settled(std::move(saying), "http", {}, made.name + ">");
}

std::vector<Saying> Commands::say(const Stretch& command) {
  const std::string& text = command.text;
  if (text.find_first_of(" \n;") != std::string::npos) {
    std::string word = text.substr(0, text.find_first_of(" \n"));
    if (std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; }) && word.size() >= 4) {
      auto sql = say_sql(text);
      if (!sql.empty() && std::all_of(sql.begin(), sql.end(), [](const Saying& s) { return s.kind != Saying::Kind::by_hand; })) return sql;
    }
  }
  const auto script = embedded::parse_shell(text, holes_of(text));
  if (script.ok() && script.value.commands.size() == 2 && script.value.commands[1].stage == 1 && script.value.commands[0].words[0].text == "curl") {
    const auto& words = script.value.commands[1].words;   // `curl … | jq` only lays the answer out
    if (words[0].text == "jq" && (words.size() == 1 || (words.size() == 2 && words[1].text == "."))) {
      Stretch alone = command;
      alone.text = trimmed(std::string_view(text).substr(0, text.find('|', script.value.commands[0].words.back().end)));
      return say(alone);
    }
  }
  if (script.ok() && script.value.commands.size() == 1 && script.value.commands[0].redirects.empty() && script.value.commands[0].assigns.empty()) {
    auto own = Simple(*this, text, script.value.commands[0].words, command.remark).say();
    if (!own.empty()) return own;
  }
  return {say_shell(text)};
}

}  // namespace rbc::import
