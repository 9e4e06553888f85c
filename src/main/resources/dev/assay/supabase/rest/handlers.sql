-- Aggregates and functions of the exposed schemas (both parameters) that return a domain named like a media type.
with media as (
  select t.oid, lower(t.typname) as name
  from pg_catalog.pg_type t
  where t.typtype = 'd' and (t.typname ~* '^[a-z0-9.-]+/[a-z0-9.+-]+$' or t.typname = '*/*')
)
select n.nspname,
       p.proname,
       case when a.typname <> 'anyelement' then s.nspname end,
       case when a.typname <> 'anyelement' then a.typname end,
       m.name,
       case m.name when '*/*' then 'application/octet-stream' else m.name end
from media m
join pg_catalog.pg_proc p on p.prorettype = m.oid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type a on a.oid = p.proargtypes[0]
join pg_catalog.pg_namespace s on s.oid = a.typnamespace
where p.prokind = 'a' and p.pronargs = 1 and n.nspname = any (?)
  and (a.typname = 'anyelement' or a.typrelid <> 0)
union all
select null,
       null,
       n.nspname,
       p.proname,
       m.name,
       case m.name when '*/*' then 'application/octet-stream' else m.name end
from media m
join pg_catalog.pg_proc p on p.prorettype = m.oid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f' and not p.proretset and n.nspname = any (?)
