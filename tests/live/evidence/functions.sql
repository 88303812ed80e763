-- One call of every function, operator and cast that the server knows, with arguments that would let it do harm. :pid is a bystander's session,
-- :word what stands for a text: a relation's name, a sequence's, a statement, a file.
create temp table plausible (type text primary key, value text);
insert into plausible values
  ('int2', '1'), ('int4', :'pid'), ('int8', :'pid'), ('oid', '4711'), ('float4', '1.5'), ('float8', '1.5'), ('numeric', '1.5'), ('bool', 'true'), ('text', quote_literal(:'word')),
  ('varchar', quote_literal(:'word')), ('bpchar', quote_literal(:'word')), ('name', quote_literal(:'word')), ('char', '''r'''), ('cstring', quote_literal(:'word')), ('unknown', quote_literal(:'word')),
  ('bytea', '''\x01'''), ('json', '''{"a": 1}'''), ('jsonb', '''{"a": 1}'''), ('jsonpath', '''$.a'''), ('xml', '''<a/>'''), ('uuid', '''00000000-0000-0000-0000-000000000001'''), ('inet', '''10.0.0.1'''), ('cidr', '''10.0.0.0/8'''),
  ('macaddr', '''08:00:2b:01:02:03'''), ('macaddr8', '''08:00:2b:01:02:03:04:05'''), ('date', '''2024-05-01'''), ('time', '''10:00'''), ('timetz', '''10:00+00'''), ('timestamp', '''2024-05-01'''),
  ('timestamptz', '''2024-05-01'''), ('interval', '''1 second'''), ('point', '''(1,2)'''), ('lseg', '''((1,2),(3,4))'''), ('line', '''{1,2,3}'''), ('box', '''((1,2),(3,4))'''), ('path', '''((1,2),(3,4))'''),
  ('polygon', '''((1,2),(3,4))'''), ('circle', '''<(1,2),3>'''), ('bit', '''1'''), ('varbit', '''101'''), ('money', '''1.5'''), ('tsvector', '''a b'''), ('tsquery', '''a'''), ('regclass', '''payments'''), ('regtype', '''int4'''),
  ('regproc', '''doubled'''), ('regprocedure', '''ends(int)'''), ('regoper', '''!~~'''), ('regoperator', '''+(int,int)'''), ('regconfig', '''simple'''), ('regdictionary', '''simple'''), ('regrole', '''app'''), ('regnamespace', '''public'''),
  ('regcollation', '''"C"'''), ('xid', '''3'''), ('xid8', '''3'''), ('cid', '''1'''), ('tid', '''(0,1)'''), ('pg_lsn', '''0/1'''), ('pg_snapshot', '''10:20:'''), ('txid_snapshot', '''10:20:'''), ('refcursor', '''c'''), ('aclitem', '''app=r/postgres'''),
  ('int4range', '''[1,5)'''), ('int8range', '''[1,5)'''), ('numrange', '''[1,5)'''), ('daterange', '''[2024-01-01,2024-02-01)'''), ('tsrange', '''[2024-01-01,2024-02-01)'''), ('tstzrange', '''[2024-01-01,2024-02-01)'''),
  ('_text', '''{accounts,payments}'''), ('_int4', '''{1,2}'''), ('_int2', '''{1,2}'''), ('_int8', '''{1,2}'''), ('_oid', '''{1,2}'''), ('_float8', '''{1,2}'''), ('_float4', '''{1,2}'''), ('_numeric', '''{1,2}'''), ('_name', '''{accounts}'''),
  ('_char', '''{r}'''), ('_bool', '''{t}'''), ('int2vector', '''1 2'''), ('oidvector', '''1 2'''), ('citext', quote_literal(:'word')), ('hstore', '''a=>1'''), ('ltree', '''a.b'''), ('lquery', '''a.*'''), ('cube', '''(1,2)'''), ('query_int', '''1'''),
  ('anyelement', '1'), ('anynonarray', '1'), ('anycompatible', '1'), ('anycompatiblenonarray', '1'), ('any', '1'), ('anyarray', 'array[1, 2]'), ('anycompatiblearray', 'array[1, 2]'), ('anyenum', '''calm''::mood'),
  ('anyrange', '''[1,5)''::int4range'), ('anycompatiblerange', '''[1,5)''::int4range'), ('anymultirange', '''{[1,5)}''::int4multirange'), ('anycompatiblemultirange', '''{[1,5)}''::int4multirange'), ('record', 'row(1, 2)'), ('_record', 'array[row(1, 2)]');

create function pg_temp.said(t oid) returns text language sql as $$
  select case when p.value is null then 'null::' || format_type(y.oid, null)
              when y.typtype = 'p' then p.value
              else p.value || '::' || format_type(y.oid, null) end
  from pg_type y left join plausible p on p.type = y.typname where y.oid = t $$;

select distinct format('select %s(%s)%s', case when p.pronamespace = 'pg_catalog'::regnamespace and p.oid::int8 % 2 = 0 then 'pg_catalog.' else '' end || quote_ident(p.proname),
    (select string_agg(pg_temp.said(o), ', ' order by n) from unnest(p.proargtypes) with ordinality a(o, n)), case when p.prokind = 'w' then ' over ()' else '' end)
from pg_proc p where p.prokind <> 'p' and not p.proargtypes::oid[] && array['internal'::regtype::oid] and p.proname !~ '^(pg_sleep|binary_upgrade)'
union select format('select %s %s %s', coalesce(pg_temp.said(nullif(o.oprleft, 0)), ''), o.oprname, pg_temp.said(o.oprright)) from pg_operator o
union select format('select (%s)::%s', pg_temp.said(c.castsource), format_type(c.casttarget, null)) from pg_cast c
union select format('select * from %s.%s limit 3', quote_ident(n.nspname), quote_ident(c.relname)) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'p', 'S') and n.nspname !~ '^pg_(temp|toast)'
union select format('show %I', name) from pg_settings
order by 1;
