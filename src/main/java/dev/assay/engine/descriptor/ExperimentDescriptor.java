package dev.assay.engine.descriptor;

import dev.assay.experiment.Experiment;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.FileSource;

/** An experiment that could be read. */
public final class ExperimentDescriptor extends ExperimentNode {
    public static final String SEGMENT = "experiment";

    private final Experiment experiment;

    public ExperimentDescriptor(UniqueId uniqueId, Experiment experiment) {
        super(uniqueId, experiment.name(), FileSource.from(experiment.file().toFile()), Type.CONTAINER);
        this.experiment = experiment;
    }

    public Experiment experiment() {
        return experiment;
    }

    @Override
    public Set<TestTag> getTags() {
        Set<TestTag> tags = new LinkedHashSet<>();
        experiment.tags().stream().filter(TestTag::isValid).map(TestTag::create).forEach(tags::add);
        return tags;
    }
}
