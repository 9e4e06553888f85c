package dev.assay.target;

/** The target cannot be had or went away: the world's failure, never the agent's. */
public final class TargetUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TargetUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
