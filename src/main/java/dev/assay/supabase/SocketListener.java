package dev.assay.supabase;

import java.nio.ByteBuffer;

/** What a client does on its WebSocket; called for one message at a time. */
public interface SocketListener {

    void opened();

    void text(String message);

    /**
     * A binary message.
     *
     * @param message of the listener's own
     */
    void binary(ByteBuffer message);

    /** The socket is gone, in whatever way; called once. */
    void closed();
}
