package dev.assay.engine.descriptor;

import dev.assay.engine.execution.EngineContext;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;

/** A node below the engine's own. Nodes down to the runs may be executed together, those of one run never. */
public abstract sealed class ExperimentNode extends AbstractTestDescriptor implements Node<EngineContext>
        permits ClassDescriptor,
                ExperimentDescriptor,
                InvalidExperimentDescriptor,
                VariantDescriptor,
                RunDescriptor,
                StageDescriptor,
                DynamicDescriptor {
    private final Type type;

    ExperimentNode(UniqueId uniqueId, String displayName, @Nullable TestSource source, Type type) {
        super(uniqueId, displayName, source);
        this.type = type;
    }

    @Override
    public final Type getType() {
        return type;
    }

    @Override
    public final ExecutionMode getExecutionMode() {
        return this instanceof StageDescriptor || this instanceof DynamicDescriptor
                ? ExecutionMode.SAME_THREAD
                : ExecutionMode.CONCURRENT;
    }
}
