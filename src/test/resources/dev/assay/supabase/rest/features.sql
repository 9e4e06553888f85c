create table public.shops (id int primary key, name text, city text);
create table public.sales (id int primary key, shop_id int references public.shops(id), amount numeric, day date, extra jsonb);
create table public.managers (id int primary key, shop_id int unique references public.shops(id), name text);
insert into public.shops values (1, 'North', 'Rome'), (2, 'South', 'Rome'), (3, 'East', 'Pisa');
insert into public.sales values (1, 1, 10, '2026-01-01', '{"n":1}'), (2, 1, 20, '2026-01-02', '{"n":2}'), (3, 2, 5, '2026-01-01', '{"n":3}'), (4, 3, 7, null, null);
insert into public.managers values (1, 1, 'Ann'), (2, 2, 'Bob');

create domain public.colour as int;
create function public.colour_to_json(public.colour) returns json language sql immutable as $$ select to_json('#' || lpad(to_hex($1::int), 6, '0')) $$;
create function public.colour_from_json(json) returns public.colour language sql immutable as $$ select ('x' || substr($1 #>> '{}', 2))::bit(24)::int::public.colour $$;
create function public.colour_from_text(text) returns public.colour language sql immutable as $$ select ('x' || ltrim($1, '#'))::bit(24)::int::public.colour $$;
create cast (public.colour as json) with function public.colour_to_json(public.colour) as implicit;
create cast (json as public.colour) with function public.colour_from_json(json) as implicit;
create cast (text as public.colour) with function public.colour_from_text(text) as implicit;
create table public.paints (id int primary key, shade public.colour);
insert into public.paints values (1, 255), (2, 65280), (3, null);

create domain public."text/tab-separated-values" as text;
create function public.tsv_step(state text, item anyelement) returns text language sql immutable as $$ select state || item::text || E'\n' $$;
create function public.tsv_end(state text) returns public."text/tab-separated-values" language sql immutable as $$ select state::public."text/tab-separated-values" $$;
create aggregate public.tsv(anyelement) (sfunc = public.tsv_step, stype = text, finalfunc = public.tsv_end, initcond = '');
create domain public."image/dot" as bytea;
create function public.dot() returns public."image/dot" language sql immutable as $$ select '\x2e'::bytea::public."image/dot" $$;
create domain public."*/*" as bytea;
create function public.anything() returns public."*/*" language sql as $$ select convert_to('for ' || (current_setting('request.headers', true)::json ->> 'accept'), 'utf8')::public."*/*" $$;

create function public.before() returns void language plpgsql as $$ begin
  if current_setting('request.headers', true)::json ->> 'x-blocked' is not null then
    raise sqlstate 'PT403' using message = 'blocked';
  end if;
  perform set_config('response.headers', '[{"X-Before":"seen"}]', true);
end $$;
create function public.front() returns json language sql stable as $$ select '{"swagger":"2.0","info":{"title":"mine"}}'::json $$;
create function public.patient() returns text language sql volatile set statement_timeout = '50ms' as $$ select pg_sleep(5)::text $$;
create schema side;
grant usage on schema side to anon, authenticated, service_role;
create table side.things (id int primary key, label text);
insert into side.things values (1, 'aside');
grant all on side.things to anon, authenticated, service_role;
create function side.where_am_i() returns text language sql stable as $$ select 'side' $$;

alter role authenticator in database DATABASE set pgrst.db_aggregates_enabled = 'true';
alter role authenticator in database DATABASE set pgrst.db_plan_enabled = 'true';
alter role authenticator in database DATABASE set pgrst.db_pre_request = 'public.before';
alter role authenticator in database DATABASE set pgrst.db_root_spec = 'front';
alter role authenticator in database DATABASE set pgrst.db_schemas = 'public, side';
alter role authenticator in database DATABASE set pgrst.db_max_rows = '3';
alter role authenticator in database DATABASE set pgrst.db_tx_end = 'rollback-allow-override';
alter role authenticator in database DATABASE set safeupdate.enabled = '0';
notify pgrst, 'reload config';
