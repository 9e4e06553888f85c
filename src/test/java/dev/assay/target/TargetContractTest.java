package dev.assay.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What every kind of target does alike. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TargetContractTest {
    private static final String NOTES = """
            create table public.notes (id bigint generated always as identity primary key, body text not null);
            alter table public.notes enable row level security;
            """;

    private Targets targets;
    private Target target;
    private @TempDir Path folder;

    abstract Targets targets();

    @BeforeAll
    void open_targets() {
        targets = targets();
    }

    @AfterAll
    void close_targets() {
        targets.close();
    }

    @BeforeEach
    void open_target() throws Exception {
        Files.createDirectories(folder.resolve("app/supabase/migrations"));
        target = targets.open(folder.resolve("app"), Files.createDirectories(folder.resolve("files")));
    }

    @AfterEach
    void close_target() {
        target.close();
    }

    void migration(String name, String sql) throws IOException {
        Files.writeString(folder.resolve("app/supabase/migrations").resolve(name), sql);
    }

    private int count(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(target.jdbcUrl());
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void should_say_which_migration_failed_where_and_keep_those_before() throws Exception {
        migration("20240101000000_notes.sql", NOTES);
        migration("20240102000000_broken.sql", "select 1;\n\ninsert into public.nots\nvalues (1);");
        migration("20240103000000_never.sql", "create table public.never (id int);");

        Target.Applied applied = target.applyMigrations();

        assertThat(applied.done()).containsExactly("20240101000000_notes.sql");
        assertThat(applied.failure()).hasValueSatisfying(failure -> {
            assertThat(failure.name()).isEqualTo("20240102000000_broken.sql");
            assertThat(failure.message())
                    .contains("20240102000000_broken.sql:3")
                    .contains("42P01")
                    .contains("public.nots");
            assertThat(failure.infrastructure()).isFalse();
        });
        assertThat(count("select count(*) from pg_tables where tablename = 'never'"))
                .isZero();
    }

    @Test
    void should_call_an_extension_that_it_lacks_infrastructure() throws Exception {
        migration("20240101000000_vector.sql", "create extension if not exists vector;");

        assertThat(target.applyMigrations().failure())
                .hasValueSatisfying(failure -> assertThat(failure.infrastructure())
                        .as(failure.message())
                        .isTrue());
    }

    @Test
    void should_apply_a_migration_once() throws Exception {
        migration("20240101000000_notes.sql", NOTES);

        assertThat(target.applyMigrations().done()).containsExactly("20240101000000_notes.sql");
        assertThat(target.applyMigrations()).isEqualTo(Target.Applied.NOTHING);
    }

    @Test
    void should_digest_what_the_schema_looks_like_and_not_its_rows() throws Exception {
        String empty = target.catalogDigest();
        migration("20240101000000_notes.sql", NOTES);
        target.applyMigrations();
        String notes = target.catalogDigest();
        count("with i as (insert into public.notes (body) values ('x') returning 1) select count(*) from i");

        assertThat(notes).isNotEqualTo(empty);
        assertThat(target.catalogDigest()).isEqualTo(notes);
        migration("20240102000000_policy.sql", "create policy p on public.notes for select using (true);");
        target.applyMigrations();
        assertThat(target.catalogDigest()).isNotEqualTo(notes);
    }

    @Test
    void should_be_as_new_after_a_reset() throws Exception {
        migration("20240101000000_notes.sql", NOTES);
        target.applyMigrations();
        String digest = target.catalogDigest();
        Files.writeString(
                folder.resolve("app/supabase/seed.sql"), "insert into public.notes (body) values ('a'), ('b;c');");
        count("with i as (insert into public.notes (body) values ('x') returning 1) select count(*) from i");
        assertThat(signUp().statusCode()).isEqualTo(200);

        Target.Applied applied = target.reset();

        assertThat(applied.failure()).isEmpty();
        assertThat(count("select count(*) from public.notes")).isEqualTo(2);
        assertThat(count("select count(*) from auth.users")).isZero();
        assertThat(target.catalogDigest()).isEqualTo(digest);
        assertThat(signUp().statusCode()).isEqualTo(200);
    }

    @Test
    void should_put_back_the_data_that_it_kept_into_a_new_one_with_the_same_migrations() throws Exception {
        migration("20240101000000_notes.sql", NOTES + """
                insert into public.notes (body) values ('from the migration');
                create table public.tags (note bigint references public.notes (id), tag text, loud text
                  generated always as (upper(tag)) stored);
                create table public.newcomers (who uuid);
                create function public.welcome() returns trigger language plpgsql security definer as
                  $$ begin insert into public.newcomers values (new.id); return new; end $$;
                create trigger welcome after insert on auth.users for each row execute function public.welcome();
                """);
        target.applyMigrations();
        count("with i as (insert into public.notes (body) values (E'tab\\t, line\\nend') returning 1)"
                + " select count(*) from i");
        count("with i as (insert into public.tags values (2, 'x') returning 1) select count(*) from i");
        count("with i as (delete from public.notes where id = 1 returning 1) select count(*) from i");
        assertThat(signUp().statusCode()).isEqualTo(200);
        target.save(folder.resolve("saved"));
        target.close();

        target = targets.open(folder.resolve("app"), folder.resolve("files"));
        target.applyMigrations();
        assertThat(target.restore(folder.resolve("saved"))).isEmpty();

        assertThat(count("select count(*) from public.notes where id = 2 and body = E'tab\\t, line\\nend'"))
                .isEqualTo(1);
        assertThat(count("select count(*) from public.notes")).isEqualTo(1);
        assertThat(count("select count(*) from public.tags where loud = 'X'")).isEqualTo(1);
        assertThat(count("select count(*) from auth.users u join public.newcomers n on n.who = u.id"))
                .as("its trigger does not run again")
                .isEqualTo(1);
        assertThat(count("with i as (insert into public.notes (body) values ('next') returning id) select id from i"))
                .isEqualTo(3);
        assertThat(signIn().statusCode()).isEqualTo(200);
    }

    @Test
    void should_say_which_data_has_no_place_any_more() throws Exception {
        migration("20240101000000_notes.sql", NOTES);
        target.applyMigrations();
        count("with i as (insert into public.notes (body) values ('x') returning 1) select count(*) from i");
        target.save(folder.resolve("saved"));
        target.close();
        migration("20240101000000_notes.sql", "create table public.notes (id int);");

        target = targets.open(folder.resolve("app"), folder.resolve("files"));
        target.applyMigrations();

        assertThat(target.restore(folder.resolve("saved")))
                .anyMatch(lost -> lost.startsWith("public.notes: ") && lost.contains("body"));
    }

    private HttpResponse<String> signIn() throws Exception {
        return sent("/auth/v1/token?grant_type=password");
    }

    private HttpResponse<String> signUp() throws Exception {
        return sent("/auth/v1/signup");
    }

    private HttpResponse<String> sent(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(target.apiUrl() + path))
                                .header("apikey", target.anonKey())
                                .header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void should_tell_of_trouble_once_it_is_closed() {
        assertThat(target.trouble()).isEmpty();

        target.close();

        assertThat(target.trouble()).isPresent();
    }

    @Test
    void should_show_an_app_public_values_only() {
        assertThat(target.publicEnvironment())
                .containsEntry("SUPABASE_URL", target.apiUrl().toString())
                .containsEntry("SUPABASE_ANON_KEY", target.anonKey())
                .doesNotContainValue(target.serviceKey())
                .doesNotContainValue(target.jdbcUrl());
    }
}
