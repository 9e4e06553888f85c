-- The tables that hold data of an app or its users, with the columns that can be written.
select format('%I.%I', n.nspname, c.relname),
       (select coalesce(array_agg(quote_ident(a.attname) order by a.attnum), '{}')
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r'
  and n.nspname !~ '^pg_'
  and n.nspname not in
      ('information_schema', 'supabase_migrations', 'supabase_functions', 'extensions', 'realtime', '_realtime',
       'graphql', 'graphql_public', 'vault', 'pgsodium', 'net', 'cron', 'pgmq')
  -- what the services keep of their own migrations
  and (n.nspname, c.relname) not in (('auth', 'schema_migrations'), ('storage', 'migrations'))
  and not exists (select from pg_depend d
                  where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  and exists (select from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
order by 1
