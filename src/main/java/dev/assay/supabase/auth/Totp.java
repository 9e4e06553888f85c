package dev.assay.supabase.auth;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of an authenticator app, and the codes of six digits that it makes every half minute (RFC 6238, SHA-1).
 *
 * @param secret in Base32 (RFC 4648), without padding
 */
record Totp(String secret) {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int PERIOD_SECONDS = 30;
    private static final int SECRET_BYTES = 20;

    static Totp random(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        StringBuilder secret = new StringBuilder();
        for (int bit = 0; bit < SECRET_BYTES * 8; bit += 5) {
            int value = 0;
            for (int i = bit; i < bit + 5; i++) {
                value = value << 1 | bytes[i / 8] >> 7 - i % 8 & 1;
            }
            secret.append(BASE32.charAt(value));
        }
        return new Totp(secret.toString());
    }

    /** The code at a time. */
    String code(Instant at) {
        return code(at.getEpochSecond() / PERIOD_SECONDS);
    }

    private String code(long counter) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key(), "HmacSHA1"));
            byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(counter).array());
            int offset = hash[hash.length - 1] & 0xf;
            int number = ByteBuffer.wrap(hash, offset, 4).getInt() & 0x7fffffff;
            return String.format(Locale.ROOT, "%06d", number % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    private byte[] key() {
        byte[] bytes = new byte[secret.length() * 5 / 8];
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            int value = BASE32.indexOf(Character.toUpperCase(secret.charAt(bit / 5)));
            bytes[bit / 8] |= (byte) ((value >> 4 - bit % 5 & 1) << 7 - bit % 8);
        }
        return bytes;
    }

    /** Whether somebody may have read the code off now, half a minute ago or with a clock that is so much ahead. */
    boolean matches(String given, Instant now) {
        long counter = now.getEpochSecond() / PERIOD_SECONDS;
        boolean matches = false;
        for (long at = counter - 1; at <= counter + 1; at++) {
            matches |= MessageDigest.isEqual(
                    given.strip().getBytes(StandardCharsets.UTF_8), code(at).getBytes(StandardCharsets.UTF_8));
        }
        return matches;
    }

    /** What authenticator apps read, as a link or as a QR code. */
    String uri(String issuer, String account) {
        return "otpauth://totp/" + encoded(issuer) + ":" + encoded(account) + "?algorithm=SHA1&digits=6&issuer="
                + encoded(issuer) + "&period=" + PERIOD_SECONDS + "&secret=" + secret;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%40", "@")
                .replace("%3A", ":");
    }
}
