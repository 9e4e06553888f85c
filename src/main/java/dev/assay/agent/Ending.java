package dev.assay.agent;

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
    RATE_LIMITED(true),
    OVERLOADED(true),
    API_ERROR(true),
    CONTEXT_FULL(false),
    MODEL_NOT_FOUND(true),
    REFUSED(false),
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

    public boolean infrastructure() {
        return infrastructure;
    }

    /** The name in tables and output; both idle endings are {@code IDLE}. */
    public String id() {
        return this == IDLE_AT_START ? IDLE.name() : name();
    }
}
