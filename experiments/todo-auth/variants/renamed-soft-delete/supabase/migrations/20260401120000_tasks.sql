-- Tasks are marked as deleted by the app, so that a deletion can be taken back.
create table public.tasks (
  task_id uuid primary key default gen_random_uuid(),
  created_by uuid not null default auth.uid() references auth.users on delete cascade,
  label varchar(500) not null,
  completed_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null default now()
);

create index tasks_live_idx on public.tasks (created_by, created_at) where deleted_at is null;

alter table public.tasks enable row level security;
alter table public.tasks force row level security;

revoke all on public.tasks from anon, authenticated;
grant select, insert, update, delete on public.tasks to authenticated;
