package dev.assay.agent;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One normalised thing that an agent did. The kinds are those that the agent CLIs have in common; {@link EventJson}
 * writes each as the object that is stored.
 */
public sealed interface AgentEvent {
    record SessionStarted(
            @Nullable String sessionId,
            @Nullable String model,
            @Nullable String cliVersion,
            List<String> tools,
            List<String> skills)
            implements AgentEvent {}

    record TurnStarted(int number) implements AgentEvent {}

    record Text(
            String text,
            @Nullable String messageId,
            @Nullable String parentCallId) implements AgentEvent {}

    record Thinking(String text, @Nullable String messageId) implements AgentEvent {}

    /**
     * A tool call begins.
     *
     * @param name the tool's own name, such as {@code Bash}
     * @param canonical the common name
     * @param input its arguments as the tool spells them
     */
    record ToolStarted(
            String callId,
            String name,
            CanonicalTool canonical,
            JsonNode input,
            @Nullable String path,
            @Nullable String command,
            @Nullable String url,
            @Nullable String skill,
            @Nullable String parentCallId)
            implements AgentEvent {}

    /**
     * A tool call is over.
     *
     * @param output what it printed, cut after 32 KiB
     * @param outputLength bytes before the cut
     * @param outputSha256 of the whole output
     */
    record ToolFinished(
            String callId,
            boolean ok,
            @Nullable Integer exitCode,
            String output,
            long outputLength,
            String outputSha256,
            @Nullable Long durationMillis,
            boolean denied)
            implements AgentEvent {}

    record Todo(List<Item> items) implements AgentEvent {
        public record Item(String text, String status) {}
    }

    record PermissionDenied(@Nullable String callId, String reason) implements AgentEvent {}

    record ApiRetry(
            int attempt,
            int max,
            long delayMillis,
            @Nullable Integer status,
            @Nullable String errorClass) implements AgentEvent {}

    /** Things that few tools report: {@code rate_limit}, {@code model_switched}, {@code compacted}, … */
    record Notice(String kind, JsonNode detail) implements AgentEvent {}

    /**
     * Tokens and cost so far.
     *
     * @param scope {@code message}, {@code turn} or {@code session}
     * @param cumulative whether the figures include what was reported before
     */
    record UsageReported(
            String scope,
            Usage usage,
            boolean cumulative,
            @Nullable String messageId,
            @Nullable String requestId) implements AgentEvent {}

    record TurnFinished(
            boolean ok,
            String reason,
            String text,
            @Nullable JsonNode structured) implements AgentEvent {}

    /** Written by Assay when the call is over. */
    record RunFinished(
            Ending ending, @Nullable Integer exitCode, String stoppedBy, int survivorsKilled, String stderrTail)
            implements AgentEvent {}

    /** A warning of Assay's own, such as {@code recording-diverged} or {@code tampered}. */
    record Warning(String code, String message) implements AgentEvent {}

    /** A line that is no JSON, too long, not UTF-8 or cut off. */
    record Unparsed(String line) implements AgentEvent {}

    /** JSON of a type that we do not know. */
    record Unknown(String type) implements AgentEvent {}
}
