package dev.assay.agent;

import dev.assay.process.Exit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * How one agent call ended and what it said.
 *
 * @param ending how it ended, by rule
 * @param message the reason in words where it did not complete; else empty
 * @param text the final answer as text; empty where there is none
 * @param structured the final answer as JSON where the tool gave it apart from its text
 * @param usage tokens and cost of the whole call
 * @param sessionId the tool's session
 * @param model the model that answered
 * @param cliVersion the tool's version
 * @param exitCode the process's exit code; empty where there was no process
 * @param fired the limit that stopped it
 * @param apiTime time spent in API calls
 * @param timeToFirstToken until the first token
 * @param duration the whole call
 * @param warnings things to show on the attempt that decide nothing, such as {@code recording-diverged: …}
 */
public record AgentResult(
        Ending ending,
        String message,
        String text,
        Optional<JsonNode> structured,
        Usage usage,
        Optional<String> sessionId,
        Optional<String> model,
        Optional<String> cliVersion,
        OptionalInt exitCode,
        Exit.Limit fired,
        Optional<Duration> apiTime,
        Optional<Duration> timeToFirstToken,
        Duration duration,
        List<String> warnings) {

    /** The result of a call that was not made, or was stopped from outside before it said anything. */
    public static AgentResult notMade(Ending ending, String message) {
        return said(ending, message, "", Optional.empty());
    }

    /** The result of a call without a process, which took no time, cost nothing, and is all that is said of it. */
    public static AgentResult said(Ending ending, String message, String text, Optional<JsonNode> structured) {
        return new AgentResult(
                ending,
                message,
                text,
                structured,
                Usage.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Exit.Limit.NONE,
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                List.of());
    }

    /** The same, with its text alone for an answer. */
    public AgentResult withoutStructure() {
        return new AgentResult(
                ending,
                message,
                text,
                Optional.empty(),
                usage,
                sessionId,
                model,
                cliVersion,
                exitCode,
                fired,
                apiTime,
                timeToFirstToken,
                duration,
                warnings);
    }

    /** The same, with further warnings. */
    public AgentResult withWarnings(List<String> more) {
        return more.isEmpty()
                ? this
                : new AgentResult(
                        ending,
                        message,
                        text,
                        structured,
                        usage,
                        sessionId,
                        model,
                        cliVersion,
                        exitCode,
                        fired,
                        apiTime,
                        timeToFirstToken,
                        duration,
                        Stream.concat(warnings.stream(), more.stream()).toList());
    }
}
