-- What changes a database tells the API, and what postgres may not do to Supabase's own schemas.
create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql as $$
declare
    command record;
begin
    for command in select * from pg_event_trigger_ddl_commands() loop
        if command.command_tag in (
            'CREATE SCHEMA', 'ALTER SCHEMA', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE',
            'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE', 'CREATE VIEW', 'ALTER VIEW', 'CREATE MATERIALIZED VIEW',
            'ALTER MATERIALIZED VIEW', 'CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE TRIGGER', 'CREATE TYPE',
            'ALTER TYPE', 'CREATE RULE', 'CREATE DOMAIN', 'ALTER DOMAIN', 'COMMENT', 'GRANT', 'REVOKE')
            and command.schema_name is distinct from 'pg_temp'
        then
            notify pgrst, 'reload schema';
            return;
        end if;
    end loop;
end
$$;
create function extensions.pgrst_drop_watch() returns event_trigger language plpgsql as $$
declare
    dropped record;
begin
    for dropped in select * from pg_event_trigger_dropped_objects() loop
        if dropped.object_type in (
            'schema', 'table', 'foreign table', 'view', 'materialized view', 'function', 'trigger', 'type', 'rule',
            'table constraint', 'domain constraint', 'table column')
            and not dropped.is_temporary
        then
            notify pgrst, 'reload schema';
            return;
        end if;
    end loop;
end
$$;
create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();

-- postgres is a member of the owners of these schemas (1-roles.sql) only for policies and triggers. The messages are
-- those that the hosted service gives to the same statement.
create function supabase_admin.guard_ddl() returns event_trigger language plpgsql as $$
declare
    command record;
begin
    if current_user <> 'postgres' then
        return;
    end if;
    for command in select * from pg_event_trigger_ddl_commands() loop
        if command.schema_name in ('auth', 'storage', 'realtime', 'vault')
            and command.command_tag not in (
                'CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER', 'ALTER TRIGGER', 'GRANT', 'REVOKE', 'COMMENT')
        then
            if command.command_tag like 'CREATE %' and command.command_tag <> 'CREATE INDEX' then
                raise insufficient_privilege
                    using message = format('permission denied for schema %s', command.schema_name);
            end if;
            raise insufficient_privilege using message = format(
                'must be owner of %s %s', command.object_type, split_part(command.object_identity, '.', 2));
        end if;
    end loop;
end
$$;
create function supabase_admin.guard_drop() returns event_trigger language plpgsql as $$
declare
    dropped record;
begin
    if current_user <> 'postgres' then
        return;
    end if;
    for dropped in select * from pg_event_trigger_dropped_objects() loop
        if dropped.original and dropped.object_type not in ('policy', 'trigger')
            and (dropped.schema_name in ('auth', 'storage', 'realtime', 'vault')
                or dropped.object_type = 'schema' and dropped.object_name in ('auth', 'storage', 'realtime', 'vault'))
        then
            raise insufficient_privilege using message = format(
                'must be owner of %s %s', dropped.object_type, dropped.object_name);
        end if;
    end loop;
end
$$;
create event trigger guard_ddl on ddl_command_end execute function supabase_admin.guard_ddl();
create event trigger guard_drop on sql_drop execute function supabase_admin.guard_drop();
