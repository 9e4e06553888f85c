package dev.assay.check;

import static dev.assay.check.AppOnTarget.OWN_ROWS;
import static dev.assay.check.AppOnTarget.TODOS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.experiment.Access;
import dev.assay.target.EmbeddedTargets;
import dev.assay.target.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiLayerTest {
    private static EmbeddedTargets targets;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        targets = new EmbeddedTargets(Path.of(System.getProperty("user.home"), ".cache", "assay"));
    }

    @AfterAll
    static void stop() {
        targets.close();
    }

    @Test
    void should_name_the_tables_that_are_there_where_the_contracts_is_missing() throws Exception {
        RecordedChecks checks =
                check("create table notes (id int primary key); create table lists (id int primary key)");

        assertThat(checks.findings())
                .containsExactly("No table is there whose name matches todo*|task*: there are only lists, notes");
        assertThat(checks.skipped).containsOnlyKeys("todos.grants", "todos.rest");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_say_that_there_is_no_table_at_all() throws Exception {
        assertThat(check("select 1").findings())
                .containsExactly(
                        "No table is there whose name matches todo*|task*: the exposed schema has no table at all");
    }

    @Test
    void should_give_the_file_and_the_databases_words_of_a_migration_that_fails() throws Exception {
        RecordedChecks checks = check(TODOS, "create table more (\n  id int,\n  owner uuid references nobody\n);");

        assertThat(checks.results.get("migrations").findings())
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.message()).startsWith("migration ").contains("step1", "42P01", "nobody"));
    }

    @Test
    void should_not_blame_the_app_for_what_the_target_can_never_have() throws Exception {
        try (AppOnTarget app = AppOnTarget.of(targets, folder, TODOS, OWN_ROWS)) {
            Target.Applied applied = new Target.Applied(
                    List.of(), Optional.of(new Target.Applied.Failure("1_vector.sql", "no such extension", true)));
            Subject plain = app.subject();
            Subject subject = new Subject(
                    plain.contract(),
                    plain.app(),
                    plain.limits(),
                    plain.target(),
                    applied,
                    plain.workspace(),
                    plain.environment(),
                    plain.port(),
                    plain.artifacts());

            RecordedChecks checks = RecordedChecks.of(new ApiLayer(), subject);

            assertThat(checks.findings()).isEmpty();
            assertThat(checks.errors().get("migrations")).contains("1_vector.sql", "can never have");
        }
    }

    @Test
    void should_name_role_privilege_and_table_of_a_missing_grant() throws Exception {
        RecordedChecks checks = check(TODOS, OWN_ROWS, "revoke insert on todos from authenticated");

        assertThat(checks.findings()).containsExactly("authenticated is not granted INSERT on table todos");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_miss_the_grant_of_a_sequence() throws Exception {
        RecordedChecks checks =
                check("create table todos (id serial primary key, user_id uuid not null references auth.users);"
                        + "revoke all on sequence todos_id_seq from authenticated");

        assertThat(checks.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding).contains("authenticated", "todos_id_seq", "todos"));
    }

    @Test
    void should_take_grants_of_columns_for_grants() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                OWN_ROWS,
                "revoke insert, update on todos from authenticated;"
                        + "grant insert (title, done), update (title, done) on todos to authenticated");

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_leave_what_policies_do_to_the_rls_layer() throws Exception {
        RecordedChecks off = check(TODOS);
        RecordedChecks without = check(TODOS, "alter table todos enable row level security");

        assertThat(off.passed()).as(off.errors() + " " + off.findings()).isTrue();
        assertThat(without.passed())
                .as(without.errors() + " " + without.findings())
                .isTrue();
    }

    @Test
    void should_say_what_rest_cannot_do() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                OWN_ROWS,
                "create function refuse() returns trigger language plpgsql as"
                        + " $$ begin raise exception 'nothing is ever deleted'; end $$;"
                        + "create trigger refuse before update on todos for each row execute function refuse()");

        assertThat(checks.findings())
                .containsExactly("REST cannot update on table todos, even as service: nothing is ever deleted (P0001)");
    }

    @Test
    void should_find_a_foreign_key_to_a_table_that_holds_no_user() throws Exception {
        RecordedChecks checks = check(
                "create table profiles (id uuid primary key, name text);",
                TODOS.replace("references auth.users (id)", "references profiles (id)"));

        assertThat(checks.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .startsWith("REST cannot insert on table todos")
                        .contains("violates foreign key constraint"));
    }

    @Test
    void should_pass_a_table_with_a_parent_a_check_and_json() throws Exception {
        RecordedChecks checks = check("""
                create table projects (id uuid primary key default gen_random_uuid(), name text not null);
                create table tasks (
                  id bigint generated always as identity primary key,
                  project_id uuid not null references projects,
                  created_by uuid not null references auth.users,
                  settings jsonb not null check (jsonb_typeof(settings) = 'array'),
                  labels text[] not null check (cardinality(labels) > 0),
                  priority int not null check (priority in (3, 5)));
                """);

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
        assertThat(checks.results.get("todos.tasks.rest").evidence())
                .anySatisfy(evidence ->
                        assertThat(evidence.text()).contains("embedded:").doesNotContain("eyJ"));
    }

    @Test
    void should_ask_every_table_where_there_is_no_contract() throws Exception {
        try (AppOnTarget app = AppOnTarget.of(targets, folder, TODOS)) {
            RecordedChecks checks = RecordedChecks.of(new ApiLayer(), app.subject(Map.of()));

            assertThat(checks.passed()).isTrue();
            assertThat(checks.results).containsKey("tables");
        }
    }

    @Test
    void should_not_blame_the_app_for_a_target_that_went_away() throws Exception {
        AppOnTarget app = AppOnTarget.of(targets, folder, TODOS);
        app.close();

        try {
            RecordedChecks checks = RecordedChecks.of(new ApiLayer(), app.subject());
            assertThat(checks.findings()).isEmpty();
            assertThat(checks.errors()).isNotEmpty();
        } catch (CheckError e) {
            assertThat(e).hasMessageContaining("does not answer");
        }
    }

    private RecordedChecks check(String... migrations) throws Exception {
        try (AppOnTarget app = AppOnTarget.of(targets, Files.createTempDirectory(folder, "app"), migrations)) {
            return RecordedChecks.of(new ApiLayer(), app.subject("todo*|task*", new Access.Owner()));
        }
    }
}
