package dev.assay.agent.cli;

import dev.assay.agent.Ending;
import dev.assay.process.Exit;
import java.util.OptionalInt;

/**
 * How the process of a call ended, and what that says where the stream says nothing.
 *
 * @param exitCode empty where there was no process
 * @param fired what stopped it
 */
public record ProcessEnd(OptionalInt exitCode, Exit.Limit fired) {
    /** Whether a result that came before may be believed: it ended by itself with 0, or we stopped it after the result. */
    public boolean orderly() {
        return stopped() || exitCode.orElse(0) == 0;
    }

    /** Whether we stopped it. */
    public boolean stopped() {
        return fired != Exit.Limit.NONE;
    }

    /** Whether one of our clocks stopped it. */
    public boolean timedOut() {
        return stopped() && fired != Exit.Limit.STOPPED;
    }

    /** Whether someone else stopped it with HUP, INT or TERM. */
    public boolean signalled() {
        int code = exitCode.orElse(0);
        return !stopped() && (code == 129 || code == 130 || code == 143);
    }

    /** What the clock that stopped it says. */
    public Ending byLimit(boolean toolCalled) {
        return Ending.stoppedBy(fired, toolCalled);
    }

    /**
     * What the exit code says of a process that ended by itself without a last word. One that ends well but says nothing
     * was interrupted: never is that taken for success.
     *
     * @param begun whether the session began; before that, a failure is one of the arguments
     */
    public Ending byExitCode(boolean begun) {
        int code = exitCode.orElse(0);
        if (code == 0 || signalled()) {
            return Ending.INTERRUPTED;
        }
        return begun || code > 128 ? Ending.CLI_CRASHED : Ending.CLI_USAGE;
    }

    /** The reason in words where the tool gave none. */
    public String words() {
        if (stopped()) {
            return "stopped by Assay: " + fired;
        }
        return "no last word" + (exitCode.isPresent() ? ", exit code " + exitCode.getAsInt() : "");
    }
}
