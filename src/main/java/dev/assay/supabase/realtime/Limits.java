package dev.assay.supabase.realtime;

/**
 * What one project may use; the defaults are those of the local stack.
 *
 * @param sockets at a time
 * @param channelsPerSocket at a time
 * @param joinsPerSecond on average over a minute
 * @param messagesPerSecond broadcasts sent, on average over a minute
 * @param presencePerSecond presence messages, on average over a minute
 * @param presencePerWindow presence messages of one channel in half a minute
 * @param payloadBytes of one broadcast or of what is tracked
 * @param recordBytes of one changed row; of a larger one only short values are sent
 */
public record Limits(
        int sockets,
        int channelsPerSocket,
        int joinsPerSecond,
        int messagesPerSecond,
        int presencePerSecond,
        int presencePerWindow,
        int payloadBytes,
        int recordBytes) {
    public static final Limits DEFAULT = new Limits(200, 100, 100, 100, 100, 5, 3_000_000, 1 << 20);
}
