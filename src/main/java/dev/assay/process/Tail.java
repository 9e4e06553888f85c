package dev.assay.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of a stream, up to a number of bytes. Written by one thread, read after its end. */
final class Tail {
    private final int limit;
    private final Deque<byte[]> lines = new ArrayDeque<>();
    private long size;
    private boolean cut;

    Tail(int limit) {
        this.limit = limit;
    }

    synchronized void add(byte[] line) {
        lines.addLast(line);
        size += line.length + 1L;
        while (size > limit && lines.size() > 1) {
            size -= lines.removeFirst().length + 1L;
            cut = true;
        }
    }

    synchronized boolean cut() {
        return cut || size > limit;
    }

    synchronized String text() {
        ByteArrayOutputStream all = new ByteArrayOutputStream((int) Math.min(size, limit) + 1);
        for (byte[] line : lines) {
            int from = Math.max(0, line.length - limit);
            all.write(line, from, line.length - from);
            all.write('\n');
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
