-- Schema realtime and the publication that an app adds its tables to.
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;

create schema realtime;
grant usage, create on schema realtime to supabase_realtime_admin;
grant usage on schema realtime to postgres, anon, authenticated, service_role;

create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    binary_payload bytea,
    primary key (id, inserted_at)
) partition by range (inserted_at);
-- The service makes a partition a day; one that takes all does for a database that lives for hours.
create table realtime.messages_all partition of realtime.messages default;
create index messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
    where extension = 'broadcast' and private;
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
alter table realtime.messages_all owner to supabase_realtime_admin;
alter table realtime.messages_all enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
grant all on realtime.messages to postgres, dashboard_user;

create function realtime.topic() returns text language sql stable as $$
    select nullif(current_setting('realtime.topic', true), '')
$$;
alter function realtime.topic() owner to supabase_realtime_admin;

create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql as $$
declare
    generated_id uuid := gen_random_uuid();
    final_payload jsonb;
begin
    begin
        final_payload := case when payload ? 'id' then payload
            else jsonb_set(payload, '{id}', to_jsonb(generated_id)) end;
        perform set_config('realtime.topic', topic, true);
        insert into realtime.messages (id, payload, event, topic, private, extension)
        values (generated_id, final_payload, event, topic, private, 'broadcast');
    exception when others then
        -- a message that cannot be sent must not undo the change that it tells of
        raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
    end;
end
$$;

create function realtime.broadcast_changes(
    topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record,
    level text default 'ROW')
returns void language plpgsql as $$
begin
    if level = 'STATEMENT' then
        raise exception 'function can only be triggered for each row, not for each statement';
    end if;
    perform realtime.send(
        jsonb_build_object('old_record', to_jsonb(old), 'record', to_jsonb(new), 'operation', operation,
            'table', table_name, 'schema', table_schema),
        event_name, topic_name);
exception when others then
    raise exception 'Failed to process the row: %', sqlerrm;
end
$$;

create table realtime.subscription (
    id bigint generated always as identity primary key,
    subscription_id uuid not null,
    entity regclass not null,
    claims jsonb not null,
    created_at timestamp not null default timezone('utc', now())
);
create table realtime.schema_migrations (version bigint not null primary key, inserted_at timestamp(0));
grant select on realtime.subscription, realtime.schema_migrations to postgres, anon, authenticated, service_role;
grant all on realtime.subscription to supabase_realtime_admin;
