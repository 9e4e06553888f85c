package dev.assay.supabase.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file on its way in, raw or as a part of a form; nothing of its content has been read.
 *
 * @param cacheControl as downloads will send it
 * @param userMetadata the uploader's own, as JSON; null without
 * @param declaredLength the request's content length; empty where it names none
 * @param robots the header {@code X-Robots-Tag} that downloads will send; empty for the default
 */
record Incoming(
        InputStream content,
        String mimeType,
        String cacheControl,
        @Nullable String userMetadata,
        Optional<Long> declaredLength,
        Optional<String> robots) {
    private static final int MOST_USER_METADATA = 1 << 20;
    private static final int MOST_FIELDS = 10;
    private static final String EMPTY_FOLDER = ".emptyFolderPlaceholder";

    /**
     * Reads as far as the file begins.
     *
     * @throws StorageError where the bucket takes no such file
     */
    static Incoming of(StorageRequest request, Buckets.Bucket bucket, String name) throws IOException {
        String type = request.header("content-type").orElse("");
        Optional<Long> length = request.header("content-length").flatMap(Incoming::number);
        Incoming incoming = type.startsWith("multipart/form-data")
                ? form(FormParts.of(type, request.exchange().bodyStream()), length, request.header("x-robots-tag"))
                : raw(request, type, length);
        boolean placeholder = name.endsWith(EMPTY_FOLDER);
        if (!placeholder && !bucket.mimeTypes().isEmpty()) {
            checkMimeType(incoming.mimeType(), bucket.mimeTypes());
        }
        return incoming;
    }

    private static Incoming raw(StorageRequest request, String type, Optional<Long> length) throws IOException {
        return new Incoming(
                request.exchange().bodyStream(),
                type.isEmpty() ? "application/octet-stream" : type,
                request.header("cache-control").orElse("no-cache"),
                ofHeader(request),
                length,
                request.header("x-robots-tag"));
    }

    /** The uploader's metadata of header {@code x-metadata}; what is not JSON in Base64 counts for none. */
    static @Nullable String ofHeader(StorageRequest request) {
        return request.header("x-metadata")
                .map(text -> {
                    try {
                        return json(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
                    } catch (IllegalArgumentException e) {
                        return null;
                    }
                })
                .orElse(null);
    }

    private static @Nullable String json(String text) {
        try {
            return Transaction.JSON.readTree(text) instanceof ObjectNode object ? object.toString() : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static Incoming form(FormParts parts, Optional<Long> length, Optional<String> robots) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Optional<FormParts.Part> part = parts.next(); part.isPresent(); part = parts.next()) {
            if (part.get().isFile()) {
                return of(fields, part.get(), length, robots);
            }
            if (fields.size() >= MOST_FIELDS) {
                throw StorageError.noContent("reach fields limit");
            }
            fields.put(part.get().name(), part.get().text(MOST_USER_METADATA));
        }
        throw StorageError.noContent("No content provided");
    }

    private static Incoming of(
            Map<String, String> fields, FormParts.Part file, Optional<Long> length, Optional<String> robots) {
        String cacheTime = fields.getOrDefault("cacheControl", "");
        String own = fields.containsKey("metadata") ? fields.get("metadata") : fields.get("userMetadata");
        String type = file.contentType().isEmpty() ? "application/octet-stream" : file.contentType();
        String named = fields.getOrDefault("contentType", "");
        return new Incoming(
                file.content(),
                named.isEmpty() ? type : named,
                cacheTime.isEmpty() ? "no-cache" : "max-age=" + cacheTime,
                own == null ? null : json(own),
                length,
                robots);
    }

    static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text)).filter(number -> number >= 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static void checkMimeType(String type, List<String> allowed) {
        String[] wanted = type.split("/", -1);
        if (wanted.length >= 2) {
            for (String one : allowed) {
                String[] parts = one.split("/", -1);
                if (parts[0].equals(wanted[0])
                        && parts.length > 1
                        && (parts[1].equals("*") || parts[1].equals(wanted[1]))) {
                    return;
                }
            }
        }
        throw StorageError.invalidMimeType(type);
    }

    /** Most bytes that may come: a placeholder of an empty folder is empty. */
    static long limit(Buckets.Bucket bucket, String name) {
        return name.endsWith(EMPTY_FOLDER) ? 0 : bucket.sizeLimit();
    }
}
