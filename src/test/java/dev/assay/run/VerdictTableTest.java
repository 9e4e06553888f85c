package dev.assay.run;

import static dev.assay.run.ScriptedRun.PROCEED;
import static dev.assay.run.ScriptedRun.plan;
import static dev.assay.run.ScriptedRun.step;
import static dev.assay.run.ScriptedRun.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Phase;
import dev.assay.check.LayerKind;
import dev.assay.run.ScriptedRun.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

/** Each row of the verdict table and each limit, on the real loop with a scripted agent. */
class VerdictTableTest {
    private static final String UNCHANGED = "{\"unchanged\":true}";

    @TempDir
    Path folder;

    private final Map<Attempt, AttemptResult> attempts = new HashMap<>();
    private final List<Plan> plans = new ArrayList<>();
    private ScriptedRun run;

    @BeforeEach
    void script() {
        run = new ScriptedRun(folder);
        run.listeners.add(new RunListener() {
            @Override
            public void attemptFinished(RunInfo info, Attempt attempt, AttemptResult result) {
                attempts.put(attempt, result);
            }

            @Override
            public void planAccepted(RunInfo info, Plan plan) {
                plans.add(plan);
            }
        });
    }

    @AfterEach
    void close() {
        run.close();
    }

    /** A plan, and what the verifier says in each of its calls; the last one again and again. */
    private void verdicts(String plan, Object... verdicts) {
        int[] asked = {0};
        run.agent(request -> switch (request.phase()) {
            case PLAN -> plan;
            case REPLAN -> UNCHANGED;
            case VERIFY -> verdicts[Math.min(asked[0]++, verdicts.length - 1)];
            default -> "done";
        });
    }

    private void checks(java.util.function.IntPredicate clean) {
        run.layer(
                LayerKind.RLS,
                (subject, checks) -> checks.check(
                        "leak",
                        "leak",
                        probe -> probe.expect(
                                clean.test(run.schema) || subject.workspace().endsWith("evaluation"),
                                "user B can read a row",
                                "no",
                                "yes")));
    }

    private String prompt(String call) {
        return run.told.get(run.calls.indexOf(call));
    }

    private AttemptResult attempt(Phase phase) {
        return attempts.entrySet().stream()
                .filter(entry -> entry.getKey().phase() == phase)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private String leaf(String path) {
        return run.tree.leaves().stream()
                .filter(leaf -> leaf.startsWith(path + ": "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no leaf " + path + " in " + run.tree.leaves()));
    }

    @Test
    void should_go_on_to_the_next_step_when_the_verifier_proceeds() throws Exception {
        verdicts(plan(step("a"), step("b")), PROCEED);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement a 1", "verify a 1", "implement b 1", "verify b 1");
        assertThat(leaf("build/a/1/verify")).endsWith("PASSED PASS PROCEED");
    }

    @Test
    void should_implement_again_with_the_issues_when_the_verifier_says_retry_on_clean_checks() throws Exception {
        verdicts(plan(step("a")), verdict("FAIL", "RETRY", ""), PROCEED);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement a 1", "verify a 1", "implement a 2", "verify a 2");
        assertThat(prompt("implement a 2")).contains("- RETRY it is");
        assertThat(leaf("build/a/1/verify")).contains("SUPERSEDED FAIL RETRY: RETRY it is");
    }

    @Test
    void should_have_something_looked_up_and_keep_what_was_read() throws Exception {
        String search = verdict("FAIL", "WEB_SEARCH", ",\"query\":\"policies for upsert\"");
        verdicts(plan(step("a")), search, PROCEED);
        Object answers = Reply.seen(
                "An upsert needs both policies.",
                web("1", CanonicalTool.WEB_SEARCH, "supabase upsert rls", null),
                web("2", CanonicalTool.WEB_FETCH, "", "https://supabase.com/docs/rls"));
        researching(answers);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls)
                .containsExactly(
                        "plan 1", "implement a 1", "verify a 1", "research a 1", "implement a 2", "verify a 2");
        assertThat(prompt("research a 1")).contains("policies for upsert");
        assertThat(prompt("implement a 2"))
                .contains("WEB_SEARCH it is")
                .contains("policies for upsert")
                .contains("An upsert needs both policies.");
        assertThat(attempt(Phase.RESEARCH).parsedResult().orElseThrow().toString())
                .isEqualTo("{\"query\":\"policies for upsert\",\"searches\":[\"supabase upsert rls\"],"
                        + "\"pages\":[\"https://supabase.com/docs/rls\"]}");
        assertThat(leaf("build/a/1/research")).contains("PASSED");
    }

    @Test
    void should_implement_again_without_an_answer_when_nothing_could_be_looked_up() throws Exception {
        verdicts(plan(step("a")), verdict("FAIL", "WEB_SEARCH", ",\"query\":\"q\""), PROCEED);
        researching(dev.assay.agent.Ending.TIMED_OUT);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(leaf("build/a/1/research")).contains("SUPERSEDED the agent used up its time");
        assertThat(prompt("implement a 2")).contains("WEB_SEARCH it is");
    }

    @Test
    void should_run_a_diagnostic_of_the_list_itself_and_tell_its_output() throws Exception {
        run.diagnostics = List.of("echo found it; touch litter; exit 3");
        verdicts(
                plan(step("a")),
                verdict("FAIL", "RUN_DIAGNOSTIC", ",\"command\":\"" + run.diagnostics.get(0) + "\""),
                PROCEED);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).containsExactly("plan 1", "implement a 1", "verify a 1", "implement a 2", "verify a 2");
        assertThat(prompt("implement a 2")).contains("exited with 3").contains("found it");
        Attempt diagnose = attempts.keySet().stream()
                .filter(attempt -> attempt.phase() == Phase.DIAGNOSE)
                .findFirst()
                .orElseThrow();
        assertThat(diagnose.tool()).isEqualTo("assay");
        assertThat(diagnose.stepId()).contains("a");
        assertThat(attempt(Phase.DIAGNOSE).agent().exitCode()).hasValue(3);
        assertThat(folder.resolve("run/workspace/litter")).doesNotExist();
    }

    @Test
    void should_refuse_a_diagnostic_that_is_not_on_the_list_and_count_it_as_a_retry() throws Exception {
        run.diagnostics = List.of("npm test");
        verdicts(plan(step("a")), verdict("FAIL", "RUN_DIAGNOSTIC", ",\"command\":\"touch pwned\""));

        run.run();

        assertThat(leaf("build/a/1/diagnose")).contains("SKIPPED refused: `touch pwned`");
        assertThat(prompt("implement a 2")).contains("not on the list of diagnostics and was not run");
        assertThat(folder.resolve("run/workspace/pwned")).doesNotExist();
        assertThat(run.calls).contains("implement a 3").doesNotContain("implement a 4");
    }

    @Test
    void should_leave_a_step_out_with_its_reason_and_take_no_check_away() throws Exception {
        run.layer(
                LayerKind.RLS,
                (subject, checks) ->
                        checks.check("leak", "leak", probe -> probe.expect(false, "user B reads", "no", "yes")));
        verdicts(plan(step("a"), step("b")), verdict("FAIL", "SKIP", ",\"reason\":\"nobody asked for it\""));

        RunResult result = run.run();

        assertThat(leaf("build/a/1/verify")).endsWith("SKIPPED left out: nobody asked for it");
        assertThat(run.calls).contains("implement b 1").doesNotContain("implement a 2");
        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.message()).isEqualTo("rls: user B reads");
    }

    @Test
    void should_rewrite_what_remains_and_take_the_step_for_done_when_its_checks_are_clean() throws Exception {
        verdicts(plan(step("a"), step("b")), verdict("PASS", "MODIFY_PLAN", ""), PROCEED);
        replanning(plan(step("c"), step("d")).replace("{\"steps\"", "{\"unchanged\":false,\"steps\""));

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls)
                .containsExactly(
                        "plan 1",
                        "implement a 1",
                        "verify a 1",
                        "replan 1",
                        "implement c 1",
                        "verify c 1",
                        "implement d 1",
                        "verify d 1");
        assertThat(prompt("replan 1"))
                .contains("- a (a): done")
                .contains("\"id\" : \"b\"")
                .contains("MODIFY_PLAN it is")
                .doesNotContain("under way");
        assertThat(plans.get(1).steps()).extracting(Plan.PlanStep::id).containsExactly("a", "c", "d");
        assertThat(plans.get(1).steps().get(2).needs()).containsExactly("a", "c");
        assertThat(Answers.plan(plans.get(1).json()).steps())
                .isEqualTo(plans.get(1).steps());
        assertThat(leaf("build/a/replan-1")).contains("PASSED the remaining steps are now: c; d");
    }

    @Test
    void should_keep_a_step_among_the_remaining_ones_when_the_plan_changes_and_a_check_failed() throws Exception {
        checks(schema -> schema > 1);
        verdicts(plan(step("a"), step("b")), verdict("PARTIAL", "MODIFY_PLAN", ""), PROCEED);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls)
                .containsExactly(
                        "plan 1",
                        "implement a 1",
                        "verify a 1",
                        "replan 1",
                        "implement a 2",
                        "verify a 2",
                        "implement b 1",
                        "verify b 1");
        assertThat(prompt("replan 1")).contains("It is under way").contains("\"id\" : \"a\"");
        assertThat(prompt("implement a 2")).contains("user B can read a row").contains("MODIFY_PLAN it is");
    }

    @Test
    void should_drop_a_step_under_way_that_the_new_plan_leaves_out() throws Exception {
        checks(schema -> schema > 1);
        verdicts(plan(step("a"), step("b")), verdict("FAIL", "MODIFY_PLAN", ""), PROCEED);
        replanning("{\"unchanged\":false,\"steps\":[" + step("c") + "]}");

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls)
                .containsExactly("plan 1", "implement a 1", "verify a 1", "replan 1", "implement c 1", "verify c 1");
    }

    @Test
    void should_treat_a_changed_plan_like_a_retry_when_the_planner_was_asked_three_times() throws Exception {
        verdicts(plan(step("a"), step("b"), step("c"), step("d"), step("e")), verdict("PASS", "MODIFY_PLAN", ""));

        run.run();

        assertThat(run.calls)
                .contains("replan 3", "implement d 1", "implement d 2", "implement d 3")
                .doesNotContain("replan 4", "implement d 4", "implement e 1");
        assertThat(leaf("build/d/3/verify")).contains("FAILED the step is given up after 2 of 2 retries");
        assertThat(leaf("build/e")).contains("SKIPPED unreached: step \"d\"");
    }

    @Test
    void should_leave_the_plan_as_it_is_when_the_planner_touches_what_is_locked() throws Exception {
        verdicts(plan(step("a"), step("b")), verdict("PASS", "MODIFY_PLAN", ""), PROCEED);
        replanning("{\"unchanged\":false,\"steps\":[" + step("a") + "," + step("c") + "]}");

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(prompt("replan 2")).contains("the id \"a\" belongs to a step that was worked on already");
        assertThat(leaf("build/a/replan-1")).contains("FAILED the plan stays as it is");
        assertThat(run.calls).contains("implement b 1").doesNotContain("implement c 1", "replan 3");
    }

    @Test
    void should_ask_the_planner_after_a_partial_verdict_deviations_or_a_warning_and_not_else() throws Exception {
        String deviates = "{\"status\":\"PASS\",\"recommendation\":\"PROCEED\",\"issues\":[],\"deviations\":[\"other"
                + " names\"]}";
        verdicts(
                plan(step("a"), step("b"), step("c"), step("d")), verdict("PARTIAL", "PROCEED", ""), deviates, PROCEED);
        run.layer(
                LayerKind.API,
                (subject, checks) -> checks.check("warns", "warns", probe -> {
                    probe.expect(true, "always", "", "");
                    if (run.schema == 3) {
                        probe.note("a view shows more than it should");
                    }
                }));

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).contains("replan 3").doesNotContain("replan 4");
        assertThat(prompt("replan 2")).contains("- other names");
        assertThat(prompt("replan 3")).contains("- a view shows more than it should");
        assertThat(leaf("build/b/replan-2")).contains("PASSED the plan stays as it is");
    }

    @Test
    void should_not_ask_the_planner_when_no_step_remains() throws Exception {
        verdicts(plan(step("a")), verdict("PARTIAL", "PROCEED", ""));

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).doesNotContain("replan 1");
    }

    @Test
    void should_give_a_step_up_after_seven_resolutions() throws Exception {
        verdicts(plan(step("a")), verdict("FAIL", "WEB_SEARCH", ",\"query\":\"q\""));

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).contains("research a 7", "implement a 8").doesNotContain("research a 8", "implement a 9");
        assertThat(leaf("build/a/8/verify")).contains("FAILED").contains("7 of 7 resolutions");
    }

    @Test
    void should_let_go_on_what_does_not_need_a_step_that_was_given_up() throws Exception {
        String plan = plan(
                step("a"),
                step("b", "frontend", ",\"needs\":[]"),
                step("c", "frontend", ",\"needs\":[\"a\"]"),
                step("d", "frontend", ",\"needs\":[\"c\"]"));
        run.agent(request -> switch (request.phase()) {
            case PLAN -> plan;
            case VERIFY -> request.stepId().equals(Optional.of("a")) ? verdict("FAIL", "RETRY", "") : PROCEED;
            default -> "done";
        });

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.calls).contains("implement b 1").doesNotContain("implement c 1", "implement d 1");
        assertThat(leaf("build/c")).endsWith("SKIPPED unreached: step \"a\", which it needs, was not done");
        assertThat(leaf("build/d")).contains("step \"c\"");
    }

    @Test
    void should_have_no_verdict_after_two_malformed_ones_and_retry_by_the_checks() throws Exception {
        checks(schema -> schema > 1);
        verdicts(plan(step("a")), verdict("PASS", "RETRY", ""), "it looks fine: PROCEED", PROCEED);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(prompt("verify a 2")).contains("PASS cannot go with RETRY");
        assertThat(leaf("build/a/1/verify")).contains("SUPERSEDED no verdict").contains("not JSON");
        assertThat(prompt("implement a 2")).contains("user B can read a row");
        assertThat(attempts.values().stream().filter(result -> result.cause().equals(Optional.of(Cause.SCHEMA_FAILED))))
                .hasSize(2);
    }

    private void researching(Object answer) {
        phase(Phase.RESEARCH, answer);
    }

    private void replanning(Object answer) {
        phase(Phase.REPLAN, answer);
    }

    private void phase(Phase phase, Object answer) {
        run.otherwise(before -> (AgentRequest request) -> request.phase() == phase ? answer : before.apply(request));
    }

    private static AgentEvent web(String id, CanonicalTool tool, String query, String url) {
        return new AgentEvent.ToolStarted(
                id,
                "Web",
                tool,
                JsonNodeFactory.instance.objectNode().put("query", query),
                null,
                null,
                url,
                null,
                null);
    }
}
