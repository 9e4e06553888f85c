package dev.assay.agent.claude;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.JsonLine;
import dev.assay.agent.cli.ProcessEnd;
import dev.assay.process.Exit;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the stream of one call of Claude Code, line by line, and knows at its end how the call went. Nothing that a
 * line holds makes it throw: JSON of a type we do not know becomes {@link AgentEvent.Unknown}, all else
 * {@link AgentEvent.Unparsed}. For one thread at a time.
 *
 * <p>The stream may hold several turns, each with an {@code init} and a {@code result} of its own: the last result
 * counts, and its figures include the earlier ones.
 */
public final class ClaudeStream implements CliStream {
    private final ClaudeCalls calls = new ClaudeCalls();
    private final Map<MessageKey, Usage> messages = new LinkedHashMap<>();
    private final Map<String, String> requests = new LinkedHashMap<>();
    private final Set<String> denied = new LinkedHashSet<>();
    private final Set<String> backgroundTasks = new LinkedHashSet<>();

    private int turns;
    private boolean betweenTurns = true;
    private boolean refused;
    private @Nullable String sessionId;
    private @Nullable String model;
    private @Nullable String cliVersion;
    private @Nullable String errorClass;
    private @Nullable String retryClass;
    private @Nullable String streamedMessage;
    private @Nullable JsonNode lastResult;
    private String lastText = "";

    private record MessageKey(String messageId, @Nullable String requestId) {}

    @Override
    public List<AgentEvent> read(byte[] line) {
        JsonLine read = JsonLine.of(line);
        List<AgentEvent> events = new ArrayList<>();
        read.unparsed().ifPresent(events::add);
        read.object().ifPresent(object -> read(object, events));
        return events;
    }

    private void read(JsonNode node, List<AgentEvent> events) {
        String type = node.path("type").stringValue("");
        switch (type) {
            case "system" -> system(node, events);
            case "assistant" -> assistant(node, events);
            case "user" -> calls.results(node, denied, events);
            case "result" -> result(node, events);
            case "stream_event" -> streamEvent(node.path("event"), node, events);
            case "rate_limit_event" -> events.add(new AgentEvent.Notice("rate_limit", node));
            case "control_response" -> events.add(new AgentEvent.Notice("control_response", node));
            default -> events.add(new AgentEvent.Unknown(type));
        }
        boolean retry =
                type.equals("system") && node.path("subtype").stringValue("").equals("api_retry");
        if (!retry) {
            retryClass = null;
        }
    }

    private void system(JsonNode node, List<AgentEvent> events) {
        String subtype = node.path("subtype").stringValue("");
        switch (subtype) {
            case "init" -> init(node, events);
            case "api_retry" -> {
                retryClass = node.path("error").stringValue("unknown");
                events.add(new AgentEvent.ApiRetry(
                        node.path("attempt").intValue(0),
                        node.path("max_retries").intValue(0),
                        node.path("retry_delay_ms").longValue(0),
                        node.path("error_status").isIntegralNumber()
                                ? node.path("error_status").intValue(0)
                                : null,
                        retryClass));
            }
            case "permission_denied" -> {
                String call = string(node, "tool_use_id");
                if (call != null) {
                    denied.add(call);
                }
                events.add(new AgentEvent.PermissionDenied(
                        call, node.path("message").stringValue("")));
            }
            case "background_tasks_changed" -> {
                // Replaces what was said before.
                backgroundTasks.clear();
                node.path("tasks")
                        .forEach(
                                task -> backgroundTasks.add(task.path("task_id").stringValue("")));
                events.add(new AgentEvent.Notice("background_task", node));
            }
            case "task_started", "task_progress", "task_updated", "task_notification" -> {
                boolean agent =
                        node.path("task_type").stringValue("").equals("local_agent") || node.has("subagent_type");
                events.add(new AgentEvent.Notice(agent ? "subagent" : "background_task", node));
            }
            case "model_fallback" -> events.add(new AgentEvent.Notice("model_switched", node));
            case "model_refusal_no_fallback" -> {
                refused = true;
                events.add(new AgentEvent.Notice("model_refused", node));
            }
            case "compact_boundary" -> events.add(new AgentEvent.Notice("compacted", node));
            case "hook_started", "hook_response", "hook_progress" -> events.add(new AgentEvent.Notice("hook", node));
            case "informational", "status", "thinking_tokens", "ui_invalidate" ->
                events.add(new AgentEvent.Notice(subtype, node));
            default -> events.add(new AgentEvent.Unknown("system/" + subtype));
        }
    }

    private void init(JsonNode node, List<AgentEvent> events) {
        betweenTurns = false;
        turns++;
        calls.offer(strings(node.path("tools")));
        if (turns > 1) {
            events.add(new AgentEvent.TurnStarted(turns));
            return;
        }
        sessionId = string(node, "session_id");
        model = string(node, "model");
        cliVersion = string(node, "claude_code_version");
        events.add(new AgentEvent.SessionStarted(
                sessionId, model, cliVersion, strings(node.path("tools")), strings(node.path("skills"))));
    }

    private void assistant(JsonNode node, List<AgentEvent> events) {
        betweenTurns = false;
        JsonNode message = node.path("message");
        String parent = string(node, "parent_tool_use_id");
        String messageId = string(message, "id");
        String error = string(node, "error");
        errorClass = error == null ? errorClass : error;
        String answering = string(message, "model");
        boolean real = answering != null && !answering.equals("<synthetic>");
        if (real && parent == null) {
            model = answering;
            refused = false;
        }
        for (JsonNode block : message.path("content")) {
            switch (block.path("type").stringValue("")) {
                case "text" -> {
                    String text = block.path("text").stringValue("");
                    if (parent == null) {
                        lastText = text;
                    }
                    events.add(new AgentEvent.Text(text, messageId, parent));
                }
                case "thinking" ->
                    events.add(new AgentEvent.Thinking(block.path("thinking").stringValue(""), messageId));
                case "redacted_thinking" -> events.add(new AgentEvent.Thinking("", messageId));
                case "tool_use", "server_tool_use" -> calls.started(node, block, parent, events);
                default ->
                    events.add(new AgentEvent.Unknown(
                            "assistant/" + block.path("type").stringValue("")));
            }
        }
        if (real && messageId != null) {
            String request = string(node, "request_id");
            if (request != null) {
                requests.put(messageId, request);
            }
            usage(messageId, message.path("usage"), events);
        }
    }

    /** With partial messages: the only place that has a message's true figures before the result. */
    private void streamEvent(JsonNode event, JsonNode node, List<AgentEvent> events) {
        switch (event.path("type").stringValue("")) {
            case "message_start" -> {
                streamedMessage = string(event.path("message"), "id");
                String request = string(node, "request_id");
                if (streamedMessage != null && request != null) {
                    requests.put(streamedMessage, request);
                }
            }
            case "message_delta" -> {
                if (streamedMessage != null) {
                    usage(streamedMessage, event.path("usage"), events);
                }
            }
            default -> {
                // Pieces of what comes whole in a line of its own.
            }
        }
    }

    /** Each block of a message repeats the message's figures, so only a change is reported. */
    private void usage(String messageId, JsonNode node, List<AgentEvent> events) {
        if (!node.isObject()) {
            return;
        }
        MessageKey key = new MessageKey(messageId, requests.get(messageId));
        Usage usage = tokens(node);
        if (!usage.equals(messages.put(key, usage))) {
            events.add(new AgentEvent.UsageReported("message", usage, false, messageId, key.requestId()));
        }
    }

    /** The figures of one message. */
    static Usage tokens(JsonNode usage) {
        return new Usage(
                usage.path("input_tokens").longValue(0),
                usage.path("cache_read_input_tokens").longValue(0),
                usage.path("cache_creation_input_tokens").longValue(0),
                usage.path("output_tokens").longValue(0),
                usage.path("output_tokens_details").path("thinking_tokens").longValue(0),
                Optional.empty(),
                "none");
    }

    private void result(JsonNode node, List<AgentEvent> events) {
        betweenTurns = true;
        lastResult = node;
        if (sessionId == null) {
            sessionId = string(node, "session_id");
        }
        for (JsonNode denial : node.path("permission_denials")) {
            String call = string(denial, "tool_use_id");
            if (call != null && denied.add(call)) {
                events.add(new AgentEvent.PermissionDenied(
                        call, denial.path("tool_name").stringValue("a tool") + " was not allowed"));
            }
        }
        events.add(new AgentEvent.UsageReported("session", total(node), true, null, null));
        boolean ok = !node.path("is_error").booleanValue(false);
        String reason =
                node.path("terminal_reason").stringValue(node.path("subtype").stringValue(""));
        events.add(new AgentEvent.TurnFinished(ok, reason, words(node), structured(node)));
    }

    /** The models' figures include subagents; the turn's own do not. Both include earlier turns. */
    private static Usage total(JsonNode result) {
        Optional<BigDecimal> cost = result.path("total_cost_usd").decimalValueOpt();
        String source = cost.isPresent() ? "cli" : "none";
        JsonNode models = result.path("modelUsage");
        if (models.isObject() && !models.isEmpty()) {
            long input = 0;
            long cacheRead = 0;
            long cacheWrite = 0;
            long output = 0;
            long reasoning = 0;
            for (JsonNode figures : models) {
                input += figures.path("inputTokens").longValue(0);
                cacheRead += figures.path("cacheReadInputTokens").longValue(0);
                cacheWrite += figures.path("cacheCreationInputTokens").longValue(0);
                output += figures.path("outputTokens").longValue(0);
                reasoning += figures.path("thinkingTokens").longValue(0);
            }
            return new Usage(input, cacheRead, cacheWrite, output, reasoning, cost, source);
        }
        JsonNode turn = result.path("usage");
        return new Usage(
                turn.path("input_tokens").longValue(0),
                turn.path("cache_read_input_tokens").longValue(0),
                turn.path("cache_creation_input_tokens").longValue(0),
                turn.path("output_tokens").longValue(0),
                turn.path("output_tokens_details").path("thinking_tokens").longValue(0),
                cost,
                source);
    }

    @Override
    public Set<String> openCalls() {
        return calls.open();
    }

    @Override
    public boolean turnFinished() {
        return lastResult != null && betweenTurns;
    }

    /** Whether the agent left a command or a subagent running behind the turn. */
    public boolean backgroundTasksOpen() {
        return !backgroundTasks.isEmpty();
    }

    @Override
    public AgentResult finish(
            OptionalInt exitCode, Exit.Limit fired, Duration duration, String stderrTail, List<String> warnings) {
        Ending ending = new ClaudeEnding(
                        lastResult,
                        errorClass,
                        retryClass,
                        refused,
                        turns > 0,
                        calls.seen(),
                        new ProcessEnd(exitCode, fired))
                .ending();
        return new AgentResult(
                ending,
                ending == Ending.COMPLETED ? "" : message(ending, exitCode, fired, stderrTail),
                text(ending),
                Optional.ofNullable(lastResult == null ? null : structured(lastResult)),
                lastResult == null ? soFar() : total(lastResult),
                Optional.ofNullable(sessionId),
                Optional.ofNullable(model),
                Optional.ofNullable(cliVersion),
                exitCode,
                fired,
                millis("duration_api_ms"),
                millis("ttft_ms"),
                duration,
                List.copyOf(warnings));
    }

    private Usage soFar() {
        return messages.values().stream().reduce(Usage.NONE, Usage::plus);
    }

    private String text(Ending ending) {
        String said = lastResult == null ? "" : lastResult.path("result").stringValue("");
        // The result of a failure is the failure's text, not an answer.
        return said.isEmpty() || ending != Ending.COMPLETED ? lastText : said;
    }

    private String message(Ending ending, OptionalInt exitCode, Exit.Limit fired, String stderrTail) {
        String said = lastResult == null ? "" : words(lastResult);
        if (said.isBlank()) {
            said = stderrTail.strip();
        }
        if (said.isBlank() && fired != Exit.Limit.NONE) {
            said = "stopped by Assay: " + fired;
        }
        if (said.isBlank()) {
            said = "no result line" + (exitCode.isPresent() ? ", exit code " + exitCode.getAsInt() : "");
        }
        return "Claude Code ended " + ending.id() + ": " + said;
    }

    /** The result's text, or the reasons where it has none. */
    private static String words(JsonNode result) {
        String text = result.path("result").stringValue("");
        return text.isEmpty() ? String.join("; ", strings(result.path("errors"))) : text;
    }

    private static @Nullable JsonNode structured(JsonNode result) {
        JsonNode answer = result.path("structured_output");
        return answer.isMissingNode() || answer.isNull() ? null : answer;
    }

    private Optional<Duration> millis(String field) {
        return lastResult != null && lastResult.path(field).isNumber()
                ? Optional.of(Duration.ofMillis(lastResult.path(field).asLong(0)))
                : Optional.empty();
    }

    static @Nullable String string(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.stringValue() : null;
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        for (JsonNode element : array) {
            // Some lists hold objects in some versions, with a name.
            strings.add(element.stringValue(element.path("name").stringValue("")));
        }
        return strings;
    }
}
