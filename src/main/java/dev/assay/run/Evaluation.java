package dev.assay.run;

import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.check.Subject;
import dev.assay.experiment.Experiment;
import dev.assay.run.LayerRun.Report;
import dev.assay.run.LayerRun.Weight;
import dev.assay.run.RunState.LayerPass;
import dev.assay.run.RunState.LayerPass.Taken;
import dev.assay.target.Target;
import dev.assay.target.Target.Applied;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last, whole run of all contracted checks on the finished app: its files as committed, its migrations on a fresh
 * database. It alone decides the run.
 */
final class Evaluation {
    private final RunContext context;
    private final RunState state;
    private final Workspace workspace;
    private final Experiment experiment;

    Evaluation(RunContext context, RunState state, Workspace workspace) {
        this.context = context;
        this.state = state;
        this.workspace = workspace;
        this.experiment = context.info().experiment();
    }

    /** Whether the experiment asks for the layer: api, rls and smoke always, the others where the contract names them. */
    static boolean contracted(Experiment experiment, LayerKind kind) {
        return switch (kind) {
            case API, RLS, SMOKE -> true;
            case FUNCTIONS -> !experiment.contract().functions().isEmpty();
            case BROWSER -> !experiment.contract().flows().isEmpty();
        };
    }

    /** @param name the folder of what it shows, within the run's artifacts */
    void run(Stages inside, String name) throws InterruptedException {
        Path app = context.info().folder().resolve("evaluation");
        AppFiles.deleteIfThere(app); // what an earlier evaluation installed and built
        workspace.export(state.commit(), app);
        try (Target fresh = context.targets().open(app, context.info().folder().resolve("evaluation-files"))) {
            Applied migrations = fresh.reset();
            Applied functions = migrations.failure().isPresent() ? Applied.NOTHING : fresh.deployFunctions();
            for (LayerKind kind : LayerKind.values()) {
                layer(kind, fresh, migrations, functions, app, name, inside);
            }
        }
        state.evaluationOver();
    }

    private void layer(
            LayerKind kind, Target fresh, Applied migrations, Applied functions, Path app, String name, Stages inside)
            throws InterruptedException {
        Layer layer = context.layers().get(kind);
        Stage stage = new Stage("layer", kind.id(), kind.id(), Map.of("layer", kind.id()));
        String left = context.info().partial().contains(kind.id())
                ? "left out by option"
                : contracted(experiment, kind) ? "" : "not contracted";
        if (!left.isEmpty()) {
            inside.container(stage, nested -> nested.skipped(RunStages.NOTHING, RunStages.notRun(left)));
            return;
        }
        if (layer == null) {
            StageResult missing = StageResult.of(
                    Outcome.ABORTED,
                    Cause.CHECK_ERROR,
                    "this version of Assay cannot check " + kind.id() + " yet",
                    true);
            inside.container(stage, nested -> nested.test(RunStages.NOTHING, () -> missing));
            return;
        }
        if (takeOver(kind, fresh, stage, inside)) {
            return;
        }
        Applied applied = kind == LayerKind.FUNCTIONS ? functions : migrations;
        Subject subject = subject(kind, fresh, applied, app, name);
        Report report = LayerRun.run(layer, subject, Weight.DECIDES, stage.labels(), inside, state.progress());
        if (report.ran() == 0) {
            state.unscored(kind.id());
        }
    }

    /** A layer on the workspace as it stands, with the target that the app was built on. */
    Report onWorkspace(LayerKind kind, int round, Weight weight, Stages inside) throws InterruptedException {
        Layer layer = context.layers().get(kind);
        Subject subject =
                subject(kind, state.target(), Applied.NOTHING, context.info().workspace(), "round-" + round);
        Map<String, String> labels =
                new LinkedHashMap<>(RunStages.round(kind, round).labels());
        return LayerRun.inside(layer, subject, weight, labels, inside, state.progress());
    }

    /** Keeps what a stage of a layer showed, so that the evaluation need not run it twice on the same app. */
    void keep(LayerKind kind, Report report) throws InterruptedException {
        if (report.clean() && !report.passed().isEmpty()) {
            String catalog = state.progress()
                    .once("catalog", String.class, () -> state.target().catalogDigest());
            state.passed(kind, new LayerPass(state.commit(), catalog, report.passed()));
        }
    }

    private boolean takeOver(LayerKind kind, Target fresh, Stage stage, Stages inside) throws InterruptedException {
        Optional<LayerPass> pass = state.pass(kind)
                .filter(one ->
                        one.commit().equals(state.commit()) && one.catalog().equals(fresh.catalogDigest()));
        if (pass.isEmpty()) {
            return false;
        }
        Stage takenOver = new Stage(
                stage.type(),
                stage.id(),
                stage.name() + " · taken over from the " + kind.id() + " stage: same commit, same database catalog",
                stage.labels());
        inside.container(takenOver, nested -> {
            for (Taken taken : pass.get().checks()) {
                Stage check =
                        new Stage("check", taken.stage().id(), taken.stage().name(), stage.labels());
                StageResult there = taken.result();
                StageResult same = new StageResult(
                        there.outcome(),
                        there.cause(),
                        there.message(),
                        there.assertions(),
                        true,
                        there.notes(),
                        there.evidence());
                nested.test(check, () -> same);
            }
        });
        return true;
    }

    private Subject subject(LayerKind kind, Target target, Applied applied, Path app, String folder) {
        int port = FreePort.next();
        return new Subject(
                experiment.contract(),
                experiment.app(),
                experiment.limits(),
                target,
                applied,
                app,
                state.environment()
                        .variables(context.appHome(), target, experiment.app().env(), port),
                port,
                context.info().artifacts().resolve(folder).resolve(kind.id()),
                state.environment().around(context.appHome(), app));
    }
}
