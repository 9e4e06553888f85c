package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.Redactor;
import dev.assay.target.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A run between its beginning and its end: tells the listeners, prepares, hands its stages over, and settles the outcome.
 * What it does in between is its kind's.
 */
public abstract sealed class OpenRun implements ExperimentRun permits BuildRun, Recheck {
    final RunContext context;
    final RunState state;
    final Progress progress;
    final Journal journal;
    final Workspace workspace;
    private final Settlement settlement;
    private final PrintStream console;
    private volatile boolean interrupted;
    private Optional<RunLock> lock = Optional.empty();
    private Optional<RunResult> finished = Optional.empty();

    /** @param console where a listener's own failure is said */
    OpenRun(RunContext context, Progress progress, Clock clock, PrintStream console) {
        this.context = context;
        this.progress = progress;
        this.state = new RunState(progress);
        this.console = console;
        this.settlement = new Settlement(context, state, clock);
        Redactor redactor = new Redactor(context.secrets());
        progress.cleanedBy(redactor::redact);
        this.journal = new Journal(context.info(), context.listeners(), redactor, clock, console);
        this.workspace = new Workspace(
                context.info().workspace(),
                context.info().folder().resolve("history.git"),
                context.supervisor(),
                context.searchPath());
    }

    /** Tells a listener what begins. */
    abstract void begins(RunListener listener);

    /** Tells a listener what came of it. */
    abstract void ends(RunListener listener, RunResult result);

    /** Makes ready what the stages need; what it throws ends the run. */
    abstract void prepare() throws IOException, InterruptedException;

    /** Makes ready what the run's processes see. */
    final void prepareEnvironment() throws IOException, InterruptedException {
        Environment made = context.environment().prepare();
        made.packages().lend(context.home());
        state.prepared(made);
        context.info().unisolated().ifPresent(why -> state.warn("unisolated: " + why));
    }

    /** Hands the stages over. */
    abstract void stages(Stages run) throws InterruptedException;

    @Override
    public final void run(Stages stages) throws InterruptedException {
        lock = Optional.of(RunLock.of(context.info()));
        journal.tell(this::begins);
        try {
            Files.createDirectories(context.home());
            Files.createDirectories(context.appHome());
            Files.createDirectories(context.info().artifacts());
            prepare();
        } catch (IOException e) {
            state.ended(Failures.result(new UncheckedIOException(
                    "the run's folder " + context.info().folder() + " cannot be prepared", e)));
        } catch (RuntimeException e) {
            state.ended(Failures.result(e));
        }
        stages(new ReportedStages(
                stages,
                new ReportedStages.Telling(context.info(), journal, settlement::note, progress, told()),
                storedAs()));
    }

    /** Removes what nobody needs once the run is over. */
    void leave() {}

    /** Stages of the run that are kept under another id, as the run has one of theirs already. */
    Map<String, String> storedAs() {
        return Map.of();
    }

    /** Unique ids of the nodes that the listeners heard of in an earlier process. */
    Set<String> told() {
        return Set.of();
    }

    /** Says that the run is being cut short from outside. */
    public final void interrupt() {
        interrupted = true;
    }

    @Override
    public final synchronized RunResult finish() {
        if (finished.isEmpty()) {
            RunResult result = settlement.settle(interrupted);
            journal.notice(new AgentEvent.Warning(
                    "run-finished",
                    result.outcome().id()
                            + result.cause().map(cause -> " " + cause.id()).orElse("")));
            journal.tell(listener -> ends(listener, result));
            state.openTarget().ifPresent(this::close);
            state.preparedEnvironment().map(Environment::packages).ifPresent(this::takeBack);
            progress.close();
            leave();
            lock.ifPresent(RunLock::close);
            finished = Optional.of(result);
        }
        return finished.get();
    }

    /** Whether {@link #finish()} has settled the run. */
    public final synchronized boolean isFinished() {
        return finished.isPresent();
    }

    /** What a cache is told does not count. */
    private void takeBack(PackageCache packages) {
        try {
            boolean trusted = context.info().source().equals("recorded");
            packages.takeBack(context.home(), trusted, !interrupted);
        } catch (IOException e) {
            console.println("warning: the run's package cache " + PackageCache.own(context.home())
                    + " could not be taken back and removed (" + e + "); it may be deleted.");
        }
    }

    /** A target that is gone already can refuse to close; the run's outcome is settled and stays. */
    private void close(Target target) {
        try {
            target.close();
        } catch (RuntimeException e) {
            console.println("warning: the run's target did not close: " + e.getMessage());
        }
    }
}
