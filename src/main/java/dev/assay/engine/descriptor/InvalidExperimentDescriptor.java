package dev.assay.engine.descriptor;

import dev.assay.engine.execution.EngineContext;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;

/**
 * A leaf that fails because there is nothing to run in its place: a file that cannot be read, a name that no experiment
 * has, an option that makes no sense. What else was selected still runs.
 */
public final class InvalidExperimentDescriptor extends ExperimentNode {
    private final Exception problem;

    public InvalidExperimentDescriptor(UniqueId uniqueId, String name, @Nullable TestSource source, Exception problem) {
        super(uniqueId, name, source, Type.TEST);
        this.problem = problem;
    }

    @Override
    public EngineContext execute(EngineContext context, DynamicTestExecutor executor) throws Exception {
        problem.setStackTrace(new StackTraceElement[0]); // the file is at fault; its lines are in the message
        throw problem;
    }
}
