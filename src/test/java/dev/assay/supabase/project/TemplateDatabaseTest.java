package dev.assay.supabase.project;

import static dev.assay.supabase.SupabaseFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TemplateDatabaseTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private SupabaseProject project;
    private String owner;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        project = SUPABASE.open(folder);
        owner = project.jdbcUrl();
    }

    @AfterEach
    void close() {
        project.close();
    }

    @Test
    void should_refuse_postgres_what_only_a_superuser_may() throws Exception {
        assertThat(value(owner, "select rolsuper from pg_roles where rolname = current_user"))
                .isEqualTo("f");
        assertThatThrownBy(() -> value(owner, "copy (select 1) to program 'true'"))
                .hasMessageContaining("permission");
        assertThatThrownBy(() -> value(owner, "set session authorization supabase_admin"))
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> value(owner, "set role supabase_admin")).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> value(owner, "set role service_role", "select key from supabase_admin.vault_key"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void should_refuse_postgres_to_change_the_services_schemas() {
        for (String ddl : new String[] {
            "alter table auth.users add column nickname text",
            "alter table storage.objects disable row level security",
            "drop table auth.identities cascade",
            "drop schema storage cascade",
            "drop function auth.uid() cascade",
            "create index on auth.users (created_at)",
        }) {
            assertThatThrownBy(() -> value(owner, ddl))
                    .as(ddl)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"))
                    .hasMessageContaining("must be owner of");
        }
        assertThatThrownBy(() -> value(owner, "create table auth.mine (id int)"))
                .hasMessageContaining("permission denied for schema auth");
        assertThatThrownBy(() -> value(
                        owner,
                        "create or replace function auth.uid() returns uuid language sql as 'select null::uuid'"))
                .hasMessageContaining("permission denied for schema auth");
    }

    @Test
    void should_let_postgres_do_to_them_what_apps_do() {
        assertThatCode(() -> value(
                        owner,
                        "create table public.profiles (id uuid primary key references auth.users on delete cascade)",
                        "create function public.made() returns trigger language plpgsql security definer as"
                                + " 'begin insert into public.profiles values (new.id); return new; end'",
                        "create trigger on_made after insert on auth.users for each row execute function public.made()",
                        "drop trigger if exists on_made on auth.users",
                        "create policy mine on storage.objects for select to authenticated"
                                + " using ((select auth.uid())::text = (storage.foldername(name))[1])",
                        "drop policy mine on storage.objects",
                        "create policy hear on realtime.messages for select to authenticated using (true)",
                        "insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true)",
                        "alter publication supabase_realtime add table public.profiles",
                        "drop schema public cascade",
                        "create schema public"))
                .doesNotThrowAnyException();
    }

    @Test
    void should_grant_the_api_roles_what_postgres_makes() throws Exception {
        assertThat(value(
                        owner,
                        "create table public.notes (id int)",
                        "insert into public.notes values (1)",
                        "set role anon",
                        "select count(*) from public.notes"))
                .isEqualTo("1");
        assertThatThrownBy(() -> value(
                        owner,
                        "alter table public.notes enable row level security",
                        "set role anon",
                        "insert into public.notes values (2)"))
                .hasMessageContaining("row-level security");
    }

    @Test
    void should_tell_who_calls_by_the_claims() throws Exception {
        String claims = "select set_config('request.jwt.claims', '{\"sub\":\"8a4f1c52-6a30-4bfb-a2ce-5cf4b8a5f1de\","
                + "\"role\":\"authenticated\",\"email\":\"ann@example.com\"}', false)";

        assertThat(value(owner, "select auth.uid() is null and auth.role() is null and auth.jwt() is null"))
                .isEqualTo("t");
        assertThat(value(owner, claims, "set role authenticated", "select auth.uid()"))
                .isEqualTo("8a4f1c52-6a30-4bfb-a2ce-5cf4b8a5f1de");
        assertThat(value(owner, claims, "select auth.role() || ' ' || auth.email() || ' ' || (auth.jwt() ->> 'role')"))
                .isEqualTo("authenticated ann@example.com authenticated");
        assertThat(value(
                        owner,
                        "select set_config('request.jwt.claim.sub', '8a4f1c52-6a30-4bfb-a2ce-5cf4b8a5f1de', false)",
                        "select auth.uid()"))
                .isEqualTo("8a4f1c52-6a30-4bfb-a2ce-5cf4b8a5f1de");
    }

    @Test
    void should_have_what_migrations_expect() throws Exception {
        assertThat(value(
                        owner,
                        "select count(*) from information_schema.columns where table_schema = 'auth'"
                                + " and table_name = 'users'"))
                .isEqualTo("35");
        assertThat(value(owner, "select uuid_generate_v4() is not null and crypt('a', gen_salt('bf')) is not null"))
                .isEqualTo("t");
        assertThat(value(
                        owner,
                        "select storage.filename('a/b/c.txt') || array_to_string(storage.foldername('a/b/c.txt'),"
                                + " '-') || storage.extension('a/b/c.txt')"))
                .isEqualTo("c.txta-btxt");
        assertThat(value(owner, "select count(*) from pg_publication_tables where pubname = 'supabase_realtime'"))
                .isEqualTo("0");
        assertThat(value(owner, "show timezone")).isNotEmpty();
        assertThatThrownBy(() -> value(owner, "delete from storage.objects"))
                .hasMessageContaining("Direct deletion from storage tables is not allowed");
    }

    @Test
    void should_send_broadcasts_and_keep_secrets() throws Exception {
        assertThat(value(
                        owner,
                        "select realtime.send('{\"a\": 1}', 'greeting', 'room', false)",
                        "select payload ->> 'a' || event || topic || extension from realtime.messages"))
                .isEqualTo("1greetingroombroadcast");
        assertThat(
                        value(
                                owner,
                                "select vault.create_secret('s3cret', 'api_key')",
                                "select decrypted_secret from vault.decrypted_secrets where name = 'api_key' and secret <> 's3cret'"))
                .isEqualTo("s3cret");
        assertThatThrownBy(() -> value(owner, "set role anon", "select * from vault.decrypted_secrets"))
                .hasMessageContaining("permission denied");
    }
}
