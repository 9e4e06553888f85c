package dev.assay.run;

import dev.assay.agent.Ending;
import java.util.Locale;

/** Why something did not pass: the one list that rows, reports and categories are made from. */
public enum Cause {
    // the agent's
    PLAN_INVALID("the planner gave no valid plan", false),
    CHECK_FAILED("the app does not do what the contract asks", false),
    VERDICT_RETRY("the verifier asked for another attempt", false),
    NOT_VERIFIED("the step was given up", false),
    LIMIT_TURNS("the agent used up its turns", false),
    LIMIT_BUDGET("the run's budget is spent", false),
    SCHEMA_FAILED("the answer never met its schema", false),
    CONTEXT_FULL("the model's context was full", false),
    REFUSED("the model refused", false),
    TIMED_OUT("the agent used up its time", false),
    IDLE("the agent fell silent", false),
    FORBIDDEN("the agent ran a forbidden command", false),
    // the world's
    AUTH("the tool is not signed in", true),
    BILLING("the account cannot pay", true),
    BUDGET("the budget is used up", true),
    RATE_LIMITED("the model's rate limit", true),
    OVERLOADED("the model's service is overloaded", true),
    API_ERROR("the model's service failed", true),
    MODEL_NOT_FOUND("the model is not known", true),
    INTERRUPTED("the run was interrupted", true),
    IDLE_AT_START("the agent never began", true),
    CLI_USAGE("the tool refused its arguments", true),
    CLI_CRASHED("the tool crashed", true),
    TARGET_UNAVAILABLE("the target went away", true),
    TARGET_LIMIT("the target can never do what was asked", true),
    TOOL_MISSING("a tool is missing", true),
    CHECK_ERROR("Assay could not measure", true),
    HARNESS_BUG("Assay failed", true),
    // neither
    SKIPPED("left out", false),
    UNREACHED("a step it needs was given up", false);

    private final String meaning;
    private final boolean infrastructure;

    Cause(String meaning, boolean infrastructure) {
        this.meaning = meaning;
        this.infrastructure = infrastructure;
    }

    /** The name in rows and reports, such as {@code check-failed}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String meaning() {
        return meaning;
    }

    /** Whether it is the world's failure. */
    public boolean infrastructure() {
        return infrastructure;
    }

    /** Whether a call that ends so ends the run: the world failed, or nothing more may be spent. */
    boolean endsRun() {
        return infrastructure || this == LIMIT_BUDGET;
    }

    /** Whether a timer ended the call, so that what it had done by then may well be all there is to do. */
    boolean byClock() {
        return this == TIMED_OUT || this == IDLE;
    }

    /** The cause that an agent call's ending stands for. */
    public static Cause of(Ending ending) {
        return switch (ending) {
            case COMPLETED -> throw new IllegalArgumentException("a completed call has no cause");
            default -> valueOf(ending.name());
        };
    }
}
