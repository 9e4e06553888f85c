-- Sequences that were used, beside those of the services.
select format('%I.%I', schemaname, sequencename), last_value
from pg_sequences
where last_value is not null
  and schemaname not in
      ('supabase_migrations', 'supabase_functions', 'extensions', 'realtime', '_realtime', 'graphql', 'vault',
       'pgsodium', 'net', 'cron', 'pgmq')
order by 1
