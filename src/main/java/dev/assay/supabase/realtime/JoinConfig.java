package dev.assay.supabase.realtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * What a client asks for when it joins a channel.
 *
 * @param ack whether each broadcast is answered
 * @param self whether the sender gets its own broadcasts
 * @param presence whether it wants to know who is there
 * @param presenceKey what it is known by there; made up where the client names none
 * @param changes the database changes that it wants, as it wrote them
 */
record JoinConfig(
        boolean isPrivate, boolean ack, boolean self, boolean presence, String presenceKey, List<JsonNode> changes) {

    static JoinConfig of(JsonNode payload) {
        JsonNode config = payload.path("config");
        JsonNode broadcast = config.path("broadcast");
        JsonNode presence = config.path("presence");
        JsonNode key = presence.path("key");
        String name = key.isString() ? key.stringValue() : key.isNumber() ? key.toString() : "";
        List<JsonNode> changes = new ArrayList<>();
        for (JsonNode change : config.path("postgres_changes")) {
            if (change.isObject()) {
                changes.add(change);
            }
        }
        return new JoinConfig(
                flag(config.path("private")),
                flag(broadcast.path("ack")),
                flag(broadcast.path("self")),
                flag(presence.path("enabled")),
                name.isEmpty() ? UUID.randomUUID().toString() : name,
                List.copyOf(changes));
    }

    /** True, also where a client writes it as text. */
    private static boolean flag(JsonNode node) {
        return node.isBoolean()
                ? node.booleanValue()
                : node.isString() && node.stringValue().toLowerCase(Locale.ROOT).equals("true");
    }
}
