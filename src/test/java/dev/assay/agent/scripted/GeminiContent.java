package dev.assay.agent.scripted;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Google's generateContent, with the tools of Gemini CLI. */
final class GeminiContent implements Protocol {
    @Override
    public boolean answers(String path) {
        return path.endsWith(":generateContent") || path.endsWith(":streamGenerateContent");
    }

    @Override
    public boolean offersTools(JsonNode body) {
        return !body.path("tools").isEmpty();
    }

    @Override
    public boolean streams(String path, JsonNode body) {
        return path.endsWith(":streamGenerateContent");
    }

    @Override
    public List<Event> pieces(Turn turn, String model, int number) {
        return List.of(Event.of("", whole(turn, model, number)));
    }

    @Override
    public JsonNode whole(Turn turn, String model, int number) {
        List<JsonNode> parts = new ArrayList<>();
        turn.thinking().ifPresent(thought -> parts.add(Protocol.object("text", thought, "thought", true)));
        turn.text().ifPresent(text -> parts.add(Protocol.object("text", text)));
        for (Turn.Call call : turn.calls()) {
            if (call instanceof Turn.Call.Write write) {
                parts.add(function("write_file", Map.of("file_path", write.path(), "content", write.content())));
            } else if (call instanceof Turn.Call.Shell shell) {
                parts.add(function("run_shell_command", Map.of("command", shell.command(), "description", "run")));
            } else if (call instanceof Turn.Call.Other other) {
                parts.add(function(other.name(), other.input()));
            }
        }
        return Protocol.object(
                "candidates",
                List.of(Protocol.object(
                        "index", 0, "content", Map.of("role", "model", "parts", parts), "finishReason", "STOP")),
                "usageMetadata",
                Map.of(
                        "promptTokenCount", Turn.INPUT,
                        "candidatesTokenCount", Turn.OUTPUT,
                        "totalTokenCount", Turn.INPUT + Turn.OUTPUT),
                "modelVersion",
                model,
                "responseId",
                "resp_" + number);
    }

    @Override
    public JsonNode failure(Turn.Failure.Status status) {
        return Protocol.object(
                "error", Protocol.object("code", status.code(), "message", status.message(), "status", status.type()));
    }

    private static JsonNode function(String name, Map<String, ?> input) {
        return Protocol.object("functionCall", Map.of("name", name, "args", input));
    }
}
