-- What is marked as deleted stays readable for its owner: a row that its own update hides could not be updated.
create policy "own tasks: read" on public.tasks for select to authenticated
  using (created_by = (select auth.uid()));

create policy "own tasks: write" on public.tasks for insert to authenticated
  with check (created_by = (select auth.uid()));

-- Without a check of its own an update's new row is held to "using".
create policy "own tasks: change" on public.tasks for update to authenticated
  using (created_by = (select auth.uid()));

create policy "own tasks: delete" on public.tasks for delete to authenticated
  using (created_by = (select auth.uid()));
