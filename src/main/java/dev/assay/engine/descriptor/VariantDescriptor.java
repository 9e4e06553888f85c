package dev.assay.engine.descriptor;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.FilePosition;
import org.junit.platform.engine.support.descriptor.FileSource;

/** A cell of the matrix. */
public final class VariantDescriptor extends ExperimentNode {
    public static final String SEGMENT = "variant";

    private final Experiment experiment;
    private final Variant variant;

    public VariantDescriptor(UniqueId parent, Experiment experiment, Variant variant) {
        super(
                parent.append(SEGMENT, variant.id()),
                variant.id(),
                FileSource.from(experiment.file().toFile(), FilePosition.from(variant.line())),
                Type.CONTAINER);
        this.experiment = experiment;
        this.variant = variant;
    }

    public Experiment experiment() {
        return experiment;
    }

    public Variant variant() {
        return variant;
    }
}
