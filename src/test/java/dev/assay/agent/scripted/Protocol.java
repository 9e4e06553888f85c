package dev.assay.agent.scripted;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How the service of one vendor speaks, and what the CLI that speaks with it calls its tools. */
interface Protocol {
    JsonMapper JSON = JsonMapper.shared();

    /** Whether a request to that path is one for an answer. */
    boolean answers(String path);

    /** Whether the request offers tools; one without is a side question, such as for a title. */
    boolean offersTools(JsonNode body);

    /** Whether the answer is wanted piece by piece. */
    boolean streams(String path, JsonNode body);

    /**
     * The answer in pieces, as server-sent events.
     *
     * @param number counts the answers; ids are made of it
     */
    List<Event> pieces(Turn turn, String model, int number);

    /** The answer as a whole. */
    JsonNode whole(Turn turn, String model, int number);

    /** The body of a failure. */
    JsonNode failure(Turn.Failure.Status status);

    /** A server-sent event; the name is empty where it has none. */
    record Event(String name, String data) {
        static Event of(String name, JsonNode data) {
            return new Event(name, data.toString());
        }
    }

    /** An object of keys and values in turn. */
    static JsonNode object(Object... keysAndValues) {
        Map<String, Object> fields = new java.util.LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            fields.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return JSON.valueToTree(fields);
    }
}
