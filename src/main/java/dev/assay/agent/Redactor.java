package dev.assay.agent;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes known secrets out of bytes before they are written or read: as they are, escaped as in JSON, base64 and
 * URL-encoded.
 */
public final class Redactor {
    private static final byte[] MASK = "[redacted]".getBytes(StandardCharsets.UTF_8);
    /** Shorter values would tear holes into ordinary text. */
    private static final int SHORTEST = 8;

    private final List<byte[]> needles = new ArrayList<>();

    public Redactor(Collection<String> secrets) {
        Set<String> forms = new LinkedHashSet<>();
        for (String secret : secrets) {
            if (secret.length() >= SHORTEST) {
                forms.add(secret);
                forms.add(secret.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"));
                forms.add(Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
                forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
            }
        }
        forms.stream()
                .sorted((a, b) -> Integer.compare(b.length(), a.length()))
                .forEach(form -> needles.add(form.getBytes(StandardCharsets.UTF_8)));
    }

    /** The same without secrets. */
    public byte[] redact(byte[] bytes) {
        byte[] clean = bytes;
        for (byte[] needle : needles) {
            clean = without(clean, needle);
        }
        return clean;
    }

    /** The same without secrets. */
    public String redact(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] clean = redact(bytes);
        return clean == bytes ? text : new String(clean, StandardCharsets.UTF_8);
    }

    private static byte[] without(byte[] bytes, byte[] needle) {
        int found = indexOf(bytes, needle, 0);
        if (found < 0) {
            return bytes;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        int from = 0;
        while (found >= 0) {
            out.write(bytes, from, found - from);
            out.writeBytes(MASK);
            from = found + needle.length;
            found = indexOf(bytes, needle, from);
        }
        out.write(bytes, from, bytes.length - from);
        return out.toByteArray();
    }

    private static int indexOf(byte[] bytes, byte[] needle, int from) {
        outer:
        for (int i = from; i <= bytes.length - needle.length; i++) {
            for (int j = 0; j < needle.length; j++) {
                if (bytes[i + j] != needle[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }
}
