-- name: summary
select s.*, d.commands, d.searches, d.pages, d.reads_before_edit, d.self_corrections, d.verified
from orchestrator_run_summary s
left join orchestrator_digests d on d.run_id = s.run_id
where s.run_id = ?

-- name: failures
select * from orchestrator_digest_failures where run_id = ? order by number

-- name: recoveries
select * from orchestrator_digest_recoveries where run_id = ? order by number

-- name: tools
select t.*, r.duration_ms as run_ms from orchestrator_digest_tools t join orchestrator_runs r on r.id = t.run_id
where t.run_id = ? order by t.calls desc, t.agent, t.tool

-- name: reading
select kind, name, sum(times) as times, array_agg(distinct step) as steps
from orchestrator_digest_reading where run_id = ? group by 1, 2 order by 1, 3 desc, 2

-- name: attempts
select s.id, s.position, s.phase, s.step, s.title, s.build_phase, s.attempt, s.tool, s.model, s.outcome, s.cause, s.ending,
       s.parsed_result, s.cost_usd, s.started_at, s.duration_ms, s.tokens_input + s.tokens_output as tokens,
       extract(epoch from s.started_at - r.started_at) * 1000 as offset_ms, r.duration_ms as run_ms
from orchestrator_steps s join orchestrator_runs r on r.id = s.run_id
where s.run_id = ? order by s.position

-- name: checks
select position, layer, name, outcome, cause, message, deciding, step, attempt, build_phase, duration_ms
from orchestrator_results where run_id = ? and type = 'check' order by position

-- name: classes
select step, classifier, class, reason, model, prompt_version from orchestrator_classifications where run_id = ?
order by step, classifier

-- name: call
select s.prompt, s.answer, s.diff, s.stderr_tail, s.message, s.parsed_result from orchestrator_steps s where s.id = ?::uuid

-- name: events
select seq, part, at, type, tool, is_error, duration_ms, event_data
from orchestrator_events where step_id = ?::uuid order by seq, part limit 2000
