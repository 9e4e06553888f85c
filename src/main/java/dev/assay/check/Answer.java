package dev.assay.check;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** What the target answered to one request. */
record Answer(int status, String body) {
    private static final JsonMapper JSON = new JsonMapper();

    boolean ok() {
        return status >= 200 && status < 300;
    }

    /** The body as JSON; a missing node where it is none. */
    JsonNode json() {
        if (body.isBlank()) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    /** Text that is JSON, as JSON; any other text as a JSON string. */
    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return JSON.valueToTree(text);
        }
    }

    /** How many rows a reading request gave. */
    int rows() {
        return ok() && json().isArray() ? json().size() : 0;
    }

    @Override
    public String toString() {
        return status + (body.isBlank() ? "" : " " + (body.length() > 300 ? body.substring(0, 300) + "…" : body));
    }
}
