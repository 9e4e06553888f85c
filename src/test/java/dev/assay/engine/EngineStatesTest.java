package dev.assay.engine;

import static dev.assay.engine.ScriptedRuns.node;
import static dev.assay.engine.ScriptedRuns.passed;
import static dev.assay.engine.ScriptedRuns.result;
import static dev.assay.engine.ScriptedRuns.skipped;
import static dev.assay.engine.ScriptedRuns.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.assay.engine.execution.RunAborted;
import dev.assay.run.Cause;
import dev.assay.run.Outcome;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import dev.assay.run.Stages.TestBody;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** What each outcome of a run looks like in the tree. */
class EngineStatesTest {
    @TempDir
    Path directory;

    private ExperimentFolder folder;

    @BeforeEach
    void writeExperiment() {
        folder = new ExperimentFolder(directory).with("todo");
    }

    @Test
    void should_show_a_deciding_failure_as_a_failed_leaf_without_stack_trace() {
        Tree tree = leaf(failing(Outcome.FAILED, Cause.CHECK_FAILED, "anon reads todos", true), Outcome.FAILED);

        assertThat(tree.failed()).containsExactly("check:rls");
        assertThat(tree.problem("check:rls"))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessage("anon reads todos")
                .satisfies(it -> assertThat(it.getStackTrace()).isEmpty());
    }

    @Test
    void should_show_a_failure_that_does_not_decide_as_not_verified() {
        Tree tree = leaf(
                failing(Outcome.FAILED, Cause.NOT_VERIFIED, "given up after 7 resolutions", false), Outcome.PASSED);

        assertThat(tree.failed()).isEmpty();
        assertThat(tree.aborted()).containsExactly("check:rls");
        assertThat(tree.problem("check:rls"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("not verified: given up after 7 resolutions");
    }

    @Test
    void should_show_what_was_tried_again_as_superseded() {
        Tree tree = leaf(failing(Outcome.SUPERSEDED, Cause.CHECK_FAILED, "anon reads todos", false), Outcome.PASSED);

        assertThat(tree.failed()).isEmpty();
        assertThat(tree.problem("check:rls"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("superseded: anon reads todos");
    }

    @Test
    void should_fail_the_container_of_an_aborted_run_and_no_leaf() {
        ScriptedRuns runs = new ScriptedRuns(
                result(Outcome.ABORTED, Optional.of(Cause.RATE_LIMITED), "429, try again in 20 s"),
                stages -> stages.test(
                        stage("plan"), failing(Outcome.ABORTED, Cause.RATE_LIMITED, "429, try again in 20 s", true)));

        Tree tree = run(runs);

        assertThat(tree.failed()).containsExactly("run:1");
        assertThat(tree.problem("run:1"))
                .isInstanceOf(RunAborted.class)
                .hasMessage("ABORTED rate-limited: 429, try again in 20 s");
        assertThat(tree.problem("stage:plan")).hasMessage("aborted: rate-limited: 429, try again in 20 s");
    }

    @Test
    void should_fail_the_container_of_a_failed_run_that_no_leaf_has_failed() {
        Tree tree = run(new ScriptedRuns(
                result(Outcome.FAILED, Optional.of(Cause.PLAN_INVALID), "no step"),
                stages -> stages.test(stage("plan"), () -> StageResult.PASSED)));

        assertThat(tree.failed()).containsExactly("run:1");
        assertThat(tree.problem("run:1")).hasMessage("FAILED plan-invalid: no step");
    }

    @Test
    void should_fail_a_leaf_whose_body_throws_and_go_on() {
        ScriptedRuns runs = new ScriptedRuns(passed(), stages -> {
            stages.test(stage("plan"), () -> {
                throw new IllegalStateException("a bug");
            });
            stages.container(stage("build"), build -> build.test(node("check", "x", "x"), () -> StageResult.PASSED));
        });

        Tree tree = run(runs);

        assertThat(tree.failed()).containsExactly("stage:plan");
        assertThat(tree.succeeded()).contains("check:x");
        assertThat(runs.finished).hasValue(1);
    }

    @Test
    void should_fail_a_run_that_names_a_stage_nobody_knows() {
        ScriptedRuns runs = new ScriptedRuns(passed(), stages -> stages.test(stage("lunch"), () -> StageResult.PASSED));

        Tree tree = run(runs);

        assertThat(tree.failed()).containsExactly("run:1");
        assertThat(tree.problem("run:1")).hasMessageContaining("stage lunch");
        assertThat(runs.finished).hasValue(1);
    }

    @Test
    void should_fail_every_run_and_open_once_when_the_session_cannot_open() {
        AtomicInteger opened = new AtomicInteger();
        folder.with("chat");

        Tree tree = Tree.of(
                new AssayTestEngine(
                        settings -> {
                            opened.incrementAndGet();
                            throw new IllegalStateException("the log database cannot start");
                        },
                        directory),
                selectClass(Fixture.class));

        assertThat(tree.failed()).containsExactly("run:1", "run:1");
        assertThat(tree.problem("run:1"))
                .isInstanceOf(RunAborted.class)
                .hasMessageStartingWith("ABORTED harness-bug: ")
                .hasMessageContaining("the log database cannot start");
        assertThat(opened).hasValue(1);
    }

    @Test
    void should_finish_the_run_and_start_no_other_when_interrupted() {
        folder.with("chat");
        AtomicBoolean loopHeard = new AtomicBoolean();
        ScriptedRuns runs = new ScriptedRuns(
                result(Outcome.ABORTED, Optional.of(Cause.INTERRUPTED), "by the user"),
                stages -> stages.container(stage("build"), build -> {
                    try {
                        build.test(node("attempt", "a", "a"), () -> {
                            throw new InterruptedException();
                        });
                    } catch (InterruptedException e) {
                        loopHeard.set(true);
                        throw e;
                    }
                }));

        Tree tree = run(runs);

        assertThat(loopHeard).isTrue();
        assertThat(tree.problem("attempt:a")).hasMessageStartingWith("aborted: interrupted");
        assertThat(tree.failed()).containsExactly("run:1");
        assertThat(tree.skipped()).contains("run:1", "stage:evaluation");
        assertThat(runs.started).hasSize(1);
        assertThat(runs.finished).hasValue(1);
        assertThat(runs.closed).hasValue(1);
    }

    @Test
    void should_skip_with_the_reason_that_the_run_gives_or_one_of_its_own() {
        ScriptedRuns runs = new ScriptedRuns(passed(), stages -> {
            stages.test(stage("plan"), () -> StageResult.PASSED);
            stages.container(stage("build"), build -> build.skipped(node("step", "ui", "ui"), skipped("needs tables")));
            stages.skipped(stage("browser"), skipped("the contract names no flow"));
        });

        Tree tree = run(runs);

        assertThat(tree.skipReason("step:ui")).isEqualTo("needs tables");
        assertThat(tree.skipReason("stage:browser")).isEqualTo("the contract names no flow");
        assertThat(tree.skipReason("stage:smoke")).isEqualTo("nothing to do in this run");
    }

    @Test
    void should_run_all_stages_in_order_and_close_once() {
        ScriptedRuns runs = ScriptedRuns.passing();

        Tree tree = run(runs);

        assertThat(tree.failed()).isEmpty();
        assertThat(tree.leaves())
                .containsExactly("stage:plan", "attempt:implement-1", "check:owner", "check:anon", "check:api");
        assertThat(tree.ids())
                .contains("[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:todo]/[variant:" + tree.variant()
                        + "]/[run:1]/[stage:build]/[step:tables]/[layer:rls]/[check:owner]");
        assertThat(runs.started).containsExactly(tree.idOf("run:1"));
        assertThat(runs.finished).hasValue(1);
        assertThat(runs.closed).hasValue(1);
    }

    @Test
    void should_let_no_control_character_of_an_agent_into_a_name_or_message() {
        ScriptedRuns runs = new ScriptedRuns(
                result(Outcome.FAILED, Optional.empty(), ""),
                stages -> stages.container(
                        stage("build"),
                        build -> build.test(
                                node("check", "x", "\u001b[31mred\nline"),
                                failing(Outcome.FAILED, Cause.CHECK_FAILED, "\u001b[2Jgone\nnext \u202etxt", true))));

        Tree tree = run(runs);

        assertThat(tree.names()).contains("\uFFFD[31mred line");
        assertThat(tree.problem("check:x")).hasMessage("\uFFFD[2Jgone\nnext \uFFFDtxt");
    }

    private Tree leaf(TestBody body, Outcome outcome) {
        RunResult result = result(outcome, Optional.empty(), "");
        return run(new ScriptedRuns(
                result,
                stages -> stages.container(stage("evaluation"), all -> all.test(node("check", "rls", "rls"), body))));
    }

    private static TestBody failing(Outcome outcome, Cause cause, String message, boolean deciding) {
        return () -> StageResult.of(outcome, cause, message, deciding);
    }

    private Tree run(ScriptedRuns runs) {
        return Tree.of(new AssayTestEngine(settings -> runs, directory), selectClass(Fixture.class));
    }
}
