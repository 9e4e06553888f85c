-- How each view is defined, as PostgreSQL's parser left it: it says from which table's column each of its own comes.
select w.ev_class::bigint, w.ev_action::text
from pg_catalog.pg_rewrite w
join pg_catalog.pg_class c on c.oid = w.ev_class
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where w.ev_type = '1' and c.relkind in ('v', 'm')
  and n.nspname not in ('pg_catalog', 'information_schema')
