package dev.assay.run;

import static dev.assay.run.RunStages.attempt;
import static dev.assay.run.RunStages.call;

import dev.assay.agent.AgentResult;
import dev.assay.agent.Phase;
import dev.assay.check.Evidence;
import dev.assay.run.Calls.Answer;
import dev.assay.run.Calls.Work;
import dev.assay.run.EarlyChecks.Found;
import dev.assay.run.LayerRun.Weight;
import dev.assay.run.Plan.PlanStep;
import dev.assay.run.RunState.StepEnd;
import dev.assay.run.Verdict.Recommendation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One step of the plan: attempt after attempt, until it is done, left out, given up, or taken out of the plan.
 *
 * <pre>
 * implement
 * apply, early checks
 * verify
 * research or diagnose, where the verdict asks for it
 * and again with what was found, or: replan, where there is reason to
 * </pre>
 */
final class StepRun {
    private final RunContext context;
    private final RunState state;
    private final Calls calls;
    private final Prompts prompts;
    private final Checkpoint checkpoint;
    private final Savepoints savepoints;
    private final Resolver resolver;
    private final EarlyChecks checks;
    /** The commit that the step began on. */
    private final String began;

    private PlanStep step;
    private List<String> told = List.of();

    StepRun(
            RunContext context,
            RunState state,
            Calls calls,
            Prompts prompts,
            Checkpoint checkpoint,
            Savepoints savepoints,
            PlanStep step) {
        this.context = context;
        this.state = state;
        this.calls = calls;
        this.prompts = prompts;
        this.checkpoint = checkpoint;
        this.savepoints = savepoints;
        this.step = step;
        this.resolver = new Resolver(
                context.info().experiment().limits(),
                context.info().experiment().diagnostics());
        this.checks = new EarlyChecks(context, state, step);
        this.began = state.commit();
    }

    void run(Stages inside) throws InterruptedException {
        state.begin(step.id());
        savepoints.atStep(step.id());
        for (int number = state.attemptedBefore(step.id()) + 1; state.end().isEmpty(); number++) {
            StepAttempt attempt = new StepAttempt(number);
            inside.container(attempt(step, number), attempt::run);
            if (state.end().isPresent()) {
                return;
            }
            Resolution resolution = attempt.resolution.orElseThrow();
            Optional<StepEnd> end = end(resolution);
            if (end.isPresent()) {
                state.over(step.id(), end.get());
                calls.mark(state.locked().size());
            }
            if (checkpoint.due(resolution, attempt.verdict, attempt.warnings)) {
                checkpoint.replan(step, resolution, attempt.verdict, attempt.warnings, inside);
            }
            if (!(resolution instanceof Resolution.Again) || !goesOn()) {
                return;
            }
            told = attempt.findings;
        }
    }

    private static Optional<StepEnd> end(Resolution resolution) {
        if (resolution instanceof Resolution.Again) {
            return Optional.empty();
        } else if (resolution instanceof Resolution.Skip) {
            return Optional.of(StepEnd.LEFT_OUT);
        }
        return Optional.of(resolution instanceof Resolution.GiveUp ? StepEnd.GIVEN_UP : StepEnd.DONE);
    }

    /** Whether the step still stands in the plan, which may have been rewritten; it is then the first that remains. */
    private boolean goesOn() {
        Optional<PlanStep> next = state.nextStep().filter(first -> first.id().equals(step.id()));
        next.ifPresent(rewritten -> step = rewritten);
        return next.isPresent();
    }

    /** One attempt at the step. */
    private final class StepAttempt {
        private final int number;
        private Optional<Verdict> verdict = Optional.empty();
        private Optional<Resolution> resolution = Optional.empty();
        private List<String> warnings = List.of();
        /** What the next attempt is told. */
        private List<String> findings = List.of();

        StepAttempt(int number) {
            this.number = number;
        }

        void run(Stages inside) throws InterruptedException {
            inside.test(call("implement", step, number), this::implement);
            if (over()) {
                return;
            }
            Weight weight = resolver.hasRetries() ? Weight.SUPERSEDED : Weight.NOT_VERIFIED;
            Found found = checks.applyAndCheck(number, weight, inside);
            warnings = found.warnings();
            if (over()) {
                return;
            }
            inside.test(call(RunStages.VERIFY, step, number), () -> verify(found.findings()));
            if (state.end().isPresent()) {
                return;
            }
            refused().ifPresent(command -> inside.skipped(call("diagnose", step, number), RunStages.refused(command)));
            if (resolution.orElseThrow() instanceof Resolution.Search search) {
                inside.test(call("research", step, number), () -> research(search.query()));
            } else if (resolution.orElseThrow() instanceof Resolution.Diagnose diagnose) {
                inside.test(call("diagnose", step, number), () -> diagnose(diagnose.command()));
            }
        }

        private boolean over() {
            return resolution.isPresent() || state.end().isPresent();
        }

        private StageResult implement() throws InterruptedException {
            String prompt = prompts.implement(state.plan().orElseThrow(), step, told);
            Work work = calls.work(context.implementer(), Phase.IMPLEMENT, Optional.of(step), prompt);
            if (work.cause().isEmpty()) {
                return RunStages.passed(work.result());
            }
            Cause cause = work.cause().get();
            String what = Calls.said(cause, work.result());
            if (cause.endsRun()) {
                return state.endedBy(cause, work.result().message());
            }
            if (cause.byClock() && work.changed()) {
                return StageResult.of(Outcome.SUPERSEDED, cause, what + "; what it did is checked as it is", false);
            }
            resolve(cause.byClock() ? resolver.nothingDone(what) : resolver.failed(what));
            boolean again = resolution.orElseThrow() instanceof Resolution.Again;
            return StageResult.of(again ? Outcome.SUPERSEDED : Outcome.FAILED, cause, what, false);
        }

        private StageResult verify(List<String> found) throws InterruptedException {
            Answer<Verdict> answer = calls.ask(
                    context.verifier(),
                    Phase.VERIFY,
                    Optional.of(step),
                    prompts.verify(state.plan().orElseThrow(), step, calls.changesSince(began)),
                    Schemas.VERDICT,
                    Answers::verdict);
            if (answer.cause().filter(Cause::endsRun).isPresent()) {
                return state.endedBy(answer.cause().get(), answer.result().message());
            }
            verdict = answer.value();
            resolve(resolver.resolve(verdict, found, checkpoint.hasBudget()));
            return RunStages.verified(answer, resolution.orElseThrow());
        }

        /** The command that the verifier asked for, where it is not on the experiment's list. */
        private Optional<String> refused() {
            return verdict.filter(given -> given.recommendation() == Recommendation.RUN_DIAGNOSTIC)
                    .flatMap(Verdict::command)
                    .filter(command -> !resolver.mayRun(command));
        }

        private StageResult research(String query) throws InterruptedException {
            AgentResult result = calls.research(context.implementer(), step, query, prompts.research(step, query));
            Optional<Cause> cause = Calls.cause(result);
            if (cause.filter(Cause::endsRun).isPresent()) {
                return state.endedBy(cause.get(), result.message());
            }
            if (cause.isPresent()) {
                return StageResult.of(Outcome.SUPERSEDED, cause.get(), Calls.said(cause.get(), result), false);
            }
            tell("Looked up: " + query + "\n" + result.text());
            return RunStages.passed(result);
        }

        private StageResult diagnose(String command) throws InterruptedException {
            AgentResult result = calls.diagnose(step, command);
            tell(result.text());
            return new StageResult(
                    Outcome.PASSED,
                    Optional.empty(),
                    "",
                    0,
                    false,
                    List.of(),
                    List.of(new Evidence("output", "text/plain", result.text(), null)));
        }

        private void resolve(Resolution follows) {
            resolution = Optional.of(follows);
            findings = follows instanceof Resolution.Again again ? again.findings() : List.of();
        }

        private void tell(String more) {
            findings = new ArrayList<>(findings);
            findings.add(more);
        }
    }
}
