package dev.assay.store;

import static dev.assay.store.LogFixture.execute;
import static dev.assay.store.LogFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the database counts of a run when it ends, and the made-up runs that have all of it. */
class DigestsTest {
    @RegisterExtension
    static final LogFixture POSTGRES = new LogFixture();

    private static String url;

    @BeforeAll
    static void makeRunsUp() throws SQLException {
        url = POSTGRES.newDatabase();
        try (LogDatabase database = LogDatabase.at(url)) {
            new DemoRuns(database).write(50, 1, 0);
        }
    }

    @Test
    void should_store_a_run_whose_digest_fails() throws SQLException {
        String own = POSTGRES.newDatabase();
        try (LogDatabase database = LogDatabase.at(own)) {
            new DemoRuns(database).held();
        }
        execute(own, "alter table orchestrator_digests drop column verified");
        execute(
                own,
                "insert into orchestrator_runs (id, experiment, variant, repetition, source, target_kind, prompt,"
                        + " unique_id, planner_tool, implementer_tool, verifier_tool, started_at, status, outcome) values"
                        + " ('r', 'e', 'v', 1, 'real', 'embedded', '', '', 'a', 'a', 'a', now(), 'finished', 'passed')");
        assertThat(rows(own, "select id from orchestrator_runs")).containsExactly("r");
        assertThat(rows(own, "select run_id from orchestrator_digests")).isEmpty();
    }

    @Test
    void should_refuse_a_demo_of_nothing() {
        try (LogDatabase database = LogDatabase.at(url)) {
            assertThatThrownBy(() -> new DemoRuns(database).write(0, 1, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void should_take_out_of_a_message_what_differs_from_run_to_run() throws SQLException {
        assertSignature("", "");
        assertSignature("no rows for \"items12\" in 3 tries", "no rows for <value> in <n> tries");
        assertSignature(
                "> build\n\u001b[31msrc/app.tsx(12,7): error TS2339: Property 'x' does not exist\u001b[0m\nmore",
                "<path>(<n>): error TS2339: Property <value> does not exist");
        assertSignature(
                "ERROR: relation \"public.a\" does not exist (SQLSTATE 42P01)",
                "ERROR: relation <value> does not exist (SQLSTATE 42P01)");
        assertSignature("Error: connect ECONNREFUSED 127.0.0.1:54321", "Error: connect ECONNREFUSED <n>");
        assertSignature(
                "run 6fa459ea-ee8a-3ca4-894e-db77e160355e failed after 12ms at commit c0ffee12ab",
                "run <id> failed after <n> at commit <id>");
        assertSignature("GET http://127.0.0.1:4000/x?y=1 was 404", "GET <url> was <n>");
        assertSignature("cannot read /home/me/app/src/a.ts:3:4 now", "cannot read <path> now");
    }

    private static void assertSignature(String message, String expected) throws SQLException {
        assertThat(rows(url, "select public.orchestrator_signature($q$" + message + "$q$)"))
                .containsExactly(expected);
    }

    @Test
    void should_count_in_the_digests_what_the_events_and_attempts_hold() throws SQLException {
        assertThat(rows(url, "select count(*) from orchestrator_runs where source = 'demo' and id like 'demo-%'"))
                .containsExactly("50");
        assertThat(rows(
                        url,
                        "select run_id from orchestrator_digests d join orchestrator_run_summary s using (run_id)"
                                + " where d.events <> s.events or d.tool_calls <> s.tool_calls"
                                + " or d.tool_errors <> s.tool_errors or d.attempts <> s.attempts"
                                + " or d.steps <> s.steps or d.retries <> s.retries"))
                .isEmpty();
        assertThat(rows(url, "select count(*) from orchestrator_digests")).containsExactly("50");
        assertThat(rows(
                        url,
                        "select run_id, agent, tool, sum(calls), sum(errors), sum(duration_ms)"
                                + " from orchestrator_tool_usage group by 1, 2, 3"
                                + " except select run_id, agent, tool, calls, errors, duration_ms"
                                + " from orchestrator_digest_tools"))
                .isEmpty();
        assertThat(rows(
                        url,
                        "select r.run_id, count(*) from orchestrator_results r where type = 'check'"
                                + " and outcome in ('failed', 'superseded') group by 1"
                                + " except select run_id, sum(times) from orchestrator_digest_failures where kind = 'check'"
                                + " group by 1"))
                .isEmpty();
    }

    @Test
    void should_see_whether_what_was_done_helped() throws SQLException {
        String own = POSTGRES.newDatabase();
        try (LogDatabase database = LogDatabase.at(own)) {
            new DemoRuns(database).held();
        }
        execute(
                own,
                "insert into orchestrator_runs (id, experiment, variant, repetition, source, target_kind, prompt,"
                        + " unique_id, planner_tool, implementer_tool, verifier_tool, started_at) values"
                        + " ('r', 'e', 'v', 1, 'real', 'embedded', '', 'u', 'a', 'a', 'a', now())");
        // step a: RETRY, then done; step b: said to be done, its checks were not, then given up; step c: at once
        step(own, 1, "implement", "a", null, 0.5);
        step(own, 2, "verify", "a", "RETRY", 0.1);
        step(own, 3, "implement", "a", null, 0.7);
        step(own, 4, "verify", "a", "PROCEED", 0.2);
        step(own, 5, "implement", "b", null, 0.5);
        step(own, 6, "verify", "b", "PROCEED", 0.1);
        step(own, 7, "implement", "b", null, 0.5);
        step(own, 8, "verify", "b", "RETRY", 0.1);
        step(own, 9, "implement", "c", null, 0.5);
        step(own, 10, "verify", "c", "PROCEED", 0.1);
        execute(own, "update orchestrator_runs set status = 'finished'");
        assertThat(rows(own, "select step, action, recovered, cost_usd from orchestrator_digest_recoveries order by 1"))
                .containsExactly("a|RETRY|t|0.9", "b|CHECKS|f|0.6");
        assertThat(rows(own, "select attempts, retries, steps, verified from orchestrator_digests"))
                .containsExactly("10|0|3|f");
    }

    private static void step(String url, int position, String phase, String step, String said, double cost)
            throws SQLException {
        execute(
                url,
                "insert into orchestrator_steps (id, run_id, position, phase, step, attempt, tool, prompt, started_at,"
                        + " parsed_result, cost_usd) values (gen_random_uuid(), 'r', " + position + ", '" + phase
                        + "', '" + step + "', 1, 'claude', '', now(), "
                        + (said == null ? "null" : "'{\"recommendation\": \"" + said + "\"}'") + ", " + cost + ")");
    }

    @Test
    void should_make_the_same_runs_up_by_the_same_seed() throws SQLException {
        String other = POSTGRES.newDatabase();
        String all = "select id, outcome, cost_usd, duration_ms from orchestrator_runs order by id";
        try (LogDatabase database = LogDatabase.at(other)) {
            DemoRuns demo = new DemoRuns(database);
            demo.write(50, 2, 0);
            assertThat(rows(other, all)).isNotEqualTo(rows(url, all));
            demo.write(50, 1, 0);
            assertThat(rows(other, all)).isEqualTo(rows(url, all));
            assertThat(demo.held()).isEqualTo(new DemoRuns.Held(50, 0));
            assertThat(demo.remove()).isEqualTo(50);
        }
        assertThat(rows(
                        other,
                        "select (select count(*) from orchestrator_events),"
                                + " (select count(*) from orchestrator_digests)"))
                .containsExactly("0|0");
    }
}
