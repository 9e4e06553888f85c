insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true), ('notes', 'notes', false);
create policy "own notes are read" on storage.objects for select to authenticated
    using (bucket_id = 'notes' and (storage.foldername(name))[1] = auth.uid()::text);
create policy "own notes are written" on storage.objects for insert to authenticated
    with check (bucket_id = 'notes' and (storage.foldername(name))[1] = auth.uid()::text);
create policy "own notes are changed" on storage.objects for update to authenticated
    using (bucket_id = 'notes' and (storage.foldername(name))[1] = auth.uid()::text)
    with check (bucket_id = 'notes' and (storage.foldername(name))[1] = auth.uid()::text);
create policy "own notes are deleted" on storage.objects for delete to authenticated
    using (bucket_id = 'notes' and owner_id = auth.uid()::text);
create policy "small pictures go in" on storage.objects for insert to authenticated
    with check (bucket_id = 'avatars' and storage.extension(name) = 'png'
        and (metadata ->> 'contentLength')::int <= 1000);
