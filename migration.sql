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
