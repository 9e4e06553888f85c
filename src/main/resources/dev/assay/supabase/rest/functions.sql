-- The functions of the exposed schemas (the one parameter), those with fewer parameters first.
-- A type whose length format_type leaves out would be read as of length one: its varying form takes any.
select n.nspname,
       p.proname,
       array(select case u.type
                      when 'bit'::regtype then 'bit varying'
                      when 'bit[]'::regtype then 'bit varying[]'
                      when 'character'::regtype then 'character varying'
                      when 'character[]'::regtype then 'character varying[]'
                      else pg_catalog.format_type(u.type, null)
                    end
             from unnest(p.proargtypes::oid[]) with ordinality as u(type, at) order by u.at),
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
       p.prorows = 1,
       array(select c from unnest(p.proconfig) as c
             where split_part(c, '=', 1) in ('statement_timeout', 'plan_filter.statement_cost_limit')),
       pg_catalog.obj_description(p.oid, 'pg_proc')
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type t on t.oid = p.prorettype
left join pg_catalog.pg_type b on b.oid = t.typbasetype
where p.prokind = 'f' and n.nspname = any (?)
  and t.typname not in ('trigger', 'event_trigger')
order by n.nspname, p.proname, p.pronargs, p.proargnames, 3, p.oid
