-- One JSON object for each table of the exposed schema.
SELECT json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'rls', c.relrowsecurity,
    'columns', (
        SELECT coalesce(json_agg(json_build_object(
            'name', a.attname,
            'type', format_type(a.atttypid, a.atttypmod),
            'base', CASE t.typtype WHEN 'd' THEN b.typname ELSE t.typname END,
            'not_null', a.attnotnull OR t.typnotnull,
            'default', coalesce(pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attidentity = 'd' THEN 'identity' END),
            'generated', a.attgenerated <> '' OR a.attidentity = 'a',
            'enum', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
                     FROM pg_enum e WHERE e.enumtypid IN (t.oid, b.oid)),
            'element', (SELECT json_build_object(
                            'base', i.typname,
                            'enum', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
                                     FROM pg_enum e WHERE e.enumtypid = i.oid))
                        FROM pg_type i WHERE t.typcategory = 'A' AND i.oid = coalesce(b.typelem, t.typelem)),
            'domain_checks', (SELECT coalesce(json_agg(pg_get_expr(k.conbin, 0)), '[]')
                              FROM pg_constraint k
                              WHERE t.typtype = 'd' AND k.contypid = t.oid AND k.contype = 'c'),
            'grants', (SELECT coalesce(json_object_agg(r.rolname, array_remove(ARRAY[
                                  CASE WHEN has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT') THEN 'SELECT' END,
                                  CASE WHEN has_column_privilege(r.oid, c.oid, a.attnum, 'INSERT') THEN 'INSERT' END,
                                  CASE WHEN has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE') THEN 'UPDATE' END],
                                  NULL)), '{}')
                       FROM pg_roles r WHERE r.rolname IN ('anon', 'authenticated', 'service_role'))
        ) ORDER BY a.attnum), '[]')
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_type b ON b.oid = t.typbasetype
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'primary_key', (
        SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]')
        FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attnum = k.number
        WHERE p.conrelid = c.oid AND p.contype = 'p' AND a.attrelid = c.oid),
    'unique_keys', (
        SELECT coalesce(json_agg((
            SELECT json_agg(a.attname ORDER BY k.place)
            FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number) ORDER BY i.indexrelid), '[]')
        FROM pg_index i
        WHERE i.indrelid = c.oid AND i.indisunique AND i.indexprs IS NULL AND i.indpred IS NULL),
    -- what the roles of the API may do with the table, or with at least one column of it
    'grants', (
        SELECT coalesce(json_object_agg(r.rolname, array_remove(ARRAY[
            CASE WHEN has_any_column_privilege(r.oid, c.oid, 'SELECT') THEN 'SELECT' END,
            CASE WHEN has_any_column_privilege(r.oid, c.oid, 'INSERT') THEN 'INSERT' END,
            CASE WHEN has_any_column_privilege(r.oid, c.oid, 'UPDATE') THEN 'UPDATE' END,
            CASE WHEN has_table_privilege(r.oid, c.oid, 'DELETE') THEN 'DELETE' END], NULL)), '{}')
        FROM pg_roles r
        WHERE r.rolname IN ('anon', 'authenticated', 'service_role')
          AND has_schema_privilege(r.oid, n.oid, 'USAGE')),
    -- sequences that an insert draws from and that a role needs a grant of its own for; an identity column's needs none
    'sequences', (
        SELECT coalesce(json_object_agg(s.relname, ARRAY(
            SELECT r.rolname FROM pg_roles r
            WHERE r.rolname IN ('anon', 'authenticated', 'service_role')
              AND has_sequence_privilege(r.oid, s.oid, 'USAGE'))), '{}')
        FROM pg_depend d
        JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid = c.oid AND d.deptype = 'a'),
    'foreign_keys', (
        SELECT coalesce(json_agg(json_build_object(
            'name', f.conname,
            'columns', (SELECT json_agg(a.attname ORDER BY k.place)
                        FROM unnest(f.conkey) WITH ORDINALITY AS k(number, place)
                        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number),
            'schema', rn.nspname,
            'table', r.relname,
            'referenced', (SELECT json_agg(a.attname ORDER BY k.place)
                           FROM unnest(f.confkey) WITH ORDINALITY AS k(number, place)
                           JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number)
        ) ORDER BY f.conname), '[]')
        FROM pg_constraint f
        JOIN pg_class r ON r.oid = f.confrelid
        JOIN pg_namespace rn ON rn.oid = r.relnamespace
        WHERE f.conrelid = c.oid AND f.contype = 'f'),
    'checks', (
        SELECT coalesce(json_agg(json_build_object(
            'name', k.conname,
            'expression', pg_get_expr(k.conbin, k.conrelid),
            'columns', (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_attribute a
                        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
        ) ORDER BY k.conname), '[]')
        FROM pg_constraint k
        WHERE k.conrelid = c.oid AND k.contype = 'c'),
    'policies', (
        SELECT coalesce(json_agg(json_build_object(
            'name', p.polname,
            'command', p.polcmd,
            'using', pg_get_expr(p.polqual, p.polrelid),
            'with_check', pg_get_expr(p.polwithcheck, p.polrelid)
        ) ORDER BY p.polname), '[]')
        FROM pg_policy p
        WHERE p.polrelid = c.oid)
)::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')
ORDER BY c.relname
