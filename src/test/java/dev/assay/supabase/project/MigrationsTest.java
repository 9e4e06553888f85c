package dev.assay.supabase.project;

import static dev.assay.supabase.SupabaseFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private @TempDir Path folder;
    private SupabaseProject project;

    @BeforeEach
    void open() throws Exception {
        project = SUPABASE.open(folder);
    }

    @AfterEach
    void close() {
        project.close();
    }

    private void write(String name, String sql) throws IOException {
        Path file = folder.resolve("supabase").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, sql);
    }

    private String sql(String... statements) throws Exception {
        return value(project.jdbcUrl(), statements);
    }

    @Test
    void should_undo_a_failed_migration_as_a_whole_and_say_where_it_failed() throws Exception {
        write("migrations/1_a.sql", "create table a (id int);");
        write(
                "migrations/2_b.sql",
                "create table b (id int);\n\ninsert into a\n  values ('x');\ncreate table c (id int);");

        Migrated migrated = project.migrate();

        assertThat(migrated.done()).containsExactly("1_a.sql");
        assertThat(migrated.failure().orElseThrow().message())
                .startsWith("2_b.sql:4: ERROR 22P02: invalid input syntax for type integer: \"x\"")
                .endsWith("At statement: insert into a values ('x')");
        assertThat(sql("select to_regclass('public.b') is null")).isEqualTo("t");
        assertThat(sql("select string_agg(version, ',') from supabase_migrations.schema_migrations"))
                .isEqualTo("1");
    }

    @Test
    void should_refuse_a_migration_before_applied_ones_and_name_it() throws Exception {
        write("migrations/1_a.sql", "select 1;");
        write("migrations/3_c.sql", "select 3;");
        project.migrate();
        write("migrations/2_b.sql", "select 2;");

        Migrated migrated = project.migrate();

        assertThat(migrated.failure()).hasValueSatisfying(failure -> {
            assertThat(failure.file()).isEqualTo("2_b.sql");
            assertThat(failure.message()).contains("not in order").contains("before migration 3");
        });
    }

    @Test
    void should_refuse_when_an_applied_file_is_gone() throws Exception {
        write("migrations/1_a.sql", "select 1;");
        project.migrate();
        Files.delete(folder.resolve("supabase/migrations/1_a.sql"));

        assertThat(project.migrate().failure().orElseThrow().message())
                .contains("not found in local migrations directory: 1");
    }

    @Test
    void should_not_follow_a_link_out_of_the_project(@TempDir Path elsewhere) throws Exception {
        Path secret = Files.writeString(elsewhere.resolve("secret.sql"), "create table leaked (id int);");
        Files.createDirectories(folder.resolve("supabase/migrations"));
        Files.createSymbolicLink(folder.resolve("supabase/migrations/1_a.sql"), secret);

        assertThat(project.migrate().failure().orElseThrow().message()).contains("a link out of the folder");
        assertThat(sql("select to_regclass('public.leaked') is null")).isEqualTo("t");
    }

    @Test
    void should_call_only_extensions_of_the_hosted_service_infrastructure() throws Exception {
        write("migrations/1_a.sql", "create extension if not exists \"uuid-osssp\";");
        assertThat(project.migrate().failure().orElseThrow().infrastructure()).isFalse();

        write("migrations/1_a.sql", "CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA extensions;");
        Migrated.Failure failure = project.migrate().failure().orElseThrow();
        assertThat(failure.infrastructure()).isTrue();
        assertThat(failure.message()).contains("0A000").contains("\"postgis\" is not available");

        write("migrations/1_a.sql", "create extension file_fdw;");
        assertThat(project.migrate().failure().orElseThrow().message()).contains("42501");
    }

    @Test
    void should_make_extensions_that_only_a_superuser_may() throws Exception {
        write("migrations/1_a.sql", """
                create extension if not exists moddatetime schema extensions;
                create extension if not exists "uuid-ossp" with schema extensions;
                create extension if not exists pg_trgm with schema extensions;
                create extension if not exists vault_of_nothing_in_a_comment_is_fine; -- never reached
                """);
        Migrated migrated = project.migrate();
        assertThat(migrated.failure().orElseThrow().message()).startsWith("1_a.sql:4");

        write(
                "migrations/1_a.sql",
                "create extension moddatetime schema extensions; create extension citext; create table t (id int, updated_at timestamptz);"
                        + " create trigger m before update on t for each row execute function moddatetime(updated_at);");
        assertThat(project.migrate().failure()).isEmpty();
        assertThat(sql("select string_agg(extname, ',' order by extname) from pg_extension"
                        + " where extname in ('moddatetime', 'citext')"))
                .isEqualTo("citext,moddatetime");
    }

    @Test
    void should_skip_files_of_other_names_with_a_note() throws Exception {
        write("migrations/README.md", "no");
        write("migrations/init.sql", "create table never (id int);");
        write("migrations/20240101_a.sql", "create table a (id int);");

        Migrated migrated = project.migrate();

        assertThat(migrated.done()).containsExactly("20240101_a.sql");
        assertThat(migrated.notes())
                .hasSize(2)
                .anySatisfy(note -> assertThat(note).contains("init.sql"));
    }

    @Test
    void should_record_what_it_applied() throws Exception {
        write("migrations/20240101000000_make_a.sql", "-- a\ncreate table a (t text);\ninsert into a values ('x;y');");
        project.migrate();

        assertThat(
                        sql(
                                "select version || ' ' || name || ' ' || statements[2] from supabase_migrations.schema_migrations"))
                .isEqualTo("20240101000000 make_a insert into a values ('x;y')");
    }

    @Test
    void should_send_statements_as_they_are_written() throws Exception {
        write("migrations/1_a.sql", """
                create table a (j jsonb default '{"d": "{d 1}"}', t text);
                insert into a (t) values ('{fn now()}'), (E'?:x\\'');
                create index on a ((j ? 'd'));
                create function f(x int) returns int language sql begin atomic select x; select x + 1; end;
                """);
        assertThat(project.migrate().failure()).isEmpty();
        assertThat(sql("select string_agg(t, '|') from a")).isEqualTo("{fn now()}|?:x'");
        assertThat(sql("select f(1)")).isEqualTo("2");
    }

    @Test
    void should_run_outside_a_transaction_what_must() throws Exception {
        write(
                "migrations/1_a.sql",
                "create table a (id int);\ncreate index concurrently a_id on a (id);\ncreate table b (id int);");

        assertThat(project.migrate().failure()).isEmpty();
        assertThat(sql("select to_regclass('public.a_id') is not null and to_regclass('public.b') is not null"))
                .isEqualTo("t");
    }

    @Test
    void should_start_each_file_with_fresh_settings() throws Exception {
        write(
                "migrations/1_a.sql",
                "select pg_catalog.set_config('search_path', '', false); set statement_timeout = 1;");
        write("migrations/2_b.sql", "create table a (id int);");

        assertThat(project.migrate().failure()).isEmpty();
        assertThat(sql("select to_regclass('public.a') is not null")).isEqualTo("t");
    }

    @Test
    void should_take_a_transaction_that_the_file_makes_itself() throws Exception {
        write("migrations/1_a.sql", "begin;\ncreate table a (id int);\ncommit;");

        assertThat(project.migrate().done()).containsExactly("1_a.sql");
        assertThat(project.migrate().done()).isEmpty();
    }

    @Test
    void should_seed_after_a_reset_and_stop_at_a_seed_that_fails() throws Exception {
        write("config.toml", "[db.seed]\nsql_paths = [\"seeds/*.sql\", \"./none.sql\"]\n");
        write("migrations/1_a.sql", "create table a (id int);");
        write("seeds/1.sql", "insert into a values (1);");
        write("seeds/2.sql", "insert into a values (2), ('x');");

        Migrated migrated = project.reset();

        assertThat(migrated.done()).containsExactly("1_a.sql", "supabase/seeds/1.sql");
        assertThat(migrated.failure().orElseThrow().message()).startsWith("supabase/seeds/2.sql:1: ERROR 22P02");
        assertThat(sql("select string_agg(id::text, ',') from a")).isEqualTo("1");
    }
}
