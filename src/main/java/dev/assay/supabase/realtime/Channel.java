package dev.assay.supabase.realtime;

import dev.assay.supabase.realtime.Authorization.Extension;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One topic that a socket is joined to, from the join to the leave. */
final class Channel {
    private static final Logger LOG = LoggerFactory.getLogger(Channel.class);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final PhoenixSocket socket;
    private final Realtime realtime;
    private final String topic;
    private final Room.Name name;
    private final @Nullable String joinRef;
    private final JoinConfig config;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Deque<Long> presenceCalls = new ArrayDeque<>();
    private final List<ObjectNode> earlier;
    private volatile Rights rights;
    private @Nullable ObjectNode tracked;

    /**
     * What the holder of a token may do here; null where that was not asked yet.
     */
    private record Rights(
            Tokens.Holder holder,
            @Nullable Boolean readBroadcast,
            @Nullable Boolean readPresence,
            @Nullable Boolean writeBroadcast,
            @Nullable Boolean writePresence) {}

    /**
     * @throws Refused when the channel is private and the token's holder may read nothing of it
     */
    Channel(PhoenixSocket socket, Realtime realtime, Frame join, JoinConfig config, Tokens.Holder holder)
            throws Refused {
        this.socket = socket;
        this.realtime = realtime;
        this.topic = join.topic();
        this.name = new Room.Name(topic.substring(PhoenixSocket.PREFIX.length()), config.isPrivate());
        this.joinRef = join.joinRef() == null ? join.ref() : join.joinRef();
        this.config = config;
        this.rights = asked(holder, config.presence());
        JsonNode replay = join.payload().path("config").path("broadcast").path("replay");
        if (!replay.isMissingNode() && !mayRead(Extension.BROADCAST)) {
            throw unreadable();
        }
        this.earlier = realtime.replay().earlier(name, replay);
    }

    private Rights asked(Tokens.Holder holder, boolean presence) throws Refused {
        if (!config.isPrivate()) {
            return new Rights(holder, true, true, true, true);
        }
        boolean broadcast = mayRead(holder, Extension.BROADCAST);
        Boolean present = presence ? (Boolean) mayRead(holder, Extension.PRESENCE) : null;
        if (!broadcast && !Boolean.TRUE.equals(present)) {
            throw unreadable();
        }
        return new Rights(holder, broadcast, present, null, null);
    }

    private Refused unreadable() {
        return new Refused(
                "Unauthorized", "You do not have permissions to read from this Channel topic: " + name.topic());
    }

    private boolean mayRead(Tokens.Holder holder, Extension extension) throws Refused {
        return realtime.authorization().mayRead(holder, name.topic(), extension, socket.headers());
    }

    String topic() {
        return topic;
    }

    Tokens.Holder holder() {
        return rights.holder();
    }

    boolean isClosed() {
        return closed.get();
    }

    boolean mayRead(Extension extension) {
        Rights now = rights;
        return Boolean.TRUE.equals(extension == Extension.BROADCAST ? now.readBroadcast() : now.readPresence());
    }

    /** Enters the room, answers the join and sends what follows it. */
    void open(Frame join) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        var changes = answer.putArray("postgres_changes");
        config.changes().forEach(wish -> changes.add(Subscription.answered(wish)));
        boolean presence = config.presence() && mayRead(Extension.PRESENCE);
        realtime.rooms().enter(name, this, presence, () -> {
            socket.reply(join, "ok", answer);
            earlier.forEach(message -> push("broadcast", message));
        });
        confirmLater();
        realtime.feed().subscribe(this, config.changes());
    }

    /** Asks again whether the token holds: in five minutes, or when it ends. */
    private void confirmLater() {
        Tokens.Holder holder = rights.holder();
        long seconds = Math.max(1, Math.min(300, realtime.tokens().left(holder)));
        realtime.later(seconds, () -> {
            if (!closed.get() && rights.holder() == holder) {
                try {
                    realtime.tokens().confirm(holder);
                    confirmLater();
                } catch (Refused e) {
                    shutDown(e.reason());
                }
            }
        });
    }

    /** A message of the client on this channel. */
    void handle(Frame frame) {
        if (frame.joinRef() != null && !frame.joinRef().equals(joinRef)) {
            return; // meant for a join of before
        }
        switch (frame.event()) {
            case "phx_leave" -> {
                socket.reply(frame, "ok", JsonNodeFactory.instance.objectNode());
                close();
            }
            case "broadcast" -> broadcast(frame);
            case "presence" -> presence(frame);
            case "access_token" -> refresh(frame.payload().path("access_token"));
            default -> LOG.debug("Unexpected message {} on {}", frame.event(), topic);
        }
    }

    private void broadcast(Frame frame) {
        if (!mayWrite(Extension.BROADCAST)) {
            return; // the service says nothing either
        }
        if (!realtime.messages().allows(1)) {
            shutDown("Too many messages per second");
            return;
        }
        int size = frame.bytes() == null
                ? frame.payload().toString().length()
                : frame.bytes().content().length;
        boolean tooLong = size > realtime.limits().payloadBytes();
        if (!tooLong && frame.payload() instanceof ObjectNode payload) {
            realtime.rooms().broadcast(name, payload, frame.bytes(), config.self() ? null : this);
        }
        if (config.ack()) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            if (tooLong) {
                answer.put("reason", "payload_size_exceeded");
            }
            socket.reply(frame, tooLong ? "error" : "ok", answer);
        }
    }

    private boolean mayWrite(Extension extension) {
        Rights now = rights;
        Boolean known = extension == Extension.BROADCAST ? now.writeBroadcast() : now.writePresence();
        if (known != null) {
            return known;
        }
        boolean may;
        try {
            may = realtime.authorization().mayWrite(now.holder(), name.topic(), extension, socket.headers());
        } catch (Refused e) {
            return false; // the database is away: asked again with the next message
        }
        boolean broadcast = extension == Extension.BROADCAST;
        rights = new Rights(
                now.holder(),
                now.readBroadcast(),
                now.readPresence(),
                broadcast ? (Boolean) may : now.writeBroadcast(),
                broadcast ? now.writePresence() : (Boolean) may);
        return may;
    }

    private void presence(Frame frame) {
        String event = frame.payload().path("event").asString("").toLowerCase(Locale.ROOT);
        if (event.isEmpty()) {
            socket.reply(frame, "ok", JsonNodeFactory.instance.objectNode());
            return;
        }
        long now = System.nanoTime();
        presenceCalls.removeIf(call -> now - call > WINDOW_NANOS);
        presenceCalls.add(now);
        if (presenceCalls.size() > realtime.limits().presencePerWindow()) {
            shutDown("Client presence rate limit exceeded");
            return;
        }
        switch (event) {
            case "track" -> track(frame);
            case "untrack" -> {
                tracked = null;
                realtime.rooms().untrack(name, this);
                socket.reply(frame, "ok", JsonNodeFactory.instance.objectNode());
            }
            default -> socket.reply(frame, "error", JsonNodeFactory.instance.objectNode());
        }
    }

    private void track(Frame frame) {
        JsonNode said = frame.payload().path("payload");
        ObjectNode empty = JsonNodeFactory.instance.objectNode();
        if (!mayWrite(Extension.PRESENCE)) {
            socket.reply(frame, "error", empty);
            return;
        }
        ObjectNode meta = said.isMissingNode() ? empty : said instanceof ObjectNode object ? object : null;
        if (meta == null) {
            socket.reply(frame, "error", empty.put("reason", "Presence track payload must be a map"));
            return;
        }
        if (meta.toString().length() > realtime.limits().payloadBytes()) {
            shutDown("Track message size exceeded");
            return;
        }
        if (!meta.equals(tracked)) {
            if (!realtime.presences().allows(1)) {
                shutDown("Too many presence messages per second");
                return;
            }
            authorizePresence();
            tracked = meta;
            realtime.rooms().track(name, this, config.presenceKey(), meta);
        }
        socket.reply(frame, "ok", empty);
    }

    /** Who tracks takes part in presence, also where the join did not say so: then the right to read is asked now. */
    private void authorizePresence() {
        Rights now = rights;
        if (now.readPresence() == null) {
            try {
                boolean may = mayRead(now.holder(), Extension.PRESENCE);
                rights = new Rights(now.holder(), now.readBroadcast(), may, now.writeBroadcast(), now.writePresence());
            } catch (Refused e) {
                LOG.debug("Presence of {} could not be authorized: {}", topic, e.full());
            }
        }
    }

    private void refresh(JsonNode given) {
        String token = given.isString() ? given.stringValue() : "";
        Rights before = rights;
        if (token.isEmpty()
                || token.startsWith("sb_")
                || token.equals(before.holder().token())) {
            return;
        }
        try {
            Rights now = asked(realtime.tokens().holder(token), before.readPresence() != null);
            if (revoked(before.readBroadcast(), now.readBroadcast())
                    || revoked(before.readPresence(), now.readPresence())) {
                shutDown("You no longer have permission to read from this Channel topic: " + name.topic());
                return;
            }
            rights = now;
            confirmLater();
            realtime.feed().subscribe(this, config.changes());
        } catch (Refused e) {
            shutDown(e.reason());
        }
    }

    private static boolean revoked(@Nullable Boolean before, @Nullable Boolean now) {
        return Boolean.TRUE.equals(before) && Boolean.FALSE.equals(now);
    }

    /** Whether it was sent this message of the database when it joined. */
    boolean knows(ObjectNode message) {
        return !earlier.isEmpty()
                && earlier.stream()
                        .anyMatch(known -> known.path("meta")
                                .path("id")
                                .equals(message.path("meta").path("id")));
    }

    void push(String event, ObjectNode payload) {
        push(event, payload, null);
    }

    void push(String event, ObjectNode payload, Frame.@Nullable Bytes bytes) {
        if (!closed.get()) {
            socket.write(new Frame(null, null, topic, event, payload, bytes));
        }
    }

    /** Says what became of something that the client did not ask for by a message. */
    void system(String extension, String status, String message) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("extension", extension).put("status", status);
        payload.put("message", message).put("channel", name.topic());
        push("system", payload);
    }

    private void shutDown(String message) {
        LOG.info("The channel {} is closed: {}", topic, message);
        system("system", "error", message);
        close();
    }

    /** Leaves the room and says so. */
    void close() {
        if (leave()) {
            socket.write(new Frame(joinRef, joinRef, topic, "phx_close", JsonNodeFactory.instance.objectNode(), null));
        }
    }

    /** Leaves the room; false where that was done before. */
    boolean leave() {
        if (!closed.compareAndSet(false, true)) {
            return false;
        }
        socket.forget(this);
        realtime.feed().forget(this);
        realtime.rooms().leave(name, this);
        return true;
    }
}
