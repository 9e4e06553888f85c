package dev.assay.supabase.realtime;

import dev.assay.supabase.Socket;
import dev.assay.supabase.SocketListener;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A client's socket: reads its messages, and hands them to the channels that it joined. */
final class PhoenixSocket implements SocketListener {
    static final String PREFIX = "realtime:";

    private static final Logger LOG = LoggerFactory.getLogger(PhoenixSocket.class);
    private static final String HEARTBEAT_TOPIC = "phoenix";
    private static final int GOING_AWAY = 1001;

    private final Socket socket;
    private final Wire wire;
    private final Tokens.Holder holder;
    private final String headers;
    private final Realtime realtime;
    private final Set<PhoenixSocket> open;
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();

    /**
     * @param holder who the key of the handshake speaks for
     * @param headers of the handshake, as a JSON object: policies may look at them
     * @param open all sockets of the project; this one puts itself in and takes itself out
     */
    PhoenixSocket(
            Socket socket,
            Wire wire,
            Tokens.Holder holder,
            String headers,
            Realtime realtime,
            Set<PhoenixSocket> open) {
        this.socket = socket;
        this.wire = wire;
        this.holder = holder;
        this.headers = headers;
        this.realtime = realtime;
        this.open = open;
    }

    String headers() {
        return headers;
    }

    @Override
    public void opened() {
        open.add(this);
    }

    @Override
    public void closed() {
        open.remove(this);
        List.copyOf(channels.values()).forEach(Channel::leave);
    }

    /** Sends the client away; it comes back when it can. */
    void close() {
        socket.close(GOING_AWAY, "The project is closed or set up anew");
    }

    @Override
    public void text(String message) {
        handle(wire.read(message));
    }

    @Override
    public void binary(ByteBuffer message) {
        handle(wire.read(message));
    }

    private void handle(Optional<Frame> read) {
        if (read.isEmpty()) {
            LOG.debug("A message that is not of Phoenix' protocol is left out");
            return;
        }
        Frame frame = read.get();
        if (frame.topic().equals(HEARTBEAT_TOPIC)) {
            if (frame.event().equals("heartbeat")) {
                reply(frame, "ok", JsonNodeFactory.instance.objectNode());
            }
            return;
        }
        if (frame.event().equals("phx_join")) {
            join(frame);
            return;
        }
        Channel channel = channels.get(frame.topic());
        if (channel != null) {
            channel.handle(frame);
        } else if (frame.event().equals("phx_leave")) {
            reply(frame, "ok", JsonNodeFactory.instance.objectNode());
        } else {
            refuse(frame, "unmatched topic");
        }
    }

    private void refuse(Frame frame, String reason) {
        reply(frame, "error", JsonNodeFactory.instance.objectNode().put("reason", reason));
    }

    private void join(Frame frame) {
        if (!frame.topic().startsWith(PREFIX)) {
            refuse(frame, "unmatched topic");
            return;
        }
        if (frame.topic().length() == PREFIX.length()) {
            refuse(frame, "TopicNameRequired: You must provide a topic name");
            return;
        }
        Channel before = channels.get(frame.topic());
        if (before != null) {
            before.close(); // a second join takes the place of the first
        }
        if (!realtime.joins().allows(1)) {
            refuse(frame, "ClientJoinRateLimitReached: Too many joins per second");
            socket.close(GOING_AWAY, "Too many joins per second");
            return;
        }
        if (open.size() > realtime.limits().sockets()) {
            refuse(frame, "ConnectionRateLimitReached: Too many connected users");
            return;
        }
        if (channels.size() >= realtime.limits().channelsPerSocket()) {
            refuse(frame, "ChannelRateLimitReached: Too many channels");
            return;
        }
        try {
            Tokens.Holder joining = holderOf(frame.payload());
            // what the database broadcasts after the join reaches the channel; without it, all else works
            realtime.feed().follow();
            Channel channel = new Channel(this, realtime, frame, JoinConfig.of(frame.payload()), joining);
            channels.put(frame.topic(), channel);
            channel.open(frame);
            if (!open.contains(this)) {
                channel.leave(); // the socket was closed meanwhile
            }
        } catch (Refused e) {
            refuse(frame, e.full());
        }
    }

    /** Who a join speaks for: the user, where it brings a token, else who opened the socket. */
    private Tokens.Holder holderOf(JsonNode payload) throws Refused {
        for (String name : List.of("user_token", "access_token")) {
            String token = payload.path(name).asString("");
            if (!token.isEmpty() && !token.startsWith("sb_")) {
                return realtime.tokens().holder(token);
            }
        }
        realtime.tokens().confirm(holder);
        return holder;
    }

    void forget(Channel channel) {
        channels.remove(channel.topic(), channel);
    }

    void reply(Frame to, String status, ObjectNode response) {
        if (to.ref() == null) {
            return; // nothing waits for it
        }
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("status", status);
        payload.set("response", response);
        write(new Frame(to.joinRef(), to.ref(), to.topic(), "phx_reply", payload, null));
    }

    void write(Frame frame) {
        wire.write(frame, socket);
    }
}
