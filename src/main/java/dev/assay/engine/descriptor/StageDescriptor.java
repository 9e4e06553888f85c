package dev.assay.engine.descriptor;

import dev.assay.engine.execution.EngineContext;
import dev.assay.engine.execution.RunExecution.StageBody;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.UniqueId;

/** A stage of a run, known before the run starts. What it does, the run has handed over when its turn comes. */
public final class StageDescriptor extends ExperimentNode {
    private final String id;
    private final List<String> path;
    private final Naming naming;

    StageDescriptor(UniqueId run, String id, Type type, List<String> pathOfRun, Naming naming) {
        super(run.append("stage", id), type == Type.TEST ? naming.leaf(pathOfRun, id) : id, null, type);
        this.id = id;
        this.naming = naming;
        this.path = new ArrayList<>(pathOfRun);
        this.path.add(id);
    }

    /** A container gets its children while it runs; without this it would be pruned. */
    @Override
    public boolean mayRegisterTests() {
        return isContainer();
    }

    @Override
    public SkipResult shouldBeSkipped(EngineContext context) {
        if (context.run().interrupted()) {
            return SkipResult.skip("the run was interrupted");
        }
        @Nullable StageBody body = context.run().stage(id);
        if (body == null) {
            return SkipResult.skip("nothing to do in this run");
        }
        return body instanceof StageBody.Skipped skipped
                ? DynamicDescriptor.skip(skipped.result())
                : SkipResult.doNotSkip();
    }

    @Override
    public EngineContext execute(EngineContext context, DynamicTestExecutor executor) {
        @Nullable StageBody body = context.run().stage(id);
        if (body instanceof StageBody.Test test && isTest()) {
            context.run().leaf(test.body());
        } else if (body instanceof StageBody.Container container && isContainer()) {
            context.run().container(container.body(), new TreeStages(this, path, naming, context, executor));
        } else {
            throw new IllegalStateException("The stage " + id + " is a " + getType() + " and was handed " + body
                    + "; this is a bug of Assay's");
        }
        return context;
    }
}
