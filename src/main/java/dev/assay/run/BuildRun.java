package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.target.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Optional;

/** A run that builds an app: puts its parts together, and settles its outcome at the end. */
public final class BuildRun implements ExperimentRun {
    private final RunContext context;
    private final RunState state = new RunState();
    private final Journal journal;
    private final Workspace workspace;
    private final RunLoop loop;
    private final Settlement settlement;
    private final PrintStream console;
    private volatile boolean interrupted;
    private Optional<RunResult> finished = Optional.empty();

    /** @param console where a listener's own failure is said */
    public BuildRun(RunContext context, Clock clock, PrintStream console) {
        this.context = context;
        this.settlement = new Settlement(context, state, clock);
        this.console = console;
        this.journal =
                new Journal(context.info(), context.listeners(), new Redactor(context.secrets()), clock, console);
        this.workspace = new Workspace(
                context.info().workspace(),
                context.info().folder().resolve("history.git"),
                context.supervisor(),
                context.searchPath());
        Calls calls = new Calls(context, state, workspace, journal, clock);
        this.loop = new RunLoop(
                context,
                state,
                calls,
                new Prompts(context.info().experiment()),
                new Checkpoint(context.info(), state, journal),
                new Evaluation(context, state, workspace));
    }

    @Override
    public void run(Stages stages) throws InterruptedException {
        journal.tell(listener -> listener.runStarted(context.info()));
        try {
            prepare();
        } catch (RuntimeException e) {
            state.ended(Failures.result(e));
        }
        loop.run(new ReportedStages(stages, context.info(), journal, settlement::note));
    }

    private void prepare() throws InterruptedException {
        try {
            Files.createDirectories(context.home());
            Files.createDirectories(context.info().artifacts());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot make the run's folders under " + context.info().folder(), e);
        }
        state.committed(workspace.open());
        state.prepared(context.environment().prepare());
        state.opened(context.targets()
                .open(context.info().workspace(), context.info().folder().resolve("target")));
    }

    /** Says that the run is being cut short from outside. */
    public void interrupt() {
        interrupted = true;
    }

    @Override
    public synchronized RunResult finish() {
        if (finished.isEmpty()) {
            RunResult result = settlement.settle(interrupted);
            journal.notice(new AgentEvent.Warning(
                    "run-finished",
                    result.outcome().id()
                            + result.cause().map(cause -> " " + cause.id()).orElse("")));
            journal.tell(listener -> listener.runFinished(context.info(), result));
            state.openTarget().ifPresent(this::close);
            finished = Optional.of(result);
        }
        return finished.get();
    }

    /** Whether {@link #finish()} has settled the run. */
    public synchronized boolean isFinished() {
        return finished.isPresent();
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
