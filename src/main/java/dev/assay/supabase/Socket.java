package dev.assay.supabase;

import java.nio.ByteBuffer;

/** The server's end of a WebSocket. Messages go out in the order they were given, by any thread, without waiting. */
public interface Socket {

    void send(String text);

    void send(ByteBuffer bytes);

    /**
     * Closes it once what was sent before is out.
     *
     * @param code as RFC 6455 has them, for example 1001 for a server that goes away
     */
    void close(int code, String reason);
}
