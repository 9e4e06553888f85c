package dev.assay.run;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;

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

    @Override
    void close();
}
