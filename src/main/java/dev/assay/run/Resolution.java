package dev.assay.run;

import java.util.List;

/** What Assay does after an attempt at a step. */
public sealed interface Resolution {
    /** The step is done. */
    record Proceed() implements Resolution {}

    /** Implement again, with what was found. */
    record Retry(List<String> findings) implements Again {}

    /** Search the docs, then implement again. */
    record Search(String query, List<String> findings) implements Again {}

    /** Run a command of the experiment's list, then implement again with its output. */
    record Diagnose(String command, List<String> findings) implements Again {}

    /** The planner rewrites the remaining steps; the step itself is done. */
    record ModifyPlan() implements Resolution {}

    /** The planner rewrites the remaining steps, of which this one is the first: its checks are not clean. */
    record ModifyUnfinished(List<String> findings) implements Again {}

    /** The step is left out. */
    record Skip(String reason) implements Resolution {}

    /** The limits are used up. */
    record GiveUp(String reason) implements Resolution {}

    /** The step is implemented again, with what was found. */
    sealed interface Again extends Resolution {
        List<String> findings();
    }
}
