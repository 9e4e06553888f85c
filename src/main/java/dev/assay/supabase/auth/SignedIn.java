package dev.assay.supabase.auth;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Caller;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;

/** Who calls an endpoint that asks for a token, found as GoTrue finds it. */
final class SignedIn {
    private static final Set<String> ADMINS = Set.of("service_role", "supabase_admin");

    private final ApiKeys keys;
    private final Users users;
    private final Sessions sessions;

    SignedIn(ApiKeys keys, Users users, Sessions sessions) {
        this.keys = keys;
        this.users = users;
        this.sessions = sessions;
    }

    /**
     * A user with a session.
     *
     * @param session its id; empty for tokens that were minted without one
     */
    record Identity(User user, Optional<UUID> session) {}

    /** The user that the token names. */
    Identity user(Handle handle, Exchange exchange) {
        JsonNode claims = claims(exchange);
        String subject = claims.path("sub").asString("");
        if (subject.isEmpty()) {
            throw new AuthError(403, "bad_jwt", "invalid claim: missing sub claim");
        }
        UUID id = uuid(subject, "invalid claim: sub claim must be a UUID");
        User user = users.find(handle, id)
                .orElseThrow(() -> new AuthError(403, "user_not_found", "User from sub claim in JWT does not exist"));
        String sessionText = claims.path("session_id").asString("");
        if (sessionText.isEmpty()) {
            return new Identity(user, Optional.empty());
        }
        UUID session = uuid(sessionText, "invalid claim: session_id claim must be a UUID");
        if (!sessions.exists(handle, session)) {
            throw new AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist");
        }
        return new Identity(user, Optional.of(session));
    }

    /** Refuses all but the service. */
    void requireAdmin(Exchange exchange) {
        String role = claims(exchange).path("role").asString("");
        if (!ADMINS.contains(role)) {
            throw new AuthError(403, "not_admin", "User not allowed");
        }
    }

    private JsonNode claims(Exchange exchange) {
        Optional<String> header = exchange.header("authorization");
        if (header.isEmpty() || !header.get().regionMatches(true, 0, "Bearer ", 0, 7)) {
            throw new AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token");
        }
        Caller caller;
        try {
            caller = keys.caller(Optional.empty(), header);
        } catch (RequestRefused refused) {
            String why = refused.json().contains("JWT expired")
                    ? "token has invalid claims: token is expired"
                    : "token signature is invalid: signature is invalid";
            throw new AuthError(403, "bad_jwt", "invalid JWT: unable to parse or verify signature, " + why);
        }
        return Form.JSON.readTree(caller.claims());
    }

    private static UUID uuid(String text, String otherwise) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new AuthError(403, "bad_jwt", otherwise);
        }
    }
}
