-- Views of the exposed schema that run with their owner's rights, and so go around row level security.
SELECT c.relname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
  AND NOT coalesce(
        (SELECT lower(o.option_value) IN ('true', 'on', '1', 'yes')
         FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker'), false)
  AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.objid = c.oid AND x.deptype = 'e')
ORDER BY c.relname
