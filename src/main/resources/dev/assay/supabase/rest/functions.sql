-- The functions of the exposed schemas (the one parameter).
select n.nspname,
       p.proname,
       array(select pg_catalog.format_type(u.type, null) from unnest(p.proargtypes::oid[]) with ordinality as u(type, at) order by u.at),
       coalesce(p.proargnames, '{}')::text[],
       coalesce(p.proargmodes, '{}')::text[],
       p.pronargdefaults::int,
       p.provariadic <> 0,
       p.proretset,
       p.provolatile::text,
       t.typname,
       (t.typtype = 'c' or b.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false)),
       coalesce(nullif(b.typrelid, 0), nullif(t.typrelid, 0))::bigint,
       case when p.pronargs = 1 then (select a.typrelid from pg_catalog.pg_type a where a.oid = p.proargtypes[0] and a.typtype = 'c') end::bigint,
       p.prorows = 1
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type t on t.oid = p.prorettype
left join pg_catalog.pg_type b on b.oid = t.typbasetype
where p.prokind = 'f' and n.nspname = any (?)
  and t.typname not in ('trigger', 'event_trigger')
order by n.nspname, p.proname, p.oid
