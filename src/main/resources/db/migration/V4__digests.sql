
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
