-- What the role of the request may use in a schema (both parameters): tables by oid, functions by name.
select c.oid::bigint, null
from pg_catalog.pg_class c
where c.relnamespace = ?::regnamespace and c.relkind in ('r', 'v', 'm', 'f', 'p')
  and (pg_catalog.has_table_privilege(c.oid, 'select, insert, update, delete')
       or pg_catalog.has_any_column_privilege(c.oid, 'select, insert, update'))
union all
select null, p.proname
from pg_catalog.pg_proc p
where p.pronamespace = ?::regnamespace and pg_catalog.has_function_privilege(p.oid, 'execute')
