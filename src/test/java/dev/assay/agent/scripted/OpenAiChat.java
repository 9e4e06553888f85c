package dev.assay.agent.scripted;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** OpenAI's Chat Completions, with the tools of OpenCode. */
final class OpenAiChat implements Protocol {
    private static final Map<String, Integer> USAGE = Map.of(
            "prompt_tokens", Turn.INPUT, "completion_tokens", Turn.OUTPUT, "total_tokens", Turn.INPUT + Turn.OUTPUT);

    @Override
    public boolean answers(String path) {
        return path.endsWith("/chat/completions");
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
        events.add(chunk(model, number, Map.of("role", "assistant", "content", ""), null));
        turn.text().ifPresent(text -> events.add(chunk(model, number, Map.of("content", text), null)));
        for (JsonNode call : calls(turn, number)) {
            events.add(chunk(model, number, Map.of("tool_calls", List.of(call)), null));
        }
        events.add(chunk(model, number, Map.of(), turn.calls().isEmpty() ? "stop" : "tool_calls"));
        events.add(new Event("", "[DONE]"));
        return events;
    }

    @Override
    public JsonNode whole(Turn turn, String model, int number) {
        JsonNode message = turn.calls().isEmpty()
                ? Protocol.object("role", "assistant", "content", turn.text().orElse(""))
                : Protocol.object(
                        "role", "assistant", "content", turn.text().orElse(""), "tool_calls", calls(turn, number));
        return Protocol.object(
                "id",
                "chat_" + number,
                "object",
                "chat.completion",
                "created",
                0,
                "model",
                model,
                "choices",
                List.of(Protocol.object(
                        "index",
                        0,
                        "message",
                        message,
                        "finish_reason",
                        turn.calls().isEmpty() ? "stop" : "tool_calls")),
                "usage",
                USAGE);
    }

    @Override
    public JsonNode failure(Turn.Failure.Status status) {
        return Protocol.object("error", Protocol.object("message", status.message(), "type", status.type()));
    }

    private static Event chunk(
            String model, int number, Map<String, ?> delta, @org.jspecify.annotations.Nullable String finish) {
        JsonNode choice = Protocol.object("index", 0, "delta", delta, "finish_reason", finish);
        return Event.of(
                "",
                finish == null
                        ? Protocol.object(
                                "id",
                                "chat_" + number,
                                "object",
                                "chat.completion.chunk",
                                "created",
                                0,
                                "model",
                                model,
                                "choices",
                                List.of(choice))
                        : Protocol.object(
                                "id",
                                "chat_" + number,
                                "object",
                                "chat.completion.chunk",
                                "created",
                                0,
                                "model",
                                model,
                                "choices",
                                List.of(choice),
                                "usage",
                                USAGE));
    }

    private static List<JsonNode> calls(Turn turn, int number) {
        List<JsonNode> calls = new ArrayList<>();
        for (Turn.Call call : turn.calls()) {
            String name;
            Map<String, ?> input;
            if (call instanceof Turn.Call.Write write) {
                name = "write";
                input = Map.of("filePath", write.path(), "content", write.content());
            } else if (call instanceof Turn.Call.Shell shell) {
                name = "bash";
                input = Map.of("command", shell.command(), "description", "run");
            } else if (call instanceof Turn.Call.Other other) {
                name = other.name();
                input = other.input();
            } else {
                throw new IllegalArgumentException("no such call: " + call);
            }
            calls.add(Protocol.object(
                    "index",
                    calls.size(),
                    "id",
                    "call_" + number + "_" + calls.size(),
                    "type",
                    "function",
                    "function",
                    Map.of("name", name, "arguments", JSON.writeValueAsString(input))));
        }
        return calls;
    }
}
