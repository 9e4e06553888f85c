package dev.assay.supabase.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import dev.assay.supabase.ProjectKeys;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Mints the JWTs that users call the API with; claims as GoTrue's. */
final class AccessTokens {
    private final ProjectKeys keys;
    private final Supplier<String> apiUrl;
    private final Duration expiry;
    private final Clock clock;

    AccessTokens(ProjectKeys keys, Supplier<String> apiUrl, Duration expiry, Clock clock) {
        this.keys = keys;
        this.apiUrl = apiUrl;
        this.expiry = expiry;
        this.clock = clock;
    }

    /** A token and when it ends, in seconds since 1970. */
    record Minted(String token, long expiresAt, long expiresIn) {}

    /**
     * @param amr how the session was authenticated, as an array of {@code {method, timestamp}}
     * @param aal {@code aal1} or {@code aal2}
     */
    Minted mint(User user, UUID session, String aal, JsonNode amr) {
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
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(JOSEObjectType.JWT)
                        .build(),
                new Payload(claims.toString()));
        try {
            token.sign(new MACSigner(keys.jwtSecret()));
        } catch (JOSEException e) {
            throw new IllegalStateException("the project's secret cannot sign", e);
        }
        return new Minted(token.serialize(), expires, expiry.toSeconds());
    }
}
