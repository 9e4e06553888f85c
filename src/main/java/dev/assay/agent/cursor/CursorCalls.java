package dev.assay.agent.cursor;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.cli.Fields;
import dev.assay.agent.cli.ToolOutput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tool calls of one stream: {@code {"tool_call": {"shellToolCall": {"args": …, "result": {"success": …}}}}}, once
 * started and once completed, under one id. What a result is called says how the call went.
 */
final class CursorCalls {
    private static final String SUFFIX = "ToolCall";

    private final Map<String, Long> openCalls = new HashMap<>();
    private List<AgentEvent.Todo.Item> todo = List.of();
    private boolean seen;

    /** One call's kind, such as {@code shell}, and what it holds. */
    private record Call(String kind, JsonNode body) {
        static @Nullable Call of(JsonNode union) {
            for (Map.Entry<String, JsonNode> field : union.properties()) {
                String key = field.getKey();
                if (field.getValue().isObject() && (key.endsWith(SUFFIX) || key.equals("function"))) {
                    String kind = key.equals("function") ? key : key.substring(0, key.length() - SUFFIX.length());
                    return new Call(kind, field.getValue());
                }
            }
            return null;
        }

        /** A tool of a server has a name of its own, and so has one that came after this reader. */
        String name() {
            JsonNode args = body.path("args");
            return switch (kind) {
                case "mcp" ->
                    "mcp__" + or(Fields.text(args, List.of("serverIdentifier", "providerIdentifier", "server")), "")
                            + "__" + or(Fields.text(args, List.of("toolName", "name", "tool")), "");
                case "function" -> or(Fields.text(body, "name"), kind);
                default -> kind;
            };
        }

        JsonNode input() {
            return kind.equals("function") ? body.path("arguments") : body.path("args");
        }

        private static String or(@Nullable String text, String other) {
            return text == null ? other : text;
        }
    }

    Set<String> open() {
        return Set.copyOf(openCalls.keySet());
    }

    boolean seen() {
        return seen;
    }

    void read(JsonNode node, List<AgentEvent> events) {
        String phase = node.path("subtype").stringValue("");
        Call call = Call.of(node.path("tool_call"));
        if (call == null || !phase.equals("started") && !phase.equals("completed")) {
            events.add(new AgentEvent.Unknown("tool_call/" + phase));
            return;
        }
        seen = true;
        String id = node.path("call_id").stringValue("");
        long time = node.path("timestamp_ms").longValue(0);
        boolean over = phase.equals("completed");
        Long started = over ? openCalls.remove(id) : openCalls.put(id, time);
        if (started == null) {
            events.add(started(id, call));
        }
        if (over) {
            finished(id, call, started != null && started > 0 && time > 0 ? Math.max(0, time - started) : null, events);
        }
    }

    private static AgentEvent.ToolStarted started(String id, Call call) {
        CanonicalTool tool = CursorTool.canonical(call.kind());
        JsonNode input = call.input();
        return new AgentEvent.ToolStarted(
                id,
                call.name(),
                tool,
                input,
                Fields.text(input, List.of("path", "targetDirectory")),
                tool == CanonicalTool.SHELL ? Fields.text(input, "command") : null,
                Fields.text(input, "url"),
                null,
                null);
    }

    private void finished(String id, Call call, @Nullable Long millis, List<AgentEvent> events) {
        JsonNode result = call.body().path("result");
        JsonNode rejected = result.has("rejected") ? result.path("rejected") : result.path("permissionDenied");
        boolean denied = !rejected.isMissingNode();
        JsonNode outcome = outcome(result);
        if (denied) {
            String reason = Fields.text(outcome, List.of("reason", "error", "message"));
            events.add(new AgentEvent.PermissionDenied(
                    id, reason == null || reason.isEmpty() ? call.name() + " was rejected" : reason));
        }
        Integer exitCode = Fields.number(outcome, "exitCode");
        boolean ok = result.has("success") && (exitCode == null || exitCode == 0);
        events.add(ToolOutput.of(output(outcome)).finished(id, ok, exitCode, millis, denied));
        if (CursorTool.canonical(call.kind()) == CanonicalTool.TODO) {
            JsonNode entries = outcome.path("todos");
            todo(entries.isArray() ? entries : call.input().path("todos"), events);
        }
    }

    /** What the result's one field holds: {@code success}, {@code failure}, {@code error}, {@code rejected}, … */
    private static JsonNode outcome(JsonNode result) {
        for (JsonNode value : result) {
            return value;
        }
        return result.path("none");
    }

    private static String output(JsonNode outcome) {
        if (outcome.isString()) {
            return outcome.stringValue();
        }
        String out = Fields.text(outcome, "stdout");
        String err = Fields.text(outcome, "stderr");
        if (out != null || err != null) {
            return (out == null ? "" : out) + (err == null ? "" : err);
        }
        String text = Fields.text(
                outcome, List.of("content", "errorMessage", "error", "message", "reason", "diffString", "markdown"));
        return text == null ? outcome.isMissingNode() ? "" : outcome.toString() : text;
    }

    private void todo(JsonNode entries, List<AgentEvent> events) {
        List<AgentEvent.Todo.Item> items = new ArrayList<>();
        for (JsonNode entry : entries) {
            String status = entry.path("status").stringValue("pending").toLowerCase(Locale.ROOT);
            items.add(new AgentEvent.Todo.Item(
                    entry.path("content").stringValue(""),
                    status.startsWith("todo_status_") ? status.substring("todo_status_".length()) : status));
        }
        if (!items.equals(todo)) {
            todo = List.copyOf(items);
            events.add(new AgentEvent.Todo(todo));
        }
    }
}
