package dev.assay.agent.claude;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes lines in the form of {@code claude -p --output-format stream-json --verbose}, as {@link ClaudeStream} reads it:
 * recordings are kept in it, whoever's they are.
 */
public final class ClaudeLines {
    private static final Map<CanonicalTool, String> NAMES = new EnumMap<>(Map.ofEntries(
            Map.entry(CanonicalTool.FILE_READ, "Read"),
            Map.entry(CanonicalTool.FILE_WRITE, "Write"),
            Map.entry(CanonicalTool.FILE_EDIT, "Edit"),
            Map.entry(CanonicalTool.SHELL, "Bash"),
            Map.entry(CanonicalTool.WEB_FETCH, "WebFetch"),
            Map.entry(CanonicalTool.WEB_SEARCH, "WebSearch"),
            Map.entry(CanonicalTool.GLOB, "Glob"),
            Map.entry(CanonicalTool.GREP, "Grep"),
            Map.entry(CanonicalTool.LIST_DIR, "LS"),
            Map.entry(CanonicalTool.AGENT_TASK, "Task"),
            Map.entry(CanonicalTool.SKILL, "Skill"),
            Map.entry(CanonicalTool.TODO, "TodoWrite")));

    private final String sessionId;
    private final String model;
    private int messages;

    public ClaudeLines(String sessionId, String model) {
        this.sessionId = sessionId;
        this.model = model;
    }

    /** What Claude Code calls a tool of that kind; a tool's own name where it has none such. */
    public static String name(CanonicalTool tool, String own) {
        return NAMES.getOrDefault(tool, own);
    }

    /** @param tools names of tools that the session has beside Claude Code's own */
    public ObjectNode started(Instant at, String folder, String version, Collection<String> tools) {
        ObjectNode line = line("system", at).put("subtype", "init").put("cwd", folder);
        line.put("model", model).put("claude_code_version", version);
        NAMES.values().stream().sorted().forEach(line.putArray("tools")::add);
        tools.forEach(line.withArray("tools")::add);
        return line;
    }

    public ObjectNode text(Instant at, String text, @Nullable String parent) {
        return message(at, object().put("type", "text").put("text", text), parent);
    }

    public ObjectNode thinking(Instant at, String text) {
        return message(at, object().put("type", "thinking").put("thinking", text), null);
    }

    /** A tool call. */
    public ObjectNode call(Instant at, String id, String name, JsonNode input, @Nullable String parent) {
        ObjectNode block = object().put("type", "tool_use").put("id", id).put("name", name);
        block.set("input", input);
        return message(at, block, parent);
    }

    /** What a tool call gave. */
    public ObjectNode gave(Instant at, String id, String output, boolean error) {
        ObjectNode line = line("user", at);
        line.putObject("message")
                .put("role", "user")
                .putArray("content")
                .addObject()
                .put("tool_use_id", id)
                .put("type", "tool_result")
                .put("content", output)
                .put("is_error", error);
        return line.putNull("parent_tool_use_id");
    }

    /** What a command gave: one that failed says its exit code in its first line. */
    public ObjectNode gave(Instant at, String id, int exitCode, String output) {
        String text = exitCode == 0
                ? output.isEmpty() ? "(Bash completed with no output)" : output
                : "Exit code " + exitCode + (output.isEmpty() ? "" : "\n" + output);
        return gave(at, id, text, exitCode != 0);
    }

    public ObjectNode denied(Instant at, @Nullable String id, String reason) {
        return line("system", at)
                .put("subtype", "permission_denied")
                .put("tool_use_id", id)
                .put("message", reason);
    }

    public ObjectNode retry(Instant at, AgentEvent.ApiRetry retry) {
        return line("system", at)
                .put("subtype", "api_retry")
                .put("attempt", retry.attempt())
                .put("max_retries", retry.max())
                .put("retry_delay_ms", retry.delayMillis())
                .put("error_status", retry.status())
                .put("error", retry.errorClass());
    }

    /**
     * The last line of a call, from which the same ending, text, answer and cost are read.
     *
     * @return empty where no line says so: the process was stopped, or died
     */
    public Optional<ObjectNode> ended(Instant at, AgentResult result) {
        boolean completed = result.ending() == Ending.COMPLETED;
        ObjectNode line = line("result", at).put("subtype", "success").put("is_error", !completed);
        switch (result.ending()) {
            case COMPLETED -> line.put("terminal_reason", "completed");
            case LIMIT_TURNS -> line.put("subtype", "error_max_turns").put("terminal_reason", "max_turns");
            case LIMIT_BUDGET -> line.put("subtype", "error_max_budget_usd").put("terminal_reason", "budget_exhausted");
            case SCHEMA_FAILED ->
                line.put("subtype", "error_max_structured_output_retries")
                        .put("terminal_reason", "structured_output_retry_exhausted");
            case CONTEXT_FULL -> line.put("terminal_reason", "prompt_too_long");
            case REFUSED -> line.put("stop_reason", "refusal");
            case AUTH -> failed(line, 401, "authentication_error");
            case BILLING -> failed(line, 402, "billing_error");
            case RATE_LIMITED -> failed(line, 429, "rate_limit_error");
            case OVERLOADED -> failed(line, 529, "overloaded_error");
            case MODEL_NOT_FOUND -> failed(line, 404, "model_not_found");
            case API_ERROR -> failed(line, 500, "api_error");
            default -> {
                return Optional.empty();
            }
        }
        line.put("result", completed ? result.text() : result.message());
        result.structured().ifPresent(answer -> line.set("structured_output", answer));
        Usage used = result.usage();
        line.putObject("usage")
                .put("input_tokens", used.input())
                .put("cache_read_input_tokens", used.cacheRead())
                .put("cache_creation_input_tokens", used.cacheWrite())
                .put("output_tokens", used.output())
                .putObject("output_tokens_details")
                .put("thinking_tokens", used.reasoning());
        used.costUsd().ifPresent(cost -> line.put("total_cost_usd", cost));
        return Optional.of(line);
    }

    private static void failed(ObjectNode line, int status, String type) {
        line.put("terminal_reason", "api_error").put("api_error_status", status).put("api_error_type", type);
    }

    private ObjectNode message(Instant at, ObjectNode block, @Nullable String parent) {
        ObjectNode line = line("assistant", at);
        line.putObject("message")
                .put("id", "msg_" + ++messages)
                .put("type", "message")
                .put("role", "assistant")
                .put("model", model)
                .putArray("content")
                .add(block);
        return line.put("parent_tool_use_id", parent);
    }

    private ObjectNode line(String type, Instant at) {
        return object().put("type", type).put("session_id", sessionId).put("timestamp", at.toString());
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
