package dev.assay.supabase;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP face of one Supabase project on 127.0.0.1: hands each request to the surface whose prefix it has.
 *
 * <p>A surface of Supabase that this project does not have answers 501 and says so; any other path is a 404.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long MAX_BODY = 64L << 20;
    private static final Map<String, String> SUPABASE_SURFACES = Map.of(
            "/rest/v1", "REST",
            "/auth/v1", "Auth",
            "/storage/v1", "Storage",
            "/functions/v1", "Edge Functions",
            "/realtime/v1", "Realtime",
            "/graphql/v1", "GraphQL",
            "/pg", "Postgres Meta",
            "/analytics/v1", "Analytics");

    private final Server server;
    private final int port;
    private volatile List<Surface> surfaces;
    private final Cors cors = new Cors();

    /**
     * Listens at once.
     *
     * @param port 0 for any free one
     * @throws UncheckedIOException when the port is taken
     */
    public Gateway(int port, List<? extends Surface> surfaces) {
        this.surfaces = longestPrefixFirst(surfaces);
        // Requests wait on the database, so more threads than cores; idle ones go away.
        QueuedThreadPool threads = new QueuedThreadPool(64, 4, 10_000);
        threads.setName("supabase-gateway");
        threads.setDaemon(true);
        this.server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(128 << 10);
        http.setResponseHeaderSize(64 << 10);
        // Surfaces decode paths and queries by themselves and never map them to files unchecked.
        http.setUriCompliance(UriCompliance.UNSAFE);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        server.setStopTimeout(TimeUnit.SECONDS.toMillis(2));
        server.setHandler(new Sockets(this::socketSurface).before(server, new Front()));
        this.port = start(connector, port);
    }

    private int start(ServerConnector connector, int wanted) {
        try {
            server.start();
            return connector.getLocalPort();
        } catch (Exception e) {
            stop();
            if (e instanceof BindException || e.getCause() instanceof BindException) {
                throw new UncheckedIOException(new IOException(
                        "Port " + wanted
                                + " of 127.0.0.1 is taken; stop what listens there, or choose port 0 for a free one",
                        e));
            }
            throw new UncheckedIOException(new IOException("The gateway could not start on port " + wanted, e));
        }
    }

    private static List<Surface> longestPrefixFirst(List<? extends Surface> surfaces) {
        return surfaces.stream()
                .map(Surface.class::cast)
                .sorted(Comparator.comparing(surface -> -surface.prefix().length()))
                .toList();
    }

    /** Serves other surfaces from now on; requests under way end with those they began with. */
    public void serve(List<? extends Surface> others) {
        surfaces = longestPrefixFirst(others);
    }

    public int port() {
        return port;
    }

    /** As {@code http://127.0.0.1:54321}. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Stops listening; requests under way get two seconds to end. */
    @Override
    public void close() {
        stop();
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("The gateway on port {} did not stop in order: {}", port, e.toString());
        }
    }

    private void route(JettyExchange exchange, String path, Optional<Surface> surface) throws Exception {
        if (!surface.map(Surface::ownCors).orElse(false) && cors.isPreflight(exchange)) {
            exchange.respond(200, cors.preflight(exchange), new byte[0]);
            return;
        }
        if (surface.isPresent()) {
            surface.get().handle(exchange);
            return;
        }
        for (Map.Entry<String, String> known : SUPABASE_SURFACES.entrySet()) {
            if (under(known.getKey(), path)) {
                exchange.respondJson(
                        501,
                        "{\"message\":\"" + known.getValue() + " (" + known.getKey()
                                + ") is not part of this embedded Supabase; use a target that has it\"}");
                return;
            }
        }
        exchange.respondJson(404, "{\"message\":\"no Route matched with those values\"}");
    }

    private static boolean under(String prefix, String path) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }

    private Optional<Surface> surface(String path) {
        return surfaces.stream()
                .filter(surface -> under(surface.prefix(), path))
                .findFirst();
    }

    private @Nullable SocketSurface socketSurface(String path) {
        return surface(path)
                .filter(SocketSurface.class::isInstance)
                .map(SocketSurface.class::cast)
                .filter(found -> path.equals(found.prefix() + found.socketPath()))
                .orElse(null);
    }

    private final class Front extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String raw = request.getHttpURI().getPath();
            String path = raw == null ? "" : raw;
            Optional<Surface> surface = surface(path);
            JettyExchange exchange = new JettyExchange(
                    request,
                    response,
                    callback,
                    surface.map(found -> path.substring(found.prefix().length()))
                            .orElse(path),
                    MAX_BODY,
                    surface.map(Surface::ownCors).orElse(false) ? Map.of() : cors.simple());
            try {
                route(exchange, path, surface);
                if (!exchange.answered()) {
                    throw new IllegalStateException("no answer was given");
                }
            } catch (RequestRefused refused) {
                refuse(exchange, refused);
            } catch (Exception e) {
                LOG.error("{} {} broke the gateway", request.getMethod(), path, e);
                refuse(
                        exchange,
                        new RequestRefused(
                                500, "{\"message\":\"The embedded Supabase broke on this request; see its log\"}"));
            }
            return true;
        }

        private void refuse(JettyExchange exchange, RequestRefused refused) throws IOException {
            if (exchange.answered()) {
                exchange.fail(refused);
                return;
            }
            Map<String, String> headers = new LinkedHashMap<>(refused.headers());
            headers.put("Content-Type", "application/json; charset=utf-8");
            exchange.respond(
                    refused.status(), headers, refused.json().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
