package dev.assay.supabase.realtime;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One message of Phoenix' channel protocol.
 *
 * @param joinRef of the join that the channel was opened by
 * @param ref of a message that is answered, or of the one that it answers
 * @param payload an object; for a broadcast in bytes, with {@code type} and {@code event}
 * @param bytes what a broadcast in bytes carries beside them
 */
record Frame(
        @Nullable String joinRef,
        @Nullable String ref,
        String topic,
        String event,
        JsonNode payload,
        @Nullable Bytes bytes) {

    /**
     * A broadcast's content as it came in a binary message.
     *
     * @param event the app's name for it
     * @param json whether the content is JSON
     */
    record Bytes(String event, boolean json, byte[] content) {}

    /** What the server says by itself. */
    static Frame push(String topic, String event, JsonNode payload) {
        return new Frame(null, null, topic, event, payload, null);
    }
}
