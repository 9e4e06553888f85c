-- Every column of every table and view that is not PostgreSQL's own, in order.
select c.oid::bigint,
       n.nspname,
       c.relname,
       c.relkind::text,
       a.attname,
       a.attnum::int,
       pg_catalog.format_type(a.atttypid, a.atttypmod),
       coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text,
       case
         when a.attidentity in ('a', 'd')
           then (select 'nextval(' || quote_literal(s.objid::regclass) || ')'
                 from pg_catalog.pg_depend s
                 where s.classid = 'pg_catalog.pg_class'::regclass and s.refclassid = s.classid
                   and s.refobjid = c.oid and s.refobjsubid = a.attnum and s.deptype = 'i')
         when a.attgenerated = '' then coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), pg_catalog.pg_get_expr(t.typdefaultbin, 0))
       end,
       pg_catalog.pg_relation_is_updatable(c.oid, true)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'v', 'm', 'f', 'p')
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and n.nspname not like 'pg\_temp\_%'
order by n.nspname, c.relname, a.attnum
