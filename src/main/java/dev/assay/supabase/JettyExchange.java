package dev.assay.supabase;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** An exchange over Jetty's core API, used by one thread. */
final class JettyExchange implements Exchange {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final String path;
    private final long maxBody;
    private final Map<String, String> always;
    private byte @Nullable [] body;
    private boolean answered;

    JettyExchange(
            Request request,
            Response response,
            Callback callback,
            String path,
            long maxBody,
            Map<String, String> always) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.path = path;
        this.maxBody = maxBody;
        this.always = always;
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String query() {
        String query = request.getHttpURI().getQuery();
        // no client sends a fragment: what looks like one is a number sign that was not encoded
        String rest = request.getHttpURI().getFragment();
        return (query == null ? "" : query) + (rest == null ? "" : "#" + rest);
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    @Override
    public Map<String, List<String>> headers() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (HttpField field : request.getHeaders()) {
            all.computeIfAbsent(field.getName().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(field.getValue() == null ? "" : field.getValue());
        }
        return all;
    }

    @Override
    public String origin() {
        return request.getHttpURI().getScheme() + "://" + Request.getServerName(request) + ":"
                + Request.getServerPort(request);
    }

    @Override
    public String remoteAddress() {
        return Request.getRemoteAddr(request);
    }

    @Override
    public byte[] body() throws IOException {
        byte[] known = body;
        if (known == null) {
            // One byte more than allowed tells a body that is too long from one that just fits.
            int limit = (int) Math.min(Integer.MAX_VALUE - 8, maxBody + 1);
            try (InputStream in = Content.Source.asInputStream(request)) {
                known = in.readNBytes(limit);
            }
            if (known.length > maxBody) {
                throw new RequestRefused(
                        413,
                        "{\"message\":\"The request body is longer than " + maxBody + " bytes; send less at once\"}");
            }
            body = known;
        }
        return known;
    }

    @Override
    public InputStream bodyStream() {
        return Content.Source.asInputStream(request);
    }

    @Override
    public void respond(int status, Map<String, String> headers, byte[] content) throws IOException {
        begin(status, headers);
        response.write(true, empty(status) ? ByteBuffer.allocate(0) : ByteBuffer.wrap(content), callback);
    }

    @Override
    public OutputStream respondStreaming(int status, Map<String, String> headers) throws IOException {
        begin(status, headers);
        return new Body(Content.Sink.asOutputStream(response), empty(status));
    }

    private boolean empty(int status) {
        return status == 204 || status == 304 || method().equals("HEAD");
    }

    private void begin(int status, Map<String, String> headers) {
        if (answered) {
            throw new IllegalStateException("this request has been answered already");
        }
        answered = true;
        response.setStatus(status);
        always.forEach((name, value) -> response.getHeaders().put(name, value));
        headers.forEach((name, value) -> {
            response.getHeaders().remove(name);
            for (String one : value.split("\n", -1)) {
                response.getHeaders().add(name, one);
            }
        });
    }

    boolean answered() {
        return answered;
    }

    void fail(Throwable cause) {
        callback.failed(cause);
    }

    /** Each write reaches the caller at once; closing it ends the answer. */
    private final class Body extends OutputStream {
        private final OutputStream out;
        private final boolean empty;
        private boolean closed;

        private Body(OutputStream out, boolean empty) {
            this.out = out;
            this.empty = empty;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!empty) {
                out.write(bytes, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                out.close();
                callback.succeeded();
            }
        }
    }
}
