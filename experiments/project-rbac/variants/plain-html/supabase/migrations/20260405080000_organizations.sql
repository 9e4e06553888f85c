-- Organizations with members in text roles; tasks carry the organization themselves.
create table public.organizations (
  id bigint generated always as identity primary key,
  title text not null
);

create table public.organization_members (
  id bigint generated always as identity primary key,
  organization_id bigint not null references public.organizations on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  role text not null default 'viewer' check (role in ('viewer', 'member', 'admin')),
  unique (organization_id, user_id)
);

create table public.projects (
  id bigint generated always as identity primary key,
  organization_id bigint not null references public.organizations on delete cascade,
  title text not null check (title <> ''),
  created_by uuid default auth.uid() references auth.users on delete set null
);

create table public.tasks (
  id bigint generated always as identity primary key,
  organization_id bigint not null references public.organizations on delete cascade,
  project_id bigint not null references public.projects on delete cascade,
  title text not null check (title <> ''),
  state text not null default 'open' check (state in ('open', 'closed'))
);

-- The organizations in which the caller has one of these roles.
create function public.my_organizations(variadic roles text[]) returns setof bigint
  language sql stable security definer set search_path = ''
  as $$ select organization_id from public.organization_members
        where user_id = auth.uid() and role = any (roles) $$;
revoke execute on function public.my_organizations(text[]) from public, anon;
grant execute on function public.my_organizations(text[]) to authenticated;

do $$
declare name text;
begin
  foreach name in array array['organizations', 'organization_members', 'projects', 'tasks'] loop
    execute format('alter table public.%I enable row level security', name);
    execute format('revoke all on public.%I from anon', name);
  end loop;
end $$;

create policy read on public.organizations for select to authenticated
  using (id in (select public.my_organizations('viewer', 'member', 'admin')));

create policy read on public.organization_members for select to authenticated
  using (organization_id in (select public.my_organizations('viewer', 'member', 'admin')));
create policy manage on public.organization_members for all to authenticated
  using (organization_id in (select public.my_organizations('admin')))
  with check (organization_id in (select public.my_organizations('admin')));

create policy read on public.projects for select to authenticated
  using (organization_id in (select public.my_organizations('viewer', 'member', 'admin')));
create policy write on public.projects for insert to authenticated
  with check (organization_id in (select public.my_organizations('member', 'admin')));
create policy change on public.projects for update to authenticated
  using (organization_id in (select public.my_organizations('member', 'admin')));
create policy remove on public.projects for delete to authenticated
  using (organization_id in (select public.my_organizations('admin')));

create policy read on public.tasks for select to authenticated
  using (organization_id in (select public.my_organizations('viewer', 'member', 'admin')));
create policy write on public.tasks for insert to authenticated
  with check (organization_id in (select public.my_organizations('member', 'admin')));
create policy change on public.tasks for update to authenticated
  using (organization_id in (select public.my_organizations('member', 'admin')));
create policy remove on public.tasks for delete to authenticated
  using (organization_id in (select public.my_organizations('admin')));

create function public.start_organization() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
  declare fresh bigint;
  begin
    insert into public.organizations (title) values ('Home of ' || coalesce(new.email, 'somebody')) returning id into fresh;
    insert into public.organization_members (organization_id, user_id, role) values (fresh, new.id, 'admin');
    return new;
  end $$;
create trigger start_organization after insert on auth.users
  for each row execute function public.start_organization();
