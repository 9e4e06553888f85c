package dev.assay.supabase.storage;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tokens that let whoever has them download or upload one object for a time: JWTs of the project's secret that name the
 * object and what they are for, so that no other token of the project passes for one.
 */
final class SignedUrls {
    private static final String DOWNLOAD = "storage:download";
    private static final String UPLOAD = "storage:upload";
    private static final Duration UPLOAD_LASTS = Duration.ofHours(2);
    /** The last second of a date in JavaScript. */
    private static final long LAST_SECOND = 8_640_000_000_000L;

    private final String secret;
    private final Clock clock;

    SignedUrls(String secret, Clock clock) {
        this.secret = secret;
        this.clock = clock;
    }

    /**
     * What a token allows.
     *
     * @param owner who an upload will belong to
     */
    record Grant(Instant expires, Optional<String> owner, boolean upsert) {}

    /** The path of a download, below {@code /storage/v1}. */
    String download(String bucket, String name, long seconds) {
        ObjectNode claims = claims(bucket, name, DOWNLOAD);
        return "/object/sign/" + path(bucket + "/" + name) + "?token=" + token(claims, seconds);
    }

    String uploadToken(String bucket, String name, Optional<String> owner, boolean upsert) {
        ObjectNode claims = claims(bucket, name, UPLOAD).put("upsert", upsert);
        owner.ifPresent(id -> claims.put("owner", id));
        return token(claims, UPLOAD_LASTS.toSeconds());
    }

    /** Refuses what no date can hold. */
    void checkExpiry(long seconds) {
        if (seconds > LAST_SECOND - clock.instant().getEpochSecond()) {
            throw StorageError.invalidParameter("expiresIn");
        }
    }

    /** Clients encode the path that they get, so only what would end it is encoded here. */
    static String path(String name) {
        return name.replace("%", "%25").replace("?", "%3F").replace("#", "%23");
    }

    private static ObjectNode claims(String bucket, String name, String scope) {
        return Transaction.JSON
                .createObjectNode()
                .put("url", bucket + "/" + name)
                .put("scope", scope);
    }

    private String token(ObjectNode claims, long seconds) {
        long now = clock.instant().getEpochSecond();
        claims.put("iat", now).put("exp", now + seconds);
        JWSObject token = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(claims.toString()));
        try {
            token.sign(new MACSigner(secret));
        } catch (JOSEException e) {
            throw new IllegalStateException("the project's secret cannot sign", e);
        }
        return URLEncoder.encode(token.serialize(), StandardCharsets.UTF_8);
    }

    Grant verifyDownload(Optional<String> token, String bucket, String name) {
        return verify(token, bucket, name, DOWNLOAD, "download");
    }

    Grant verifyUpload(Optional<String> token, String bucket, String name) {
        return verify(token, bucket, name, UPLOAD, "upload");
    }

    private Grant verify(Optional<String> token, String bucket, String name, String scope, String what) {
        Buckets.checkName(bucket);
        JsonNode claims = verified(
                token.orElseThrow(() -> StorageError.malformed("querystring must have required property 'token'")));
        if (!claims.path("scope").asString("").equals(scope)) {
            throw StorageError.invalidSignature("Token is not scoped for " + what);
        }
        if (!claims.path("url").asString("").equals(bucket + "/" + name)) {
            throw StorageError.invalidSignature("Invalid signature");
        }
        return new Grant(
                Instant.ofEpochSecond(claims.path("exp").longValue()),
                Optional.of(claims.path("owner").asString("")).filter(owner -> !owner.isEmpty()),
                claims.path("upsert").asBoolean(false));
    }

    private JsonNode verified(String token) {
        JsonNode claims;
        try {
            JWSObject signed = JWSObject.parse(token);
            if (!JWSAlgorithm.HS256.equals(signed.getHeader().getAlgorithm())) {
                throw StorageError.invalidJwt("\"alg\" (Algorithm) Header Parameter value not allowed");
            }
            if (!signed.verify(new MACVerifier(secret))) {
                throw StorageError.invalidJwt("signature verification failed");
            }
            claims = Transaction.JSON.readTree(signed.getPayload().toString());
        } catch (ParseException | JOSEException | JacksonException | IllegalStateException e) {
            throw StorageError.invalidJwt("Invalid Compact JWS");
        }
        if (!claims.path("exp").isIntegralNumber()
                || claims.path("exp").longValue() <= clock.instant().getEpochSecond()) {
            throw StorageError.invalidJwt("\"exp\" claim timestamp check failed");
        }
        return claims;
    }
}
