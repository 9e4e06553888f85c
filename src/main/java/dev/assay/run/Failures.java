package dev.assay.run;

import dev.assay.check.Evidence;
import dev.assay.process.ClosingDown;
import dev.assay.process.ProgramNotFound;
import dev.assay.target.TargetUnavailable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;

/** What something thrown inside a run means: always the world's or Assay's own failure. */
public final class Failures {
    private Failures() {}

    static StageResult result(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return new StageResult(
                Outcome.ABORTED,
                Optional.of(cause(thrown)),
                message(thrown),
                0,
                true,
                List.of(),
                List.of(new Evidence("stack trace", "text/plain", trace.toString(), null)));
    }

    /** The cause that it stands for; never one of the agent's. */
    public static Cause cause(Throwable thrown) {
        if (thrown instanceof TargetUnavailable) {
            return Cause.TARGET_UNAVAILABLE;
        }
        if (thrown instanceof ClosingDown) {
            return Cause.INTERRUPTED;
        }
        return thrown instanceof ProgramNotFound ? Cause.TOOL_MISSING : Cause.HARNESS_BUG;
    }

    /** What happened, for people. */
    public static String message(Throwable thrown) {
        String text = String.valueOf(thrown.getMessage());
        return cause(thrown) == Cause.HARNESS_BUG ? "Assay failed: " + thrown : text;
    }
}
