-- The roles of a Supabase project. They are the cluster's; each database of it sees the same ones.
-- Passwords of roles that log in are set when a cluster starts.
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role supabase_realtime_admin nologin noinherit;
create role supabase_functions_admin login noinherit createrole;
create role supabase_replication_admin login replication;
create role supabase_read_only_user login bypassrls;
create role supabase_etl_admin nologin replication;
create role dashboard_user nologin createdb createrole replication;
create role pgbouncer nologin;

-- What migrations run as: no superuser, as on the hosted service.
create role postgres login createdb createrole replication bypassrls;

grant anon, authenticated, service_role to authenticator;
grant authenticator to supabase_storage_admin;
grant anon, authenticated, service_role to supabase_storage_admin;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend, pg_create_subscription to postgres with admin option;
grant pg_read_all_data to supabase_read_only_user;

-- The hosted service lets postgres make policies and drop triggers on tables of these owners. Here that takes
-- membership; the guard in 6-guards.sql takes away what the membership would allow beyond.
grant supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin, supabase_functions_admin to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
-- plans name their query, as where pg_stat_statements is loaded
alter role authenticator set compute_query_id = on;
-- what the local stack is set to: plans here are those one sees there
alter role authenticator set effective_cache_size = '128MB';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = storage;
alter role supabase_functions_admin set search_path = supabase_functions;

-- What migrations may set of the API, as `alter role authenticator set pgrst.db_aggregates_enabled = 'true'`.
grant set on parameter
  pgrst.db_aggregates_enabled, pgrst.client_error_verbosity, pgrst.db_anon_role, pgrst.db_pre_config,
  pgrst.db_extra_search_path, pgrst.db_max_rows, pgrst.db_plan_enabled, pgrst.db_pre_request,
  pgrst.db_prepared_statements, pgrst.db_root_spec, pgrst.db_schemas, pgrst.db_tx_end, pgrst.db_hoisted_tx_settings,
  pgrst.jwt_aud, pgrst.jwt_role_claim_key, pgrst.jwt_secret, pgrst.jwt_secret_is_base64, pgrst.jwt_cache_max_lifetime,
  pgrst.openapi_mode, pgrst.openapi_security_active, pgrst.openapi_server_proxy_uri,
  pgrst.server_cors_allowed_origins, pgrst.server_trace_header, pgrst.server_timing_enabled, safeupdate.enabled
to postgres;
