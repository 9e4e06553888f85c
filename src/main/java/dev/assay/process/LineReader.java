package dev.assay.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Cuts a stream of bytes into lines at {@code \n}, with no charset in between. A line may be as long as it likes up to
 * {@link #LONGEST}; of a longer one the beginning is delivered, the rest is read and dropped, and a line of our own says
 * so. Memory is that of the line under way; between lines it is {@link #CHUNK}.
 */
final class LineReader {
    /** 32 MiB. The longest line seen of a real agent is 1.1 MB. */
    static final int LONGEST = 32 << 20;

    /** What the JDK buffers of a pipe; a read of at least this goes past that buffer. */
    private static final int CHUNK = 8192;

    private final InputStream in;
    private final Output.Stream stream;
    private final Output output;
    private final LongConsumer received;
    private byte[] buffer = new byte[CHUNK];
    private int filled;
    /** Bytes of the current line that were delivered or dropped already; 0 where it is still whole. */
    private long cutAway;

    /** @param received told the number of bytes of each read, before their lines are delivered */
    LineReader(InputStream in, Output.Stream stream, Output output, LongConsumer received) {
        this.in = in;
        this.stream = stream;
        this.output = output;
        this.received = received;
    }

    /** Reads to the end of the stream. A last line without line end is delivered too. */
    void readAll() throws IOException {
        for (int count = fill(); count >= 0; count = fill()) {
            received.accept(count);
            split(filled - count);
        }
        if (cutAway > 0) {
            sayCut(filled);
        } else if (filled > 0) {
            output.line(stream, Arrays.copyOf(buffer, filled));
        }
        buffer = new byte[0];
    }

    private int fill() throws IOException {
        if (buffer.length - filled < CHUNK) {
            // What is filled is always less than LONGEST here, so there is room for a chunk.
            int larger = Math.max(buffer.length * 2, filled + CHUNK);
            buffer = Arrays.copyOf(buffer, Math.min(larger, LONGEST + CHUNK));
        }
        int count = in.read(buffer, filled, buffer.length - filled);
        filled += Math.max(0, count);
        return count;
    }

    private void split(int from) {
        int start = 0;
        for (int i = from; i < filled; i++) {
            if (buffer[i] == '\n') {
                deliver(start, i);
                start = i + 1;
            }
        }
        int rest = filled - start;
        if (cutAway > 0) {
            cutAway += rest;
            rest = 0;
        } else if (rest >= LONGEST) {
            output.line(stream, Arrays.copyOfRange(buffer, start, start + LONGEST));
            cutAway = rest;
            rest = 0;
        }
        if (start > 0 || rest == 0) {
            byte[] next = buffer.length > 8 * CHUNK && rest < CHUNK ? new byte[2 * CHUNK] : buffer;
            System.arraycopy(buffer, start, next, 0, rest);
            buffer = next;
        }
        filled = rest;
    }

    private void deliver(int start, int end) {
        if (cutAway > 0) {
            sayCut(end - start);
        } else {
            output.line(stream, Arrays.copyOfRange(buffer, start, end));
        }
    }

    private void sayCut(int more) {
        String message =
                "A line of " + (cutAway + more) + " bytes on " + stream + " was cut after " + LONGEST + " bytes.";
        cutAway = 0;
        output.line(Output.Stream.ASSAY, message.getBytes(StandardCharsets.UTF_8));
    }
}
