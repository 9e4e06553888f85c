package dev.assay.check;

import static dev.assay.check.AppOnTarget.OWN_ROWS;
import static dev.assay.check.AppOnTarget.TODOS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.experiment.Access;
import dev.assay.experiment.Access.Who;
import dev.assay.target.EmbeddedTargets;
import dev.assay.target.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apps with one mistake each, on a real target. */
class RlsLayerTest {
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
    void should_name_table_role_and_operation_where_row_level_security_is_off() throws Exception {
        RecordedChecks checks = check(TODOS);

        assertThat(checks.findings())
                .contains(
                        "user B can select a row of todos that belongs to user A",
                        "user B can insert a row into todos in the name of user A",
                        "user B can update a row of todos that belongs to user A",
                        "user B can delete a row of todos that belongs to user A",
                        "user B can reassign a row of todos that belongs to user A to user B by updating user_id",
                        "user A can reassign a row of todos to user B by updating user_id",
                        "anon can select a row of todos that belongs to user A")
                .anyMatch(finding -> finding.startsWith("row level security is off on table todos"));
        assertThat(checks.about())
                .anySatisfy(about -> assertThat(about)
                        .containsEntry("table", "todos")
                        .containsEntry("role", "user B")
                        .containsEntry("operation", "select")
                        .hasEntrySatisfying("row", row -> assertThat(row).contains("user_id", "Assay check")));
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_find_a_policy_that_lets_everybody_in() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                "alter table todos enable row level security;"
                        + "create policy everyone on todos for all using (true) with check (true)");

        assertThat(checks.results.get("todos.enabled").passed()).isTrue();
        assertThat(checks.findings())
                .contains(
                        "user B can select a row of todos that belongs to user A",
                        "anon can delete a row of todos that belongs to user A");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_find_an_insert_policy_without_a_check_of_the_owner() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                OWN_ROWS + "drop policy \"own insert\" on todos;"
                        + "create policy \"any insert\" on todos for insert to authenticated with check (true)");

        assertThat(checks.findings()).containsExactly("user B can insert a row into todos in the name of user A");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_say_what_the_owner_cannot_do_where_there_is_a_policy_for_select_only() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                "alter table todos enable row level security;"
                        + "create policy own on todos for select using (auth.uid() = user_id)");

        assertThat(checks.findings())
                .satisfiesExactly(
                        insert -> assertThat(insert)
                                .startsWith(
                                        "user A (owner) cannot insert an own row of todos: new row violates row-level"),
                        update -> assertThat(update).isEqualTo("user A (owner) cannot update an own row of todos"),
                        delete -> assertThat(delete).isEqualTo("user A (owner) cannot delete an own row of todos"));
        assertThat(checks.errors())
                .as("a denial without control is not counted")
                .containsOnlyKeys("todos.user-a", "todos.user-b", "todos.anon");
        assertThat(checks.errors().get("todos.user-b"))
                .contains("denied insert, update, delete")
                .contains("todos");
    }

    @Test
    void should_find_an_owner_who_can_give_rows_away_even_where_select_policies_hide_the_result() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                OWN_ROWS + "drop policy \"own update\" on todos;"
                        + "create policy \"own update\" on todos for update using (auth.uid() = user_id)"
                        + " with check (true)");

        assertThat(checks.findings())
                .containsExactly("user A can reassign rows of todos to user B by updating user_id,"
                        + " with a request that has no filter");
    }

    @Test
    void should_find_an_owner_who_can_give_a_public_row_away() throws Exception {
        RecordedChecks checks = check(
                new Access.PublicRead(),
                TODOS,
                OWN_ROWS + "create policy \"all read\" on todos for select using (true);"
                        + "drop policy \"own update\" on todos;"
                        + "create policy \"own update\" on todos for update using (auth.uid() = user_id)"
                        + " with check (true)");

        assertThat(checks.findings())
                .containsExactly("user A can reassign a row of todos to user B by updating user_id");
    }

    @Test
    void should_find_rows_that_strangers_can_delete_without_seeing_them() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                OWN_ROWS + "drop policy \"own delete\" on todos;"
                        + "create policy \"any delete\" on todos for delete to authenticated using (true)");

        assertThat(checks.findings())
                .containsExactly("user B can delete rows of todos that belong to user A,"
                        + " with a request that has no filter");
    }

    @Test
    void should_find_a_policy_on_the_wrong_column() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                "alter table todos enable row level security;"
                        + "create policy own on todos for all using (auth.uid() = id) with check (auth.uid() = id)");

        assertThat(checks.findings())
                .anyMatch(finding -> finding.equals("user A (owner) cannot select an own row of todos"))
                .anyMatch(finding -> finding.startsWith("user A (owner) cannot insert an own row of todos"));
    }

    @Test
    void should_give_the_databases_own_words_where_a_policy_refers_to_itself() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                "alter table todos enable row level security;"
                        + "create policy own on todos for all using"
                        + " (user_id in (select t.user_id from todos t where t.user_id = auth.uid()))");

        assertThat(checks.findings())
                .contains("user A (owner) cannot select an own row of todos:"
                        + " infinite recursion detected in policy for relation \"todos\" (42P17)");
    }

    @Test
    void should_name_a_second_table_without_row_level_security() throws Exception {
        RecordedChecks checks = check(
                TODOS, OWN_ROWS, "create table notes (id bigint generated always as identity primary key, body text)");

        assertThat(checks.findings())
                .isNotEmpty()
                .allMatch(finding -> finding.contains("notes"))
                .contains("anon can insert a row into notes", "anon can delete a row of notes");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_hold_an_unnamed_table_with_an_owner_to_the_default_contract() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                OWN_ROWS,
                "create table notes (id serial primary key, author uuid not null references auth.users, body text);"
                        + "alter table notes enable row level security;"
                        + "create policy r on notes for select to authenticated using (true);"
                        + "create policy w on notes for insert to authenticated with check (auth.uid() = author)");

        assertThat(checks.findings()).containsExactly("user B can select a row of notes that belongs to user A");
    }

    @Test
    void should_find_a_view_that_goes_around_the_policies() throws Exception {
        String view = "create view todo_overview as select id, title, done from todos";
        RecordedChecks checks = check(TODOS, OWN_ROWS, view);

        assertThat(checks.findings())
                .contains("user B can select rows that belong to user A through view todo_overview on table todos,"
                        + " which runs with its owner's rights (no security_invoker)")
                .hasSize(2);
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_leave_views_in_peace_that_give_nothing_away() throws Exception {
        RecordedChecks checks = check(
                TODOS,
                OWN_ROWS,
                "create view mine with (security_invoker = on) as select * from todos;"
                        + "create view own as select * from todos where user_id = auth.uid();"
                        + "create view figures as select count(*) as n from todos");

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_pass_a_correct_app_and_leave_nothing_behind() throws Exception {
        try (AppOnTarget app = AppOnTarget.of(targets, folder, TODOS, OWN_ROWS)) {
            RecordedChecks checks = RecordedChecks.of(new RlsLayer(), app.subject());

            assertThat(checks.findings()).isEmpty();
            assertThat(checks.errors()).isEmpty();
            assertThat(checks.results.keySet())
                    .containsExactly("todos.enabled", "todos.user-a", "todos.service", "todos.user-b", "todos.anon");
            assertThat(checks.results.values())
                    .allSatisfy(result -> assertThat(result.assertions()).isPositive());
            assertThat(checks.results.get("todos.user-b").evidence())
                    .anySatisfy(evidence -> assertThat(evidence.text())
                            .contains("user B: GET /rest/v1/todos?id=eq.")
                            .doesNotContain("eyJ"));
            assertThat(count(app.target(), "public.todos")).isZero();
            assertThat(count(app.target(), "auth.users")).isZero();
        }
    }

    @Test
    void should_pass_the_same_app_with_other_names_a_check_and_a_parent() throws Exception {
        RecordedChecks checks = check("""
                create table lists (id bigint generated always as identity primary key, name text not null unique,
                  created_by uuid not null references auth.users on delete cascade);
                alter table lists enable row level security;
                create policy own on lists for all using (auth.uid() = created_by) with check (auth.uid() = created_by);
                create type size as enum ('small', 'large');
                create table tasks (
                  id bigint generated by default as identity primary key,
                  list_id bigint not null references lists on delete cascade,
                  created_by uuid not null references auth.users on delete cascade,
                  title text not null,
                  code text not null unique check (code ~ '^[A-Z]{3}-\\d{4}$'),
                  size size not null,
                  priority int not null check (priority between 3 and 5),
                  starts date not null, ends date not null, check (ends > starts)
                );
                alter table tasks enable row level security;
                create policy own on tasks for all using (auth.uid() = created_by) with check (auth.uid() = created_by);
                """);

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
        assertThat(checks.results).containsKeys("tasks.user-b", "lists.user-b");
    }

    @Test
    void should_pass_an_app_whose_triggers_make_profiles_and_set_the_owner() throws Exception {
        RecordedChecks checks = check("""
                create table profiles (id uuid primary key references auth.users on delete cascade, name text);
                alter table profiles enable row level security;
                create policy own on profiles for all using (auth.uid() = id) with check (auth.uid() = id);
                create function welcome() returns trigger language plpgsql security definer set search_path = '' as $$
                begin insert into public.profiles (id, name) values (new.id, 'new'); return new; end $$;
                create trigger welcome after insert on auth.users for each row execute function welcome();
                create table tasks (id uuid primary key default gen_random_uuid(),
                  user_id uuid not null references profiles on delete cascade, title text not null);
                create function mine() returns trigger language plpgsql as $$
                begin new.user_id := auth.uid(); return new; end $$;
                create trigger mine before insert on tasks for each row execute function mine();
                alter table tasks enable row level security;
                create policy own on tasks for all using (auth.uid() = user_id) with check (auth.uid() = user_id);
                """);

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_follow_ownership_through_a_parent() throws Exception {
        String tables = """
                create table lists (id uuid primary key default gen_random_uuid(), owner uuid not null references auth.users);
                alter table lists enable row level security;
                create policy own on lists for all using (auth.uid() = owner) with check (auth.uid() = owner);
                create table tasks (id uuid primary key default gen_random_uuid(),
                  list_id uuid not null references lists on delete cascade, title text not null);
                alter table tasks enable row level security;
                """;
        String policy = "create policy own on tasks for all using"
                + " (exists (select from lists l where l.id = list_id and l.owner = auth.uid()));";

        RecordedChecks correct = check(tables, policy);
        RecordedChecks leaking = check(tables, policy + "create policy all_read on tasks for select using (true);");

        assertThat(correct.findings()).isEmpty();
        assertThat(correct.errors()).isEmpty();
        assertThat(leaking.findings())
                .containsExactly(
                        "user B can select a row of tasks that belongs to user A",
                        "anon can select a row of tasks that belongs to user A");
    }

    @Test
    void should_hold_a_spelled_access_cell_by_cell() throws Exception {
        Access access = new Access.Spelled(Who.SIGNED_IN, Who.SELF, Who.NOBODY, Who.OWNER);
        String policies = """
                alter table todos enable row level security;
                create policy r on todos for select to authenticated using (true);
                create policy i on todos for insert to authenticated with check (auth.uid() = user_id);
                create policy d on todos for delete to authenticated using (auth.uid() = user_id);
                """;

        RecordedChecks correct = check(access, TODOS, policies);
        RecordedChecks leaking =
                check(access, TODOS, policies + "create policy u on todos for update using (auth.uid() = user_id);");

        assertThat(correct.findings()).isEmpty();
        assertThat(correct.errors()).isEmpty();
        assertThat(leaking.findings()).containsExactly("user A can update a row of todos that belongs to user A");
    }

    @Test
    void should_leave_a_missing_grant_to_the_api_layer() throws Exception {
        RecordedChecks checks = check(TODOS, OWN_ROWS + "revoke all on todos from authenticated, anon");

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
        assertThat(checks.skipped.get("todos.user-a")).contains("authenticated is granted nothing on todos");
    }

    @Test
    void should_not_score_the_cells_of_a_missing_table() throws Exception {
        RecordedChecks checks = check("select 1");

        assertThat(checks.results).isEmpty();
        assertThat(checks.skipped.get("todos")).contains("no table matches todo*|task*");
    }

    @Test
    void should_call_a_row_that_cannot_be_made_an_error_and_name_it() throws Exception {
        RecordedChecks checks = check(
                TODOS.replace("done boolean", "code text not null check (md5(code) = 'x'), done boolean"), OWN_ROWS);

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors().get("todos.user-b")).contains("code").contains("todos");
    }

    private RecordedChecks check(String... migrations) throws IOException, InterruptedException {
        return check(new Access.Owner(), migrations);
    }

    private RecordedChecks check(Access access, String... migrations) throws IOException, InterruptedException {
        Path own = java.nio.file.Files.createTempDirectory(folder, "app");
        try (AppOnTarget app = AppOnTarget.of(targets, own, migrations)) {
            assertThat(app.applied().failure()).isEmpty();
            return RecordedChecks.of(new RlsLayer(), app.subject("todo*|task*", access));
        }
    }

    static long count(Target target, String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection(target.jdbcUrl());
                ResultSet rows = connection.createStatement().executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
