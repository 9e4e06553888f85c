package dev.assay.supabase.realtime;

import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** All rooms of a project that somebody is in. */
final class Rooms {
    private static final Logger LOG = LoggerFactory.getLogger(Rooms.class);

    private final Map<Room.Name, Room> rooms = new ConcurrentHashMap<>();

    /** Puts a channel into a room; see {@link Room#enter}. */
    void enter(Room.Name name, Channel channel, boolean presence, Runnable welcome) {
        rooms.compute(name, (key, known) -> {
            Room room = known == null ? new Room() : known;
            room.enter(channel, presence, welcome);
            return room;
        });
    }

    void leave(Room.Name name, Channel channel) {
        rooms.computeIfPresent(name, (key, room) -> room.leave(channel) ? room : null);
    }

    /** Sends what a channel says; see {@link Room#broadcast}. */
    void broadcast(Room.Name name, ObjectNode payload, Frame.@Nullable Bytes bytes, @Nullable Channel except) {
        Room room = rooms.get(name);
        if (room != null) {
            room.broadcast(payload, bytes, except);
        }
    }

    void track(Room.Name name, Channel channel, String key, ObjectNode said) {
        Room room = rooms.get(name);
        if (room != null) {
            room.track(channel, key, said);
        }
    }

    void untrack(Room.Name name, Channel channel) {
        Room room = rooms.get(name);
        if (room != null) {
            room.untrack(channel);
        }
    }

    /** Sends a message that comes from no channel. */
    void broadcast(Room.Name name, String event, JsonNode content, @Nullable String id) {
        Room room = rooms.get(name);
        if (room != null) {
            ObjectNode payload = named(event, id);
            payload.set("payload", content);
            room.broadcast(payload, null, null);
        }
    }

    private static ObjectNode named(String event, @Nullable String id) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("type", "broadcast").put("event", event);
        if (id != null) {
            payload.putObject("meta").put("id", id);
        }
        return payload;
    }

    /** Sends the bytes that a request carried. */
    void broadcast(Room.Name name, String event, byte[] content) {
        Room room = rooms.get(name);
        if (room != null) {
            room.broadcast(named(event, null), new Frame.Bytes(event, false, content), null);
        }
    }

    /** Sends what the database put into {@code realtime.messages}. */
    void broadcast(Change message) {
        Map<String, @Nullable String> row = message.row();
        String topic = row.get("topic");
        String event = row.get("event");
        if (message.kind() != Change.Kind.INSERT
                || topic == null
                || event == null
                || !"broadcast".equals(row.get("extension"))) {
            return;
        }
        Room.Name name = new Room.Name(topic, "true".equals(row.get("private")));
        String bytes = row.get("binary_payload");
        if (bytes != null && bytes.startsWith("\\x")) {
            broadcast(name, event, HexFormat.of().parseHex(bytes.substring(2)));
            return;
        }
        String payload = row.get("payload");
        try {
            JsonNode content = payload == null ? JsonNodeFactory.instance.nullNode() : Wire.JSON.readTree(payload);
            broadcast(name, event, content, row.get("id"));
        } catch (JacksonException e) {
            LOG.warn("A message of realtime.messages is no JSON and is not sent: {}", e.getMessage());
        }
    }
}
