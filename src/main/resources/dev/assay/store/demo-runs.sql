-- Runs that never were, for trying the analysis. All that is random comes from a hash of a name and the seed, so the same
-- seed gives the same runs. Filled in: ${runs}, ${seed}, ${calls} (more tool calls a call of an agent, 0 or more).

create or replace function pg_temp.chance(name text) returns double precision language sql immutable parallel safe as $$
    select (hashtextextended(name, ${seed}) & 2147483647) / 2147483648.0 $$;

create temporary table demo_experiments (number, name, title, ease) on commit drop as
values (0, 'todo-auth', 'Todos with sign-in', 1.1), (1, 'guestbook', 'A guestbook', 1.9),
       (2, 'team-notes', 'Notes shared in a team', 0.1), (3, 'photo-drive', 'Private photos', -0.3),
       (4, 'live-poll', 'A poll with live results', 0.3), (5, 'shop-orders', 'Orders of a small shop', -0.6),
       (6, 'book-club', 'Books and reviews', 0.9), (7, 'invite-links', 'Invitations by link', -1.0),
       (8, 'habit-log', 'A log of habits', 1.4), (9, 'chat-rooms', 'Chat rooms', -0.8);

create temporary table demo_variants (number, name, tool, model, skill, price) on commit drop as
values (0, 'claude/opus', 'claude', 'opus', 0.9, 0.0220), (1, 'claude/sonnet', 'claude', 'sonnet', 0.4, 0.0090),
       (2, 'codex', 'codex', null::text, 0.6, 0.0070), (3, 'cursor', 'cursor', null, 0.2, 0.0080),
       (4, 'gemini/pro', 'gemini', 'pro', -0.5, 0.0060);

create temporary table demo_phases (number, name, title, trouble) on commit drop as
values (1, 'setup', 'Set the project up', 0.10), (2, 'schema', 'Tables and policies', 0.34),
       (3, 'backend', 'Server side', 0.24), (4, 'frontend', 'Pages', 0.28), (5, 'testing', 'Tests', 0.16);

create temporary table demo_runs on commit drop as
select id, i, e.number as experiment, v.number as variant, repetition,
       timestamptz '2025-03-03 08:00:00Z' + i * interval '17 minutes' as started_at,
       case when pg_temp.chance(id || ' world') < 0.04 then 'aborted'
            when pg_temp.chance(id || ' run') < 1 / (1 + exp(-(v.skill + e.ease))) then 'passed'
            else 'failed' end as outcome,
       e.name as experiment_name, e.title, v.name as variant_name, v.tool, v.model, v.skill, v.price,
       case when v.tool = 'gemini' and repetition <= 2 then '0.30.1'
            when v.tool = 'gemini' then '0.31.0' else '2.1.0' end as cli_version
from (select i, 'demo-' || lpad(i::text, 5, '0') as id, (i - 1) / 50 + 1 as repetition
      from generate_series(1, ${runs}) as i) n
join demo_experiments e on e.number = (i - 1) % 10
join demo_variants v on v.number = (i - 1) / 10 % 5;
analyze demo_runs;

insert into orchestrator_runs (id, experiment, title, variant, repetition, source, target_kind, prompt, unique_id, tags,
    status, fingerprints, planner_tool, planner_model, implementer_tool, implementer_model, verifier_tool, verifier_model,
    skills_mode, cost_source, started_at)
select id, experiment_name, title, variant_name, repetition, 'demo', 'embedded', 'Build: ' || title,
       '[engine:assay]/[experiment:' || experiment_name || ']/[run:' || id || ']', '{demo}', 'running',
       jsonb_build_object('prompt', left(md5(title), 16), 'contract', left(md5(experiment_name), 16),
                          'limits', 'demo', 'target', 'embedded', 'assay', 'demo'),
       tool, model, tool, model, tool, model, 'none', 'table', started_at
from demo_runs;

-- An attempt at a step: whether it was done, whether its early checks passed, and what the verifier said.
create temporary table demo_attempts on commit drop as
with tried as (
    select r.*, p.number as phase_number, p.name as phase, p.title as phase_title, n, key,
           least(0.95, p.trouble * (1.25 - r.skill / 2)) as trouble,
           (array['RETRY', 'RETRY', 'RETRY', 'WEB_SEARCH', 'WEB_SEARCH', 'RUN_DIAGNOSTIC', 'MODIFY_PLAN'])
               [1 + floor(pg_temp.chance(r.id || p.name || (n - 1) || ' action') * 7)::int] as before,
           (array['RETRY', 'RETRY', 'RETRY', 'WEB_SEARCH', 'WEB_SEARCH', 'RUN_DIAGNOSTIC', 'MODIFY_PLAN'])
               [1 + floor(pg_temp.chance(key || ' action') * 7)::int] as action
    from demo_runs r
    cross join demo_phases p
    cross join generate_series(1, 3) as n
    cross join lateral (select r.id || p.name || n as key) k
), ended as (
    select *, case when n = 1 then pg_temp.chance(key) >= trouble
                   else pg_temp.chance(key) < case before when 'WEB_SEARCH' then 0.72 when 'RUN_DIAGNOSTIC' then 0.64
                                                          when 'MODIFY_PLAN' then 0.45 else 0.55 end end as done
    from tried
), reached as (
    select *, bool_or(done) over (partition by id, phase_number order by n
                                  rows between unbounded preceding and 1 preceding) as done_before
    from ended
)
select *, done or pg_temp.chance(key || ' checks') < 0.12 as checks_ok
from reached
where done_before is not true and (outcome <> 'aborted' or phase_number <= 3);

-- The calls of agents, in order.
create temporary table demo_calls on commit drop as
select c.*, md5(c.id || ' ' || c.part || ${seed})::uuid as step_id,
       row_number() over (partition by c.id order by phase_number, n, part_number) * 20 as position,
       greatest(4, floor(pg_temp.chance(c.id || c.part || ' length') * 90))::bigint * 1000 as duration_ms,
       (2000 + floor(pg_temp.chance(c.id || c.part || ' tokens') * 9000))::bigint as tokens
from (
    select id, i, tool, model, price, cli_version, started_at, outcome, 0 as phase_number, 1 as n, 1 as part_number,
           'plan' as kind, 'plan' as part, null::text as step, null::text as phase, null::text as phase_title,
           true as done, true as checks_ok, null::text as said
    from demo_runs
    union all
    select a.id, i, tool, model, price, cli_version, started_at, outcome, phase_number, n, k.number, k.kind,
           k.kind || ' ' || a.phase || ' ' || n, a.phase, a.phase, phase_title, done, checks_ok, s.said
    from demo_attempts a
    cross join lateral (
        select case when done then 'PROCEED' when not checks_ok and pg_temp.chance(key || ' eye') < 0.15 then 'PROCEED'
                    else action end as said) s
    cross join lateral (
        values (1, 'implement'), (2, 'verify'),
               (3, case when n < 3 then case said when 'WEB_SEARCH' then 'research' when 'RUN_DIAGNOSTIC' then 'diagnose'
                                                  when 'MODIFY_PLAN' then 'replan' end end)) as k (number, kind)
    where k.kind is not null
    union all
    select id, i, tool, model, price, cli_version, started_at, outcome, 6, 1, 1, 'fix', 'fix browser 1',
           null, 'fix', 'Fix what the browser saw', pg_temp.chance(id || ' fixed') < 0.6, false, null
    from demo_runs where outcome <> 'aborted' and pg_temp.chance(id || ' fix') < 0.2
) c;
analyze demo_calls;

insert into orchestrator_steps (id, run_id, position, phase, step, title, build_phase, attempt, tool, requested_model,
    model, cli_version, prompt, outcome, cause, message, ending, answer, parsed_result, stdout_tail, stderr_tail,
    exit_code, diff, tokens_input, tokens_output, cost_usd, cost_source, started_at, finished_at, duration_ms)
select step_id, id, position, kind, step, phase_title, phase, n, case kind when 'diagnose' then 'assay' else tool end,
       model, model, case kind when 'diagnose' then null else cli_version end, 'Demo: ' || part,
       case when last and outcome = 'aborted' then 'aborted'
            when kind = 'implement' and not done and n = 3 then 'failed'
            when not done and kind in ('implement', 'verify') then 'superseded' else 'passed' end,
       case when last and outcome = 'aborted' then w.cause when kind = 'verify' and said <> 'PROCEED' then 'verdict-retry' end,
       case when last and outcome = 'aborted' then w.message else '' end,
       case when last and outcome = 'aborted' then w.ending else 'COMPLETED' end,
       '', case when kind = 'verify' then jsonb_build_object(
           'status', case when said = 'PROCEED' then 'PASS' else 'FAIL' end, 'recommendation', said,
           'issues', case when said = 'PROCEED' then '[]'::jsonb else jsonb_build_array(
               (array['Table "items' || i || '" has no policy for insert',
                      'The page /items/' || i || ' shows nothing after a reload',
                      'npm run build ends with exit code ' || 1 + i % 3,
                      'The key is read from an environment variable that .env does not set'])
                   [1 + floor(pg_temp.chance(id || part || ' issue') * 4)::int]) end, 'deviations', '[]'::jsonb) end,
       '', '', case when last and outcome = 'aborted' then 1 else 0 end,
       case when kind in ('implement', 'fix') then '+ -- ' || part end,
       tokens, tokens / 4, case kind when 'diagnose' then null else round((tokens * price / 400)::numeric, 4) end,
       case kind when 'diagnose' then 'none' else 'table' end,
       at, at + duration_ms * interval '1 millisecond', duration_ms
from (select c.*, started_at + coalesce(sum(duration_ms) over (partition by id order by position
                 rows between unbounded preceding and 1 preceding), 0) * interval '1 millisecond' as at,
             row_number() over (partition by id order by position desc) = 1 as last
      from demo_calls c) c
cross join lateral (
    select (array['rate-limited', 'cli-crashed', 'overloaded'])[k] as cause,
           (array['RATE_LIMITED', 'CLI_CRASHED', 'OVERLOADED'])[k] as ending,
           (array['429: limit of 40000 tokens a minute is used up', 'signal 11 after 12 s', '529 Overloaded'])[k] as message
    from (select 1 + i % 3 as k) as m) w;

-- Tool calls and what they gave: reading first, then writing and running.
create temporary table demo_tools on commit drop as
select c.id, c.step_id, c.part, c.tool as agent, c.position, t.number, s.started_at + t.number * interval '700 ms' as at,
       k.canonical, k.failed, k.word,
       case k.canonical
           when 'file_read' then case c.tool when 'claude' then 'Read' when 'codex' then 'shell' else 'read_file' end
           when 'grep' then case c.tool when 'claude' then 'Grep' when 'codex' then 'shell' else 'grep' end
           when 'file_edit' then case c.tool when 'claude' then 'Edit' when 'codex' then 'apply_patch' else 'edit_file' end
           when 'shell' then case c.tool when 'claude' then 'Bash' when 'codex' then 'shell' else 'run_command' end
           when 'web_search' then case c.tool when 'claude' then 'WebSearch' else 'web_search' end
           when 'web_fetch' then case c.tool when 'claude' then 'WebFetch' else 'web_fetch' end
           else 'Skill' end as tool
from demo_calls c
join orchestrator_steps s on s.id = c.step_id
cross join lateral generate_series(1, case c.kind
    when 'plan' then 3 when 'verify' then 4 when 'research' then 4 when 'diagnose' then 1 when 'replan' then 2
    else 6 + floor(pg_temp.chance(c.id || c.part || ' calls') * 7)::int end + ${calls}) as t (number)
cross join lateral (select pg_temp.chance(c.part || c.id || t.number) as x,
                           floor(pg_temp.chance(t.number || c.id || c.part) * 6)::int as word) h
cross join lateral (
    select canonical, h.word,
           canonical in ('shell', 'file_edit') and pg_temp.chance(c.id || t.number || c.part) < 0.13 as failed
    from (select case
        when c.kind = 'research' then case when t.number % 2 = 1 then 'web_search' else 'web_fetch' end
        when c.kind = 'diagnose' then 'shell'
        when c.kind in ('plan', 'verify', 'replan') then case when x < 0.7 then 'file_read' else 'grep' end
        when t.number <= 3 then case when x < 0.6 then 'file_read' when x < 0.8 then 'grep' else 'web_fetch' end
        when x < 0.45 then 'file_edit' when x < 0.9 then 'shell' else 'file_read' end as canonical) as kind) k;

insert into orchestrator_events (run_id, seq, part, step_id, at, stream, type, tool, call_id, is_error, duration_ms,
    event_data, raw)
select d.id, row_number() over (partition by d.id order by d.position, d.number, e.part), 0, d.step_id,
       d.at + e.part * interval '250 ms', 'stdout', e.type, d.tool, d.position || '-' || d.number,
       case when e.part = 1 then d.failed end, case when e.part = 1 then 250 end,
       case when e.part = 0 then jsonb_build_object('type', 'tool_call', 'tool_call', jsonb_strip_nulls(jsonb_build_object(
           'call_id', d.position || '-' || d.number, 'name', d.tool, 'canonical', d.canonical,
           'path', case when d.canonical = 'file_read' then (array['src/app.tsx', 'package.json', 'README.md',
               'supabase/migrations/1_items.sql', 'skills/schema.md', 'src/lib/client.ts'])[1 + d.word]
               when d.canonical = 'file_edit' then 'src/page' || d.number || '.tsx' end,
           'command', case when d.canonical = 'shell' then (array['npm run build', 'npm test', 'npm install',
               'supabase db push', 'npx tsc --noEmit', 'ls -la'])[1 + d.word] end,
           'url', case when d.canonical = 'web_fetch' then 'https://supabase.com/docs/guides/' ||
               (array['auth', 'database/postgres/row-level-security', 'storage', 'realtime', 'functions',
                      'getting-started'])[1 + d.word] end,
           'input', case when d.canonical = 'web_search' then jsonb_build_object('query', 'supabase ' ||
               (array['rls insert policy', 'auth session refresh', 'storage policy', 'realtime channel',
                      'edge function cors', 'migration order'])[1 + d.word]) end)))
       else jsonb_build_object('type', 'tool_result', 'tool_result', jsonb_build_object(
           'call_id', d.position || '-' || d.number, 'ok', not d.failed, 'exit_code', d.failed::int,
           'output', case when not d.failed then 'done' else (array[
               'src/page' || d.number || '.tsx(' || 10 + d.number || ',7): error TS2339: Property ''items' || d.number
                   || ''' does not exist on type ''Props''.',
               'ERROR: relation "public.items' || d.number || '" does not exist (SQLSTATE 42P01)',
               'npm error code ERESOLVE: could not resolve react@' || 17 + d.number % 3 || '.0.0',
               'Error: String to replace not found in file src/page' || d.number || '.tsx',
               'ERROR: new row violates row-level security policy for table "items' || d.number || '"',
               'Error: connect ECONNREFUSED 127.0.0.1:' || 50000 + d.number])[1 + d.word] end)) end,
       convert_to('{"demo":' || d.number || '}', 'UTF8')
from demo_tools d
cross join (values (0, 'tool_call'), (1, 'tool_result')) as e (part, type);

-- Checks: early ones after an attempt, rounds of the browser layer about a fix, and the evaluation, which decides.
create temporary table demo_checks (number, layer, name, weight) on commit drop as
values (1, 'api', 'lists items', 1), (2, 'api', 'creates an item', 1), (3, 'api', 'refuses a visitor', 2),
       (4, 'api', 'deletes an item', 1), (5, 'rls', 'hides what is another''s', 5), (6, 'rls', 'refuses to forge an owner', 4),
       (7, 'rls', 'has RLS on every table', 2), (8, 'functions', 'answers', 1), (9, 'smoke', 'builds', 1),
       (10, 'smoke', 'serves its page', 1), (11, 'browser', 'signs in', 2), (12, 'browser', 'shows what was added', 3);

insert into orchestrator_results (run_id, unique_id, parent_id, position, depth, leaf, type, name, layer, step, attempt,
    phase, build_phase, outcome, cause, message, assertions, deciding, started_at, finished_at, duration_ms)
select x.id, r.unique_id || '/' || x.place, r.unique_id, x.position, 2, true, x.type, x.name, x.layer, x.step, x.attempt,
       x.phase, x.build_phase, x.outcome, case when x.outcome in ('failed', 'superseded') then 'check-failed' end,
       case when x.outcome in ('failed', 'superseded') then x.message else '' end, case x.type when 'check' then 2 else 0 end,
       x.deciding, s.finished_at, s.finished_at + interval '40 ms', 40
from (
    select c.id, 'early/' || c.part || '/' || k.number as place, c.position + k.number as position, 'check' as type,
           k.name, k.layer, c.step, c.n as attempt, null::text as phase, c.phase as build_phase,
           case when c.checks_ok or k.number <> 5 - (c.i % 2) * 3 then 'passed' when c.n = 3 then 'failed'
                else 'superseded' end as outcome,
           'expected status ' || 200 + c.i % 2 || ' but was 403: new row violates row-level security policy for table "items'
               || c.i || '"' as message, false as deciding, c.step_id
    from demo_calls c join demo_checks k on k.number <= 5 where c.kind = 'implement' and c.phase in ('schema', 'backend')
    union all
    select c.id, 'browser/' || round || '/' || k.number, c.position - 10 + round * 15 + k.number - 11, 'check', k.name,
           k.layer, null, round, null, null,
           case when k.number = 11 or round = 2 and c.done then 'passed' else 'superseded' end,
           'waited 10 s for text "note ' || c.i || '" on http://127.0.0.1:4' || c.i || '/', false, c.step_id
    from demo_calls c cross join generate_series(1, 2) as round join demo_checks k on k.layer = 'browser' where c.kind = 'fix'
    union all
    select c.id, '[call:fix-1]', c.position - 1, 'call', 'fix 1', 'browser', null, null, 'fix', 'fix', 'passed', '', false,
           c.step_id
    from demo_calls c where c.kind = 'fix'
    union all
    select d.id, 'evaluation/' || k.number, 2000 + k.number, 'check', k.name, k.layer, null, null, null, null,
           case when d.outcome = 'failed' and (k.number = d.first or pg_temp.chance(d.id || k.name) < 0.06) then 'failed'
                else 'passed' end,
           case k.layer
               when 'rls' then 'user B saw ' || 1 + d.i % 4 || ' rows of user A in "items' || d.i || '"'
               when 'api' then 'expected status 201 but was ' || 400 + d.i % 4 || ' for POST /rest/v1/items' || d.i
               when 'smoke' then 'exit code 1 of npm run build: src/page' || d.i || '.tsx: error TS2339'
               when 'functions' then 'expected status 200 but was 500'
               else 'waited 10 s for text "note ' || d.i || '" on http://127.0.0.1:4' || d.i || '/' end, true,
           (select l.step_id from demo_calls l where l.id = d.id and l.kind = 'plan')
    from (select r.*, (array[5, 5, 5, 5, 6, 6, 6, 3, 12, 12, 11, 7, 2, 1, 4, 9, 10, 8])
              [1 + floor(pg_temp.chance(r.id || ' first') * 18)::int] as first from demo_runs r) d
    cross join demo_checks k where d.outcome <> 'aborted'
) x
join orchestrator_runs r on r.id = x.id
join orchestrator_steps s on s.id = x.step_id;

analyze orchestrator_events;
analyze orchestrator_steps;
analyze orchestrator_results;

-- The runs end; with that come their digests.
update orchestrator_runs r
set status = 'finished', outcome = d.outcome,
    cause = case d.outcome when 'failed' then 'check-failed'
                           when 'aborted' then (array['rate-limited', 'cli-crashed', 'overloaded'])[1 + d.i % 3] end,
    message = coalesce(f.message, ''), tokens_input = s.tokens_input, tokens_output = s.tokens_output,
    cost_usd = s.cost_usd, finished_at = s.finished_at, heartbeat_at = s.finished_at,
    duration_ms = extract(epoch from s.finished_at - r.started_at) * 1000
from demo_runs d
join (select run_id, sum(tokens_input) as tokens_input, sum(tokens_output) as tokens_output, sum(cost_usd) as cost_usd,
             max(finished_at) as finished_at from orchestrator_steps group by run_id) s on s.run_id = d.id
left join (select run_id, min(layer || ': ' || message) as message from orchestrator_results
           where deciding and outcome = 'failed' group by run_id) f on f.run_id = d.id
where r.id = d.id;

analyze orchestrator_runs;
analyze orchestrator_digests;
analyze orchestrator_digest_tools;
analyze orchestrator_digest_reading;
analyze orchestrator_digest_failures;
analyze orchestrator_digest_recoveries;
