-- Schemas, and the extensions that a project has from the start or that only a superuser may create.
create schema extensions;
create schema supabase_migrations authorization postgres;
create schema supabase_functions authorization supabase_admin;
create schema graphql_public;

grant usage on schema extensions to postgres, anon, authenticated, service_role, supabase_auth_admin,
    supabase_storage_admin, supabase_realtime_admin;
grant all on schema extensions to postgres, dashboard_user;
grant usage on schema graphql_public to postgres, anon, authenticated, service_role;

create extension pgcrypto schema extensions;
create extension "uuid-ossp" schema extensions;
create extension pg_stat_statements schema extensions;
grant execute on all functions in schema extensions to postgres, anon, authenticated, service_role,
    supabase_auth_admin, supabase_storage_admin;

-- As the Supabase CLI makes them.
create table supabase_migrations.schema_migrations (
    version text not null primary key,
    statements text[],
    name text
);
create table supabase_migrations.seed_files (
    path text not null primary key,
    hash text not null
);
alter table supabase_migrations.schema_migrations owner to postgres;
alter table supabase_migrations.seed_files owner to postgres;

-- CREATE EXTENSION on behalf of postgres: the hosted service's list of what a project may have, run as the superuser.
create schema supabase_admin;
grant usage on schema supabase_admin to postgres;

create function supabase_admin.create_extension(extension text, target text) returns void
language plpgsql security definer set search_path = pg_catalog, extensions, public as $$
begin
    if extension not in (
        'address_standardizer', 'amcheck', 'autoinc', 'bloom', 'btree_gin', 'btree_gist', 'citext', 'cube', 'dblink',
        'dict_int', 'dict_xsyn', 'earthdistance', 'fuzzystrmatch', 'hstore', 'insert_username', 'intarray', 'isn', 'lo',
        'ltree', 'moddatetime', 'pg_prewarm', 'pg_stat_statements', 'pg_trgm', 'pg_walinspect', 'pgcrypto', 'pgrowlocks',
        'pgstattuple', 'plpgsql', 'postgres_fdw', 'refint', 'seg', 'sslinfo', 'tablefunc', 'tcn', 'tsm_system_rows',
        'tsm_system_time', 'unaccent', 'uuid-ossp', 'xml2')
        and exists (select from pg_catalog.pg_available_extensions where name = extension)
    then
        raise insufficient_privilege using message = format('permission denied to create extension "%s"', extension),
            hint = 'Must be superuser to create this extension.';
    end if;
    execute format('create extension %I', extension) || coalesce(' schema ' || quote_ident(target), '') || ' cascade';
end
$$;
revoke execute on function supabase_admin.create_extension from public;
grant execute on function supabase_admin.create_extension to postgres;

-- As supabase_vault has it; secrets are encrypted under a key that the API's roles cannot read.
create schema vault;
create table supabase_admin.vault_key (key text not null);
insert into supabase_admin.vault_key values (encode(extensions.gen_random_bytes(32), 'hex'));

create table vault.secrets (
    id uuid not null default gen_random_uuid() primary key,
    name text unique,
    description text not null default '',
    secret text not null,
    key_id uuid,
    nonce bytea,
    created_at timestamptz not null default current_timestamp,
    updated_at timestamptz not null default current_timestamp
);

create function supabase_admin.seal(secret text) returns text
language sql security definer set search_path = '' as $$
    select pg_catalog.encode(extensions.pgp_sym_encrypt(secret, key), 'base64') from supabase_admin.vault_key
$$;
create function supabase_admin.unseal(secret text) returns text
language sql security definer set search_path = '' as $$
    select extensions.pgp_sym_decrypt(pg_catalog.decode(secret, 'base64'), key) from supabase_admin.vault_key
$$;
revoke execute on function supabase_admin.seal, supabase_admin.unseal from public;

create view vault.decrypted_secrets as
    select id, name, description, secret, supabase_admin.unseal(secret) as decrypted_secret, key_id, nonce, created_at,
        updated_at
    from vault.secrets;

create function vault.create_secret(
    new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null)
returns uuid language sql security definer set search_path = '' as $$
    insert into vault.secrets (secret, name, description, key_id)
    values (supabase_admin.seal(new_secret), new_name, new_description, new_key_id)
    returning id
$$;
create function vault.update_secret(
    secret_id uuid, new_secret text default null, new_name text default null, new_description text default null,
    new_key_id uuid default null)
returns void language sql security definer set search_path = '' as $$
    update vault.secrets s
    set secret = coalesce(supabase_admin.seal(new_secret), s.secret), name = coalesce(new_name, s.name),
        description = coalesce(new_description, s.description), key_id = coalesce(new_key_id, s.key_id),
        updated_at = pg_catalog.now()
    where s.id = secret_id
$$;
revoke execute on all functions in schema vault from public;
grant usage on schema vault to postgres, service_role;
grant select, delete, truncate, references on vault.secrets, vault.decrypted_secrets to postgres with grant option;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on all functions in schema vault to postgres, service_role;
grant execute on function supabase_admin.unseal to postgres, service_role;
grant usage on schema supabase_admin to service_role;
