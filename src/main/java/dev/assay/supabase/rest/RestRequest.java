package dev.assay.supabase.rest;

import dev.assay.supabase.Caller;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request, read as far as the surface's rules go without a schema.
 *
 * @param path as sent, below the prefix
 * @param schema that it is about
 * @param profiled whether the answer names the schema: more than one is exposed
 * @param accepted the types of answer that will do, the most wanted first
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record RestRequest(
        String method,
        String path,
        String query,
        Map<String, List<String>> headers,
        byte[] body,
        Caller caller,
        String schema,
        boolean profiled,
        Preferences preferences,
        List<MediaType> accepted) {

    Optional<String> header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    /**
     * What the transaction is told before its statement; the role comes before what it and the function are set to.
     */
    Map<String, String> settings(List<String> searchPath, Map<String, String> ofRole, Map<String, String> ofFunction) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(
                "search_path", searchPath.stream().map(Sql::quoted).collect(java.util.stream.Collectors.joining(", ")));
        settings.put("request.jwt.claims", caller.claims());
        settings.put("request.method", method);
        settings.put("request.path", path);
        settings.put("request.headers", headersJson());
        settings.put("request.cookies", cookiesJson());
        settings.put("role", caller.role());
        settings.putAll(ofRole);
        settings.putAll(ofFunction);
        String timezone = preferences.timezone();
        if (timezone != null) {
            settings.put("timezone", timezone);
        }
        return settings;
    }

    private String headersJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        headers.forEach((name, values) -> {
            if (!name.equals("cookie")) {
                json.put(name, clean(String.join(", ", values)));
            }
        });
        return json.toString();
    }

    private String cookiesJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (String header : headers.getOrDefault("cookie", List.of())) {
            for (String cookie : header.split(";", -1)) {
                int equals = cookie.indexOf('=');
                if (equals > 0) {
                    json.put(clean(cookie.substring(0, equals).strip()), clean(cookie.substring(equals + 1)));
                }
            }
        }
        return json.toString();
    }

    private static String clean(String text) {
        return text.replace("\0", "");
    }
}
