package dev.assay.engine.execution;

import dev.assay.run.ExperimentRuns;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all runs of one execution share. Opened by the first run that starts, so that a tree of nothing but invalid
 * experiments starts nothing; opened once even if that fails, so that many runs do not wait for the same failure.
 */
public final class Session implements AutoCloseable {
    private final Supplier<ExperimentRuns> opening;
    private final Turns turns;
    private @Nullable ExperimentRuns runs;
    private @Nullable RuntimeException failure;
    private volatile boolean interrupted;

    public Session(Supplier<ExperimentRuns> opening, Turns turns) {
        this.opening = opening;
        this.turns = turns;
    }

    Turns turns() {
        return turns;
    }

    synchronized ExperimentRuns runs() {
        if (failure != null) {
            throw failure;
        }
        if (runs == null) {
            try {
                runs = opening.get();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        return runs;
    }

    void interrupt() {
        interrupted = true;
    }

    /** Whether the execution was interrupted; then no further run starts. */
    public boolean interrupted() {
        return interrupted;
    }

    @Override
    public synchronized void close() {
        if (runs != null) {
            runs.close();
        }
    }
}
