package dev.assay.supabase.realtime;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Caller;
import dev.assay.supabase.RequestRefused;
import java.time.Clock;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Tells from a JWT who a channel speaks for, with the words of the service where it does not hold. */
final class Tokens {
    private final ApiKeys keys;
    private final Clock clock;

    Tokens(ApiKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * A token that holds.
     *
     * @param claims its claims as a JSON object
     * @param expires in seconds since 1970
     */
    record Holder(String token, String role, String claims, String subject, long expires) {}

    /**
     * @throws Refused when it is malformed, forged, expired, or lacks a role or an end
     */
    Holder holder(String token) throws Refused {
        JsonNode claims;
        Caller caller;
        try {
            caller = keys.verify(token);
            claims = Wire.JSON.readTree(caller.claims());
        } catch (RequestRefused e) {
            throw refused(e.json());
        } catch (JacksonException e) {
            throw new Refused("MalformedJWT", "The token provided is not a valid JWT");
        }
        JsonNode expires = claims.path("exp");
        if (!claims.path("role").isString() || !expires.isIntegralNumber()) {
            throw new Refused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
        }
        Holder holder = new Holder(
                token, caller.role(), caller.claims(), claims.path("sub").asString(""), expires.longValue());
        confirm(holder);
        return holder;
    }

    /**
     * @throws Refused when the token's time is over
     */
    void confirm(Holder holder) throws Refused {
        long over = clock.instant().getEpochSecond() - holder.expires();
        if (over >= 0) {
            throw new Refused("InvalidJWTToken", "Token has expired " + over + " seconds ago");
        }
    }

    /** Seconds until it is over. */
    long left(Holder holder) {
        return holder.expires() - clock.instant().getEpochSecond();
    }

    private static Refused refused(String json) {
        if (json.contains("JWT expired")) {
            return new Refused("InvalidJWTToken", "Token has expired");
        }
        if (json.contains("No suitable key") || json.contains("unsupported encoding algorithm")) {
            return new Refused("JwtSignatureError", "Failed to validate JWT signature");
        }
        return new Refused("MalformedJWT", "The token provided is not a valid JWT");
    }
}
