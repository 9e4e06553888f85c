-- Assay's log: runs, attempts, events and results. PostgreSQL 15 or later, also a Supabase project.
-- Assay applies it by itself; it may as well be pasted into Supabase's SQL editor, once or many times.

create table if not exists public.orchestrator_runs (
    id                 text primary key,
    experiment         text not null,
    title              text,
    variant            text not null,
    repetition         integer not null,
    source             text not null,
    target_kind        text not null,
    prompt             text not null,
    unique_id          text not null,
    tags               text[] not null default '{}',
    status             text not null default 'running',
    outcome            text,
    cause              text,
    message            text,
    plan               jsonb,
    fingerprints       jsonb not null default '{}',
    partial            boolean not null default false,
    left_out           text[] not null default '{}',
    warnings           text[] not null default '{}',
    planner_tool       text not null,
    planner_model      text,
    implementer_tool   text not null,
    implementer_model  text,
    verifier_tool      text not null,
    verifier_model     text,
    skills_mode        text,
    tokens_input       bigint not null default 0,
    tokens_cache_read  bigint not null default 0,
    tokens_cache_write bigint not null default 0,
    tokens_output      bigint not null default 0,
    tokens_reasoning   bigint not null default 0,
    cost_usd           numeric,
    cost_source        text not null default 'none',
    started_at         timestamptz not null,
    finished_at        timestamptz,
    duration_ms        bigint,
    heartbeat_at       timestamptz,
    folder             text,
    host               text,
    pid                bigint,
    check (source in ('real', 'recorded', 'demo')),
    check (status in ('running', 'finished', 'interrupted')),
    check (outcome in ('passed', 'failed', 'aborted'))
);
comment on table public.orchestrator_runs is 'One row a run: one repetition of one variant of one experiment.';
comment on column public.orchestrator_runs.heartbeat_at is 'Renewed every few seconds while the run is running.';
comment on column public.orchestrator_runs.left_out is 'Layers left out by option; the run is then partial.';
comment on column public.orchestrator_runs.tokens_input is 'Without those from the cache. Sums over the attempts.';
create index if not exists orchestrator_runs_started on public.orchestrator_runs (started_at desc);
create index if not exists orchestrator_runs_cell
    on public.orchestrator_runs (experiment, variant, repetition, started_at desc);

create table if not exists public.orchestrator_steps (
    id                     uuid primary key,
    run_id                 text not null references public.orchestrator_runs on delete cascade,
    position               integer not null,
    phase                  text not null,
    step                   text,
    title                  text,
    build_phase            text,
    attempt                integer not null,
    tool                   text not null,
    requested_model        text,
    model                  text,
    cli_version            text,
    session_id             text,
    prompt                 text not null,
    outcome                text,
    cause                  text,
    message                text,
    ending                 text,
    answer                 text,
    parsed_result          jsonb,
    stdout_tail            text,
    stderr_tail            text,
    exit_code              integer,
    limit_fired            text,
    commands_run           jsonb not null default '[]',
    commit                 text,
    diff                   text,
    warnings               text[] not null default '{}',
    tokens_input           bigint not null default 0,
    tokens_cache_read      bigint not null default 0,
    tokens_cache_write     bigint not null default 0,
    tokens_output          bigint not null default 0,
    tokens_reasoning       bigint not null default 0,
    cost_usd               numeric,
    cost_source            text not null default 'none',
    api_time_ms            bigint,
    time_to_first_token_ms bigint,
    started_at             timestamptz not null,
    finished_at            timestamptz,
    duration_ms            bigint,
    check (outcome in ('passed', 'failed', 'aborted', 'superseded', 'skipped'))
);
comment on table public.orchestrator_steps is 'One row an attempt: one call of an agent.';
comment on column public.orchestrator_steps.position is
    'Its place among the attempts and results of the run, in the order in which they began.';
comment on column public.orchestrator_steps.step is 'The id of the plan''s step; null for plan and replan.';
comment on column public.orchestrator_steps.parsed_result is 'The plan or the verdict that was read from the answer.';
comment on column public.orchestrator_steps.commands_run is 'Shell commands in order: command, ok, exit_code.';
comment on column public.orchestrator_steps.limit_fired is 'The timer or reason that made Assay stop the call.';
create index if not exists orchestrator_steps_run on public.orchestrator_steps (run_id, position);

-- No foreign keys here: they would be checked for every one of many rows. A run's events go with it by a trigger.
create table if not exists public.orchestrator_events (
    run_id      text not null,
    seq         bigint not null,
    part        integer not null,
    step_id     uuid,
    at          timestamptz not null,
    stream      text not null,
    type        text not null,
    tool        text,
    call_id     text,
    is_error    boolean,
    duration_ms bigint,
    event_data  jsonb not null,
    raw         bytea,
    primary key (run_id, seq, part),
    check (stream in ('stdout', 'stderr', 'assay'))
);
comment on table public.orchestrator_events is 'One row an event that a line of a run''s log gave.';
comment on column public.orchestrator_events.seq is 'The line''s number in events.jsonl.';
comment on column public.orchestrator_events.part is 'One line may give several events, from 0.';
comment on column public.orchestrator_events.step_id is 'The attempt: orchestrator_steps.id.';
comment on column public.orchestrator_events.tool is 'The tool''s own name, on a call and on its result.';
comment on column public.orchestrator_events.event_data is
    '{"type": T, T: {…}}; "sanitized": true where characters that jsonb refuses were replaced.';
comment on column public.orchestrator_events.raw is 'The line as it came, on part 0.';
create index if not exists orchestrator_events_step on public.orchestrator_events (step_id, seq);
create index if not exists orchestrator_events_tool
    on public.orchestrator_events (run_id, tool) where tool is not null;
create index if not exists orchestrator_events_call
    on public.orchestrator_events (run_id, call_id) where call_id is not null;
create index if not exists orchestrator_events_error on public.orchestrator_events (run_id, seq) where is_error;

create or replace function public.orchestrator_delete_events() returns trigger
    language plpgsql set search_path = '' as $$
begin
    delete from public.orchestrator_events where run_id = old.id;
    return old;
end $$;
create or replace trigger orchestrator_runs_delete_events
    before delete on public.orchestrator_runs
    for each row execute function public.orchestrator_delete_events();

create table if not exists public.orchestrator_results (
    run_id      text not null references public.orchestrator_runs on delete cascade,
    unique_id   text not null,
    parent_id   text not null,
    position    integer not null,
    depth       integer not null,
    leaf        boolean not null,
    type        text not null,
    name        text not null,
    layer       text,
    step        text,
    attempt     integer,
    phase       text,
    build_phase text,
    labels      jsonb not null default '{}',
    outcome     text not null,
    cause       text,
    message     text,
    assertions  integer not null default 0,
    deciding    boolean not null default false,
    notes       text[] not null default '{}',
    evidence    jsonb not null default '[]',
    artifacts   text[] not null default '{}',
    started_at  timestamptz not null,
    finished_at timestamptz not null,
    duration_ms bigint not null,
    primary key (run_id, unique_id),
    check (outcome in ('passed', 'failed', 'aborted', 'superseded', 'skipped'))
);
comment on table public.orchestrator_results is 'One row a node of a run''s tree, written when the node is over.';
comment on column public.orchestrator_results.position is
    'Its place among the attempts and results of the run, in the order in which they began.';
comment on column public.orchestrator_results.deciding is 'Whether the node enters the run''s outcome.';
comment on column public.orchestrator_results.evidence is 'What was seen: name, media_type, and text or path.';
create index if not exists orchestrator_results_run on public.orchestrator_results (run_id, position);

create table if not exists public.orchestrator_classifications (
    run_id         text not null references public.orchestrator_runs on delete cascade,
    step           text not null,
    classifier     text not null,
    class          text not null,
    reason         text not null,
    model          text,
    prompt_version text,
    created_at     timestamptz not null default now(),
    primary key (run_id, step, classifier),
    check (class in ('architectural', 'implementation', 'clean-pass', 'ambiguous')),
    check (classifier in ('rule', 'model', 'human'))
);
comment on table public.orchestrator_classifications is 'Why a step failed, by rule, by model or by a person.';

create table if not exists public.orchestrator_questions (
    id          uuid primary key default gen_random_uuid(),
    run_id      text references public.orchestrator_runs on delete cascade,
    task        text not null,
    question    text not null,
    answer      text,
    answered_by text,
    asked_at    timestamptz not null default now(),
    answered_at timestamptz
);
comment on table public.orchestrator_questions is 'What agents asked people.';

create table if not exists public.orchestrator_audit (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default now(),
    actor   text not null,
    action  text not null,
    subject text,
    detail  jsonb not null default '{}'
);
comment on table public.orchestrator_audit is 'Who changed what.';

-- Nobody but the owner reads or writes: row level security is on, and there is no policy.
alter table public.orchestrator_runs enable row level security;
alter table public.orchestrator_steps enable row level security;
alter table public.orchestrator_events enable row level security;
alter table public.orchestrator_results enable row level security;
alter table public.orchestrator_classifications enable row level security;
alter table public.orchestrator_questions enable row level security;
alter table public.orchestrator_audit enable row level security;

-- The views. Each counts in subqueries of its own, so that no join multiplies what it sums.

create or replace view public.orchestrator_run_summary with (security_invoker = true) as
select r.id as run_id,
       r.experiment,
       r.variant,
       r.repetition,
       r.source,
       r.target_kind,
       -- a run whose process died says "running" for ever; its heartbeat tells
       case when r.status = 'running' and coalesce(r.heartbeat_at, r.started_at) < now() - interval '1 minute'
            then 'interrupted' else r.status end as status,
       r.outcome,
       r.cause,
       r.message,
       r.partial,
       r.planner_tool,
       r.planner_model,
       r.implementer_tool,
       r.implementer_model,
       r.verifier_tool,
       r.verifier_model,
       coalesce(s.steps, 0) as steps,
       coalesce(s.attempts, 0) as attempts,
       coalesce(s.retries, 0) as retries,
       coalesce(n.checks, 0) as checks,
       coalesce(n.checks_passed, 0) as checks_passed,
       coalesce(n.checks_failed, 0) as checks_failed,
       coalesce(n.checks_aborted, 0) as checks_aborted,
       coalesce(n.checks_superseded, 0) as checks_superseded,
       coalesce(n.assertions, 0) as assertions,
       coalesce(e.events, 0) as events,
       coalesce(e.tool_calls, 0) as tool_calls,
       coalesce(e.tool_errors, 0) as tool_errors,
       r.tokens_input,
       r.tokens_cache_read,
       r.tokens_cache_write,
       r.tokens_output,
       r.tokens_reasoning,
       r.cost_usd,
       r.cost_source,
       r.started_at,
       r.finished_at,
       r.duration_ms
from public.orchestrator_runs r
left join lateral (
    select count(distinct step) as steps,
           count(*) as attempts,
           count(*) filter (where phase = 'implement' and attempt > 1) as retries
    from public.orchestrator_steps where run_id = r.id
) s on true
left join lateral (
    select count(*) as checks,
           count(*) filter (where outcome = 'passed') as checks_passed,
           count(*) filter (where outcome = 'failed') as checks_failed,
           count(*) filter (where outcome = 'aborted') as checks_aborted,
           count(*) filter (where outcome = 'superseded') as checks_superseded,
           sum(assertions) as assertions
    from public.orchestrator_results where run_id = r.id and type = 'check' and outcome <> 'skipped'
) n on true
left join lateral (
    select count(*) as events,
           count(*) filter (where type = 'tool_call') as tool_calls,
           count(*) filter (where type = 'tool_result' and is_error) as tool_errors
    from public.orchestrator_events where run_id = r.id
) e on true;

create or replace view public.orchestrator_errors with (security_invoker = true) as
-- said by the agent: what its stream reports as gone wrong, and the issues of its verdicts
select e.run_id,
       e.step_id,
       s.phase,
       s.step,
       s.build_phase,
       s.attempt,
       s.tool as agent,
       'PARSED_ERROR' as error_type,
       e.type as said_in,
       e.tool,
       coalesce(nullif(e.event_data #>> '{tool_result,output}', ''),
                nullif(e.event_data #>> '{turn_finished,text}', ''),
                e.event_data #>> '{turn_finished,reason}',
                e.event_data #>> '{permission_denied,reason}',
                e.event_data #>> '{api_retry,error_class}',
                e.type) as message,
       null::integer as exit_code,
       null::text as stderr_tail,
       null::jsonb as commands_run,
       e.seq,
       e.at
from public.orchestrator_events e
left join public.orchestrator_steps s on s.id = e.step_id
where e.is_error
union all
select s.run_id, s.id, s.phase, s.step, s.build_phase, s.attempt, s.tool, 'PARSED_ERROR', 'verdict', null,
       i.issue #>> '{}', null, null, null, null, coalesce(s.finished_at, s.started_at)
from public.orchestrator_steps s
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(s.parsed_result -> 'issues') = 'array' then s.parsed_result -> 'issues' else '[]' end
) as i (issue)
union all
-- the call itself: how its process ended
select s.run_id, s.id, s.phase, s.step, s.build_phase, s.attempt, s.tool, 'EXIT_ERROR', null, null,
       coalesce(nullif(s.message, ''), s.cause, s.ending), s.exit_code, s.stderr_tail, s.commands_run,
       null, coalesce(s.finished_at, s.started_at)
from public.orchestrator_steps s
where s.exit_code <> 0 or s.ending <> 'COMPLETED';

create or replace view public.orchestrator_tool_usage with (security_invoker = true) as
select u.run_id,
       r.experiment,
       r.variant,
       r.source,
       u.step_id,
       s.phase,
       s.step,
       s.build_phase,
       s.attempt,
       s.tool as agent,
       u.tool,
       u.calls,
       u.errors,
       u.duration_ms,
       u.first_at,
       u.last_at
from (
    select run_id,
           step_id,
           tool,
           count(*) filter (where type = 'tool_call') as calls,
           count(*) filter (where type = 'tool_result' and is_error) as errors,
           coalesce(sum(duration_ms) filter (where type = 'tool_result'), 0)::bigint as duration_ms,
           min(at) as first_at,
           max(at) as last_at
    from public.orchestrator_events
    where tool is not null and type in ('tool_call', 'tool_result')
    group by run_id, step_id, tool
) u
join public.orchestrator_runs r on r.id = u.run_id
left join public.orchestrator_steps s on s.id = u.step_id;

create or replace view public.orchestrator_commands with (security_invoker = true) as
select c.run_id,
       r.experiment,
       r.variant,
       c.step_id,
       s.phase,
       s.step,
       s.build_phase,
       s.attempt,
       s.tool as agent,
       c.seq,
       c.part,
       c.at,
       c.tool,
       c.event_data #>> '{tool_call,command}' as command,
       (o.event_data #>> '{tool_result,exit_code}')::integer as exit_code,
       not o.is_error as ok,
       o.duration_ms,
       o.event_data #>> '{tool_result,output}' as output
from public.orchestrator_events c
join public.orchestrator_runs r on r.id = c.run_id
left join public.orchestrator_steps s on s.id = c.step_id
left join lateral (
    -- the first answer to the call in the same attempt: there should be one, and there may be more
    select event_data, is_error, duration_ms
    from public.orchestrator_events
    where run_id = c.run_id and call_id = c.call_id and type = 'tool_result'
      and step_id is not distinct from c.step_id
    order by seq, part limit 1
) o on true
where c.type = 'tool_call' and c.tool is not null and c.event_data #>> '{tool_call,command}' is not null;

-- Runs whose agents and app were not fenced in: they could have read what no agent is shown.
alter table public.orchestrator_runs add column if not exists unisolated boolean not null default false;
comment on column public.orchestrator_runs.unisolated is
    'Agents and app saw all that the user can read. What was seen of it is among the warnings, as contract-exposed.';

-- Runs of a variant of which repetitions were left out, as what was asked of them was settled.
alter table public.orchestrator_runs add column if not exists curtailed text;
comment on column public.orchestrator_runs.curtailed is
    'Why further repetitions of the variant were left out (stop-early); no fair sample of a rate. Null where none were.';

-- Digests: what the pages over many runs need of a run, counted once when it ends, so that none reads all events.
-- They can be dropped and made again at any time, by: select public.orchestrator_digest(array_agg(id)) from orchestrator_runs;

create table if not exists public.orchestrator_digests (
    run_id            text primary key references public.orchestrator_runs on delete cascade,
    events            bigint not null,
    tool_calls        bigint not null,
    tool_errors       bigint not null,
    steps             integer not null,
    attempts          integer not null,
    retries           integer not null,
    commands          bigint not null,
    searches          bigint not null,
    pages             bigint not null,
    reads_before_edit bigint not null,
    self_corrections  bigint not null,
    verified          boolean
);
comment on table public.orchestrator_digests is 'One row a run that is over: sums over its events and attempts.';
comment on column public.orchestrator_digests.reads_before_edit is
    'Files and lists read in the attempts before the first of their edits.';
comment on column public.orchestrator_digests.self_corrections is
    'Failed tool calls after which the same attempt called the same tool again with success.';
comment on column public.orchestrator_digests.verified is
    'Whether the last verdict on each step was PROCEED; null where there was none.';

create table if not exists public.orchestrator_digest_tools (
    run_id      text not null references public.orchestrator_runs on delete cascade,
    agent       text not null,
    tool        text not null,
    canonical   text not null,
    calls       bigint not null,
    errors      bigint not null,
    duration_ms bigint not null,
    primary key (run_id, agent, tool)
);
comment on table public.orchestrator_digest_tools is 'How often a run''s agents called each tool.';

create table if not exists public.orchestrator_digest_reading (
    run_id      text not null references public.orchestrator_runs on delete cascade,
    step        text not null,
    kind        text not null,
    name        text not null,
    times       bigint not null,
    primary key (run_id, step, kind, name),
    check (kind in ('page', 'search', 'skill', 'doc'))
);
comment on table public.orchestrator_digest_reading is
    'What a run''s agents read and looked for at a step: pages, searches, skills, and Markdown files of the project.';

create table if not exists public.orchestrator_digest_failures (
    run_id      text not null references public.orchestrator_runs on delete cascade,
    number      integer not null,
    kind        text not null,
    place       text not null,
    build_phase text not null,
    step        text not null,
    signature   text not null,
    message     text not null,
    times       bigint not null,
    primary key (run_id, number),
    check (kind in ('check', 'verdict', 'tool', 'call'))
);
comment on table public.orchestrator_digest_failures is
    'What failed in a run, alike ones together: checks, issues of verdicts, tool calls, and calls of agents.';
comment on column public.orchestrator_digest_failures.place is 'The check''s layer and name, the tool, or the phase.';
create index if not exists orchestrator_digest_failures_signature
    on public.orchestrator_digest_failures (kind, signature);

create table if not exists public.orchestrator_digest_recoveries (
    run_id    text not null references public.orchestrator_runs on delete cascade,
    number    integer not null,
    step      text not null,
    action    text not null,
    recovered boolean,
    cost_usd  numeric,
    searches  bigint not null,
    pages     bigint not null,
    primary key (run_id, number)
);
comment on table public.orchestrator_digest_recoveries is
    'What was done about a step that was not well, and whether the next attempt was.';
comment on column public.orchestrator_digest_recoveries.recovered is 'Null where the world failed before it was seen.';

alter table public.orchestrator_digests enable row level security;
alter table public.orchestrator_digest_tools enable row level security;
alter table public.orchestrator_digest_reading enable row level security;
alter table public.orchestrator_digest_failures enable row level security;
alter table public.orchestrator_digest_recoveries enable row level security;

-- A message without what differs from run to run, so that alike ones count as one.
create or replace function public.orchestrator_signature(message text) returns text
    language sql immutable parallel safe set search_path = '' as $$
    with said as (
        -- colours go; of many lines, the first that speaks of an error
        select regexp_replace(left(coalesce(message, ''), 20000), '\x1b\[[0-9;?]*[A-Za-z]', '', 'g') as whole
    ), line as (
        select coalesce(
            substring(whole from '(?in)^.*(?:error|fail|cannot|can''t|denied|not found|no such|exception|expected|missing|refused|invalid).*$'),
            substring(whole from '(?n)^.*\S.*$'), '') as whole from said
    )
    select left(trim(
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            left(whole, 1000),
            '[a-z][a-z0-9+.-]*://[^\s"''`<>)\]]+', '<url>', 'gi'),
            '"[^"]*"|`[^`]*`|''[^'']*''|“[^”]*”', '<value>', 'g'),
            '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '<id>', 'gi'),
            '(?:[A-Za-z]:)?(?:[\w.@~-]*/)+[\w.@-]+(?::\d+)*|\m[\w-]+\.(?:tsx?|jsx?|mjs|cjs|sql|json|md|ya?ml|toml|html|css)\M(?::\d+)*',
            '<path>', 'g'),
            '\m(?=[0-9a-f]*\d)[0-9a-f]{8,}\M', '<id>', 'gi'),
            '\m\d+(?:[.,:]\d+)*(?:ms|s|kb|mb)?\M', '<n>', 'gi'),
            '\s+', ' ', 'g')), 200)
    from line
$$;
revoke execute on function public.orchestrator_signature(text) from public;

create or replace function public.orchestrator_digest(runs text[]) returns void
    language plpgsql set search_path = '' as $$
begin
    delete from public.orchestrator_digests where run_id = any (runs);
    delete from public.orchestrator_digest_tools where run_id = any (runs);
    delete from public.orchestrator_digest_reading where run_id = any (runs);
    delete from public.orchestrator_digest_failures where run_id = any (runs);
    delete from public.orchestrator_digest_recoveries where run_id = any (runs);

    insert into public.orchestrator_digest_tools
    select e.run_id, coalesce(s.tool, 'assay'), e.tool,
           coalesce(max(e.event_data #>> '{tool_call,canonical}'), 'unknown'),
           count(*) filter (where e.type = 'tool_call'),
           count(*) filter (where e.type = 'tool_result' and e.is_error),
           coalesce(sum(e.duration_ms) filter (where e.type = 'tool_result'), 0)::bigint
    from public.orchestrator_events e
    left join public.orchestrator_steps s on s.id = e.step_id
    where e.run_id = any (runs) and e.tool is not null and e.type in ('tool_call', 'tool_result')
    group by 1, 2, 3;

    insert into public.orchestrator_digest_reading
    select c.run_id, coalesce(s.step, ''), c.kind, left(c.name, 500), count(*)
    from (
        select e.run_id, e.step_id,
               case e.event_data #>> '{tool_call,canonical}'
                   when 'web_fetch' then 'page' when 'web_search' then 'search' when 'skill' then 'skill'
                   else case when e.event_data #>> '{tool_call,path}' ~ 'skills/' then 'skill' else 'doc' end
               end as kind,
               case e.event_data #>> '{tool_call,canonical}'
                   when 'web_fetch' then e.event_data #>> '{tool_call,url}'
                   when 'web_search' then coalesce(e.event_data #>> '{tool_call,input,query}',
                                                   e.event_data #>> '{tool_call,input,q}')
                   when 'skill' then e.event_data #>> '{tool_call,skill}'
                   -- the workspace's own place differs from run to run
                   else regexp_replace(e.event_data #>> '{tool_call,path}', '^.*/(?=[^/]+/[^/]+$)', '')
               end as name
        from public.orchestrator_events e
        where e.run_id = any (runs) and e.type = 'tool_call'
          and (e.event_data #>> '{tool_call,canonical}' in ('web_fetch', 'web_search', 'skill')
               or e.event_data #>> '{tool_call,canonical}' = 'file_read'
                  and e.event_data #>> '{tool_call,path}' ~* '\.mdx?$')
    ) c
    left join public.orchestrator_steps s on s.id = c.step_id
    where c.name <> ''
    group by 1, 2, 3, 4;

    insert into public.orchestrator_digest_failures
    select f.run_id, row_number() over (partition by f.run_id order by min(f.at), f.kind, f.place, f.signature),
           f.kind, f.place, f.build_phase, f.step, f.signature, left(min(f.message), 500), sum(f.times)
    from (
        select r.run_id, 'check' as kind,
               concat_ws(': ', r.layer, r.name) as place,
               coalesce(r.build_phase, case when r.deciding then 'evaluation' else r.layer end, '') as build_phase,
               coalesce(r.step, '') as step,
               public.orchestrator_signature(r.message) as signature,
               coalesce(r.message, '') as message, 1 as times, r.started_at as at
        from public.orchestrator_results r
        where r.run_id = any (runs) and r.type = 'check' and r.leaf and r.outcome in ('failed', 'superseded')
        union all
        select s.run_id, 'verdict', 'verify', coalesce(s.build_phase, ''), coalesce(s.step, ''),
               public.orchestrator_signature(i.issue #>> '{}'), coalesce(i.issue #>> '{}', ''), 1, s.started_at
        from public.orchestrator_steps s
        cross join lateral jsonb_array_elements(
            case when s.phase = 'verify' and jsonb_typeof(s.parsed_result -> 'issues') = 'array'
                 then s.parsed_result -> 'issues' else '[]' end
        ) as i (issue)
        where s.run_id = any (runs)
        union all
        select e.run_id, 'tool', coalesce(e.tool, ''), coalesce(s.build_phase, s.phase, ''), coalesce(s.step, ''),
               public.orchestrator_signature(e.event_data #>> '{tool_result,output}'),
               coalesce(e.event_data #>> '{tool_result,output}', ''), 1, e.at
        from public.orchestrator_events e
        left join public.orchestrator_steps s on s.id = e.step_id
        where e.run_id = any (runs) and e.is_error and e.type = 'tool_result'
        union all
        select s.run_id, 'call', s.phase, coalesce(s.build_phase, s.phase), coalesce(s.step, ''),
               public.orchestrator_signature(coalesce(nullif(s.message, ''), s.cause, s.ending)),
               coalesce(nullif(s.message, ''), s.cause, s.ending, ''), 1, s.started_at
        from public.orchestrator_steps s
        where s.run_id = any (runs) and s.ending <> 'COMPLETED'
    ) f
    group by f.run_id, f.kind, f.place, f.build_phase, f.step, f.signature;

    insert into public.orchestrator_digest_recoveries
    with verdicts as (
        select run_id, step, position, parsed_result ->> 'recommendation' as said,
               lead(position) over later as next_position,
               lead(parsed_result ->> 'recommendation') over later as next_said,
               max(position) filter (where phase = 'implement') over (partition by run_id, step) as last_implement
        from public.orchestrator_steps
        where run_id = any (runs) and step is not null
          and (phase = 'implement' or phase = 'verify' and parsed_result ->> 'recommendation' is not null)
        window later as (partition by run_id, step, phase = 'verify' order by position)
    ), taken as (
        select v.run_id, v.step, v.position, coalesce(v.next_position, 2147483647) as until,
               case when v.said = 'PROCEED' then 'CHECKS' else v.said end as action,
               case when v.next_position is null then null
                    else v.next_said = 'PROCEED' and v.last_implement < v.next_position end as recovered
        from verdicts v
        where v.said is not null and v.position < v.last_implement
        union all
        -- a fix of the finished app: what follows is the next round of its layer
        select r.run_id, r.layer, r.position,
               coalesce((select min(n.position) from public.orchestrator_results n
                         where n.run_id = r.run_id and n.layer = r.layer and n.type = 'check' and not n.deciding
                           and n.position > r.position), 2147483647),
               'FIX',
               (select bool_and(n.outcome = 'passed') from public.orchestrator_results n
                where n.run_id = r.run_id and n.layer = r.layer and n.type = 'check' and not n.deciding
                  and n.outcome in ('passed', 'failed', 'superseded')
                  and n.attempt = 1 + substring(r.unique_id from 'fix-(\d{1,6})\]$')::integer)
        from public.orchestrator_results r
        where r.run_id = any (runs) and r.type = 'call' and r.phase = 'fix' and r.layer is not null
    )
    select t.run_id, row_number() over (partition by t.run_id order by t.position), t.step, t.action, t.recovered,
           s.cost_usd, coalesce(l.searches, 0), coalesce(l.pages, 0)
    from taken t
    left join lateral (
        select sum(a.cost_usd) as cost_usd, array_agg(a.id) as ids
        from public.orchestrator_steps a
        where a.run_id = t.run_id and a.position > t.position and a.position <= t.until
          and (a.step = t.step or t.action = 'FIX' and a.phase = 'fix')
    ) s on true
    left join lateral (
        select count(*) filter (where e.event_data #>> '{tool_call,canonical}' = 'web_search') as searches,
               count(*) filter (where e.event_data #>> '{tool_call,canonical}' = 'web_fetch') as pages
        from public.orchestrator_events e
        where e.run_id = t.run_id and e.step_id = any (s.ids) and e.type = 'tool_call'
    ) l on t.action = 'WEB_SEARCH';

    insert into public.orchestrator_digests
    select r.id, coalesce(e.events, 0), coalesce(e.tool_calls, 0), coalesce(e.tool_errors, 0),
           coalesce(s.steps, 0), coalesce(s.attempts, 0), coalesce(s.retries, 0), coalesce(e.commands, 0),
           coalesce(e.searches, 0), coalesce(e.pages, 0), coalesce(e.reads_before_edit, 0),
           coalesce(e.self_corrections, 0), v.verified
    from public.orchestrator_runs r
    left join (
        select run_id,
               count(*) as events,
               count(*) filter (where type = 'tool_call') as tool_calls,
               count(*) filter (where type = 'tool_result' and is_error) as tool_errors,
               count(*) filter (where canonical = 'shell') as commands,
               count(*) filter (where canonical = 'web_search') as searches,
               count(*) filter (where canonical = 'web_fetch') as pages,
               count(*) filter (where canonical in ('file_read', 'glob', 'grep', 'list_dir') and not edited)
                   as reads_before_edit,
               count(*) filter (where type = 'tool_result' and is_error and next_error is false) as self_corrections
        from (
            select run_id, type, is_error, canonical,
                   count(*) filter (where canonical in ('file_write', 'file_edit'))
                       over (partition by run_id, step_id order by seq, part) > 0 as edited,
                   -- only results follow results
                   lead(coalesce(is_error, false)) over
                       (partition by run_id, step_id, type, tool order by seq, part) as next_error
            from (select run_id, step_id, seq, part, type, tool, is_error,
                         event_data #>> '{tool_call,canonical}' as canonical
                  from public.orchestrator_events where run_id = any (runs)) as plain
        ) as ordered
        group by run_id
    ) e on e.run_id = r.id
    left join (
        select run_id, count(distinct step) as steps, count(*) as attempts,
               count(*) filter (where phase = 'implement' and attempt > 1) as retries
        from public.orchestrator_steps where run_id = any (runs) group by run_id
    ) s on s.run_id = r.id
    left join (
        select run_id, bool_and(said = 'PROCEED') as verified
        from (
            select distinct on (run_id, step) run_id, parsed_result ->> 'recommendation' as said
            from public.orchestrator_steps
            where run_id = any (runs) and phase = 'verify' and parsed_result ->> 'recommendation' is not null
            order by run_id, step, position desc
        ) as last
        group by run_id
    ) v on v.run_id = r.id
    where r.id = any (runs) and r.status <> 'running';
end $$;
revoke execute on function public.orchestrator_digest(text[]) from public;

create or replace function public.orchestrator_digest_ended() returns trigger
    language plpgsql set search_path = '' as $$
declare
    ended text[];
begin
    select array_agg(id) into ended from changed where status <> 'running';
    if ended is not null then
        begin
            perform public.orchestrator_digest(ended);
        exception when others then
            -- the run itself must be stored whatever its events hold; the pages say how many have no digest
            raise warning 'no digest of %: %', ended, sqlerrm;
        end;
    end if;
    return null;
end $$;
revoke execute on function public.orchestrator_digest_ended() from public;
create or replace trigger orchestrator_runs_digest_inserted
    after insert on public.orchestrator_runs referencing new table as changed
    for each statement execute function public.orchestrator_digest_ended();
create or replace trigger orchestrator_runs_digest_updated
    after update on public.orchestrator_runs referencing new table as changed
    for each statement execute function public.orchestrator_digest_ended();

-- runs that ended before there were digests
select public.orchestrator_digest(array_agg(r.id))
from public.orchestrator_runs r
where r.status <> 'running' and not exists (select from public.orchestrator_digests d where d.run_id = r.id)
having count(*) > 0;
