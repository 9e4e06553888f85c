package dev.assay.run;

import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.check.Subject;
import dev.assay.experiment.BuildPhase;
import dev.assay.experiment.Experiment;
import dev.assay.run.LayerRun.Report;
import dev.assay.run.LayerRun.Weight;
import dev.assay.run.Plan.PlanStep;
import dev.assay.target.Target.Applied;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What Assay looks at after each attempt at a step, as feedback: what it left is applied, then the layers that it touched
 * are checked.
 */
final class EarlyChecks {
    private final RunContext context;
    private final RunState state;
    private final PlanStep step;
    /** Layers that were not clean last time: an attempt that changes nothing must not make them look clean. */
    private final Set<LayerKind> unclean = EnumSet.noneOf(LayerKind.class);

    /** One instance serves one step. */
    EarlyChecks(RunContext context, RunState state, PlanStep step) {
        this.context = context;
        this.state = state;
        this.step = step;
    }

    /**
     * What an attempt left to be said.
     *
     * @param findings what is wrong; empty where all is clean
     * @param warnings what checks noted that fails nothing
     */
    record Found(List<String> findings, List<String> warnings) {}

    Found applyAndCheck(int attempt, Weight weight, Stages inside) throws InterruptedException {
        Found found = new Found(new ArrayList<>(), new ArrayList<>());
        Applying applying = new Applying(context, state, weight);
        inside.test(RunStages.call("apply", step, attempt), () -> applying.run(found.findings()));
        if (state.end().isPresent()) {
            return found;
        }
        // an agent may have changed the database itself, so what counts is what was seen last
        boolean changed = state.sawCatalog(state.progress()
                .once("catalog", String.class, () -> state.target().catalogDigest()));
        Map<String, String> labels =
                new LinkedHashMap<>(RunStages.attempt(step, attempt).labels());
        for (LayerKind kind : due(changed, applying)) {
            Layer layer = context.layers().get(kind);
            if (layer != null) {
                check(layer, applying.applied(kind), weight, labels, inside, found);
            }
        }
        return found;
    }

    private Set<LayerKind> due(boolean changed, Applying applying) {
        Set<LayerKind> due = EnumSet.copyOf(unclean);
        if (changed || applying.migrationsFailed()) {
            due.add(LayerKind.API);
        }
        if (changed || step.buildPhase() == BuildPhase.SCHEMA) {
            due.add(LayerKind.RLS);
        }
        if (applying.functionsChanged()) {
            due.add(LayerKind.FUNCTIONS);
        }
        return due;
    }

    private void check(
            Layer layer, Applied applied, Weight weight, Map<String, String> labels, Stages inside, Found found)
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
                                context.appHome(),
                                state.target(),
                                experiment.app().env(),
                                port),
                port,
                context.info()
                        .artifacts()
                        .resolve(RunStages.safe(step.id()))
                        .resolve(layer.kind().id()),
                state.environment().around(context.appHome(), context.info().workspace()));
        Report report = LayerRun.run(layer, subject, weight, labels, inside, state.progress());
        if (report.clean()) {
            unclean.remove(layer.kind());
        } else {
            unclean.add(layer.kind());
        }
        found.findings().addAll(report.findings());
        found.warnings().addAll(report.warnings());
        report.broken()
                .filter(broken ->
                        broken.cause().filter(Cause.TARGET_UNAVAILABLE::equals).isPresent())
                .ifPresent(state::ended);
    }
}
