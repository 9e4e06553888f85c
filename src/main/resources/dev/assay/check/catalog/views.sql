-- Views of the exposed schema that run with their owner's rights, and so go around row level security; with the exposed
-- tables that each reads, by way of other views too.
WITH RECURSIVE reads AS (
    SELECT w.ev_class AS view, d.refobjid AS relation
    FROM pg_rewrite w
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
    UNION
    SELECT r.view, d.refobjid
    FROM reads r
    JOIN pg_rewrite w ON w.ev_class = r.relation
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
)
SELECT c.relname, json_agg(DISTINCT b.relname) FILTER (WHERE b.oid IS NOT NULL)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN reads r ON r.view = c.oid
LEFT JOIN pg_class b ON b.oid = r.relation AND b.relkind IN ('r', 'p') AND b.relnamespace = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
  AND NOT coalesce(
        (SELECT lower(o.option_value) IN ('true', 'on', '1', 'yes')
         FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker'), false)
  AND NOT EXISTS (
        SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')
GROUP BY c.relname
ORDER BY c.relname
