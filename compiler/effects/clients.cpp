// What the command-line clients of databases are given to say: mysql -e, cqlsh -e, mongosh --eval; and what a pipe brings to nc and socat.
#include "compiler/effects/detail.hpp"

namespace rbc::effects::detail {

namespace clients_detail {

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

// Words and signs of an SQL text; strings, quoted names and comments are one `'` each. `\G` ends a statement as `;` does.
std::vector<std::vector<std::string>> statements_of(std::string_view sql) {
  std::vector<std::vector<std::string>> all(1);
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; };
  for (size_t i = 0; i < sql.size();) {
    const char c = sql[i];
    if (c == '\'' || c == '"' || c == '`') {
      size_t end = i + 1;
      while (end < sql.size() && sql[end] != c) end += sql[end] == '\\' && c != '`' ? 2 : 1;
      // Whether a backslash escapes in there is a setting of the server.
      all.back().emplace_back(sql.substr(i, end - i).find('\\') == std::string_view::npos ? "'" : "/*!");
      i = end + 1;
    } else if (sql.substr(i).starts_with("--") && i + 2 < sql.size() && sql[i + 2] != ' ' && sql[i + 2] != '\n' && sql[i + 2] != '\t') {
      // A comment to Cassandra, and to MySQL minus minus.
      all.back().emplace_back("/*!");
      i += 2;
    } else if (sql.substr(i).starts_with("--") || c == '#') {
      while (i < sql.size() && sql[i] != '\n') ++i;
    } else if (sql.substr(i).starts_with("/*")) {
      // `/*! … */` is a comment to everybody but the server.
      if (sql.substr(i).starts_with("/*!") || sql.substr(i).starts_with("/*M!")) all.back().emplace_back("/*!");
      const size_t end = sql.find("*/", i + 2);
      i = end == std::string_view::npos ? sql.size() : end + 2;
    } else if (c == ';' || (c == '\\' && i + 1 < sql.size() && (sql[i + 1] == 'G' || sql[i + 1] == 'g'))) {
      all.emplace_back();
      i += c == ';' ? 1 : 2;
    } else if (letter(c)) {
      size_t end = i;
      while (end < sql.size() && letter(sql[end])) ++end;
      all.back().push_back(lowered(sql.substr(i, end - i)));
      i = end;
    } else {
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') all.back().emplace_back(1, c);
      ++i;
    }
  }
  std::erase_if(all, [](const auto& one) { return one.empty(); });
  return all;
}

// What may stand before `(` in a select: words of the language, types, and functions that only compute.
constexpr std::string_view kBeforeParenthesis =
    " select from where and or not in on as exists any all some union except intersect using by then when else case between like over partition with recursive distinct "
    "having limit join values interval index key force use ignore row is div mod xor binary decimal char varchar signed unsigned "
    "count sum min max avg std stddev variance any_value group_concat json_arrayagg json_objectagg json_extract json_unquote json_object json_array json_length json_value "
    "coalesce ifnull if isnull nullif greatest least concat concat_ws left right length char_length lower upper lcase ucase trim ltrim rtrim substring substr mid substring_index "
    "replace locate instr position lpad rpad repeat reverse format elt field find_in_set hex unhex bin oct ascii md5 sha1 sha2 crc32 "
    "abs ceil ceiling floor round truncate pow power sqrt sign log ln exp "
    "now sysdate curdate curtime current_timestamp current_date current_time utc_timestamp utc_date unix_timestamp from_unixtime date time timestamp year month day hour minute second "
    "date_add date_sub date_format datediff timediff timestampdiff timestampadd time_to_sec sec_to_time str_to_date last_day week weekday dayofweek extract convert_tz "
    "cast convert version database schema user current_user session_user connection_id inet_ntoa inet_aton inet6_ntoa bin_to_uuid uuid_to_bin "
    "row_number rank dense_rank lag lead ntile first_value last_value percent_rank cume_dist "
    "gtid_subset gtid_subtract format_bytes format_time format_statement ttl writetime token ";

bool only_computes(std::string_view word) { return kBeforeParenthesis.find(fmt::format(" {} ", word)) != std::string_view::npos; }

struct Said {
  Level level = Level::looks;
  bool known = true;
  std::string what, does;   // "`stop replica`", "changes the server"
};

Said judge_statement(const std::vector<std::string>& words) {
  size_t first = 0;
  while (first < words.size() && words[first] == "(") ++first;
  const auto at = [&](size_t i) { return first + i < words.size() ? std::string_view(words[first + i]) : std::string_view(); };
  const auto has = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  const std::string verb(at(0));
  // The client itself takes `\\! rm` and its kind, wherever they stand.
  if (has("\\") || has("/*!")) return {Level::changes, false, verb, ""};
  if (verb == "show" || verb == "describe" || verb == "desc" || verb == "help" || verb == "use" || verb == "status" || verb == "consistency" || (verb == "explain" && !has("analyze"))) return {};
  if (verb == "select" || verb == "with" || verb == "values" || verb == "table" || verb == "explain") {
    for (std::string_view one : {"into", "update", "delete", "insert", "share", "lock", "procedure", "call"})
      if (has(one)) return {Level::changes, false, fmt::format("{} … {}", verb, one), ""};
    for (size_t i = 0; i + 1 < words.size(); ++i)
      if (words[i + 1] == "(" && (std::isalpha(static_cast<unsigned char>(words[i][0])) != 0 || words[i][0] == '_' || words[i] == "'") && !only_computes(words[i]))
        return {Level::changes, false, words[i] == "'" ? "a quoted function" : words[i], ""};
    return {};
  }
  if (verb == "drop" || verb == "truncate") return {Level::destroys, true, verb, "deletes for good"};
  if (verb == "purge") return {Level::destroys, true, verb, "deletes logs that a replica or a restore may need"};
  if (verb == "reset") return {Level::destroys, true, fmt::format("reset {}", at(1)), "forgets a position, or deletes logs"};
  if ((verb == "delete" || verb == "update") && !has("where") && !has("limit")) return {Level::destroys, true, fmt::format("{} without where", verb), "reaches every row"};
  if (verb == "start" || verb == "stop" || verb == "change" || verb == "set" || verb == "kill" || verb == "flush") return {Level::changes, true, at(1).empty() ? verb : fmt::format("{} {}", verb, at(1)), "changes what the server does"};
  return {Level::changes, true, verb, "changes what is stored"};
}

// A whole text of statements: the gravest decides.
Effect judge_text(std::string_view sql, const Line& line, const Arg& at) {
  Effect e;
  for (const auto& words : statements_of(sql)) {
    const Said said = judge_statement(words);
    if (said.level <= e.level) continue;
    e = {};
    e.level = said.level;
    e.culprit = fmt::format("{} … {}", line.tool(), said.what);
    // No line of the resource can vouch for a part of a text.
    e.sentence = fmt::format("`{}` {}", said.what, said.known ? said.does : "may change something");
    e.begin = at.begin;
    e.end = at.end;
  }
  settle_limit(e, false);
  return e;
}

// mongosh: calls that only tell, one after another.
bool tells_only(std::string_view script) {
  static constexpr std::string_view kCalls[] = {
      "rs.status()", "rs.conf()", "rs.config()", "rs.hello()", "rs.isMaster()", "rs.printReplicationInfo()", "rs.printSecondaryReplicationInfo()", "rs.printSlaveReplicationInfo()",
      "db.serverStatus()", "db.stats()", "db.hello()", "db.isMaster()", "db.version()", "db.currentOp()", "db.hostInfo()", "db.getReplicationInfo()", "db.printReplicationInfo()",
      "db.getCollectionNames()", "db.getMongo().getDBNames()", "sh.status()", "db.getProfilingStatus()", "db.runCommand({ping:1})", "db.adminCommand({ping:1})", "db.adminCommand('ping')", "db.runCommand('ping')"};
  std::string plain;
  for (char c : script)
    if (c != ' ' && c != '\n') plain += c == '"' ? '\'' : c;
  while (plain.ends_with(';')) plain.pop_back();
  for (const std::string_view wrapper : {"printjson(", "print(", "JSON.stringify(", "EJSON.stringify("})
    if (plain.starts_with(wrapper) && plain.ends_with(')')) plain = plain.substr(wrapper.size(), plain.size() - wrapper.size() - 1);
  for (const std::string_view call : kCalls) {
    if (!plain.starts_with(call)) continue;
    // Parts of what it tells: `.members`, `.connections.current`.
    const std::string_view rest = std::string_view(plain).substr(call.size());
    if (rest.empty() || (rest[0] == '.' && rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == std::string_view::npos)) return true;
  }
  return false;
}

}  // namespace clients_detail

std::optional<Effect> database_client(const std::vector<Arg>& words, const Line& line, const Scene& scene) {
  using namespace clients_detail;
  const std::string& tool = line.tool();
  const bool mysql = tool == "mysql" || tool == "mariadb", mongo = tool == "mongosh" || tool == "mongo";
  Effect all;
  bool judged = false;
  for (size_t i = 1; i < words.size(); ++i) {
    const Arg& w = words[i];
    if (mysql && (w.text == "-p" || w.text == "--password")) {
      Effect e = unknown(line, nullptr);
      e.problems.push_back({"E0708", fmt::format("`{} -p` waits for somebody to type a password, and nobody is there.", tool), w.begin, w.end, "Put it into a file that only its owner reads, and write `--defaults-extra-file=FILE` first."});
      return e;
    }
    // `-e TEXT`, and letters that end in it: `-NBe TEXT`.
    const bool letters = mysql && w.text.size() > 2 && w.text[0] == '-' && w.text[1] != '-' && w.text.ends_with('e') && w.text.find_first_not_of("-NBsrtEe") == std::string::npos;
    const bool says = mongo ? w.text == "--eval" : w.text == "-e" || w.text == "--execute" || letters;
    std::string_view text;
    const Arg* given = nullptr;
    if (says && i + 1 < words.size()) given = &words[++i], text = given->text;
    else if (w.text.starts_with(mongo ? "--eval=" : "--execute=")) given = &w, text = std::string_view(w.text).substr(mongo ? 7 : 10);
    // What comes from a file, or goes to one, is not known.
    if (mysql && (w.text.starts_with("--in") || w.text.starts_with("--te") || w.text.starts_with("--pag"))) return std::nullopt;
    if (!mysql && (w.text == "-f" || w.text == "--file" || w.text.starts_with("--file="))) return std::nullopt;
    if (!given) continue;
    if (!given->known) return std::nullopt;
    judged = true;
    if (!mongo) join(all, judge_text(text, line, *given));
    else if (!tells_only(text)) return std::nullopt;
  }
  if (!judged) {
    for (const Arg& w : words)
      if (scene.fed || !w.known || w.text.ends_with(".js") || w.text == "--version" || w.text == "-V" || w.text == "--help") return std::nullopt;
    Effect e = unknown(line, nullptr);
    e.problems.push_back({"E0708", fmt::format("`{}` without a statement waits for somebody to type, and nobody is there.", tool), words[0].begin, words[0].end,
                          mongo ? "Write `mongosh --quiet --eval \"rs.status()\"`." : mysql ? "Write `mysql -e \"show processlist\"`." : "Write `cqlsh -e \"describe keyspaces\"`."});
    return e;
  }
  for (const Arg& w : words)
    if (mongo && (w.text.ends_with(".js") || w.text == "-f" || w.text == "--file")) return std::nullopt;
  return all;
}

// sqlite3 -readonly DATABASE TEXT: the database is not written, and the client may still run and write what it is told to.
std::optional<Effect> sqlite_readonly(const Line& line) {
  for (size_t i = 2; i < line.operands.size(); ++i) {
    const Arg& w = line.words[line.operands[i]];
    const std::string said = clients_detail::lowered(w.text);
    bool harmless = w.known;
    for (const std::string_view one : {"writefile", "edit", "load_extension", "fts3_tokenizer", "\n."}) harmless = harmless && said.find(one) == std::string::npos;
    if (said.starts_with('.')) {
      const std::string word = said.substr(0, said.find(' '));
      harmless = harmless && (word == ".tables" || word == ".schema" || word == ".indexes" || word == ".indices" || word == ".databases" || word == ".dbinfo" || word == ".dump" || word == ".fullschema");
      harmless = harmless && said.find('|') == std::string::npos && said.find('\n') == std::string::npos;
    }
    if (!harmless) return unknown(line, &w);
  }
  return std::nullopt;
}

// `echo "show stat" | socat stdio /run/haproxy.sock`, `echo ruok | nc localhost 2181`: what is asked can be read.
bool asks_only(std::string_view tool, std::string_view said) {
  if (tool != "nc" && tool != "ncat" && tool != "netcat" && tool != "socat") return false;
  static constexpr std::string_view kQuestions[] = {"show", "help", "stats", "version", "ruok", "mntr", "stat", "srvr", "conf", "cons", "envi", "wchs", "isro", "dirs", "ping", "PING", "INFO", "info", "QUIT", "quit", "prompt"};
  const auto listed_question = [&](std::string_view word) { return std::find(std::begin(kQuestions), std::end(kQuestions), word) != std::end(kQuestions); };
  bool any = false;
  for (size_t i = 0; i <= said.size();) {
    size_t end = std::min(said.find_first_of(";\n", i), said.size());
    if (const size_t back = said.find("\\n", i); back < end) end = back;
    std::string_view one = said.substr(i, end - i);
    i = end + (end < said.size() && said[end] == '\\' ? 2 : 1);
    while (!one.empty() && (one.front() == ' ' || one.front() == '\r')) one.remove_prefix(1);
    if (one.starts_with("\\r")) one.remove_prefix(2);
    while (one.ends_with("\\r")) one.remove_suffix(2);
    if (one.empty()) continue;
    if (!listed_question(one.substr(0, one.find(' '))) || one.starts_with("stats reset")) return false;
    any = true;
  }
  return any;
}

}  // namespace rbc::effects::detail
