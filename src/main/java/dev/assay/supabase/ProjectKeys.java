package dev.assay.supabase;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;

/**
 * The keys of one project.
 *
 * @param jwtSecret signs every token of the project by HS256; at least 32 bytes
 * @param anonKey a JWT of the role anon that never lapses in practice
 * @param serviceKey the same for service_role
 * @param publishableKey the opaque successor of the anon key, {@code sb_publishable_…}
 * @param secretKey the opaque successor of the service key, {@code sb_secret_…}
 */
public record ProjectKeys(
        String jwtSecret, String anonKey, String serviceKey, String publishableKey, String secretKey) {

    /** The keys that every local Supabase project has, and that an agent may know by heart. */
    public static ProjectKeys demo() {
        return new ProjectKeys(
                "super-secret-jwt-token-with-at-least-32-characters-long",
                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9."
                        + "CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0",
                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6InNlcnZpY2Vfcm9sZSIsImV4cCI6"
                        + "MTk4MzgxMjk5Nn0.EGIM96RAZx35lJzdJsyH-qQwv8Hdp7fsn3W0YpN81IU",
                "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
                "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz");
    }

    /** Keys of a project of its own, so that two projects on one machine never take each other's callers. */
    public static ProjectKeys random() {
        SecureRandom random = new SecureRandom();
        String secret = text(random, 30);
        return new ProjectKeys(
                secret,
                mint(secret, "anon"),
                mint(secret, "service_role"),
                "sb_publishable_" + text(random, 24),
                "sb_secret_" + text(random, 24));
    }

    private static String text(SecureRandom random, int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(drawn);
    }

    private static String mint(String secret, String role) {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(JOSEObjectType.JWT)
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer("supabase")
                        .claim("role", role)
                        .expirationTime(Date.from(Instant.ofEpochSecond(1983812996)))
                        .build());
        try {
            token.sign(new MACSigner(secret));
        } catch (JOSEException e) {
            throw new IllegalStateException("a secret of " + secret.length() + " characters cannot sign by HS256", e);
        }
        return token.serialize();
    }
}
