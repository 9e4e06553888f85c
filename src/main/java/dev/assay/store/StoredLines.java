package dev.assay.store;

import dev.assay.process.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The lines that a run's folder keeps, attempt by attempt. */
final class StoredLines {
    private StoredLines() {}

    /**
     * A line as it came, without what was secret in it.
     *
     * @param bytes without its line end
     */
    @SuppressWarnings("ArrayRecordComponent") // large, and never compared
    record StoredLine(Instant at, Output.Stream stream, byte[] bytes) {}

    /**
     * The lines of some attempts, in order.
     *
     * @throws UncheckedIOException where the folder cannot be read
     */
    static Map<UUID, List<StoredLine>> of(Path folder, Set<UUID> attempts) {
        Map<UUID, List<StoredLine>> lines = new LinkedHashMap<>();
        attempts.forEach(attempt -> lines.put(attempt, new ArrayList<>()));
        Path file = folder.resolve(Spool.EVENTS);
        if (!Files.exists(file)) {
            return lines;
        }
        try (BufferedReader envelopes = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String envelope = envelopes.readLine(); envelope != null; envelope = envelopes.readLine()) {
                add(envelope, lines);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
        return lines;
    }

    private static void add(String text, Map<UUID, List<StoredLine>> lines) {
        try {
            JsonNode envelope = JsonbText.JSON.readTree(text);
            @Nullable String attempt = envelope.path("attempt").stringValue(null);
            List<StoredLine> its = attempt == null ? null : lines.get(UUID.fromString(attempt));
            if (its != null) {
                its.add(new StoredLine(
                        Instant.parse(envelope.path("at").stringValue("")),
                        Output.Stream.valueOf(
                                envelope.path("stream").stringValue("").toUpperCase(Locale.ROOT)),
                        bytes(envelope)));
            }
        } catch (JacksonException | IllegalArgumentException | java.time.DateTimeException e) {
            return; // half a line, as a killed process leaves it
        }
    }

    /** What came, whether it is UTF-8 or not. */
    static byte[] bytes(JsonNode envelope) {
        return envelope.path("base64").isString()
                ? Base64.getDecoder().decode(envelope.path("base64").stringValue())
                : envelope.path("line").stringValue().getBytes(StandardCharsets.UTF_8);
    }
}
