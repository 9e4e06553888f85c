package dev.assay.run;

import static dev.assay.run.RunStages.notRun;
import static dev.assay.run.RunStages.step;

import dev.assay.agent.Agent;
import dev.assay.agent.Phase;
import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.run.Calls.Answer;
import dev.assay.run.Calls.Work;
import dev.assay.run.LayerRun.Report;
import dev.assay.run.LayerRun.Weight;
import dev.assay.run.Plan.PlanStep;
import dev.assay.run.RunState.StepEnd;
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
    private final Savepoints savepoints;
    private final Evaluation evaluation;

    RunLoop(
            RunContext context,
            RunState state,
            Calls calls,
            Prompts prompts,
            Checkpoint checkpoint,
            Savepoints savepoints,
            Evaluation evaluation) {
        this.context = context;
        this.experiment = context.info().experiment();
        this.state = state;
        this.calls = calls;
        this.prompts = prompts;
        this.checkpoint = checkpoint;
        this.savepoints = savepoints;
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
            return noPlan(answer);
        }
        checkpoint.planned(answer.value().get());
        return StageResult.PASSED;
    }

    private void build(Stages build) throws InterruptedException {
        if (state.end().isPresent()) {
            build.skipped(RunStages.NOTHING, notRun("there is no plan"));
            return;
        }
        while (state.end().isEmpty() && state.nextStep().isPresent()) {
            PlanStep step = state.nextStep().get();
            Optional<String> unmet = state.unmet(step);
            if (unmet.isPresent()) {
                build.skipped(step(step), RunStages.unreached(unmet.get()));
                state.over(step.id(), StepEnd.UNREACHED);
            } else {
                build.container(
                        step(step), new StepRun(context, state, calls, prompts, checkpoint, savepoints, step)::run);
            }
        }
        for (PlanStep step : state.remaining()) {
            if (!state.begun().contains(step.id())) {
                build.skipped(step(step), notRun("the run has ended"));
            }
        }
    }

    private void smoke(Stages smoke) throws InterruptedException {
        if (skip(smoke, LayerKind.SMOKE)) {
            return;
        }
        savepoints.atStage(LayerKind.SMOKE.id());
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
        savepoints.atStage(LayerKind.BROWSER.id());
        evaluation.keep(LayerKind.BROWSER, untilClean(LayerKind.BROWSER, browser));
    }

    /** A layer on the app as it stands, with fixes as long as it is not clean. Returns the last report. */
    private Report untilClean(LayerKind kind, Stages inside) throws InterruptedException {
        Report[] report = new Report[1];
        List<String> findings = new ArrayList<>();
        for (int round = 1; ; round++) {
            int number = round;
            Weight weight = round <= FIXES ? Weight.SUPERSEDED : Weight.NOT_VERIFIED;
            inside.container(
                    RunStages.round(kind, round),
                    stages -> report[0] = evaluation.onWorkspace(kind, number, weight, stages));
            endIfGone(report[0]);
            findings.addAll(report[0].findings());
            if (findings.isEmpty() || round > FIXES || state.end().isPresent()) {
                return report[0];
            }
            List<String> told = List.copyOf(findings);
            findings.clear();
            inside.test(RunStages.fix(kind, round), () -> fix(told));
            if (state.end().isEmpty()) {
                Applying applying = new Applying(context, state, weight);
                inside.test(RunStages.apply(kind, round), () -> applying.run(findings));
            }
            if (state.end().isPresent()) {
                return report[0];
            }
        }
    }

    private StageResult fix(List<String> findings) throws InterruptedException {
        Work work = calls.work(context.implementer(), Phase.FIX, Optional.empty(), prompts.fix(findings));
        if (work.cause().isEmpty()) {
            return RunStages.passed(work.result());
        }
        Cause cause = work.cause().get();
        return cause.endsRun()
                ? state.endedBy(cause, work.result().message())
                : StageResult.of(Outcome.FAILED, cause, Calls.said(cause, work.result()), false);
    }

    private void evaluate(Stages inside) throws InterruptedException {
        if (state.end().isPresent()) {
            inside.skipped(RunStages.NOTHING, notRun("the run has ended"));
            return;
        }
        state.progress().start(RunStages.EVALUATION.id());
        evaluation.run(inside, RunStages.EVALUATION.id());
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

    private StageResult noPlan(Answer<Plan> answer) {
        Cause cause = answer.cause().orElse(Cause.SCHEMA_FAILED);
        if (cause.endsRun()) {
            return state.endedBy(cause, answer.result().message());
        }
        StageResult invalid = StageResult.of(
                Outcome.FAILED,
                cause == Cause.SCHEMA_FAILED ? Cause.PLAN_INVALID : cause,
                "the planner gave no plan that could be used, twice: " + answer.complaint(),
                true);
        state.ended(invalid);
        return invalid;
    }
}
