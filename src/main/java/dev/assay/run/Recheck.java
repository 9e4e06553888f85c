package dev.assay.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** A run that builds nothing: only the evaluation, on an app that is there already. */
public final class Recheck extends OpenRun {
    private final String subject;
    private final Optional<App> app;
    private final Map<String, String> storedAs;
    private final Evaluation evaluation;

    /** An app that is there already. */
    @FunctionalInterface
    public interface App {
        /** Writes the app's files into an empty folder. */
        void writeInto(Path folder) throws IOException, InterruptedException;
    }

    /**
     * Checks an app of which no run is stored.
     *
     * @param subject what is checked, for people, such as {@code mutant rls-off}
     * @param console where a listener's own failure is said
     */
    public Recheck(RunContext context, String subject, App app, Clock clock, PrintStream console) {
        this(context, subject, Optional.of(app), "", clock, console);
    }

    /**
     * Checks a stored run's app again, as its last commit has it.
     *
     * @param context of the stored run
     * @param stage what the evaluation's node is stored as, such as {@code recheck-1}: the earlier results stay
     * @param console where a listener's own failure is said
     */
    public static Recheck of(RunContext context, String stage, Clock clock, PrintStream console) {
        return new Recheck(context, "run " + context.info().id(), Optional.empty(), stage, clock, console);
    }

    private Recheck(
            RunContext context, String subject, Optional<App> app, String stage, Clock clock, PrintStream console) {
        super(context, Progress.unkept(), clock, console);
        this.subject = subject;
        this.app = app;
        this.storedAs = stage.isEmpty() ? Map.of() : Map.of(RunStages.EVALUATION.id(), stage);
        this.evaluation = new Evaluation(context, state, workspace);
    }

    @Override
    void begins(RunListener listener) {
        listener.recheckStarted(context.info(), subject);
    }

    @Override
    void ends(RunListener listener, RunResult result) {
        listener.recheckFinished(context.info(), result);
    }

    @Override
    Map<String, String> storedAs() {
        return storedAs;
    }

    @Override
    void prepare() throws IOException, InterruptedException {
        if (app.isPresent()) {
            Files.createDirectories(context.info().workspace());
            app.get().writeInto(context.info().workspace());
            state.committed(workspace.open());
        } else {
            state.committed(workspace.latest());
        }
        prepareEnvironment();
    }

    @Override
    void stages(Stages run) throws InterruptedException {
        run.container(RunStages.EVALUATION, this::evaluate);
    }

    /** What was shown stays, in the artifacts; what was installed and built for it does not. */
    @Override
    void leave() {
        Path folder = context.info().folder();
        AppFiles.deleteIfThere(folder.resolve("evaluation"));
        AppFiles.deleteIfThere(folder.resolve("evaluation-files"));
        if (app.isPresent()) {
            AppFiles.deleteIfThere(context.info().workspace());
            AppFiles.deleteIfThere(context.home());
            AppFiles.deleteIfThere(context.appHome());
            AppFiles.deleteIfThere(folder.resolve("history.git"));
        }
    }

    /**
     * Removes the recheck's folder with what was shown; for an app of which no run is stored.
     *
     * @throws IllegalStateException for a stored run, of which nothing is ever deleted
     */
    public void remove() {
        if (app.isEmpty()) {
            throw new IllegalStateException("nothing of a stored run is deleted");
        }
        finish();
        AppFiles.deleteIfThere(context.info().folder());
    }

    private void evaluate(Stages inside) throws InterruptedException {
        Optional<StageResult> end = state.end();
        if (end.isPresent()) {
            inside.test(RunStages.NOTHING, end::get);
            return;
        }
        evaluation.run(inside, storedAs.getOrDefault(RunStages.EVALUATION.id(), RunStages.EVALUATION.id()));
    }
}
