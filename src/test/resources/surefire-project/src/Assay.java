package dev.assay;

import dev.assay.agent.Usage;
import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import dev.assay.run.Cause;
import dev.assay.run.ExperimentRun;
import dev.assay.run.ExperimentRuns;
import dev.assay.run.Outcome;
import dev.assay.run.RunResult;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import dev.assay.run.Stages;
import dev.assay.run.StoredRun;
import dev.assay.settings.Settings;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stands before the real wiring on the class path: runs that end as their experiment's name says. */
public final class Assay implements ExperimentRuns {
    private final PrintStream out;

    private Assay(PrintStream out) {
        this.out = out;
    }

    public static Assay open(Settings settings, PrintStream out) {
        return new Assay(out);
    }

    @Override
    public ExperimentRun start(Experiment experiment, Variant variant, int repetition, String uniqueId) {
        out.println("started " + uniqueId);
        Outcome outcome = switch (experiment.name()) {
            case "fails" -> Outcome.FAILED;
            case "aborts" -> Outcome.ABORTED;
            default -> Outcome.PASSED;
        };
        Optional<Cause> cause = switch (outcome) {
            case FAILED -> Optional.of(Cause.CHECK_FAILED);
            case ABORTED -> Optional.of(Cause.TARGET_UNAVAILABLE);
            default -> Optional.empty();
        };
        String message = switch (outcome) {
            case FAILED -> "anon reads todos";
            case ABORTED -> "the gateway does not answer";
            default -> "";
        };
        return new ExperimentRun() {
            @Override
            public void run(Stages stages) throws InterruptedException {
                stages.test(node("stage", "plan", "plan"), () -> StageResult.PASSED);
                stages.container(node("stage", "build", "build"), build -> {
                    build.container(node("step", "tables", "Create the tables"), step -> {
                        step.test(
                                node("attempt", "implement-1", "implement"),
                                () -> StageResult.of(Outcome.SUPERSEDED, Cause.CHECK_FAILED, "policies missing", false));
                        step.test(node("attempt", "implement-2", "implement"), () -> StageResult.PASSED);
                    });
                });
                stages.container(node("stage", "evaluation", "evaluation"), all -> all.container(
                        node("layer", "rls", "rls"),
                        rls -> rls.test(
                                node("check", "anon", "anon reads nothing"),
                                () -> new StageResult(outcome, cause, message, 1, true, List.of(), List.of()))));
            }

            @Override
            public RunResult finish() {
                return new RunResult(outcome, cause, message, false, List.of(), Usage.NONE, Duration.ZERO);
            }
        };
    }

    @Override
    public ExperimentRun resume(StoredRun run, Experiment experiment, Optional<ResumedStep> from) {
        throw new UnsupportedOperationException("no run is stored here");
    }

    @Override
    public ExperimentRun recheck(StoredRun run, Experiment experiment, Set<LayerKind> only) {
        throw new UnsupportedOperationException("no run is stored here");
    }

    private static Stage node(String type, String id, String name) {
        return new Stage(type, id, name, Map.of());
    }

    @Override
    public void close() {
        out.println("closed");
    }
}
