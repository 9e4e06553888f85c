package dev.assay.store;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run's rows as they are in the log database, with the columns' names as keys; times are ISO 8601.
 *
 * @param run the row of {@code orchestrator_runs}
 * @param attempts rows of {@code orchestrator_steps}, in the order in which they began
 * @param results rows of {@code orchestrator_results}, in the order in which they began
 */
public record ArchivedRun(ObjectNode run, List<ObjectNode> attempts, List<ObjectNode> results) {
    public String id() {
        return run.path("id").asString();
    }

    /** For people: {@code todo-auth claude+codex #2}. */
    public String title() {
        return text(run, "experiment") + " " + text(run, "variant") + " #" + text(run, "repetition");
    }

    /** A column's value as text; empty where it is null. */
    public static String text(ObjectNode row, String column) {
        return row.path(column).asString("");
    }
}
