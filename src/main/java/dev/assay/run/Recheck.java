package dev.assay.run;

import dev.assay.agent.AgentEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** A run that builds nothing: only the evaluation, on an app that is there already. */
public final class Recheck implements ExperimentRun {
    private final RunContext context;
    private final App app;
    private final RunState state = new RunState();
    private final Journal journal;
    private final Workspace workspace;
    private final Evaluation evaluation;
    private final Settlement settlement;
    private volatile boolean interrupted;
    private Optional<RunResult> finished = Optional.empty();

    /** An app that is there already. */
    @FunctionalInterface
    public interface App {
        /** Writes the app's files into an empty folder. */
        void writeInto(Path folder) throws IOException, InterruptedException;
    }

    /** @param console where a listener's own failure is said */
    public Recheck(RunContext context, App app, Clock clock, PrintStream console) {
        this.context = context;
        this.app = app;
        this.journal =
                new Journal(context.info(), context.listeners(), new Redactor(context.secrets()), clock, console);
        this.workspace = new Workspace(
                context.info().workspace(),
                context.info().folder().resolve("history.git"),
                context.supervisor(),
                context.searchPath());
        this.evaluation = new Evaluation(context, state, workspace);
        this.settlement = new Settlement(context, state, clock);
    }

    @Override
    public void run(Stages stages) throws InterruptedException {
        journal.tell(listener -> listener.runStarted(context.info()));
        try {
            prepare();
        } catch (RuntimeException e) {
            state.ended(Failures.result(e));
        }
        new ReportedStages(stages, context.info(), journal, settlement::note)
                .container(RunStages.EVALUATION, this::evaluate);
    }

    private void prepare() throws InterruptedException {
        try {
            Files.createDirectories(context.home());
            Files.createDirectories(context.info().artifacts());
            Files.createDirectories(context.info().workspace());
            app.writeInto(context.info().workspace());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the app cannot be put into " + context.info().workspace(), e);
        }
        state.committed(workspace.open());
        state.prepared(context.environment().prepare());
    }

    private void evaluate(Stages inside) throws InterruptedException {
        Optional<StageResult> end = state.end();
        if (end.isPresent()) {
            inside.test(RunStages.NOTHING, end::get);
            return;
        }
        evaluation.run(inside);
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
            finished = Optional.of(result);
        }
        return finished.get();
    }
}
