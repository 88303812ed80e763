// Names, and code blocks taken apart into commands and comments.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/import/commands.hpp"
#include "compiler/import/markdown.hpp"
#include "grammar/ast.hpp"

namespace rbc::import {

std::string kebab(std::string_view words) {
  std::string out;
  unsigned parts = 0;
  bool gap = false;
  for (const char c : words) {
    if (c == '\'') continue;
    if (!std::isalnum(static_cast<unsigned char>(c))) {
      gap = !out.empty();
      continue;
    }
    if (gap && (++parts >= 6 || out.size() > 40)) break;
    if (gap) out += '-';
    gap = false;
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (out.size() > 60) break;
  }
  const auto letter = std::find_if(out.begin(), out.end(), [](unsigned char c) { return std::isalpha(c); });
  out.erase(out.begin(), letter);
  return out;
}

std::string Names::first_free(std::string_view words, std::string_view otherwise, std::initializer_list<const std::set<std::string>*> taken) const {
  std::string name = kebab(words);
  if (name.empty()) name = otherwise;
  if (is_reserved(name)) name = "the-" + name;
  std::string free = name;
  for (unsigned n = 2; std::any_of(taken.begin(), taken.end(), [&](const auto* names) { return names->count(free) != 0; }); ++n) free = fmt::format("{}-{}", name, n);
  return free;
}

std::string Names::take(std::string_view words, std::string_view otherwise) { return *taken_.insert(first_free(words, otherwise, {&taken_, &ever_})).first; }

std::string Names::take_here(std::string_view words, std::string_view otherwise) {
  const std::string name = first_free(words, otherwise, {&taken_, &here_});
  ever_.insert(name);
  return *here_.insert(name).first;
}

std::string Names::take_step(std::string_view words) { return *steps_.insert(first_free(words, "step", {&steps_})).first; }

void Names::next_runbook() { here_.clear(), steps_.clear(); }

namespace {

constexpr std::size_t kMostLines = 200;   // of one command

constexpr std::string_view kTools[] = {
    "kubectl", "helm", "docker", "docker-compose", "psql", "pg_isready", "pg_dump", "pg_restore", "redis-cli", "curl", "wget", "aws", "gcloud", "az", "gh", "git", "systemctl",
    "journalctl", "service", "pm2", "npm", "npx", "pnpm", "yarn", "node", "python", "python3", "ssh", "scp", "rsync", "ps", "top", "htop", "df", "du", "free", "netstat", "ss",
    "lsof", "grep", "egrep", "awk", "sed", "cat", "tail", "head", "less", "ls", "cd", "cp", "mv", "rm", "mkdir", "chmod", "chown", "kill", "pkill", "killall", "export", "source",
    "sudo", "sleep", "echo", "openssl", "jq", "dig", "nslookup", "ping", "traceroute", "nc", "telnet", "make", "terraform", "ansible", "ansible-playbook", "vault", "consul",
    "nomad", "etcdctl", "mysql", "mysqladmin", "mongo", "mongosh", "rabbitmqctl", "rabbitmq-diagnostics", "kafka-topics.sh", "kafka-consumer-groups.sh", "nginx", "apachectl",
    "supervisorctl", "uptime", "vmstat", "iostat", "dmesg", "crontab", "watch", "for", "while", "if", "set", "tar", "gzip", "gunzip", "date", "test", "nft", "iptables", "ip", "mount",
    "find", "xargs", "oc", "ceph", "rbd", "rados", "nodetool", "cqlsh", "patronictl", "gitlab-ctl", "chronyc", "timedatectl", "mdadm", "smartctl", "lsblk", "blkid", "virtctl", "cf", "bosh", "sar", "tcpdump", "pgbackrest",
    "barman", "wal-g", "hostname", "hostnamectl", "whois", "ethtool", "arp", "gsutil", "bq", "doctl", "rabbitmqadmin", "rabbitmq-queues", "promtool", "amtool", "logcli", "zpool", "zfs", "virsh", "sha256sum", "sysctl", "lsmod",
    "exportfs", "rpcinfo", "showmount", "postqueue", "mailq", "varnishadm", "socat", "host", "getent", "who", "last", "mongodump", "mongorestore", "mysqldump", "pg_basebackup", "pg_ctl", "pg_ctlcluster", "pg_controldata",
    "kafka-configs.sh", "kafka-log-dirs.sh", "kafka-leader-election.sh", "kafka-reassign-partitions.sh", "kafka-console-consumer.sh", "podman", "crictl", "ctr", "istioctl", "flux", "argocd", "velero", "stern", "pgrep", "strace", "apt", "apt-get", "yum", "dnf", "logrotate", "env", "printenv"};

std::string_view first_word(std::string_view text) {
  text = trimmed(text);
  return text.substr(0, std::min(text.find_first_of(" \t\n|;&"), text.size()));
}

bool assignment(std::string_view word) {
  const auto sign = word.find('=');
  if (sign == std::string_view::npos || sign == 0) return false;
  return word.substr(0, sign).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string_view::npos;
}

// How a text that is read word by word stands: whether a following line belongs to it.
class Open {
 public:
  void line(std::string_view text) {
    if (!here_.empty()) {
      if (trimmed(text) == here_) here_.clear();
      return;
    }
    goes_on_ = false;
    std::string word;
    std::string document;   // the terminator of a here-document that begins on this line
    bool first = true;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const char c = i < text.size() ? text[i] : ' ';
      if (quote_) {
        if (c == '\\' && quote_ == '"') ++i;
        else if (c == quote_ && i < text.size()) quote_ = 0;
        continue;
      }
      if (c == '\\' && i + 1 < text.size()) {
        word += text[++i];
      } else if (c == '\\') {
        goes_on_ = true;
      } else if (c == '\'' || c == '"') {
        quote_ = c, word += 'q';
      } else if (c == '#' && word.empty() && (i == 0 || text[i - 1] == ' ')) {
        break;
      } else if (text.substr(i, 3) == "<<<") {
        i += 2;
      } else if (text.substr(i, 2) == "<<") {
        const auto from = text.find_first_not_of("- '\"\\", i + 2);
        if (from != std::string_view::npos) document = text.substr(from, text.find_first_of(" '\";|&>", from) - from);
      } else if (c == ' ' || c == '\t' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')') {
        if (!word.empty()) keyword(word, first), first = false;
        if (c == ';' || c == '|' || c == '&' || c == '(') first = true;
        if (c == '(') ++round_;
        if (c == ')' && round_) --round_;
        word.clear();
      } else {
        word += c;
      }
    }
    here_ = document;
    const std::string_view end = trimmed(text);
    if (end.ends_with("|") || end.ends_with("&&")) goes_on_ = true;
  }
  bool open() const { return goes_on_ || quote_ || depth_ || round_ || !here_.empty(); }

 private:
  void keyword(const std::string& word, bool first) {
    if (!first) return;
    if (word == "if" || word == "for" || word == "while" || word == "until" || word == "case" || word == "{") ++depth_;
    else if ((word == "fi" || word == "done" || word == "esac" || word == "}") && depth_) --depth_;
  }

  bool goes_on_ = false;
  char quote_ = 0;
  unsigned depth_ = 0, round_ = 0;
  std::string here_;
};

// Where the remark at the end of a command line begins, or npos.
std::size_t remark_of(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote) quote = text[i] == quote ? 0 : quote;
    else if (text[i] == '\\') ++i;
    else if (text[i] == '\'' || text[i] == '"') quote = text[i];
    else if (text[i] == '#' && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t')) return i;
  }
  return std::string_view::npos;
}

bool begins_sql(std::string_view text);

// The prompt of a shell, as a screen shows it: `$ `, `❯ `, `[root@db-1 ~]# `, `deploy@web:/srv$ `.
std::size_t prompt_of(std::string_view text) {
  for (const std::string_view plain : {"$ ", "❯ ", "➜ "})
    if (text.starts_with(plain)) return plain.size();
  const auto at = text.find('@');
  const auto end = std::min(text.find("$ "), text.find("# "));
  if (at == std::string_view::npos || end == std::string_view::npos || at > end || end > 60) return 0;
  const std::string_view user = text.substr(text.starts_with('[') ? 1 : 0, at - (text.starts_with('[') ? 1 : 0));
  const bool named = !user.empty() && std::all_of(user.begin(), user.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
  const std::string_view where = text.substr(at + 1, end - at - 1);
  return named && (where.ends_with(']') == text.starts_with('[')) && std::count(where.begin(), where.end(), ' ') <= 1 ? end + 2 : 0;
}

// What a client of a database shows before what is typed; what is typed, as a command line.
std::string typed_at_client(std::string_view text) {
  const auto end = text.find("> ");
  const auto sql = std::min(text.find("=# "), text.find("=> "));
  const auto name = [](std::string_view word) { return !word.empty() && word.size() < 40 && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == ':'; }); };
  if (sql != std::string_view::npos && name(text.substr(0, sql))) {
    std::string typed(trimmed(text.substr(sql + 3)));   // capitals tell SQL from the shell
    for (std::size_t i = 0; i < typed.size() && std::isalpha(static_cast<unsigned char>(typed[i])); ++i) typed[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(typed[i])));
    return typed;
  }
  if (end == std::string_view::npos) return {};
  const std::string_view client = text.substr(0, end), said = trimmed(text.substr(end + 2));
  if (said.empty()) return {};
  if ((client == "mysql" || client.starts_with("MariaDB [")) && said.find('"') == std::string_view::npos) return fmt::format("mysql -e \"{}\"", said);
  if (client == "redis" || client.ends_with(":6379") || client.ends_with(":26379")) return fmt::format("redis-cli {}", said);
  return {};
}

// What no shell would be given: the answer of a command, a line of YAML or JSON, a table, a sentence.
bool no_command(std::string_view text) {
  if (looks_like_command(text)) return false;
  const std::string_view word = first_word(text);
  if (word.empty() || assignment(word)) return false;
  const char c = word[0];
  if (std::string_view("*-=@%|+>]}?!&,").find(c) != std::string_view::npos || text.starts_with("//") || text.starts_with("...") || text.starts_with("…") || word == "[" || (c == '{' && word != "{") || (c == '[' && !text.starts_with("[ ") && !text.starts_with("[["))) return true;
  if ((c == '"' || c == '\'') && (word.size() < 2 || std::string_view("$/.~").find(word[1]) == std::string_view::npos)) return true;
  if (word.ends_with(':') || word.ends_with(',') || word.find("\":") != std::string_view::npos) return true;
  if (std::isdigit(static_cast<unsigned char>(c)) || c == ':') return true;
  if (word.size() == 10 && word.find_first_not_of("drwxlst-") == std::string_view::npos) return true;   // of `ls -l`
  if (std::isupper(static_cast<unsigned char>(c)) && word.find_first_of("/_.$=") == std::string_view::npos && !begins_sql(text)) return true;   // a sentence, or the head of a table
  // Columns: three gaps of two blanks or more.
  unsigned gaps = 0;
  for (std::size_t at = text.find("  "); at != std::string_view::npos; at = text.find("  ", text.find_first_not_of(' ', at))) ++gaps;
  if (gaps >= 3) return true;
  return false;
}

bool begins_sql(std::string_view text) {
  const std::string_view word = first_word(text);
  static constexpr std::string_view kVerbs[] = {"SELECT", "UPDATE", "DELETE", "INSERT", "ALTER", "VACUUM", "ANALYZE", "REINDEX", "WITH", "SHOW", "EXPLAIN", "CREATE", "DROP", "TRUNCATE"};
  return std::find(std::begin(kVerbs), std::end(kVerbs), word) != std::end(kVerbs);
}

}  // namespace

bool looks_like_command(std::string_view text) {
  text = trimmed(text);
  if (prompt_of(text) > 0) return true;
  std::string_view word = first_word(text);
  while (assignment(word) && word.size() < text.size()) text = trimmed(text.substr(word.size())), word = first_word(text);
  if (word.starts_with("./") || (word.starts_with("/") && word.find("/bin/") != std::string_view::npos)) return true;
  return std::find(std::begin(kTools), std::end(kTools), word) != std::end(kTools);
}

std::vector<Stretch> read_code(const std::vector<std::string>& lines, unsigned first, bool shell) {
  const bool prompts = std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return prompt_of(trimmed(line)) > 0 || !typed_at_client(trimmed(line)).empty(); });
  std::vector<Stretch> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = trimmed(lines[i]);
    if (text.empty()) continue;
    Stretch one;
    one.line = one.last = first + static_cast<unsigned>(i);
    if (text.starts_with("#")) {
      one.kind = Stretch::Kind::comment;
      one.text = trimmed(text.substr(std::min(text.find_first_not_of("# "), text.size())));
    } else if (prompts ? prompt_of(text) == 0 && typed_at_client(text).empty() : (text.starts_with("- ") || (shell ? no_command(text) : !looks_like_command(text) && !begins_sql(text)))) {
      one.text = text;
    } else {
      const std::string typed = typed_at_client(text);
      if (const std::size_t prompt = prompt_of(text)) text = trimmed(text.substr(prompt));
      else if (!typed.empty()) text = typed;
      one.kind = Stretch::Kind::command;
      const bool sql = begins_sql(text);
      Open open;
      open.line(text);
      const std::size_t remark = open.open() ? std::string_view::npos : remark_of(text);
      if (remark != std::string_view::npos) one.remark = trimmed(text.substr(text.find_first_not_of("# ", remark))), text = trimmed(text.substr(0, remark));
      one.text = text;
      const auto unfinished = [&] { return sql ? trimmed(one.text).back() != ';' && !trimmed(lines[i + 1]).empty() : open.open(); };
      const std::size_t begin = i;
      const std::string alone = one.text;
      while (i + 1 < lines.size() && i - begin < kMostLines && unfinished()) {
        one.text += "\n" + lines[++i];
        open.line(lines[i]);
      }
      if (!sql && open.open()) i = begin, one.text = alone;   // a quote or a loop that never ends takes no other lines with it
      one.last = first + static_cast<unsigned>(i);
      while (one.text.ends_with('\n') || one.text.ends_with(' ')) one.text.pop_back();
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace rbc::import
