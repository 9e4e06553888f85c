package dev.assay.engine.execution;

import dev.assay.run.Cause;
import org.jspecify.annotations.Nullable;

/** The world's failure of a whole run. The container of the run fails with it, so that a build is not green. */
public final class RunAborted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Cause cause;

    public RunAborted(Cause cause, String message) {
        this(cause, message, null);
    }

    public RunAborted(Cause cause, String message, @Nullable Throwable trigger) {
        super("ABORTED " + cause.id() + ": " + message, trigger, false, trigger != null);
        this.cause = cause;
    }

    /** Why, from the list that rows and reports are made from. */
    public Cause reason() {
        return cause;
    }
}
