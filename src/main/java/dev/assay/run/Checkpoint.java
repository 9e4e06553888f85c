package dev.assay.run;

import dev.assay.agent.Phase;
import dev.assay.check.Evidence;
import dev.assay.run.Calls.Answer;
import dev.assay.run.Plan.PlanStep;
import dev.assay.run.Verdict.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the plan is settled: accepted at first, and looked at again after steps that departed from it. What is over stays
 * as it is; the planner may rewrite what remains.
 */
final class Checkpoint {
    /** How often a run's planner is asked. */
    private static final int BUDGET = 3;

    private final RunContext context;
    private final RunState state;
    private final Calls calls;
    private final Prompts prompts;
    private final Journal journal;
    private int asked;

    Checkpoint(RunContext context, RunState state, Calls calls, Prompts prompts, Journal journal) {
        this.context = context;
        this.state = state;
        this.calls = calls;
        this.prompts = prompts;
        this.journal = journal;
    }

    /** The planner's plan is accepted and stored. */
    void planned(Plan plan) {
        state.planned(plan);
        journal.tell(listener -> listener.planAccepted(context.info(), plan));
    }

    boolean hasBudget() {
        return asked < BUDGET;
    }

    /**
     * Whether there is reason to ask the planner: it was recommended; or the step is over, others remain, and the verdict
     * was PARTIAL or told of deviations, or a check warned.
     */
    boolean due(Resolution resolution, Optional<Verdict> verdict, List<String> warnings) {
        if (resolution instanceof Resolution.ModifyPlan || resolution instanceof Resolution.ModifyUnfinished) {
            return hasBudget();
        }
        boolean over = !(resolution instanceof Resolution.Again);
        boolean departed = verdict.filter(given ->
                        given.status() == Status.PARTIAL || !given.deviations().isEmpty())
                .isPresent();
        return over && hasBudget() && !state.remaining().isEmpty() && (departed || !warnings.isEmpty());
    }

    /** Asks the planner whether the remaining steps still fit, and takes over what it answers. */
    void replan(PlanStep step, Resolution resolution, Optional<Verdict> verdict, List<String> warnings, Stages inside)
            throws InterruptedException {
        asked++;
        Optional<String> unfinished =
                resolution instanceof Resolution.ModifyUnfinished ? Optional.of(step.id()) : Optional.empty();
        List<String> noticed = new ArrayList<>();
        verdict.ifPresent(given -> {
            noticed.addAll(given.issues());
            noticed.addAll(given.deviations());
        });
        noticed.addAll(warnings);
        String prompt = prompts.replan(state, step, noticed);
        inside.test(RunStages.replan(step, asked), () -> ask(prompt, unfinished));
    }

    private StageResult ask(String prompt, Optional<String> unfinished) throws InterruptedException {
        Answer<Replan> answer = calls.ask(
                context.planner(),
                Phase.REPLAN,
                Optional.empty(),
                prompt,
                Schemas.REPLAN,
                json -> Replan.read(json, state, unfinished));
        if (answer.value().isEmpty()) {
            Cause cause = answer.cause().orElseThrow();
            return cause.endsRun()
                    ? state.endedBy(cause, answer.result().message())
                    : StageResult.of(Outcome.FAILED, cause, "the plan stays as it is: " + answer.complaint(), false);
        }
        Optional<List<PlanStep>> remaining = answer.value().get().remaining();
        if (remaining.isEmpty()) {
            return result("the plan stays as it is", List.of());
        }
        List<PlanStep> steps = new ArrayList<>(state.locked());
        steps.addAll(remaining.get());
        Plan plan = Plan.of(steps);
        planned(plan);
        String titles = remaining.get().stream().map(PlanStep::title).collect(Collectors.joining("; "));
        return result(
                titles.isEmpty() ? "no step remains" : "the remaining steps are now: " + titles,
                List.of(new Evidence("plan", "application/json", plan.json().toPrettyString(), null)));
    }

    private static StageResult result(String message, List<Evidence> evidence) {
        return new StageResult(Outcome.PASSED, Optional.empty(), message, 0, false, List.of(), evidence);
    }
}
