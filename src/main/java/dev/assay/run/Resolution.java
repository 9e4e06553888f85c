package dev.assay.run;

import java.util.List;

/** What Assay does after an attempt at a step. */
public sealed interface Resolution {
    /** The step is done. */
    record Proceed() implements Resolution {}

    /** Implement again, with what was found. */
    record Retry(List<String> findings) implements Resolution {}

    /** Search the docs, then implement again. */
    record Search(String query, List<String> findings) implements Resolution {}

    /** Run a command of the experiment's list, then implement again with its output. */
    record Diagnose(String command, List<String> findings) implements Resolution {}

    /** The planner rewrites the remaining steps; the step itself is done if its checks are clean. */
    record ModifyPlan(boolean done, List<String> findings) implements Resolution {}

    /** The step is left out. */
    record Skip(String reason) implements Resolution {}

    /** The limits are used up. */
    record GiveUp(String reason) implements Resolution {}
}
