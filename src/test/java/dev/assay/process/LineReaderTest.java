package dev.assay.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    private final List<String> lines = new ArrayList<>();
    private final List<byte[]> raw = new ArrayList<>();

    @Test
    void should_cut_a_line_that_is_too_long_say_so_and_go_on() throws IOException {
        InputStream in =
                new Zeros(LineReader.LONGEST + 5_000_000L, new ByteArrayInputStream("\nnext\n".getBytes(ISO_8859_1)));

        new LineReader(in, Output.Stream.STDOUT, (stream, line) -> raw.add(line), count -> {}).readAll();

        assertThat(raw).hasSize(3);
        assertThat(raw.get(0)).hasSize(LineReader.LONGEST);
        assertThat(new String(raw.get(1), ISO_8859_1))
                .isEqualTo("A line of " + (LineReader.LONGEST + 5_000_000L) + " bytes on STDOUT was cut after "
                        + LineReader.LONGEST + " bytes.");
        assertThat(new String(raw.get(2), ISO_8859_1)).isEqualTo("next");
    }

    @Test
    void should_cut_a_line_that_never_ends() throws IOException {
        InputStream in = new Zeros(2L * LineReader.LONGEST, InputStream.nullInputStream());

        new LineReader(in, Output.Stream.STDERR, (stream, line) -> raw.add(line), count -> {}).readAll();

        assertThat(raw).hasSize(2);
        assertThat(new String(raw.get(1), ISO_8859_1)).startsWith("A line of " + 2L * LineReader.LONGEST + " bytes");
    }

    @Test
    void should_deliver_the_same_lines_however_the_bytes_arrive() throws IOException {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            text.append(String.valueOf((char) ('a' + i % 26)).repeat(random.nextInt(i % 50 == 0 ? 40_000 : 200)));
            text.append('\n');
        }
        text.append("\u0000\u00ff rest");

        for (int largest : new int[] {1, 7, 8192, 70_000}) {
            lines.clear();
            InputStream in = new Dribble(text.toString().getBytes(ISO_8859_1), random, largest);
            new LineReader(
                            in,
                            Output.Stream.STDOUT,
                            (stream, line) -> lines.add(new String(line, ISO_8859_1)),
                            count -> {})
                    .readAll();
            assertThat(lines)
                    .as("at most %s bytes a read", largest)
                    .isEqualTo(text.toString().lines().toList());
        }
    }

    /** So many zeros, then what follows. */
    private static final class Zeros extends InputStream {
        private long left;
        private final InputStream then;

        Zeros(long count, InputStream then) {
            this.left = count;
            this.then = then;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                return then.read(target, offset, length);
            }
            int count = (int) Math.min(Math.min(left, length), 65_536);
            left -= count;
            return count;
        }
    }

    /** A few bytes at a time. */
    private static final class Dribble extends ByteArrayInputStream {
        private final Random random;
        private final int largest;

        Dribble(byte[] bytes, Random random, int largest) {
            super(bytes);
            this.random = random;
            this.largest = largest;
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, 1 + random.nextInt(largest)));
        }
    }
}
