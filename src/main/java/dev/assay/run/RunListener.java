package dev.assay.run;

import dev.assay.agent.AgentEvent;

/**
 * What a run tells the outside: the store, the reports, the live tree. Calls for one run come one at a time, in order;
 * runs may come in parallel. A listener that throws is said on the console and does not fail the run.
 */
public interface RunListener {
    default void runStarted(RunInfo run) {}

    /**
     * A run that was begun in an earlier process is gone on with. What was told of it then is not told again, but for
     * its end.
     */
    default void runResumed(RunInfo run) {
        runStarted(run);
    }

    /**
     * An app that is there already is checked again: nothing is built. Where it is a stored run's, the run is told of
     * with what is known of it, and what it was found to be before stays.
     *
     * @param subject what is checked, for people: {@code mutant rls-off}, {@code run 20260301-120000-abcdef}
     */
    default void recheckStarted(RunInfo run, String subject) {
        runStarted(run);
    }

    /** @param result of the recheck; a stored run keeps its own */
    default void recheckFinished(RunInfo run, RunResult result) {
        runFinished(run, result);
    }

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
     * Repetitions of the run's variant are left out, since what was asked of them is settled. The run may be over.
     *
     * @param decision the question, the answer, and by how many runs
     */
    default void runCurtailed(RunInfo run, String decision) {}

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
