package dev.assay.agent.scripted;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's Messages, with the tools of Claude Code. */
final class AnthropicMessages implements Protocol {
    @Override
    public boolean answers(String path) {
        return path.endsWith("/messages");
    }

    @Override
    public boolean offersTools(JsonNode body) {
        return !body.path("tools").isEmpty();
    }

    @Override
    public boolean streams(String path, JsonNode body) {
        return body.path("stream").asBoolean(false);
    }

    @Override
    public List<Event> pieces(Turn turn, String model, int number) {
        List<Event> events = new ArrayList<>();
        ObjectNode begun = (ObjectNode) whole(turn, model, number);
        begun.putArray("content");
        begun.putNull("stop_reason");
        events.add(event("message_start", "message", begun));
        List<JsonNode> blocks = blocks(turn, number);
        for (int i = 0; i < blocks.size(); i++) {
            piece(blocks.get(i), i, events);
        }
        events.add(event("message_delta", "delta", Protocol.object("stop_reason", reason(turn)), "usage", usage()));
        events.add(event("message_stop"));
        return events;
    }

    private static void piece(JsonNode block, int index, List<Event> events) {
        String type = block.path("type").asString("");
        ObjectNode empty = block.deepCopy().asObject();
        JsonNode delta;
        switch (type) {
            case "text" -> {
                empty.put("text", "");
                delta = Protocol.object("type", "text_delta", "text", block.path("text"));
            }
            case "thinking" -> {
                empty.put("thinking", "").put("signature", "");
                delta = Protocol.object("type", "thinking_delta", "thinking", block.path("thinking"));
            }
            default -> {
                empty.putObject("input");
                delta = Protocol.object(
                        "type",
                        "input_json_delta",
                        "partial_json",
                        block.path("input").toString());
            }
        }
        events.add(event("content_block_start", "index", index, "content_block", empty));
        events.add(event("content_block_delta", "index", index, "delta", delta));
        if (type.equals("thinking")) {
            JsonNode signature = Protocol.object("type", "signature_delta", "signature", block.path("signature"));
            events.add(event("content_block_delta", "index", index, "delta", signature));
        }
        events.add(event("content_block_stop", "index", index));
    }

    @Override
    public JsonNode whole(Turn turn, String model, int number) {
        return Protocol.object(
                "id",
                "msg_" + number,
                "type",
                "message",
                "role",
                "assistant",
                "model",
                model,
                "content",
                blocks(turn, number),
                "stop_reason",
                reason(turn),
                "stop_sequence",
                null,
                "usage",
                usage());
    }

    @Override
    public JsonNode failure(Turn.Failure.Status status) {
        return Protocol.object(
                "type", "error", "error", Protocol.object("type", status.type(), "message", status.message()));
    }

    private static Map<String, Integer> usage() {
        return Map.of(
                "input_tokens",
                Turn.INPUT,
                "output_tokens",
                Turn.OUTPUT,
                "cache_creation_input_tokens",
                0,
                "cache_read_input_tokens",
                0);
    }

    private static String reason(Turn turn) {
        return turn.calls().isEmpty() ? "end_turn" : "tool_use";
    }

    private static List<JsonNode> blocks(Turn turn, int number) {
        List<JsonNode> blocks = new ArrayList<>();
        turn.thinking()
                .ifPresent(thought ->
                        blocks.add(Protocol.object("type", "thinking", "thinking", thought, "signature", "c2lnbmVk")));
        turn.text().ifPresent(text -> blocks.add(Protocol.object("type", "text", "text", text)));
        for (Turn.Call call : turn.calls()) {
            String id = "toolu_" + number + "_" + blocks.size();
            if (call instanceof Turn.Call.Write write) {
                blocks.add(use(id, "Write", Map.of("file_path", write.path(), "content", write.content())));
            } else if (call instanceof Turn.Call.Shell shell) {
                blocks.add(use(id, "Bash", Map.of("command", shell.command(), "description", "run")));
            } else if (call instanceof Turn.Call.Other other) {
                blocks.add(use(id, other.name(), other.input()));
            }
        }
        return blocks;
    }

    private static JsonNode use(String id, String name, Map<String, ?> input) {
        return Protocol.object("type", "tool_use", "id", id, "name", name, "input", input);
    }

    private static Event event(String type, Object... more) {
        ObjectNode data = (ObjectNode) Protocol.object("type", type);
        data.setAll((ObjectNode) Protocol.object(more));
        return Event.of(type, data);
    }
}
