package dev.assay.run;

import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.check.Subject;
import dev.assay.experiment.Experiment;
import dev.assay.run.LayerRun.Report;
import dev.assay.run.LayerRun.Weight;
import dev.assay.run.Plan.PlanStep;
import dev.assay.target.Target;
import dev.assay.target.Target.Applied;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Assay looks at after each attempt at a step, as feedback: migrations are applied, then the layers that the attempt
 * touched are checked.
 */
final class EarlyChecks {
    private final RunContext context;
    private final RunState state;
    private final PlanStep step;
    /** Layers that were not clean last time: an attempt that changes nothing must not make them look clean. */
    private final Set<LayerKind> unclean = EnumSet.noneOf(LayerKind.class);

    private boolean applyFailed;

    /** One instance serves one step. */
    EarlyChecks(RunContext context, RunState state, PlanStep step) {
        this.context = context;
        this.state = state;
        this.step = step;
    }

    /** @param findings takes what is wrong */
    void applyAndCheck(int attempt, Weight weight, Stages inside, List<String> findings) throws InterruptedException {
        Target target = state.target();
        Applied[] applied = {Applied.NOTHING};
        inside.test(RunStages.call("apply", step, attempt), () -> {
            applied[0] = target.applyMigrations();
            return result(applied[0], weight, findings);
        });
        if (state.end().isPresent()) {
            return;
        }
        // an agent may have changed the database itself, so what counts is what was seen last
        boolean changed = state.sawCatalog(target.catalogDigest());
        Map<String, String> labels =
                new LinkedHashMap<>(RunStages.attempt(step, attempt).labels());
        for (LayerKind kind : due(changed)) {
            Layer layer = context.layers().get(kind);
            if (layer != null) {
                check(layer, applied[0], weight, labels, inside, findings);
            }
        }
    }

    private List<LayerKind> due(boolean changed) {
        List<LayerKind> due = new ArrayList<>();
        if (changed || applyFailed || unclean.contains(LayerKind.API)) {
            due.add(LayerKind.API);
        }
        if (changed || unclean.contains(LayerKind.RLS)) {
            due.add(LayerKind.RLS);
        }
        return due;
    }

    private void check(
            Layer layer,
            Applied applied,
            Weight weight,
            Map<String, String> labels,
            Stages inside,
            List<String> findings)
            throws InterruptedException {
        Experiment experiment = context.info().experiment();
        int port = FreePort.next();
        Subject subject = new Subject(
                experiment.contract(),
                experiment.app(),
                experiment.limits(),
                state.target(),
                applied,
                context.info().workspace(),
                state.environment()
                        .variables(
                                context.home(), state.target(), experiment.app().env(), port),
                port,
                context.info()
                        .artifacts()
                        .resolve(RunStages.safe(step.id()))
                        .resolve(layer.kind().id()),
                state.environment().around(context.home(), context.info().workspace()));
        Report report = LayerRun.run(layer, subject, weight, labels, inside);
        if (report.clean()) {
            unclean.remove(layer.kind());
        } else {
            unclean.add(layer.kind());
        }
        findings.addAll(report.findings());
        report.broken()
                .filter(broken ->
                        broken.cause().filter(Cause.TARGET_UNAVAILABLE::equals).isPresent())
                .ifPresent(state::ended);
    }

    private StageResult result(Applied applied, Weight weight, List<String> findings) {
        applyFailed = applied.failure().isPresent();
        if (!applyFailed) {
            List<String> notes =
                    applied.done().isEmpty() ? List.of() : List.of("applied " + String.join(", ", applied.done()));
            return new StageResult(Outcome.PASSED, Optional.empty(), "", 0, false, notes, List.of());
        }
        Applied.Failure failure = applied.failure().orElseThrow();
        if (failure.infrastructure()) {
            StageResult limit = StageResult.of(Outcome.ABORTED, Cause.TARGET_LIMIT, failure.message(), true);
            state.ended(limit);
            return limit;
        }
        findings.add(failure.name() + " could not be applied: " + failure.message());
        Outcome outcome = weight == Weight.SUPERSEDED ? Outcome.SUPERSEDED : Outcome.FAILED;
        return StageResult.of(outcome, Cause.CHECK_FAILED, failure.name() + ": " + failure.message(), false);
    }
}
