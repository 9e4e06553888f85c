package dev.assay.engine.descriptor;

import dev.assay.engine.execution.EngineContext;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;

/** The engine's own node, the root of the tree: closes what the runs shared. */
public final class AssayDescriptor extends EngineDescriptor implements Node<EngineContext> {
    public AssayDescriptor(UniqueId uniqueId) {
        super(uniqueId, "Assay");
    }

    @Override
    public void cleanUp(EngineContext context) {
        context.session().close();
    }
}
