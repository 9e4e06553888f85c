package dev.assay.report;

import dev.assay.agent.AgentEvent;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Line;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import io.qameta.allure.AllureLifecycle;
import io.qameta.allure.FileSystemResultsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes Allure's result files: one result for each leaf of the tree, also for those that were skipped, with tool calls
 * as steps and what agents printed as text attachments, beside {@code categories.json} and
 * {@code environment.properties}.
 *
 * <p>Attempts of a step share their ids, so that Allure folds them into retries; repetitions and variants do not. What
 * was superseded is shown as skipped: only nodes that decide a run are red. An agent's output goes to its attachment as
 * it comes, and is never held in memory.
 */
public final class AllureReport implements RunListener {
    private final Path directory;
    private final Clock clock;
    private final AllureLifecycle lifecycle;
    private final AllureSurroundings surroundings;
    private final Map<String, AllureRun> runs = new ConcurrentHashMap<>();

    /**
     * @param resultsDirectory made when it is not there; results of earlier runs in it are left alone
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
        this.surroundings = new AllureSurroundings(resultsDirectory);
    }

    @Override
    public void runStarted(RunInfo run) {
        surroundings.add(run);
        run(run);
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
            finished.close();
        }
    }

    private AllureRun run(RunInfo run) {
        return runs.computeIfAbsent(run.id(), id -> new AllureRun(run, directory, lifecycle));
    }
}
