package dev.assay.supabase.rest;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What goes back to the client. */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record Answer(int status, Map<String, String> headers, byte[] body) {

    /** The answer, changed by what a function left in the settings {@code response.status} and {@code response.headers}. */
    static Answer of(int status, Map<String, String> headers, Result result) {
        int code = status;
        String own = result.status();
        if (own != null) {
            if (!own.matches("[1-5]\\d\\d")) {
                throw Refusal.of(500, "PGRST112", "response.status guc must be a valid status code", null, null);
            }
            code = Integer.parseInt(own);
        }
        if (result.headers() != null) {
            addHeaders(headers, result.headers());
        }
        return new Answer(code, headers, result.body());
    }

    private static void addHeaders(Map<String, String> headers, String json) {
        Refusal wrong = Refusal.of(
                500,
                "PGRST111",
                "response.headers guc must be a JSON array composed of objects with a single key and a string value",
                null,
                null);
        try {
            JsonNode list = new JsonMapper().readTree(json);
            if (!list.isArray()) {
                throw wrong;
            }
            Set<String> own = new HashSet<>();
            for (JsonNode one : list) {
                if (one.size() != 1) {
                    throw wrong;
                }
                for (Map.Entry<String, JsonNode> header : one.properties()) {
                    if (!header.getValue().isString()
                            || hasBreak(header.getKey() + header.getValue().stringValue())) {
                        throw wrong;
                    }
                    add(headers, own, header.getKey(), header.getValue().stringValue());
                }
            }
        } catch (JacksonException e) {
            throw wrong;
        }
    }

    /** A function's header takes the place of the surface's; the same again, as a cookie, stands beside it. */
    private static void add(Map<String, String> headers, Set<String> own, String name, String value) {
        if (own.add(name.toLowerCase(Locale.ROOT))) {
            headers.keySet().removeIf(name::equalsIgnoreCase);
            headers.put(name, value);
            return;
        }
        headers.replaceAll((key, before) -> key.equalsIgnoreCase(name) ? before + "\n" + value : before);
    }

    private static boolean hasBreak(String text) {
        return text.chars().anyMatch(c -> c < ' ');
    }
}
