package dev.assay.supabase.auth;

import dev.assay.supabase.Exchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a request brings: its JSON body and its query.
 *
 * @param ip the address that it came from
 */
record Form(ObjectNode body, String query, String ip) {
    static final JsonMapper JSON = JsonMapper.builder().build();

    static Form of(Exchange exchange) throws IOException {
        byte[] bytes = exchange.body();
        if (bytes.length == 0) {
            return new Form(JsonNodeFactory.instance.objectNode(), exchange.query(), exchange.remoteAddress());
        }
        try {
            if (JSON.readTree(bytes) instanceof ObjectNode object) {
                return new Form(object, exchange.query(), exchange.remoteAddress());
            }
            throw new AuthError(400, "bad_json", "Could not parse request body as JSON: it is not an object");
        } catch (JacksonException e) {
            throw new AuthError(400, "bad_json", "Could not parse request body as JSON: " + e.getOriginalMessage());
        }
    }

    /** A text of the body; empty where it is missing, null or blank. */
    Optional<String> text(String name) {
        JsonNode node = body.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isString()) {
            throw new AuthError(
                    400,
                    "bad_json",
                    "Could not parse request body as JSON: json: cannot unmarshal " + node.getNodeType()
                            + " into field " + name + " of type string");
        }
        return Optional.of(node.stringValue()).filter(text -> !text.isEmpty());
    }

    /** An e-mail address in lower case; empty where there is none. */
    Optional<String> email() {
        return text("email").map(Emails::valid);
    }

    Optional<ObjectNode> object(String name) {
        return body.path(name) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    }

    boolean flag(String name, boolean otherwise) {
        JsonNode node = body.path(name);
        return node.isBoolean() ? node.booleanValue() : otherwise;
    }

    /** A parameter of the query, decoded. */
    Optional<String> parameter(String name) {
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (key.equals(name)) {
                return Optional.of(decoded(equals < 0 ? "" : pair.substring(equals + 1)))
                        .filter(value -> !value.isEmpty());
            }
        }
        return Optional.empty();
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AuthError.invalid("The query is not percent-encoded: " + e.getMessage());
        }
    }
}
