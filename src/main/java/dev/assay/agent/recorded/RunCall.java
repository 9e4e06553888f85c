package dev.assay.agent.recorded;

import dev.assay.agent.AgentResult;
import dev.assay.agent.Phase;
import dev.assay.agent.cli.CliStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A call of a stored run, to be recorded.
 *
 * @param phase what it was for
 * @param stepId the step of the plan; empty for plan and replan
 * @param workspace where the agent worked
 * @param home its HOME
 * @param told the variables of its processes that are another run's own each time: SUPABASE_URL, SUPABASE_ANON_KEY, PORT
 * @param lines what it printed to standard output, without what was secret
 * @param reader a new reader of its tool's stream; empty for a tool that has none
 * @param files the workspace's files after it
 * @param clean takes what is secret out of bytes
 * @param tampered whether it changed files that it may only read, which were put back
 * @param result how it ended
 */
public record RunCall(
        Phase phase,
        Optional<String> stepId,
        Path workspace,
        Path home,
        Map<String, String> told,
        List<Line> lines,
        Optional<Supplier<CliStream>> reader,
        WorkspaceFiles files,
        UnaryOperator<byte[]> clean,
        boolean tampered,
        AgentResult result) {
    /**
     * A line and when it came.
     *
     * @param bytes without its line end
     */
    @SuppressWarnings("ArrayRecordComponent") // large, and never compared
    public record Line(Instant at, byte[] bytes) {}

    /** The files of a workspace at one time, without what was secret. */
    @FunctionalInterface
    public interface WorkspaceFiles {
        /** Writes them into an empty folder. */
        void into(Path folder) throws IOException, InterruptedException;
    }

    /** Whether what it did to the workspace stayed. */
    boolean works() {
        return !phase.readOnly();
    }

    /** The lines of standard output and a reader for them, where there are both. */
    Optional<CliStream> stream() {
        return lines.isEmpty() ? Optional.empty() : reader.map(Supplier::get);
    }
}
