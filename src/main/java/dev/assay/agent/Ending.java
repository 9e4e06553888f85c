package dev.assay.agent;

import dev.assay.process.Exit;

/**
 * How one agent call ended. Whose failure it is follows from it: {@link #infrastructure()} endings are the world's and
 * abort; the others, but {@link #COMPLETED}, are the agent's.
 */
public enum Ending {
    COMPLETED(false),
    LIMIT_TURNS(false),
    LIMIT_BUDGET(false),
    SCHEMA_FAILED(false),
    AUTH(true),
    BILLING(true),
    /** The call was not made: the user's own budget is used up. */
    BUDGET(true),
    RATE_LIMITED(true),
    OVERLOADED(true),
    API_ERROR(true),
    CONTEXT_FULL(false),
    MODEL_NOT_FOUND(true),
    REFUSED(false),
    /** It ran a command that it may not run, and was stopped. */
    FORBIDDEN(false),
    INTERRUPTED(true),
    TIMED_OUT(false),
    /** No output; the world's failure only before the first tool call: {@link #IDLE_AT_START}. */
    IDLE(false),
    IDLE_AT_START(true),
    CLI_USAGE(true),
    CLI_CRASHED(true);

    private final boolean infrastructure;

    Ending(boolean infrastructure) {
        this.infrastructure = infrastructure;
    }

    /**
     * How a call ended that gave no final event of its own before we stopped it.
     *
     * @param fired what made us stop it
     * @param toolCalled whether it had begun its first tool call
     */
    public static Ending stoppedBy(Exit.Limit fired, boolean toolCalled) {
        return switch (fired) {
            case STARTUP -> IDLE_AT_START;
            case IDLE, LINGER -> toolCalled ? IDLE : IDLE_AT_START;
            case TOOL, WALL -> TIMED_OUT;
            case STOPPED, NONE -> INTERRUPTED;
        };
    }

    public boolean infrastructure() {
        return infrastructure;
    }

    /** The name in tables and output; both idle endings are {@code IDLE}. */
    public String id() {
        return this == IDLE_AT_START ? IDLE.name() : name();
    }
}
