#include "stdlib/backends/postgres_judging.hpp"

#include "stdlib/backends/postgres_suspects.hpp"

namespace rbc {

// A read-only transaction does not stop `pg_reload_conf()`. So whatever runs code when it is read is followed, through the rules of views, the
// policies of tables, the children of partitioned tables and the checks of domains, to every function that is called. One that is neither
// PostgreSQL's own nor of a trusted extension's, or is volatile and not on the list, may change something, however it is declared.
const std::string& pg_judging_query() {
  static const std::string query = std::string(R"sql(
with recursive given as (
  select name from unnest($1::text[]) name
), reached(oid) as (
  select to_regclass(name)::oid from given where name like '"%' and to_regclass(name) is not null
  union
  select next.oid from reached cross join lateral (
    select found[1]::oid as oid from pg_rewrite rule, regexp_matches(rule.ev_action::text, ':relid (\d+)', 'g') found where rule.ev_class = reached.oid
    union all select inhrelid from pg_inherits where inhparent = reached.oid
    union all select found[1]::oid from pg_policy policy, regexp_matches(coalesce(policy.polqual::text, ''), ':relid (\d+)', 'g') found where policy.polrelid = reached.oid
  ) next
), class as (
  select c.* from reached join pg_class c on c.oid = reached.oid where c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
), )sql") + kPgSuspects + R"sql(, code(sentence, tree) as (
  select case when class.relkind in ('v', 'm') then 'the view ' else 'a rule of ' end || class.oid::regclass, rule.ev_action::text || coalesce(rule.ev_qual::text, '')
    from class join pg_rewrite rule on rule.ev_class = class.oid and rule.ev_type = '1' and class.relkind <> 'm'
  union all select 'a policy of ' || class.oid::regclass, policy.polqual::text
    from class join pg_policy policy on policy.polrelid = class.oid where class.relrowsecurity and policy.polqual is not null
), sorted(oid) as (
  select found[1]::oid from code, regexp_matches(code.tree, ':(?:eqop|sortop|opno|opnos \(o) (\d+)', 'g') found where found[1]::oid >= 16384
  union select o.oid from given join pg_operator o on given.name = 'operator ' || o.oprname where o.oid >= 16384
), planned(sentence, tree) as (
  select 'an index of ' || class.oid::regclass, coalesce(i.indexprs::text, '') || coalesce(i.indpred::text, '') from class join pg_index i on i.indrelid = class.oid
  union all select 'statistics of ' || class.oid::regclass, to_jsonb(s)->>'stxexprs' from class join pg_statistic_ext s on s.stxrelid = class.oid
  union all select 'the partition key of ' || class.oid::regclass, k.partexprs::text from class join pg_partitioned_table k on k.partrelid = class.oid
), families(sentence, family) as (
  select 'an index of ' || class.oid::regclass, o.opcfamily from class join pg_index i on i.indrelid = class.oid join pg_opclass o on o.oid = any (i.indclass::oid[])
  union all select 'the partition key of ' || class.oid::regclass, o.opcfamily
    from class join pg_partitioned_table k on k.partrelid = class.oid join pg_opclass o on o.oid = any (k.partclass::oid[])
  union all select 'the operator ' || o.oid::regoperator, m.amopfamily from sorted join pg_operator o on o.oid = sorted.oid join pg_amop m on m.amopopr = o.oid
), types(oid) as (
  select oid from (select to_regtype(substr(name, 6))::oid as oid from given where name like 'type %') named where oid is not null
  union select a.atttypid from class join pg_attribute a on a.attrelid = class.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid where t.typnamespace <> 'pg_catalog'::regnamespace
  union select found[1]::oid from code, regexp_matches(code.tree, ':(?:resulttype|consttype|vartype) (\d+)', 'g') found where found[1]::oid >= 16384
), own_types(oid) as (
  select oid from types
  union select case when t.typtype = 'd' then t.typbasetype when t.typcategory = 'A' then t.typelem else f.atttypid end
    from own_types join pg_type t on t.oid = own_types.oid left join pg_attribute f on t.typtype = 'c' and f.attrelid = t.typrelid and f.attnum > 0
    where t.typnamespace <> 'pg_catalog'::regnamespace and (t.typtype in ('c', 'd') or t.typcategory = 'A') and (f.atttypid is not null or t.typtype <> 'c')
), found(sentence) as (
  select code.sentence || ' calls ' || suspect.oid::regprocedure
    from code, regexp_matches(code.tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') called join suspect on suspect.oid = called[1]::oid
  union all select planned.sentence || ' calls ' || suspect.oid::regprocedure
    from planned, regexp_matches(planned.tree, ':(?:funcid|opfuncid) (\d+)(?= [^{}]*:args (?:<>|\((?:(?!\{VAR).)*\)) :location)', 'g') called join suspect on suspect.oid = called[1]::oid
  union all select planned.sentence || ' calls ' || p.oid::regprocedure || ', and that ' || inner_one.proname
    from planned, regexp_matches(planned.tree, ':(?:funcid|opfuncid) (\d+)', 'g') called join suspect on suspect.oid = called[1]::oid join pg_proc p on p.oid = suspect.oid
    join pg_language l on l.oid = p.prolang and l.lanname = 'sql'
    join (select f.oid, f.proname from suspect s join pg_proc f on f.oid = s.oid) inner_one on inner_one.oid <> p.oid and position(inner_one.proname || '(' in regexp_replace(p.prosrc, '[ "]', '', 'g')) > 0
  union all select families.sentence || ' compares with ' || suspect.oid::regprocedure
    from families join pg_amproc support on support.amprocfamily = families.family join suspect on suspect.oid = support.amproc
  union all select 'the type ' || o.opcintype::regtype || ' is compared by ' || suspect.oid::regprocedure
    from pg_opclass o join pg_amproc support on support.amprocfamily = o.opcfamily join suspect on suspect.oid = support.amproc
    where o.opcdefault and o.opcintype < 16384 and o.oid >= 16384
  union all select 'the operator ' || o.oid::regoperator || ' calls ' || suspect.oid::regprocedure
    from sorted join pg_operator o on o.oid = sorted.oid join suspect on suspect.oid = o.oprcode
  union all select 'the table ' || class.oid::regclass || ' is of another server' from class where class.relkind = 'f'
  union all select 'the domain ' || c.contypid::regtype || ' calls ' || suspect.oid::regprocedure
    from own_types join pg_constraint c on c.contypid = own_types.oid, regexp_matches(c.conbin::text, ':(?:funcid|opfuncid) (\d+)', 'g') called join suspect on suspect.oid = called[1]::oid
  union all select 'the cast from ' || c.castsource::regtype || ' to ' || c.casttarget::regtype || ' calls ' || suspect.oid::regprocedure
    from pg_cast c join suspect on suspect.oid = c.castfunc
    where c.castsource in (select oid from own_types) or c.casttarget in (select oid from own_types) or (c.castsource < 16384 and c.casttarget < 16384)
  union all select 'the type ' || t.oid::regtype || ' is read and written by ' || suspect.oid::regprocedure
    from own_types join pg_type t on t.oid = own_types.oid and t.typtype in ('b', 'r') join suspect on suspect.oid in (t.typinput, t.typoutput, t.typreceive, t.typsend)
  union all select 'the type ' || t.oid::regtype || ' is compared by ' || suspect.oid::regprocedure
    from own_types join pg_type t on t.oid = own_types.oid join pg_opclass o on o.opcintype = t.oid and o.opcdefault
    join pg_amproc support on support.amprocfamily = o.opcfamily join suspect on suspect.oid = support.amproc
  union all select 'the operator ' || o.oid::regoperator || ' calls ' || suspect.oid::regprocedure
    from given join pg_operator o on given.name = 'operator ' || o.oprname or (given.name = 'operator !=' and o.oprname = '<>') join suspect on suspect.oid = o.oprcode
  union all select 'the function ' || suspect.oid::regprocedure || ' stands in for one of an extension'
    from given join pg_proc p on given.name like 'function %' and p.proname = regexp_replace(regexp_replace(given.name, '^.*?([^."]+)"?$', '\1'), '""', '"') join suspect on suspect.oid = p.oid
  union all select 'the function ' || suspect.oid::regprocedure || ' may be what .' || p.proname || ' means'
    from given join pg_proc p on given.name = 'field ' || p.proname and p.pronargs - p.pronargdefaults <= 1 and p.pronargs > 0 join suspect on suspect.oid = p.oid
    where not exists (select 1 from reached join pg_attribute a on a.attrelid = reached.oid and a.attname = p.proname)
)
select sentence from found order by sentence limit 1)sql";
  return query;
}

// Nearly all looks read plain tables with operators that nobody has made another of; that is seen in a few milliseconds, where following
// everything takes tens, and hundreds on a fresh connection. Objects below 16384 are those that initdb made.
const char* pg_plain_query() {
  return R"sql(
with given as (
  select name from unnest($1::text[]) name
), class as (
  select c.* from given join pg_class c on c.oid = to_regclass(name) where name like '"%'
)
select 1 where not exists (select 1 from given where name not like '"%' and name not like 'operator %')
  and not exists (select 1 from class where relkind <> 'r' or relhasrules or relhassubclass or relrowsecurity)
  and not exists (select 1 from class join pg_attribute a on a.attrelid = class.oid and a.attnum > 0 and not a.attisdropped where a.atttypid >= 16384)
  and not exists (select 1 from class join pg_index i on i.indrelid = class.oid where i.indexprs is not null or i.indpred is not null or 16384 <= any (i.indclass::oid[]))
  and not exists (select 1 from class join pg_statistic_ext s on s.stxrelid = class.oid)
  and not exists (select 1 from pg_opclass where oid >= 16384 and opcdefault and opcintype < 16384)
  and not exists (select 1 from pg_cast where oid >= 16384)
  and not exists (select 1 from pg_operator where oid >= 16384 and oprname in (select case when name = 'operator !=' then '<>' else substr(name, 10) end from given))
)sql";
}

std::string pg_text_array(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const std::string& text : texts) {
    array += array.size() > 1 ? ",\"" : "\"";
    for (const char c : text) array += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    array += '"';
  }
  return array + "}";
}

}  // namespace rbc
