package dev.assay.engine;

import dev.assay.engine.descriptor.ClassDescriptor;
import dev.assay.engine.descriptor.RunDescriptor;
import dev.assay.engine.execution.RunAborted;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.settings.Option;
import dev.assay.settings.UsageError;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId.Segment;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.AssertionFailedError;

/**
 * Starts experiments without Maven or an IDE: the same request, on the same engine, through JUnit's launcher. Nothing but
 * the engine takes part: engines and listeners that are on the class path too are left alone.
 */
public final class Launch {
    private final AssayTestEngine engine;
    private final Consumer<String> err;

    /** @param err where that is said which no run can say: wrong options, files that cannot be read */
    public Launch(PrintStream err) {
        this(new AssayTestEngine(), err);
    }

    public Launch(AssayTestEngine engine, PrintStream err) {
        this(engine, err::println);
    }

    /** @param err told, message by message, what no run can say */
    public Launch(AssayTestEngine engine, Consumer<String> err) {
        this.engine = engine;
        this.err = err;
    }

    /**
     * Runs what the options choose of the folder of experiments.
     *
     * @param options options by name; what is not among them is looked up where options are (system properties,
     *     environment, files)
     */
    public ExitCode run(Map<String, String> options) {
        String folder;
        try {
            folder = engine.settings(name -> Optional.ofNullable(options.get(name)))
                    .path(Option.EXPERIMENTS_DIR)
                    .toString();
        } catch (UsageError e) {
            err.accept(e.getMessage());
            return ExitCode.USAGE;
        }
        return launch(options, List.of(DiscoverySelectors.selectDirectory(folder)));
    }

    /**
     * Runs nodes of the tree again.
     *
     * @param uniqueIds as JUnit writes them
     */
    public ExitCode run(Map<String, String> options, List<String> uniqueIds) {
        return launch(
                options,
                uniqueIds.stream().map(DiscoverySelectors::selectUniqueId).toList());
    }

    private ExitCode launch(Map<String, String> options, List<? extends DiscoverySelector> selectors) {
        LauncherConfig alone = LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .addTestEngines(engine)
                .build();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectors)
                .configurationParameters(options)
                .build();
        Launcher launcher = LauncherFactory.create(alone);
        Ending ending = new Ending();
        launcher.execute(request, ending);
        if (!ending.ranAnything) {
            err.accept("Nothing to run: the selection holds no experiment.");
            return ExitCode.USAGE;
        }
        return ending.code;
    }

    /** Listens for what went wrong and says what no run has said. */
    private final class Ending implements TestExecutionListener {
        private ExitCode code = ExitCode.PASSED;
        private volatile boolean ranAnything;

        @Override
        public void testPlanExecutionStarted(TestPlan plan) {
            ranAnything = plan.containsTests();
        }

        @Override
        public void executionSkipped(TestIdentifier node, String reason) {
            List<Segment> segments = node.getUniqueIdObject().getSegments();
            if (segments.get(segments.size() - 1).getType().equals(RunDescriptor.SEGMENT)) {
                err.accept(segments.stream()
                                .skip(1)
                                .filter(segment -> !segment.getType().equals(ClassDescriptor.SEGMENT))
                                .map(segment -> segment.getType().equals(RunDescriptor.SEGMENT)
                                        ? "#" + segment.getValue()
                                        : segment.getValue())
                                .collect(Collectors.joining(" "))
                        + ": skipped, " + reason);
            }
        }

        /** Runs may end at the same time. */
        @Override
        public synchronized void executionFinished(TestIdentifier node, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                Throwable problem = result.getThrowable().orElseGet(AssertionError::new);
                code = code.or(codeOf(problem));
                if (!(problem instanceof AssertionFailedError)
                        && !(problem instanceof RunAborted && problem.getCause() == null)) {
                    err.accept(problem.getMessage() == null ? problem.toString() : problem.getMessage());
                }
            }
        }

        private static ExitCode codeOf(Throwable problem) {
            for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
                if (cause instanceof UsageError || cause instanceof InvalidExperiment) {
                    return ExitCode.USAGE;
                }
                if (cause instanceof RunAborted aborted) {
                    return switch (aborted.reason()) {
                        case INTERRUPTED -> ExitCode.INTERRUPTED;
                        case BUDGET -> ExitCode.BUDGET;
                        default -> ExitCode.ABORTED;
                    };
                }
            }
            return ExitCode.FAILED;
        }
    }
}
