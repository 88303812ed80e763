// A command taken apart: its tool, its operands, its flags and their values; and how a pattern of the tables fits it.
#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

std::string bare_name(const std::string& word) {
  for (const std::string_view dir : {"/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/"})
    if (word.starts_with(dir) && word.find('/', dir.size()) == std::string::npos) return word.substr(dir.size());
  // Packages bring their own folder of tools: `/usr/lib/postgresql/15/bin/psql`, `/opt/kafka/bin/kafka-topics.sh`. Of those beneath /opt only
  // names that no script of one's own would have.
  const size_t slash = word.rfind('/');
  const std::string_view folder = slash == std::string::npos ? std::string_view() : std::string_view(word).substr(0, slash + 1);
  if (!folder.ends_with("/bin/") && !folder.ends_with("/sbin/")) return word;
  if (folder.find("/../") != std::string_view::npos) return word;
  const std::string name = word.substr(slash + 1);
  if (folder.starts_with("/usr/") && !folder.starts_with("/usr/local/")) return name;
  static constexpr std::string_view kOwn = " psql pg_isready pg_controldata pg_dump redis-cli consul vault nomad nodetool cqlsh mysql mysqladmin mongosh etcdctl rabbitmqctl rabbitmq-diagnostics rabbitmq-queues patronictl "
      "promtool amtool haproxy nginx wal-g pgbackrest jstack jstat jcmd jps jmap zkServer.sh zkCli.sh solr hdfs yarn spark-submit gitlab-ctl kubectl helm ";
  if ((folder.starts_with("/opt/") || folder.starts_with("/usr/local/") || folder.starts_with("/snap/") || folder.starts_with("/var/lib/rancher/")) && (kOwn.find(" " + name + " ") != std::string_view::npos || name.starts_with("kafka-"))) return name;
  return word;
}

bool listed(std::string_view list, std::string_view flag) {
  for (size_t i = list.find(flag); i != std::string_view::npos; i = list.find(flag, i + 1)) {
    const size_t end = i + flag.size();
    if ((i == 0 || list[i - 1] == ' ') && (end == list.size() || list[end] == ' ')) return !flag.empty();
  }
  return false;
}

bool is_flag(std::string_view word, std::string_view flag) {
  if (!flag.starts_with('-')) return word == flag;
  if (word.size() < 2 || word[0] != '-') return false;
  if (flag.starts_with("--")) {
    if (flag.find('=') != std::string_view::npos) return word == flag;
    const auto name = word.substr(0, word.find('='));
    // `--follow=false`, `--dry-run=none`: said, and not meant.
    if (name.size() < word.size() && listed("false no none 0 off", word.substr(name.size() + 1))) return false;
    return name == flag || (name.starts_with("--") && name.size() >= 4 && flag.starts_with(name));
  }
  if (flag.size() > 2) return word == flag || word.substr(0, word.find('=')) == flag;
  if (word[1] == '-') return false;
  if (word[1] == 'o' && flag != "-o") return false;  // `-owide`: the rest is its value
  return word.find(flag[1], 1) != std::string_view::npos;
}

bool any_flag(const Line& line, std::string_view flags, size_t from) {
  for (size_t i = from; i < line.words.size(); ++i) {
    if (line.value[i] || line.option[i]) continue;
    if (line.words[i].text == "--") break;
    for (const auto& f : split(flags))
      if (is_flag(line.words[i].text, f)) return true;
  }
  return false;
}

namespace words_detail {

bool prefix(const Known& known, const Line& line, bool whole) {
  if (whole ? known.parts.size() != line.operands.size() : known.parts.size() > line.operands.size()) return false;
  for (size_t i = 0; i < known.parts.size(); ++i) {
    const Arg& word = line.words[line.operands[i]];
    if (!word.known || std::find(known.parts[i].begin(), known.parts[i].end(), word.text) == known.parts[i].end()) return false;
  }
  return true;
}

enum class Takes : uint8_t { value, nothing, unknown };
struct Taken {
  Takes takes;
  bool option;
};

// What the flag in `word` takes, behind the operands found so far.
Taken flag_takes(const std::vector<const Known*>& rows, const Line& line, std::string_view word) {
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  for (const Known* known : rows) {
    const Entry& e = *known->entry;
    const bool options = e.section == Section::options;
    if ((!options && e.section != Section::values) || !prefix(*known, line, options)) continue;
    if (listed(e.a, name)) return {equals == std::string_view::npos ? Takes::value : Takes::nothing, options};
    if (options && listed(e.b, name)) return {Takes::nothing, true};
  }
  return {Takes::unknown, false};
}

}  // namespace words_detail

Line take_apart(const std::vector<Arg>& given) {
  Line line;
  line.words = given;
  line.words[0].text = bare_name(given[0].text);
  if (line.words[0].text == "docker-compose" || line.words[0].text == "podman-compose") {
    line.words[0].text = "docker";
    Arg compose = line.words[0];
    compose.text = "compose";
    line.words.insert(line.words.begin() + 1, compose);
  }
  const auto& rows = known_of(line.tool());
  line.value.assign(line.words.size(), false);
  line.option.assign(line.words.size(), false);
  line.operands.push_back(0);
  line.unsure.push_back(false);
  bool unsure = false, only_operands = false;
  for (size_t i = 1; i < line.words.size(); ++i) {
    const Arg& w = line.words[i];
    if (!only_operands && w.known && w.text == "--") {
      only_operands = true;
      continue;
    }
    if (!only_operands && w.text.size() > 1 && w.text[0] == '-') {
      const auto [takes, option] = words_detail::flag_takes(rows, line, w.text);
      line.option[i] = option;
      switch (takes) {
        case words_detail::Takes::value:
          if (i + 1 < line.words.size()) line.value[++i] = true;
          break;
        case words_detail::Takes::nothing: break;
        case words_detail::Takes::unknown: unsure = unsure || w.text.find('=') == std::string::npos; break;
      }
      continue;
    }
    line.operands.push_back(i);
    line.unsure.push_back(unsure);
    unsure = false;
  }
  return line;
}

size_t fits(const Known& known, const Line& line) {
  const bool looks = known.entry->section == Section::row && known.entry->level == Level::looks;
  size_t operand = 0;
  for (const Part& part : known.parts) {
    if (part[0].starts_with('-')) {
      bool found = false;
      for (size_t i = 1; i < line.words.size() && !found && line.words[i].text != "--"; ++i)
        for (const auto flag : part)
          found = found || (!line.value[i] && !line.option[i] && (flag.find('*') != std::string_view::npos ? part_matches(flag, line.words[i].text) : is_flag(line.words[i].text, flag)));
      if (!found) return 0;
      continue;
    }
    if (operand >= line.operands.size()) return 0;
    const Arg& word = line.words[line.operands[operand]];
    bool found = false;
    // A variable may be several words, or none.
    for (const auto one : part) found = found || (one == "*" && !(looks && word.may_be_flag)) || (word.known && part_matches(one, word.text));
    // A look is only believed when it is certain which word is the subcommand.
    if (!found || (line.unsure[operand] && looks && known.parts.size() > 1)) return 0;
    ++operand;
  }
  return operand;
}

namespace words_detail {

// Only the listed flags: the letters of `-abc`, `-word`, `--word`.
bool allowed(std::string_view word, std::string_view flags) {
  const auto list = split(flags);
  const auto name = word.substr(0, word.find('='));
  if (word.starts_with("--")) return std::find(list.begin(), list.end(), name) != list.end();
  if (word.size() > 2 && std::find(list.begin(), list.end(), name) != list.end()) return true;
  for (const char c : word.substr(1)) {
    if (c == '/') return false;
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) continue;
    bool found = false;
    for (const auto& f : list) found = found || (!f.starts_with("--") && f.find(c, 1) != std::string::npos && (f.size() == 2 || &f == &list[0]));
    if (!found) return false;
  }
  return true;
}

}  // namespace words_detail

const Arg* objection(const Entry& row, const Line& line, size_t taken) {
  const std::string_view flags = row.a;
  const bool test = line.tool() == "test" || line.tool() == "[";
  bool only_operands = false;
  for (size_t i = 1; i < line.words.size(); ++i) {
    const Arg& w = line.words[i];
    if (w.text == "--" && w.known) only_operands = true;
    if (only_operands) break;
    // `test -v 'a[$(…)]'` runs what is in the brackets, in shells that know `-v`.
    if (test && w.text == "-v") return &w;
    if (flags == "*" || line.option[i]) continue;
    if (w.may_be_flag) return &w;
    if (w.text.size() < 2 || (w.text[0] != '-' && w.text[0] != '+')) continue;
    if (flags.starts_with('!')) {
      for (const auto& f : split(flags.substr(1)))
        if (is_flag(w.text, f)) return &w;
    } else if (w.text[0] == '-' && !line.value[i] && !words_detail::allowed(w.text, flags)) {
      return &w;
    }
  }
  if (row.most >= 0 && line.operands.size() > taken + static_cast<size_t>(row.most)) return &line.words[line.operands[taken + static_cast<size_t>(row.most)]];
  return nullptr;
}

}  // namespace rbc::effects::detail
