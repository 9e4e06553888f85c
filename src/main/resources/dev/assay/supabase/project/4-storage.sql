-- Schema storage: buckets and objects, and the functions that policies on them use.
create schema storage authorization supabase_storage_admin;
set role supabase_storage_admin;
set search_path = storage;

create type buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table buckets (
    id text not null primary key,
    name text not null,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    public boolean default false,
    avif_autodetection boolean default false,
    file_size_limit bigint,
    allowed_mime_types text[],
    owner_id text,
    type buckettype not null default 'STANDARD'
);
comment on column buckets.owner is 'Field is deprecated, use owner_id instead';
create unique index bname on buckets (name);

create table objects (
    id uuid not null default gen_random_uuid() primary key,
    bucket_id text constraint "objects_bucketId_fkey" references buckets,
    name text,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_accessed_at timestamptz default now(),
    metadata jsonb,
    path_tokens text[] generated always as (string_to_array(name, '/')) stored,
    version text,
    owner_id text,
    user_metadata jsonb
);
comment on column objects.owner is 'Field is deprecated, use owner_id instead';
create unique index bucketid_objname on objects (bucket_id, name);
create index name_prefix_search on objects (name text_pattern_ops);
create index idx_objects_bucket_id_name on objects (bucket_id, name collate "C");

create table s3_multipart_uploads (
    id text not null primary key,
    in_progress_size bigint not null default 0,
    upload_signature text not null,
    bucket_id text not null references buckets,
    key text not null collate "C",
    version text not null,
    owner_id text,
    created_at timestamptz not null default now(),
    user_metadata jsonb,
    metadata jsonb
);
create table s3_multipart_uploads_parts (
    id uuid not null default gen_random_uuid() primary key,
    upload_id text not null references s3_multipart_uploads on delete cascade,
    size bigint not null default 0,
    part_number integer not null,
    bucket_id text not null references buckets,
    key text not null collate "C",
    etag text not null,
    owner_id text,
    version text not null,
    created_at timestamptz not null default now()
);
create table migrations (
    id integer not null primary key,
    name varchar(100) not null unique,
    hash varchar(40) not null,
    executed_at timestamp default current_timestamp
);

create function foldername(name text) returns text[] language plpgsql immutable as $$
declare
    parts text[] := string_to_array(name, '/');
begin
    return parts[1:array_length(parts, 1) - 1];
end
$$;
create function filename(name text) returns text language plpgsql immutable as $$
declare
    parts text[] := string_to_array(name, '/');
begin
    return parts[array_length(parts, 1)];
end
$$;
create function extension(name text) returns text language plpgsql immutable as $$
declare
    parts text[] := string_to_array(storage.filename(name), '.');
begin
    return parts[array_length(parts, 1)];
end
$$;
create function operation() returns text language sql stable as $$
    select current_setting('storage.operation', true)
$$;
create function allow_only_operation(expected_operation text) returns boolean language sql stable as $$
    select storage.operation() is not distinct from expected_operation
        or storage.operation() is not distinct from 'storage.' || expected_operation
$$;
create function allow_any_operation(expected_operations text[]) returns boolean language sql stable as $$
    select exists (select from unnest(expected_operations) e where storage.allow_only_operation(e))
$$;

create function update_updated_at_column() returns trigger language plpgsql as $$
begin
    new.updated_at = now();
    return new;
end
$$;
create trigger update_objects_updated_at before update on objects
    for each row execute function update_updated_at_column();

create function enforce_bucket_name_length() returns trigger language plpgsql as $$
begin
    if length(new.name) > 100 then
        raise exception 'bucket name "%" is too long (% characters). Max is 100.', new.name, length(new.name);
    end if;
    return new;
end
$$;
create trigger enforce_bucket_name_length_trigger before insert or update of name on buckets
    for each row execute function enforce_bucket_name_length();

-- A row deleted by hand would leave its file behind, so only the API may.
create function protect_delete() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
        raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
            using hint = 'This prevents accidental data loss from orphaned objects.', errcode = '42501';
    end if;
    return null;
end
$$;
create trigger protect_buckets_delete before delete on buckets for each statement execute function protect_delete();
create trigger protect_objects_delete before delete on objects for each statement execute function protect_delete();

-- What a key has up to the first delimiter behind a prefix, with it; null where there is none.
create function get_common_prefix(p_key text, p_prefix text, p_delimiter text) returns text language sql immutable as $$
    select left(p_key, length(p_prefix) + nullif(position(p_delimiter in substring(p_key from length(p_prefix) + 1)), 0)
        + length(p_delimiter) - 1)
$$;

-- One level of a bucket, without regard to case; folders are known by their objects and have null ids. By name they
-- stand among the objects, by any other column before them. Names are relative to the prefix; levels is of no use since.
create function search(
    prefix text, bucketname text, limits integer default 100, levels integer default 1, offsets integer default 0,
    search text default '', sortcolumn text default 'name', sortorder text default 'asc')
returns table (
    name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb)
language plpgsql stable as $$
declare
    wanted text := lower(coalesce(prefix, '') || coalesce(search, ''));
    base integer := length(coalesce(prefix, '')) + 1;
    column_name text := case when sortcolumn in ('updated_at', 'created_at', 'last_accessed_at') then sortcolumn end;
    direction text := case when lower(sortorder) = 'desc' then 'desc' else 'asc' end;
begin
    return query execute format($q$
        with found as (
            select o.*, storage.get_common_prefix(o.name, $1, '/') as folder
            from storage.objects o
            where o.bucket_id = $2 and starts_with(lower(o.name), $1)
        ),
        entries as (
            select min(substring(rtrim(folder, '/') from $3)) as entry, null::uuid as id,
                null::timestamptz as updated_at, null::timestamptz as created_at,
                null::timestamptz as last_accessed_at, null::jsonb as metadata, lower(folder) collate "C" as place
            from found where folder is not null group by lower(folder)
            union all
            select substring(f.name from $3), f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata,
                lower(f.name) collate "C"
            from found f where folder is null
        )
        select entry, id, updated_at, created_at, last_accessed_at, metadata from entries
        order by %s place %s
        limit $4 offset $5
    $q$, case when column_name is null then '' else format('id is not null, %I %s,', column_name, direction) end,
        direction)
    using wanted, bucketname, base, least(coalesce(limits, 100), 1500), offsets;
end
$$;

alter table buckets enable row level security;
alter table objects enable row level security;
alter table s3_multipart_uploads enable row level security;
alter table s3_multipart_uploads_parts enable row level security;
alter table migrations enable row level security;

grant usage on schema storage to postgres with grant option;
grant usage on schema storage to anon, authenticated, service_role, dashboard_user;
grant all on buckets, objects to anon, authenticated, service_role;
grant all on buckets, objects to postgres with grant option;
grant select on s3_multipart_uploads, s3_multipart_uploads_parts to anon, authenticated;
grant all on s3_multipart_uploads, s3_multipart_uploads_parts to service_role, postgres;
grant execute on all functions in schema storage to postgres, anon, authenticated, service_role, dashboard_user;

reset search_path;
reset role;
