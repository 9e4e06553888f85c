package dev.assay.supabase.functions;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Whether a call of a function with {@code verify_jwt} may pass: it needs a token of this project, whoever it names. An
 * opaque key stands for its token. The answers are those of {@code functions serve}; clients know them for the relay's by
 * {@code x-relay-error}.
 */
final class Gatekeeper {
    private final ApiKeys keys;

    Gatekeeper(ApiKeys keys) {
        this.keys = keys;
    }

    /** @throws RequestRefused with 401 */
    void requireToken(Exchange exchange) {
        Optional<String> authorization =
                exchange.header("authorization").map(String::strip).filter(it -> !it.isEmpty());
        Optional<String> key = exchange.header("apikey").map(String::strip).filter(it -> it.startsWith("sb_"));
        if (authorization.isEmpty() && key.isEmpty()) {
            throw refused("Error: Missing authorization header");
        }
        Optional<String> bearer = authorization
                .filter(it -> it.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(it -> it.substring(7).strip())
                .filter(it -> !it.isEmpty() && it.indexOf(' ') < 0);
        if (bearer.isEmpty() && key.isEmpty()) {
            throw refused("Error: Auth header is not 'Bearer {token}'");
        }
        Optional<String> token = bearer.filter(it -> !it.startsWith("sb_"));
        try {
            if (token.isPresent()) {
                keys.verify(token.get());
            } else {
                keys.caller(key.or(() -> bearer), Optional.empty());
            }
        } catch (RequestRefused e) {
            throw refused("Invalid JWT");
        }
    }

    private static RequestRefused refused(String why) {
        return new RequestRefused(
                401,
                Map.of("x-relay-error", "true", "Access-Control-Allow-Origin", "*"),
                JsonNodeFactory.instance.objectNode().put("msg", why).toString());
    }
}
