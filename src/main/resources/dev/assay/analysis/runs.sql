with asked as materialized (
    select a, a ->> 'source' as source from (select ?::jsonb as a) as given
), runs as materialized (
    select r.id, r.experiment, r.variant, r.repetition, r.source, r.outcome, r.cause, r.fingerprints, r.cost_usd,
           r.duration_ms, r.started_at, r.tokens_input + r.tokens_cache_read + r.tokens_cache_write + r.tokens_output as tokens,
           r.implementer_tool,
           r.status = 'finished' and not r.partial and r.curtailed is null and r.outcome is not null as counts
    from orchestrator_runs r, asked
    where (asked.source = 'all' or r.source = asked.source)
      and r.status <> 'running'
      and (a ->> 'experiment' is null or r.experiment like (a ->> 'experiment'))
      and (a ->> 'variant' is null or r.variant like (a ->> 'variant'))
      and (a ->> 'skills' is null or coalesce(r.skills_mode, 'none') like (a ->> 'skills'))
      and (a ->> 'run' is null or r.id like (a ->> 'run'))
      and (a ->> 'planner' is null or r.planner_tool like (a ->> 'planner')
           or concat_ws('/', r.planner_tool, r.planner_model) like (a ->> 'planner'))
      and (a ->> 'implementer' is null or r.implementer_tool like (a ->> 'implementer')
           or concat_ws('/', r.implementer_tool, r.implementer_model) like (a ->> 'implementer'))
      and (a ->> 'verifier' is null or r.verifier_tool like (a ->> 'verifier')
           or concat_ws('/', r.verifier_tool, r.verifier_model) like (a ->> 'verifier'))
)
