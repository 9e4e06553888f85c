package dev.assay.engine.descriptor;

import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.ClassSource;

/** The class that carries the annotation. Build tools report below classes only, so it must be there. */
public final class ClassDescriptor extends ExperimentNode {
    public static final String SEGMENT = "class";

    public ClassDescriptor(UniqueId parent, Class<?> testClass) {
        super(
                parent.append(SEGMENT, testClass.getName()),
                testClass.getSimpleName(),
                ClassSource.from(testClass),
                Type.CONTAINER);
    }
}
