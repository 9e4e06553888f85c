package dev.assay.supabase.realtime;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The channels that are joined to one topic, and who is present there. All see what happens in the same order; sending
 * never waits, so that the lock is held for moments.
 */
final class Room {

    /** A topic's private channels and its public ones do not hear each other. */
    record Name(String topic, boolean isPrivate) {}

    private final Set<Channel> channels = new LinkedHashSet<>();
    private final Map<String, Map<Channel, ObjectNode>> present = new LinkedHashMap<>();

    /**
     * @param presence whether the channel is told who is present
     * @param welcome run when the channel is in, before anything else reaches it
     */
    synchronized void enter(Channel channel, boolean presence, Runnable welcome) {
        channels.add(channel);
        welcome.run();
        if (presence) {
            tellPresence(channel);
        }
    }

    /** Whether anybody is still there. */
    synchronized boolean leave(Channel channel) {
        channels.remove(channel);
        untrack(channel);
        return !channels.isEmpty();
    }

    /**
     * Sends a message to all that may read it.
     *
     * @param except who does not get it
     */
    synchronized void broadcast(ObjectNode payload, Frame.@Nullable Bytes bytes, @Nullable Channel except) {
        for (Channel channel : channels) {
            if (channel != except && channel.mayRead(Authorization.Extension.BROADCAST) && !channel.knows(payload)) {
                channel.push("broadcast", payload, bytes);
            }
        }
    }

    private void tellPresence(Channel channel) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        present.forEach((key, metas) -> metas.values().forEach(meta -> add(state, key, meta)));
        channel.push("presence_state", state);
    }

    /** Says what a channel wants to be known as; what it said before gives way. */
    synchronized void track(Channel channel, String key, ObjectNode said) {
        ObjectNode joins = JsonNodeFactory.instance.objectNode();
        ObjectNode leaves = JsonNodeFactory.instance.objectNode();
        ObjectNode meta = said.deepCopy();
        meta.put("phx_ref", UUID.randomUUID().toString());
        Map<Channel, ObjectNode> metas = present.computeIfAbsent(key, name -> new LinkedHashMap<>());
        ObjectNode before = metas.put(channel, meta);
        if (before != null) {
            meta.set("phx_ref_prev", before.get("phx_ref"));
            add(leaves, key, before);
        }
        add(joins, key, meta);
        tellChange(joins, leaves);
    }

    synchronized void untrack(Channel channel) {
        ObjectNode leaves = JsonNodeFactory.instance.objectNode();
        present.forEach((key, metas) -> {
            ObjectNode before = metas.remove(channel);
            if (before != null) {
                add(leaves, key, before);
            }
        });
        present.values().removeIf(Map::isEmpty);
        if (!leaves.isEmpty()) {
            tellChange(JsonNodeFactory.instance.objectNode(), leaves);
        }
    }

    private void tellChange(ObjectNode joins, ObjectNode leaves) {
        ObjectNode change = JsonNodeFactory.instance.objectNode();
        change.set("joins", joins);
        change.set("leaves", leaves);
        for (Channel channel : channels) {
            if (channel.mayRead(Authorization.Extension.PRESENCE)) {
                channel.push("presence_diff", change);
            }
        }
    }

    private static void add(ObjectNode state, String key, ObjectNode meta) {
        if (state.has(key)) {
            state.get(key).get("metas").asArray().add(meta);
        } else {
            state.putObject(key).putArray("metas").add(meta);
        }
    }
}
