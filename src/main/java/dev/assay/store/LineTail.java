package dev.assay.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of a stream, for reading. */
final class LineTail {
    private static final int LIMIT = 16 * 1024;

    private final Deque<byte[]> lines = new ArrayDeque<>();
    private int size;

    void add(byte[] line) {
        byte[] kept =
                line.length <= LIMIT ? line : java.util.Arrays.copyOfRange(line, line.length - LIMIT, line.length);
        lines.add(kept);
        size += kept.length + 1;
        while (size > LIMIT && lines.size() > 1) {
            size -= lines.remove().length + 1;
        }
    }

    String text() {
        ByteArrayOutputStream all = new ByteArrayOutputStream(size);
        for (byte[] line : lines) {
            all.write(line, 0, line.length);
            all.write('\n');
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
