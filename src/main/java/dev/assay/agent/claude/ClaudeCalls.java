package dev.assay.agent.claude;

import static dev.assay.agent.claude.ClaudeStream.string;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.cli.ToolOutput;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tool calls of one stream, and the to-do list that some of them keep. Results of parallel calls come in the order
 * in which the calls end, so they are matched by id.
 */
final class ClaudeCalls {
    /** A command that fails says so in its text alone. */
    private static final Pattern EXIT_CODE = Pattern.compile("\\AExit code (\\d{1,3})(?:\\R|\\z)");

    private final Set<String> offered = new HashSet<>();
    private final Map<String, Call> openCalls = new HashMap<>();
    private final Map<String, AgentEvent.Todo.Item> todo = new LinkedHashMap<>();
    private boolean seen;

    private record Call(CanonicalTool tool, @Nullable Instant started, boolean background) {}

    void offer(List<String> tools) {
        offered.addAll(tools);
    }

    Set<String> open() {
        return Set.copyOf(openCalls.keySet());
    }

    boolean seen() {
        return seen;
    }

    void started(JsonNode line, JsonNode block, @Nullable String parent, List<AgentEvent> events) {
        seen = true;
        String id = block.path("id").stringValue("");
        String name = block.path("name").stringValue("");
        JsonNode input = block.path("input");
        CanonicalTool tool = ClaudeTool.canonical(name, offered);
        if (block.path("type").stringValue("").equals("tool_use")) {
            openCalls.put(
                    id,
                    new Call(tool, time(line), input.path("run_in_background").booleanValue(false)));
        }
        String path = string(input, "file_path");
        path = path == null ? string(input, "notebook_path") : path;
        path = path == null ? string(input, "path") : path;
        events.add(new AgentEvent.ToolStarted(
                id,
                name,
                tool,
                input,
                path,
                tool == CanonicalTool.SHELL ? string(input, "command") : null,
                string(input, "url"),
                tool == CanonicalTool.SKILL ? string(input, "skill") : null,
                parent));
        if (name.equals("TodoWrite") && input.path("todos").isArray()) {
            todo.clear();
            int number = 0;
            for (JsonNode item : input.path("todos")) {
                todo.put(
                        String.valueOf(++number),
                        new AgentEvent.Todo.Item(
                                item.path("content").stringValue(""),
                                item.path("status").stringValue("pending")));
            }
            events.add(new AgentEvent.Todo(List.copyOf(todo.values())));
        }
    }

    /** A {@code user} line: results of calls, and what the CLI itself tells the model. */
    void results(JsonNode line, Set<String> denied, List<AgentEvent> events) {
        JsonNode content = line.path("message").path("content");
        if (content.isString()) {
            events.add(new AgentEvent.Notice("user_message", line));
            return;
        }
        for (JsonNode block : content) {
            switch (block.path("type").stringValue("")) {
                case "tool_result" -> finished(line, block, denied, events);
                case "text" -> events.add(new AgentEvent.Notice("user_message", line));
                default ->
                    events.add(
                            new AgentEvent.Unknown("user/" + block.path("type").stringValue("")));
            }
        }
    }

    private void finished(JsonNode line, JsonNode block, Set<String> denied, List<AgentEvent> events) {
        String id = block.path("tool_use_id").stringValue("");
        Call call = openCalls.remove(id);
        boolean ok = !block.path("is_error").booleanValue(false);
        String said = output(block.path("content"));
        Instant ended = time(line);
        Long millis = call == null || call.started() == null || ended == null
                ? null
                : Long.valueOf(
                        Math.max(0, Duration.between(call.started(), ended).toMillis()));
        events.add(ToolOutput.of(said)
                .finished(id, ok, exitCode(call, ok, said), millis, denied.contains(id) || rejected(line, id)));
        if (call != null && call.tool() == CanonicalTool.TODO) {
            tasks(line.path("tool_use_result"), events);
        }
    }

    private static @Nullable Integer exitCode(@Nullable Call call, boolean ok, String output) {
        if (call == null || call.tool() != CanonicalTool.SHELL || call.background()) {
            return null;
        }
        if (ok) {
            return 0;
        }
        Matcher matcher = EXIT_CODE.matcher(output);
        return matcher.find() ? Integer.valueOf(matcher.group(1)) : null;
    }

    private static boolean rejected(JsonNode line, String id) {
        for (JsonNode meta : line.path("tool_result_meta")) {
            if (meta.path("id").stringValue("").equals(id)
                    && meta.path("permission_decision")
                            .path("decision")
                            .stringValue("")
                            .equals("reject")) {
                return true;
            }
        }
        return false;
    }

    /** The list in the form of single tasks: each call says what it changed, and only TaskList says all. */
    private void tasks(JsonNode change, List<AgentEvent> events) {
        Map<String, AgentEvent.Todo.Item> before = Map.copyOf(todo);
        JsonNode created = change.path("task");
        if (created.isObject()) {
            todo.putIfAbsent(
                    created.path("id").asString(""),
                    new AgentEvent.Todo.Item(
                            created.path("subject").stringValue(""),
                            created.path("status").stringValue("pending")));
        }
        String status = string(change.path("statusChange"), "to");
        if (status != null) {
            todo.computeIfPresent(
                    change.path("taskId").asString(""), (id, item) -> new AgentEvent.Todo.Item(item.text(), status));
        }
        for (JsonNode task : change.path("tasks")) {
            todo.put(
                    task.path("id").asString(""),
                    new AgentEvent.Todo.Item(
                            task.path("subject").stringValue(""),
                            task.path("status").stringValue("pending")));
        }
        if (!before.equals(todo)) {
            events.add(new AgentEvent.Todo(List.copyOf(todo.values())));
        }
    }

    /** A text, or a list of blocks of which only the texts are readable. */
    private static String output(JsonNode content) {
        if (content.isString()) {
            return content.stringValue();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode block : content) {
            String text = string(block, "text");
            texts.add(text == null ? "[" + block.path("type").stringValue("unknown") + "]" : text);
        }
        return String.join("\n", texts);
    }

    private static @Nullable Instant time(JsonNode line) {
        String timestamp = string(line, "timestamp");
        if (timestamp == null) {
            return null;
        }
        try {
            return Instant.parse(timestamp);
        } catch (DateTimeException e) {
            // Not needed for anything but a duration.
            return null;
        }
    }
}
