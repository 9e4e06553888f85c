package dev.assay.run;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes runs. Closing it gives back what runs share: target clusters, the store, watchdogs. */
public interface ExperimentRuns extends AutoCloseable {
    /**
     * Begins a run: its folder, its target, its row.
     *
     * @param repetition from 1
     * @param uniqueId the unique id of the run's node in the tree
     */
    ExperimentRun start(Experiment experiment, Variant variant, int repetition, String uniqueId)
            throws InterruptedException;

    /**
     * Goes on with a stored run: what it has done is read, and not done again.
     *
     * @param experiment as it is now
     * @param from the step to do again, and all after it; empty to go on where the run was
     */
    ExperimentRun resume(StoredRun run, Experiment experiment, Optional<ResumedStep> from) throws InterruptedException;

    /** A step of a stored run's plan, by its id or by its place from 1. */
    record ResumedStep(String id, int place) {
        public static ResumedStep named(String id) {
            return new ResumedStep(id, 0);
        }

        public static ResumedStep at(int place) {
            return new ResumedStep("", place);
        }
    }

    /**
     * Begins to check the app of a stored run again, with the evaluation alone. What the run was found to be stays.
     *
     * @param experiment as it is now
     * @param only the layers to check; empty for all
     */
    ExperimentRun recheck(StoredRun run, Experiment experiment, Set<LayerKind> only) throws InterruptedException;

    /** Takes note that a variant's remaining repetitions are left out: its runs are marked, and are no fair sample. */
    default void curtailed(Curtailed variant) {}

    /**
     * A variant of which repetitions are left out, since what was asked by {@code stop-early} is settled.
     *
     * @param experiment its name
     * @param variant the variant as the tree calls it
     * @param decision the question, the answer, and by how many runs
     * @param runs those that have begun
     */
    record Curtailed(String experiment, String variant, String decision, List<ExperimentRun> runs) {
        public Curtailed {
            runs = List.copyOf(runs);
        }
    }

    @Override
    void close();
}
