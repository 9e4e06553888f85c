package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.run.RunState.Deciding;
import dev.assay.target.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A run that builds an app: puts its parts together, and settles its outcome at the end. */
public final class BuildRun implements ExperimentRun {
    private final RunContext context;
    private final RunState state = new RunState();
    private final Journal journal;
    private final Workspace workspace;
    private final RunLoop loop;
    private final Clock clock;
    private volatile boolean interrupted;
    private Optional<RunResult> finished = Optional.empty();

    /** @param console where a listener's own failure is said */
    public BuildRun(RunContext context, Clock clock, PrintStream console) {
        this.context = context;
        this.clock = clock;
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
        loop.run(new ReportedStages(stages, context.info(), journal, this::note));
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

    private void note(RunListener.Node node, StageResult result) {
        if (!result.deciding()) {
            return;
        }
        state.decides(node.stage().labels().getOrDefault("layer", node.stage().id()), result);
        boolean over = result.cause()
                .filter(cause ->
                        cause == Cause.TARGET_UNAVAILABLE || cause == Cause.HARNESS_BUG || cause == Cause.TOOL_MISSING)
                .isPresent();
        if (over) {
            state.ended(result);
        }
    }

    /** Says that the run is being cut short from outside. */
    public void interrupt() {
        interrupted = true;
    }

    @Override
    public synchronized RunResult finish() {
        if (finished.isEmpty()) {
            RunResult result = settle();
            journal.notice(new AgentEvent.Warning(
                    "run-finished",
                    result.outcome().id()
                            + result.cause().map(cause -> " " + cause.id()).orElse("")));
            journal.tell(listener -> listener.runFinished(context.info(), result));
            state.openTarget().ifPresent(Target::close);
            finished = Optional.of(result);
        }
        return finished.get();
    }

    /** In a run failed beats aborted beats passed; without a whole evaluation it is never a pass. */
    private RunResult settle() {
        List<Deciding> deciding = state.deciding();
        if (interrupted) {
            return result(Outcome.ABORTED, Optional.of(Cause.INTERRUPTED), "the run was interrupted");
        }
        for (Outcome outcome : List.of(Outcome.FAILED, Outcome.ABORTED)) {
            List<Deciding> such = deciding.stream()
                    .filter(one -> one.result().outcome() == outcome)
                    .toList();
            if (!such.isEmpty()) {
                String message = such.stream()
                        .map(one -> one.where() + ": " + one.result().message().replace("\n", "; "))
                        .distinct()
                        .limit(5)
                        .collect(Collectors.joining("; "));
                return result(outcome, such.get(0).result().cause(), message);
            }
        }
        if (!state.evaluated()) {
            return result(Outcome.ABORTED, Optional.of(Cause.INTERRUPTED), "the run ended before its evaluation");
        }
        if (!state.unscored().isEmpty()) {
            return result(
                    Outcome.ABORTED,
                    Optional.of(Cause.CHECK_ERROR),
                    "nothing could be asked of " + String.join(", ", state.unscored()));
        }
        return result(Outcome.PASSED, Optional.empty(), "");
    }

    private RunResult result(Outcome outcome, Optional<Cause> cause, String message) {
        return new RunResult(
                outcome,
                cause,
                message,
                !context.info().partial().isEmpty(),
                state.warnings(),
                state.usage(),
                Duration.between(context.info().started(), clock.instant()));
    }
}
