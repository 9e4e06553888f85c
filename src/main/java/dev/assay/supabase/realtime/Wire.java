package dev.assay.supabase.realtime;

import dev.assay.supabase.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How messages are written: version 1 as objects, version 2 as arrays, and broadcasts as bytes too. The layout of those
 * is that of supabase-js' {@code serializer.ts}: kind 3 towards the server, kind 4 towards clients.
 */
enum Wire {
    V1("1."),
    V2("2.");

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();

    private static final int PUSH = 3;
    private static final int BROADCAST = 4;
    private static final int LONGEST = 255;

    private final String versions;

    Wire(String versions) {
        this.versions = versions;
    }

    /** The one that a client asks for by {@code vsn}; Phoenix takes silence for version 1. */
    static Optional<Wire> of(@Nullable String vsn) {
        return vsn == null
                ? Optional.of(V1)
                : Arrays.stream(values())
                        .filter(wire -> vsn.startsWith(wire.versions))
                        .findFirst();
    }

    /** Empty for what is no message of this version. */
    Optional<Frame> read(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JacksonException e) {
            return Optional.empty();
        }
        if (this == V1 ? !json.isObject() : !(json.isArray() && json.size() == 5)) {
            return Optional.empty();
        }
        JsonNode topic = this == V1 ? json.path("topic") : json.path(2);
        JsonNode event = this == V1 ? json.path("event") : json.path(3);
        if (!topic.isString() || !event.isString()) {
            return Optional.empty();
        }
        return Optional.of(new Frame(
                text(this == V1 ? json.path("join_ref") : json.path(0)),
                text(this == V1 ? json.path("ref") : json.path(1)),
                topic.stringValue(),
                event.stringValue(),
                this == V1 ? json.path("payload") : json.path(4),
                null));
    }

    private static @Nullable String text(JsonNode node) {
        return node.isNull() || node.isMissingNode() ? null : node.isString() ? node.stringValue() : node.toString();
    }

    /** A broadcast in bytes; empty for anything else. */
    Optional<Frame> read(ByteBuffer bytes) {
        if (this == V1 || bytes.remaining() < 7 || bytes.get() != PUSH) {
            return Optional.empty();
        }
        int[] sizes = new int[5];
        int sum = 0;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = bytes.get() & 0xff;
            sum += sizes[i];
        }
        boolean json = bytes.get() == 1;
        if (bytes.remaining() < sum) {
            return Optional.empty();
        }
        String joinRef = text(bytes, sizes[0]);
        String ref = text(bytes, sizes[1]);
        String topic = text(bytes, sizes[2]);
        String event = text(bytes, sizes[3]);
        text(bytes, sizes[4]); // metadata, which the service does not use either
        byte[] content = new byte[bytes.remaining()];
        bytes.get(content);
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("type", "broadcast").put("event", event);
        if (json) {
            try {
                payload.set("payload", JSON.readTree(content));
            } catch (JacksonException e) {
                return Optional.empty();
            }
        }
        return Optional.of(new Frame(
                joinRef.isEmpty() ? null : joinRef,
                ref.isEmpty() ? null : ref,
                topic,
                "broadcast",
                payload,
                new Frame.Bytes(event, json, content)));
    }

    private static String text(ByteBuffer bytes, int size) {
        byte[] part = new byte[size];
        bytes.get(part);
        return new String(part, StandardCharsets.UTF_8);
    }

    /** Sends a message; bytes that are no JSON do not reach a client of version 1, which could not read them. */
    void write(Frame frame, Socket socket) {
        Frame.Bytes bytes = frame.bytes();
        if (bytes != null) {
            byte[] topic = frame.topic().getBytes(StandardCharsets.UTF_8);
            byte[] event = bytes.event().getBytes(StandardCharsets.UTF_8);
            if (this == V2 && topic.length <= LONGEST && event.length <= LONGEST) {
                ByteBuffer out = ByteBuffer.allocate(5 + topic.length + event.length + bytes.content().length);
                out.put((byte) BROADCAST).put((byte) topic.length).put((byte) event.length);
                out.put((byte) 0).put((byte) (bytes.json() ? 1 : 0));
                out.put(topic).put(event).put(bytes.content()).flip();
                socket.send(out);
                return;
            }
            if (!bytes.json()) {
                return;
            }
        }
        socket.send(text(frame));
    }

    private String text(Frame frame) {
        if (this == V2) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            array.add(frame.joinRef()).add(frame.ref()).add(frame.topic()).add(frame.event());
            return array.add(frame.payload()).toString();
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("topic", frame.topic()).put("event", frame.event());
        object.set("payload", frame.payload());
        return object.put("ref", frame.ref()).toString();
    }
}
