#include "cli/snapshot.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/config.hpp"
#include "cli/files.hpp"
#include "stdlib/backends/postgres_suspects.hpp"

namespace rbc::cli {

namespace fs = std::filesystem;

fs::path snapshot_file(const fs::path& folder, const std::string& resource) { return folder / (resource + ".schema"); }

std::string read_snapshots(const fs::path& folder, Snapshots& snapshots) {
  std::error_code trouble;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, trouble), end; !trouble && it != end; it.increment(trouble))
    if (it->path().extension() == ".schema" && it->is_regular_file(trouble)) files.push_back(it->path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const auto text = read_whole(file.string());
    if (!text) return fmt::format("cannot read {}.", shown_path(file));
    auto schema = std::make_shared<Schema>();
    schema->path = shown_path(file);
    if (const std::string wrong = parse_schema(*text, *schema); !wrong.empty())
      return fmt::format("{} is damaged, {}. `rbc schema pull` writes it anew; without the file, nothing is known of that database.", schema->path, wrong);
    snapshots[file.stem().string()] = std::move(schema);
  }
  return {};
}

namespace {

constexpr Micros kPullLimit = 30 * kSecond;
constexpr char kSeparator = '\x1f';   // between the names of a list

// A type's name as a snapshot has it, by its oid; a schema that is not a person's; and whose extension an object is.
constexpr char kNames[] = R"sql(
own_schema as (
  select oid, nspname from pg_namespace where nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_(toast|temp)'
), type_name as (
  select t.oid, case when e.oid is null then case when n.nspname = 'pg_catalog' then t.typname else n.nspname || '.' || t.typname end
                     else case when en.nspname = 'pg_catalog' then e.typname else en.nspname || '.' || e.typname end || '[]' end as name
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
    left join pg_type e on e.typarray = t.oid left join pg_namespace en on en.oid = e.typnamespace
))sql";

constexpr char kExtensions[] = R"sql(
select e.extname, e.extversion, n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace order by e.extname collate "C")sql";

constexpr char kTypes[] = R"sql(
select n.nspname, t.typname, coalesce((select name from type_name where type_name.oid = t.typbasetype), ''),
  array_to_string(array(select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder), chr(31)),
  array_to_string(array(select distinct (pn.nspname || '.' || p.proname) collate "C" from pg_constraint c, regexp_matches(c.conbin::text, ':(?:funcid|opfuncid) (\d+)', 'g') called
    join suspect on suspect.oid = called[1]::oid join pg_proc p on p.oid = suspect.oid join pg_namespace pn on pn.oid = p.pronamespace where c.contypid = t.oid order by 1), chr(31))
from pg_type t join own_schema n on n.oid = t.typnamespace where t.typtype in ('d', 'e') order by n.nspname collate "C", t.typname collate "C")sql";

constexpr char kRelations[] = R"sql(
select n.nspname, c.relname, c.relkind from pg_class c join own_schema n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S') order by n.nspname collate "C", c.relname collate "C")sql";

constexpr char kColumnsQuery[] = R"sql(
select n.nspname, c.relname, a.attname, type_name.name, exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)) from pg_class c join own_schema n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped join type_name on type_name.oid = a.atttypid
where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S') order by n.nspname collate "C", c.relname collate "C", a.attnum)sql";

// What reading each relation runs: through rules, policies and parts to every relation, and there through columns to the checks of domains.
constexpr char kCalls[] = R"sql(
, edge(source, target) as (
  select rule.ev_class, found[1]::oid from pg_rewrite rule, regexp_matches(rule.ev_action::text, ':relid (\d+)', 'g') found where rule.ev_class >= 16384
  union select inhparent, inhrelid from pg_inherits
  union select policy.polrelid, found[1]::oid from pg_policy policy, regexp_matches(policy.polqual::text, ':relid (\d+)', 'g') found
), reached(root, oid) as (
  select c.oid, c.oid from pg_class c join own_schema n on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'f', 'p')
  union select reached.root, edge.target from reached join edge on edge.source = reached.oid
), held(source, oid) as (
  select a.attrelid, a.atttypid from pg_attribute a join pg_class c on c.oid = a.attrelid join own_schema n on n.oid = c.relnamespace where a.attnum > 0 and a.atttypid >= 16384
  union select held.source, case when t.typtype = 'd' then t.typbasetype else t.typelem end
    from held join pg_type t on t.oid = held.oid where t.oid >= 16384 and (t.typtype = 'd' or t.typcategory = 'A')
), tree(source, text) as (
  select rule.ev_class, rule.ev_action::text || coalesce(rule.ev_qual::text, '') from pg_rewrite rule join pg_class c on c.oid = rule.ev_class
    where rule.ev_type = '1' and c.relkind <> 'm' and rule.ev_class >= 16384
  union all select policy.polrelid, policy.polqual::text from pg_policy policy join pg_class c on c.oid = policy.polrelid where c.relrowsecurity
  union all select held.source, k.conbin::text from held join pg_constraint k on k.contypid = held.oid
), runs(source, oid) as (
  select distinct tree.source, suspect.oid from tree, regexp_matches(tree.text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') called join suspect on suspect.oid = called[1]::oid
)
select distinct n.nspname collate "C", c.relname collate "C", (pn.nspname || '.' || p.proname) collate "C"
from reached join runs on runs.source = reached.oid join pg_proc p on p.oid = runs.oid join pg_namespace pn on pn.oid = p.pronamespace
  join pg_class c on c.oid = reached.root join pg_namespace n on n.oid = c.relnamespace order by 1, 2, 3)sql";

// What SQL can call: no triggers, no supports of types.
constexpr char kFunctions[] = R"sql(
select n.nspname, p.proname, result.name, p.provolatile, case when p.prokind = 'a' then 'a' when p.proretset then 's' else 'o' end, coalesce(e.extname, ''),
  array_to_string(args.names, chr(31))
from pg_proc p join own_schema n on n.oid = p.pronamespace join type_name result on result.oid = p.prorettype
  left join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
  left join pg_extension e on e.oid = d.refobjid
  cross join lateral (select array(select type_name.name from unnest(p.proargtypes) with ordinality a(oid, nth) join type_name on type_name.oid = a.oid order by nth) names) args
where p.prokind in ('f', 'a', 'w') and result.name not in ('trigger', 'event_trigger', 'internal', 'cstring', 'index_am_handler', 'fdw_handler', 'language_handler')
  and not args.names && array['internal', 'cstring']::name[]::text[]
order by n.nspname collate "C", p.proname collate "C", array_to_string(args.names, ' ') collate "C")sql";

constexpr char kOperators[] = R"sql(
select n.nspname, o.oprname, coalesce(l.name, ''), r.name, t.name, pn.nspname || '.' || p.proname
from pg_operator o join own_schema n on n.oid = o.oprnamespace left join type_name l on l.oid = o.oprleft join type_name r on r.oid = o.oprright
  join type_name t on t.oid = o.oprresult join pg_proc p on p.oid = o.oprcode join pg_namespace pn on pn.oid = p.pronamespace
order by n.nspname collate "C", o.oprname collate "C", l.name collate "C" nulls first, r.name collate "C")sql";

constexpr char kCasts[] = R"sql(
select s.name, t.name, c.castcontext, coalesce((select pn.nspname || '.' || p.proname from pg_proc p join pg_namespace pn on pn.oid = p.pronamespace where p.oid = c.castfunc), '')
from pg_cast c join type_name s on s.oid = c.castsource join type_name t on t.oid = c.casttarget where c.oid >= 16384 order by s.name collate "C", t.name collate "C")sql";

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; !text.empty() && at <= text.size();) {
    const size_t end = std::min(text.find(kSeparator, at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// One query after the other; the first that fails is the answer.
class Puller {
 public:
  Puller(Database& database, Schema& schema) : database_(database), schema_(schema) {}

  std::string pull() {
    const std::string plain = std::string("with ") + kNames, recursive = std::string("with recursive ") + kPgSuspects + ", " + kNames;
    for (const Row& r : rows("select current_setting('server_version_num')")) schema_.server = std::atoi(r[0].c_str()) / 10000;
    for (Row& r : rows(kExtensions)) schema_.extensions.push_back({r[0], r[1], r[2]});
    for (Row& r : rows(recursive + kTypes)) schema_.types.push_back({r[0], r[1], r[2], parts_of(r[3]), parts_of(r[4])});
    for (Row& r : rows(plain + kRelations)) {
      relations_[{r[0], r[1]}] = schema_.relations.size();
      schema_.relations.push_back({kind(r[2][0]), r[0], r[1], {}, {}});
    }
    for (Row& r : rows(plain + kColumnsQuery))
      if (SchemaRelation* of = find(r)) of->columns.push_back({r[2], r[3], r[4] == "t"});
    for (Row& r : rows(recursive + kCalls))
      if (SchemaRelation* of = find(r)) of->calls.push_back(r[2]);
    for (Row& r : rows(plain + kFunctions)) {
      const auto volatility = r[3] == "i" ? SchemaVolatility::immutable : r[3] == "s" ? SchemaVolatility::stable : SchemaVolatility::volatile_;
      schema_.functions.push_back({r[0], r[1], r[2], parts_of(r[6]), volatility, r[4] == "s", r[4] == "a", r[5]});
    }
    for (Row& r : rows(plain + kOperators)) schema_.operators.push_back({r[0], r[1], r[2], r[3], r[4], r[5]});
    for (Row& r : rows(plain + kCasts)) schema_.casts.push_back({r[0], r[1], r[3], r[2][0]});
    return problem_;
  }

 private:
  using Row = std::vector<std::string>;

  // In slices: of no answer more than 10,000 rows are read.
  std::vector<Row> rows(const std::string& query) {
    constexpr size_t kSlice = 5000;
    std::vector<Row> out;
    for (size_t from = 0; problem_.empty(); from += kSlice) {
      const PgAnswer answer = database_.ask(fmt::format("{} limit {} offset {}", query, kSlice, from), kPullLimit);
      if (answer.way != Way::answer) problem_ = answer.reason;
      for (const auto& cells : answer.rows) {
        Row& row = out.emplace_back();
        for (const auto& cell : cells) row.push_back(cell.value_or(""));
      }
      if (answer.rows.size() < kSlice) break;
    }
    if (!problem_.empty()) out.clear();
    return out;
  }
  static SchemaKind kind(char relkind) {
    return relkind == 'v' ? SchemaKind::view : relkind == 'm' ? SchemaKind::matview : relkind == 'f' ? SchemaKind::foreign : relkind == 'p' ? SchemaKind::partitioned : relkind == 'S' ? SchemaKind::sequence : SchemaKind::table;
  }
  SchemaRelation* find(const Row& row) {
    const auto at = relations_.find({row[0], row[1]});
    return at == relations_.end() ? nullptr : &schema_.relations[at->second];
  }

  Database& database_;
  Schema& schema_;
  std::map<std::pair<std::string, std::string>, size_t> relations_;
  std::string problem_;
};

}  // namespace

std::string pull_schema(Database& database, Schema& schema) { return Puller(database, schema).pull(); }

}  // namespace rbc::cli
