package dev.assay.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** A run that builds nothing: only the evaluation, on an app that is there already. */
public final class Recheck extends OpenRun {
    private final App app;
    private final Evaluation evaluation;

    /** An app that is there already. */
    @FunctionalInterface
    public interface App {
        /** Writes the app's files into an empty folder. */
        void writeInto(Path folder) throws IOException, InterruptedException;
    }

    /** @param console where a listener's own failure is said */
    public Recheck(RunContext context, App app, Clock clock, PrintStream console) {
        super(context, clock, console);
        this.app = app;
        this.evaluation = new Evaluation(context, state, workspace);
    }

    @Override
    void prepare() throws IOException, InterruptedException {
        Files.createDirectories(context.info().workspace());
        app.writeInto(context.info().workspace());
        state.committed(workspace.open());
        state.prepared(context.environment().prepare());
    }

    @Override
    void stages(Stages run) throws InterruptedException {
        run.container(RunStages.EVALUATION, this::evaluate);
    }

    private void evaluate(Stages inside) throws InterruptedException {
        Optional<StageResult> end = state.end();
        if (end.isPresent()) {
            inside.test(RunStages.NOTHING, end::get);
            return;
        }
        evaluation.run(inside);
    }
}
