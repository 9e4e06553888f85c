package dev.assay.supabase.auth;

import dev.assay.supabase.SigningKeys;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Mints the JWTs that users call the API with; claims as GoTrue's. */
final class AccessTokens {
    private final SigningKeys keys;
    private final Hooks hooks;
    private final Supplier<String> apiUrl;
    private final Duration expiry;
    private final Clock clock;

    AccessTokens(SigningKeys keys, Hooks hooks, Supplier<String> apiUrl, Duration expiry, Clock clock) {
        this.keys = keys;
        this.hooks = hooks;
        this.apiUrl = apiUrl;
        this.expiry = expiry;
        this.clock = clock;
    }

    /** A token and when it ends, in seconds since 1970. */
    record Minted(String token, long expiresAt, long expiresIn) {}

    /**
     * @param amr how the session was authenticated, as an array of {@code {method, timestamp}}
     * @param aal {@code aal1} or {@code aal2}
     * @param method how this token was asked for, as hooks are told it: {@code password}, {@code token_refresh}, …
     */
    Minted mint(Handle handle, String method, User user, UUID session, String aal, JsonNode amr) {
        long now = clock.instant().getEpochSecond();
        long expires = now + expiry.toSeconds();
        ObjectNode claims = JsonNodeFactory.instance.objectNode();
        claims.put("aud", user.text("aud").isEmpty() ? "authenticated" : user.text("aud"));
        claims.put("exp", expires);
        claims.put("iat", now);
        claims.put("iss", apiUrl.get() + "/auth/v1");
        claims.put("sub", user.id().toString());
        claims.put("email", user.email());
        claims.put("phone", user.text("phone"));
        claims.set("app_metadata", user.appMetadata());
        claims.set("user_metadata", user.userMetadata());
        claims.put("role", user.role());
        claims.put("aal", aal);
        claims.set("amr", amr);
        claims.put("session_id", session.toString());
        claims.put("is_anonymous", user.anonymous());
        ObjectNode wanted = hooks.accessToken(handle, claims, user.id(), method);
        return new Minted(keys.sign(wanted.toString()), expires, expiry.toSeconds());
    }
}
