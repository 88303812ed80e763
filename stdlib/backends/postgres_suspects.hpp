// Of which functions a server's catalogue cannot say that they only look: a part of two queries, the one before a look and the snapshot's.
#pragma once

// Common table expressions `bundled` (objects of trusted extensions) and `suspect` (an oid each).
namespace rbc {

inline constexpr char kPgSuspects[] = R"sql(
bundled as (
  select d.classid, d.objid from pg_depend d join pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
  where e.extname in ('btree_gin', 'btree_gist', 'citext', 'cube', 'earthdistance', 'fuzzystrmatch', 'hstore', 'intarray', 'isn', 'ltree', 'pg_buffercache', 'pg_freespacemap',
    'pg_stat_statements', 'pg_trgm', 'pg_visibility', 'pgcrypto', 'pgrowlocks', 'pgstattuple', 'tablefunc', 'unaccent', 'uuid-ossp')
), suspect as (
  select p.oid from pg_proc p
  where (p.pronamespace <> 'pg_catalog'::regnamespace and not exists (select 1 from bundled where classid = 'pg_proc'::regclass and objid = p.oid))
     or p.prolang not in (select oid from pg_language where lanname in ('c', 'internal')) and p.pronamespace <> 'pg_catalog'::regnamespace
     or (p.provolatile = 'v' and p.proname <> all (array['clock_timestamp', 'timeofday', 'random', 'random_normal', 'gen_random_uuid', 'pg_is_in_recovery', 'pg_database_size',
         'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_tablespace_size', 'pg_last_xact_replay_timestamp', 'pg_current_wal_lsn',
         'pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn', 'pg_blocking_pids', 'currval', 'lastval', 'pg_lock_status', 'pg_stat_statements', 'pg_stat_statements_info',
         'pg_buffercache_pages', 'pg_freespace', 'pgstattuple', 'pgstattuple_approx', 'pgstatindex', 'pgstatginindex', 'pgstathashindex', 'pg_relpages', 'pgrowlocks',
         'uuid_generate_v1', 'uuid_generate_v1mc', 'uuid_generate_v4', 'gen_random_bytes', 'gen_salt', 'normal_rand', 'pg_visibility', 'pg_visibility_map',
         'pg_visibility_map_summary']))
     or p.proname ~ '^(table|schema|database|query|cursor)_to_xml|^(txid_current|pg_current_xact_id|ts_stat|ts_rewrite|dblink.*|crosstab.*|connectby|xpath_table|xslt_process|set_limit|isn_weak)$'
        and p.proname <> 'txid_current_if_assigned'
)
)sql";

}  // namespace rbc
