package dev.assay.supabase.realtime;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import dev.assay.supabase.Socket;
import dev.assay.supabase.SocketListener;
import dev.assay.supabase.SocketSurface;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * {@code /realtime/v1} of one project: the WebSocket of its channels, and broadcasts by request.
 *
 * <p>It follows the database's log from the first join until it is closed, through one temporary replication slot.
 */
public final class RealtimeSurface implements SocketSurface, AutoCloseable {
    private final ApiKeys keys;
    private final Realtime realtime;
    private final RealtimeDatabase database;
    private final ScheduledThreadPoolExecutor clock;
    private final BroadcastApi broadcasts;
    private final Set<PhoenixSocket> open = ConcurrentHashMap.newKeySet();

    /**
     * @param jdbcUrl of the project's database as {@code authenticator}: what subscribers may see is asked by it
     * @param replicationUrl of the same database as a role that may replicate
     * @param time what tokens expire by
     */
    public RealtimeSurface(String jdbcUrl, String replicationUrl, ApiKeys keys, Limits limits, Clock time) {
        this.keys = keys;
        this.database = new RealtimeDatabase(jdbcUrl);
        this.clock = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "supabase-realtime-clock");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        Rooms rooms = new Rooms();
        this.realtime = new Realtime(
                new Tokens(keys, time),
                new Authorization(database),
                rooms,
                new Replay(database),
                new ChangeFeed(database, replicationUrl, limits, rooms::broadcast),
                limits,
                new Rate(limits.joinsPerSecond(), System::nanoTime),
                new Rate(limits.messagesPerSecond(), System::nanoTime),
                new Rate(limits.presencePerSecond(), System::nanoTime),
                clock);
        this.broadcasts = new BroadcastApi(keys, realtime);
    }

    @Override
    public String prefix() {
        return "/realtime/v1";
    }

    @Override
    public String socketPath() {
        return "/websocket";
    }

    @Override
    public SocketListener accept(Exchange handshake, Socket socket) {
        Wire wire = Wire.of(parameter(handshake, "vsn").orElse(null))
                .orElseThrow(() -> refused(403, "The protocol version is none of 1.0.0 and 2.0.0"));
        String key = handshake
                .header("x-api-key")
                .or(() -> parameter(handshake, "apikey"))
                .or(() -> handshake.header("apikey"))
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> refused(401, "API key is missing"));
        Tokens.Holder holder;
        try {
            String token = key.startsWith("sb_")
                    ? keys.caller(Optional.of(key), Optional.empty()).token()
                    : key;
            holder = realtime.tokens().holder(token);
        } catch (Refused e) {
            throw refused(401, e.reason());
        } catch (RequestRefused e) {
            throw refused(401, "Invalid API key");
        }
        return new PhoenixSocket(socket, wire, holder, BroadcastApi.headers(handshake), realtime, open);
    }

    private static RequestRefused refused(int status, String error) {
        return new RequestRefused(
                status,
                JsonNodeFactory.instance.objectNode().put("error", error).toString());
    }

    private static Optional<String> parameter(Exchange exchange, String name) {
        for (String pair : exchange.query().split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                try {
                    return Optional.of(URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    return Optional.empty(); // as if it were not there
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        String path = exchange.path();
        if (path.equals(BroadcastApi.PATH) || path.startsWith(BroadcastApi.PATH + "/")) {
            broadcasts.handle(exchange);
        } else if (path.equals(socketPath())) {
            exchange.respondJson(426, "{\"error\":\"This is a WebSocket; ask for an upgrade of the connection\"}");
        } else {
            exchange.respondJson(
                    501,
                    "{\"message\":\"The embedded Supabase has of Realtime the WebSocket and /api/broadcast; this path"
                            + " is of neither\"}");
        }
    }

    /** Lets go of the database before it is dropped; returns when PostgreSQL holds no slot of it any more. */
    public void pause() {
        realtime.feed().pause();
    }

    /** Goes on with the database that took its place; channels stay subscribed. */
    public void resume() {
        database.reconnect();
        realtime.feed().resume();
    }

    @Override
    public void close() {
        List.copyOf(open).forEach(PhoenixSocket::close);
        clock.shutdownNow();
        realtime.feed().close();
        database.close();
    }
}
