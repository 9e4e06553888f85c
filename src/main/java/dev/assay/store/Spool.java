package dev.assay.store;

import dev.assay.run.Line;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
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
