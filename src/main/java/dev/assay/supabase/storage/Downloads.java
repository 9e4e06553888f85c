package dev.assay.supabase.storage;

import dev.assay.supabase.RequestRefused;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** Sends objects out, whole or in part, and what is known of them; headers are those of the service. */
final class Downloads {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
    private static final Pattern ROBOTS = Pattern.compile("[A-Za-z0-9_:, +-]{1,200}");
    private static final int TRIES = 3;
    private static final int BUFFER = 1 << 16;

    private final ObjectFiles files;

    Downloads(ObjectFiles files) {
        this.files = files;
    }

    /**
     * Sends the bytes.
     *
     * @param row looked up again when the object got new bytes between the look and the opening
     * @param expires when a signed URL ends
     */
    void send(StorageRequest request, Supplier<StoredObject> row, Optional<Instant> expires) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            StoredObject object = row.get();
            Optional<SeekableByteChannel> file = files.open(object.version());
            if (file.isPresent()) {
                send(request, object, file.get(), expires);
                return;
            }
        }
        throw StorageError.noSuchFile();
    }

    private static void send(
            StorageRequest request, StoredObject object, SeekableByteChannel file, Optional<Instant> expires)
            throws IOException {
        try (file) {
            long size = file.size();
            Map<String, String> headers = headers(request, object);
            expires.ifPresent(end -> {
                headers.put("Expires", date(end));
                headers.remove("Cache-Control");
            });
            request.parameter("download").ifPresent(name -> headers.put("Content-Disposition", disposition(name)));
            if (unchanged(request, object)) {
                request.answer(304, headers, new byte[0]);
                return;
            }
            Part part = new Part(0, size);
            int status = 200;
            Optional<String> range = request.header("range");
            if (range.isPresent()) {
                part = part(range.get(), size);
                status = 206;
                headers.put(
                        "Content-Range", "bytes " + part.from() + "-" + (part.from() + part.length() - 1) + "/" + size);
            }
            headers.put("Content-Length", Long.toString(part.length()));
            write(request.exchange().respondStreaming(status, headers), file, part);
        }
    }

    private static void write(OutputStream out, SeekableByteChannel file, Part part) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long left = part.length();
        file.position(part.from());
        while (left > 0) {
            buffer.clear().limit((int) Math.min(BUFFER, left));
            int read = file.read(buffer);
            if (read < 0) {
                throw broken("the file is shorter than it was");
            }
            try {
                out.write(buffer.array(), 0, read);
            } catch (IOException e) {
                throw broken("the caller went away: " + e);
            }
            left -= read;
        }
        try {
            out.close();
        } catch (IOException e) {
            throw broken("the caller went away: " + e);
        }
    }

    /** The answer has begun, so that its end is all that can still say so. */
    private static RequestRefused broken(String why) {
        return new RequestRefused(499, "{\"message\":\"The download broke off: " + why.replace('"', '\'') + "\"}");
    }

    private record Part(long from, long length) {}

    private static Part part(String range, long size) {
        Matcher asked = RANGE.matcher(range);
        if (!asked.matches()
                || size == 0
                || asked.group(1).isEmpty() && asked.group(2).isEmpty()) {
            throw StorageError.invalidRange();
        }
        if (asked.group(1).isEmpty()) {
            long suffix = Long.parseLong(asked.group(2));
            if (suffix == 0) {
                throw StorageError.invalidRange();
            }
            long from = Math.max(size - suffix, 0);
            return new Part(from, size - from);
        }
        long from = Long.parseLong(asked.group(1));
        long to = asked.group(2).isEmpty() ? size - 1 : Long.parseLong(asked.group(2));
        if (from >= size || to < from) {
            throw StorageError.invalidRange();
        }
        return new Part(from, Math.min(to, size - 1) - from + 1);
    }

    private static boolean unchanged(StorageRequest request, StoredObject object) {
        Optional<String> known = request.header("if-none-match");
        if (known.isPresent()) {
            return known.equals(object.meta("eTag"));
        }
        Optional<Instant> since = request.header("if-modified-since").flatMap(Downloads::instant);
        return since.isPresent()
                && object.lastModified()
                        .filter(last -> !last.truncatedTo(ChronoUnit.SECONDS).isAfter(since.get()))
                        .isPresent();
    }

    private static Optional<Instant> instant(String date) {
        try {
            return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String date(Instant instant) {
        return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", java.util.Locale.ROOT)
                .format(ZonedDateTime.ofInstant(instant, ZoneOffset.UTC));
    }

    private static Map<String, String> headers(StorageRequest request, StoredObject object) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept-Ranges", "bytes");
        headers.put("Content-Type", contentType(object));
        object.meta("eTag").ifPresent(etag -> headers.put("ETag", etag));
        headers.put(
                "X-Robots-Tag",
                object.meta("xRobotsTag")
                        .filter(tag -> ROBOTS.matcher(tag).matches())
                        .orElse("none"));
        object.lastModified().ifPresent(last -> headers.put("Last-Modified", date(last)));
        String cache = printable(object.meta("cacheControl").orElse("no-cache"));
        boolean stale = request.header("if-none-match")
                .filter(known -> !Optional.of(known).equals(object.meta("eTag")))
                .isPresent();
        headers.put("Cache-Control", stale ? cache + ", stale-while-revalidate=30" : cache);
        return headers;
    }

    /** A page would run in the project's own origin, so that it goes out as text. */
    private static String contentType(StoredObject object) {
        String type = printable(object.meta("mimetype").orElse("application/octet-stream"));
        return type.contains("text/html") ? "text/plain" : type;
    }

    /** No line break of a stored text gets into the headers. */
    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "");
    }

    private static String disposition(String name) {
        if (name.isEmpty()) {
            return "attachment;";
        }
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%7E", "~");
        return "attachment; filename=" + encoded + "; filename*=UTF-8''" + encoded;
    }

    /** The headers of the bytes, without them. */
    void head(StorageRequest request, StoredObject object) throws IOException {
        Map<String, String> headers = headers(request, object);
        object.size().ifPresent(size -> headers.put("Content-Length", Long.toString(size)));
        request.answer(200, headers, new byte[0]);
    }

    void info(StorageRequest request, StoredObject object) throws IOException {
        ObjectNode row = object.row();
        ObjectNode info = Transaction.JSON.createObjectNode();
        info.put("id", object.id()).put("name", object.name()).put("version", object.version());
        info.set("bucket_id", row.path("bucket_id"));
        info.put("size", object.size().orElse(null));
        info.put("content_type", object.meta("mimetype").orElse(null));
        info.put("cache_control", object.meta("cacheControl").orElse(null));
        info.put("etag", object.meta("eTag").orElse(null));
        info.set("metadata", row.path("user_metadata"));
        info.set("last_modified", row.path("updated_at"));
        info.set("created_at", row.path("created_at"));
        request.answer(info);
    }
}
