package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.check.LayerKind;
import dev.assay.settings.UsageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that ended too early, and are gone on with. */
class ResumeTest {
    @TempDir
    Path folder;

    private final Set<String> told = new HashSet<>();
    private final Map<String, Integer> attempts = new java.util.TreeMap<>();

    @Test
    void should_refuse_to_go_on_from_a_step_that_was_never_begun() throws Exception {
        try (ScriptedRun first = new ScriptedRun(folder)) {
            first.agent(request -> request.phase() == Phase.PLAN ? Ending.RATE_LIMITED : "done")
                    .run();
        }
        try (ScriptedRun again = new ScriptedRun(folder)) {
            assertThatThrownBy(() -> again.resume(Before.NOTHING, Optional.of("schema")))
                    .isInstanceOf(UsageError.class)
                    .hasMessageContaining("\"schema\"")
                    .hasMessageContaining("was never begun");
        }
    }

    @Test
    void should_refuse_to_work_on_a_run_that_is_still_under_way() throws Exception {
        List<Throwable> refused = new ArrayList<>();
        try (ScriptedRun first = new ScriptedRun(folder)) {
            first.agent(request -> {
                try (ScriptedRun again = new ScriptedRun(folder)) {
                    again.resume(Before.NOTHING, Optional.empty());
                } catch (UsageError e) {
                    refused.add(e);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return ScriptedRun.worksWell(request);
            });

            assertThat(first.run().outcome()).isEqualTo(Outcome.PASSED);
        }
        assertThat(refused)
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem).hasMessageContaining("Run run-1 is still under way"));
    }

    @Test
    void should_ask_the_planner_again_whom_a_limit_of_the_world_stopped() throws Exception {
        RunResult first = run(request -> request.phase() == Phase.PLAN ? Ending.RATE_LIMITED : "done");
        assertThat(first.outcome()).isEqualTo(Outcome.ABORTED);

        try (ScriptedRun again = listened()) {
            RunResult result = again.agent(ScriptedRun::worksWell).resume(before(), Optional.empty());

            assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.PASSED);
            assertThat(again.calls).containsExactly("plan 1", "implement schema 1", "verify schema 1");
        }
    }

    @Test
    void should_read_what_was_done_and_go_on_with_the_call_that_failed() throws Exception {
        RunResult first = run(stoppedAt("verify b 1"));
        assertThat(first.outcome()).isEqualTo(Outcome.ABORTED);

        try (ScriptedRun again = listened()) {
            List<String> nodes = new ArrayList<>();
            again.listeners.add(finished(nodes));
            RunResult result = again.agent(twoSteps()).resume(before(), Optional.empty());

            assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.PASSED);
            assertThat(again.calls).containsExactly("verify b 1");
            assertThat(again.asked(LayerKind.RLS)).as("only by the evaluation").isEqualTo(1);
            assertThat(again.data).contains("restore implement a 1 into implement a 1");
            assertThat(folder.resolve("run/workspace/work.txt")).hasContent("implement b 1");
            assertThat(again.tree.leaves())
                    .contains("build/a/1/implement: PASSED", "build/a/1/rls/ok: PASSED", "build/b/1/implement: PASSED")
                    .contains("build/b/1/verify: PASSED PASS PROCEED");
            assertThat(nodes)
                    .contains("[stage:build]/[step:b]/[attempt:1]/[call:verify]", "[stage:evaluation]")
                    .noneMatch(node -> node.contains("[step:a]") || node.contains("[call:implement]"));
        }
    }

    @Test
    void should_throw_away_what_an_interrupted_call_left_half_done() throws Exception {
        run(stoppedAt("implement b 1"));
        Files.writeString(folder.resolve("run/workspace/work.txt"), "half of it");
        Files.writeString(folder.resolve("run/workspace/more.txt"), "half of it");

        try (ScriptedRun again = listened()) {
            again.agent(request -> {
                if (request.phase() == Phase.IMPLEMENT) {
                    assertThat(request.workspace().resolve("work.txt")).hasContent("implement a 1");
                    assertThat(request.workspace().resolve("more.txt")).doesNotExist();
                }
                return twoSteps().apply(request);
            });

            RunResult result = again.resume(before(), Optional.empty());

            assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.PASSED);
            assertThat(again.calls).containsExactly("implement b 1", "verify b 1");
        }
    }

    @Test
    void should_do_a_step_again_as_a_new_attempt_and_keep_what_it_was_before() throws Exception {
        RunResult first = run(twoSteps());
        assertThat(first.outcome()).isEqualTo(Outcome.PASSED);

        try (ScriptedRun again = listened()) {
            List<String> nodes = new ArrayList<>();
            again.listeners.add(finished(nodes));
            again.agent(request -> {
                if (request.phase() == Phase.IMPLEMENT) {
                    assertThat(request.workspace().resolve("work.txt")).hasContent("implement a 1");
                    assertThat(request.attempt()).as("as if it were the first").isEqualTo(1);
                }
                return twoSteps().apply(request);
            });
            RunResult result = again.resume(before(), Optional.of("b"));

            assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.PASSED);
            assertThat(again.calls).containsExactly("implement b 1", "verify b 1");
            assertThat(again.data).containsExactly("restore implement a 1 into implement a 1", "save");
            assertThat(nodes)
                    .contains(
                            "[stage:build]/[step:b]/[attempt:2]/[call:implement]",
                            "[stage:smoke-2]/[attempt:1]/[check:ok]",
                            "[stage:evaluation-2]/[layer:api]/[check:ok]")
                    .noneMatch(node -> node.contains("[step:a]") || node.contains("[attempt:1]/[call:"));
        }
    }

    @Test
    void should_go_on_with_a_run_that_was_gone_back_with() throws Exception {
        run(twoSteps());
        try (ScriptedRun back = listened()) {
            back.agent(stoppedAt("verify b 1")).resume(before(), Optional.of("b"));
            assertThat(back.calls).containsExactly("implement b 1", "verify b 1");
        }

        try (ScriptedRun again = listened()) {
            List<String> nodes = new ArrayList<>();
            again.listeners.add(finished(nodes));
            RunResult result = again.agent(twoSteps()).resume(before(), Optional.empty());

            assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.PASSED);
            assertThat(again.calls).containsExactly("verify b 1");
            assertThat(nodes)
                    .contains(
                            "[stage:build]/[step:b]/[attempt:2]/[call:verify]",
                            "[stage:smoke-2]/[attempt:1]/[check:ok]",
                            "[stage:evaluation-2]/[layer:api]/[check:ok]");
        }
    }

    /** Says that the world failed in one call; the call counts as made. */
    private static Function<AgentRequest, Object> stoppedAt(String call) {
        return request ->
                name(request).equals(call) ? Ending.OVERLOADED : twoSteps().apply(request);
    }

    private static String name(AgentRequest request) {
        return request.phase().id() + request.stepId().map(id -> " " + id).orElse("") + " " + request.attempt();
    }

    private static Function<AgentRequest, Object> twoSteps() {
        return request -> request.phase() == Phase.PLAN
                ? ScriptedRun.plan(ScriptedRun.step("a"), ScriptedRun.step("b"))
                : ScriptedRun.worksWell(request);
    }

    private RunResult run(Function<AgentRequest, Object> agent) throws InterruptedException {
        try (ScriptedRun first = listened()) {
            return first.agent(agent).run();
        }
    }

    private ScriptedRun listened() {
        ScriptedRun run = new ScriptedRun(folder);
        run.listeners.add(new RunListener() {
            @Override
            public void stageFinished(RunInfo info, Node node, StageResult result) {
                told.add(node.uniqueId());
                Map<String, String> labels = node.stage().labels();
                if (labels.containsKey("step") && labels.containsKey("attempt")) {
                    attempts.merge(labels.get("step"), Integer.valueOf(labels.get("attempt")), Math::max);
                }
            }
        });
        return run;
    }

    private Before before() {
        return new Before(Set.copyOf(told), Map.copyOf(attempts), "", List.of("a", "b"));
    }

    private static RunListener finished(List<String> nodes) {
        return new RunListener() {
            @Override
            public void stageFinished(RunInfo info, Node node, StageResult result) {
                nodes.add(node.uniqueId().substring(info.uniqueId().length() + 1));
            }
        };
    }
}
