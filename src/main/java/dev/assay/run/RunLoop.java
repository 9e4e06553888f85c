package dev.assay.run;

import static dev.assay.run.RunStages.attempt;
import static dev.assay.run.RunStages.call;
import static dev.assay.run.RunStages.notRun;
import static dev.assay.run.RunStages.step;

import dev.assay.agent.Agent;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.run.Calls.Answer;
import dev.assay.run.Calls.Work;
import dev.assay.run.LayerRun.Report;
import dev.assay.run.LayerRun.Weight;
import dev.assay.run.Plan.PlanStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A run, from top to bottom: plan, then each step until it holds, then the app as a whole.
 *
 * <pre>
 * plan
 * for each step: implement, apply, early checks, verify, resolve, until it proceeds, is left out or given up
 * smoke, with two fixes
 * browser, with two fixes
 * evaluation, which alone decides
 * </pre>
 *
 * <p>Everything before the evaluation is feedback and data. The {@link Agent}s do the work; what they say about it is
 * never a result.
 */
final class RunLoop {
    private static final int FIXES = 2;

    private final RunContext context;
    private final Experiment experiment;
    private final RunState state;
    private final Calls calls;
    private final Prompts prompts;
    private final Checkpoint checkpoint;
    private final Evaluation evaluation;

    RunLoop(
            RunContext context,
            RunState state,
            Calls calls,
            Prompts prompts,
            Checkpoint checkpoint,
            Evaluation evaluation) {
        this.context = context;
        this.experiment = context.info().experiment();
        this.state = state;
        this.calls = calls;
        this.prompts = prompts;
        this.checkpoint = checkpoint;
        this.evaluation = evaluation;
    }

    void run(Stages run) throws InterruptedException {
        run.test(RunStages.PLAN, this::plan);
        run.container(RunStages.BUILD, this::build);
        run.container(RunStages.SMOKE, this::smoke);
        run.container(RunStages.BROWSER, this::browser);
        run.container(RunStages.EVALUATION, this::evaluate);
    }

    private StageResult plan() throws InterruptedException {
        if (state.end().isPresent()) {
            return state.end().get();
        }
        Answer<Plan> answer =
                calls.ask(context.planner(), Phase.PLAN, Optional.empty(), prompts.plan(), Schemas.PLAN, Answers::plan);
        if (answer.value().isEmpty()) {
            return ends(noPlan(answer));
        }
        checkpoint.planned(answer.value().get());
        return StageResult.PASSED;
    }

    private void build(Stages build) throws InterruptedException {
        if (state.end().isPresent()) {
            build.skipped(RunStages.NOTHING, notRun("there is no plan"));
            return;
        }
        for (PlanStep step : state.plan().orElseThrow().steps()) {
            Optional<String> missing =
                    step.needs().stream().filter(need -> !state.isDone(need)).findFirst();
            if (state.end().isPresent()) {
                build.skipped(step(step), notRun("the run has ended"));
            } else if (missing.isPresent()) {
                build.skipped(step(step), RunStages.unreached(missing.get()));
            } else {
                build.container(step(step), inside -> carryOut(step, inside));
            }
        }
    }

    /** One step: attempt after attempt, until the resolution is to go on. */
    private void carryOut(PlanStep step, Stages inside) throws InterruptedException {
        Resolver resolver = new Resolver(experiment.limits(), experiment.diagnostics());
        EarlyChecks checks = new EarlyChecks(context, state, step);
        List<String> findings = List.of();
        for (int number = 1; state.end().isEmpty(); number++) {
            StepAttempt attempt = new StepAttempt(step, number, findings, resolver, checks);
            inside.container(attempt(step, number), attempt::run);
            Resolution resolution = attempt.resolution();
            if (resolution instanceof Resolution.Proceed) {
                state.done(step.id());
                return;
            } else if (resolution instanceof Resolution.Retry retry) {
                findings = retry.findings();
            } else if (resolution instanceof Resolution.Search search) {
                // looking things up, diagnostics and a changed plan are told as findings of the next attempt
                findings = search.findings();
            } else if (resolution instanceof Resolution.Diagnose diagnose) {
                findings = diagnose.findings();
            } else if (resolution instanceof Resolution.ModifyPlan modify) {
                findings = modify.findings();
            } else {
                // SKIP or given up: steps that need this one are unreached; the evaluation measures what is there
                return;
            }
        }
    }

    /** One attempt at a step: implement, apply, check, verify. */
    private final class StepAttempt {
        private final PlanStep step;
        private final int number;
        private final List<String> told;
        private final Resolver resolver;
        private final EarlyChecks checks;
        private final List<String> findings = new ArrayList<>();
        private Resolution resolution = new Resolution.GiveUp("the run has ended");
        private String diff = "";

        StepAttempt(PlanStep step, int number, List<String> told, Resolver resolver, EarlyChecks checks) {
            this.step = step;
            this.number = number;
            this.told = told;
            this.resolver = resolver;
            this.checks = checks;
        }

        Resolution resolution() {
            return resolution;
        }

        void run(Stages inside) throws InterruptedException {
            inside.test(call("implement", step, number), this::implement);
            if (state.end().isPresent()) {
                return;
            }
            Weight weight = resolver.hasRetries() ? Weight.SUPERSEDED : Weight.NOT_VERIFIED;
            checks.applyAndCheck(number, weight, inside, findings);
            if (state.end().isPresent()) {
                return;
            }
            inside.test(call("verify", step, number), this::verify);
        }

        private StageResult implement() throws InterruptedException {
            Work work = calls.work(
                    context.implementer(),
                    Phase.IMPLEMENT,
                    Optional.of(step),
                    prompts.implement(state.plan().orElseThrow(), step, told));
            diff = work.diff();
            Ending ending = work.result().ending();
            if (ending == Ending.COMPLETED) {
                return RunStages.passed(work.result());
            }
            Cause cause = Cause.of(ending);
            if (cause.infrastructure()) {
                return ends(StageResult.of(Outcome.ABORTED, cause, work.result().message(), true));
            }
            String what = cause.meaning() + ": " + work.result().message();
            findings.add(what);
            return StageResult.of(retried(), cause, what, false);
        }

        private StageResult verify() throws InterruptedException {
            Answer<Verdict> answer = calls.ask(
                    context.verifier(),
                    Phase.VERIFY,
                    Optional.of(step),
                    prompts.verify(state.plan().orElseThrow(), step, diff),
                    Schemas.VERDICT,
                    Answers::verdict);
            Ending ending = answer.result().ending();
            if (ending != Ending.COMPLETED && Cause.of(ending).infrastructure()) {
                return ends(StageResult.of(
                        Outcome.ABORTED, Cause.of(ending), answer.result().message(), true));
            }
            resolution = resolver.resolve(answer.value(), List.copyOf(findings), false);
            return RunStages.verified(answer, resolution);
        }

        private Outcome retried() {
            return resolver.hasRetries() ? Outcome.SUPERSEDED : Outcome.FAILED;
        }
    }

    private void smoke(Stages smoke) throws InterruptedException {
        if (skip(smoke, LayerKind.SMOKE)) {
            return;
        }
        evaluation.keep(LayerKind.SMOKE, untilClean(LayerKind.SMOKE, smoke));
    }

    private void browser(Stages browser) throws InterruptedException {
        if (skip(browser, LayerKind.BROWSER)) {
            return;
        }
        if (state.pass(LayerKind.SMOKE).isEmpty()) {
            browser.skipped(RunStages.NOTHING, notRun("smoke did not pass"));
            return;
        }
        evaluation.keep(LayerKind.BROWSER, untilClean(LayerKind.BROWSER, browser));
    }

    /** A layer on the app as it stands, with fixes as long as it is not clean. Returns the last report. */
    private Report untilClean(LayerKind kind, Stages inside) throws InterruptedException {
        Report[] report = new Report[1];
        for (int round = 1; ; round++) {
            int number = round;
            Weight weight = round <= FIXES ? Weight.SUPERSEDED : Weight.NOT_VERIFIED;
            inside.container(
                    RunStages.round(kind, round),
                    stages -> report[0] = evaluation.onWorkspace(kind, number, weight, stages));
            endIfGone(report[0]);
            if (report[0].findings().isEmpty() || round > FIXES || state.end().isPresent()) {
                return report[0];
            }
            inside.test(RunStages.fix(kind, round), () -> fix(report[0].findings()));
            if (state.end().isPresent()) {
                return report[0];
            }
        }
    }

    private StageResult fix(List<String> findings) throws InterruptedException {
        Work work = calls.work(context.implementer(), Phase.FIX, Optional.empty(), prompts.fix(findings));
        Ending ending = work.result().ending();
        if (ending == Ending.COMPLETED) {
            return RunStages.passed(work.result());
        }
        Cause cause = Cause.of(ending);
        StageResult result = StageResult.of(
                cause.infrastructure() ? Outcome.ABORTED : Outcome.FAILED,
                cause,
                work.result().message(),
                cause.infrastructure());
        return cause.infrastructure() ? ends(result) : result;
    }

    private void evaluate(Stages inside) throws InterruptedException {
        if (state.end().isPresent()) {
            inside.skipped(RunStages.NOTHING, notRun("the run has ended"));
            return;
        }
        evaluation.run(inside);
    }

    /** Whether a stage is left out, which is then shown. */
    private boolean skip(Stages inside, LayerKind kind) {
        Layer layer = context.layers().get(kind);
        String why = state.end().isPresent()
                ? "the run has ended"
                : context.info().partial().contains(kind.id())
                        ? "left out by option"
                        : layer == null || !Evaluation.contracted(experiment, kind) ? "not contracted" : "";
        if (!why.isEmpty()) {
            inside.skipped(RunStages.NOTHING, notRun(why));
        }
        return !why.isEmpty();
    }

    private void endIfGone(Report report) {
        report.broken()
                .filter(broken ->
                        broken.cause().filter(Cause.TARGET_UNAVAILABLE::equals).isPresent())
                .ifPresent(state::ended);
    }

    private StageResult ends(StageResult result) {
        state.ended(result);
        return result;
    }

    private static StageResult noPlan(Answer<Plan> answer) {
        Ending ending = answer.result().ending();
        if (ending == Ending.COMPLETED) {
            return StageResult.of(
                    Outcome.FAILED,
                    Cause.PLAN_INVALID,
                    "the planner's answer could not be used, twice: " + answer.complaint(),
                    true);
        }
        Cause cause = Cause.of(ending);
        return StageResult.of(
                cause.infrastructure() ? Outcome.ABORTED : Outcome.FAILED,
                cause,
                answer.result().message(),
                true);
    }
}
