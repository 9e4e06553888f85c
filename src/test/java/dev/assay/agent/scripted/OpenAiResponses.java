package dev.assay.agent.scripted;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's Responses, with the tools of Codex. */
final class OpenAiResponses implements Protocol {
    @Override
    public boolean answers(String path) {
        return path.endsWith("/responses");
    }

    @Override
    public boolean offersTools(JsonNode body) {
        if (!body.path("tools").isEmpty()) {
            return true;
        }
        for (JsonNode item : body.path("input")) {
            if (item.path("type").asString("").equals("additional_tools")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean streams(String path, JsonNode body) {
        return body.path("stream").asBoolean(false);
    }

    @Override
    public List<Event> pieces(Turn turn, String model, int number) {
        List<Event> events = new ArrayList<>();
        events.add(event(
                "response.created", events.size(), "response", response(List.of(), model, number, "in_progress")));
        List<JsonNode> items = items(turn, number);
        for (int i = 0; i < items.size(); i++) {
            JsonNode item = items.get(i);
            events.add(event("response.output_item.added", events.size(), "output_index", i, "item", item));
            if (item.path("type").asString("").equals("message")) {
                String text = item.path("content").path(0).path("text").asString("");
                String id = item.path("id").asString("");
                events.add(event(
                        "response.output_text.delta",
                        events.size(),
                        "item_id",
                        id,
                        "output_index",
                        i,
                        "content_index",
                        0,
                        "delta",
                        text));
            }
            events.add(event("response.output_item.done", events.size(), "output_index", i, "item", item));
        }
        events.add(event("response.completed", events.size(), "response", response(items, model, number, "completed")));
        return events;
    }

    @Override
    public JsonNode whole(Turn turn, String model, int number) {
        return response(items(turn, number), model, number, "completed");
    }

    @Override
    public JsonNode failure(Turn.Failure.Status status) {
        return Protocol.object("error", Protocol.object("message", status.message(), "type", status.type()));
    }

    private static Event event(String type, int number, Object... more) {
        ObjectNode data = (ObjectNode) Protocol.object("type", type, "sequence_number", number);
        data.setAll((ObjectNode) Protocol.object(more));
        return Event.of(type, data);
    }

    private static JsonNode response(List<JsonNode> items, String model, int number, String status) {
        return Protocol.object(
                "id",
                "resp_" + number,
                "object",
                "response",
                "model",
                model,
                "status",
                status,
                "output",
                items,
                "usage",
                Map.of(
                        "input_tokens",
                        Turn.INPUT,
                        "input_tokens_details",
                        Map.of("cached_tokens", 0),
                        "output_tokens",
                        Turn.OUTPUT,
                        "output_tokens_details",
                        Map.of("reasoning_tokens", 0),
                        "total_tokens",
                        Turn.INPUT + Turn.OUTPUT));
    }

    private static List<JsonNode> items(Turn turn, int number) {
        List<JsonNode> items = new ArrayList<>();
        turn.thinking()
                .ifPresent(thought -> items.add(Protocol.object(
                        "type",
                        "reasoning",
                        "id",
                        "rs_" + number,
                        "summary",
                        List.of(Map.of("type", "summary_text", "text", thought)))));
        turn.text()
                .ifPresent(text -> items.add(Protocol.object(
                        "type",
                        "message",
                        "id",
                        "msg_" + number,
                        "role",
                        "assistant",
                        "status",
                        "completed",
                        "content",
                        List.of(Map.of("type", "output_text", "text", text, "annotations", List.of())))));
        for (Turn.Call call : turn.calls()) {
            String id = number + "_" + items.size();
            if (call instanceof Turn.Call.Write write) {
                StringBuilder patch = new StringBuilder("*** Begin Patch\n*** Add File: " + write.path() + "\n");
                write.content()
                        .lines()
                        .forEach(line -> patch.append('+').append(line).append('\n'));
                items.add(Protocol.object(
                        "type",
                        "custom_tool_call",
                        "id",
                        "ctc_" + id,
                        "call_id",
                        "call_" + id,
                        "name",
                        "apply_patch",
                        "input",
                        patch.append("*** End Patch\n").toString(),
                        "status",
                        "completed"));
            } else if (call instanceof Turn.Call.Shell shell) {
                items.add(function(id, "exec_command", Map.of("cmd", shell.command())));
            } else if (call instanceof Turn.Call.Other other) {
                items.add(function(id, other.name(), other.input()));
            }
        }
        return items;
    }

    private static JsonNode function(String id, String name, Map<String, ?> input) {
        return Protocol.object(
                "type",
                "function_call",
                "id",
                "fc_" + id,
                "call_id",
                "call_" + id,
                "name",
                name,
                "arguments",
                JSON.writeValueAsString(input),
                "status",
                "completed");
    }
}
