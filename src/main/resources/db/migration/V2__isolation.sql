
-- Runs whose agents and app were not fenced in: they could have read what no agent is shown.
alter table public.orchestrator_runs add column if not exists unisolated boolean not null default false;
comment on column public.orchestrator_runs.unisolated is
    'Agents and app saw all that the user can read. What was seen of it is among the warnings, as contract-exposed.';
