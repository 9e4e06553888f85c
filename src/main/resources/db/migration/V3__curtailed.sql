
-- Runs of a variant of which repetitions were left out, as what was asked of them was settled.
alter table public.orchestrator_runs add column if not exists curtailed text;
comment on column public.orchestrator_runs.curtailed is
    'Why further repetitions of the variant were left out (stop-early); no fair sample of a rate. Null where none were.';
