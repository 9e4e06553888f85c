package dev.assay.check;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** What the target answered to one request. */
public record Answer(int status, String body) {
    private static final JsonMapper JSON = new JsonMapper();

    public boolean ok() {
        return status >= 200 && status < 300;
    }

    /** The body as JSON; a missing node where it is none. */
    public JsonNode json() {
        if (body.isBlank()) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    static String json(Object value) {
        return JSON.writeValueAsString(value);
    }

    /** Text that is JSON, as JSON; any other text as a JSON string. */
    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return JSON.valueToTree(text);
        }
    }

    /** The error's code: a SQLSTATE, or one of PostgREST's own; empty where there is none. */
    String code() {
        return ok() ? "" : json().path("code").asString("");
    }

    /** Why it was refused, in the target's own words; empty where it says nothing. */
    String reason() {
        JsonNode json = json();
        for (String name : new String[] {"message", "msg", "error_description", "error"}) {
            String text = json.path(name).asString("");
            if (!ok() && !text.isEmpty()) {
                return code().isEmpty() ? text : text + " (" + code() + ")";
            }
        }
        return "";
    }

    /**
     * Whether the answer says that the target does not work, so that nothing was measured. An error that a policy, a
     * trigger or a function of the app raised comes with its SQLSTATE and is the app's.
     */
    boolean saysTargetIsBroken() {
        if (status == 429 || status == 501 || status == 502 || status == 503 || status == 504) {
            return true;
        }
        // 08 connection, 53 resources, 57P shutdown, 58 system, F0 configuration
        return status == 500 && !code().matches("(?!08|53|57P|58|F0)[0-9A-Z]{5}");
    }

    /** Whether the API has not yet seen a table, column or relation that the database has. */
    boolean saysCacheIsStale() {
        return code().equals("PGRST205") || code().equals("PGRST204") || code().equals("PGRST200");
    }

    /** How many rows a reading request gave. */
    public int rows() {
        return ok() && json().isArray() ? json().size() : 0;
    }

    @Override
    public String toString() {
        return status + (body.isBlank() ? "" : " " + (body.length() > 300 ? body.substring(0, 300) + "…" : body));
    }
}
