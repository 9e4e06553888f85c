create schema internal;
create type public.workspace_role as enum ('admin', 'member', 'viewer');

create table public.workspaces (
  workspace_id uuid primary key default gen_random_uuid(),
  label text not null default 'My workspace'
);
create table public.workspace_members (
  workspace_id uuid references public.workspaces on delete cascade,
  user_id uuid references auth.users on delete cascade,
  role public.workspace_role not null,
  primary key (user_id, workspace_id)
);
create table public.projects (
  project_id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces on delete cascade,
  heading varchar(150) not null
);
create table public.tasks (
  task_id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects on delete cascade,
  body text not null,
  finished_at timestamptz
);

alter table public.workspaces enable row level security;
alter table public.workspace_members enable row level security;
alter table public.projects enable row level security;
alter table public.tasks enable row level security;

-- At least this role: an admin is also a member, and a member is also a viewer. The enum is in that order.
create function internal.is_at_least(minimum public.workspace_role, wanted uuid) returns boolean
  language sql stable security definer set search_path = ''
  as $$ select exists (select from public.workspace_members m
                       where m.workspace_id = wanted and m.user_id = (select auth.uid()) and m.role <= minimum) $$;
grant usage on schema internal to authenticated;

create policy "workspace: see" on public.workspaces for select to authenticated
  using (internal.is_at_least('viewer', workspace_id));
create policy "workspace: rename" on public.workspaces for update to authenticated
  using (internal.is_at_least('admin', workspace_id));

create policy "members: see" on public.workspace_members for select to authenticated
  using (internal.is_at_least('viewer', workspace_id));
create policy "members: add" on public.workspace_members for insert to authenticated
  with check (internal.is_at_least('admin', workspace_id));
create policy "members: change" on public.workspace_members for update to authenticated
  using (internal.is_at_least('admin', workspace_id));
create policy "members: remove" on public.workspace_members for delete to authenticated
  using (internal.is_at_least('admin', workspace_id));

create policy "projects: see" on public.projects for select to authenticated
  using (internal.is_at_least('viewer', workspace_id));
create policy "projects: add" on public.projects for insert to authenticated
  with check (internal.is_at_least('member', workspace_id));
create policy "projects: change" on public.projects for update to authenticated
  using (internal.is_at_least('member', workspace_id));
create policy "projects: remove" on public.projects for delete to authenticated
  using (internal.is_at_least('admin', workspace_id));

-- A task goes by its project, which the policies of projects let through.
create policy "tasks: see" on public.tasks for select to authenticated
  using (exists (select from public.projects p where p.project_id = tasks.project_id));
create policy "tasks: add" on public.tasks for insert to authenticated
  with check (exists (select from public.projects p
                      where p.project_id = tasks.project_id and internal.is_at_least('member', p.workspace_id)));
create policy "tasks: change" on public.tasks for update to authenticated
  using (exists (select from public.projects p
                 where p.project_id = tasks.project_id and internal.is_at_least('member', p.workspace_id)));
create policy "tasks: remove" on public.tasks for delete to authenticated
  using (exists (select from public.projects p
                 where p.project_id = tasks.project_id and internal.is_at_least('admin', p.workspace_id)));

create function internal.first_workspace() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
  declare fresh uuid := gen_random_uuid();
  begin
    insert into public.workspaces (workspace_id) values (fresh);
    insert into public.workspace_members values (fresh, new.id, 'admin');
    return null;
  end $$;
create trigger first_workspace after insert on auth.users
  for each row execute function internal.first_workspace();
