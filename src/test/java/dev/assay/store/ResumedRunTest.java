package dev.assay.store;

import static dev.assay.store.LogFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Phase;
import dev.assay.run.Outcome;
import dev.assay.run.Plan;
import dev.assay.run.RunListener.Node;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A run whose store was lost with its process, told of by the next one. */
class ResumedRunTest {
    @RegisterExtension
    static final LogFixture POSTGRES = new LogFixture();

    @TempDir
    Path folder;

    private String url;
    private LogDatabase database;

    @BeforeEach
    void open() throws SQLException {
        url = POSTGRES.newDatabase();
        database = LogDatabase.at(url);
    }

    @Test
    void should_end_the_calls_that_were_under_way_and_go_on_counting_what_was_spent() throws Exception {
        try (RunStore dying = store()) {
            TestRun run = new TestRun(dying, folder, "run").start();
            dying.planAccepted(
                    run.info, new Plan(List.of(), JsonMapper.shared().readTree("{\"steps\":[{\"id\":\"a\"}]}")));
            run.finish(run.attempt(Phase.IMPLEMENT, 1), Outcome.PASSED, Optional.empty(), 0);
            run.text(run.attempt(Phase.VERIFY, 1), "half of a");
        }

        try (RunStore next = store()) {
            TestRun run = new TestRun(next, folder, "run");
            next.runResumed(run.info);
            run.finish(run.attempt(Phase.VERIFY, 1), Outcome.PASSED, Optional.empty(), 0);
            run.finish();
        }

        assertThat(rows(url, "select phase, attempt, outcome, cause from public.orchestrator_steps order by position"))
                .containsExactly("implement|1|passed|null", "verify|1|aborted|interrupted", "verify|1|passed|null");
        assertThat(rows(
                        url,
                        "select status, outcome, tokens_input, plan->'steps'->0->>'id' from public.orchestrator_runs"))
                .containsExactly("finished|passed|200|a");
    }

    @Test
    void should_bring_what_a_dead_process_had_only_in_its_folder_to_the_database_and_nothing_twice() throws Exception {
        try (RunStore dying = store()) {
            TestRun run = new TestRun(dying, folder, "run").start();
            run.text(run.attempt(Phase.IMPLEMENT, 1), "one");
        }
        Files.writeString(
                folder.resolve("run/events.jsonl"),
                "{\"seq\":2,\"at\":\"2026-11-21T10:00:00Z\",\"attempt\":null,\"stream\":\"stdout\",\"line\":\"two\"}\n"
                        + "{\"seq\":3,\"at\":\"2026-11-21T10:00:01Z\",\"attempt\":null,\"stream\":\"assay\",\"line\":"
                        + "\"{\\\"type\\\":\\\"warning\\\",\\\"warning\\\":{\\\"code\\\":\\\"c\\\"}}\"}\n{\"seq\":4,\"at",
                StandardCharsets.UTF_8,
                StandardOpenOption.APPEND);

        for (int again = 0; again < 2; again++) {
            try (RunStore next = store()) {
                next.runResumed(new TestRun(next, folder, "run").info);
            }
        }

        assertThat(rows(
                        url,
                        "select seq, stream, type, convert_from(raw, 'UTF8') like '%two%' from public.orchestrator_events"
                                + " order by seq"))
                .containsExactly("1|stdout|text|f", "2|stdout|unparsed|t", "3|assay|warning|f");
    }

    @Test
    void should_add_the_results_of_a_recheck_and_leave_the_run_as_it_was() throws Exception {
        try (RunStore first = store()) {
            TestRun run = new TestRun(first, folder, "run").start();
            tell(first, run, "evaluation");
            run.finish();
        }

        try (RunStore next = store()) {
            TestRun run = new TestRun(next, folder, "run");
            next.recheckStarted(run.info, "run run");
            tell(next, run, "recheck-1");
            next.recheckFinished(run.info, null);
        }

        assertThat(rows(url, "select status, outcome from public.orchestrator_runs"))
                .containsExactly("finished|passed");
        assertThat(rows(url, "select unique_id, position from public.orchestrator_results order by position"))
                .containsExactly(
                        "[engine:assay]/[run:1]/[stage:evaluation]|1", "[engine:assay]/[run:1]/[stage:recheck-1]|2");
        StoredResults stored = StoredResults.of(folder.resolve("run"));
        assertThat(stored.stages()).containsExactly("evaluation", "recheck-1");
    }

    @Test
    void should_know_each_check_as_it_was_found_last() {
        try (RunStore store = store()) {
            TestRun run = new TestRun(store, folder, "run").start();
            check(store, run, "evaluation", "api", Outcome.FAILED);
            check(store, run, "evaluation-2", "api", Outcome.PASSED);
            check(store, run, "evaluation-2", "rls", Outcome.PASSED);
            check(store, run, "recheck-1", "rls", Outcome.FAILED);
            check(store, run, "recheck-1", "not-run", Outcome.SKIPPED);
            run.finish();
        }

        StoredResults stored = StoredResults.of(folder.resolve("run"));
        assertThat(stored.latestChecks())
                .hasSize(2)
                .hasEntrySatisfying(
                        "[check:api]", check -> assertThat(check.outcome()).isEqualTo("passed"))
                .hasEntrySatisfying(
                        "[check:rls]", check -> assertThat(check.outcome()).isEqualTo("failed"));
        assertThat(stored.nextRecheck()).isEqualTo("recheck-2");
    }

    private static void check(RunStore store, TestRun run, String stage, String id, Outcome outcome) {
        String parent = run.info.uniqueId() + "/[stage:" + stage + "]";
        Node node = new Node(
                parent + "/[check:" + id + "]", parent, new Stage("check", id, id, Map.of("layer", id)), true, 1);
        store.stageStarted(run.info, node);
        store.stageFinished(
                run.info, node, new StageResult(outcome, Optional.empty(), "", 1, true, List.of(), List.of()));
    }

    @Test
    void should_store_nothing_of_a_recheck_of_an_app_that_no_run_built() throws Exception {
        try (RunStore store = store()) {
            TestRun run = new TestRun(store, folder, "mutant");
            store.recheckStarted(run.info, "mutant rls-off");
            tell(store, run, "evaluation");
            store.recheckFinished(run.info, null);
        }

        database.connection().close();
        assertThat(rows(url, "select count(*) from public.orchestrator_runs")).containsExactly("0");
        assertThat(folder.resolve("mutant")).doesNotExist();
    }

    @Test
    void should_count_the_time_of_every_process_and_keep_the_heartbeat_of_the_last() throws Exception {
        try (RunStore dying = store()) {
            TestRun run = new TestRun(dying, folder, "run").start();
            run.text(run.attempt(Phase.IMPLEMENT, 1), "half of it");
        }
        Instant heard = StoredResults.of(folder.resolve("run")).lastHeard(folder.resolve("run"));
        Instant before = Instant.now();
        try (RunStore next = store()) {
            TestRun run = new TestRun(next, folder, "run");
            next.runResumed(run.info);
            // a later row of the run says nothing of the heartbeat, which the database renews
            next.planAccepted(run.info, new Plan(List.of(), JsonMapper.shared().readTree("{\"steps\":[]}")));
            run.finish();
        }

        long first = Duration.between(new TestRun(null, folder, "run").info.started(), heard)
                .toMillis();
        assertThat(rows(url, "select duration_ms, heartbeat_at >= '" + before + "' from public.orchestrator_runs"))
                .containsExactly((Math.max(0, first) + 3_000) + "|t");
    }

    private static void tell(RunStore store, TestRun run, String stage) {
        Node node = run.node("stage", stage, Map.of());
        store.stageStarted(run.info, node);
        store.stageFinished(run.info, node, StageResult.PASSED);
    }

    private RunStore store() {
        return new RunStore(
                database,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                Clock.systemUTC(),
                32L << 20,
                Duration.ofSeconds(20));
    }
}
