create table public.todos (
  id bigint generated always as identity primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null check (length(title) <= 200),
  is_done boolean not null default false
);

alter table public.todos enable row level security;

grant select, insert, update, delete on public.todos to authenticated;

create policy select_own on public.todos for select using (auth.uid() = user_id);
create policy insert_own on public.todos for insert with check (auth.uid() = user_id);
create policy update_own on public.todos for update using (auth.uid() = user_id) with check (auth.uid() = user_id);
create policy delete_own on public.todos for delete using (auth.uid() = user_id);
