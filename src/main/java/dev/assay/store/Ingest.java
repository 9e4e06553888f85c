package dev.assay.store;

import dev.assay.store.Overflow.Chunk;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads into the database what runs' folders keep because it was away. Reading a folder twice changes nothing. */
public final class Ingest {
    private static final int BATCH_ROWS = 500;
    private static final long BATCH_BYTES = 8L << 20;

    private final LogDatabase database;
    private final Batch batch;

    /** @param complaints told of rows that the database will never take */
    public Ingest(LogDatabase database, Consumer<String> complaints) {
        this.database = database;
        this.batch = new Batch(complaints);
    }

    /**
     * Reads the rows of a run's folder, and the events that had to wait there.
     *
     * @param folder of a run that no process is working on
     * @return how many were read
     * @throws SQLException where the database is away
     */
    public long read(Path folder) throws IOException, SQLException {
        long count = 0;
        try (Connection connection = database.connection()) {
            count += rows(connection, folder.resolve(Spool.ROWS));
            if (Files.exists(folder.resolve(Overflow.FILE))) {
                try (Overflow waiting = new Overflow(folder)) {
                    while (!waiting.isEmpty()) {
                        Chunk chunk = waiting.next(BATCH_BYTES);
                        batch.write(connection, chunk.entries());
                        waiting.done(chunk);
                        count += chunk.entries().size();
                    }
                }
            }
        }
        return count;
    }

    private long rows(Connection connection, Path file) throws IOException, SQLException {
        if (!Files.exists(file)) {
            return 0;
        }
        long count = 0;
        List<Entry> entries = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Entry.parse(line).ifPresent(entries::add);
                if (entries.size() == BATCH_ROWS) {
                    batch.write(connection, entries);
                    count += entries.size();
                    entries.clear();
                }
            }
        }
        batch.write(connection, entries);
        return count + entries.size();
    }
}
