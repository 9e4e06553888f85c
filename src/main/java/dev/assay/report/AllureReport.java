package dev.assay.report;

import dev.assay.agent.AgentEvent;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Line;
import dev.assay.run.Plan;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import io.qameta.allure.AllureLifecycle;
import io.qameta.allure.FileSystemResultsWriter;
import io.qameta.allure.util.PropertiesUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes Allure's result files: one result for each leaf of the tree, also for those that were skipped, with tool calls
 * as steps and what agents printed as text attachments, and one for the run as a whole; beside them
 * {@code categories.json}, {@code environment.properties}, {@code executor.json} and the history.
 *
 * <p>Attempts of a step share their ids, so that Allure folds them into retries; repetitions and variants do not. What
 * was superseded is shown as skipped: only nodes that decide a run are red. An agent's output goes to its attachment as
 * it comes, and is never held in memory.
 */
public final class AllureReport implements RunListener {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final Clock clock;
    private final AllureLifecycle lifecycle;
    private final AllureSurroundings surroundings;
    private final AllureHistory history;
    private final Map<String, AllureRun> runs = new ConcurrentHashMap<>();
    private boolean begun;

    /**
     * @param resultsDirectory made when it is not there. Results of an earlier run of the same experiment, variant
     *     and repetition become history when the run begins; others are left alone
     * @throws UncheckedIOException when it cannot be written
     */
    public AllureReport(Path resultsDirectory) {
        this(resultsDirectory, Clock.systemUTC());
    }

    AllureReport(Path resultsDirectory, Clock clock) {
        this.directory = resultsDirectory;
        this.clock = clock;
        try {
            Files.createDirectories(resultsDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException("Allure's results folder " + resultsDirectory + " cannot be made", e);
        }
        this.lifecycle = new AllureLifecycle(new FileSystemResultsWriter(resultsDirectory));
        AllureCategories categories = new AllureCategories();
        this.surroundings = new AllureSurroundings(resultsDirectory, categories);
        this.history = new AllureHistory(resultsDirectory, categories);
    }

    /**
     * Where a project keeps its results: {@code allure.results.directory} of the {@code allure.properties} on the class
     * path, as for every Allure adapter, or {@code target/allure-results}.
     *
     * @param project the project's folder
     */
    public static Path directoryIn(Path project) {
        return project.resolve(PropertiesUtils.loadAllureProperties()
                .getProperty("allure.results.directory", "target/allure-results"));
    }

    @Override
    public void runStarted(RunInfo run) {
        begin();
        history.replace(run);
        surroundings.add(run);
        run(run);
    }

    /** What it left before stays: it is the same run. */
    @Override
    public void runResumed(RunInfo run) {
        more(run);
    }

    /** Its checks stand beside those that decided the run, in a stage of their own. */
    @Override
    public void recheckStarted(RunInfo run, String subject) {
        more(run);
    }

    private void more(RunInfo run) {
        begin();
        surroundings.add(run);
        run(run);
    }

    /** The run as a whole is what its own evaluation found. */
    @Override
    public void recheckFinished(RunInfo run, RunResult result) {
        AllureRun finished = runs.remove(run.id());
        if (finished != null) {
            finished.close();
        }
    }

    /** With the first run, so that a command that runs nothing leaves everything as it is. */
    private synchronized void begin() {
        if (!begun) {
            begun = true;
            surroundings.command(history.begin(), TIME.format(clock.instant()) + " UTC");
        }
    }

    /**
     * One line on how to read the results; empty where no run began.
     *
     * @param project the project's folder, whose pom may have the profile that makes the report
     */
    public synchronized Optional<String> invitation(Path project) {
        if (!begun) {
            return Optional.empty();
        }
        Path results = project.toAbsolutePath().relativize(directory.toAbsolutePath());
        return Optional.of("report: "
                + (makesReports(project.resolve("pom.xml"))
                        ? "mvn -Preport makes target/allure-report/index.html of " + results
                        : "the results for Allure are in " + results + "; allure generate makes a report of them"));
    }

    private static boolean makesReports(Path pom) {
        try {
            return Files.isRegularFile(pom) && Files.readString(pom).contains("<id>report</id>");
        } catch (IOException e) {
            throw new UncheckedIOException(pom + " cannot be read", e);
        }
    }

    @Override
    public void planAccepted(RunInfo run, Plan plan) {
        run(run).planned(plan);
    }

    @Override
    public void stageStarted(RunInfo run, Node node) {
        run(run).started(node, clock.millis());
    }

    @Override
    public void stageFinished(RunInfo run, Node node, StageResult result) {
        run(run).finished(node, result, clock.millis());
    }

    @Override
    public void attemptStarted(RunInfo run, Attempt attempt) {
        run(run).started(attempt);
    }

    @Override
    public void line(RunInfo run, Line line) {
        run(run).line(line);
    }

    @Override
    public void event(RunInfo run, Line line, int part, AgentEvent event) {
        run(run).event(line, event);
    }

    @Override
    public void attemptFinished(RunInfo run, Attempt attempt, AttemptResult result) {
        run(run).finished(attempt, result, clock.millis());
    }

    @Override
    public void runFinished(RunInfo run, RunResult result) {
        AllureRun finished = runs.remove(run.id());
        if (finished != null) {
            finished.finished(result, clock.millis());
        }
    }

    private AllureRun run(RunInfo run) {
        return runs.computeIfAbsent(run.id(), id -> new AllureRun(run, directory, lifecycle));
    }
}
