package dev.assay.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.experiment.Access;
import dev.assay.experiment.Access.Operation;
import dev.assay.experiment.Contract.TableRule;
import dev.assay.target.EmbeddedTargets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apps whose rows belong to teams, with one mistake each, on a real target. */
class MemberAccessTest {
    private static final String TEAMS = """
            create type public.team_role as enum ('viewer', 'member', 'admin');
            create table public.teams (
              id uuid primary key default gen_random_uuid(),
              name text not null,
              created_by uuid not null default auth.uid() references auth.users (id)
            );
            create table public.team_members (
              team_id uuid not null references public.teams (id) on delete cascade,
              user_id uuid not null references auth.users (id) on delete cascade,
              role public.team_role not null default 'viewer',
              primary key (team_id, user_id)
            );
            create table public.projects (
              id uuid primary key default gen_random_uuid(),
              team_id uuid not null references public.teams (id) on delete cascade,
              name text not null
            );
            create table public.tasks (
              id uuid primary key default gen_random_uuid(),
              project_id uuid not null references public.projects (id) on delete cascade,
              title text not null,
              author uuid not null default auth.uid() references auth.users (id)
            );
            create function public.role_in(team uuid) returns text
              language sql stable security definer set search_path = '' as
              $$ select role::text from public.team_members where team_id = team and user_id = (select auth.uid()) $$;
            create function public.team_of(project uuid) returns uuid
              language sql stable security definer set search_path = '' as
              $$ select team_id from public.projects where id = project $$;
            alter table public.teams enable row level security;
            alter table public.team_members enable row level security;
            alter table public.projects enable row level security;
            alter table public.tasks enable row level security;
            """;

    private static final String MEMBERS = """
            create policy members_read on public.team_members for select to authenticated
              using (public.role_in(team_id) is not null);
            create policy admins_add on public.team_members for insert to authenticated
              with check (public.role_in(team_id) = 'admin');
            create policy admins_change on public.team_members for update to authenticated
              using (public.role_in(team_id) = 'admin') with check (public.role_in(team_id) = 'admin');
            create policy admins_remove on public.team_members for delete to authenticated
              using (public.role_in(team_id) = 'admin');
            """;

    private static final String PROJECTS = """
            create policy read on public.projects for select to authenticated
              using (public.role_in(team_id) is not null);
            create policy add on public.projects for insert to authenticated
              with check (public.role_in(team_id) in ('member', 'admin'));
            create policy change on public.projects for update to authenticated
              using (public.role_in(team_id) in ('member', 'admin'))
              with check (public.role_in(team_id) in ('member', 'admin'));
            create policy remove on public.projects for delete to authenticated
              using (public.role_in(team_id) = 'admin');
            """;

    private static final String TASKS = """
            create policy read on public.tasks for select to authenticated
              using (public.role_in(public.team_of(project_id)) is not null);
            create policy add on public.tasks for insert to authenticated
              with check (author = (select auth.uid()) and public.role_in(public.team_of(project_id)) in ('member', 'admin'));
            create policy change on public.tasks for update to authenticated
              using (public.role_in(public.team_of(project_id)) in ('member', 'admin'));
            create policy remove on public.tasks for delete to authenticated
              using (public.role_in(public.team_of(project_id)) = 'admin');
            """;

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
    void should_find_a_policy_that_asks_for_any_team_and_not_for_the_rows() throws Exception {
        RecordedChecks checks = check(
                TEAMS,
                MEMBERS,
                TASKS,
                PROJECTS.replace(
                        "using (public.role_in(team_id) is not null)",
                        "using (exists (select 1 from public.team_members m where m.user_id = (select auth.uid())))"));

        assertThat(checks.findings())
                .containsExactly(
                        "a user of another group can select a row of projects of a group that they are not in");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_find_a_role_that_may_do_too_much() throws Exception {
        RecordedChecks checks = check(TEAMS, MEMBERS, PROJECTS, TASKS.replace("in ('member', 'admin')", "is not null"));

        assertThat(checks.findings())
                .containsExactly(
                        "a member with role viewer can insert a row into tasks of the own group",
                        "a member with role viewer can update a row of tasks of the own group");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_find_a_role_that_may_do_too_little() throws Exception {
        RecordedChecks checks = check(TEAMS, MEMBERS, TASKS, PROJECTS.replace("in ('member', 'admin')", "= 'admin'"));

        assertThat(checks.findings())
                .satisfiesExactly(
                        insert -> assertThat(insert)
                                .startsWith(
                                        "a member with role member cannot insert a row of projects of the own group"),
                        update -> assertThat(update)
                                .startsWith("a member with role member cannot update a row of projects"));
    }

    @Test
    void should_find_a_role_that_is_taken_from_what_the_user_says_of_himself() throws Exception {
        RecordedChecks checks = check(
                TEAMS,
                MEMBERS,
                TASKS,
                PROJECTS.replace(
                        "using (public.role_in(team_id) = 'admin')",
                        "using (public.role_in(team_id) = 'admin'"
                                + " or auth.jwt() -> 'user_metadata' ->> 'role' = 'admin')"));

        assertThat(checks.findings())
                .containsExactly(
                        "a member with role member can delete a row of projects of the own group, by calling themselves"
                                + " admin in their own user metadata",
                        "a member with role viewer can delete a row of projects of the own group, by calling themselves"
                                + " admin in their own user metadata");
        assertThat(checks.errors()).isEmpty();
    }

    @Test
    void should_find_members_who_can_promote_themselves_and_strangers_who_let_themselves_in() throws Exception {
        RecordedChecks checks = check(
                TEAMS,
                PROJECTS,
                TASKS,
                MEMBERS.replace(
                                "with check (public.role_in(team_id) = 'admin');\ncreate policy admins_change",
                                "with check (user_id = (select auth.uid()));\ncreate policy admins_change")
                        .replace(
                                "using (public.role_in(team_id) = 'admin') with check (public.role_in(team_id) = 'admin')",
                                "using (user_id = (select auth.uid()) or public.role_in(team_id) = 'admin')"));

        assertThat(checks.findings())
                .contains(
                        "a member with role viewer can make themselves admin by updating their own row of team_members",
                        "a user of another group can insert a row into team_members of a group that they are not in");
    }

    @Test
    void should_say_that_nothing_says_which_group_a_row_belongs_to() throws Exception {
        RecordedChecks checks = check(
                TEAMS.replace("team_id uuid not null references public.teams (id) on delete cascade,\n  name", "name")
                        .replace(
                                "$$ select team_id from public.projects where id = project $$", "$$ select project $$"),
                MEMBERS,
                TASKS,
                "create policy none on public.projects for select to authenticated using (true)");

        assertThat(checks.findings())
                .anyMatch(finding -> finding.startsWith("Nothing says to which group a row of projects belongs"));
    }

    @Test
    void should_say_that_there_are_no_members() throws Exception {
        RecordedChecks checks = check("create table public.projects (id int primary key, name text);"
                + "alter table public.projects enable row level security");

        assertThat(checks.findings()).anyMatch(finding -> finding.startsWith("No table says who is in which group"));
    }

    @Test
    void should_pass_an_app_that_does_it_right_and_leave_nothing_behind() throws Exception {
        try (AppOnTarget app = AppOnTarget.of(targets, own(), TEAMS, MEMBERS, PROJECTS, TASKS)) {
            RecordedChecks checks = RecordedChecks.of(new RlsLayer(), app.subject(rules()));

            assertThat(checks.findings()).isEmpty();
            assertThat(checks.errors()).isEmpty();
            assertThat(checks.passed()).isTrue();
            assertThat(checks.results)
                    .containsKeys(
                            "projects.admin", "projects.member", "projects.viewer", "projects.outsider", "tasks.anon");
            assertThat(checks.results.get("tasks.viewer").assertions()).isEqualTo(4);
            for (String table : new String[] {"teams", "team_members", "projects", "tasks", "auth.users"}) {
                assertThat(RlsLayerTest.count(app.target(), table)).as(table).isZero();
            }
        }
    }

    @Test
    void should_pass_an_app_with_other_names_text_roles_and_a_trigger_that_makes_the_first_admin() throws Exception {
        String app = TEAMS.replace("role public.team_role", "member_role text")
                        .replace(
                                "default 'viewer'",
                                "default 'viewer' check (member_role in ('viewer', 'member', 'admin'))")
                        .replace("select role::text", "select member_role")
                + """
                create function public.found_team() returns trigger language plpgsql security definer
                  set search_path = '' as $$
                begin
                  insert into public.team_members (team_id, user_id, member_role)
                  values (new.id, new.created_by, 'admin');
                  return new;
                end $$;
                create trigger founder after insert on public.teams for each row execute function public.found_team();
                """;

        RecordedChecks checks = check(app, MEMBERS, PROJECTS, TASKS);

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
    }

    private Path own() throws IOException {
        return Files.createTempDirectory(folder, "app");
    }

    private RecordedChecks check(String... migrations) throws Exception {
        try (AppOnTarget app = AppOnTarget.of(targets, own(), migrations)) {
            assertThat(app.applied().failure()).isEmpty();
            return RecordedChecks.of(new RlsLayer(), app.subject(rules()));
        }
    }

    private static Map<String, TableRule> rules() {
        Map<String, TableRule> rules = new LinkedHashMap<>();
        rules.put("members", new TableRule("members", "*member*", via(Set.of(Operation.SELECT)), 1));
        rules.put(
                "projects",
                new TableRule(
                        "projects",
                        "project*|task*",
                        via(EnumSet.of(Operation.SELECT, Operation.INSERT, Operation.UPDATE)),
                        2));
        return rules;
    }

    private static Access via(Set<Operation> member) {
        Map<String, Set<Operation>> allowed = new LinkedHashMap<>();
        allowed.put("outsider", Set.of());
        allowed.put("viewer", Set.of(Operation.SELECT));
        allowed.put("member", member);
        allowed.put("admin", EnumSet.allOf(Operation.class));
        return new Access.Via("*member*", "*team_id", "*user_id", Optional.of("*role*"), allowed);
    }
}
