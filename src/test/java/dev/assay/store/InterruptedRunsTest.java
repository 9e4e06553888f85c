package dev.assay.store;

import static dev.assay.store.LogFixture.execute;
import static dev.assay.store.LogFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InterruptedRunsTest {
    @RegisterExtension
    static final LogFixture POSTGRES = new LogFixture();

    /** The system gives no process a number so great. */
    private static final long NOBODY = 1L << 40;

    private String url;

    @BeforeEach
    void open() throws SQLException {
        url = POSTGRES.newDatabase();
        try (LogDatabase database = LogDatabase.at(url)) {
            database.connection().close();
        }
    }

    @Test
    void should_leave_a_run_alone_that_is_heard_of_or_that_is_of_this_process() throws SQLException {
        run("heard", "here", NOBODY, "5 seconds", "running");
        run("elsewhere", "there", NOBODY, "40 seconds", "running");
        run("ours", "here", NOBODY, "1 hour", "running");
        run("over", "here", NOBODY, "1 hour", "finished");

        assertThat(mark("here", "ours")).isEmpty();
        assertThat(rows(url, "select count(*) from public.orchestrator_runs where status = 'interrupted'"))
                .containsExactly("0");
    }

    @Test
    void should_mark_a_run_that_is_silent_for_long_wherever_it_was() throws SQLException {
        run("silent", "there", NOBODY, "2 minutes", "running");

        assertThat(mark("here")).containsExactly("silent");
        assertThat(rows(url, "select status, outcome, cause, finished_at = heartbeat_at from public.orchestrator_runs"))
                .containsExactly("interrupted|aborted|interrupted|t");
    }

    @Test
    void should_mark_a_run_soon_whose_process_on_this_machine_is_gone() throws SQLException {
        run("gone", "here", NOBODY, "20 seconds", "running");
        run("slow", "here", ProcessHandle.current().pid(), "20 seconds", "running");

        assertThat(mark("here")).containsExactly("gone");
    }

    @Test
    void should_mark_the_calls_that_the_run_had_under_way_and_no_other() throws SQLException {
        run("gone", "here", NOBODY, "2 minutes", "running");
        execute(url, """
                insert into public.orchestrator_steps
                  (id, run_id, position, phase, attempt, tool, prompt, started_at, outcome)
                values (gen_random_uuid(), 'gone', 1, 'plan', 1, 'claude', '', now(), 'passed'),
                       (gen_random_uuid(), 'gone', 2, 'implement', 1, 'claude', '', now(), null)""");

        mark("here");

        assertThat(rows(url, "select phase, outcome, cause from public.orchestrator_steps order by position"))
                .containsExactly("plan|passed|null", "implement|aborted|interrupted");
    }

    private List<String> mark(String host, String... alive) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return new InterruptedRuns(host).mark(connection, List.of(alive));
        }
    }

    private void run(String id, String host, long pid, String silent, String status) throws SQLException {
        execute(url, """
                insert into public.orchestrator_runs
                  (id, experiment, variant, repetition, source, target_kind, prompt, unique_id, planner_tool,
                   implementer_tool, verifier_tool, started_at, heartbeat_at, host, pid, status)
                values ('%s', 'todo', 'v', 1, 'real', 'embedded', '', '', 'a', 'a', 'a', now() - interval '2 hours',
                        now() - interval '%s', '%s', %d, '%s')""".formatted(id, silent, host, pid, status));
    }
}
