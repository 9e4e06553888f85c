package dev.assay.supabase.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of a {@code multipart/form-data} body (RFC 7578), one after the other, in a buffer of fixed size. */
final class FormParts {
    private static final int BUFFER = 1 << 16;
    private static final int MOST_HEADER_BYTES = 16 << 10;
    private static final Pattern BOUNDARY = Pattern.compile("(?i)boundary=(?:\"([^\"]{1,70})\"|([^;\\s]{1,70}))");

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;
    private boolean atDelimiter;

    private FormParts(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        // the first delimiter has no line before it
        buffer[0] = '\r';
        buffer[1] = '\n';
        end = 2;
    }

    /**
     * @param contentType the request's, with the boundary
     * @throws StorageError where it has none
     */
    static FormParts of(String contentType, InputStream in) {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw StorageError.noContent("Multipart: Boundary not found");
        }
        return new FormParts(in, boundary.group(1) == null ? boundary.group(2) : boundary.group(1));
    }

    /**
     * A part.
     *
     * @param name of the field; may be empty
     * @param filename empty for a field that is no file
     * @param contentType without parameters; empty where it has none
     * @param content to be read before the next part is asked for
     */
    record Part(String name, Optional<String> filename, String contentType, InputStream content) {
        boolean isFile() {
            return filename.isPresent() || contentType.equals("application/octet-stream");
        }

        /** The content of a short field. */
        String text(int most) throws IOException {
            byte[] bytes = content.readNBytes(most + 1);
            if (bytes.length > most) {
                throw StorageError.tooLarge(name.equals("metadata") ? "user_metadata" : name);
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** The next part; empty after the last one. What was left of the one before is skipped. */
    Optional<Part> next() throws IOException {
        InputStream rest = new Content();
        byte[] skipped = new byte[BUFFER];
        while (rest.read(skipped) >= 0) {
            // until the delimiter
        }
        start += delimiter.length;
        atDelimiter = false;
        String line = line();
        if (line.startsWith("--")) {
            return Optional.empty();
        }
        return Optional.of(part());
    }

    private Part part() throws IOException {
        String name = "";
        Optional<String> filename = Optional.empty();
        String type = "";
        int read = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            read += line.length();
            if (read > MOST_HEADER_BYTES) {
                throw malformed();
            }
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-disposition:")) {
                name = parameter(line, "name").orElse("");
                filename = parameter(line, "filename");
            } else if (lower.startsWith("content-type:")) {
                type = lower.substring("content-type:".length())
                        .split(";", 2)[0]
                        .strip();
            }
        }
        return new Part(name, filename, type, new Content());
    }

    private static Optional<String> parameter(String line, String name) {
        Matcher value = Pattern.compile("(?i);\\s*" + name + "=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;\\s]*))")
                .matcher(line);
        return value.find() ? Optional.of(value.group(1) == null ? value.group(2) : value.group(1)) : Optional.empty();
    }

    private String line() throws IOException {
        for (int from = start; ; ) {
            for (int i = from; i + 1 < end; i++) {
                if (buffer[i] == '\r' && buffer[i + 1] == '\n') {
                    String line = new String(buffer, start, i - start, StandardCharsets.UTF_8);
                    start = i + 2;
                    return line;
                }
            }
            if (end - start >= MOST_HEADER_BYTES) {
                throw malformed();
            }
            int known = end - start;
            if (!fill()) {
                if (known >= 2 && buffer[start] == '-' && buffer[start + 1] == '-') {
                    return "--"; // the end needs no line break behind it
                }
                throw malformed();
            }
            from = start + Math.max(0, known - 1);
        }
    }

    /** Reads more behind what is in the buffer, which moves to its front; false at the end of the body. */
    private boolean fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        int read = in.read(buffer, end, buffer.length - end);
        if (read > 0) {
            end += read;
        }
        return read > 0;
    }

    /** Where a delimiter begins at or after {@link #start}; -1 where there is none in the buffer. */
    private int delimiterInBuffer() {
        for (int i = start; i + delimiter.length <= end; i++) {
            if (buffer[i] == delimiter[0]
                    && Arrays.equals(buffer, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
                return i;
            }
        }
        return -1;
    }

    private static StorageError malformed() {
        return StorageError.noContent("Unexpected end of form");
    }

    /** What lies before the next delimiter. */
    private final class Content extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (!atDelimiter) {
                int delimited = delimiterInBuffer();
                // what may be the front of a delimiter waits for more
                int safe = delimited >= 0 ? delimited : end - delimiter.length + 1;
                if (safe > start) {
                    int taken = Math.min(length, safe - start);
                    System.arraycopy(buffer, start, to, offset, taken);
                    start += taken;
                    return taken;
                }
                if (delimited >= 0) {
                    atDelimiter = true;
                } else if (!fill()) {
                    throw malformed();
                }
            }
            return -1;
        }
    }
}
