package dev.assay.supabase;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.ParseException;
import java.time.Clock;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells from {@code apikey} and {@code Authorization} who a request speaks for.
 *
 * <p>A bearer token wins over the key; opaque keys stand for the project's anon and service tokens. A key or token that
 * is unknown, forged or expired is refused with 401: such a request never falls back to another role. Bodies are those
 * of Supabase's API gateway (unknown key) and of PostgREST 14 (PGRST301, PGRST303; tokens).
 */
public final class ApiKeys {
    /** PostgREST and GoTrue both forgive clocks that differ by as much. */
    private static final long SKEW_MILLIS = 30_000;

    private final ProjectKeys keys;
    private final SigningKeys signing;
    private final boolean strict;
    private final Clock clock;

    /**
     * @param keys the project's keys
     * @param strict refuse a request without any key, as the hosted service does; the local stack takes it for anon
     * @param clock what tokens expire by
     */
    public ApiKeys(ProjectKeys keys, boolean strict, Clock clock) {
        this(keys, new SigningKeys(keys.jwtSecret(), ""), strict, clock);
    }

    /**
     * The same for a project that signs with keys of its own.
     *
     * @param signing verifies tokens; the project's secret is among it
     */
    public ApiKeys(ProjectKeys keys, SigningKeys signing, boolean strict, Clock clock) {
        this.keys = keys;
        this.signing = signing;
        this.strict = strict;
        this.clock = clock;
    }

    /** What tokens are signed with. */
    public SigningKeys signing() {
        return signing;
    }

    /** The keys that are looked for. */
    public ProjectKeys keys() {
        return keys;
    }

    /** Who the request speaks for, by its headers {@code apikey} and {@code Authorization}. */
    public Caller caller(Exchange exchange) {
        return caller(exchange.header("apikey"), exchange.header("authorization"));
    }

    /**
     * Who a request speaks for.
     *
     * @throws RequestRefused with 401 for a key or token that is not this project's, or no longer valid
     */
    public Caller caller(Optional<String> apikey, Optional<String> authorization) {
        Optional<Caller> byKey =
                apikey.map(String::strip).filter(key -> !key.isEmpty()).map(this::byKey);
        Optional<Caller> byToken = authorization.flatMap(ApiKeys::bearer).map(this::byBearer);
        Optional<Caller> caller = byToken.or(() -> byKey);
        if (caller.isEmpty() && strict) {
            throw new RequestRefused(
                    401, message("No API key found in request", "No `apikey` request header or url param was found."));
        }
        return caller.orElseGet(Caller::anonymous);
    }

    private Caller byKey(String key) {
        if (isJwt(key)) {
            return verify(key);
        }
        return byOpaque(key)
                .orElseThrow(() -> new RequestRefused(
                        401,
                        message("Invalid API key", "Double check your Supabase `anon` or `service_role` API key.")));
    }

    private Caller byBearer(String token) {
        return byOpaque(token).orElseGet(() -> verify(token));
    }

    private Optional<Caller> byOpaque(String key) {
        if (same(key, keys.publishableKey())) {
            return Optional.of(verify(keys.anonKey()));
        }
        return same(key, keys.secretKey()) ? Optional.of(verify(keys.serviceKey())) : Optional.empty();
    }

    private static boolean same(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isJwt(String key) {
        return key.chars().filter(c -> c == '.').count() == 2;
    }

    private static Optional<String> bearer(String authorization) {
        String value = authorization.strip();
        if (value.equalsIgnoreCase("Bearer")) {
            return Optional.of("");
        }
        return value.regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(value.substring(7).strip())
                : Optional.empty();
    }

    /**
     * The caller that a JWT of this project names.
     *
     * @throws RequestRefused with 401 when its signature, algorithm or time is wrong
     */
    public Caller verify(String token) {
        if (token.isEmpty()) {
            throw undecodable("Empty JWT is sent in Authorization header");
        }
        long parts = token.chars().filter(c -> c == '.').count() + 1;
        if (parts != 3) {
            throw undecodable("Expected 3 parts in JWT; got " + parts);
        }
        JWTClaimsSet claims;
        String json;
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (!signing.knows(jwt.getHeader().getAlgorithm())) {
                throw undecodable("Wrong or unsupported encoding algorithm");
            }
            if (!signing.verify(jwt)) {
                throw undecodable("No suitable key or wrong key type");
            }
            claims = jwt.getJWTClaimsSet();
            json = new Base64URL(token.split("\\.", -1)[1]).decodeToString();
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw undecodable("JWT cryptographic operation failed");
        }
        checkTimes(claims);
        Object role = claims.getClaim("role");
        if (role != null && !(role instanceof String)) {
            throw invalidClaims("The JWT 'role' claim must be a string");
        }
        return new Caller(role == null ? Caller.ANON : (String) role, json, token);
    }

    @SuppressWarnings("JavaUtilDate") // the JWT library speaks it
    private void checkTimes(JWTClaimsSet claims) {
        long now = clock.millis();
        Date expires = claims.getExpirationTime();
        if (expires != null && expires.getTime() <= now - SKEW_MILLIS) {
            throw invalidClaims("JWT expired");
        }
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && notBefore.getTime() > now + SKEW_MILLIS) {
            throw invalidClaims("JWT not yet valid");
        }
        Date issued = claims.getIssueTime();
        if (issued != null && issued.getTime() > now + SKEW_MILLIS) {
            throw invalidClaims("JWT issued at future");
        }
    }

    private static RequestRefused undecodable(String message) {
        return refused("PGRST301", message);
    }

    private static RequestRefused invalidClaims(String message) {
        return refused("PGRST303", message);
    }

    private static RequestRefused refused(String code, String message) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("code", code).putNull("details").putNull("hint").put("message", message);
        String challenge = "Bearer error=\"invalid_token\", error_description=\"" + message + "\"";
        return new RequestRefused(401, Map.of("WWW-Authenticate", challenge), body.toString());
    }

    private static String message(String message, String hint) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("message", message)
                .put("hint", hint)
                .toString();
    }
}
