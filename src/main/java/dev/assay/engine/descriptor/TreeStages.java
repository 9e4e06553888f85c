package dev.assay.engine.descriptor;

import dev.assay.engine.execution.EngineContext;
import dev.assay.engine.execution.RunExecution.StageBody;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import dev.assay.run.Stages;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.support.hierarchical.Node.DynamicTestExecutor;

/**
 * Puts nodes into a container while it runs. Each is registered on its own, before anything is in it, and is over before
 * the call returns: children that hang on a node when it is registered are run and never reported.
 */
final class TreeStages implements Stages {
    private final ExperimentNode container;
    private final List<String> path;
    private final Naming naming;
    private final EngineContext context;
    private final DynamicTestExecutor executor;

    TreeStages(
            ExperimentNode container,
            List<String> path,
            Naming naming,
            EngineContext context,
            DynamicTestExecutor executor) {
        this.container = container;
        this.path = path;
        this.naming = naming;
        this.context = context;
        this.executor = executor;
    }

    @Override
    public void test(Stage stage, TestBody body) throws InterruptedException {
        add(stage, new StageBody.Test(body));
        executor.awaitFinished();
        context.run().throwIfInterrupted();
    }

    @Override
    public void container(Stage stage, ContainerBody body) throws InterruptedException {
        add(stage, new StageBody.Container(body));
        executor.awaitFinished();
        context.run().throwIfInterrupted();
    }

    @Override
    public void skipped(Stage stage, StageResult result) {
        add(stage, new StageBody.Skipped(result));
    }

    private void add(Stage stage, StageBody body) {
        List<String> ownPath = new ArrayList<>(path);
        ownPath.add(stage.id());
        DynamicDescriptor child = new DynamicDescriptor(
                container.getUniqueId().append(stage.type(), stage.id()), stage, List.copyOf(ownPath), naming, body);
        container.addChild(child);
        executor.execute(child);
    }
}
