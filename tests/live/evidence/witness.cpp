#include "tests/live/evidence/witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace rbc::live {

namespace fs = std::filesystem;

static std::string whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

std::string printed(std::vector<std::string> words) {
  Folder folder;
  const std::string log = folder.path() + "/out", name = words[0];
  Server program(std::move(words), log);
  const int exit = program.wait();
  std::string text = whole(log);
  if (exit != 0) throw std::runtime_error(fmt::format("{} ended with {}:\n{}", name, exit, text));
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::string text_of(const std::string& name) {
  const std::string text = whole(fmt::format("{}/tests/live/evidence/{}", RBC_SOURCE_DIR, name));
  if (text.empty()) throw std::runtime_error(fmt::format("{} is empty", name));
  return text;
}

std::string psql(const Postgres& server, const std::string& database, const std::string& script, const std::vector<std::string>& settings) {
  Folder folder;
  const std::string file = folder.path() + "/script.sql";
  std::ofstream(file) << script;
  std::vector<std::string> words = {"psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", server.url("postgres", "correct%20horse", database), "-f", file};
  for (const std::string& setting : settings) words.insert(words.end(), {"-v", setting});
  return printed(std::move(words));
}

// Names of the files that only something new in the database would make; a server's own bookkeeping comes and goes.
static void files(const std::string& data, std::vector<std::string>& lines) {
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    const std::string name = fs::relative(entry.path(), data).string();
    const auto starts = [&](const char* prefix) { return name.starts_with(prefix); };
    if (starts("pg_wal") || starts("pg_stat") || starts("pg_subtrans") || starts("pg_xact") || starts("pg_multixact") || name.ends_with("pg_internal.init") || name.ends_with("_fsm") ||
        name.ends_with("_vm") || name.find("pgsql_tmp") != std::string::npos)
      continue;
    lines.push_back("file " + name + (name.ends_with(".conf") ? " " + whole(entry.path().string()) : ""));
  }
}

std::vector<std::string> portrait(const Postgres& server, const std::string& database) {
  std::vector<std::string> lines = lines_of(psql(server, database, R"(
select 'next transaction ' || pg_snapshot_xmax(pg_current_snapshot());
select 'setting ' || name || ' ' || setting from pg_settings;
select 'role setting ' || s::text from pg_db_role_setting s;
select format('writes of %s.%s: %s %s %s', schemaname, relname, n_tup_ins, n_tup_upd, n_tup_del) from pg_stat_all_tables;
select 'upkeep of ' || relid::regclass || ' ' || concat_ws(' ', last_vacuum, last_analyze, vacuum_count, analyze_count) from pg_stat_all_tables;
select 'lock ' || l::text from pg_locks l where locktype in ('advisory', 'object', 'userlock');
select 'slot ' || s::text from pg_replication_slots s;
select 'origin ' || o::text from pg_replication_origin o;
select 'prepared ' || p::text from pg_prepared_xacts p;
select 'statistics since ' || coalesce(stats_reset::text, 'ever') from pg_stat_database;
select 'statistics since ' || stats_reset || ' ' || checkpoints_req from pg_stat_bgwriter;
select 'started ' || pg_postmaster_start_time() || ' configured ' || pg_conf_load_time() || ' notifications ' || pg_notification_queue_usage();
select 'segment ' || timeline_id || ' ' || redo_lsn from pg_control_checkpoint();
select 'large object ' || o::text from pg_largeobject o;
)"));
  for (const std::string& line : lines_of(printed({"pg_dump", "-d", server.url("postgres", "correct%20horse", database)}))) {
    if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) lines.push_back("dump " + line);
  }
  for (const std::string& line : lines_of(printed({"pg_dumpall", "-g", "-d", server.url("postgres", "correct%20horse", database)}))) {
    if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) lines.push_back("globals " + line);
  }
  files(server.data(), lines);
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string difference(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> gone, fresh;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(fresh));
  std::string all;
  for (const std::string& line : gone) all += "- " + line + "\n";
  for (const std::string& line : fresh) all += "+ " + line + "\n";
  return all;
}

}  // namespace rbc::live
