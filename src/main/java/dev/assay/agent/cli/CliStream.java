package dev.assay.agent.cli;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.process.Exit;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads what one call of a CLI prints, line by line, and knows at its end how the call went. Nothing that a line holds
 * makes it throw: see {@link JsonLine}. For one thread at a time.
 */
public interface CliStream {
    /** The events that a line of standard output gives, in order; none for an empty line. */
    List<AgentEvent> read(byte[] line);

    /** The events that a line of standard error gives: for CLIs that say some things only there. */
    default List<AgentEvent> readError(byte[] line) {
        return List.of();
    }

    /** The ids of tool calls that have begun and not ended: silence means work. */
    Set<String> openCalls();

    /**
     * Whether the last event of its work has come, so that the process should end soon; false again where another turn
     * begins.
     */
    boolean turnFinished();

    /**
     * How the call went, when the stream is over, by rule from what was read: never completed where it cannot be told. A
     * success that was read before we stopped the process stays one.
     *
     * @param exitCode the process's; empty where there was none
     * @param fired what stopped the process
     * @param duration the whole call
     * @param stderrTail the end of its standard error, for the message where the stream has none
     * @param warnings for the result
     */
    AgentResult finish(
            OptionalInt exitCode, Exit.Limit fired, Duration duration, String stderrTail, List<String> warnings);
}
