package dev.assay.supabase.realtime;

import static dev.assay.supabase.SupabaseFixture.value;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseJs;
import dev.assay.supabase.SupabaseProject;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Realtime as the real supabase-js uses it: each check of {@code supabase-realtime.mjs} is a test. */
@Timeout(900)
class SupabaseRealtimeJsIT {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private static SupabaseProject project;
    private static SupabaseJs client;

    @TempDir
    static Path folder;

    @BeforeAll
    static void open() throws Exception {
        project = SUPABASE.open(folder.resolve("app"));
        value(
                project.jdbcUrl(),
                "create table public.notes (id serial primary key, owner uuid not null default auth.uid(), body text)",
                "alter table public.notes enable row level security",
                "create policy own on public.notes using (owner = auth.uid()) with check (owner = auth.uid())",
                "create table public.ends (id int primary key)",
                "alter publication supabase_realtime add table public.notes, public.ends",
                "create policy members on realtime.messages for select to authenticated using (true)",
                "create policy writers on realtime.messages for insert to authenticated with check (true)",
                "create table public.loud (id int primary key, name text)",
                "create function public.tell() returns trigger language plpgsql security definer as $$ begin"
                        + " perform realtime.broadcast_changes('members', tg_op, tg_op, tg_table_name, tg_table_schema,"
                        + " new, old); return null; end $$",
                "create trigger tell after insert on public.loud for each row execute function public.tell()");
        client = new SupabaseJs(folder, "supabase-js-2.119.0", "@supabase/supabase-js@2.119.0");
    }

    @AfterAll
    static void close() {
        client.close();
        project.close();
    }

    @TestFactory
    Stream<DynamicTest> should_serve_realtime() throws Exception {
        return client.checks(
                SupabaseRealtimeJsIT.class,
                "supabase-realtime.mjs",
                12,
                project.url(),
                project.keys().anonKey(),
                project.keys().serviceKey());
    }
}
