-- Every column of every table and view that is not PostgreSQL's own, in order; a partition is its parent's.
-- A domain's casts from and to json and text say how its values are written for clients.
with recursive bases as (
  select t.oid, t.oid as base from pg_catalog.pg_type t where t.typtype <> 'd'
  union all
  select t.oid, b.base from pg_catalog.pg_type t join bases b on t.typtype = 'd' and t.typbasetype = b.oid
), casts as (
  select k.castsource, k.casttarget, k.castfunc::regproc::text as function
  from pg_catalog.pg_cast k
  where k.castcontext = 'i' and k.castmethod = 'f'
    and pg_catalog.has_function_privilege(k.castfunc, 'execute')
)
select c.oid::bigint,
       n.nspname,
       c.relname,
       c.relkind::text,
       a.attname,
       a.attnum::int,
       pg_catalog.format_type(a.atttypid, a.atttypmod),
       (select b.base from bases b where b.oid = t.oid)::regtype::text,
       case
         when a.attidentity in ('a', 'd')
           then (select 'nextval(' || quote_literal(s.objid::regclass) || ')'
                 from pg_catalog.pg_depend s
                 where s.classid = 'pg_catalog.pg_class'::regclass and s.refclassid = s.classid
                   and s.refobjid = c.oid and s.refobjsubid = a.attnum and s.deptype = 'i')
         when a.attgenerated = '' then coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), pg_catalog.pg_get_expr(t.typdefaultbin, 0))
       end,
       pg_catalog.pg_relation_is_updatable(c.oid, true),
       j.function,
       f.function,
       x.function,
       a.attnotnull or t.typnotnull,
       pg_catalog.col_description(c.oid, a.attnum),
       pg_catalog.obj_description(c.oid, 'pg_class'),
       array(select e.enumlabel::text from pg_catalog.pg_enum e
             where e.enumtypid = (select b.base from bases b where b.oid = t.oid) order by e.enumsortorder)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
left join casts j on t.typtype = 'd' and j.castsource = t.oid and j.casttarget = 'json'::regtype
left join casts f on t.typtype = 'd' and f.castsource = 'json'::regtype and f.casttarget = t.oid
left join casts x on t.typtype = 'd' and x.castsource = 'text'::regtype and x.casttarget = t.oid
where c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and n.nspname not like 'pg\_temp\_%'
order by n.nspname, c.relname, a.attnum
