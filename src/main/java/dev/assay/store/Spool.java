package dev.assay.store;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.EventJson;
import dev.assay.run.Line;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run's folder keeps of its log, written before anything is parsed and at once: {@code events.jsonl}, every line
 * as {@code {seq, at, attempt, stream, line}} ({@code base64} in place of {@code line} where it is not UTF-8), and
 * {@code rows.jsonl}, all else that goes to the database. What was written is out of this process, and safe from its
 * end.
 */
final class Spool implements AutoCloseable {
    static final String EVENTS = "events.jsonl";
    static final String ROWS = "rows.jsonl";

    // no FileChannel: an interrupt, as of a run that is cancelled, would close it
    private final RandomAccessFile events;
    private final RandomAccessFile rows;

    Spool(Path folder) throws IOException {
        Files.createDirectories(folder);
        this.events = append(folder.resolve(EVENTS));
        this.rows = append(folder.resolve(ROWS));
    }

    private static RandomAccessFile append(Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        long size = file.length();
        if (size > 0) {
            file.seek(size - 1);
            // a process that was killed in the middle of a line left half of it
            if (file.read() != '\n') {
                file.write('\n');
            }
        }
        return file;
    }

    void line(Line line) throws IOException {
        ObjectNode envelope = JsonbText.JSON.createObjectNode();
        envelope.put("seq", line.seq());
        envelope.put("at", line.at().toString());
        envelope.put(
                "attempt",
                line.attempt().map(attempt -> attempt.id().toString()).orElse(null));
        envelope.put("stream", line.stream().name().toLowerCase(Locale.ROOT));
        try {
            envelope.put(
                    "line",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(line.bytes()))
                            .toString());
        } catch (CharacterCodingException e) {
            envelope.put("base64", Base64.getEncoder().encodeToString(line.bytes()));
        }
        events.write(withLineEnd(envelope));
    }

    /**
     * The last lines, as rows of events. Assay's own lines are their events; of others only the line is known here.
     *
     * @param most how many
     */
    static List<Entry.Event> last(Path folder, String runId, int most) throws IOException {
        Path file = folder.resolve(EVENTS);
        if (!Files.exists(file)) {
            return List.of();
        }
        ArrayDeque<String> tail = new ArrayDeque<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                tail.add(line);
                if (tail.size() > most) {
                    tail.remove();
                }
            }
        }
        List<Entry.Event> events = new ArrayList<>();
        for (String line : tail) {
            try {
                events.add(event(JsonbText.JSON.readTree(line), runId));
            } catch (JacksonException | IllegalArgumentException e) {
                continue; // half a line, as a killed process leaves it
            }
        }
        return events;
    }

    private static Entry.Event event(JsonNode envelope, String runId) {
        byte[] line = StoredLines.bytes(envelope);
        String stream = envelope.path("stream").stringValue();
        String attempt = envelope.path("attempt").stringValue(null);
        String text = new String(line, StandardCharsets.UTF_8);
        JsonNode data =
                stream.equals("assay") ? JsonbText.JSON.readTree(text) : EventJson.write(new AgentEvent.Unparsed(text));
        JsonNode clean = JsonbText.accepts(data) ? data : ((ObjectNode) JsonbText.cleaned(data)).put("sanitized", true);
        return new Entry.Event(
                runId,
                envelope.path("seq").longValue(),
                0,
                attempt == null ? null : UUID.fromString(attempt),
                Instant.parse(envelope.path("at").stringValue()),
                stream,
                clean.path("type").asString("unparsed"),
                null,
                null,
                null,
                null,
                JsonbText.JSON.writeValueAsBytes(clean),
                line);
    }

    void row(Entry.Row row) throws IOException {
        rows.write(withLineEnd(row.json()));
    }

    static byte[] withLineEnd(ObjectNode json) {
        return (json + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        try (events;
                rows) {
            // both
        }
    }
}
