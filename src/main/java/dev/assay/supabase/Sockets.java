package dev.assay.supabase;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.jspecify.annotations.Nullable;

/** Lets WebSockets in, over Jetty's API, and hands them to the surface that is served at the time. */
final class Sockets {
    /** Clients say every 25 to 30 seconds that they live; Phoenix waits as long for it. */
    private static final Duration IDLE = Duration.ofSeconds(60);
    /** As the service takes. */
    private static final long MAX_MESSAGE = 5_000_000;

    /** Which surface takes sockets at a path, if any. */
    private final Function<String, @Nullable SocketSurface> surfaces;

    Sockets(Function<String, @Nullable SocketSurface> surfaces) {
        this.surfaces = surfaces;
    }

    /** Puts itself before a handler of requests. */
    Handler before(Server server, Handler requests) {
        WebSocketUpgradeHandler handler = WebSocketUpgradeHandler.from(server, this::configure);
        handler.setHandler(requests);
        return handler;
    }

    private void configure(ServerWebSocketContainer container) {
        container.setIdleTimeout(IDLE);
        container.setMaxTextMessageSize(MAX_MESSAGE);
        container.setMaxBinaryMessageSize(MAX_MESSAGE);
        container.addMapping("/realtime/v1/websocket", this::create);
    }

    /** Null where the handshake was answered otherwise. */
    private @Nullable Object create(ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
        String raw = request.getHttpURI().getPath();
        String path = raw == null ? "" : raw;
        SocketSurface surface = surfaces.apply(path);
        JettyExchange handshake = new JettyExchange(request, response, callback, path, 0, Map.of());
        try {
            if (surface == null) {
                throw new RequestRefused(501, "{\"message\":\"This embedded Supabase takes no WebSocket here\"}");
            }
            JettySocket socket = new JettySocket();
            socket.heardBy(surface.accept(handshake, socket));
            return socket;
        } catch (RequestRefused refused) {
            refuse(handshake, refused);
            return null;
        }
    }

    private static void refuse(JettyExchange handshake, RequestRefused refused) {
        Map<String, String> headers = new LinkedHashMap<>(refused.headers());
        headers.put("Content-Type", "application/json; charset=utf-8");
        try {
            handshake.respond(refused.status(), headers, refused.json().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            handshake.fail(e);
        }
    }
}
