package dev.assay.store;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the database in a run's folder because there is no room for it in memory: a line an entry. What an
 * earlier process left there comes first. Not safe for several threads. Plain streams: an interrupt would close a channel.
 */
final class Overflow implements AutoCloseable {
    static final String FILE = "pending.jsonl";

    private final Path file;
    private long read;
    private long written;
    private @Nullable OutputStream out;

    Overflow(Path folder) throws IOException {
        this.file = folder.resolve(FILE);
        this.written = Files.exists(file) ? Files.size(file) : 0;
        if (written > 0) {
            write(new byte[] {'\n'}); // ends what a killed process left half written
        }
    }

    void add(Entry entry) throws IOException {
        write(Spool.withLineEnd(entry.json()));
    }

    private void write(byte[] bytes) throws IOException {
        OutputStream open = out;
        if (open == null) {
            open = new FileOutputStream(file.toFile(), true);
            out = open;
        }
        open.write(bytes);
        written += bytes.length;
    }

    /** Puts entries before those that are there. */
    void addFirst(List<Entry> entries) throws IOException {
        close();
        Path part = file.resolveSibling(FILE + ".part");
        try (OutputStream whole = new BufferedOutputStream(new FileOutputStream(part.toFile()))) {
            for (Entry entry : entries) {
                whole.write(Spool.withLineEnd(entry.json()));
            }
            if (!isEmpty()) {
                try (InputStream rest = from(read)) {
                    rest.transferTo(whole);
                }
            }
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        read = 0;
        written = Files.size(file);
    }

    private InputStream from(long position) throws IOException {
        FileInputStream in = new FileInputStream(file.toFile());
        in.skipNBytes(position);
        return in;
    }

    boolean isEmpty() {
        return read == written;
    }

    /**
     * The next entries; the same again until {@link #done} is called.
     *
     * @param limit in bytes; one entry is given in any case
     */
    Chunk next(long limit) throws IOException {
        List<Entry> entries = new ArrayList<>();
        long length = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(from(read), StandardCharsets.UTF_8))) {
            while (length < limit && read + length < written) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IOException(file + " became shorter");
                }
                length += line.getBytes(StandardCharsets.UTF_8).length + 1L;
                Entry.parse(line).ifPresent(entries::add);
            }
        }
        return new Chunk(entries, length);
    }

    /** The entries are in the database. */
    void done(Chunk chunk) throws IOException {
        read += chunk.length();
        if (isEmpty()) {
            close();
            Files.deleteIfExists(file);
            read = 0;
            written = 0;
        }
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
    }

    /** @param length in bytes */
    record Chunk(List<Entry> entries, long length) {}
}
