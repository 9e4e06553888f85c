package dev.assay.supabase.functions;

import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Hands a request on to a function's process and its answer back, both as they come. */
final class Relay {
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");
    private static final int PIECE = 16 << 10;

    private final EdgeFunctions functions;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    Relay(EdgeFunctions functions) {
        this.functions = functions;
    }

    /**
     * Answers a request by the function.
     *
     * @throws RequestRefused with what the runtime says where the function does not answer
     */
    void hand(Exchange exchange, FunctionFolder.Source source) throws IOException, InterruptedException {
        Given body = new Given(exchange.bodyStream());
        for (int attempt = 1; ; attempt++) {
            Worker worker = functions.worker(source);
            Optional<Worker.Call> call = worker.begin();
            if (call.isEmpty()) {
                continue; // it was replaced in between
            }
            try {
                answer(exchange, source, worker, body);
                return;
            } catch (ConnectException e) {
                // its process ended after it was found alive: the request has not been seen by anyone
                if (attempt == 3 || body.touched) {
                    throw worker.failure().with(worker.lastLines());
                }
                worker.stop();
            } finally {
                worker.end(call.get());
            }
        }
    }

    private void answer(Exchange exchange, FunctionFolder.Source source, Worker worker, Given body)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> answer;
        try {
            answer = http.send(request(exchange, source, worker, body), BodyHandlers.ofInputStream());
        } catch (ConnectException e) {
            throw e;
        } catch (HttpTimeoutException e) {
            throw Failure.IDLE_TIMEOUT.with(worker.lastLines());
        } catch (IOException e) {
            throw worker.failure().with(worker.lastLines());
        }
        try (InputStream in = answer.body()) {
            OutputStream out = exchange.respondStreaming(answer.statusCode(), headers(answer));
            byte[] piece = new byte[PIECE];
            for (int read = read(in, piece, worker); read >= 0; read = read(in, piece, worker)) {
                out.write(piece, 0, read);
            }
            out.close();
        }
    }

    /** What breaks off within an answer reaches the caller as an answer that is broken off. */
    private static int read(InputStream in, byte[] piece, Worker worker) throws InterruptedException {
        try {
            return in.read(piece);
        } catch (IOException e) {
            throw worker.failure().with(worker.lastLines());
        }
    }

    private HttpRequest request(Exchange exchange, FunctionFolder.Source source, Worker worker, Given body) {
        String query = exchange.query().isEmpty() ? "" : "?" + exchange.query();
        String rest = exchange.path().substring(1);
        String below = rest.indexOf('/') < 0 ? "" : rest.substring(rest.indexOf('/'));
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            worker.url("/" + source.name() + legal(below) + legal(query)))
                    .timeout(functions.limits().response())
                    .method(exchange.method(), publisher(exchange, body));
            exchange.headers().forEach((name, values) -> {
                if (!HOP_BY_HOP.contains(name)) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            String origin = exchange.origin();
            request.setHeader("x-forwarded-host", origin.substring(origin.indexOf("://") + 3));
            request.setHeader("x-forwarded-proto", origin.substring(0, origin.indexOf("://")));
            request.setHeader("x-forwarded-for", exchange.remoteAddress());
            return request.build();
        } catch (IllegalArgumentException e) {
            throw new RequestRefused(
                    400, "{\"message\":\"The request has a header or a path that HTTP does not allow\"}");
        }
    }

    private static BodyPublisher publisher(Exchange exchange, Given body) {
        Optional<String> length = exchange.header("content-length");
        boolean chunked = exchange.header("transfer-encoding").isPresent();
        if (!chunked && length.map(it -> it.equals("0")).orElse(true)) {
            return BodyPublishers.noBody();
        }
        BodyPublisher streaming = BodyPublishers.ofInputStream(() -> body);
        return length.filter(it -> !chunked && it.matches("\\d{1,18}"))
                .map(it -> BodyPublishers.fromPublisher(streaming, Long.parseLong(it)))
                .orElse(streaming);
    }

    /** Characters that browsers send and Java's URI refuses. */
    private static String legal(String part) {
        StringBuilder legal = new StringBuilder(part.length());
        for (char c : part.toCharArray()) {
            if (c <= ' ' || c > '~' || "\"<>\\^`{|}[]#".indexOf(c) >= 0) {
                for (byte b : String.valueOf(c).getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
                    legal.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
                }
            } else {
                legal.append(c);
            }
        }
        return legal.toString();
    }

    private static Map<String, String> headers(HttpResponse<InputStream> answer) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> header : answer.headers().map().entrySet()) {
            if (!HOP_BY_HOP.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                headers.put(header.getKey(), String.join("\n", header.getValue()));
            }
        }
        return headers;
    }

    /** The body of a request, which says whether anybody has begun to read it. */
    private static final class Given extends FilterInputStream {
        private volatile boolean touched;

        Given(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            touched = true;
            return super.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            touched = true;
            return super.read(bytes, offset, length);
        }

        @Override
        public void close() {
            // the exchange's own, and wanted again where the first worker was gone
        }
    }
}
