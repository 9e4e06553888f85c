package dev.assay.run;

import dev.assay.agent.AgentEvent;

/**
 * What a run tells the outside: the store, the reports, the live tree. Calls for one run come one at a time, in order;
 * runs may come in parallel. A listener that throws is said on the console and does not fail the run.
 */
public interface RunListener {
    default void runStarted(RunInfo run) {}

    default void planAccepted(RunInfo run, Plan plan) {}

    /** A node of the tree begins. */
    default void stageStarted(RunInfo run, Node node) {}

    /** A node of the tree ended, or is skipped (then it never began). */
    default void stageFinished(RunInfo run, Node node, StageResult result) {}

    default void attemptStarted(RunInfo run, Attempt attempt) {}

    default void attemptFinished(RunInfo run, Attempt attempt, AttemptResult result) {}

    /** A line as it came, before it is parsed. */
    default void line(RunInfo run, Line line) {}

    /** An event that a line gave; {@link #line} was called for its line before. */
    default void event(RunInfo run, Line line, int part, AgentEvent event) {}

    default void runFinished(RunInfo run, RunResult result) {}

    /**
     * A node with its place in the tree.
     *
     * @param uniqueId the node's unique id, as JUnit writes it
     * @param parentId its parent's; the run's own for the stages
     * @param stage what it is
     * @param leaf whether it is a test and not a container
     * @param depth 0 for the run's stages, then 1, 2, …
     */
    record Node(String uniqueId, String parentId, Stage stage, boolean leaf, int depth) {}
}
