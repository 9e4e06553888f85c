package dev.assay.engine.discovery;

import dev.assay.engine.descriptor.AssayDescriptor;
import dev.assay.engine.descriptor.Naming;
import dev.assay.settings.Settings;
import java.nio.file.Path;
import org.junit.platform.engine.ConfigurationParameters;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.discovery.EngineDiscoveryRequestResolver;

/** Finds what a request selects and builds the part of the tree that is known before anything runs. */
public final class ExperimentDiscovery {
    private final Path workingDirectory;

    /** @param workingDirectory what relative folders are relative to */
    public ExperimentDiscovery(Path workingDirectory) {
        this.workingDirectory = workingDirectory;
    }

    /** The tree of what the request selects. */
    public AssayDescriptor discover(EngineDiscoveryRequest request, UniqueId uniqueId) {
        ConfigurationParameters parameters = request.getConfigurationParameters();
        Catalog catalog = new Catalog(() -> Settings.load(parameters::get, workingDirectory), workingDirectory);
        AssayDescriptor engine = new AssayDescriptor(uniqueId);
        EngineDiscoveryRequestResolver.<AssayDescriptor>builder()
                .addClassContainerSelectorResolver(SelectorResolution::isExperimentsClass)
                .addSelectorResolver(context ->
                        new SelectorResolution(catalog, Naming.of(parameters::get), context.getClassNameFilter()))
                .addTestDescriptorVisitor(context -> TestDescriptor::prune)
                .build()
                .resolve(request, engine);
        return engine;
    }
}
