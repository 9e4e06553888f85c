-- What the caller is in a group: nothing, viewer, member or admin.
create function public.my_role(in_group uuid) returns text
  language plpgsql stable security definer set search_path = '' as $$
begin
  return (select member_role from public.group_members where group_id = in_group and user_id = auth.uid());
end $$;
revoke execute on function public.my_role(uuid) from public, anon;
grant execute on function public.my_role(uuid) to authenticated;

alter table public.profiles enable row level security;
alter table public.groups enable row level security;
alter table public.group_members enable row level security;
alter table public.projects enable row level security;
alter table public.tasks enable row level security;

-- One's own profile, and those of people whom one shares a group with.
create policy "profiles: acquainted" on public.profiles for select to authenticated
  using (id = auth.uid() or exists (
    select 1 from public.group_members m where m.user_id = profiles.id and public.my_role(m.group_id) is not null));

create policy "groups: own" on public.groups for select to authenticated
  using (founded_by = auth.uid() or public.my_role(group_id) is not null);

create policy "members: read" on public.group_members for select to authenticated
  using (public.my_role(group_id) is not null);
create policy "members: run by admins" on public.group_members for all to authenticated
  using (public.my_role(group_id) = 'admin') with check (public.my_role(group_id) = 'admin');

create policy "projects: read" on public.projects for select to authenticated
  using (public.my_role(group_id) in ('viewer', 'member', 'admin'));
create policy "projects: add" on public.projects for insert to authenticated
  with check (public.my_role(group_id) in ('member', 'admin'));
create policy "projects: change" on public.projects for update to authenticated
  using (public.my_role(group_id) in ('member', 'admin')) with check (public.my_role(group_id) in ('member', 'admin'));
create policy "projects: delete" on public.projects for delete to authenticated
  using (public.my_role(group_id) = 'admin');

create policy "tasks: read" on public.tasks for select to authenticated
  using ((select public.my_role(p.group_id) from public.projects p where p.project_id = tasks.project_id) is not null);
create policy "tasks: add" on public.tasks for insert to authenticated
  with check ((select public.my_role(p.group_id) from public.projects p where p.project_id = tasks.project_id)
    in ('member', 'admin'));
create policy "tasks: change" on public.tasks for update to authenticated
  using ((select public.my_role(p.group_id) from public.projects p where p.project_id = tasks.project_id)
    in ('member', 'admin'));
create policy "tasks: delete" on public.tasks for delete to authenticated
  using ((select public.my_role(p.group_id) from public.projects p where p.project_id = tasks.project_id) = 'admin');

create function public.welcome() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  own uuid;
begin
  insert into public.profiles values (new.id, split_part(coalesce(new.email, 'guest'), '@', 1));
  insert into public.groups (group_name, founded_by) values ('Just me', new.id) returning group_id into own;
  insert into public.group_members values (own, new.id, 'admin');
  return new;
end $$;
revoke execute on function public.welcome() from public, anon, authenticated;
create trigger welcome after insert on auth.users for each row execute function public.welcome();
