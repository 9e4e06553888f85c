package dev.assay.store;

import dev.assay.store.Entry.Event;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes events by binary COPY. The format is that of PostgreSQL's manual, page COPY, "Binary Format": numbers in
 * network order, timestamps in microseconds since 2000-01-01, {@code jsonb} as a version byte and its text.
 */
final class EventCopy {
    static final String TABLE = "public.orchestrator_events";

    private static final String COLUMNS = "(run_id, seq, part, step_id, at, stream, type, tool, call_id, is_error,"
            + " duration_ms, event_data, raw)";
    private static final int COLUMN_COUNT = 13;
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final int JSONB_VERSION = 1;
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final int CHUNK = 1 << 16;

    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(CHUNK);
    private final DataOutputStream out = new DataOutputStream(buffer);

    /** Straight into a table of the columns; a duplicate key is an error. */
    void copy(Connection connection, String table, List<Event> events) throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + table + " " + COLUMNS + " from stdin (format binary)");
        try {
            buffer.reset();
            out.write(HEADER);
            for (Event event : events) {
                row(event);
                if (buffer.size() >= CHUNK) {
                    flush(copy);
                }
            }
            out.writeShort(-1);
            flush(copy);
            copy.endCopy();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private void flush(CopyIn copy) throws SQLException {
        byte[] bytes = buffer.toByteArray();
        copy.writeToCopy(bytes, 0, bytes.length);
        buffer.reset();
    }

    private void row(Event event) throws IOException {
        out.writeShort(COLUMN_COUNT);
        text(event.runId());
        number(event.seq());
        out.writeInt(Integer.BYTES);
        out.writeInt(event.part());
        uuid(event.stepId());
        number(ChronoUnit.MICROS.between(EPOCH, event.at()));
        text(event.stream());
        text(event.type());
        text(event.tool());
        text(event.callId());
        flag(event.error());
        number(event.durationMillis());
        out.writeInt(1 + event.data().length);
        out.writeByte(JSONB_VERSION);
        out.write(event.data());
        bytes(event.raw());
    }

    private void text(@Nullable String value) throws IOException {
        bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte @Nullable [] value) throws IOException {
        if (value == null) {
            out.writeInt(-1);
        } else {
            out.writeInt(value.length);
            out.write(value);
        }
    }

    private void number(@Nullable Long value) throws IOException {
        if (value == null) {
            out.writeInt(-1);
        } else {
            out.writeInt(Long.BYTES);
            out.writeLong(value);
        }
    }

    private void flag(@Nullable Boolean value) throws IOException {
        if (value == null) {
            out.writeInt(-1);
        } else {
            out.writeInt(1);
            out.writeByte(value ? 1 : 0);
        }
    }

    private void uuid(@Nullable UUID value) throws IOException {
        if (value == null) {
            out.writeInt(-1);
        } else {
            out.writeInt(2 * Long.BYTES);
            out.writeLong(value.getMostSignificantBits());
            out.writeLong(value.getLeastSignificantBits());
        }
    }
}
