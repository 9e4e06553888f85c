package dev.assay.supabase;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One HTTP request and the answer to it. CORS headers are the gateway's; a surface never sets them. */
public interface Exchange {

    /** In capitals, as {@code GET}. */
    String method();

    /** The path below the surface's prefix, still percent-encoded: empty, or with a leading slash. */
    String path();

    /** What follows the question mark, still percent-encoded; empty when there is none. */
    String query();

    /** The first value of a header; names are compared without case. */
    Optional<String> header(String name);

    /** All headers in lower case, each with its values in the order they came. */
    Map<String, List<String>> headers();

    /** Scheme, host and port that the caller used, as {@code http://127.0.0.1:54321}. */
    String origin();

    /** The address that the request came from. */
    String remoteAddress();

    /**
     * The whole body; the same bytes at every call.
     *
     * @throws RequestRefused with 413 when it is longer than the gateway takes
     */
    byte[] body() throws IOException;

    /** The body as it comes in, however long; in place of {@link #body()}, and once. */
    InputStream bodyStream();

    /**
     * Sends the answer; allowed once.
     *
     * @param status HTTP status
     * @param headers one value a name; more than one, as of {@code Set-Cookie}, are parted by line feeds
     * @param body left out by the gateway where HTTP knows none (HEAD, 204, 304)
     */
    void respond(int status, Map<String, String> headers, byte[] body) throws IOException;

    /**
     * Begins an answer whose body goes out as it is written; in place of the other, and as often. The stream must be
     * closed: what ends without it reaches the caller as a broken answer.
     *
     * @param headers as there
     */
    OutputStream respondStreaming(int status, Map<String, String> headers) throws IOException;

    /** An answer in JSON. */
    default void respondJson(int status, String json) throws IOException {
        respond(
                status,
                Map.of("Content-Type", "application/json; charset=utf-8"),
                json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
