package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.check.LayerKind;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLoopTest {
    @TempDir
    Path folder;

    private ScriptedRun run;

    @BeforeEach
    void script() {
        run = new ScriptedRun(folder).agent(ScriptedRun::worksWell);
    }

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void should_fail_when_the_plan_cannot_be_used_twice() throws Exception {
        run.agent(request -> "I would start with the schema.");

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.cause()).contains(Cause.PLAN_INVALID);
        assertThat(run.calls).containsExactly("plan 1", "plan 2");
        assertThat(run.told.get(1))
                .contains("Your last answer could not be used")
                .contains("not JSON");
        assertThat(run.tree.leaves().get(0)).startsWith("plan: FAILED!");
        assertThat(run.tree.leaves())
                .filteredOn(leaf -> leaf.contains("SKIPPED"))
                .hasSize(4);
    }

    @Test
    void should_abort_when_the_planner_is_rate_limited() throws Exception {
        run.agent(request -> Ending.RATE_LIMITED);

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(result.cause()).contains(Cause.RATE_LIMITED);
    }

    @Test
    void should_retry_a_step_that_an_early_check_finds_leaking_although_the_verifier_proceeds() throws Exception {
        run.layer(
                LayerKind.RLS,
                (subject, checks) -> checks.check(
                        "todos.user-b",
                        "todos · user B",
                        probe -> probe.expect(run.schema > 1, "user B can select a row of todos", "no row", "1 row")));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls)
                .containsExactly(
                        "plan 1", "implement schema 1", "verify schema 1", "implement schema 2", "verify schema 2");
        assertThat(run.told.get(3)).contains("user B can select a row of todos");
        assertThat(run.tree.leaves())
                .contains(
                        "build/schema/1/rls/todos.user-b: SUPERSEDED user B can select a row of todos",
                        "build/schema/2/rls/todos.user-b: PASSED")
                .anyMatch(
                        leaf -> leaf.startsWith("build/schema/1/verify: SUPERSEDED PASS PROCEED, but an early check"));
    }

    @Test
    void should_let_the_evaluation_alone_decide() throws Exception {
        run.layer(
                LayerKind.RLS,
                (subject, checks) -> checks.check(
                        "t",
                        "t",
                        probe -> probe.expect(
                                !subject.workspace().endsWith("evaluation"), "user B can delete a row", "no", "yes")));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.cause()).contains(Cause.CHECK_FAILED);
        assertThat(result.message()).isEqualTo("rls: user B can delete a row");
        assertThat(run.tree.leaves()).contains("evaluation/rls/t: FAILED! user B can delete a row");
    }

    @Test
    void should_measure_what_is_there_after_a_step_is_given_up() throws Exception {
        run.agent(request -> switch (request.phase()) {
            case PLAN -> "{\"steps\":[" + ScriptedRun.step("a") + "," + ScriptedRun.step("b") + "]}";
            case VERIFY -> ScriptedRun.RETRY;
            default -> "done";
        });

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.tree.leaves())
                .anyMatch(leaf -> leaf.startsWith("build/a/3/verify: FAILED the step is given up after 2 of 2 retries"))
                .anyMatch(leaf -> leaf.startsWith("build/b: SKIPPED unreached"));
    }

    @Test
    void should_go_by_the_checks_when_the_verifier_gives_no_verdict() throws Exception {
        run.agent(request -> request.phase() == Phase.VERIFY ? "looks fine" : ScriptedRun.worksWell(request));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement schema 1", "verify schema 1", "verify schema 2");
        assertThat(run.tree.leaves())
                .anyMatch(leaf -> leaf.startsWith("build/schema/1/verify: FAILED no verdict: the answer is not JSON"));
    }

    @Test
    void should_abort_and_not_fail_when_the_target_goes_away() throws Exception {
        run.layer(LayerKind.API, (subject, checks) -> {
            run.trouble = "the gateway does not answer";
            checks.check("t", "t", probe -> probe.expect(false, "todos does not answer", "200", "refused"));
        });

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(result.cause()).contains(Cause.TARGET_UNAVAILABLE);
        assertThat(result.message()).contains("the gateway does not answer");
        assertThat(run.tree.leaves()).noneMatch(leaf -> leaf.contains("FAILED"));
    }

    @Test
    void should_abort_when_a_check_makes_no_assertion() throws Exception {
        run.layer(LayerKind.API, (subject, checks) -> checks.check("t", "t", probe -> {}));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(result.cause()).contains(Cause.CHECK_ERROR);
    }

    @Test
    void should_never_pass_a_layer_of_which_nothing_could_be_asked() throws Exception {
        run.layer(LayerKind.RLS, (subject, checks) -> checks.skipped("t", "t", "no table"));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(result.message()).contains("rls");
    }

    @Test
    void should_say_that_assay_failed_when_a_layer_throws() throws Exception {
        run.layer(LayerKind.API, (subject, checks) -> {
            throw new IllegalStateException("a bug");
        });

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(result.cause()).contains(Cause.HARNESS_BUG);
        assertThat(result.message()).contains("a bug");
    }

    @Test
    void should_have_smoke_fixed_twice_at_most() throws Exception {
        run.layer(
                LayerKind.SMOKE,
                (subject, checks) -> checks.check(
                        "build", "build", probe -> probe.expect(false, "the app does not build", "exit 0", "exit 1")));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(run.calls).contains("fix 1", "fix 2").doesNotContain("fix 3");
        assertThat(run.tree.leaves())
                .contains(
                        "smoke/1/build: SUPERSEDED the app does not build",
                        "smoke/3/build: FAILED the app does not build",
                        "evaluation/smoke/build: FAILED! the app does not build");
    }

    @Test
    void should_have_the_browser_layer_fixed_and_take_its_last_results_over() throws Exception {
        run.flows.add("login");
        run.layer(
                LayerKind.BROWSER,
                (subject, checks) -> checks.check("login", "login", probe -> {
                    probe.attach("what was seen", "text/plain", "the page");
                    probe.expect(run.calls.contains("fix 1"), "nobody can sign in", "a way in", "none");
                }));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.told.get(run.told.size() - 1)).contains("nobody can sign in");
        assertThat(run.tree.leaves())
                .contains(
                        "browser/1/login: SUPERSEDED nobody can sign in",
                        "browser/2/login: PASSED",
                        "evaluation/browser/login: PASSED!");
        assertThat(run.asked(LayerKind.BROWSER)).isEqualTo(2);
        assertThat(run.asked(LayerKind.SMOKE)).as("a fix made another app").isEqualTo(2);
    }

    @Test
    void should_not_open_a_browser_on_an_app_that_does_not_run() throws Exception {
        run.flows.add("login");
        run.layer(
                LayerKind.BROWSER,
                (subject, checks) -> checks.check("login", "login", probe -> probe.expect(true, "in", "in", "out")));
        run.layer(
                LayerKind.SMOKE,
                (subject, checks) -> checks.check(
                        "build", "build", probe -> probe.expect(false, "the app does not build", "exit 0", "exit 1")));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(run.tree.leaves())
                .contains("evaluation/browser/login: PASSED!")
                .anyMatch(leaf -> leaf.startsWith("browser/") && leaf.contains("smoke did not pass"));
        assertThat(run.asked(LayerKind.BROWSER)).as("in the evaluation").isEqualTo(1);
    }

    @Test
    void should_put_back_what_a_verifier_changed_and_say_so() throws Exception {
        run.agent(request -> {
            if (request.phase() == Phase.VERIFY) {
                try {
                    Files.writeString(request.workspace().resolve("work.txt"), "tampered");
                } catch (java.io.IOException e) {
                    throw new IllegalStateException(e);
                }
            }
            return ScriptedRun.worksWell(request);
        });

        RunResult result = run.run();

        assertThat(folder.resolve("run/workspace/work.txt")).hasContent("implement schema 1");
        assertThat(result.warnings()).anyMatch(warning -> warning.startsWith("tampered"));
    }
}
