-- One line for each thing that an app's migrations make. Nothing in it depends on object ids or on the order of grants.
with schemas as (
    select oid, nspname as name, nspacl as acl, nspowner as owner from pg_namespace
    where nspname !~ '^pg_' and nspname not in (
        'information_schema', 'auth', 'storage', 'realtime', 'extensions', 'graphql', 'graphql_public', 'vault',
        'pgbouncer', 'pgsodium', 'supabase_admin', 'supabase_functions', 'supabase_migrations', 'net', 'cron', 'pgmq')
),
relations as (
    select c.*, s.name || '.' || c.relname as name from pg_class c join schemas s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
),
lines (line) as (
    select concat_ws(' ', 'schema', s.name, s.owner::regrole,
        (select string_agg(a::text, ',' order by a::text collate "C") from unnest(s.acl) a))
    from schemas s
    union all
    select concat_ws(' ', 'relation', r.name, r.relkind, r.relowner::regrole, r.relrowsecurity, r.relforcerowsecurity,
        r.reloptions, (select string_agg(a::text, ',' order by a::text collate "C") from unnest(r.relacl) a),
        case when r.relkind in ('v', 'm') then pg_get_viewdef(r.oid) end)
    from relations r
    union all
    select concat_ws(' ', 'column', r.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
        a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
        (select string_agg(g::text, ',' order by g::text collate "C") from unnest(a.attacl) g))
    from relations r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where r.relkind <> 'S'
    union all
    select concat_ws(' ', 'constraint', c.conrelid::regclass, c.contypid::regtype, c.conname, pg_get_constraintdef(c.oid))
    from pg_constraint c join schemas s on s.oid = c.connamespace
    union all
    select concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid)
    from pg_index i join relations r on r.oid = i.indrelid
    union all
    -- policies and triggers of an app also lie on tables of auth and storage
    select concat_ws(' ', 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
        (select string_agg(case when role = 0 then 'public' else role::regrole::text end, ',' order by role::regrole::text
            collate "C") from unnest(p.polroles) role),
        'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_policy p
    union all
    select concat_ws(' ', 'trigger', t.tgrelid::regclass, t.tgenabled, pg_get_triggerdef(t.oid))
    from pg_trigger t where not t.tgisinternal
    union all
    select concat_ws(' ', 'function', p.oid::regprocedure, p.proowner::regrole,
        (select string_agg(a::text, ',' order by a::text collate "C") from unnest(p.proacl) a),
        case when p.prokind = 'a' then p.prosrc else pg_get_functiondef(p.oid) end)
    from pg_proc p join schemas s on s.oid = p.pronamespace
    union all
    select concat_ws(' ', 'type', t.oid::regtype, t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull,
        (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
    from pg_type t join schemas s on s.oid = t.typnamespace
    where t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and exists (
        select from pg_class c where c.oid = t.typrelid and c.relkind = 'c')
    union all
    select concat_ws(' ', 'publication', pubname, schemaname, tablename, attnames, rowfilter) from pg_publication_tables
    union all
    select concat_ws(' ', 'extension', extname, extversion, extnamespace::regnamespace) from pg_extension
    union all
    select concat_ws(' ', 'default', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype,
        (select string_agg(a::text, ',' order by a::text collate "C") from unnest(defaclacl) a))
    from pg_default_acl
)
select line from lines order by line collate "C"
