package dev.assay.engine;

/**
 * What a launch ends with, strongest first: where several hold, the first of them is the answer.
 */
public enum ExitCode {
    /** Cut short by the user. */
    INTERRUPTED(130),
    /** A wrong option, an unknown experiment, an experiment's file that cannot be read, or nothing to run. */
    USAGE(2),
    /** Something failed that is the agent's. */
    FAILED(1),
    /** Nothing failed, and at least one run was not done as the budget is used up. */
    BUDGET(4),
    /** Nothing failed, and at least one run was the world's failure. */
    ABORTED(3),
    PASSED(0);

    private final int value;

    ExitCode(int value) {
        this.value = value;
    }

    /** As the operating system gets it. */
    public int value() {
        return value;
    }

    /** The stronger of two. */
    public ExitCode or(ExitCode other) {
        return compareTo(other) <= 0 ? this : other;
    }
}
