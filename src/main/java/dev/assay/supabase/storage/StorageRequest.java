package dev.assay.supabase.storage;

import dev.assay.supabase.Caller;
import dev.assay.supabase.Exchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request and who it speaks for.
 *
 * @param authenticated whether it brought a key or token
 * @param path decoded segments below {@code /storage/v1}
 */
record StorageRequest(Exchange exchange, Caller caller, boolean authenticated, List<String> path) {

    static StorageRequest of(Exchange exchange, Caller caller, boolean authenticated) {
        List<String> segments = new ArrayList<>();
        String path = exchange.path();
        for (String segment : path.substring(Math.min(1, path.length())).split("/", -1)) {
            segments.add(decoded(segment, path));
        }
        return new StorageRequest(exchange, caller, authenticated, List.copyOf(segments));
    }

    private static String decoded(String segment, String path) {
        try {
            // a plus is a plus in a path
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw StorageError.malformed("'" + path + "' is not a valid url component");
        }
    }

    /** Segments from the given one on, joined again. */
    String rest(int from) {
        return String.join("/", path.subList(Math.min(from, path.size()), path.size()));
    }

    Scope scope(String operation) {
        JsonNode claims = Transaction.JSON.readTree(caller.claims());
        ObjectNode headers = Transaction.JSON.createObjectNode();
        exchange.headers().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return new Scope(
                caller.role(),
                caller.claims(),
                caller.token(),
                owner(claims),
                exchange.method(),
                exchange.path(),
                headers.toString(),
                operation);
    }

    private static Optional<String> owner(JsonNode claims) {
        return Optional.of(claims.path("sub").asString("")).filter(sub -> !sub.isEmpty());
    }

    Optional<String> header(String name) {
        return exchange.header(name);
    }

    boolean upserts() {
        return header("x-upsert").filter("true"::equals).isPresent();
    }

    /** A parameter of the query, decoded; present and empty where it has no value. */
    Optional<String> parameter(String name) {
        for (String pair : exchange.query().split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (key.equals(name)) {
                try {
                    return Optional.of(
                            URLDecoder.decode(equals < 0 ? "" : pair.substring(equals + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    throw StorageError.malformed("the query is not percent-encoded");
                }
            }
        }
        return Optional.empty();
    }

    /** The body of a route that takes JSON. */
    JsonBody body() throws IOException {
        boolean json = header("content-type")
                .filter(type -> type.startsWith("application/json"))
                .isPresent();
        byte[] bytes = exchange.body();
        if (!json) {
            throw StorageError.malformed("body must be object");
        }
        if (bytes.length == 0) {
            throw StorageError.malformed("Body cannot be empty when content-type is set to 'application/json'");
        }
        try {
            if (Transaction.JSON.readTree(bytes) instanceof ObjectNode object) {
                return new JsonBody(object, "body");
            }
        } catch (JacksonException e) {
            throw StorageError.malformed("Body is not valid JSON but content-type is set to 'application/json'");
        }
        throw StorageError.malformed("body must be object");
    }

    void answer(JsonNode json) throws IOException {
        exchange.respondJson(200, json.toString());
    }

    void message(String message) throws IOException {
        answer(Transaction.JSON.createObjectNode().put("message", message));
    }

    void answer(int status, Map<String, String> headers, byte[] body) throws IOException {
        exchange.respond(status, headers, body);
    }
}
