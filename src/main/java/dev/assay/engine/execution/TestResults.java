package dev.assay.engine.execution;

import dev.assay.run.Cause;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import java.util.Optional;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Assay's outcomes as JUnit's. Only what decides the run fails a test; what was tried again, given up, or was the
 * world's failure aborts it.
 */
public final class TestResults {
    private TestResults() {}

    /** Throws what makes JUnit show the result; returns where the leaf passed. */
    public static void report(StageResult result) {
        switch (result.outcome()) {
            case PASSED -> {}
            case FAILED -> {
                if (result.deciding()) {
                    throw failure(result.message());
                }
                throw aborted("not verified: ", result.message());
            }
            case SUPERSEDED -> throw aborted("superseded: ", result.message());
            case ABORTED -> throw aborted("aborted: ", named(result.cause(), result.message()));
            case SKIPPED -> throw aborted("skipped: ", result.message());
        }
    }

    /**
     * Throws where the run's container has to fail: an aborted run always; a failed one only if no leaf has said so.
     *
     * @param leafFailed whether a leaf of the run is shown as failed
     */
    public static void report(RunResult result, boolean leafFailed) {
        switch (result.outcome()) {
            case PASSED -> {}
            case ABORTED ->
                throw new RunAborted(result.cause().orElse(Cause.HARNESS_BUG), Texts.message(result.message()));
            case FAILED -> {
                if (!leafFailed) {
                    throw failure("FAILED " + named(result.cause(), result.message()));
                }
            }
            case SUPERSEDED, SKIPPED ->
                throw new IllegalStateException(
                        "A run cannot end as " + result.outcome().id() + "; this is a bug of Assay's");
        }
    }

    private static String named(Optional<Cause> cause, String message) {
        return cause.map(it -> it.id() + ": " + message).orElse(message);
    }

    private static AssertionFailedError failure(String message) {
        AssertionFailedError failure = new AssertionFailedError(Texts.message(message));
        failure.setStackTrace(new StackTraceElement[0]); // where Assay's code stood says nothing about the app
        return failure;
    }

    private static TestAbortedException aborted(String prefix, String message) {
        TestAbortedException aborted = new TestAbortedException(
                message.startsWith(prefix) ? Texts.message(message) : prefix + Texts.message(message));
        aborted.setStackTrace(new StackTraceElement[0]);
        return aborted;
    }
}
