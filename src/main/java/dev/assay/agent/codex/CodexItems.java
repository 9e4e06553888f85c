package dev.assay.agent.codex;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.cli.Fields;
import dev.assay.agent.cli.ToolOutput;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The items of one stream: messages, and tool calls that start and complete under one id. A patch is one item of several
 * files; each file becomes a call of its own, as with tools that write one file a call.
 */
final class CodexItems {
    private final Set<String> openCalls = new HashSet<>();
    private List<AgentEvent.Todo.Item> todo = List.of();
    private boolean seen;
    private String lastText = "";

    Set<String> open() {
        return Set.copyOf(openCalls);
    }

    /** A command that was left in the background starts and never completes. */
    void endTurn() {
        openCalls.clear();
    }

    /** Whether there was a tool call. */
    boolean seen() {
        return seen;
    }

    String lastText() {
        return lastText;
    }

    /** @param phase {@code item.started}, {@code item.updated} or {@code item.completed} */
    void read(String phase, JsonNode item, List<AgentEvent> events) {
        boolean over = phase.equals("item.completed");
        String id = item.path("id").stringValue("");
        String type = item.path("type").stringValue("");
        switch (type) {
            case "agent_message" -> {
                if (over) {
                    lastText = item.path("text").stringValue("");
                    events.add(new AgentEvent.Text(lastText, id, null));
                }
            }
            case "reasoning" -> {
                if (over) {
                    events.add(new AgentEvent.Thinking(item.path("text").stringValue(""), id));
                }
            }
            case "command_execution" -> command(id, over, item, events);
            case "file_change" -> changes(id, over, item, events);
            case "mcp_tool_call" -> mcp(id, over, item, events);
            case "collab_tool_call" -> collab(id, over, item, events);
            case "web_search" -> web(id, over, item, events);
            case "todo_list" -> todo(item, events);
            // Such as a model without metadata: not fatal.
            case "error" -> events.add(new AgentEvent.Notice("error", item));
            default -> events.add(new AgentEvent.Unknown(phase + "/" + type));
        }
    }

    /** What is over without having started starts and ends at once. */
    private boolean starts(String id, boolean over) {
        seen = true;
        return over ? !openCalls.remove(id) : openCalls.add(id);
    }

    private void command(String id, boolean over, JsonNode item, List<AgentEvent> events) {
        if (starts(id, over)) {
            String line = item.path("command").stringValue("");
            ObjectNode input = JsonNodeFactory.instance.objectNode().put("command", line);
            events.add(
                    started(id, "command_execution", CanonicalTool.SHELL, input, null, ShellLine.script(line), null));
        }
        if (over) {
            Integer exitCode = Fields.number(item, "exit_code");
            String status = item.path("status").stringValue("");
            events.add(ToolOutput.of(item.path("aggregated_output").stringValue(""))
                    .finished(
                            id,
                            status.equals("completed") && (exitCode == null || exitCode == 0),
                            exitCode,
                            null,
                            status.equals("declined")));
        }
    }

    private void changes(String id, boolean over, JsonNode item, List<AgentEvent> events) {
        boolean starts = starts(id, over);
        boolean ok = item.path("status").stringValue("").equals("completed");
        int number = 0;
        for (JsonNode change : item.path("changes")) {
            String call = ++number == 1 ? id : id + "." + number;
            if (starts) {
                CanonicalTool tool = change.path("kind").stringValue("").equals("add")
                        ? CanonicalTool.FILE_WRITE
                        : CanonicalTool.FILE_EDIT;
                String path = Fields.text(change, "path");
                events.add(started(call, "file_change", tool, change, path, null, null));
            }
            if (over) {
                events.add(ToolOutput.of("").finished(call, ok, null, null, false));
            }
        }
    }

    private void mcp(String id, boolean over, JsonNode item, List<AgentEvent> events) {
        if (starts(id, over)) {
            String name = "mcp__" + item.path("server").stringValue("") + "__"
                    + item.path("tool").stringValue("");
            events.add(started(id, name, CanonicalTool.TOOL_USE, item.path("arguments"), null, null, null));
        }
        if (over) {
            String error = Fields.text(item.path("error"), "message");
            List<String> texts = new ArrayList<>();
            for (JsonNode block : item.path("result").path("content")) {
                texts.add(block.path("text").stringValue(block.toString()));
            }
            boolean ok = error == null && item.path("status").stringValue("").equals("completed");
            events.add(ToolOutput.of(error == null ? String.join("\n", texts) : error)
                    .finished(id, ok, null, null, false));
        }
    }

    private void collab(String id, boolean over, JsonNode item, List<AgentEvent> events) {
        if (starts(id, over)) {
            String name = item.path("tool").stringValue("collab_tool_call");
            events.add(started(id, name, CanonicalTool.AGENT_TASK, item, null, null, null));
        }
        if (over) {
            boolean ok = item.path("status").stringValue("").equals("completed");
            events.add(ToolOutput.of(item.path("agents_states").toString()).finished(id, ok, null, null, false));
        }
    }

    /** A search, or a page that it opens. The item has its id twice, as its own and as the search's. */
    private void web(String id, boolean over, JsonNode item, List<AgentEvent> events) {
        if (starts(id, over)) {
            JsonNode action = item.path("action");
            String url = Fields.text(action, "url");
            CanonicalTool tool = url == null ? CanonicalTool.WEB_SEARCH : CanonicalTool.WEB_FETCH;
            ObjectNode input = JsonNodeFactory.instance.objectNode();
            input.put("query", item.path("query").stringValue(""));
            input.set("action", action.isMissingNode() ? input.objectNode() : action);
            events.add(started(id, "web_search", tool, input, null, null, url));
        }
        if (over) {
            events.add(ToolOutput.of("").finished(id, true, null, null, false));
        }
    }

    private void todo(JsonNode item, List<AgentEvent> events) {
        List<AgentEvent.Todo.Item> items = new ArrayList<>();
        for (JsonNode entry : item.path("items")) {
            items.add(new AgentEvent.Todo.Item(
                    entry.path("text").stringValue(""),
                    entry.path("completed").booleanValue(false) ? "completed" : "pending"));
        }
        if (!items.equals(todo)) {
            todo = List.copyOf(items);
            events.add(new AgentEvent.Todo(todo));
        }
    }

    private static AgentEvent.ToolStarted started(
            String id,
            String name,
            CanonicalTool tool,
            JsonNode input,
            @Nullable String path,
            @Nullable String command,
            @Nullable String url) {
        return new AgentEvent.ToolStarted(id, name, tool, input, path, command, url, null, null);
    }
}
