package dev.assay.engine;

import dev.assay.Assay;
import dev.assay.engine.descriptor.ExperimentDescriptor;
import dev.assay.engine.descriptor.RunDescriptor;
import dev.assay.engine.discovery.ExperimentDiscovery;
import dev.assay.engine.execution.EngineContext;
import dev.assay.engine.execution.Session;
import dev.assay.engine.execution.Threads;
import dev.assay.engine.execution.Turns;
import dev.assay.run.ExperimentRuns;
import dev.assay.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.hierarchical.HierarchicalTestEngine;
import org.junit.platform.engine.support.hierarchical.HierarchicalTestExecutorService;

/**
 * The engine {@value #ID} of the JUnit Platform: experiments are its tests. Every option is a configuration parameter of
 * the same name, so that a system property of that name reaches it from Maven, an IDE or the command line.
 */
public final class AssayTestEngine extends HierarchicalTestEngine<EngineContext> {
    public static final String ID = "assay";

    private final Function<Settings, ExperimentRuns> opening;
    private final Path workingDirectory;

    /** The engine as the platform finds it. */
    public AssayTestEngine() {
        this(settings -> Assay.open(settings, System.out));
    }

    /** @param opening makes the runs of one execution; called when the first of them starts */
    public AssayTestEngine(Function<Settings, ExperimentRuns> opening) {
        this(opening, Path.of("").toAbsolutePath());
    }

    /** @param workingDirectory what relative folders are relative to */
    public AssayTestEngine(Function<Settings, ExperimentRuns> opening, Path workingDirectory) {
        this.opening = opening;
        this.workingDirectory = workingDirectory;
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId uniqueId) {
        return new ExperimentDiscovery(workingDirectory).discover(request, uniqueId);
    }

    @Override
    protected EngineContext createExecutionContext(ExecutionRequest request) {
        Turns turns = new Turns();
        nodes(request, RunDescriptor.class).map(RunDescriptor::turn).forEach(turns::plan);
        return new EngineContext(
                new Session(() -> opening.apply(settings(request.getConfigurationParameters()::get)), turns));
    }

    /** As many threads as runs may be under way by what the experiments say. */
    @Override
    protected HierarchicalTestExecutorService createExecutorService(ExecutionRequest request) {
        return new Threads(nodes(request, ExperimentDescriptor.class)
                .mapToInt(node -> node.experiment().pace().parallelism())
                .max()
                .orElse(1));
    }

    private static <T extends TestDescriptor> Stream<T> nodes(ExecutionRequest request, Class<T> kind) {
        return request.getRootTestDescriptor().getDescendants().stream()
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    Settings settings(Function<String, Optional<String>> given) {
        return Settings.load(given, workingDirectory);
    }
}
