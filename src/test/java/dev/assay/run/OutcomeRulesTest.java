package dev.assay.run;

import static dev.assay.run.ScriptedRun.ONE_STEP;
import static dev.assay.run.ScriptedRun.plan;
import static dev.assay.run.ScriptedRun.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.check.CheckError;
import dev.assay.check.LayerKind;
import dev.assay.experiment.Limits;
import dev.assay.run.ScriptedRun.Reply;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose failure is it: each rule on the real loop with a scripted agent. */
class OutcomeRulesTest {
    @TempDir
    Path folder;

    private final List<String> causes = new ArrayList<>();
    private ScriptedRun run;

    @BeforeEach
    void script() {
        run = new ScriptedRun(folder).agent(ScriptedRun::worksWell);
        run.listeners.add(new RunListener() {
            @Override
            public void attemptFinished(RunInfo info, Attempt attempt, AttemptResult result) {
                result.cause().ifPresent(cause -> causes.add(attempt.phase().id() + " " + cause.id()));
            }
        });
    }

    @AfterEach
    void close() {
        run.close();
    }

    /** All works well, but for one phase. */
    private void but(Phase phase, Function<AgentRequest, Object> answers) {
        run.agent(request -> request.phase() == phase ? answers.apply(request) : ScriptedRun.worksWell(request));
    }

    private String leaf(String path) {
        return run.tree.leaves().stream()
                .filter(leaf -> leaf.startsWith(path + ": "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no leaf " + path + " in " + run.tree.leaves()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "first the schema, then the rest | not JSON",
                "{\"steps\":[]} | steps",
                "{\"steps\":[{\"id\":\"a\",\"title\":\"t\",\"description\":\"d\",\"phase\":\"cooking\",\"acceptance_criteria\":[]}]} | phase",
                "{\"steps\":[{\"id\":\"a\",\"title\":\"t\",\"description\":\"d\",\"phase\":\"fix\",\"acceptance_criteria\":[]}]} | phase",
                "TWICE | two steps have the id \"a\"",
                "LOST | needs \"b\", which is no step before it"
            })
    void should_ask_once_more_for_a_plan_with_the_exact_complaint(String answer, String complaint) throws Exception {
        String first = answer.equals("TWICE")
                ? plan(step("a"), step("a"))
                : answer.equals("LOST") ? plan(step("a", "setup", ",\"needs\":[\"b\"]"), step("b")) : answer;
        but(Phase.PLAN, request -> request.attempt() == 1 ? first : ONE_STEP);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).startsWith("plan 1", "plan 2").doesNotContain("plan 3");
        assertThat(run.told.get(1)).contains(complaint);
        assertThat(causes).containsExactly("plan schema-failed");
    }

    @Test
    void should_fail_without_an_evaluation_when_the_planner_uses_up_its_time_twice() throws Exception {
        but(Phase.PLAN, request -> Ending.TIMED_OUT);

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.cause()).contains(Cause.TIMED_OUT);
        assertThat(leaf("plan")).startsWith("plan: FAILED! ");
        assertThat(leaf("evaluation/not-run")).contains("SKIPPED");
    }

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"TIMED_OUT", "IDLE"})
    void should_check_what_an_implementer_did_although_its_clock_ended_it(Ending ending) throws Exception {
        but(Phase.IMPLEMENT, request -> Reply.endedAfterWork(ending));

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement schema 1", "verify schema 1");
        assertThat(causes).containsExactly("implement " + Cause.of(ending).id());
        assertThat(leaf("build/schema/1/implement")).contains("SUPERSEDED").contains("checked as it is");
        assertThat(leaf("build/schema/1/verify")).contains("PASSED");
    }

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"TIMED_OUT", "IDLE"})
    void should_try_an_implementer_that_did_nothing_in_time_once_more_and_then_give_up(Ending ending) throws Exception {
        but(Phase.IMPLEMENT, request -> ending);

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement schema 1", "implement schema 2");
        assertThat(leaf("build/schema/1/implement")).contains("SUPERSEDED");
        assertThat(leaf("build/schema/2/implement")).startsWith("build/schema/2/implement: FAILED ");
    }

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"CONTEXT_FULL", "LIMIT_TURNS", "SCHEMA_FAILED", "REFUSED", "FORBIDDEN"})
    void should_end_the_attempt_and_try_the_step_again(Ending ending) throws Exception {
        but(Phase.IMPLEMENT, request -> request.attempt() == 1 ? Reply.endedAfterWork(ending) : "done");

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement schema 1", "implement schema 2", "verify schema 1");
        assertThat(run.told.get(2)).contains(Cause.of(ending).meaning());
        assertThat(leaf("build/schema/1/implement")).contains("SUPERSEDED");
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void should_abort_the_run_for_the_worlds_failures_and_for_no_other(Ending ending) throws Exception {
        but(Phase.IMPLEMENT, request -> ending);

        RunResult result = run.run();

        boolean worlds = List.of(
                        Ending.AUTH,
                        Ending.BILLING,
                        Ending.BUDGET,
                        Ending.RATE_LIMITED,
                        Ending.OVERLOADED,
                        Ending.API_ERROR,
                        Ending.MODEL_NOT_FOUND,
                        Ending.INTERRUPTED,
                        Ending.CLI_USAGE,
                        Ending.CLI_CRASHED,
                        Ending.IDLE_AT_START)
                .contains(ending);
        assertThat(result.outcome() == Outcome.ABORTED).isEqualTo(worlds);
        if (worlds) {
            assertThat(result.cause()).contains(Cause.of(ending));
            assertThat(run.tree.leaves()).noneMatch(leaf -> leaf.contains(": FAILED"));
            assertThat(leaf("build/schema/1/implement")).contains("ABORTED! it ended");
            assertThat(leaf("evaluation/not-run")).contains("SKIPPED");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"PLAN", "IMPLEMENT", "VERIFY"})
    void should_fail_where_nothing_more_may_be_spent_and_end_there(Phase phase) throws Exception {
        but(phase, request -> Ending.LIMIT_BUDGET);

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.cause()).contains(Cause.LIMIT_BUDGET);
        assertThat(run.calls.get(run.calls.size() - 1)).startsWith(phase.id()).endsWith("1");
        assertThat(run.tree.leaves())
                .filteredOn(leaf -> leaf.contains("FAILED!"))
                .hasSize(1);
        assertThat(leaf("evaluation/not-run")).contains("SKIPPED");
    }

    @Test
    void should_make_no_call_after_the_experiments_cost_limit() throws Exception {
        run.costOfACall = Optional.of(new BigDecimal("0.30"));
        Limits limits = Limits.DEFAULT;
        run.limits = new Limits(
                limits.retries(),
                limits.resolutions(),
                limits.plan(),
                limits.agent(),
                limits.tool(),
                limits.check(),
                Optional.of(new BigDecimal("0.50")));

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.cause()).contains(Cause.LIMIT_BUDGET);
        assertThat(result.message()).contains("the run has cost 0.60 USD, and its limit is 0.50 USD");
        assertThat(run.calls).containsExactly("plan 1", "implement schema 1");
    }

    @Test
    void should_show_a_step_without_a_verdict_as_not_verified_in_a_run_that_passes() throws Exception {
        but(Phase.VERIFY, request -> Ending.TIMED_OUT);

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement schema 1", "verify schema 1", "verify schema 2");
        assertThat(leaf("build/schema/1/verify")).contains("FAILED no verdict").contains("used up its time");
    }

    @Test
    void should_let_failed_beat_aborted_and_aborted_beat_passed() throws Exception {
        run.layer(
                LayerKind.API,
                (subject, checks) -> checks.check("broken", "broken", probe -> {
                    throw new CheckError("the catalog could not be read");
                }));
        assertThat(run.run().outcome()).isEqualTo(Outcome.ABORTED);

        try (ScriptedRun both = new ScriptedRun(folder.resolve("both")).agent(ScriptedRun::worksWell)) {
            both.layer(
                    LayerKind.API,
                    (subject, checks) -> checks.check("broken", "broken", probe -> {
                        throw new CheckError("the catalog could not be read");
                    }));
            both.layer(
                    LayerKind.RLS,
                    (subject, checks) ->
                            checks.check("leak", "leak", probe -> probe.expect(false, "user B reads", "no", "yes")));

            RunResult result = both.run();

            assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(result.cause()).contains(Cause.CHECK_FAILED);
        }
    }

    @Test
    void should_redden_only_what_decides() throws Exception {
        run.layer(
                LayerKind.RLS,
                (subject, checks) ->
                        checks.check("leak", "leak", probe -> probe.expect(false, "user B reads", "no", "yes")));

        run.run();

        assertThat(run.tree.leaves())
                .filteredOn(leaf -> leaf.contains("FAILED!"))
                .containsExactly("evaluation/rls/leak: FAILED! user B reads");
        assertThat(leaf("build/schema/1/rls/leak")).contains("SUPERSEDED");
        assertThat(leaf("build/schema/3/rls/leak")).contains("FAILED user B reads");
        assertThat(leaf("build/schema/3/verify")).contains("FAILED the step is given up");
    }

    @Test
    void should_never_pass_a_layer_that_was_left_out_without_saying_that_the_run_is_partial() throws Exception {
        run.partial = Set.of("smoke");

        RunResult result = run.run();

        assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(result.partial()).isTrue();
        assertThat(leaf("evaluation/smoke/not-run")).endsWith("SKIPPED left out by option");
    }

    @Test
    void should_apply_what_a_fix_left_before_it_looks_again() throws Exception {
        List<String> told = new ArrayList<>();
        run.layer(
                LayerKind.SMOKE,
                (subject, checks) -> checks.check(
                        "build",
                        "build",
                        probe -> probe.expect(run.schema > 1, "the app does not build", "exit 0", "exit 1")));
        but(Phase.FIX, request -> {
            told.add(request.prompt());
            return "done";
        });

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(told).singleElement().asString().contains("the app does not build");
        assertThat(leaf("smoke/apply-1")).contains("PASSED");
        assertThat(leaf("smoke/2/build")).contains("PASSED");
    }
}
