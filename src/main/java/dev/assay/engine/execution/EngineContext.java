package dev.assay.engine.execution;

import java.util.Optional;
import org.junit.platform.engine.support.hierarchical.EngineExecutionContext;

/**
 * What a node of the tree is given.
 *
 * @param session for all nodes
 * @param currentRun the run that the node belongs to; empty above the runs
 */
public record EngineContext(Session session, Optional<RunExecution> currentRun) implements EngineExecutionContext {
    public EngineContext(Session session) {
        this(session, Optional.empty());
    }

    public EngineContext with(RunExecution run) {
        return new EngineContext(session, Optional.of(run));
    }

    /** The run; only for nodes that are part of one. */
    public RunExecution run() {
        return currentRun.orElseThrow();
    }
}
