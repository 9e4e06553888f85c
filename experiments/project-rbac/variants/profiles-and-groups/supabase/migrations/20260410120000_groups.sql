-- Everybody has a profile; members of a group point to it.
create table public.profiles (
  id uuid primary key references auth.users on delete cascade,
  display_name text not null
);

create table public.groups (
  group_id uuid primary key default gen_random_uuid(),
  group_name text not null,
  founded_by uuid not null default auth.uid() references public.profiles on delete cascade
);

create table public.group_members (
  group_id uuid not null references public.groups on delete cascade,
  user_id uuid not null references public.profiles on delete cascade,
  member_role text not null constraint known_role check (member_role in ('viewer', 'member', 'admin')),
  constraint one_role_each unique (group_id, user_id)
);

create table public.projects (
  project_id bigserial primary key,
  group_id uuid not null references public.groups on delete cascade,
  project_name text not null,
  archived_at timestamptz
);

create table public.tasks (
  task_id bigserial primary key,
  project_id bigint not null references public.projects on delete cascade,
  what text not null,
  assigned_to uuid references public.profiles on delete set null,
  is_done boolean not null default false
);

revoke all on all tables in schema public from anon, authenticated;
grant select on public.profiles, public.groups to authenticated;
grant select, insert, update, delete on public.group_members, public.projects, public.tasks to authenticated;
grant usage on all sequences in schema public to authenticated;
