package dev.assay.run;

import dev.assay.settings.UsageError;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A run that builds an app: puts the loop's parts together. It can be gone on with where it was cut short. */
public final class BuildRun extends OpenRun {
    static final String START = "commit start";

    private final RunLoop loop;
    private final Before before;
    private final Map<String, String> storedAs;
    private final boolean resumed;

    /** @param console where a listener's own failure is said */
    public BuildRun(RunContext context, Clock clock, PrintStream console) {
        this(context, Progress.begin(context.info().folder()), Before.NOTHING, Map.of(), false, clock, console);
    }

    /**
     * A run that was begun before. What it has done is read, and not done again; it goes on from there.
     *
     * @param context of the stored run
     * @param before what is stored of it
     * @param step the id of a step to go on from, whatever was done since it began; empty to go on where the run was
     * @param console where a listener's own failure is said
     * @throws UsageError where the step was never begun
     */
    public static BuildRun resumed(
            RunContext context, Before before, Optional<String> step, Clock clock, PrintStream console) {
        Path folder = context.info().folder();
        Optional<String> until = step.map(Savepoints::ofStep);
        List<String> done = Progress.done(folder);
        if (until.isPresent() && !done.contains(until.get())) {
            throw new UsageError("Step \"" + step.get() + "\" of run "
                    + context.info().id() + " was never begun. Leave the step out to go on where the run was.");
        }
        Map<String, String> storedAs = storedAs(context.info(), before, step.isPresent());
        return new BuildRun(context, Progress.again(folder, until, storedAs), before, storedAs, true, clock, console);
    }

    private BuildRun(
            RunContext context,
            Progress progress,
            Before before,
            Map<String, String> storedAs,
            boolean resumed,
            Clock clock,
            PrintStream console) {
        super(context, progress, clock, console);
        this.before = before;
        this.storedAs = storedAs;
        this.resumed = resumed;
        Calls calls = new Calls(context, state, workspace, journal, clock);
        Prompts prompts =
                new Prompts(context.info().experiment(), context.guidance().encourageWebSearch());
        this.loop = new RunLoop(
                context,
                state,
                calls,
                prompts,
                new Checkpoint(context, state, calls, prompts, journal),
                new Savepoints(context, state, before.attempts()),
                new Evaluation(context, state, workspace));
        progress.onStart(new Resumption(context, state, workspace));
    }

    /** Stages that are over and come again get an id of their own, so that their results stay. */
    private static Map<String, String> storedAs(RunInfo run, Before before, boolean fromStep) {
        Map<String, String> ids = new TreeMap<>(Progress.storedAs(run.folder()));
        List<Stage> again = fromStep
                ? List.of(RunStages.SMOKE, RunStages.BROWSER, RunStages.EVALUATION)
                : List.of(RunStages.EVALUATION);
        for (Stage stage : again) {
            String id = ids.getOrDefault(stage.id(), stage.id());
            for (int number = 2; isBegun(run, before, id); number++) {
                id = stage.id() + "-" + number;
            }
            if (!id.equals(stage.id())) {
                ids.put(stage.id(), id);
            }
        }
        return ids;
    }

    /** Whether a stage has done more than to say that it is left out. */
    private static boolean isBegun(RunInfo run, Before before, String stage) {
        String inside = run.uniqueId() + "/[stage:" + stage + "]/";
        return before.told().stream()
                .anyMatch(id -> id.startsWith(inside + "[layer:") || id.startsWith(inside + "[attempt:"));
    }

    /** Says that further repetitions of the run's variant are left out, and why. */
    public void curtail(String decision) {
        journal.tell(listener -> listener.runCurtailed(context.info(), decision));
    }

    @Override
    void begins(RunListener listener) {
        if (resumed) {
            listener.runResumed(context.info());
        } else {
            listener.runStarted(context.info());
        }
    }

    @Override
    void ends(RunListener listener, RunResult result) {
        listener.runFinished(context.info(), result);
    }

    @Override
    Map<String, String> storedAs() {
        return storedAs;
    }

    @Override
    Set<String> told() {
        return before.told();
    }

    @Override
    void prepare() throws IOException, InterruptedException {
        Files.createDirectories(context.info().workspace());
        prepareEnvironment();
        state.opened(context.targets()
                .open(context.info().workspace(), context.info().folder().resolve("target")));
        state.committed(progress.once(START, String.class, workspace::open));
    }

    @Override
    void stages(Stages run) throws InterruptedException {
        loop.run(run);
    }
}
