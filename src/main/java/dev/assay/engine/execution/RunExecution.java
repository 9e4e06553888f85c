package dev.assay.engine.execution;

import dev.assay.engine.execution.Turns.Turn;
import dev.assay.run.Cause;
import dev.assay.run.ExperimentRun;
import dev.assay.run.ExperimentRuns;
import dev.assay.run.Failures;
import dev.assay.run.Outcome;
import dev.assay.run.RunResult;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import dev.assay.run.Stages;
import dev.assay.settings.UsageError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run while its nodes are executed. The run hands over the bodies of its stages before the first of them starts; the
 * stages' nodes fetch them from here, each in its turn. For the one thread at a time that
 * executes the run's nodes.
 */
public final class RunExecution {
    private final Session session;
    private final Turn turn;
    private final Beginning beginning;
    private final Map<String, StageBody> stages = new LinkedHashMap<>();
    private @Nullable ExperimentRun run;
    private boolean leafFailed;
    private boolean hasTurn;

    /** How the run begins: anew, or from what is stored of one. */
    @FunctionalInterface
    public interface Beginning {
        ExperimentRun in(ExperimentRuns runs) throws InterruptedException;
    }

    /** What a stage of a run does: one of the three calls of {@link Stages}. */
    public sealed interface StageBody {
        record Test(Stages.TestBody body) implements StageBody {}

        record Container(Stages.ContainerBody body) implements StageBody {}

        record Skipped(StageResult result) implements StageBody {}
    }

    public RunExecution(Session session, Turn turn, Beginning beginning) {
        this.session = session;
        this.turn = turn;
        this.beginning = beginning;
    }

    /** Waits until it is the run's turn, or the launch is interrupted. */
    public void awaitTurn() {
        try {
            session.turns().await(turn);
            hasTurn = true;
        } catch (InterruptedException e) {
            session.interrupt();
        }
    }

    /** Why the run does not begin now that it is its turn; empty where it does. */
    public Optional<String> leftOut() {
        return session.interrupted()
                ? Optional.of("interrupted before it began")
                : session.turns().begin(turn);
    }

    /** Lets the next run have its turn. */
    public void giveTurnBack() {
        if (hasTurn) {
            hasTurn = false;
            session.turns().over();
        }
    }

    /**
     * Begins the run and takes the bodies of its stages.
     *
     * @throws UsageError when what was asked for makes no sense
     * @throws RunAborted when the run cannot begin for any other reason
     */
    public void start(Set<String> knownStages) {
        try {
            ExperimentRun started = beginning.in(session.runs());
            run = started;
            session.turns().began(turn, started);
            started.run(registration(knownStages));
        } catch (UsageError e) {
            throw e;
        } catch (InterruptedException e) {
            session.interrupt();
            throw new RunAborted(Cause.INTERRUPTED, Cause.INTERRUPTED.meaning());
        } catch (RuntimeException | LinkageError e) {
            throw new RunAborted(Failures.cause(e), Texts.message(Failures.message(e)), e);
        }
    }

    private Stages registration(Set<String> knownStages) {
        return new Stages() {
            @Override
            public void test(Stage stage, TestBody body) {
                put(stage, new StageBody.Test(body));
            }

            @Override
            public void container(Stage stage, ContainerBody body) {
                put(stage, new StageBody.Container(body));
            }

            @Override
            public void skipped(Stage stage, StageResult result) {
                put(stage, new StageBody.Skipped(result));
            }

            private void put(Stage stage, StageBody body) {
                if (!stage.type().equals("stage") || !knownStages.contains(stage.id())) {
                    throw new IllegalStateException("A run has the stages " + knownStages + " and not " + stage.type()
                            + " " + stage.id() + "; this is a bug of Assay's");
                }
                if (stages.putIfAbsent(stage.id(), body) != null) {
                    throw new IllegalStateException(
                            "The run names its stage " + stage.id() + " twice; this is a bug of Assay's");
                }
            }
        };
    }

    /** What the stage does; {@code null} where the run has nothing for it. */
    public @Nullable StageBody stage(String id) {
        return stages.get(id);
    }

    /** Runs a leaf and throws what makes JUnit show its result. */
    public void leaf(Stages.TestBody body) {
        StageResult result;
        try {
            result = body.run();
        } catch (InterruptedException e) {
            // Not set on the thread again: the platform's own waiting would trip over it before the run is closed.
            session.interrupt();
            result = StageResult.of(Outcome.ABORTED, Cause.INTERRUPTED, Cause.INTERRUPTED.meaning(), false);
        } catch (RuntimeException | Error e) {
            leafFailed = true;
            throw e;
        }
        leafFailed |= result.outcome() == Outcome.FAILED && result.deciding();
        TestResults.report(result);
    }

    /** Runs what is in a container. */
    public void container(Stages.ContainerBody body, Stages inside) {
        try {
            body.run(inside);
        } catch (InterruptedException e) {
            session.interrupt();
            TestResults.report(StageResult.of(Outcome.ABORTED, Cause.INTERRUPTED, Cause.INTERRUPTED.meaning(), false));
        }
    }

    /** Where the loop goes on after a node: if the node was interrupted, the loop must hear of it. */
    public void throwIfInterrupted() throws InterruptedException {
        if (session.interrupted()) {
            throw new InterruptedException(Cause.INTERRUPTED.meaning());
        }
    }

    public boolean interrupted() {
        return session.interrupted();
    }

    /** Ends the run if it began, and throws what its container has to show. */
    public void finish() {
        if (run == null) {
            session.turns().ended(turn, Outcome.ABORTED);
            return;
        }
        RunResult result = run.finish();
        Outcome outcome = leafFailed && result.outcome() == Outcome.PASSED ? Outcome.FAILED : result.outcome();
        session.turns().ended(turn, outcome).forEach(session.runs()::curtailed);
        TestResults.report(result, leafFailed);
    }
}
