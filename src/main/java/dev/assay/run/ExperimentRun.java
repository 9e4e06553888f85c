package dev.assay.run;

/** One run of one variant, ready to go. For one thread at a time. */
public interface ExperimentRun {
    /** Hands the run's stages over; see {@link Stages} for when their bodies run. */
    void run(Stages stages) throws InterruptedException;

    /** Ends the run, after its last stage or when it was cut short: settles its outcome and gives back all it holds. */
    RunResult finish();
}
