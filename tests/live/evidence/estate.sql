-- What the looks of the evidence are let loose on.
create extension if not exists plpgsql;
create extension btree_gin; create extension btree_gist; create extension citext; create extension cube; create extension earthdistance;
create extension fuzzystrmatch; create extension hstore; create extension intarray; create extension isn; create extension ltree;
create extension pg_buffercache; create extension pg_freespacemap; create extension pg_prewarm; create extension pg_stat_statements;
create extension pg_trgm; create extension pg_visibility; create extension pg_walinspect; create extension pgcrypto; create extension pgrowlocks;
create extension pgstattuple; create extension postgres_fdw; create extension sslinfo; create extension tablefunc; create extension unaccent;
create extension "uuid-ossp"; create extension xml2; create extension dblink; create extension file_fdw; create extension adminpack;
create extension lo; create extension pageinspect; create extension amcheck; create extension pg_surgery; create extension old_snapshot;

create type mood as enum ('calm', 'busy', 'lost');
create domain short as text check (length(value) < 80);
create sequence ticket start 100;
create table accounts (id int primary key, name varchar(40) not null, mood mood default 'calm', short short, born timestamptz default '2024-05-01', tags text[], facts jsonb,
                       paid numeric(10, 2), address inet, waits interval, n bigint default nextval('ticket'));
insert into accounts select g, 'name ' || g, (array['calm', 'busy', 'lost'])[1 + g % 3]::mood, 'short', '2024-05-01 10:00+00'::timestamptz + g * interval '1 hour',
  array['a', 'b' || g], jsonb_build_object('g', g), g * 1.5, '10.0.0.1', g * interval '1 minute' from generate_series(1, 50) g;
create table payments (id serial primary key, account int references accounts, amount numeric, note text);
insert into payments (account, amount, note) select 1 + g % 50, g, repeat('x', g % 7) from generate_series(1, 200) g;
create index on payments (account);
create table measured (at timestamptz not null, value float8) partition by range (at);
create table measured_2024 partition of measured for values from ('2024-01-01') to ('2025-01-01');
insert into measured select '2024-03-01'::timestamptz + g * interval '1 day', g from generate_series(1, 30) g;
create view busy as select a.id, a.name, sum(p.amount) as paid from accounts a join payments p on p.account = a.id where a.mood = 'busy' group by 1, 2;
create materialized view totals as select account, count(*) as n from payments group by 1;
create function doubled(int) returns int immutable language sql as 'select $1 * 2';
create function pays(int, numeric) returns int language sql as 'insert into payments (account, amount) values ($1, $2) returning id';
create function ends(int) returns boolean immutable language plpgsql as 'begin return pg_terminate_backend($1); end';
select lo_from_bytea(4711, 'kept');
analyze;
