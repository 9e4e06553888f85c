package dev.assay.engine.descriptor;

import dev.assay.engine.execution.EngineContext;
import dev.assay.engine.execution.RunExecution.StageBody;
import dev.assay.engine.execution.Texts;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import java.util.List;
import org.junit.platform.engine.UniqueId;

/** A node below a stage, which came up while the run went on: a step, an attempt, a layer, a check. */
public final class DynamicDescriptor extends ExperimentNode {
    private final List<String> path;
    private final Naming naming;
    private final StageBody body;

    /** @param path ids of the containers around it, and its own */
    DynamicDescriptor(UniqueId uniqueId, Stage stage, List<String> path, Naming naming, StageBody body) {
        super(
                uniqueId,
                displayName(stage, path, naming, body),
                null,
                body instanceof StageBody.Container ? Type.CONTAINER : Type.TEST);
        this.path = path;
        this.naming = naming;
        this.body = body;
    }

    /** A container gets its children one by one while it runs; without this it would be pruned or ignored. */
    @Override
    public boolean mayRegisterTests() {
        return isContainer();
    }

    @Override
    public SkipResult shouldBeSkipped(EngineContext context) {
        return body instanceof StageBody.Skipped skipped ? skip(skipped.result()) : SkipResult.doNotSkip();
    }

    @Override
    public EngineContext execute(EngineContext context, DynamicTestExecutor executor) {
        if (body instanceof StageBody.Test test) {
            context.run().leaf(test.body());
        } else if (body instanceof StageBody.Container container) {
            context.run().container(container.body(), new TreeStages(this, path, naming, context, executor));
        }
        return context;
    }

    static SkipResult skip(StageResult result) {
        String reason = Texts.message(result.message());
        return SkipResult.skip(
                reason.isBlank() ? result.cause().map(cause -> cause.meaning()).orElse("left out") : reason);
    }

    private static String displayName(Stage stage, List<String> path, Naming naming, StageBody body) {
        String name = Texts.name(stage.name(), stage.id());
        return body instanceof StageBody.Container ? name : naming.leaf(path.subList(0, path.size() - 1), name);
    }
}
