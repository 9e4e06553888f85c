-- name: runs
select r.*, d.commands, d.reads_before_edit, d.retries, d.self_corrections, d.tool_errors, d.verified,
       d.run_id is not null as digested, v.versions
from runs r
left join orchestrator_digests d on d.run_id = r.id
left join (
    select run_id, jsonb_object_agg(tool, version) as versions
    from (select run_id, tool, string_agg(distinct cli_version, '+' order by cli_version) as version
          from orchestrator_steps where cli_version is not null and tool <> 'assay' and run_id in (select id from runs)
          group by run_id, tool) as one
    group by run_id
) v on v.run_id = r.id
order by r.started_at, r.id

-- name: left-out
select r.source, count(*) as count
from orchestrator_runs r, asked
where r.source <> asked.source and asked.source <> 'all'
group by r.source order by r.source

-- name: totals
select count(*) as runs, count(distinct experiment) as experiments, count(distinct variant) as variants,
       count(*) filter (where counts) as counted, count(*) filter (where counts and outcome = 'passed') as passed,
       count(*) filter (where counts and outcome in ('passed', 'failed')) as scored,
       count(*) - (select count(*) from orchestrator_digests where run_id in (select id from runs)) as undigested
from runs

-- name: gaps
select f.kind, f.signature, (array_agg(f.message order by r.id, f.number))[1] as example,
       array_agg(distinct f.build_phase) as build_phases, array_agg(distinct r.experiment) as experiments,
       array_agg(distinct r.variant) as variants, count(distinct r.id) as runs, sum(f.times) as times,
       min(r.id) as example_run, mode() within group (order by f.place) as place
from runs r
join orchestrator_digest_failures f on f.run_id = r.id
group by f.kind, f.signature
order by f.kind, runs desc, f.signature

-- name: tasks
select r.experiment, f.build_phase, f.place, f.signature, count(distinct r.id) as runs,
       max(n.runs) as of_runs
from runs r
join orchestrator_digest_failures f on f.run_id = r.id and f.kind = 'check'
join (select experiment, count(*) as runs from runs group by experiment) n on n.experiment = r.experiment
group by 1, 2, 3, 4
order by count(distinct r.id)::float / max(n.runs) desc, runs desc, 1, 2, 3, 4
limit 10

-- name: reading-before
select f.signature, d.kind, d.name, count(distinct r.id) as runs
from runs r
join orchestrator_digest_failures f on f.run_id = r.id and f.kind = 'check'
join orchestrator_digest_reading d on d.run_id = r.id and (d.step = f.step or f.step = '') and d.kind <> 'search'
group by 1, 2, 3
order by 1, runs desc, 3

-- name: heat
select f.build_phase, f.kind, r.variant, count(distinct r.id) as runs
from runs r
join orchestrator_digest_failures f on f.run_id = r.id
group by 1, 2, 3

-- name: recoveries
select c.action, count(*) as total, count(c.recovered) as scored, count(*) filter (where c.recovered) as recovered,
       sum(c.cost_usd) as cost_usd, sum(c.searches) as searches, sum(c.pages) as pages
from runs r
join orchestrator_digest_recoveries c on c.run_id = r.id
group by c.action order by c.action

-- name: corrections
select r.variant, sum(d.self_corrections) as corrected, sum(d.tool_errors) as errors
from runs r
join orchestrator_digests d on d.run_id = r.id
group by r.variant order by r.variant

-- name: verifier
select v.variant, d.verified, v.outcome, count(*) as runs
from runs v
join orchestrator_digests d on d.run_id = v.id
where v.counts and v.outcome in ('passed', 'failed') and d.verified is not null
group by 1, 2, 3 order by 1, 2, 3

-- name: verdicts
select v.parsed_result ->> 'recommendation' = 'PROCEED' as proceed, c.clean, count(*) as attempts
from runs r
join orchestrator_steps v on v.run_id = r.id and v.phase = 'verify' and v.parsed_result ->> 'recommendation' is not null
join (
    select run_id, step, attempt, bool_and(outcome = 'passed') as clean
    from orchestrator_results
    where type = 'check' and step is not null and attempt is not null and outcome in ('passed', 'failed', 'superseded')
      and run_id in (select id from runs)
    group by 1, 2, 3
) c on c.run_id = v.run_id and c.step = v.step and c.attempt = v.attempt
group by 1, 2

-- name: tools
select t.agent, t.tool, max(t.canonical) as canonical, count(*) as runs, sum(t.calls) as calls, sum(t.errors) as errors,
       sum(t.duration_ms) as duration_ms
from runs r
join orchestrator_digest_tools t on t.run_id = r.id
group by 1, 2
order by calls desc, 1, 2

-- name: reading
select d.kind, d.name, count(distinct r.id) as runs, sum(d.times) as times,
       count(distinct r.id) filter (where r.counts and r.outcome = 'passed') as passed,
       count(distinct r.id) filter (where r.counts and r.outcome in ('passed', 'failed')) as scored
from runs r
join orchestrator_digest_reading d on d.run_id = r.id
group by 1, 2
order by d.kind, runs desc, d.name
