package dev.assay.supabase.rest;

import dev.assay.supabase.RequestRefused;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What PostgREST refuses by itself: its codes, words and statuses (PostgREST 14, reference "Errors").
 *
 * <p>A refusal that a stale schema cache may have caused says so, for the request to be tried once more.
 */
final class Refusal extends RequestRefused {
    private static final long serialVersionUID = 1L;

    private final boolean staleSchema;

    private Refusal(int status, Map<String, String> headers, String json, boolean staleSchema) {
        super(status, headers, json);
        this.staleSchema = staleSchema;
    }

    boolean maybeStaleSchema() {
        return staleSchema;
    }

    /** The same refusal with more headers. */
    Refusal with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers());
        all.putAll(more);
        return new Refusal(status(), all, json(), staleSchema);
    }

    static Refusal of(int status, String code, String message, @Nullable String details, @Nullable String hint) {
        return new Refusal(status, proxyStatus(code), body(code, message, details, hint), false);
    }

    private static Map<String, String> proxyStatus(String code) {
        return Map.of("Proxy-Status", "PostgREST; error=" + code.replaceAll("[^!-~]", ""));
    }

    private static Refusal missing(
            int status, String code, String message, @Nullable String details, @Nullable String hint) {
        return new Refusal(status, proxyStatus(code), body(code, message, details, hint), true);
    }

    static String body(String code, String message, @Nullable String details, @Nullable String hint) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        return body.put("code", code)
                .put("details", details)
                .put("hint", hint)
                .put("message", message)
                .toString();
    }

    static Refusal unparsable(String message, @Nullable String details) {
        return of(400, "PGRST100", message, details, null);
    }

    static Refusal invalidBody(String message) {
        return of(400, "PGRST102", message, null, null);
    }

    static Refusal range(String details) {
        return of(416, "PGRST103", "Requested range not satisfiable", details, null);
    }

    static Refusal unknownTable(Name table, @Nullable String similar) {
        return missing(
                404,
                "PGRST205",
                "Could not find the table '" + table.schema() + "." + table.name() + "' in the schema cache",
                null,
                similar == null ? null : "Perhaps you meant the table '" + table.schema() + "." + similar + "'");
    }

    static Refusal unknownColumn(Name table, String column) {
        return missing(
                400,
                "PGRST204",
                "Could not find the '" + column + "' column of '" + table.name() + "' in the schema cache",
                null,
                null);
    }

    static Refusal unknownFunction(String message, String details, @Nullable String hint) {
        return missing(404, "PGRST202", message, details, hint);
    }

    static Refusal noRelation(Name source, String target, @Nullable String hint, @Nullable String suggestion) {
        return missing(
                400,
                "PGRST200",
                "Could not find a relationship between '" + source.name() + "' and '" + target
                        + "' in the schema cache",
                "Searched for a foreign key relationship between '" + source.name() + "' and '" + target + "'"
                        + (hint == null ? "" : " using the hint '" + hint + "'") + " in the schema '"
                        + source.schema() + "', but no matches were found.",
                suggestion);
    }

    static Refusal ambiguous(String message, JsonNode details, String hint) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("code", "PGRST201").set("details", details);
        return new Refusal(
                300,
                proxyStatus("PGRST201"),
                body.put("hint", hint).put("message", message).toString(),
                false);
    }

    static Refusal notEmbedded(String name) {
        return of(
                400,
                "PGRST108",
                "'" + name + "' is not an embedded resource in this request",
                null,
                "Verify that '" + name + "' is included in the 'select' query parameter.");
    }

    static Refusal notOneRow(long rows) {
        return of(
                406,
                "PGRST116",
                "Cannot coerce the result to a single JSON object",
                "The result contains " + rows + " rows",
                null);
    }

    static Refusal unknownRole(String role) {
        return missing(401, "22023", "role \"" + role + "\" does not exist", null, null)
                .with(Map.of("WWW-Authenticate", "Bearer"));
    }

    /** For what PostgREST can and this surface cannot. */
    static Refusal unsupported(String what, String instead) {
        return of(501, "ASSAY501", what + " is not supported by this embedded Supabase", null, instead);
    }
}
